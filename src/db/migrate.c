/* Bringing the schema up to the program.
 * Refuses: a recorded file whose content changed, records beyond the program's files, a second migration at the same time. */
#include "db/migrate.h"

#include "base/config.h"
#include "db/conn.h"
#include "db/migrate.sql.h"
#include "db/schema_data.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOCK_WAIT_S 600

static void say(bool quiet, const char *what, const char *name)
{
	if (quiet)
		return;
	printf("%s %s\n", what, name);
	fflush(stdout);
}

static int line_of(const char *text, const char *position)
{
	int line = 1;
	/* The position counts characters, not bytes. */
	for (long left = position ? strtol(position, NULL, 10) - 1 : 0; left > 0 && *text; text++) {
		line += *text == '\n';
		left -= (text[1] & 0xc0) != 0x80;
	}
	return line;
}

static bool script_refused(struct ctx *ctx, const PGresult *result, const char *name, const char *text)
{
	const char *context = PQresultErrorField(result, PG_DIAG_CONTEXT);
	const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	return fail_internal(ctx, ERROR_INTERNAL, "%s:%d: %s%s%.200s", name,
		line_of(text, PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION)), message ? message : "refused",
		context ? "; " : "", context ? context : "");
}

bool conn_script(struct ctx *ctx, const char *name, const char *text)
{
	struct db_conn *conn = ctx->db;
	if (!conn_start(ctx) || !conn_open_tx(ctx))
		return false;
	int64_t deadline_ms = conn_deadline(ctx);
	if (!PQsendQuery(conn->pg, text))
		return conn_lost(ctx, "the script could not be sent");
	if (!conn_flush(ctx, deadline_ms))
		return false;
	PGresult *result;
	do {
		if (!conn_next(ctx, deadline_ms, &result))
			return false;
		ExecStatusType status = result ? PQresultStatus(result) : PGRES_COMMAND_OK;
		if (status == PGRES_FATAL_ERROR)
			script_refused(ctx, result, name, text);
		else if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_EMPTY_QUERY) {
			PQclear(result);
			return conn_lost(ctx, "a script may not copy data");
		}
		PQclear(result);
	} while (result);
	if (ctx->error.kind == ERROR_NONE && PQtransactionStatus(conn->pg) != PQTRANS_INTRANS)
		return fail_internal(ctx, ERROR_INTERNAL, "%s: ends its own transaction", name);
	return ctx->error.kind == ERROR_NONE;
}

static bool lock(struct ctx *ctx, bool quiet)
{
	for (int waited_s = 0; waited_s < LOCK_WAIT_S; waited_s++) {
		struct rows *rows = query_one(ctx, QUERY_MIGRATE_LOCK, NULL);
		if (!rows)
			return false;
		if (rows_bool(rows, 0, 0))
			return true;
		if (waited_s == 0)
			say(quiet, "waiting for another migration", "");
		sleep(1);
	}
	return fail(ctx, ERROR_UNAVAILABLE, "another migration has been running for %d seconds", LOCK_WAIT_S);
}

static bool create_records(struct ctx *ctx)
{
	struct rows *exists = query_one(ctx, QUERY_MIGRATE_HAS_RECORDS, NULL);
	if (!exists)
		return false;
	if (rows_bool(exists, 0, 0))
		return true;
	struct query_step steps[] = {
		{ QUERY_MIGRATE_CREATE_MIGRATION, NULL, NULL },
		{ QUERY_MIGRATE_CREATE_RULE, NULL, NULL },
		{ QUERY_MIGRATE_COMMENT, NULL, NULL },
	};
	return query_pipeline(ctx, steps, 3);
}

static bool check_applied(struct ctx *ctx, int *applied_r)
{
	struct rows *rows = query_run(ctx, QUERY_MIGRATE_APPLIED, NULL);
	if (!rows)
		return false;
	*applied_r = rows_count(rows);
	if (*applied_r > schema_migration_count)
		return fail(ctx, ERROR_CONFLICT, "the schema is newer than this program: %s is unknown to it",
			rows_text(rows, schema_migration_count, 1));
	for (int i = 0; i < *applied_r; i++) {
		const struct schema_file *file = &schema_migrations[i];
		if (rows_int(rows, i, 0) != file->number)
			return fail(
				ctx, ERROR_CONFLICT, "schema_migration has %s where %s should be", rows_text(rows, i, 1), file->name);
		if (strcmp(rows_text(rows, i, 2), file->checksum) != 0)
			return fail(
				ctx, ERROR_CONFLICT, "%s was changed after it was applied; migrations only go forward", file->name);
	}
	return true;
}

static bool apply(struct ctx *ctx, const struct schema_file *file)
{
	struct query_args args = query_args(ctx);
	arg_int(&args, file->number);
	arg_text(&args, file->name);
	arg_text(&args, file->checksum);
	return tx_begin(ctx) && conn_script(ctx, file->name, file->text) &&
		query_run(ctx, QUERY_MIGRATE_RECORD, &args) != NULL && tx_commit(ctx);
}

static bool rules_changed(struct ctx *ctx, bool *changed_r)
{
	struct rows *rows = query_run(ctx, QUERY_MIGRATE_RULES, NULL);
	if (!rows)
		return false;
	*changed_r = rows_count(rows) != schema_rule_count;
	for (int i = 0; !*changed_r && i < schema_rule_count; i++) {
		bool same = false;
		for (int row = 0; row < schema_rule_count && !same; row++)
			same = strcmp(rows_text(rows, row, 0), schema_rules[i].name) == 0 &&
				strcmp(rows_text(rows, row, 1), schema_rules[i].checksum) == 0;
		*changed_r = !same;
	}
	return true;
}

/* The user of database.connection: the rules grant it what it may do. NULL: the connection string names none. */
static const char *runtime_role(struct ctx *ctx)
{
	PQconninfoOption *options = PQconninfoParse(ctx->config->database_connection, NULL);
	const char *role = NULL;
	for (PQconninfoOption *option = options; option && option->keyword; option++)
		if (strcmp(option->keyword, "user") == 0 && option->val)
			role = arena_strdup(ctx->arena, option->val);
	PQconninfoFree(options);
	return role;
}

static bool create_rules(struct ctx *ctx, bool quiet)
{
	struct query_args role = query_args(ctx);
	arg_text(&role, runtime_role(ctx));
	if (!tx_begin(ctx) || !query_run(ctx, QUERY_MIGRATE_FORGET_RULES, NULL) ||
		!query_run(ctx, QUERY_MIGRATE_RUNTIME_ROLE, &role) || !query_run(ctx, QUERY_MIGRATE_DROP_RULES, NULL))
		return false;
	for (int i = 0; i < schema_rule_count; i++) {
		struct query_args args = query_args(ctx);
		arg_text(&args, schema_rules[i].name);
		arg_text(&args, schema_rules[i].checksum);
		say(quiet, "rules", schema_rules[i].name);
		if (!conn_script(ctx, schema_rules[i].name, schema_rules[i].text) ||
			!query_run(ctx, QUERY_MIGRATE_RECORD_RULE, &args))
			return false;
	}
	return tx_commit(ctx);
}

static bool run(struct ctx *ctx, bool quiet)
{
	int applied;
	bool changed;
	if (!lock(ctx, quiet) || !create_records(ctx) || !check_applied(ctx, &applied))
		return false;
	for (int i = applied; i < schema_migration_count; i++) {
		say(quiet, "migration", schema_migrations[i].name);
		if (!apply(ctx, &schema_migrations[i]))
			return false;
	}
	if (!rules_changed(ctx, &changed))
		return false;
	/* A migration may have made tables anew, and their triggers went with the old ones. */
	if ((changed || applied < schema_migration_count) && !create_rules(ctx, quiet))
		return false;
	if (applied == schema_migration_count && !changed)
		say(quiet, "the schema is up to date:", schema_migration_count ? schema_migrations[applied - 1].name : "empty");
	return true;
}

bool migrate_run(struct ctx *ctx, bool quiet)
{
	bool done = run(ctx, quiet);
	tx_rollback(ctx);
	/* The lock belongs to the session. */
	db_conn_drop(ctx->db);
	return done;
}
