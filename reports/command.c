/* vakhta report: a workbook into a file. The file appears whole or not at all.
 * Owns: the temporary file beside the target. */
#include "commands.h"

#include "db/command.h"
#include "db/query.h"
#include "reports/make.h"
#include "reports/supplier_sla.sql.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COPY_BYTES 1048576

struct options {
	struct command_options common;
	const char *report, *from, *to, *supplier, *language, *zone, *out;
	struct sla_request request;
};

enum { OPTION_FROM = 256, OPTION_TO, OPTION_SUPPLIER, OPTION_LANG, OPTION_ZONE, OPTION_ROWS };

static int64_t day_of(struct argp_state *state, const char *name, const char *text)
{
	int64_t day = 0;
	if (!text)
		argp_error(state, "%s says the date, 2026-07-01", name);
	else if (!day_parse(text, &day))
		argp_error(state, "%s: \"%s\" is not a date like 2026-07-01", name, text);
	return day;
}

static void check(struct argp_state *state, struct options *options)
{
	if (!options->report)
		argp_error(state, "say which report: supplier-sla or desk-quality");
	options->request.from_day = day_of(state, "--from", options->from);
	options->request.to_day = day_of(state, "--to", options->to);
	if (options->request.to_day <= options->request.from_day)
		argp_error(state, "--to must be after --from; it is the first day that no longer belongs to the period");
	if (options->request.to_day - options->request.from_day > PERIOD_DAYS_MAX)
		argp_error(state, "--to must be at most ten years after --from");
	if (!options->out)
		argp_error(state, "--out says the file to write");
	if (options->supplier && strcmp(options->report, "supplier-sla") != 0)
		argp_error(state, "--supplier goes with supplier-sla alone");
	if (options->language && strcmp(options->language, "en") != 0 && strcmp(options->language, "ru") != 0)
		argp_error(state, "--lang is en or ru");
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->common;
		return 0;
	case OPTION_FROM:
		options->from = arg;
		return 0;
	case OPTION_TO:
		options->to = arg;
		return 0;
	case OPTION_SUPPLIER:
		options->supplier = arg;
		return 0;
	case OPTION_LANG:
		options->language = arg;
		return 0;
	case OPTION_ZONE:
		options->zone = arg;
		return 0;
	case OPTION_ROWS:
		if (!text_parse_int64(arg, &options->request.rows_per_sheet) || options->request.rows_per_sheet < 1 ||
			options->request.rows_per_sheet > TABLE_ROWS_MAX)
			argp_error(state, "--rows-per-sheet is 1 to %lld", (long long)TABLE_ROWS_MAX);
		return 0;
	case 'o':
		options->out = arg;
		return 0;
	case ARGP_KEY_ARG:
		if (options->report || (strcmp(arg, "supplier-sla") != 0 && strcmp(arg, "desk-quality") != 0))
			argp_error(state, "\"%s\" is not a report; there are supplier-sla and desk-quality", arg);
		options->report = arg;
		return 0;
	case ARGP_KEY_END:
		check(state, options);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static bool show_progress(void *user, int64_t done, int64_t all)
{
	(void)user;
	fprintf(stderr, "\r%3d %%", (int)(all > 0 ? done * 100 / all : 0));
	return true;
}

/* An id, a key, or a name that only one supplier has. */
static bool find_supplier(struct ctx *ctx, const char *wanted, int64_t *id_r)
{
	struct query_args args = query_args(ctx);
	if (!wanted || text_parse_int64(wanted, id_r))
		return true;
	arg_text(&args, wanted);
	struct rows *rows = query_run(ctx, QUERY_REPORT_SLA_SUPPLIER_NAMED, &args);
	if (!rows)
		return false;
	if (rows_count(rows) == 0)
		return fail_field(ctx, "--supplier", "there is no such supplier");
	if (rows_count(rows) > 1)
		return fail_field(ctx, "--supplier", "several have this name; give the id");
	*id_r = rows_int(rows, 0, 0);
	return true;
}

static bool copy_all(int from, int to)
{
	char *buffer = malloc(COPY_BYTES);
	bool good = buffer != NULL;
	ssize_t got = 0;
	while (good && (got = read(from, buffer, COPY_BYTES)) > 0)
		for (ssize_t put = 0, n; good && put < got; put += n)
			good = (n = write(to, buffer + put, (size_t)(got - put))) > 0;
	free(buffer);
	return good && got == 0;
}

/* Beside the target, so that the renaming cannot cross volumes. */
static bool deliver(struct ctx *ctx, int fd, const char *out)
{
	char *path = arena_printf(ctx->arena, "%s.XXXXXX", out);
	mode_t mask = umask(0);
	umask(mask);
	int to = mkostemp(path, O_CLOEXEC);
	bool good = to >= 0 && copy_all(fd, to) && fchmod(to, 0666 & ~mask) == 0 && fsync(to) == 0;
	int why = errno;
	if (to >= 0 && close(to) != 0 && good) {
		good = false;
		why = errno;
	}
	if (good && rename(path, out) != 0) {
		good = false;
		why = errno;
	}
	if (!good && to >= 0)
		unlink(path);
	return good || fail(ctx, ERROR_INTERNAL, "%s: %s", out, strerror(why));
}

static bool run(struct ctx *ctx, struct options *options)
{
	int fd;
	if (!find_supplier(ctx, options->supplier, &options->request.supplier_id))
		return false;
	bool good = report_make(ctx, options->report, &options->request, &fd);
	if (options->request.progress)
		fputs("\r     \r", stderr);
	if (!good)
		return false;
	good = deliver(ctx, fd, options->out);
	close(fd);
	return good;
}

int command_report(int argc, char **argv)
{
	static const struct argp_option known[] = {
		{ "from", OPTION_FROM, "DATE", 0, "First day of the period", 0 },
		{ "to", OPTION_TO, "DATE", 0, "First day that no longer belongs to it", 0 },
		{ "supplier", OPTION_SUPPLIER, "ID|NAME", 0, "Only this supplier", 0 },
		{ "lang", OPTION_LANG, "en|ru", 0, "Language (default: desk.language)", 0 },
		{ "zone", OPTION_ZONE, "ZONE", 0, "Time zone of days and times (default: desk.zone)", 0 },
		{ "out", 'o', "FILE", 0, "Workbook to write", 0 },
		{ "rows-per-sheet", OPTION_ROWS, "N", 0,
			"Continue on a further sheet after so many rows (default: what the format holds)", 0 },
		{ 0 },
	};
	static const struct argp_child children[] = { { &command_argp, 0, NULL, 0 }, { 0 } };
	static const struct argp argp = { known, parse, "supplier-sla|desk-quality --from DATE --to DATE --out FILE",
		"Writes how the suppliers kept their contracts, or how good the service desk was, as a workbook (.xlsx) whose every "
		"figure is a formula over its detail sheets.",
		children, NULL, NULL };
	struct options options = { 0 };
	struct command command;
	argp_parse(&argp, argc, argv, 0, NULL, &options);
	struct config *config = command_config(&options.common);
	if (!config)
		return 2;
	int64_t statement_ms = config->database_report_statement_ms;
	config_destroy(config);
	if (!command_begin(&command, &options.common, DB_RUNTIME, statement_ms, true))
		return 2;
	options.request.zone = options.zone ? options.zone : command.config->desk_zone;
	options.request.language = options.language ? options.language : command.config->desk_language;
	options.request.made_by = words_get(words_language(options.request.language), WORD_AUTHOR_COMMAND);
	options.request.progress = isatty(STDERR_FILENO) ? show_progress : NULL;
	return command_end(&command, run(&command.ctx, &options));
}
