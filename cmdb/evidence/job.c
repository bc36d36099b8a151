/* The computation of the day: one step a transaction, so that it can be stopped at any time, goes on where it was, and never holds what it
 * reads for long. Nodes take turns by an advisory lock.
 * Owns: its thread. Refuses: to hurry; a page shows the last finished day meanwhile. */
#include "cmdb/evidence/evidence.h"

#include "base/config.h"
#include "base/log.h"
#include "cmdb/evidence/job.sql.h"
#include "cmdb/evidence/store.h"
#include "people/link.h"

#include <stdatomic.h>

#define SLEEP_MS (10 * 60 * 1000)
#define RETRY_MS 60000
#define LIMIT_MS (60 * 60 * 1000)

static struct rounds *_Atomic the_rounds;

void evidence_wake(void)
{
	struct rounds *rounds = atomic_load(&the_rounds);
	if (rounds)
		rounds_wake(rounds);
}

static bool run_step(struct ctx *ctx, const struct query *query, const char *day, int64_t class_id, const char *name)
{
	struct query_args args = query_args(ctx);
	int64_t began = monotonic_ms();
	arg_text(&args, day);
	if (class_id)
		arg_int(&args, class_id);
	struct rows *rows = query_one(ctx, query, &args);
	if (!rows)
		return false;
	log_event(LOG_INFO, "evidence.step", LOG_TEXT("step", name), LOG_INT("class", class_id), LOG_INT("rows", rows_int(rows, 0, 0)),
		LOG_INT("took_ms", monotonic_ms() - began));
	return true;
}

/* Mail about what is due leaves together with the end of the computation that found it. */
static bool close_day(struct ctx *ctx, const char *day)
{
	struct query_args args = query_args(ctx);
	if (!run_step(ctx, QUERY_EVIDENCE_CLOSE, day, 0, "close"))
		return false;
	arg_text(&args, day);
	arg_text(&args, ctx->config->desk_zone);
	arg_text(&args, link_page(ctx, "/confirm"));
	arg_instant(&args, ctx->now);
	struct rows *rows = query_one(ctx, QUERY_EVIDENCE_REMIND, &args);
	if (rows)
		log_event(LOG_INFO, "evidence.closed", LOG_TEXT("day", day), LOG_INT("reminders", rows_int(rows, 0, 0)));
	return rows != NULL;
}

static bool round_of_evidence(struct ctx *ctx, void *user, int64_t *sleep_ms_r)
{
	struct query_args args = query_args(ctx);
	const char *today;
	bool good;
	(void)user;
	if (!evidence_today(ctx, &today))
		return false;
	arg_text(&args, today);
	arg_instant(&args, ctx->now);
	struct rows *rows = tx_begin(ctx) ? query_run(ctx, QUERY_EVIDENCE_OPEN, &args) : NULL;
	if (!rows)
		return false;
	if (rows_count(rows) == 0) {
		tx_rollback(ctx);
		return true;
	}
	const char *day = rows_text(rows, 0, 0);
	if (!rows_bool(rows, 0, 1))
		good = run_step(ctx, QUERY_EVIDENCE_REACH, day, 0, "reach");
	else if (!rows_null(rows, 0, 2))
		good = run_step(ctx, QUERY_EVIDENCE_CLASS, day, rows_int(rows, 0, 2), "class");
	else
		good = close_day(ctx, day);
	*sleep_ms_r = 0;
	return good && tx_commit(ctx);
}

struct rounds *evidence_start(const struct config *config)
{
	const struct rounds_plan plan = {
		.name = "evidence",
		.round = round_of_evidence,
		.longest_sleep_ms = SLEEP_MS,
		.retry_ms = RETRY_MS,
		.deadline_ms = LIMIT_MS,
		.statement_ms = LIMIT_MS,
	};
	struct rounds *rounds = rounds_start(config, &plan);
	atomic_store(&the_rounds, rounds);
	return rounds;
}

bool evidence_stop(struct rounds *rounds, int limit_ms)
{
	atomic_store(&the_rounds, NULL);
	return rounds_stop_within(rounds, limit_ms);
}
