/* Connections: made with a bounded connect, prepared once, made anew after a failure.
 * Owns: db_conn. A worker owns one connection for its life; there is no lending between threads.
 * Source: limits.md (connect_timeout=2, client_connection_check_interval, target_session_attrs=read-write). */
#ifndef VAKHTA_DB_POOL_H
#define VAKHTA_DB_POOL_H

#include "base/ctx.h"

struct db_conn;

enum db_role { DB_RUNTIME, DB_OWNER };

/* Does not connect yet. `statement_ms` becomes statement_timeout. `prepare`: prepare all named statements on connecting. */
struct db_conn *db_conn_create(const struct config *config, enum db_role role, int64_t statement_ms, bool prepare);
void db_conn_destroy(struct db_conn *conn);
/* Every statement is planned once, for any arguments. Before the first connect. For requests, whose statements are written so
 * that one plan serves; planning one of them anew takes longer than running it. What needs a plan of its own for each call says
 * so in its function (ci_find). Not for reports, whose periods matter to the plan. */
void db_conn_plan_once(struct db_conn *conn);

/* Connects and prepares if it is not connected; cheap when it is. Fails: ERROR_UNAVAILABLE with the reason for the log. */
bool db_conn_ready(struct ctx *ctx) MUST_CHECK;
/* Drops the connection; the next use makes a new one. Safe from its own thread only. */
void db_conn_drop(struct db_conn *conn);
/* The socket to poll, or -1. For db/listen. */
int db_conn_socket(const struct db_conn *conn);

/* Schema version in the database (0: none) and in the program. */
bool db_schema_version(struct ctx *ctx, int *version_r) MUST_CHECK;
int db_schema_version_program(void);

#endif
