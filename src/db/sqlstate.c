/* An error of the server becomes an error of ours, by the table in sqlstate.def.
 * Refuses: to hand on the server's own words, or to log values: DETAIL and the statement's arguments never leave here. */
#include "db/conn.h"

#include <string.h>

enum use { USE_RULE, USE_FIELD, USE_PLAIN, USE_RETRY, USE_GONE };

static const struct {
	const char *state;
	enum error_kind kind;
	enum use use;
} states[] = {
#define STATE(state, kind, use) { state, ERROR_##kind, USE_##use },
#define CONSTRAINT(name, kind, pointer_or_type, text)
#include "db/sqlstate.def"
#undef STATE
#undef CONSTRAINT
};

static const struct {
	const char *name;
	enum error_kind kind;
	const char *pointer_or_type, *text;
} constraints[] = {
#define STATE(state, kind, use)
#define CONSTRAINT(name, kind, pointer_or_type, text) { name, ERROR_##kind, pointer_or_type, text },
#include "db/sqlstate.def"
#undef STATE
#undef CONSTRAINT
	{ NULL, ERROR_NONE, NULL, "" },
};

static const char *field(const PGresult *result, int code)
{
	const char *text = PQresultErrorField(result, code);
	return text ? text : "";
}

static bool refuse_by_constraint(struct ctx *ctx, const char *name)
{
	for (size_t i = 0; constraints[i].name; i++) {
		if (strcmp(constraints[i].name, name) != 0)
			continue;
		if (constraints[i].kind == ERROR_INVALID)
			fail_field(ctx, constraints[i].pointer_or_type, "%s", constraints[i].text);
		else
			fail_rule(ctx, constraints[i].kind, constraints[i].pointer_or_type, NULL, "%s", constraints[i].text);
		return true;
	}
	return false;
}

static void refuse_by_rule(struct ctx *ctx, enum error_kind kind, const PGresult *result)
{
	const char *type = field(result, PG_DIAG_MESSAGE_HINT), *extra = field(result, PG_DIAG_MESSAGE_DETAIL);
	fail_rule(
		ctx, kind, *type ? type : NULL, *extra == '{' ? extra : NULL, "%s", field(result, PG_DIAG_MESSAGE_PRIMARY));
}

static void refuse_plainly(struct ctx *ctx, enum error_kind kind, const char *state, const char *query_name)
{
	bool first = ctx->error.kind == ERROR_NONE;
	fail_internal(ctx, kind, "%s: SQLSTATE %s", query_name, state);
	if (first && error_status(kind) == 503)
		ctx->error.retry_after_s = 1;
}

static void refuse_by_state(struct ctx *ctx, size_t row, const PGresult *result, const char *query_name)
{
	const char *pointer = field(result, PG_DIAG_MESSAGE_HINT);
	switch (states[row].use) {
	case USE_RULE:
		refuse_by_rule(ctx, states[row].kind, result);
		return;
	case USE_FIELD:
		fail_field(ctx, pointer, "%s", field(result, PG_DIAG_MESSAGE_PRIMARY));
		return;
	case USE_GONE:
	case USE_RETRY:
	case USE_PLAIN:
		refuse_plainly(ctx, states[row].kind, field(result, PG_DIAG_SQLSTATE), query_name);
		if (states[row].use == USE_GONE)
			db_conn_drop(ctx->db);
		return;
	}
}

bool conn_refused(struct ctx *ctx, const PGresult *result, const char *query_name)
{
	const char *state = field(result, PG_DIAG_SQLSTATE), *constraint = field(result, PG_DIAG_CONSTRAINT_NAME);
	if (*constraint && refuse_by_constraint(ctx, constraint))
		return false;
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		if (*state && strncmp(state, states[i].state, strlen(states[i].state)) == 0) {
			refuse_by_state(ctx, i, result, query_name);
			return false;
		}
	}
	/* The primary message of a foreign error may quote a value ("invalid input syntax … \"x\""); the code, the object's names
	 * and the line are enough to find it. */
	return fail_internal(ctx, ERROR_INTERNAL,
		"%s: SQLSTATE %s, constraint \"%s\", table \"%s\", column \"%s\", in %s:%s", query_name,
		*state ? state : "none", constraint, field(result, PG_DIAG_TABLE_NAME), field(result, PG_DIAG_COLUMN_NAME),
		field(result, PG_DIAG_SOURCE_FUNCTION), field(result, PG_DIAG_SOURCE_LINE));
}
