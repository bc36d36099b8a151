/* vakhta import event-log: the audit log of another system as tickets with their history.
 * Exit 0: every row is in; 1: something was refused, or it failed; 2: called wrongly. */
#include "commands.h"

#include "db/command.h"
#include "import/load.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STATEMENT_MS 600000
#define REFUSALS_ON_TERMINAL 50

struct options {
	struct command_options common;
	const char *file, *map, *source, *refusals;
	bool dry_run;
	int jobs;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;
	char *end;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->common;
		return 0;
	case 'm':
		options->map = arg;
		return 0;
	case 's':
		options->source = arg;
		return 0;
	case 'n':
		options->dry_run = true;
		return 0;
	case 'r':
		options->refusals = arg;
		return 0;
	case 'j':
		options->jobs = (int)strtol(arg, &end, 10);
		if (*end || options->jobs < 1 || options->jobs > TRAIL_JOBS_MAX)
			argp_error(state, "--jobs must be 1 to %d", TRAIL_JOBS_MAX);
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num > 1 || (state->arg_num == 0 && strcmp(arg, "event-log") != 0))
			argp_error(state, "say event-log and one file");
		if (state->arg_num == 1)
			options->file = arg;
		return 0;
	case ARGP_KEY_END:
		if (!options->file || !options->map)
			argp_error(state, "say event-log, a file, and its map with --map");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static void summary(const struct trail_run *run)
{
	const struct trail_counts *counts = &run->counts;
	double seconds = (double)(monotonic_ms() - run->began_ms) / 1000;
	printf("%s%s: %lld rows of %d tickets in %.1f s, %.0f rows/s\n", run->map->source,
		run->trial ? " (dry run, nothing was written)" : "", (long long)counts->rows_read,
		trail_spool_cases(run->spool), seconds, (double)counts->rows_read / (seconds > 0.001 ? seconds : 0.001));
	printf("tickets: %lld new, %lld continued, %lld unchanged, %lld refused\n", (long long)counts->tickets_new,
		(long long)counts->tickets_continued, (long long)counts->tickets_unchanged, (long long)counts->tickets_refused);
	printf("rows: %lld brought in, %lld refused; %lld events, %lld handovers\n", (long long)counts->rows_in,
		(long long)counts->rows_refused, (long long)counts->events, (long long)counts->handovers);
	printf("named: %lld people, %lld teams, %lld categories, %lld CIs, %lld suppliers\n",
		(long long)trail_names_count(run->names, NAME_PERSON), (long long)trail_names_count(run->names, NAME_TEAM),
		(long long)trail_names_count(run->names, NAME_CATEGORY), (long long)trail_names_count(run->names, NAME_CI),
		(long long)trail_names_count(run->names, NAME_SUPPLIER));
}

/* What was refused before a failure is told all the same. */
static int run_and_tell(struct trail_run *run, const struct options *options)
{
	struct trail_shared shared = {
		.mutex = PTHREAD_MUTEX_INITIALIZER, .refusals = stderr, .refusals_most = REFUSALS_ON_TERMINAL
	};
	run->shared = &shared;
	if (options->refusals) {
		shared.refusals = fopen(options->refusals, "we");
		shared.refusals_most = INT32_MAX - 1;
		if (!shared.refusals) {
			fprintf(stderr, "vakhta: %s: %s\n", options->refusals, strerror(errno));
			return 2;
		}
	}
	bool good = trail_run(run);
	if (good)
		summary(run);
	if (options->refusals && fclose(shared.refusals) != 0) {
		fprintf(stderr, "vakhta: %s: %s\n", options->refusals, strerror(errno));
		good = false;
	}
	if (!good && run->keeper->error.kind != ERROR_NONE)
		command_print_error(run->keeper);
	return good && run->counts.rows_refused == 0 && fflush(stdout) == 0 ? 0 : 1;
}

int command_import(int argc, char **argv)
{
	static const struct argp_option known[] = {
		{ "map", 'm', "MAP.json", 0,
			"What the columns mean (docs/import-event-log.md; maps for ServiceNow are installed in share/vakhta/maps)",
			0 },
		{ "dry-run", 'n', NULL, 0, "Read, map and count everything, write nothing", 0 },
		{ "source", 's', "NAME", 0, "Name of the other system; default: the map's", 0 },
		{ "jobs", 'j', "N", 0, "Connections that write at once (default 2)", 0 },
		{ "refusals", 'r', "FILE", 0,
			"Write every refused row there with its line and reason; default: the first 50 to standard error", 0 },
		{ 0 },
	};
	static const struct argp_child children[] = { { &command_argp, 0, NULL, 0 }, { 0 } };
	static const struct argp argp = { known, parse, "event-log FILE.csv[.gz]",
		"Brings the audit log of another system in as tickets with their timelines, owners, handovers and waits, as "
		"history: nobody is "
		"notified, every instant is the original one.\vRun again it changes nothing; a longer log of the same source "
		"continues the tickets. "
		"Exit status: 0 every row is in, 1 something was refused or it failed, 2 called wrongly.",
		children, NULL, NULL };
	struct options options = { .jobs = 2 };
	struct command command;
	argp_parse(&argp, argc, argv, 0, NULL, &options);
	if (!command_begin(&command, &options.common, DB_RUNTIME, STATEMENT_MS, true))
		return 2;
	struct ctx keeper = { .arena = arena_create(1024 * 1024), .config = command.config };
	ctx_begin(&keeper);
	struct trail_run run = { .ctx = &command.ctx,
		.keeper = &keeper,
		.path = options.file,
		.trial = options.dry_run,
		.jobs = options.jobs,
		.statement_ms = STATEMENT_MS };
	run.show_progress = isatty(STDERR_FILENO);
	run.map = trail_map_read(&keeper, options.map, options.source);
	int status = 2;
	if (run.map)
		status = run_and_tell(&run, &options);
	else
		command_print_error(&keeper);
	arena_destroy(keeper.arena);
	int ended = command_end(&command, true);
	return status != 0 ? status : ended;
}
