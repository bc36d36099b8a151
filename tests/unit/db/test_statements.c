/* Every statement of the program is prepared on the program's own schema, as the role that will run it. All misfits are
 * printed. */
#include "cluster.h"

#include "base/config.h"
#include "base/ctx.h"
#include "db/migrate.h"
#include "db/pool.h"
#include "db/statement.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static bool migrate(void)
{
	struct config *config;
	char why[256];
	setenv("VAKHTA_DATABASE_OWNER_CONNECTION", "dbname=vakhta user=vakhta_owner", 1);
	setenv("PGHOST", cluster_host(), 1);
	config = config_load("/dev/null", why, sizeof(why));
	if (!config) {
		fprintf(stderr, "%s\n", why);
		return false;
	}
	struct ctx ctx = { .arena = arena_create(65536), .config = config };
	ctx.db = db_conn_create(config, DB_OWNER, 60000, false);
	ctx_begin(&ctx);
	bool done = migrate_run(&ctx, true);
	if (!done)
		fprintf(stderr, "%s\n", ctx.error.log_detail ? ctx.error.log_detail : ctx.error.detail);
	db_conn_destroy(ctx.db);
	arena_destroy(ctx.arena);
	config_destroy(config);
	return done;
}

static int prepare_all(void)
{
	int misfits = 0;
	PGconn *pg = PQconnectdb("dbname=vakhta user=vakhta");
	if (PQstatus(pg) != CONNECTION_OK) {
		fprintf(stderr, "%s", PQerrorMessage(pg));
		misfits++;
	}
	for (int i = 0; misfits < 50 && i < query_count; i++) {
		const struct query *query = query_all[i];
		if (!query->prepare)
			continue;
		PGresult *result = PQprepare(pg, query->name, query->text, 0, NULL);
		if (PQresultStatus(result) != PGRES_COMMAND_OK) {
			misfits++;
			fprintf(stderr, "%s:%d: %s: %s", query->file, query->line, query->name, PQresultErrorMessage(result));
		}
		PQclear(result);
	}
	PQfinish(pg);
	printf("%d statements, %d do not fit the schema\n", query_count, misfits);
	return misfits;
}

int main(void)
{
	bool good = cluster_start() && cluster_sql("postgres", "CREATE ROLE vakhta_owner LOGIN") &&
		cluster_sql("postgres", "CREATE ROLE vakhta LOGIN") &&
		cluster_sql("postgres", "CREATE DATABASE vakhta OWNER vakhta_owner") && migrate() && prepare_all() == 0;
	cluster_stop();
	return good ? 0 : 1;
}
