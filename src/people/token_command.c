/* vakhta token create|list|revoke: for administrators at the machine. */
#include "people/token.h"

#include "db/command.h"
#include "db/query.h"
#include "people/token.sql.h"
#include "people/token_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STATEMENT_MS 30000
#define DAY_S 86400

enum action { TOKEN_NONE, TOKEN_CREATE, TOKEN_LIST, TOKEN_REVOKE };

struct options {
	struct command_options common;
	enum action action;
	const char *login, *label, *expires;
	int64_t id;
};

static void parse_argument(struct argp_state *state, struct options *options, const char *arg)
{
	static const char *const actions[] = { NULL, "create", "list", "revoke" };
	if (options->action == TOKEN_NONE) {
		for (int i = TOKEN_CREATE; i <= TOKEN_REVOKE; i++)
			if (strcmp(arg, actions[i]) == 0)
				options->action = (enum action)i;
		if (options->action == TOKEN_NONE)
			argp_error(state, "\"%s\" is neither create nor list nor revoke", arg);
	} else if (options->action == TOKEN_REVOKE && options->id == 0) {
		if (!text_parse_int64(arg, &options->id) || options->id <= 0)
			argp_error(state, "\"%s\" is not the id of a token; vakhta token list shows them", arg);
	} else {
		argp_error(state, "unexpected argument \"%s\"", arg);
	}
}

static void check(struct argp_state *state, const struct options *options)
{
	if (options->action == TOKEN_NONE)
		argp_error(state, "say create, list or revoke");
	if (options->action == TOKEN_CREATE && !options->login)
		argp_error(state, "--login says in whose name the program acts");
	if (options->action == TOKEN_REVOKE && options->id == 0)
		argp_error(state, "say which: the id that vakhta token list shows");
	if (options->action != TOKEN_CREATE && (options->label || options->expires))
		argp_error(state, "--label and --expires go with create");
	if (options->label &&
		(!text_utf8_valid(options->label, strlen(options->label)) || text_has_control(options->label) ||
			text_utf8_length(options->label) > TOKEN_LABEL_MAX))
		argp_error(state, "--label may have at most %d characters of text", TOKEN_LABEL_MAX);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->common;
		return 0;
	case 'l':
		options->login = arg;
		return 0;
	case 'b':
		options->label = arg;
		return 0;
	case 'e':
		options->expires = arg;
		return 0;
	case ARGP_KEY_ARG:
		parse_argument(state, options, arg);
		return 0;
	case ARGP_KEY_END:
		check(state, options);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* "90d", "2027-01-31" (to the end of that day, UTC) or a whole instant. */
static bool read_expiry(struct ctx *ctx, const char *text, instant *expires_at_r)
{
	int64_t day, days;
	size_t digits = text ? strspn(text, "0123456789") : 0;
	*expires_at_r = INSTANT_NONE;
	if (!text)
		return true;
	if (digits > 0 && digits < 6 && strcmp(text + digits, "d") == 0 &&
		text_parse_int64(arena_strndup(ctx->arena, text, digits), &days))
		*expires_at_r = ctx->now + days * DAY_S;
	else if (day_parse(text, &day))
		*expires_at_r = (day + 1) * DAY_S;
	else if (!instant_parse(text, expires_at_r))
		return fail_field(
			ctx, "--expires", "must be days (90d), a date (2027-01-31) or an instant (2027-01-31T12:00:00Z)");
	return *expires_at_r > ctx->now ? true : fail_field(ctx, "--expires", "must lie in the future");
}

static bool create(struct ctx *ctx, const struct options *options)
{
	instant expires_at;
	int64_t person_id, id;
	const char *name, *token;
	if (!read_expiry(ctx, options->expires, &expires_at) ||
		!token_find_person(ctx, options->login, "--login", &person_id, &name) ||
		!token_store(ctx, person_id, options->label, expires_at, &id, &token))
		return false;
	/* The token alone on standard output, so that a script can keep it; the rest is for the reader. */
	fprintf(stderr, "Token %lld for %s. It is shown this once:\n", (long long)id, name);
	printf("%s\n", token);
	return true;
}

static const char *day_text(const struct rows *rows, int row, int column, char out[static INSTANT_TEXT_BYTES])
{
	instant at = rows_instant(rows, row, column);
	if (at == INSTANT_NONE)
		return "-";
	instant_format(at, out);
	return out;
}

static bool list(struct ctx *ctx, const struct options *options)
{
	char created[INSTANT_TEXT_BYTES], expires[INSTANT_TEXT_BYTES], used[INSTANT_TEXT_BYTES],
		revoked[INSTANT_TEXT_BYTES];
	struct query_args args = query_args(ctx);
	arg_text(&args, options->login);
	struct rows *rows = query_run(ctx, QUERY_TOKEN_LIST_ALL, &args);
	if (!rows)
		return false;
	printf("%-6s %-20s %-21s %-21s %-21s %-21s %s\n", "id", "login", "created", "expires", "last used", "revoked",
		"label");
	for (int row = 0; row < rows_count(rows); row++)
		printf("%-6s %-20s %-21s %-21s %-21s %-21s %s\n", rows_text(rows, row, 0), rows_text(rows, row, 8),
			day_text(rows, row, 2, created), day_text(rows, row, 3, expires), day_text(rows, row, 4, used),
			day_text(rows, row, 5, revoked), rows_text(rows, row, 1));
	return true;
}

static bool revoke(struct ctx *ctx, const struct options *options)
{
	if (!token_end(ctx, options->id, 0))
		return false;
	printf("token %lld no longer works\n", (long long)options->id);
	return true;
}

static bool run(struct ctx *ctx, const struct options *options)
{
	switch (options->action) {
	case TOKEN_CREATE:
		return create(ctx, options);
	case TOKEN_REVOKE:
		return revoke(ctx, options);
	default:
		return list(ctx, options);
	}
}

int command_token(int argc, char **argv)
{
	static const struct argp_option known[] = {
		{ "login", 'l', "LOGIN", 0, "In whose name the program acts; with list: only this person's tokens", 0 },
		{ "label", 'b', "TEXT", 0, "What it is for", 0 },
		{ "expires", 'e', "WHEN", 0, "90d, 2027-01-31 or 2027-01-31T12:00:00Z; default: no end", 0 },
		{ 0 },
	};
	static const struct argp_child children[] = { { &command_argp, 0, NULL, 0 }, { 0 } };
	static const struct argp argp = { known, parse,
		"create --login LOGIN [--expires WHEN] [--label TEXT]\nlist [--login LOGIN]\nrevoke ID",
		"Bearer tokens of programs (Authorization: Bearer …). A token is shown once; the database keeps its hash.",
		children, NULL, NULL };
	struct options options = { 0 };
	struct command command;
	argp_parse(&argp, argc, argv, 0, NULL, &options);
	if (!command_begin(&command, &options.common, DB_RUNTIME, STATEMENT_MS, false))
		return 2;
	return command_end(&command, run(&command.ctx, &options));
}
