/* Transactions. Their state is kept here and checked against the server's at the commit. */
#include "db/conn.h"

#include "base/log.h"
#include "db/db.sql.h"

#define ROLLBACK_MS 500

static bool want(struct ctx *ctx, enum conn_tx tx)
{
	INVARIANT(ctx->db != NULL && ctx->db->tx == TX_NONE);
	ctx->db->tx = tx;
	return true;
}

bool tx_begin(struct ctx *ctx)
{
	return want(ctx, TX_WANTED);
}

bool tx_begin_snapshot(struct ctx *ctx)
{
	return want(ctx, TX_WANTED_SNAPSHOT);
}

bool tx_active(const struct ctx *ctx)
{
	return ctx->db && ctx->db->tx != TX_NONE;
}

bool tx_commit(struct ctx *ctx)
{
	struct db_conn *conn = ctx->db;
	INVARIANT(conn != NULL && conn->tx != TX_NONE);
	if ((conn->tx == TX_WANTED || conn->tx == TX_WANTED_SNAPSHOT) && conn->later_count == 0) {
		conn->tx = TX_NONE;
		return true;
	}
	/* A commit in a failed transaction is answered with ROLLBACK and no error. */
	if (conn->tx == TX_OPEN && conn->pg && PQtransactionStatus(conn->pg) != PQTRANS_INTRANS)
		fail_internal(ctx, ERROR_INTERNAL, "commit of a transaction that failed");
	if (ctx->error.kind != ERROR_NONE) {
		tx_rollback(ctx);
		return false;
	}
	struct rows *done = query_run(ctx, QUERY_TX_COMMIT, NULL);
	if (done && conn->pg && PQtransactionStatus(conn->pg) == PQTRANS_IDLE) {
		conn->tx = TX_NONE;
		if (ctx->after_commit)
			ctx->after_commit();
		ctx->after_commit = NULL;
		return true;
	}
	tx_rollback(ctx);
	return false;
}

/* Works on a context of its own errors: the reason for rolling back is already known, and its failure costs only the
 * connection. */
static bool send_rollback(struct ctx *ctx)
{
	struct ctx own = *ctx;
	int64_t deadline_ms = monotonic_ms() + ROLLBACK_MS;
	error_clear(&own);
	return conn_send(&own, QUERY_TX_ROLLBACK, NULL) && conn_flush(&own, deadline_ms) && conn_drain(&own, deadline_ms, "tx_rollback");
}

void tx_rollback(struct ctx *ctx)
{
	struct db_conn *conn = ctx->db;
	ctx->after_commit = NULL;
	if (!conn)
		return;
	conn->later_count = 0;
	if (conn->pg && (conn->in_copy || conn->in_each || PQpipelineStatus(conn->pg) != PQ_PIPELINE_OFF))
		db_conn_drop(conn);
	if (conn->tx == TX_OPEN && conn->pg) {
		/* A deferred check that fails at the commit has ended the transaction already. */
		bool over = PQtransactionStatus(conn->pg) == PQTRANS_IDLE;
		if ((!over && !send_rollback(ctx)) || !conn->pg || PQtransactionStatus(conn->pg) != PQTRANS_IDLE)
			db_conn_drop(conn);
	}
	conn->tx = TX_NONE;
}
