/* See rounds.h.
 * Owns: the thread, its connection and arena. */
#include "db/rounds.h"

#include "base/config.h"
#include "base/log.h"
#include "db/pool.h"
#include "db/query.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct rounds {
	const struct config *config;
	struct rounds_plan plan;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t woken;
	bool stop, wake;
};

/* True: go on. */
static bool sleep_or_wake(struct rounds *rounds, int64_t ms)
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
	pthread_mutex_lock(&rounds->lock);
	while (ms > 0 && !rounds->stop && !rounds->wake)
		if (pthread_cond_timedwait(&rounds->woken, &rounds->lock, &until) != 0)
			break;
	rounds->wake = false;
	stop = rounds->stop;
	pthread_mutex_unlock(&rounds->lock);
	return !stop;
}

static void say(const struct rounds *rounds, const struct ctx *ctx, bool failed)
{
	char event[64];
	snprintf(event, sizeof(event), "%s.%s", rounds->plan.name, failed ? "failed" : "recovered");
	if (failed)
		log_event(LOG_WARN, event, LOG_TEXT("error", error_type(ctx->error.kind)),
			LOG_TEXT("detail", ctx->error.log_detail ? ctx->error.log_detail : ctx->error.detail));
	else
		log_event(LOG_INFO, event);
}

static void *rounds_main(void *argument)
{
	struct rounds *rounds = argument;
	const struct rounds_plan *plan = &rounds->plan;
	struct ctx ctx = { .arena = arena_create(64 * 1024), .config = rounds->config };
	int64_t sleep_ms = 0;
	bool failing = false;

	ctx.db = db_conn_create(rounds->config, DB_RUNTIME,
		plan->statement_ms > 0 ? plan->statement_ms : rounds->config->database_statement_ms, true);
	while (sleep_or_wake(rounds, sleep_ms)) {
		ctx_begin(&ctx);
		ctx.deadline_ms = monotonic_ms() + plan->deadline_ms;
		sleep_ms = plan->longest_sleep_ms;
		bool good = plan->round(&ctx, plan->user, &sleep_ms);
		if (!good) {
			sleep_ms = plan->retry_ms;
			tx_rollback(&ctx);
		}
		if (good == failing)
			say(rounds, &ctx, !good);
		failing = !good;
	}
	db_conn_destroy(ctx.db);
	arena_destroy(ctx.arena);
	return NULL;
}

struct rounds *rounds_start(const struct config *config, const struct rounds_plan *plan)
{
	struct rounds *rounds = calloc(1, sizeof(*rounds));
	pthread_condattr_t monotonic;
	INVARIANT(rounds != NULL);
	rounds->config = config;
	rounds->plan = *plan;
	pthread_mutex_init(&rounds->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&rounds->woken, &monotonic);
	pthread_condattr_destroy(&monotonic);
	INVARIANT(pthread_create(&rounds->thread, NULL, rounds_main, rounds) == 0);
	return rounds;
}

void rounds_wake(struct rounds *rounds)
{
	pthread_mutex_lock(&rounds->lock);
	rounds->wake = true;
	pthread_cond_signal(&rounds->woken);
	pthread_mutex_unlock(&rounds->lock);
}

static void ask_to_stop(struct rounds *rounds)
{
	pthread_mutex_lock(&rounds->lock);
	rounds->stop = true;
	pthread_cond_signal(&rounds->woken);
	pthread_mutex_unlock(&rounds->lock);
}

static void release(struct rounds *rounds)
{
	pthread_cond_destroy(&rounds->woken);
	pthread_mutex_destroy(&rounds->lock);
	free(rounds);
}

void rounds_stop(struct rounds *rounds)
{
	if (!rounds)
		return;
	ask_to_stop(rounds);
	pthread_join(rounds->thread, NULL);
	release(rounds);
}

bool rounds_stop_within(struct rounds *rounds, int limit_ms)
{
	struct timespec until;
	ask_to_stop(rounds);
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += limit_ms / 1000;
	if (pthread_timedjoin_np(rounds->thread, NULL, &until) != 0)
		return false;
	release(rounds);
	return true;
}
