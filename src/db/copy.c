/* Bulk loading through COPY … FROM STDIN. Data is flushed as it is put, so memory stays flat. */
#include "db/conn.h"

#include <limits.h>
#include <poll.h>
#include <string.h>

bool copy_begin(struct ctx *ctx, const struct query *copy)
{
	PGresult *result;
	INVARIANT(copy->copy);
	if (!conn_start(ctx) || !conn_open_tx(ctx))
		return false;
	int64_t deadline_ms = conn_deadline(ctx);
	if (!conn_send(ctx, copy, NULL) || !conn_flush(ctx, deadline_ms) || !conn_next(ctx, deadline_ms, &result))
		return false;
	if (PQresultStatus(result) == PGRES_COPY_IN) {
		PQclear(result);
		ctx->db->in_copy = true;
		return true;
	}
	conn_refused(ctx, result, copy->name);
	PQclear(result);
	if (ctx->db->pg && !conn_drain(ctx, deadline_ms, copy->name))
		return false;
	return fail_internal(ctx, ERROR_INTERNAL, "%s did not begin to copy", copy->name);
}

bool copy_put(struct ctx *ctx, const char *bytes, size_t length)
{
	struct db_conn *conn = ctx->db;
	int64_t deadline_ms = conn_deadline(ctx);
	if (!conn->pg)
		return conn_lost(ctx, "the connection is gone");
	INVARIANT(conn->in_copy && length <= INT_MAX);
	for (;;) {
		int put = PQputCopyData(conn->pg, bytes, (int)length);
		if (put > 0)
			return conn_flush(ctx, deadline_ms);
		if (put < 0)
			return conn_lost(ctx, "the connection broke while copying");
		if (!conn_flush(ctx, deadline_ms))
			return false;
	}
}

static bool send_end(struct ctx *ctx, int64_t deadline_ms)
{
	for (;;) {
		int put = PQputCopyEnd(ctx->db->pg, NULL);
		if (put > 0)
			return conn_flush(ctx, deadline_ms);
		if (put < 0)
			return conn_lost(ctx, "the connection broke while copying");
		if (!conn_flush(ctx, deadline_ms))
			return false;
	}
}

bool copy_end(struct ctx *ctx, int64_t *rows_r)
{
	struct db_conn *conn = ctx->db;
	int64_t deadline_ms = conn_deadline(ctx);
	PGresult *result;
	*rows_r = 0;
	if (!conn->pg)
		return conn_lost(ctx, "the connection is gone");
	INVARIANT(conn->in_copy);
	if (!send_end(ctx, deadline_ms) || !conn_next(ctx, deadline_ms, &result))
		return false;
	conn->in_copy = false;
	bool good = PQresultStatus(result) == PGRES_COMMAND_OK;
	if (good)
		good = text_parse_int64(PQcmdTuples(result), rows_r);
	else
		conn_refused(ctx, result, "copy");
	PQclear(result);
	if (conn->pg && !conn_drain(ctx, deadline_ms, "copy"))
		good = false;
	*rows_r = good ? *rows_r : 0;
	return good;
}

void copy_escape(struct text_out *line, const char *text_or_null)
{
	if (!text_or_null) {
		text_append(line, "\\N", 2);
		return;
	}
	for (const char *at = text_or_null;;) {
		size_t plain = strcspn(at, "\\\t\n\r");
		text_append(line, at, plain);
		at += plain;
		if (!*at)
			return;
		char pair[2] = { '\\', *at == '\t' ? 't' : *at == '\n' ? 'n' : *at == '\r' ? 'r' : '\\' };
		text_append(line, pair, 2);
		at++;
	}
}
