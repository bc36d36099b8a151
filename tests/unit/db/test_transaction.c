/* Transactions: together or not at all, and never silently outside of one. */
#include "tests.h"
#include "tests/unit/db/test.sql.h"

static void test_commit_and_rollback(void **state)
{
	struct ctx *ctx = *state;
	assert_false(tx_active(ctx));
	assert_true(tx_begin(ctx));
	assert_true(tx_active(ctx));
	assert_true(test_insert(ctx, 1, "one") && test_insert(ctx, 2, "two"));
	assert_good(ctx, tx_commit(ctx));
	assert_false(tx_active(ctx));
	assert_true(tx_begin(ctx) && test_insert(ctx, 3, "three"));
	tx_rollback(ctx);
	tx_rollback(ctx);
	assert_int_equal(test_count(ctx), 2);
}

static void test_empty_transaction_costs_nothing(void **state)
{
	struct ctx *ctx = *state;
	assert_true(tx_begin(ctx) && tx_commit(ctx));
	assert_true(tx_begin(ctx));
	tx_rollback(ctx);
	assert_int_equal(test_count(ctx), 0);
}

static void test_failed_statement_fails_the_commit(void **state)
{
	struct ctx *ctx = *state;
	assert_true(tx_begin(ctx) && test_insert(ctx, 1, "one"));
	assert_false(test_insert(ctx, 2, "forbidden"));
	error_clear(ctx);
	assert_false(tx_commit(ctx));
	assert_kind(ctx, ERROR_INTERNAL);
	assert_false(tx_active(ctx));
	error_clear(ctx);
	assert_int_equal(test_count(ctx), 0);
}

static void test_first_statement_may_fail(void **state)
{
	struct ctx *ctx = *state;
	assert_true(tx_begin(ctx));
	assert_false(test_insert(ctx, 2, "forbidden"));
	assert_true(tx_active(ctx));
	assert_false(test_insert(ctx, 3, "three"));
	tx_rollback(ctx);
	error_clear(ctx);
	assert_int_equal(test_count(ctx), 0);
}

/* An error of the caller's own forbids the commit, even when every statement went well. */
static void test_error_forbids_the_commit(void **state)
{
	struct ctx *ctx = *state;
	assert_true(tx_begin(ctx) && test_insert(ctx, 1, "one"));
	fail_field(ctx, "/name", "wrong");
	assert_false(tx_commit(ctx));
	assert_kind(ctx, ERROR_INVALID);
	error_clear(ctx);
	assert_int_equal(test_count(ctx), 0);
}

static void test_deferred_check_fails_at_commit(void **state)
{
	struct ctx *ctx = *state;
	int64_t pid = test_backend_pid(ctx);
	struct query_args args = query_args(ctx);
	arg_int(&args, 1);
	arg_int(&args, 77);
	assert_true(tx_begin(ctx) && test_insert(ctx, 1, "one"));
	assert_good(ctx, query_run(ctx, QUERY_TEST_INSERT_DEFERRED, &args));
	assert_false(tx_commit(ctx));
	assert_kind(ctx, ERROR_INVALID);
	assert_string_equal(ctx->error.fields->pointer, "/service");
	error_clear(ctx);
	assert_int_equal(test_count(ctx), 0);
	assert_int_equal(test_backend_pid(ctx), pid);
}

static void test_snapshot_is_steady_and_reads_only(void **state)
{
	struct ctx *ctx = *state, *other = test_open(1000, true);
	assert_true(tx_begin_snapshot(ctx));
	assert_int_equal(test_count(ctx), 0);
	assert_true(test_insert(other, 1, "one"));
	assert_int_equal(test_count(ctx), 0);
	struct rows *rows = query_one(ctx, QUERY_TEST_SETTINGS, NULL);
	assert_good(ctx, rows);
	assert_string_equal(rows_text(rows, 0, 5), "repeatable read");
	assert_string_equal(rows_text(rows, 0, 6), "on");
	assert_good(ctx, tx_commit(ctx));
	assert_int_equal(test_count(ctx), 1);
	test_close(other);
}

static void test_pipeline_begins_the_transaction(void **state)
{
	struct ctx *ctx = *state;
	struct query_args one = query_args(ctx);
	arg_int(&one, 1);
	arg_text(&one, "one");
	struct query_step steps[] = { { QUERY_TEST_INSERT, &one, NULL }, { QUERY_TEST_COUNT, NULL, NULL } };
	assert_true(tx_begin(ctx));
	assert_good(ctx, query_pipeline(ctx, steps, 2));
	assert_int_equal(rows_int(steps[1].rows, 0, 0), 1);
	tx_rollback(ctx);
	assert_int_equal(test_count(ctx), 0);
}

static bool insert_later(struct ctx *ctx, int64_t id, const char *text)
{
	struct query_args args = query_args(ctx);
	arg_int(&args, id);
	arg_text(&args, text);
	return query_later(ctx, QUERY_TEST_INSERT, &args);
}

static void test_later_goes_before_the_next_and_before_the_commit(void **state)
{
	struct ctx *ctx = *state;
	assert_true(tx_begin(ctx) && insert_later(ctx, 1, "one"));
	assert_int_equal(test_count(ctx), 1);
	/* More than wait at a time. */
	for (int64_t id = 2; id <= 7; id++)
		assert_true(insert_later(ctx, id, "more"));
	assert_good(ctx, tx_commit(ctx));
	assert_int_equal(test_count(ctx), 7);
}

static void test_later_that_is_refused_fails_the_commit(void **state)
{
	struct ctx *ctx = *state;
	int64_t pid = test_backend_pid(ctx);
	assert_true(tx_begin(ctx) && test_insert(ctx, 1, "one") && insert_later(ctx, 1, "again"));
	assert_false(tx_commit(ctx));
	assert_true(ctx->error.kind != ERROR_NONE);
	error_clear(ctx);
	assert_int_equal(test_count(ctx), 0);
	assert_int_equal(test_backend_pid(ctx), pid);
}

static void test_later_falls_away_with_the_rollback(void **state)
{
	struct ctx *ctx = *state;
	assert_true(tx_begin(ctx) && test_insert(ctx, 1, "one") && insert_later(ctx, 2, "two"));
	tx_rollback(ctx);
	assert_int_equal(test_count(ctx), 0);
}

int run_transaction(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_commit_and_rollback, test_setup, test_teardown),
		cmocka_unit_test_setup_teardown(test_empty_transaction_costs_nothing, test_setup, test_teardown),
		cmocka_unit_test_setup_teardown(test_failed_statement_fails_the_commit, test_setup, test_teardown),
		cmocka_unit_test_setup_teardown(test_first_statement_may_fail, test_setup, test_teardown),
		cmocka_unit_test_setup_teardown(test_error_forbids_the_commit, test_setup, test_teardown),
		cmocka_unit_test_setup_teardown(test_deferred_check_fails_at_commit, test_setup, test_teardown),
		cmocka_unit_test_setup_teardown(test_snapshot_is_steady_and_reads_only, test_setup, test_teardown),
		cmocka_unit_test_setup_teardown(test_pipeline_begins_the_transaction, test_setup, test_teardown),
		cmocka_unit_test_setup_teardown(test_later_goes_before_the_next_and_before_the_commit, test_setup, test_teardown),
		cmocka_unit_test_setup_teardown(test_later_that_is_refused_fails_the_commit, test_setup, test_teardown),
		cmocka_unit_test_setup_teardown(test_later_falls_away_with_the_rollback, test_setup, test_teardown),
	};
	return cmocka_run_group_tests_name("db/transaction", tests, NULL, NULL);
}
