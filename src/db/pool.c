/* The life of a connection: made when needed, checked when idle, made anew after a failure.
 * Refuses: to try again at once after a failed connect; the pause grows to one second, so that workers answer 503 quickly. */
#include "db/conn.h"

#include "base/log.h"
#include "db/migrate.sql.h"
#include "db/schema_data.h"

#include <poll.h>
#include <stdlib.h>

#define BACKOFF_FIRST_MS 50
#define BACKOFF_MOST_MS 1000
#define LAST_WORDS_MS 20

struct db_conn *db_conn_create(const struct config *config, enum db_role role, int64_t statement_ms, bool prepare)
{
	struct db_conn *conn = calloc(1, sizeof(*conn));
	INVARIANT(conn != NULL && statement_ms > 0);
	conn->config = config;
	conn->role = role;
	conn->statement_ms = statement_ms;
	conn->prepare = prepare;
	return conn;
}

void db_conn_plan_once(struct db_conn *conn)
{
	INVARIANT(!conn->pg);
	conn->plan_once = true;
}

void db_conn_drop(struct db_conn *conn)
{
	if (!conn->pg)
		return;
	PQfinish(conn->pg);
	conn->pg = NULL;
	conn->in_copy = false;
	conn->in_each = false;
	if (conn->tx == TX_OPEN)
		conn->tx = TX_LOST;
}

void db_conn_destroy(struct db_conn *conn)
{
	if (!conn)
		return;
	db_conn_drop(conn);
	free(conn);
}

int db_conn_socket(const struct db_conn *conn)
{
	return conn->pg ? PQsocket(conn->pg) : -1;
}

/* Nobody speaks on an idle connection but a server that closes it: then nothing of this work was sent, and a new connection
 * may be made without a word. A farewell and the end of the stream may come a moment apart. */
static bool is_alive(struct db_conn *conn)
{
	int wait_ms = 0;
	for (;;) {
		struct pollfd ready = { PQsocket(conn->pg), POLLIN, 0 };
		if (PQstatus(conn->pg) != CONNECTION_OK)
			return false;
		if (poll(&ready, 1, wait_ms) <= 0)
			return true;
		if (!PQconsumeInput(conn->pg) || PQisBusy(conn->pg))
			return false;
		wait_ms = LAST_WORDS_MS;
	}
}

static bool unreachable(struct ctx *ctx, const struct db_conn *conn)
{
	fail_internal(ctx, ERROR_UNAVAILABLE, "no connection to the database: %s", conn->why);
	if (ctx->error.kind == ERROR_UNAVAILABLE && ctx->error.retry_after_s == 0)
		ctx->error.retry_after_s = 2;
	return false;
}

bool db_conn_ready(struct ctx *ctx)
{
	struct db_conn *conn = ctx->db;
	if (conn->pg && is_alive(conn))
		return true;
	if (conn->pg) {
		log_event(LOG_WARN, "db.closed", LOG_TEXT("request", ctx->request_id));
		db_conn_drop(conn);
	}
	if (monotonic_ms() < conn->retry_at_ms)
		return unreachable(ctx, conn);
	if (conn_connect(ctx, conn)) {
		conn->backoff_ms = 0;
		return true;
	}
	conn->backoff_ms = conn->backoff_ms ? 2 * conn->backoff_ms : BACKOFF_FIRST_MS;
	if (conn->backoff_ms > BACKOFF_MOST_MS)
		conn->backoff_ms = BACKOFF_MOST_MS;
	conn->retry_at_ms = monotonic_ms() + conn->backoff_ms;
	return unreachable(ctx, conn);
}

bool db_schema_version(struct ctx *ctx, int *version_r)
{
	*version_r = 0;
	struct rows *exists = query_one(ctx, QUERY_MIGRATE_HAS_RECORDS, NULL);
	if (!exists)
		return false;
	if (!rows_bool(exists, 0, 0))
		return true;
	struct rows *version = query_one(ctx, QUERY_MIGRATE_VERSION, NULL);
	if (!version)
		return false;
	*version_r = (int)rows_int(version, 0, 0);
	return true;
}

int db_schema_version_program(void)
{
	return schema_migration_count;
}
