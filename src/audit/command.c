/* vakhta audit verify | replay. Exit 0: nothing found; 1: findings, or it could not be checked; 2: called wrongly. */
#include "commands.h"

#include "audit/audit.h"
#include "db/command.h"
#include "db/query.h"

#include <stdlib.h>
#include <string.h>

struct options {
	struct command_options common;
	const char *verb, *number;
};

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
	case ARGP_KEY_ARG:
		if (state->arg_num > 0 || (strcmp(arg, "verify") != 0 && strcmp(arg, "replay") != 0))
			argp_error(state, "say verify or replay");
		options->verb = arg;
		return 0;
	case ARGP_KEY_END:
		if (!options->verb)
			argp_error(state, "say verify or replay");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* The one ticket or case that is asked for. */
static bool subject_find(struct ctx *ctx, const char *number, int64_t *ticket_r, int64_t *case_r)
{
	struct query_args args = query_args(ctx);
	*ticket_r = *case_r = 0;
	if (!number)
		return true;
	arg_text(&args, number);
	struct rows *rows = query_one(ctx, QUERY_AUDIT_SUBJECT, &args);
	if (!rows)
		return false;
	*ticket_r = rows_int(rows, 0, 0);
	*case_r = rows_int(rows, 0, 1);
	return *ticket_r != 0 || *case_r != 0 || fail(ctx, ERROR_NOT_FOUND, "there is no ticket or case %s", number);
}

int command_audit(int argc, char **argv)
{
	static const struct argp_option known[] = {
		{ "subject", 'n', "NUMBER", 0, "Only this ticket or case (INC-000042, CASE-000007)", 0 },
		{ 0 },
	};
	static const struct argp_child children[] = { { &command_argp, 0, NULL, 0 }, { 0 } };
	static const struct argp argp = { known, parse, "verify|replay",
		"verify: recomputes the hash chain of every ticket and case and reports each event that was changed, removed, inserted or "
		"reordered.\vreplay: recomputes every clock from its events and calendars and reports each difference. Nothing is written.",
		children, NULL, NULL };
	struct options options = { 0 };
	struct command command, clocks;
	struct audit_result result = { 0 };
	int64_t ticket, supplier_case;
	argp_parse(&argp, argc, argv, 0, NULL, &options);
	if (!command_begin(&command, &options.common, DB_RUNTIME, 24 * 3600 * 1000LL, true))
		return 2;
	bool replay = strcmp(options.verb, "replay") == 0;
	bool good = subject_find(&command.ctx, options.number, &ticket, &supplier_case);
	if (good && replay) {
		if (!command_begin(&clocks, &options.common, DB_RUNTIME, 24 * 3600 * 1000LL, true))
			return 2;
		good = audit_replay(&command.ctx, &clocks.ctx, ticket, supplier_case, stdout, &result);
		good = command_end(&clocks, good || command.ctx.error.kind != ERROR_NONE) == 0 && good;
	} else if (good) {
		good = audit_verify(&command.ctx, ticket, supplier_case, stdout, &result);
	}
	if (good)
		printf(replay ? "%lld subjects, %lld clocks, %lld differences\n" : "%lld chains, %lld events, %lld findings\n",
			(long long)result.subjects, (long long)result.items, (long long)result.findings);
	int status = command_end(&command, good);
	return status != 0 ? status : result.findings > 0;
}
