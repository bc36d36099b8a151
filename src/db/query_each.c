/* Row by row in libpq's single-row mode, so that a report of a million rows takes the memory of one. */
#include "db/conn.h"

/* False: the statement was refused, or the callback wants no more. */
static bool take_result(struct ctx *ctx, PGresult *result, const char *name,
	bool (*row)(struct ctx *ctx, const struct rows *rows, void *user), void *user)
{
	struct rows rows = { result, PQntuples(result), PQnfields(result) };
	switch (PQresultStatus(result)) {
	case PGRES_SINGLE_TUPLE:
		return row(ctx, &rows, user);
	case PGRES_TUPLES_OK:
	case PGRES_COMMAND_OK:
		return true;
	default:
		return conn_refused(ctx, result, name);
	}
}

bool query_each(struct ctx *ctx, const struct query *query, const struct query_args *args_or_null,
	bool (*row)(struct ctx *ctx, const struct rows *rows, void *user), void *user)
{
	struct db_conn *conn = ctx->db;
	if ((args_or_null && args_or_null->refused) || !conn_start(ctx) || !conn_open_tx(ctx))
		return false;
	int64_t deadline_ms = conn_deadline(ctx);
	/* A pipeline of one: outside of it libpq (15) stays in row-by-row mode until the next statement outside of it begins, and
	 * a pipeline that comes next would get its first answer row by row. */
	if (!PQenterPipelineMode(conn->pg))
		return conn_lost(ctx, "pipeline mode was refused");
	if (!conn_send(ctx, query, args_or_null))
		return false;
	if (!PQpipelineSync(conn->pg))
		return conn_lost(ctx, "the statement could not be sent");
	INVARIANT(PQsetSingleRowMode(conn->pg));
	if (!conn_flush(ctx, deadline_ms))
		return false;
	conn->in_each = true;
	bool refused = false;
	for (;;) {
		PGresult *result;
		if (!conn_next(ctx, deadline_ms, &result))
			return false;
		if (!result)
			break;
		bool was_row = PQresultStatus(result) == PGRES_SINGLE_TUPLE;
		bool good = take_result(ctx, result, query->name, row, user);
		PQclear(result);
		if (good)
			continue;
		refused = true;
		/* Rows nobody wants may go on for minutes, and a cancel may hang: the connection is cheaper. */
		if (was_row)
			db_conn_drop(conn);
		if (!conn->pg)
			return false;
	}
	conn->in_each = false;
	bool good = !refused;
	return conn_pipeline_end(ctx, deadline_ms, query->name, &good) && good;
}
