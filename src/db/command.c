/* The surroundings of a subcommand. */
#include "db/command.h"

#include "base/log.h"
#include "db/query.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct command_options *options = state->input;
	if (key != 'c')
		return ARGP_ERR_UNKNOWN;
	options->config_path = arg;
	return 0;
}

static const struct argp_option options_known[] = {
	{ "config", 'c', "FILE", 0, "Configuration (default: $VAKHTA_CONFIG, then " CONFIG_DEFAULT_PATH ")", 0 },
	{ 0 },
};
const struct argp command_argp = { options_known, parse, NULL, NULL, NULL, NULL, NULL };

static enum log_level level_named(const char *name)
{
	static const char *const names[] = { "debug", "info", "warn", "error" };
	for (int i = 0; i < 4; i++)
		if (strcmp(name, names[i]) == 0)
			return (enum log_level)i;
	return LOG_INFO;
}

struct config *command_config(const struct command_options *options)
{
	char why[512];
	const char *path = options->config_path ? options->config_path : getenv("VAKHTA_CONFIG");
	struct config *config = config_load(path, why, sizeof(why));
	if (!config)
		fprintf(stderr, "vakhta: %s\n", why);
	else
		log_set_level(level_named(config->log_level));
	return config;
}

bool command_begin(struct command *command, const struct command_options *options, enum db_role role,
	int64_t statement_ms, bool prepare)
{
	memset(command, 0, sizeof(*command));
	command->config = command_config(options);
	if (!command->config)
		return false;
	/* A person at a terminal reads one line about the failure; the log keeps to warnings. */
	if (level_named(command->config->log_level) == LOG_INFO)
		log_set_level(LOG_ERROR);
	command->ctx.config = command->config;
	command->ctx.arena = arena_create(65536);
	command->ctx.db = db_conn_create(command->config, role, statement_ms, prepare);
	ctx_begin(&command->ctx);
	return true;
}

void command_print_error(const struct ctx *ctx)
{
	const struct error *error = &ctx->error;
	const char *text = error->log_detail ? error->log_detail : error->detail;
	fprintf(stderr, "vakhta: %s%s", text ? text : error_title(error->kind), error->fields ? ":" : "");
	for (const struct error_field *field = error->fields; field; field = field->next)
		fprintf(stderr, " %s: %s%s", field->pointer, field->detail, field->next ? ";" : "");
	fputc('\n', stderr);
}

int command_end(struct command *command, bool done)
{
	tx_rollback(&command->ctx);
	if (command->ctx.error.kind != ERROR_NONE || !done)
		command_print_error(&command->ctx);
	bool good = done && command->ctx.error.kind == ERROR_NONE;
	db_conn_destroy(command->ctx.db);
	arena_destroy(command->ctx.arena);
	config_destroy(command->config);
	return good ? 0 : 1;
}
