/* One statement, several statements, and what a refusal becomes. */
#include "tests.h"
#include "tests/unit/db/test.sql.h"

#include <stdio.h>

static void test_session_settings(void **state)
{
	struct ctx *ctx = *state;
	struct rows *rows = query_one(ctx, QUERY_TEST_SETTINGS, NULL);
	assert_good(ctx, rows);
	assert_string_equal(rows_text(rows, 0, 0), "1s");
	assert_string_equal(rows_text(rows, 0, 1), "500ms");
	assert_string_equal(rows_text(rows, 0, 2), "UTC");
	assert_string_equal(rows_text(rows, 0, 3), "vakhta");
	assert_string_equal(rows_text(rows, 0, 4), "UTF8");
}

static void test_counts(void **state)
{
	struct ctx *ctx = *state;
	struct query_args args = query_args(ctx);
	arg_int(&args, 0);
	assert_null(query_one(ctx, QUERY_TEST_NUMBERS, &args));
	assert_kind(ctx, ERROR_NOT_FOUND);
	error_clear(ctx);
	args = query_args(ctx);
	arg_int(&args, 2);
	assert_null(query_one(ctx, QUERY_TEST_NUMBERS, &args));
	assert_kind(ctx, ERROR_INTERNAL);
	error_clear(ctx);
	struct rows *rows = query_run(ctx, QUERY_TEST_NUMBERS, &args);
	assert_good(ctx, rows);
	assert_int_equal(rows_count(rows), 2);
	assert_int_equal(rows_int(rows, 1, 0), 2);
}

static void raise_state(
	struct ctx *ctx, const char *sqlstate, const char *message, const char *hint, const char *detail)
{
	struct query_args args = query_args(ctx);
	error_clear(ctx);
	arg_text(&args, sqlstate);
	arg_text(&args, message);
	arg_text(&args, hint);
	arg_text(&args, detail);
	assert_null(query_run(ctx, QUERY_TEST_RAISE, &args));
}

static void test_rules_speak_to_the_caller(void **state)
{
	struct ctx *ctx = *state;
	raise_state(ctx, "VK409", "Owned by Анна", "already-owned", "{\"owner\": 5}");
	assert_kind(ctx, ERROR_CONFLICT);
	assert_string_equal(ctx->error.type, "already-owned");
	assert_string_equal(ctx->error.detail, "Owned by Анна");
	assert_string_equal(ctx->error.extra, "{\"owner\": 5}");
	raise_state(ctx, "VK404", "No such ticket", "", "");
	assert_kind(ctx, ERROR_NOT_FOUND);
	assert_string_equal(ctx->error.type, "not-found");
	assert_null(ctx->error.extra);
	raise_state(ctx, "VK403", "Not yours", "", "");
	assert_kind(ctx, ERROR_FORBIDDEN);
	raise_state(ctx, "VK412", "Changed", "", "");
	assert_kind(ctx, ERROR_STALE);
	raise_state(ctx, "VK428", "If-Match", "", "");
	assert_kind(ctx, ERROR_NO_IF_MATCH);
	raise_state(ctx, "VK422", "must not be empty", "/subject", "");
	assert_kind(ctx, ERROR_INVALID);
	assert_int_equal(ctx->error.field_count, 1);
	assert_string_equal(ctx->error.fields->pointer, "/subject");
	assert_string_equal(ctx->error.fields->detail, "must not be empty");
}

static void test_states(void **state)
{
	static const struct {
		const char *state;
		enum error_kind kind;
		int retry_after_s;
	} rows[] = {
		{ "40001", ERROR_UNAVAILABLE, 1 },
		{ "40P01", ERROR_UNAVAILABLE, 1 },
		{ "25006", ERROR_UNAVAILABLE, 1 },
		{ "57P03", ERROR_UNAVAILABLE, 1 },
		{ "08006", ERROR_UNAVAILABLE, 1 },
		{ "53300", ERROR_UNAVAILABLE, 1 },
		{ "57014", ERROR_TIMEOUT, 1 },
		{ "22021", ERROR_INVALID, 0 },
		{ "22P05", ERROR_INVALID, 0 },
		{ "42501", ERROR_INTERNAL, 0 },
		{ "P0001", ERROR_INTERNAL, 0 },
		{ "23505", ERROR_INTERNAL, 0 },
	};
	struct ctx *ctx = *state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		raise_state(ctx, rows[i].state, "secret value", "hint", "detail");
		assert_kind(ctx, rows[i].kind);
		assert_int_equal(ctx->error.retry_after_s, rows[i].retry_after_s);
		assert_null(ctx->error.detail);
		assert_non_null(strstr(ctx->error.log_detail, rows[i].state));
		assert_non_null(strstr(ctx->error.log_detail, "test_raise"));
		assert_null(strstr(ctx->error.log_detail, "secret"));
	}
	/* The connection goes on (or is made anew) after each. */
	error_clear(ctx);
	test_backend_pid(ctx);
}

static void test_constraints(void **state)
{
	struct ctx *ctx = *state;
	assert_true(test_insert(ctx, 1, "one"));
	assert_false(test_insert(ctx, 1, "again"));
	assert_kind(ctx, ERROR_CONFLICT);
	assert_string_equal(ctx->error.type, "already-owned");
	error_clear(ctx);
	assert_false(test_insert(ctx, 2, "forbidden"));
	assert_kind(ctx, ERROR_INTERNAL);
	assert_non_null(strstr(ctx->error.log_detail, "test_item_name_check"));
	assert_null(strstr(ctx->error.log_detail, "forbidden"));
	error_clear(ctx);
	struct query_args args = query_args(ctx);
	arg_int(&args, 1);
	arg_int(&args, 77);
	assert_null(query_run(ctx, QUERY_TEST_INSERT_DEFERRED, &args));
	assert_kind(ctx, ERROR_INVALID);
	assert_string_equal(ctx->error.fields->pointer, "/service");
}

static void test_deferred_check_outside_of_a_transaction(void **state)
{
	struct ctx *ctx = *state;
	int64_t pid = test_backend_pid(ctx);
	struct query_args one = query_args(ctx), dangling = query_args(ctx);
	arg_int(&one, 1);
	arg_text(&one, "one");
	arg_int(&dangling, 1);
	arg_int(&dangling, 77);
	struct query_step steps[] = { { QUERY_TEST_INSERT, &one, NULL }, { QUERY_TEST_INSERT_DEFERRED, &dangling, NULL } };
	assert_false(query_pipeline(ctx, steps, 2));
	assert_kind(ctx, ERROR_INVALID);
	assert_string_equal(ctx->error.fields->pointer, "/service");
	assert_null(steps[0].rows);
	error_clear(ctx);
	assert_int_equal(test_count(ctx), 0);
	assert_int_equal(test_backend_pid(ctx), pid);
}

static void test_values_stay_out_of_the_log(void **state)
{
	struct ctx *ctx = *state;
	struct query_args args = query_args(ctx);
	arg_text(&args, "hunter2");
	assert_null(query_run(ctx, QUERY_TEST_INT_OF_TEXT, &args));
	assert_kind(ctx, ERROR_INTERNAL);
	assert_null(strstr(ctx->error.log_detail, "hunter2"));
}

static void test_pipeline(void **state)
{
	struct ctx *ctx = *state;
	struct query_args one = query_args(ctx), two = query_args(ctx);
	arg_int(&one, 1);
	arg_text(&one, "one");
	arg_int(&two, 2);
	arg_text(&two, "two");
	struct query_step steps[] = {
		{ QUERY_TEST_INSERT, &one, NULL },
		{ QUERY_TEST_INSERT, &two, NULL },
		{ QUERY_TEST_NAMES, NULL, NULL },
	};
	assert_good(ctx, query_pipeline(ctx, steps, 3));
	assert_int_equal(rows_affected(steps[0].rows), 1);
	assert_int_equal(rows_count(steps[2].rows), 2);
	assert_string_equal(rows_text(steps[2].rows, 1, 1), "two");
}

static void test_pipeline_fails_whole(void **state)
{
	struct ctx *ctx = *state;
	struct query_args one = query_args(ctx), bad = query_args(ctx);
	arg_int(&one, 1);
	arg_text(&one, "one");
	arg_int(&bad, 2);
	arg_text(&bad, "forbidden");
	struct query_step steps[] = {
		{ QUERY_TEST_INSERT, &one, NULL },
		{ QUERY_TEST_INSERT, &bad, NULL },
		{ QUERY_TEST_NAMES, NULL, NULL },
	};
	assert_false(query_pipeline(ctx, steps, 3));
	assert_kind(ctx, ERROR_INTERNAL);
	assert_non_null(strstr(ctx->error.log_detail, "test_item_name_check"));
	for (int i = 0; i < 3; i++)
		assert_null(steps[i].rows);
	error_clear(ctx);
	assert_int_equal(test_count(ctx), 0);
}

/* Answers larger than the socket's buffers come while statements are still being sent. */
static void test_large_pipeline(void **state)
{
	struct ctx *ctx = *state;
	static struct query_step steps[600];
	char *text = arena_alloc(ctx->arena, 100001);
	memset(text, 'x', 100000);
	struct query_args args = query_args(ctx);
	arg_text(&args, text);
	for (int i = 0; i < 600; i++)
		steps[i] = (struct query_step){ QUERY_TEST_TEXT_OF, &args, NULL };
	assert_good(ctx, query_pipeline(ctx, steps, 600));
	for (int i = 0; i < 600; i++)
		assert_int_equal(rows_length(steps[i].rows, 0, 0), 100000);
}

static void test_without_preparing(void **state)
{
	(void)state;
	struct ctx *ctx = test_open(1000, false);
	assert_true(test_insert(ctx, 1, "one"));
	assert_good(ctx, tx_begin(ctx) && test_insert(ctx, 2, "two") && tx_commit(ctx));
	assert_int_equal(test_count(ctx), 2);
	int version;
	assert_good(ctx, db_schema_version(ctx, &version));
	assert_int_equal(version, 2);
	assert_int_equal(db_schema_version_program(), 2);
	test_close(ctx);
}

static void test_misfit_names_the_statement(void **state)
{
	(void)state;
	assert_true(cluster_sql("test", "ALTER TABLE test_optional RENAME TO test_gone"));
	struct ctx *ctx = test_open(1000, true);
	bool ready = db_conn_ready(ctx);
	enum error_kind kind = ctx->error.kind;
	bool named = ctx->error.log_detail && strstr(ctx->error.log_detail, "test_misfit (tests/unit/db/test.sql:");
	assert_true(cluster_sql("test", "ALTER TABLE test_gone RENAME TO test_optional"));
	assert_false(ready);
	assert_int_equal(kind, ERROR_INTERNAL);
	assert_true(named);
	test_close(ctx);
}

int run_query(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_session_settings, test_setup, test_teardown),
		cmocka_unit_test_setup_teardown(test_counts, test_setup, test_teardown),
		cmocka_unit_test_setup_teardown(test_rules_speak_to_the_caller, test_setup, test_teardown),
		cmocka_unit_test_setup_teardown(test_states, test_setup, test_teardown),
		cmocka_unit_test_setup_teardown(test_constraints, test_setup, test_teardown),
		cmocka_unit_test_setup_teardown(test_deferred_check_outside_of_a_transaction, test_setup, test_teardown),
		cmocka_unit_test_setup_teardown(test_values_stay_out_of_the_log, test_setup, test_teardown),
		cmocka_unit_test_setup_teardown(test_pipeline, test_setup, test_teardown),
		cmocka_unit_test_setup_teardown(test_pipeline_fails_whole, test_setup, test_teardown),
		cmocka_unit_test_setup_teardown(test_large_pipeline, test_setup_patient, test_teardown),
		cmocka_unit_test_setup_teardown(test_without_preparing, test_setup, test_teardown),
		cmocka_unit_test_setup_teardown(test_misfit_names_the_statement, test_setup, test_teardown),
	};
	return cmocka_run_group_tests_name("db/query", tests, NULL, NULL);
}
