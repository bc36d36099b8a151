/* Several statements, or BEGIN with the first statement, in one round trip. */
#include "db/conn.h"
#include "db/db.sql.h"

#include <string.h>

/* Sends all in pipeline mode with one sync at the end. */
static bool send_steps(struct ctx *ctx, bool begin, const struct query_step *steps, int count)
{
	struct db_conn *conn = ctx->db;
	const struct query *begin_query = conn->tx == TX_WANTED_SNAPSHOT ? QUERY_TX_BEGIN_SNAPSHOT : QUERY_TX_BEGIN;
	if (!PQenterPipelineMode(conn->pg))
		return conn_lost(ctx, "pipeline mode was refused");
	if (begin && !conn_send(ctx, begin_query, NULL))
		return false;
	for (int i = 0; i < count; i++)
		if (!conn_send(ctx, steps[i].query, steps[i].args))
			return false;
	return PQpipelineSync(conn->pg) || conn_lost(ctx, "the statements could not be sent");
}

/* Reads the answer to one statement and the end after it. A refusal sets ctx->error and reading goes on; false only when the
 * connection is gone. */
static bool read_answer(struct ctx *ctx, int64_t deadline_ms, const char *name, struct rows **rows_r)
{
	PGresult *result;
	*rows_r = NULL;
	if (!conn_next(ctx, deadline_ms, &result))
		return false;
	ExecStatusType status = PQresultStatus(result);
	if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) {
		*rows_r = conn_rows(ctx, result);
	} else {
		if (status != PGRES_PIPELINE_ABORTED)
			conn_refused(ctx, result, name);
		PQclear(result);
	}
	return ctx->db->pg && conn_drain(ctx, deadline_ms, name);
}

bool conn_pipeline_end(struct ctx *ctx, int64_t deadline_ms, const char *last_name, bool *good_r)
{
	PGresult *result;
	ExecStatusType status;
	do {
		if (!conn_next(ctx, deadline_ms, &result))
			return false;
		status = result ? PQresultStatus(result) : PGRES_COMMAND_OK;
		if (status == PGRES_FATAL_ERROR)
			*good_r = conn_refused(ctx, result, last_name);
		PQclear(result);
		if (!ctx->db->pg)
			return false;
	} while (status != PGRES_PIPELINE_SYNC);
	return PQexitPipelineMode(ctx->db->pg) || conn_lost(ctx, "the pipeline did not end");
}

static bool run_pipeline(struct ctx *ctx, struct query_step *steps, int count)
{
	struct db_conn *conn = ctx->db;
	bool begin = conn->tx == TX_WANTED || conn->tx == TX_WANTED_SNAPSHOT, begun = false, all = true;
	int64_t deadline_ms = conn_deadline(ctx);
	struct rows *rows;
	if (!send_steps(ctx, begin, steps, count) || !conn_flush(ctx, deadline_ms))
		return false;
	if (begin && !read_answer(ctx, deadline_ms, "tx_begin", &rows))
		return false;
	begun = begin && rows;
	for (int i = 0; i < count; i++) {
		if (!read_answer(ctx, deadline_ms, steps[i].query->name, &steps[i].rows))
			return false;
		all = all && steps[i].rows;
	}
	if (!conn_pipeline_end(ctx, deadline_ms, count ? steps[count - 1].query->name : "tx_begin", &all))
		return false;
	if (begun)
		conn->tx = TX_OPEN;
	return all && begun == begin;
}

/* Those that were put off go first. */
static bool run_with_later(struct ctx *ctx, struct query_step *steps, int count)
{
	struct db_conn *conn = ctx->db;
	int before = conn->later_count;
	if (before == 0)
		return run_pipeline(ctx, steps, count);
	struct query_step *all = arena_array(ctx->arena, (size_t)(before + count), sizeof(*all));
	memcpy(all, conn->later, (size_t)before * sizeof(*all));
	if (count > 0)
		memcpy(all + before, steps, (size_t)count * sizeof(*all));
	conn->later_count = 0;
	bool good = run_pipeline(ctx, all, before + count);
	for (int i = 0; i < count; i++)
		steps[i].rows = all[before + i].rows;
	return good;
}

bool query_later(struct ctx *ctx, const struct query *query, const struct query_args *args)
{
	struct db_conn *conn = ctx->db;
	INVARIANT(conn->tx != TX_NONE);
	if (args->refused)
		return false;
	if (conn->later_count == CONN_LATER_MAX && !query_pipeline(ctx, NULL, 0))
		return false;
	struct query_args *kept = arena_alloc(ctx->arena, sizeof(*kept));
	*kept = *args;
	conn->later[conn->later_count++] = (struct query_step){ query, kept, NULL };
	return true;
}

bool query_pipeline(struct ctx *ctx, struct query_step *steps, int count)
{
	for (int i = 0; i < count; i++) {
		steps[i].rows = NULL;
		if (steps[i].args && steps[i].args->refused)
			return false;
	}
	if (!conn_start(ctx))
		return false;
	if (run_with_later(ctx, steps, count))
		return true;
	/* A BEGIN may have arrived with a connection that then broke: what follows must not run outside of a transaction. */
	if (!ctx->db->pg && ctx->db->tx != TX_NONE)
		ctx->db->tx = TX_LOST;
	for (int i = 0; i < count; i++)
		steps[i].rows = NULL;
	return false;
}

bool conn_open_tx(struct ctx *ctx)
{
	if (ctx->db->tx != TX_WANTED && ctx->db->tx != TX_WANTED_SNAPSHOT && ctx->db->later_count == 0)
		return true;
	return query_pipeline(ctx, NULL, 0);
}
