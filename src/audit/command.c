/* vakhta audit verify | replay | anchor. Exit 0: nothing found; 1: findings, or it could not be done; 2: called wrongly. */
#include "commands.h"

#include "audit/anchor.h"
#include "audit/audit.h"
#include "audit/daily.h"
#include "db/command.h"
#include "db/query.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STATEMENT_MS (24 * 3600 * 1000LL)

struct options {
	struct command_options common;
	const char *verb, *number, *anchors, *file;
};

enum { OPTION_ANCHORS = 256, OPTION_FILE };

static void check(struct argp_state *state, const struct options *options)
{
	if (!options->verb)
		argp_error(state, "say verify, replay or anchor");
	bool verify = strcmp(options->verb, "verify") == 0, anchor = strcmp(options->verb, "anchor") == 0;
	if (options->anchors && !verify)
		argp_error(state, "--anchors belongs to verify");
	if (options->anchors && options->number)
		argp_error(state, "anchors cover all tickets and cases; leave the number out");
	if (options->file && !anchor)
		argp_error(state, "--file belongs to anchor");
	if (options->number && anchor)
		argp_error(state, "an anchor covers all tickets and cases; leave the number out");
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->common;
		return 0;
	case 'n':
		options->number = arg;
		return 0;
	case OPTION_ANCHORS:
		options->anchors = arg;
		return 0;
	case OPTION_FILE:
		options->file = arg;
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num == 1 && !options->number) {
			options->number = arg;
			return 0;
		}
		if (state->arg_num > 0 || (strcmp(arg, "verify") != 0 && strcmp(arg, "replay") != 0 && strcmp(arg, "anchor") != 0))
			argp_error(state, "say verify, replay or anchor");
		options->verb = arg;
		return 0;
	case ARGP_KEY_END:
		check(state, options);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static void print_found(struct audit_check *check, const char *number, int64_t seq, const char *what)
{
	(void)check;
	if (seq > 0)
		printf("%s: event %lld: %s\n", number, (long long)seq, what);
	else
		printf("%s: %s\n", number, what);
}

static bool verify(struct ctx *ctx, const struct options *options, struct audit_check *check)
{
	int64_t ticket, supplier_case;
	struct anchor_set *anchors = NULL;
	if (!audit_subject_find(ctx, options->number, &ticket, &supplier_case) ||
		(options->anchors && !anchor_set_read_file(ctx, options->anchors, check, &anchors)) ||
		!audit_verify(ctx, ticket, supplier_case, anchors, check))
		return false;
	if (anchors)
		printf("%d anchors, ", anchor_set_count(anchors));
	printf("%lld chains, %lld events, %lld findings\n", (long long)check->subjects, (long long)check->items, (long long)check->findings);
	return true;
}

static bool replay(struct ctx *ctx, const struct options *options, struct audit_check *check)
{
	int64_t ticket, supplier_case;
	struct command calendars;
	if (!audit_subject_find(ctx, options->number, &ticket, &supplier_case))
		return false;
	if (!command_begin(&calendars, &options->common, DB_RUNTIME, STATEMENT_MS, true))
		return fail_internal(ctx, ERROR_INTERNAL, "no second connection");
	bool good = audit_replay(ctx, &calendars.ctx, ticket, supplier_case, check);
	if (command_end(&calendars, good || ctx->error.kind != ERROR_NONE) != 0 || !good)
		return false;
	printf("%lld subjects, %lld clocks, %lld differences\n", (long long)check->subjects, (long long)check->items, (long long)check->findings);
	return true;
}

/* One on demand; the file then has it as it has the daily ones. */
static bool anchor(struct ctx *ctx, const struct options *options)
{
	const char *file = options->file ? options->file : ctx->config->audit_anchor_file;
	struct anchor made;
	struct json_out json;
	const char *day;
	int added;
	if (!daily_day(ctx, &day) || !tx_begin(ctx) || !anchor_make(ctx, day, false, &made) || !tx_commit(ctx) ||
		(*file && !anchor_file_append(ctx, file, &added)))
		return false;
	json_begin(&json, ctx->arena, 1024);
	anchor_json(&json, NULL, &made);
	printf("%s\n", json.text.data);
	return true;
}

int command_audit(int argc, char **argv)
{
	static const struct argp_option known[] = {
		{ "subject", 'n', "NUMBER", 0, "Only this ticket or case (INC-000042, CASE-000007)", 0 },
		{ "anchors", OPTION_ANCHORS, "FILE", 0, "verify: recompute also the anchors in this file from the events alone", 0 },
		{ "file", OPTION_FILE, "FILE", 0, "anchor: append to this file (default: audit.anchor_file)", 0 },
		{ 0 },
	};
	static const struct argp_child children[] = { { &command_argp, 0, NULL, 0 }, { 0 } };
	static const struct argp argp = { known, parse, "verify|replay [NUMBER]\nanchor",
		"verify: recomputes the hash chain of every ticket and case and reports each event that was changed, removed, inserted or "
		"reordered.\vreplay: recomputes every clock from its events and calendars and reports each difference. anchor: fixes the heads of all "
		"chains now. verify and replay write nothing.",
		children, NULL, NULL };
	struct options options = { 0 };
	struct command command;
	struct audit_check check = { .found = print_found };
	argp_parse(&argp, argc, argv, 0, NULL, &options);
	if (!command_begin(&command, &options.common, DB_RUNTIME, STATEMENT_MS, true))
		return 2;
	bool good = strcmp(options.verb, "verify") == 0 ? verify(&command.ctx, &options, &check)
		: strcmp(options.verb, "replay") == 0		? replay(&command.ctx, &options, &check)
													: anchor(&command.ctx, &options);
	int status = command_end(&command, good);
	return status != 0 ? status : check.findings > 0;
}
