/* Sending and awaiting on a non-blocking connection.
 * Refuses: to wait past a deadline, and to keep a connection whose answer did not come. */
#include "db/conn.h"

#include "base/log.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

/* The server cancels by statement_timeout first; only a frozen one is left to this margin. */
#define MARGIN_MS 500

int conn_poll(PGconn *pg, short events, int64_t deadline_ms)
{
	struct pollfd socket = { PQsocket(pg), events, 0 };
	if (socket.fd < 0)
		return -1;
	for (;;) {
		int64_t left_ms = deadline_ms - monotonic_ms();
		if (left_ms <= 0)
			return 0;
		int got = poll(&socket, 1, left_ms > 60000 ? 60000 : (int)left_ms);
		if (got > 0)
			return socket.revents;
		if (got < 0 && errno != EINTR)
			return -1;
	}
}

int64_t conn_deadline(const struct ctx *ctx)
{
	int64_t deadline_ms = monotonic_ms() + ctx->db->statement_ms + MARGIN_MS;
	return ctx->deadline_ms && ctx->deadline_ms < deadline_ms ? ctx->deadline_ms : deadline_ms;
}

const char *conn_message(struct ctx *ctx, const PGconn *pg)
{
	char *line = arena_strdup(ctx->arena, PQerrorMessage(pg));
	size_t length = strlen(line);
	while (length > 0 && line[length - 1] == '\n')
		line[--length] = '\0';
	for (char *c = line; *c; c++)
		if (*c == '\n' || *c == '\t')
			*c = ' ';
	return line;
}

static bool unavailable(struct ctx *ctx, const char *what, const char *message)
{
	bool first = ctx->error.kind == ERROR_NONE;
	fail_internal(ctx, ERROR_UNAVAILABLE, "%s%s%s", what, *message ? ": " : "", message);
	if (first)
		ctx->error.retry_after_s = 1;
	return false;
}

bool conn_lost(struct ctx *ctx, const char *what)
{
	const char *message = ctx->db->pg ? conn_message(ctx, ctx->db->pg) : "";
	log_event(LOG_WARN, "db.lost", LOG_TEXT("request", ctx->request_id), LOG_TEXT("what", what));
	db_conn_drop(ctx->db);
	return unavailable(ctx, what, message);
}

static bool timed_out(struct ctx *ctx)
{
	bool first = ctx->error.kind == ERROR_NONE;
	log_event(LOG_WARN, "db.timeout", LOG_TEXT("request", ctx->request_id));
	db_conn_drop(ctx->db);
	fail_internal(ctx, ERROR_TIMEOUT, "the database did not answer in time; its connection was dropped");
	if (first)
		ctx->error.retry_after_s = 1;
	return false;
}

bool conn_start(struct ctx *ctx)
{
	struct db_conn *conn = ctx->db;
	INVARIANT(conn != NULL);
	INVARIANT(!conn->in_copy && !conn->in_each);
	if (conn->tx == TX_LOST)
		return unavailable(ctx, "the transaction was lost with its connection", "");
	if (ctx->deadline_ms && monotonic_ms() >= ctx->deadline_ms)
		return fail_internal(ctx, ERROR_TIMEOUT, "the time for this work is over");
	return conn->tx == TX_OPEN || db_conn_ready(ctx);
}

bool conn_send(struct ctx *ctx, const struct query *query, const struct query_args *args)
{
	PGconn *pg = ctx->db->pg;
	int count = args ? args->count : 0;
	/* Statements are counted at build, so that a forgotten argument stops the first test that passes here. */
	INVARIANT(count == query->param_count);
	const char *const *values = args ? args->value : NULL;
	const int *lengths = args ? args->length : NULL, *formats = args ? args->binary : NULL;
	int sent = ctx->db->prepare && query->prepare
		? PQsendQueryPrepared(pg, query->name, count, values, lengths, formats, 0)
		: PQsendQueryParams(pg, query->text, count, NULL, values, lengths, formats, 0);
	return sent || conn_lost(ctx, "the statement could not be sent");
}

bool conn_flush(struct ctx *ctx, int64_t deadline_ms)
{
	PGconn *pg = ctx->db->pg;
	for (;;) {
		int left = PQflush(pg);
		if (left == 0)
			return true;
		if (left < 0)
			return conn_lost(ctx, "the connection broke while sending");
		int got = conn_poll(pg, POLLIN | POLLOUT, deadline_ms);
		if (got == 0)
			return timed_out(ctx);
		if (got < 0 || ((got & (POLLIN | POLLHUP | POLLERR)) && !PQconsumeInput(pg)))
			return conn_lost(ctx, "the connection broke while sending");
	}
}

bool conn_next(struct ctx *ctx, int64_t deadline_ms, PGresult **result_r)
{
	PGconn *pg = ctx->db->pg;
	while (PQisBusy(pg)) {
		int got = conn_poll(pg, POLLIN, deadline_ms);
		if (got == 0)
			return timed_out(ctx);
		if (got < 0 || !PQconsumeInput(pg))
			return conn_lost(ctx, "the connection broke while waiting");
	}
	*result_r = PQgetResult(pg);
	if (PQstatus(pg) == CONNECTION_OK)
		return true;
	PQclear(*result_r);
	*result_r = NULL;
	return conn_lost(ctx, "the connection broke while waiting");
}

bool conn_drain(struct ctx *ctx, int64_t deadline_ms, const char *query_name)
{
	PGresult *result;
	bool good = true;
	do {
		if (!conn_next(ctx, deadline_ms, &result))
			return false;
		if (result && PQresultStatus(result) == PGRES_FATAL_ERROR)
			good = conn_refused(ctx, result, query_name);
		PQclear(result);
	} while (result && ctx->db->pg);
	return good;
}

static void clear_result(void *result)
{
	PQclear(result);
}

struct rows *conn_rows(struct ctx *ctx, PGresult *result)
{
	struct rows *rows = arena_alloc(ctx->arena, sizeof(*rows));
	*rows = (struct rows){ result, PQntuples(result), PQnfields(result) };
	arena_on_release(ctx->arena, clear_result, result);
	return rows;
}
