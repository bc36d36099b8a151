/* See jobs.h. */
#include "quality/jobs.h"

#include "base/config.h"
#include "base/log.h"
#include "db/query.h"
#include "quality/jobs.sql.h"
#include "quality/kpi.h"

#define SLEEP_MS (10 * 60 * 1000)
#define RETRY_MS 30000
#define DEADLINE_MS (5 * 60 * 1000)
#define STATEMENT_MS (2 * 60 * 1000)

/* A draw in a transaction of its own; the table's key settles which node makes it. */
static bool draw(struct ctx *ctx, const char *week, int *done)
{
	struct query_args args = query_args(ctx);
	arg_text(&args, week);
	arg_text(&args, ctx->config->desk_zone);
	arg_instant(&args, ctx->now);
	if (!tx_begin(ctx))
		return false;
	struct rows *rows = query_one(ctx, QUERY_QUALITY_JOB_DRAW, &args);
	if (!rows || !tx_commit(ctx))
		return false;
	if (!rows_null(rows, 0, 0)) {
		++*done;
		log_event(LOG_INFO, "quality.drawn", LOG_TEXT("week", week));
	}
	return true;
}

/* The lock is held to the end of the transaction: the second node finds the month done. */
static bool compute(struct ctx *ctx, const char *month, int *done)
{
	struct query_args args = query_args(ctx);
	int count;
	arg_text(&args, month);
	if (!tx_begin(ctx))
		return false;
	struct rows *rows = query_one(ctx, QUERY_QUALITY_JOB_KPI_CLAIM, &args);
	if (!rows)
		return false;
	if (!rows_bool(rows, 0, 0)) {
		tx_rollback(ctx);
		return true;
	}
	if (!kpi_compute(ctx, month, &count) || !tx_commit(ctx))
		return false;
	*done += count;
	log_event(LOG_INFO, "quality.kpi", LOG_TEXT("month", month), LOG_INT("subjects", count));
	return true;
}

static bool attestations(struct ctx *ctx, int *done)
{
	struct query_args args = query_args(ctx);
	arg_instant(&args, ctx->now);
	arg_text(&args, ctx->config->desk_zone);
	if (!tx_begin(ctx))
		return false;
	struct rows *rows = query_one(ctx, QUERY_QUALITY_JOB_ATTESTATIONS, &args);
	if (!rows || !tx_commit(ctx))
		return false;
	*done += (int)rows_int(rows, 0, 0);
	return true;
}

bool quality_jobs_round(struct ctx *ctx, int *done_r)
{
	struct query_args args = query_args(ctx);
	*done_r = 0;
	arg_instant(&args, ctx->now);
	arg_text(&args, ctx->config->desk_zone);
	struct rows *rows = query_run(ctx, QUERY_QUALITY_JOB_DUE, &args);
	if (!rows)
		return false;
	for (int i = 0; i < rows_count(rows); i++) {
		const char *day = rows_text(rows, i, 1);
		if (!(rows_bool(rows, i, 0) ? draw(ctx, day, done_r) : compute(ctx, day, done_r)))
			return false;
	}
	return attestations(ctx, done_r);
}

static bool round_of_quality(struct ctx *ctx, void *user, int64_t *sleep_ms_r)
{
	int done;
	(void)user;
	(void)sleep_ms_r;
	return quality_jobs_round(ctx, &done);
}

struct rounds *quality_jobs_start(const struct config *config)
{
	const struct rounds_plan plan = {
		.name = "quality",
		.round = round_of_quality,
		.longest_sleep_ms = SLEEP_MS,
		.retry_ms = RETRY_MS,
		.deadline_ms = DEADLINE_MS,
		.statement_ms = STATEMENT_MS,
	};
	return rounds_start(config, &plan);
}
