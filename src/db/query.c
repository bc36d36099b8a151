/* One statement, one answer. */
#include "db/conn.h"

static struct rows *run_alone(struct ctx *ctx, const struct query *query, const struct query_args *args)
{
	int64_t deadline_ms = conn_deadline(ctx);
	PGresult *result;
	if (!conn_send(ctx, query, args) || !conn_flush(ctx, deadline_ms) || !conn_next(ctx, deadline_ms, &result))
		return NULL;
	ExecStatusType status = PQresultStatus(result);
	if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
		INVARIANT(status == PGRES_FATAL_ERROR || status == PGRES_NONFATAL_ERROR);
		conn_refused(ctx, result, query->name);
		PQclear(result);
		/* The refusal is the error; that draining fails as well changes nothing. */
		if (ctx->db->pg && !conn_drain(ctx, deadline_ms, query->name))
			return NULL;
		return NULL;
	}
	struct rows *rows = conn_rows(ctx, result);
	return conn_drain(ctx, deadline_ms, query->name) ? rows : NULL;
}

struct rows *query_run(struct ctx *ctx, const struct query *query, const struct query_args *args_or_null)
{
	enum conn_tx tx = ctx->db->tx;
	if (tx == TX_WANTED || tx == TX_WANTED_SNAPSHOT || ctx->db->later_count > 0) {
		struct query_step step = { query, args_or_null, NULL };
		return query_pipeline(ctx, &step, 1) ? step.rows : NULL;
	}
	if ((args_or_null && args_or_null->refused) || !conn_start(ctx))
		return NULL;
	return run_alone(ctx, query, args_or_null);
}

struct rows *query_one(struct ctx *ctx, const struct query *query, const struct query_args *args_or_null)
{
	struct rows *rows = query_run(ctx, query, args_or_null);
	if (!rows)
		return NULL;
	if (rows->count == 1)
		return rows;
	if (rows->count == 0)
		fail(ctx, ERROR_NOT_FOUND, "There is no such object, or it is not yours to see.");
	else
		fail_internal(ctx, ERROR_INTERNAL, "%s gave %d rows instead of one", query->name, rows->count);
	return NULL;
}
