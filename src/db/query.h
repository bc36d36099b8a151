/* The only way to PostgreSQL: named statements of the .sql files, prepared on every connection at start, sent without
 * blocking and never awaited past the context's deadline.
 * Owns: the connection (through ctx->db) and the results, which live in the request's arena.
 * Refuses: SQL that is not in a .sql file.
 * Fails: ERROR_UNAVAILABLE (no connection), ERROR_TIMEOUT (deadline or statement_timeout), what sqlstate.def says for a
 * refusal of the rules, ERROR_INTERNAL for the rest. After a time-out the connection is thrown away and made anew.
 * Source: limits.md (PQexec hangs on a frozen server), trust.md (NUL in text parameters). */
#ifndef VAKHTA_DB_QUERY_H
#define VAKHTA_DB_QUERY_H

#include "base/ctx.h"
#include "base/text.h"
#include "db/statement.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define QUERY_ARGS_MAX 48

/* Arguments $1… in order, as text; values are copied into the context's arena. NULL text is SQL NULL.
 * The number of arguments must be the highest $n of the statement (asserted). */
struct query_args {
	struct ctx *ctx;
	int count;
	bool refused; /* an argument was; the statement will not run, ctx->error says why */
	const char *value[QUERY_ARGS_MAX];
	int length[QUERY_ARGS_MAX]; /* of binary values */
	int binary[QUERY_ARGS_MAX]; /* 1: bytes, sent as they are */
};
struct query_args query_args(struct ctx *ctx);
/* Fails: ERROR_INVALID when the text is not UTF-8. */
void arg_text(struct query_args *args, const char *text_or_null);
void arg_int(struct query_args *args, int64_t value);
void arg_int_or_null(struct query_args *args, int64_t value, bool is_null);
void arg_bool(struct query_args *args, bool value);
void arg_instant(struct query_args *args, instant at_or_none);                 /* timestamptz; INSTANT_NONE is NULL */
void arg_ints(struct query_args *args, const int64_t *values, int count);      /* bigint[] */
void arg_texts(struct query_args *args, const char *const *values, int count); /* text[]; a NULL element is NULL */
void arg_instants(
	struct query_args *args, const instant *values, int count); /* timestamptz[]; INSTANT_NONE elements are NULL */
void arg_bytes(struct query_args *args, const void *bytes, size_t length); /* bytea */

/* A result; text format. Row and column are checked by assertion. */
struct rows;
int rows_count(const struct rows *rows);
bool rows_null(const struct rows *rows, int row, int column);
const char *rows_text(const struct rows *rows, int row, int column); /* NULL when null */
size_t rows_length(const struct rows *rows, int row, int column);
int64_t rows_int(const struct rows *rows, int row, int column);     /* 0 when null */
bool rows_bool(const struct rows *rows, int row, int column);       /* false when null */
instant rows_instant(const struct rows *rows, int row, int column); /* INSTANT_NONE when null */
/* bytea, decoded into the arena. */
const unsigned char *rows_bytes(struct ctx *ctx, const struct rows *rows, int row, int column, size_t *length_r);
int64_t rows_affected(const struct rows *rows);
/* Elements of a one-dimensional array in text form ("{1,2,NULL}"), decoded into the arena; NULL elements are NULL. */
int rows_array(struct ctx *ctx, const struct rows *rows, int row, int column, const char *const **elements_r);

/* Runs one statement. NULL: failed, see ctx->error. */
struct rows *query_run(struct ctx *ctx, const struct query *query, const struct query_args *args_or_null) MUST_CHECK;
/* Runs one that must give exactly one row; no row is ERROR_NOT_FOUND. */
struct rows *query_one(struct ctx *ctx, const struct query *query, const struct query_args *args_or_null) MUST_CHECK;

/* Several statements in one round trip (libpq pipeline, one sync at the end). The first failure fails all; outside a
 * transaction they are then one transaction of their own. */
struct query_step {
	const struct query *query;
	const struct query_args *args; /* or NULL */
	struct rows *rows;             /* out */
};
bool query_pipeline(struct ctx *ctx, struct query_step *steps, int count) MUST_CHECK;

/* For a statement of a transaction whose answer nobody needs: it travels ahead of the next one, at the latest of the COMMIT, and
 * its refusal is that one's. */
bool query_later(struct ctx *ctx, const struct query *query, const struct query_args *args) MUST_CHECK;

/* Row by row, constant memory: `row` gets a result of one row, valid during the call; returning false stops (its error
 * in ctx). No other statement may run on this connection meanwhile. */
bool query_each(struct ctx *ctx, const struct query *query, const struct query_args *args_or_null,
	bool (*row)(struct ctx *ctx, const struct rows *rows, void *user), void *user) MUST_CHECK;

/* Transactions. BEGIN is sent together with the next statement, so it costs no round trip. They do not nest.
 * tx_rollback is safe at any time, and the server calls it when a handler fails. */
bool tx_begin(struct ctx *ctx) MUST_CHECK;
/* BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY, for reports of several statements. */
bool tx_begin_snapshot(struct ctx *ctx) MUST_CHECK;
/* True: committed to disk. False with ERROR_UNAVAILABLE/ERROR_TIMEOUT: the outcome is unknown. */
bool tx_commit(struct ctx *ctx) MUST_CHECK;
void tx_rollback(struct ctx *ctx);
bool tx_active(const struct ctx *ctx);

/* Bulk loading: `copy` is a named statement "COPY … FROM STDIN" (not prepared). Lines in PostgreSQL's text format.
 * copy_begin fails inside a pipeline; put may be called any number of times; copy_end returns the rows loaded. */
bool copy_begin(struct ctx *ctx, const struct query *copy) MUST_CHECK;
bool copy_put(struct ctx *ctx, const char *bytes, size_t length) MUST_CHECK;
bool copy_end(struct ctx *ctx, int64_t *rows_r) MUST_CHECK;
/* Appends one field to a copy line, escaped; NULL is \N. Fields are separated by the caller with '\t', lines end '\n'. */
void copy_escape(struct text_out *line, const char *text_or_null);

#endif
