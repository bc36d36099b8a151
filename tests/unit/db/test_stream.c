/* Row by row out, line by line in. */
#include "tests.h"
#include "tests/unit/db/test.sql.h"

#include <stdio.h>

struct seen {
	int64_t count, sum, stop_at;
};

static bool see(struct ctx *ctx, const struct rows *rows, void *user)
{
	struct seen *seen = user;
	seen->count++;
	seen->sum += rows_int(rows, 0, 0);
	return seen->count != seen->stop_at || fail(ctx, ERROR_CONFLICT, "enough");
}

static struct query_args number(struct ctx *ctx, int64_t n)
{
	struct query_args args = query_args(ctx);
	arg_int(&args, n);
	return args;
}

static void test_each_row(void **state)
{
	struct ctx *ctx = *state;
	struct seen seen = { 0 };
	struct query_args args = number(ctx, 200000);
	size_t before = arena_used_bytes(ctx->arena);
	assert_good(ctx, query_each(ctx, QUERY_TEST_NUMBERS, &args, see, &seen));
	assert_int_equal(seen.count, 200000);
	assert_int_equal(seen.sum, INT64_C(200000) * 200001 / 2);
	assert_int_equal(arena_used_bytes(ctx->arena), before);
	args = number(ctx, 0);
	assert_good(ctx, query_each(ctx, QUERY_TEST_NUMBERS, &args, see, &seen));
	assert_int_equal(test_count(ctx), 0);
}

/* libpq forgets row-by-row mode only when a statement outside of pipeline mode begins. */
static void test_pipeline_after_each_row(void **state)
{
	struct ctx *ctx = *state;
	struct seen seen = { 0 };
	struct query_args args = number(ctx, 3);
	assert_good(ctx, query_each(ctx, QUERY_TEST_NUMBERS, &args, see, &seen));
	struct query_step steps[] = { { QUERY_TEST_NUMBERS, &args, NULL }, { QUERY_TEST_NUMBERS, &args, NULL } };
	assert_good(ctx, query_pipeline(ctx, steps, 2));
	assert_int_equal(rows_count(steps[0].rows), 3);
	assert_int_equal(rows_count(steps[1].rows), 3);
	assert_good(ctx, query_each(ctx, QUERY_TEST_NUMBERS, &args, see, &seen));
	assert_good(ctx, tx_begin(ctx));
	struct rows *rows = query_run(ctx, QUERY_TEST_NUMBERS, &args);
	assert_good(ctx, rows != NULL);
	assert_int_equal(rows_count(rows), 3);
	assert_good(ctx, tx_commit(ctx));
}

static void test_each_may_stop(void **state)
{
	struct ctx *ctx = *state;
	struct seen seen = { 0, 0, 10 };
	struct query_args args = number(ctx, 10000000);
	int64_t before_ms = monotonic_ms();
	assert_false(query_each(ctx, QUERY_TEST_NUMBERS, &args, see, &seen));
	assert_kind(ctx, ERROR_CONFLICT);
	assert_int_equal(seen.count, 10);
	error_clear(ctx);
	assert_int_equal(test_count(ctx), 0);
	assert_true(monotonic_ms() - before_ms < 1000);
}

static void test_each_may_fail_midway(void **state)
{
	struct ctx *ctx = *state;
	struct seen seen = { 0 };
	struct query_args args = number(ctx, 5000);
	int64_t pid = test_backend_pid(ctx);
	assert_false(query_each(ctx, QUERY_TEST_NUMBERS_THEN_FAIL, &args, see, &seen));
	assert_kind(ctx, ERROR_INTERNAL);
	assert_int_equal(seen.count, 4999);
	error_clear(ctx);
	assert_int_equal(test_backend_pid(ctx), pid);
}

static void test_each_in_a_snapshot(void **state)
{
	struct ctx *ctx = *state;
	struct seen seen = { 0 };
	struct query_args args = number(ctx, 100);
	assert_true(tx_begin_snapshot(ctx));
	assert_good(ctx, query_each(ctx, QUERY_TEST_NUMBERS, &args, see, &seen));
	assert_good(ctx, query_each(ctx, QUERY_TEST_NUMBERS, &args, see, &seen));
	assert_good(ctx, tx_commit(ctx));
	assert_int_equal(seen.count, 200);
	seen = (struct seen){ 0, 0, 5 };
	assert_true(tx_begin_snapshot(ctx));
	assert_false(query_each(ctx, QUERY_TEST_NUMBERS, &args, see, &seen));
	tx_rollback(ctx);
	error_clear(ctx);
	assert_int_equal(test_count(ctx), 0);
}

static void test_copy_in(void **state)
{
	struct ctx *ctx = *state;
	static const char *const names[] = { "tab\there", "line\nfeed", "back\\slash", "щит", "\\N", "", NULL, "cr\r" };
	int64_t loaded;
	struct text_out line;
	assert_true(tx_begin(ctx));
	assert_good(ctx, copy_begin(ctx, QUERY_TEST_COPY));
	for (int i = 0; i < 200000; i++) {
		struct arena *scratch = ctx->arena;
		if (i % 1000 == 0)
			text_begin(&line, scratch, 65536);
		text_append_int(&line, i);
		text_append_char(&line, '\t');
		copy_escape(&line, names[i % 8]);
		text_append_char(&line, '\n');
		if (i % 1000 == 999)
			assert_good(ctx, copy_put(ctx, line.data, line.length));
	}
	assert_good(ctx, copy_end(ctx, &loaded));
	assert_int_equal(loaded, 200000);
	struct rows *rows = query_run(ctx, QUERY_TEST_NAMES, NULL);
	assert_good(ctx, rows);
	assert_int_equal(rows_count(rows), 200000);
	for (int i = 0; i < 8; i++) {
		if (names[i])
			assert_string_equal(rows_text(rows, i, 1), names[i]);
		else
			assert_true(rows_null(rows, i, 1));
	}
	tx_rollback(ctx);
	assert_int_equal(test_count(ctx), 0);
}

static void test_copy_refused(void **state)
{
	struct ctx *ctx = *state;
	int64_t loaded;
	assert_good(ctx, copy_begin(ctx, QUERY_TEST_COPY));
	assert_good(ctx, copy_put(ctx, "1\tone\nx\ttwo\n", 12));
	assert_false(copy_end(ctx, &loaded));
	assert_kind(ctx, ERROR_INTERNAL);
	assert_int_equal(loaded, 0);
	error_clear(ctx);
	assert_int_equal(test_count(ctx), 0);
}

/* Left open, as by a handler that failed. */
static void test_copy_abandoned(void **state)
{
	struct ctx *ctx = *state;
	assert_true(tx_begin(ctx));
	assert_good(ctx, copy_begin(ctx, QUERY_TEST_COPY));
	assert_good(ctx, copy_put(ctx, "1\tone\n", 6));
	tx_rollback(ctx);
	assert_int_equal(test_count(ctx), 0);
}

int run_stream(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_each_row, test_setup_patient, test_teardown),
		cmocka_unit_test_setup_teardown(test_pipeline_after_each_row, test_setup, test_teardown),
		cmocka_unit_test_setup_teardown(test_each_may_stop, test_setup, test_teardown),
		cmocka_unit_test_setup_teardown(test_each_may_fail_midway, test_setup, test_teardown),
		cmocka_unit_test_setup_teardown(test_each_in_a_snapshot, test_setup, test_teardown),
		cmocka_unit_test_setup_teardown(test_copy_in, test_setup_patient, test_teardown),
		cmocka_unit_test_setup_teardown(test_copy_refused, test_setup, test_teardown),
		cmocka_unit_test_setup_teardown(test_copy_abandoned, test_setup, test_teardown),
	};
	return cmocka_run_group_tests_name("db/stream", tests, NULL, NULL);
}
