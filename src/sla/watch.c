/* See watch.h. Sleeps on a condition until the earliest notice_at, at most WATCH_SLEEP_MAX_MS: an earlier notice made on another
 * node is given there, and here only if that node dies.
 * Refuses: to hold more than one subject's lock at a time. */
#include "sla/watch.h"

#include "base/config.h"
#include "base/log.h"
#include "db/pool.h"
#include "db/query.h"
#include "sla/subject.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#define WATCH_SLEEP_MAX_MS 30000
#define WATCH_RETRY_MS 2000
#define WATCH_DEADLINE_MS 10000

struct watch {
	const struct config *config;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t woken;
	bool stop, wake;
};

/* One subject in one transaction. A busy one is left for the next round. */
static bool notice_one(struct ctx *ctx, int64_t ticket, int64_t supplier_case, bool *given_r)
{
	struct query_args args = query_args(ctx);
	struct rows *locked;

	*given_r = false;
	arg_int(&args, ticket != 0 ? ticket : supplier_case);
	if (!tx_begin(ctx))
		return false;
	locked = query_run(ctx, ticket != 0 ? QUERY_WATCH_LOCK_TICKET : QUERY_WATCH_LOCK_CASE, &args);
	if (locked == NULL)
		return false;
	if (rows_count(locked) == 1) {
		if (!(ticket != 0 ? clocks_notice_ticket(ctx, ticket) : clocks_notice_case(ctx, supplier_case)))
			return false;
		*given_r = true;
	}
	return tx_commit(ctx);
}

bool watch_round(struct ctx *ctx, int *done_r)
{
	struct query_args args = query_args(ctx);
	struct rows *due;

	*done_r = 0;
	arg_instant(&args, ctx->now);
	due = query_run(ctx, QUERY_WATCH_DUE, &args);
	if (due == NULL)
		return false;
	for (int i = 0; i < rows_count(due); i++) {
		bool given;

		if (!notice_one(ctx, rows_int(due, i, 0), rows_int(due, i, 1), &given)) {
			tx_rollback(ctx);
			return false;
		}
		*done_r += given;
	}
	return true;
}

/* How long to sleep, from the earliest notice. */
static bool next_sleep_ms(struct ctx *ctx, int64_t *sleep_ms_r)
{
	struct rows *next = query_one(ctx, QUERY_WATCH_NEXT, NULL);
	instant at;

	if (next == NULL)
		return false;
	at = rows_instant(next, 0, 0);
	clocks_watch_next = at != INSTANT_NONE && at < ctx->now + WATCH_SLEEP_MAX_MS / 1000 ? at : ctx->now + WATCH_SLEEP_MAX_MS / 1000;
	*sleep_ms_r = WATCH_SLEEP_MAX_MS;
	if (at != INSTANT_NONE && at - ctx->now < WATCH_SLEEP_MAX_MS / 1000)
		*sleep_ms_r = at <= ctx->now ? 0 : (at - ctx->now) * 1000;
	return true;
}

static void sleep_or_wake(struct watch *watch, int64_t ms)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += (ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_mutex_lock(&watch->lock);
	while (!watch->stop && !watch->wake)
		if (pthread_cond_timedwait(&watch->woken, &watch->lock, &until) != 0)
			break;
	watch->wake = false;
	pthread_mutex_unlock(&watch->lock);
}

static bool stopping(struct watch *watch)
{
	bool stop;

	pthread_mutex_lock(&watch->lock);
	stop = watch->stop;
	pthread_mutex_unlock(&watch->lock);
	return stop;
}

static void *watch_main(void *argument)
{
	struct watch *watch = argument;
	struct ctx ctx = { .arena = arena_create(64 * 1024), .config = watch->config };
	bool failing = false;

	ctx.db = db_conn_create(watch->config, DB_RUNTIME, watch->config->database_statement_ms, true);
	while (!stopping(watch)) {
		int64_t sleep_ms = WATCH_RETRY_MS;
		int done = 0;

		ctx_begin(&ctx);
		ctx.deadline_ms = monotonic_ms() + WATCH_DEADLINE_MS;
		if (watch_round(&ctx, &done) && next_sleep_ms(&ctx, &sleep_ms)) {
			if (failing)
				log_event(LOG_INFO, "watch.recovered", LOG_INT("done", done));
			failing = false;
			if (sleep_ms == 0 && done == 0)
				sleep_ms = 100; /* another node holds what is due */
		} else {
			if (!failing)
				log_event(LOG_WARN, "watch.failed", LOG_TEXT("error", error_type(ctx.error.kind)),
					LOG_TEXT("detail", ctx.error.log_detail));
			failing = true;
		}
		if (sleep_ms > 0)
			sleep_or_wake(watch, sleep_ms);
	}
	db_conn_destroy(ctx.db);
	arena_destroy(ctx.arena);
	return NULL;
}

struct watch *watch_start(const struct config *config)
{
	struct watch *watch = calloc(1, sizeof(*watch));
	pthread_condattr_t monotonic;

	INVARIANT(watch != NULL);
	watch->config = config;
	pthread_mutex_init(&watch->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&watch->woken, &monotonic);
	pthread_condattr_destroy(&monotonic);
	INVARIANT(pthread_create(&watch->thread, NULL, watch_main, watch) == 0);
	return watch;
}

void watch_wake(struct watch *watch)
{
	pthread_mutex_lock(&watch->lock);
	watch->wake = true;
	pthread_cond_signal(&watch->woken);
	pthread_mutex_unlock(&watch->lock);
}

void watch_stop(struct watch *watch)
{
	pthread_mutex_lock(&watch->lock);
	watch->stop = true;
	pthread_cond_signal(&watch->woken);
	pthread_mutex_unlock(&watch->lock);
	pthread_join(watch->thread, NULL);
	pthread_cond_destroy(&watch->woken);
	pthread_mutex_destroy(&watch->lock);
	free(watch);
}
