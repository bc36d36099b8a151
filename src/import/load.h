/* One import: the file is read and judged whole, the names in it become rows, then its tickets are written batch by
 * batch, a transaction each, over several connections at once (a connection's server process is what takes the
 * time).
 * Owns: the order of it, the counts and the list of refusals. Refuses: to write anything when the file as a whole is
 * broken. */
#ifndef VAKHTA_IMPORT_LOAD_H
#define VAKHTA_IMPORT_LOAD_H

#include "base/ctx.h"
#include "import/map.h"
#include "import/names.h"
#include "import/spool.h"
#include "import/story.h"

#include <pthread.h>
#include <stdio.h>

#define TRAIL_BATCH_TICKETS 500
#define TRAIL_BATCH_ROWS 20000 /* a batch ends earlier when its tickets have more rows than this */

struct trail_counts {
	int64_t rows_read, rows_in, rows_refused;
	int64_t tickets_new, tickets_continued, tickets_unchanged, tickets_refused;
	int64_t events, handovers;
};

#define TRAIL_JOBS_MAX 16

/* What the threads of a run share. */
struct trail_shared {
	pthread_mutex_t mutex;
	FILE *refusals; /* one line each */
	int refusals_most, refusals_shown;
	int next_case; /* the first that no thread has taken */
	bool failed;
	int64_t rows_done, progress_ms;
};

/* A thread's view of the run: all have the same but for ctx and counts. */
struct trail_run {
	struct ctx *ctx;    /* of the batch at hand: its arena is reset between batches */
	struct ctx *keeper; /* its arena lives as long as the run; read only while threads work */
	struct trail_shared *shared;
	int jobs;
	int64_t statement_ms;
	struct trail_map *map;
	const char *path;
	bool trial, show_progress;
	char delimiter;
	struct trail_spool *spool;
	struct trail_names *names;
	struct trail_setting setting;
	int64_t calendar_version;
	struct trail_counts counts;
	int64_t began_ms;
};

/* Fills run->counts. False: see the error of run->keeper or run->ctx; that of another thread was printed. */
bool trail_run(struct trail_run *run) MUST_CHECK;

/* "line 7: INC1: reason"; rows and tickets are counted by the caller. Thread: any. */
void trail_refuse(struct trail_run *run, int line, const char *number_or_null, const char *reason);

/* The tickets of cases first … first + count - 1 of the spool, in the transaction that is open (batch.c). */
bool trail_batch_write(struct trail_run *run, int first, int count) MUST_CHECK;

#endif
