/* vakhta demo load | accounts. Exit 0: loaded, or loaded already; 1: failed; 2: called wrongly. */
#include "commands.h"

#include "audit/anchor.h"
#include "audit/daily.h"
#include "db/command.h"
#include "db/query.h"
#include "demo/company.sql.h"
#include "demo/demo.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STATEMENT_MS 600000
#define DAYS_MOST 730
/* The hour at which a history ends when only its day is given: the middle of a working afternoon in Moscow. */
#define END_OF_DAY_UTC_S (12 * 3600)
/* The CMDB was filled some time before the first ticket. */
#define CMDB_AHEAD_DAYS 45

enum { KEY_EMPTY = 256, KEY_SEED, KEY_DAYS, KEY_UNTIL };

struct options {
	struct command_options common;
	const char *verb;
	struct demo_options load;
};

static void parse_until(struct options *options, const char *arg, struct argp_state *state)
{
	int64_t day;
	if (day_parse(arg, &day))
		options->load.end = day * 86400 + END_OF_DAY_UTC_S;
	else if (!instant_parse(arg, &options->load.end))
		argp_error(state, "--until needs a day (YYYY-MM-DD) or an instant, not \"%.40s\"", arg);
	if (options->load.end > instant_now())
		argp_error(state, "--until must not be in the future");
}

static int64_t parse_number(const char *arg, const char *name, int64_t least, int64_t most, struct argp_state *state)
{
	int64_t value;
	if (!text_parse_int64(arg, &value) || value < least || value > most)
		argp_error(state, "%s needs a number from %lld to %lld", name, (long long)least, (long long)most);
	return value;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->common;
		return 0;
	case KEY_EMPTY:
		options->load.empty = true;
		return 0;
	case KEY_SEED:
		options->load.seed = (uint64_t)parse_number(arg, "--seed", 0, INT64_MAX, state);
		return 0;
	case KEY_DAYS:
		options->load.days = (int)parse_number(arg, "--days", 30, DAYS_MOST, state);
		return 0;
	case KEY_UNTIL:
		parse_until(options, arg, state);
		return 0;
	case ARGP_KEY_ARG:
		if (options->verb || (strcmp(arg, "load") != 0 && strcmp(arg, "accounts") != 0))
			argp_error(state, "say load or accounts");
		options->verb = arg;
		return 0;
	case ARGP_KEY_END:
		if (!options->verb)
			argp_error(state, "say load or accounts");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static bool load_company(struct ctx *ctx, const struct demo_options *options)
{
	return tx_begin(ctx) && demo_company_load(ctx, options->end - (int64_t)(options->days + CMDB_AHEAD_DAYS) * 86400) &&
		tx_commit(ctx);
}

/* In a transaction of its own: an anchor covers what was committed before it. */
static bool anchor(struct ctx *ctx)
{
	struct anchor made;
	const char *day;
	return daily_day(ctx, &day) && tx_begin(ctx) && anchor_make(ctx, day, false, &made) && tx_commit(ctx);
}

static bool load(struct ctx *ctx, const struct demo_options *options)
{
	struct demo_state state;
	struct demo_counts counts;
	char end[INSTANT_TEXT_BYTES];
	int64_t began_ms = monotonic_ms();
	if (!demo_state_read(ctx, &state))
		return false;
	if (state.tickets && !state.company)
		return fail(
			ctx, ERROR_CONFLICT, "This database holds tickets of another company; the demo needs an empty one.");
	if (state.company && (state.tickets || options->empty)) {
		puts("already loaded");
		return true;
	}
	if (!state.company && (!load_company(ctx, options) || !anchor(ctx)))
		return false;
	if (options->empty) {
		puts("loaded the company, without history");
		return true;
	}
	if (!tx_begin(ctx) || !demo_history_load(ctx, options, &counts) || !demo_quality_load(ctx, options) ||
		!demo_ledger_load(ctx, options) || !demo_evidence_load(ctx, options) || !demo_mail_load(ctx, options) || !tx_commit(ctx) || !anchor(ctx))
		return false;
	instant_format(options->end, end);
	printf("loaded %d tickets (%d open), %d cases (%d open), %d events, %d ratings, up to %s, in %.1f s\n",
		counts.tickets, counts.open_tickets, counts.cases, counts.open_cases, counts.events, counts.ratings, end,
		(double)(monotonic_ms() - began_ms) / 1000);
	return true;
}

/* Columns of text that may hold more bytes than characters. */
static void print_cell(const char *text, int width)
{
	int length = (int)text_utf8_length(text);
	printf("%s%*s", text, length < width ? width - length : 1, "");
}

static bool accounts(struct ctx *ctx)
{
	static const char *const logins[] = { "employee", "employee2", "agent", "agent2", "agent3", "lead", "manager",
		"auditor", "cmdb", "admin" };
	struct query_args args = query_args(ctx);
	arg_texts(&args, logins, sizeof(logins) / sizeof(*logins));
	struct rows *rows = query_run(ctx, QUERY_DEMO_ACCOUNTS, &args);
	if (!rows)
		return false;
	if (rows_count(rows) == 0)
		return fail(ctx, ERROR_NOT_FOUND, "The demo company is not loaded; run vakhta demo load.");
	print_cell("LOGIN", 12);
	print_cell("NAME", 20);
	print_cell("ROLES", 14);
	puts("WORKS AS");
	for (int i = 0; i < rows_count(rows); i++) {
		print_cell(rows_text(rows, i, 0), 12);
		print_cell(rows_text(rows, i, 1), 20);
		print_cell(*rows_text(rows, i, 4) ? rows_text(rows, i, 4) : "employee", 14);
		puts(*rows_text(rows, i, 5) ? rows_text(rows, i, 5) : rows_null(rows, i, 3) ? "" : rows_text(rows, i, 3));
	}
	return true;
}

int command_demo(int argc, char **argv)
{
	static const struct argp_option known[] = {
		{ "empty", KEY_EMPTY, NULL, 0, "Load the company without its history", 0 },
		{ "seed", KEY_SEED, "N", 0, "Other numbers, another history (default 1)", 0 },
		{ "days", KEY_DAYS, "N", 0, "Days of history, 30 to 730 (default 365)", 0 },
		{ "until", KEY_UNTIL, "DAY", 0, "Last day or instant of the history (default now)", 0 },
		{ 0 },
	};
	static const struct argp_child children[] = { { &command_argp, 0, NULL, 0 }, { 0 } };
	static const struct argp argp = { known, parse, "load\naccounts",
		"Loads the demo company into an empty database, or lists its sign-ins.\v"
		"The same seed, days and end give the same history. A second run changes nothing.",
		children, NULL, NULL };
	struct options options = {
		.load = { .seed = 1, .days = 365, .end = instant_now(), .show_progress = isatty(STDERR_FILENO) }
	};
	struct command command;
	argp_parse(&argp, argc, argv, 0, NULL, &options);
	if (!command_begin(&command, &options.common, DB_RUNTIME, STATEMENT_MS, true))
		return 2;
	bool loads = strcmp(options.verb, "load") == 0;
	return command_end(&command, loads ? load(&command.ctx, &options.load) : accounts(&command.ctx));
}
