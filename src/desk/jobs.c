/* See jobs.h. Sleeps to the next moment that is due, at most JOBS_SLEEP_MAX_MS, since a shorter loan may have been accepted meanwhile. */
#include "desk/jobs.h"

#include "base/config.h"
#include "base/log.h"
#include "db/pool.h"
#include "db/query.h"
#include "sla/subject.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#define JOBS_SLEEP_MAX_MS 1000
#define JOBS_RETRY_MS 3000
#define JOBS_DEADLINE_MS 10000
#define JOBS_SWEEP_S 3600

struct jobs {
	const struct config *config;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t woken;
	bool stop;
	instant swept_at;
};

/* One subject in one transaction; the ticket that moved gets its clocks. */
static bool move_one(struct ctx *ctx, enum query query, int64_t id, int *done)
{
	struct query_args args = query_args(ctx);
	arg_int(&args, id);
	arg_instant(&args, ctx->now);
	if (!tx_begin(ctx))
		return false;
	struct rows *rows = query_one(ctx, query, &args);
	if (!rows || (!rows_null(rows, 0, 0) && !clocks_refresh_ticket(ctx, rows_int(rows, 0, 0))))
		return false;
	*done += !rows_null(rows, 0, 0);
	return tx_commit(ctx);
}

static bool move_due(struct ctx *ctx, enum query due, enum query move, int *done)
{
	struct query_args args = query_args(ctx);
	arg_instant(&args, ctx->now);
	struct rows *rows = query_run(ctx, due, &args);
	if (!rows)
		return false;
	for (int i = 0; i < rows_count(rows); i++)
		if (!move_one(ctx, move, rows_int(rows, i, 0), done)) {
			tx_rollback(ctx);
			return false;
		}
	return true;
}

bool jobs_round(struct ctx *ctx, int *done_r)
{
	*done_r = 0;
	return move_due(ctx, QUERY_JOBS_RETURNS_DUE, QUERY_JOBS_RETURN, done_r)
		&& move_due(ctx, QUERY_JOBS_CLOSES_DUE, QUERY_JOBS_CLOSE, done_r);
}

static bool sweep(struct jobs *jobs, struct ctx *ctx)
{
	struct query_args args = query_args(ctx);
	if (ctx->now - jobs->swept_at < JOBS_SWEEP_S)
		return true;
	arg_instant(&args, ctx->now);
	if (!query_run(ctx, QUERY_JOBS_SWEEP, &args))
		return false;
	jobs->swept_at = ctx->now;
	return true;
}

static bool next_sleep_ms(struct ctx *ctx, int64_t *sleep_ms_r)
{
	struct rows *rows = query_one(ctx, QUERY_JOBS_NEXT, NULL);
	if (!rows)
		return false;
	instant at = rows_instant(rows, 0, 0);
	*sleep_ms_r = at != INSTANT_NONE && at <= ctx->now ? 100 : JOBS_SLEEP_MAX_MS;
	return true;
}

/* True: go on. */
static bool sleep_ms(struct jobs *jobs, int64_t ms)
{
	struct timespec until;
	bool stop;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += (ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_mutex_lock(&jobs->lock);
	while (!jobs->stop && pthread_cond_timedwait(&jobs->woken, &jobs->lock, &until) == 0)
		;
	stop = jobs->stop;
	pthread_mutex_unlock(&jobs->lock);
	return !stop;
}

static void *jobs_main(void *argument)
{
	struct jobs *jobs = argument;
	struct ctx ctx = { .arena = arena_create(64 * 1024), .config = jobs->config };
	bool failing = false;
	int64_t pause_ms = 0;
	ctx.db = db_conn_create(jobs->config, DB_RUNTIME, jobs->config->database_statement_ms, true);
	while (sleep_ms(jobs, pause_ms)) {
		int done = 0;
		ctx_begin(&ctx);
		ctx.deadline_ms = monotonic_ms() + JOBS_DEADLINE_MS;
		pause_ms = JOBS_RETRY_MS;
		if (jobs_round(&ctx, &done) && sweep(jobs, &ctx) && next_sleep_ms(&ctx, &pause_ms)) {
			failing = false;
			continue;
		}
		if (!failing)
			log_event(LOG_WARN, "jobs.failed", LOG_TEXT("error", error_type(ctx.error.kind)),
				LOG_TEXT("detail", ctx.error.log_detail ? ctx.error.log_detail : ctx.error.detail));
		failing = true;
	}
	db_conn_destroy(ctx.db);
	arena_destroy(ctx.arena);
	return NULL;
}

struct jobs *jobs_start(const struct config *config)
{
	struct jobs *jobs = calloc(1, sizeof(*jobs));
	pthread_condattr_t monotonic;
	INVARIANT(jobs != NULL);
	jobs->config = config;
	pthread_mutex_init(&jobs->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&jobs->woken, &monotonic);
	pthread_condattr_destroy(&monotonic);
	INVARIANT(pthread_create(&jobs->thread, NULL, jobs_main, jobs) == 0);
	return jobs;
}

void jobs_stop(struct jobs *jobs)
{
	pthread_mutex_lock(&jobs->lock);
	jobs->stop = true;
	pthread_cond_signal(&jobs->woken);
	pthread_mutex_unlock(&jobs->lock);
	pthread_join(jobs->thread, NULL);
	pthread_cond_destroy(&jobs->woken);
	pthread_mutex_destroy(&jobs->lock);
	free(jobs);
}
