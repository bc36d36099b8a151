/* The connection from inside db/; nobody else includes this.
 * Every wait has a deadline. When it passes, or the connection breaks, the connection is finished at once: a half-read answer is
 * never carried over to the next piece of work. */
#ifndef VAKHTA_DB_CONN_H
#define VAKHTA_DB_CONN_H

#include "db/pool.h"
#include "db/query.h"

#include <libpq-fe.h>

/* TX_LOST: a transaction was open when the connection broke; nothing more may run until it is rolled back. */
enum conn_tx { TX_NONE, TX_WANTED, TX_WANTED_SNAPSHOT, TX_OPEN, TX_LOST };

#define CONN_WHY_BYTES 256
#define CONN_LATER_MAX 4

struct db_conn {
	const struct config *config;
	enum db_role role;
	int64_t statement_ms;
	bool prepare;
	bool plan_once;
	PGconn *pg; /* NULL: not connected */
	enum conn_tx tx;
	bool in_copy, in_each;
	struct query_step later[CONN_LATER_MAX]; /* waiting for the next round trip; their arguments live in the request's arena */
	int later_count;
	int first_host;      /* where the last connect succeeded */
	int64_t retry_at_ms; /* no connect before this; monotonic */
	int64_t backoff_ms;
	char why[CONN_WHY_BYTES]; /* of the last failed connect */
};

struct rows {
	PGresult *result;
	int count, columns;
};

/* connect.c: makes conn->pg. False with the reason in conn->why and, for a statement that does not fit the schema, an
 * ERROR_INTERNAL in ctx. */
bool conn_connect(struct ctx *ctx, struct db_conn *conn) MUST_CHECK;

/* conn_io.c. The functions that take ctx work on ctx->db. */

/* Ready to send a statement of this piece of work; connects when nothing is open. */
bool conn_start(struct ctx *ctx) MUST_CHECK;
/* Until when a statement that begins now is awaited. Units: monotonic ms. */
int64_t conn_deadline(const struct ctx *ctx);
/* Waits for the socket: > 0 the events, 0 the deadline passed, < 0 it cannot be waited for. */
int conn_poll(PGconn *pg, short events, int64_t deadline_ms);
bool conn_send(struct ctx *ctx, const struct query *query, const struct query_args *args_or_null) MUST_CHECK;
bool conn_flush(struct ctx *ctx, int64_t deadline_ms) MUST_CHECK;
/* The next result; NULL in result_r at the end. The caller clears it. */
bool conn_next(struct ctx *ctx, int64_t deadline_ms, PGresult **result_r) MUST_CHECK;
/* Reads up to the end of the answer. Outside of a transaction the commit comes after the statement's result, and with it the
 * refusals of deferred checks: they fail here. */
bool conn_drain(struct ctx *ctx, int64_t deadline_ms, const char *query_name) MUST_CHECK;
/* Fails with ERROR_UNAVAILABLE and drops the connection. Returns false. */
bool conn_lost(struct ctx *ctx, const char *what) __attribute__((cold));
/* Puts a result under the arena's care. */
struct rows *conn_rows(struct ctx *ctx, PGresult *result);
/* A message of libpq in one line, in the arena. */
const char *conn_message(struct ctx *ctx, const PGconn *pg);

/* query_pipeline.c: reads the sync that ends a pipeline and leaves pipeline mode. Outside of a transaction the sync commits, and
 * deferred checks may refuse before it is answered: good_r becomes false. False only when the connection is gone. */
bool conn_pipeline_end(struct ctx *ctx, int64_t deadline_ms, const char *last_name, bool *good_r) MUST_CHECK;
/* Opens the wanted transaction by itself, for what cannot travel in a pipeline. */
bool conn_open_tx(struct ctx *ctx) MUST_CHECK;

/* sqlstate.c: turns an error result into ctx->error; drops the connection when the server is closing it. Returns false. */
bool conn_refused(struct ctx *ctx, const PGresult *result, const char *query_name) __attribute__((cold));

/* migrate.c's scripts: several statements of a file in one message, inside the open transaction. */
bool conn_script(struct ctx *ctx, const char *name, const char *text) MUST_CHECK;

#endif
