/* See watch.h. Sleeps until the earliest notice_at, at most WATCH_SLEEP_MAX_MS: an earlier notice made on another
 * node is given there, and here only if that node dies.
 * Refuses: to hold more than one subject's lock at a time. */
#include "sla/watch.h"

#include "db/query.h"
#include "sla/subject.h"
#include "sla/watch.sql.h"

#define WATCH_SLEEP_MAX_MS 30000
#define WATCH_RETRY_MS 2000
#define WATCH_DEADLINE_MS 10000

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
	clocks_watch_next =
		at != INSTANT_NONE && at < ctx->now + WATCH_SLEEP_MAX_MS / 1000 ? at : ctx->now + WATCH_SLEEP_MAX_MS / 1000;
	*sleep_ms_r = WATCH_SLEEP_MAX_MS;
	if (at != INSTANT_NONE && at - ctx->now < WATCH_SLEEP_MAX_MS / 1000)
		*sleep_ms_r = at <= ctx->now ? 0 : (at - ctx->now) * 1000;
	return true;
}

static bool round_of_watch(struct ctx *ctx, void *user, int64_t *sleep_ms_r)
{
	int done;
	(void)user;
	if (!watch_round(ctx, &done) || !next_sleep_ms(ctx, sleep_ms_r))
		return false;
	if (*sleep_ms_r == 0 && done == 0)
		*sleep_ms_r = 100; /* another node holds what is due */
	return true;
}

struct rounds *watch_start(const struct config *config)
{
	const struct rounds_plan plan = {
		.name = "watch",
		.round = round_of_watch,
		.longest_sleep_ms = WATCH_SLEEP_MAX_MS,
		.retry_ms = WATCH_RETRY_MS,
		.deadline_ms = WATCH_DEADLINE_MS,
	};
	return rounds_start(config, &plan);
}
