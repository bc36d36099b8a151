/* Work that comes by itself: inventories that wait become CIs, one agent a transaction, and agents that are silent make their CIs stale. Any
 * number of nodes: each takes agents that no other holds.
 * Owns: the thread that inventory_jobs_wake reaches. */
#include "cmdb/inventory/apply.h"
#include "cmdb/inventory/inventory.h"
#include "cmdb/inventory/inventory.sql.h"

#include "base/log.h"
#include "db/query.h"

#include <pthread.h>

#define SLEEP_MS 20000
#define RETRY_MS 5000
#define DEADLINE_MS 300000
#define STATEMENT_MS 120000

static pthread_mutex_t running_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct rounds *running;

static bool note_failure(struct ctx *ctx, int64_t agent, const char *why)
{
	struct query_args args = query_args(ctx);
	arg_int(&args, agent);
	arg_text(&args, why);
	return tx_begin(ctx) && query_run(ctx, QUERY_INVENTORY_FAILED, &args) && tx_commit(ctx);
}

/* A refusal stays with its agent; whatever else fails is tried again in the next round. */
static bool work_on_one(struct ctx *ctx, bool *found_r)
{
	*found_r = false;
	if (!tx_begin(ctx))
		return false;
	struct rows *rows = query_run(ctx, QUERY_INVENTORY_WAITING, NULL);
	if (!rows)
		return false;
	if (rows_count(rows) == 0)
		return tx_commit(ctx);
	*found_r = true;
	int64_t agent = rows_int(rows, 0, 0);
	if (inventory_apply(ctx, agent))
		return tx_commit(ctx);
	if (ctx->error.kind != ERROR_CONFLICT && ctx->error.kind != ERROR_INVALID)
		return false;
	const char *why = ctx->error.detail ? ctx->error.detail : error_title(ctx->error.kind);
	log_event(LOG_WARN, "inventory.refused", LOG_INT("agent", agent), LOG_TEXT("problem", ctx->error.type ? ctx->error.type : ""));
	tx_rollback(ctx);
	error_clear(ctx);
	return note_failure(ctx, agent, why);
}

static bool mark_silent(struct ctx *ctx)
{
	struct query_args args = query_args(ctx);
	arg_instant(&args, ctx->now);
	return tx_begin(ctx) && query_run(ctx, QUERY_INVENTORY_SILENT, &args) && tx_commit(ctx);
}

static bool round_of_inventory(struct ctx *ctx, void *user, int64_t *sleep_ms_r)
{
	bool found = true;
	(void)user;
	if (!mark_silent(ctx))
		return false;
	for (int i = 0; i < 50 && found; i++)
		if (!work_on_one(ctx, &found))
			return false;
	if (found)
		*sleep_ms_r = 0;
	return true;
}

struct rounds *inventory_jobs_start(const struct config *config)
{
	const struct rounds_plan plan = {
		.name = "inventory",
		.round = round_of_inventory,
		.longest_sleep_ms = SLEEP_MS,
		.retry_ms = RETRY_MS,
		.deadline_ms = DEADLINE_MS,
		.statement_ms = STATEMENT_MS,
	};
	struct rounds *rounds = rounds_start(config, &plan);
	pthread_mutex_lock(&running_mutex);
	running = rounds;
	pthread_mutex_unlock(&running_mutex);
	return rounds;
}

void inventory_jobs_stop(struct rounds *rounds)
{
	pthread_mutex_lock(&running_mutex);
	running = NULL;
	pthread_mutex_unlock(&running_mutex);
	rounds_stop(rounds);
}

void inventory_jobs_wake(void)
{
	pthread_mutex_lock(&running_mutex);
	if (running)
		rounds_wake(running);
	pthread_mutex_unlock(&running_mutex);
}
