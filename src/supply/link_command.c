/* vakhta supplier-link: makes a link for a supplier and prints its address, for administrators at the machine.
 * Owns nothing. Refuses: to show the address of a link that is there; a new one costs nothing. */
#include "supply/supplier_link.h"

#include "base/config.h"
#include "db/command.h"
#include "db/query.h"
#include "supply/link.sql.h"
#include "supply/supply.h"

#include <stdio.h>
#include <string.h>

#define STATEMENT_MS 30000

struct options {
	struct command_options common;
	const char *case_number;
	int64_t supplier, days;
	bool newest;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->common;
		return 0;
	case 's':
		if (!text_parse_int64(arg, &options->supplier) || options->supplier <= 0)
			argp_error(state, "\"%s\" is not the id of a supplier", arg);
		return 0;
	case 'd':
		if (!text_parse_int64(arg, &options->days) || options->days < 1 || options->days > 365)
			argp_error(state, "--days takes 1 to 365, not \"%s\"", arg);
		return 0;
	case 'n':
		options->newest = true;
		return 0;
	case ARGP_KEY_ARG:
		if (options->case_number)
			argp_error(state, "unexpected argument \"%s\"", arg);
		options->case_number = arg;
		return 0;
	case ARGP_KEY_END:
		if ((options->case_number != NULL) + (options->supplier != 0) + options->newest != 1)
			argp_error(state, "say a case, or --supplier, or --newest");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static bool find(struct ctx *ctx, struct options *options, int64_t *case_r)
{
	struct query_args args = query_args(ctx);
	*case_r = 0;
	if (options->supplier != 0)
		return true;
	if (options->newest) {
		struct rows *newest = query_run(ctx, QUERY_LINK_NEWEST_OPEN_CASE, NULL);
		if (!newest)
			return false;
		if (rows_count(newest) == 0)
			return fail(ctx, ERROR_NOT_FOUND, "no case is open");
		options->case_number = rows_text(newest, 0, 0);
	}
	arg_text(&args, options->case_number);
	struct rows *found = query_run(ctx, QUERY_LINK_CASE_OF_NUMBER, &args);
	if (!found)
		return false;
	if (rows_count(found) == 0)
		return fail(ctx, ERROR_NOT_FOUND, "there is no case %s", options->case_number);
	*case_r = rows_int(found, 0, 0);
	options->supplier = rows_int(found, 0, 1);
	return true;
}

static bool run(struct ctx *ctx, struct options *options)
{
	struct query_args args = query_args(ctx);
	int64_t case_id;
	if (!*ctx->config->http_link_key)
		return fail(ctx, ERROR_CONFLICT, "links need http.link_key_file in the configuration");
	if (!tx_begin(ctx) || !find(ctx, options, &case_id))
		return false;
	arg_text(&args, NULL);
	arg_instant(&args, ctx->now);
	arg_int(&args, options->supplier);
	arg_int_or_null(&args, case_id, case_id == 0);
	arg_text(&args, NULL);
	arg_int_or_null(&args, options->days, options->days == 0);
	struct rows *made = query_one(ctx, QUERY_LINK_MAKE, &args);
	if (!made || !tx_commit(ctx))
		return false;
	fprintf(stderr, "Link %s for %s. It is shown this once:\n", rows_text(made, 0, 0), case_id != 0 ? options->case_number : "all open cases of the supplier");
	printf("%s\n", supplier_link_url(ctx, rows_int(made, 0, 0), rows_int(made, 0, 1), rows_instant(made, 0, 2)));
	return true;
}

int command_supplier_link(int argc, char **argv)
{
	static const struct argp_option known[] = {
		{ "supplier", 's', "ID", 0, "For the coordinator of this supplier: all its open cases", 0 },
		{ "newest", 'n', NULL, 0, "For the newest open case", 0 },
		{ "days", 'd', "N", 0, "Holds so many days; default: as links in mail do", 0 },
		{ 0 },
	};
	static const struct argp_child children[] = { { &command_argp, 0, NULL, 0 }, { 0 } };
	static const struct argp argp = { known, parse, "CASE-NUMBER\n--supplier ID\n--newest",
		"Makes a link with which a supplier sees and answers its cases without an account, and prints its address once.", children, NULL, NULL };
	struct options options = { 0 };
	struct command command;
	argp_parse(&argp, argc, argv, 0, NULL, &options);
	if (!command_begin(&command, &options.common, DB_RUNTIME, STATEMENT_MS, false))
		return 2;
	return command_end(&command, run(&command.ctx, &options));
}
