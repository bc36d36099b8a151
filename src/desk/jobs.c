/* See jobs.h. Sleeps to the next moment that is due, at most JOBS_SLEEP_MAX_MS, since a shorter loan may have been accepted meanwhile. */
#include "desk/jobs.h"

#include "db/query.h"
#include "desk/jobs.sql.h"
#include "people/session.h"
#include "sla/subject.h"

#define JOBS_SLEEP_MAX_MS 1000
#define JOBS_RETRY_MS 3000
#define JOBS_DEADLINE_MS 10000
#define JOBS_SWEEP_S 3600
/* Bites of one sweep; what is left waits for the next round, so that tickets never wait for a large sweep. */
#define JOBS_SWEEP_BITES 20

/* One subject in one transaction; the ticket that moved gets its clocks. */
static bool move_one(struct ctx *ctx, const struct query *query, int64_t id, int *done)
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

static bool move_due(struct ctx *ctx, const struct query *due, const struct query *move, int *done)
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
	return move_due(ctx, QUERY_JOBS_RETURNS_DUE, QUERY_JOBS_RETURN, done_r) &&
		move_due(ctx, QUERY_JOBS_CLOSES_DUE, QUERY_JOBS_CLOSE, done_r);
}

static bool sweep(struct ctx *ctx, instant *swept_at)
{
	struct query_args args = query_args(ctx);
	int64_t deleted = 1;
	if (ctx->now - *swept_at < JOBS_SWEEP_S)
		return true;
	for (int bite = 0; deleted > 0 && bite < JOBS_SWEEP_BITES; bite++)
		if (!session_purge(ctx, &deleted))
			return false;
	if (deleted > 0)
		return true;
	arg_instant(&args, ctx->now);
	if (!query_run(ctx, QUERY_JOBS_SWEEP, &args))
		return false;
	*swept_at = ctx->now;
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

static bool round_of_jobs(struct ctx *ctx, void *user, int64_t *sleep_ms_r)
{
	int done;
	return jobs_round(ctx, &done) && sweep(ctx, user) && next_sleep_ms(ctx, sleep_ms_r);
}

struct rounds *jobs_start(const struct config *config)
{
	static instant swept_at; /* of the one thread */
	const struct rounds_plan plan = {
		.name = "jobs",
		.round = round_of_jobs,
		.user = &swept_at,
		.longest_sleep_ms = JOBS_SLEEP_MAX_MS,
		.retry_ms = JOBS_RETRY_MS,
		.deadline_ms = JOBS_DEADLINE_MS,
	};
	return rounds_start(config, &plan);
}
