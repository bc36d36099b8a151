/* vakhta migrate: brings the schema up to the program, under the owning role. */
#include "commands.h"

#include "db/command.h"
#include "db/migrate.h"
#include "db/query.h"

#include <stdio.h>

#define STATEMENT_MS 7200000

struct options {
	struct command_options common;
	bool quiet, status;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;
	(void)arg;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->common;
		return 0;
	case 'q':
		options->quiet = true;
		return 0;
	case 's':
		options->status = true;
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "unexpected argument");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static bool print_status(struct ctx *ctx)
{
	int version;
	if (!db_schema_version(ctx, &version))
		return false;
	printf("schema %d, program %d\n", version, db_schema_version_program());
	return true;
}

int command_migrate(int argc, char **argv)
{
	static const struct argp_option known[] = {
		{ "quiet", 'q', NULL, 0, "Say nothing unless it fails", 0 },
		{ "status", 's', NULL, 0, "Only print the versions of schema and program", 0 },
		{ 0 },
	};
	static const struct argp_child children[] = { { &command_argp, 0, NULL, 0 }, { 0 } };
	static const struct argp argp = { known, parse, NULL,
		"Applies the migrations that are missing and re-creates changed rules, with database.owner_connection.",
		children, NULL, NULL };
	struct options options = { 0 };
	struct command command;
	argp_parse(&argp, argc, argv, 0, NULL, &options);
	if (!command_begin(&command, &options.common, DB_OWNER, STATEMENT_MS, false))
		return 2;
	return command_end(
		&command, options.status ? print_status(&command.ctx) : migrate_run(&command.ctx, options.quiet));
}
