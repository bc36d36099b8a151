/* Unit tests of db/ against a cluster that they start and stop. */
#include "tests.h"

#include "base/log.h"
#include "db/migrate.h"
#include "tests/unit/db/test.sql.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct config *test_config(const char *connection)
{
	char path[] = "/tmp/vakhta-test-XXXXXX", why[256];
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	dprintf(fd, "[database]\nconnection = %s\nowner_connection = host=%s dbname=test user=postgres\n", connection,
		cluster_host());
	close(fd);
	struct config *config = config_load(path, why, sizeof(why));
	if (!config)
		fail_msg("%s", why);
	unlink(path);
	return config;
}

struct ctx *test_open_with(struct config *config, enum db_role role, int64_t statement_ms, bool prepare)
{
	struct ctx *ctx = calloc(1, sizeof(*ctx));
	assert_non_null(ctx);
	ctx->arena = arena_create(16384);
	ctx->config = config;
	ctx->db = db_conn_create(config, role, statement_ms, prepare);
	ctx_begin(ctx);
	return ctx;
}

struct ctx *test_open(int64_t statement_ms, bool prepare)
{
	char connection[256];
	snprintf(connection, sizeof(connection), "host=%s dbname=test user=vakhta_app", cluster_host());
	return test_open_with(test_config(connection), DB_RUNTIME, statement_ms, prepare);
}

void test_close(struct ctx *ctx)
{
	db_conn_destroy(ctx->db);
	arena_destroy(ctx->arena);
	config_destroy((struct config *)ctx->config);
	free(ctx);
}

static int set_up(void **state, int64_t statement_ms)
{
	struct ctx *ctx = test_open(statement_ms, true);
	*state = ctx;
	return query_run(ctx, QUERY_TEST_CLEAR, NULL) ? 0 : -1;
}

int test_setup(void **state)
{
	return set_up(state, 1000);
}

int test_setup_patient(void **state)
{
	return set_up(state, 60000);
}

int test_teardown(void **state)
{
	tx_rollback(*state);
	test_close(*state);
	return 0;
}

int64_t test_backend_pid(struct ctx *ctx)
{
	struct rows *rows = query_one(ctx, QUERY_TEST_BACKEND, NULL);
	assert_good(ctx, rows);
	return rows_int(rows, 0, 0);
}

bool test_insert(struct ctx *ctx, int64_t id, const char *name)
{
	struct query_args args = query_args(ctx);
	arg_int(&args, id);
	arg_text(&args, name);
	struct rows *rows = query_run(ctx, QUERY_TEST_INSERT, &args);
	return rows && rows_affected(rows) == 1;
}

int64_t test_count(struct ctx *ctx)
{
	struct rows *rows = query_one(ctx, QUERY_TEST_COUNT, NULL);
	assert_good(ctx, rows);
	return rows_int(rows, 0, 0);
}

static bool prepare_database(void)
{
	struct ctx *ctx = test_open_with(test_config("dbname=unused"), DB_OWNER, 60000, false);
	bool done = migrate_run(ctx, true);
	if (!done)
		fprintf(stderr, "%s\n", ctx->error.log_detail ? ctx->error.log_detail : ctx->error.detail);
	test_close(ctx);
	return done;
}

int main(void)
{
	int failed = 1;
	signal(SIGPIPE, SIG_IGN);
	if (!getenv("VAKHTA_TEST_LOG"))
		log_set_level(LOG_ERROR);
	if (cluster_start() && cluster_sql("postgres", "CREATE ROLE vakhta_app LOGIN") &&
		cluster_sql("postgres", "CREATE DATABASE test") && prepare_database())
		failed =
			run_args() + run_query() + run_transaction() + run_stream() + run_failure() + run_listen() + run_migrate();
	cluster_stop();
	return failed ? 1 : 0;
}
