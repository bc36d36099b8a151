/* Migrations: once, in order, by one at a time; nothing recorded may change. */
#include "tests.h"

#include "db/migrate.h"

#include <pthread.h>

static struct ctx *owner(void)
{
	return test_open_with(test_config("dbname=unused"), DB_OWNER, 60000, false);
}

static bool migrate(enum error_kind *kind_r, char *words, size_t words_bytes)
{
	struct ctx *ctx = owner();
	bool done = migrate_run(ctx, true);
	const char *text = ctx->error.detail ? ctx->error.detail : ctx->error.log_detail;
	*kind_r = ctx->error.kind;
	words[0] = '\0';
	if (text)
		strncat(words, text, words_bytes - 1);
	test_close(ctx);
	return done;
}

static bool recreate(void)
{
	return cluster_sql("postgres", "DROP DATABASE test WITH (FORCE)") &&
		cluster_sql("postgres", "CREATE DATABASE test");
}

static void test_again_changes_nothing(void **state)
{
	enum error_kind kind;
	char words[256];
	(void)state;
	assert_true(migrate(&kind, words, sizeof(words)));
	assert_true(migrate(&kind, words, sizeof(words)));
	struct ctx *ctx = owner();
	int version;
	assert_good(ctx, db_schema_version(ctx, &version));
	assert_int_equal(version, 2);
	test_close(ctx);
}

static void test_version_of_an_empty_database(void **state)
{
	(void)state;
	assert_true(recreate());
	struct ctx *ctx = owner();
	int version = 9;
	assert_good(ctx, db_schema_version(ctx, &version));
	assert_int_equal(version, 0);
	test_close(ctx);
}

static void *migrate_thread(void *user)
{
	enum error_kind kind;
	char words[256];
	*(bool *)user = migrate(&kind, words, sizeof(words));
	return NULL;
}

static void test_several_at_once(void **state)
{
	(void)state;
	pthread_t threads[4];
	bool done[4] = { false };
	assert_true(recreate());
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, migrate_thread, &done[i]), 0);
	for (int i = 0; i < 4; i++) {
		pthread_join(threads[i], NULL);
		assert_true(done[i]);
	}
}

static void test_changed_file_is_refused(void **state)
{
	enum error_kind kind;
	char words[256];
	(void)state;
	assert_true(cluster_sql("test", "UPDATE schema_migration SET checksum = 'x' WHERE number = 1"));
	assert_false(migrate(&kind, words, sizeof(words)));
	assert_int_equal(kind, ERROR_CONFLICT);
	assert_non_null(strstr(words, "0001_items.sql was changed"));
	assert_true(recreate() && migrate(&kind, words, sizeof(words)));
}

static void test_newer_schema_is_refused(void **state)
{
	enum error_kind kind;
	char words[256];
	(void)state;
	assert_true(cluster_sql("test", "INSERT INTO schema_migration VALUES (3, '0003_future.sql', 'x')"));
	assert_false(migrate(&kind, words, sizeof(words)));
	assert_int_equal(kind, ERROR_CONFLICT);
	assert_non_null(strstr(words, "0003_future.sql"));
	assert_true(cluster_sql("test", "DELETE FROM schema_migration WHERE number = 3"));
}

static void test_changed_rule_is_created_again(void **state)
{
	enum error_kind kind;
	char words[256];
	(void)state;
	assert_true(cluster_sql("test", "UPDATE schema_rule SET checksum = 'x'; DROP FUNCTION test_raise"));
	assert_true(migrate(&kind, words, sizeof(words)));
	assert_true(cluster_sql("test", "SELECT 'test_raise'::regproc"));
}

/* A script that fails leaves nothing and names its line. */
static void test_failed_script_names_its_line(void **state)
{
	enum error_kind kind;
	char words[256];
	(void)state;
	assert_true(recreate() && cluster_sql("test", "CREATE TABLE test_deferred ()"));
	assert_false(migrate(&kind, words, sizeof(words)));
	assert_int_equal(kind, ERROR_INTERNAL);
	assert_non_null(strstr(words, "0001_items.sql:"));
	assert_non_null(strstr(words, "already exists"));
	assert_true(cluster_sql("test", "DO $$ BEGIN ASSERT to_regclass('test_item') IS NULL; END $$"));
	assert_true(recreate() && migrate(&kind, words, sizeof(words)));
}

int run_migrate(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_again_changes_nothing),
		cmocka_unit_test(test_version_of_an_empty_database),
		cmocka_unit_test(test_several_at_once),
		cmocka_unit_test(test_changed_file_is_refused),
		cmocka_unit_test(test_newer_schema_is_refused),
		cmocka_unit_test(test_changed_rule_is_created_again),
		cmocka_unit_test(test_failed_script_names_its_line),
	};
	return cmocka_run_group_tests_name("db/migrate", tests, NULL, NULL);
}
