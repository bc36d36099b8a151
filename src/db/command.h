/* What every subcommand of the program needs: --config, its configuration, a context with a connection, and one line about what
 * went wrong. Exit statuses: 0 done, 1 failed, 2 called wrongly.
 *
 *     static struct argp_child children[] = { { &command_argp, 0, NULL, 0 }, { 0 } };
 *     … argp_parse(&argp, argc, argv, 0, NULL, &options);   options begins with struct command_options; the parser hands it to
 *                                                           the child in ARGP_KEY_INIT: state->child_inputs[0] = state->input
 *     struct command command;
 *     if (!command_begin(&command, &options.common, DB_RUNTIME, 60000, true))
 *         return 2;
 *     return command_end(&command, do_it(&command.ctx));
 */
#ifndef VAKHTA_DB_COMMAND_H
#define VAKHTA_DB_COMMAND_H

#include "base/config.h"
#include "base/ctx.h"
#include "db/pool.h"

#include <argp.h>

struct command_options {
	const char *config_path; /* NULL: $VAKHTA_CONFIG, then the default path */
};

/* --config FILE. Its input is a struct command_options. */
extern const struct argp command_argp;

struct command {
	struct ctx ctx;
	struct config *config;
};

/* Only loads the configuration and sets the log level. NULL: the reason was printed; exit with 2. */
struct config *command_config(const struct command_options *options);
/* Loads the configuration and makes a context whose connection opens at its first use. False: the reason was printed. */
bool command_begin(struct command *command, const struct command_options *options, enum db_role role,
	int64_t statement_ms, bool prepare) MUST_CHECK;
/* Rolls back what is open, prints the error in one line if there is one, releases all. Returns the exit status. */
int command_end(struct command *command, bool done);
/* The error of a context as one line "vakhta: …" on standard error, wrong fields after it. */
void command_print_error(const struct ctx *ctx);

#endif
