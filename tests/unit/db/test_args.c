/* Arguments and results: every type there and back. */
#include "tests.h"
#include "tests/unit/db/test.sql.h"

#include <stdio.h>

static void test_round_trip(void **state)
{
	struct ctx *ctx = *state;
	struct query_args args = query_args(ctx);
	static const unsigned char bytes[] = { 0, 1, 0xff, '\\', '\'', 0 };
	const char *const texts[] = { "a", "b\"c\\d", NULL, "", "NULL", "{x,y}", "line\nfeed", "щит" };
	arg_text(&args, "it's \\ \"щит\" 😀\n\t");
	arg_int(&args, INT64_MIN);
	arg_bool(&args, true);
	arg_instant(&args, 1772438400);
	arg_ints(&args, (const int64_t[]){ 1, -2, INT64_MAX }, 3);
	arg_texts(&args, texts, 8);
	arg_instants(&args, (const instant[]){ 0, INSTANT_NONE, 1772438400 }, 3);
	arg_bytes(&args, bytes, sizeof(bytes));
	struct rows *rows = query_one(ctx, QUERY_TEST_ECHO, &args);
	assert_good(ctx, rows);
	assert_string_equal(rows_text(rows, 0, 0), "it's \\ \"щит\" 😀\n\t");
	assert_true(rows_int(rows, 0, 1) == INT64_MIN);
	assert_true(rows_bool(rows, 0, 2));
	assert_int_equal(rows_instant(rows, 0, 3), 1772438400);
	assert_string_equal(rows_text(rows, 0, 4), "{1,-2,9223372036854775807}");
	const char *const *elements;
	assert_int_equal(rows_array(ctx, rows, 0, 5, &elements), 8);
	for (int i = 0; i < 8; i++) {
		if (texts[i])
			assert_string_equal(elements[i], texts[i]);
		else
			assert_null(elements[i]);
	}
	assert_int_equal(rows_array(ctx, rows, 0, 6, &elements), 3);
	assert_string_equal(elements[0], "1970-01-01 00:00:00+00");
	assert_null(elements[1]);
	size_t length;
	const unsigned char *back = rows_bytes(ctx, rows, 0, 7, &length);
	assert_int_equal(length, sizeof(bytes));
	assert_memory_equal(back, bytes, sizeof(bytes));
}

static void test_nulls(void **state)
{
	struct ctx *ctx = *state;
	struct query_args args = query_args(ctx);
	arg_text(&args, NULL);
	arg_int_or_null(&args, 5, true);
	arg_bool(&args, false);
	arg_instant(&args, INSTANT_NONE);
	arg_ints(&args, NULL, 0);
	arg_texts(&args, NULL, 0);
	arg_instants(&args, NULL, 0);
	arg_bytes(&args, "", 0);
	struct rows *rows = query_one(ctx, QUERY_TEST_ECHO, &args);
	assert_good(ctx, rows);
	assert_true(rows_null(rows, 0, 0));
	assert_null(rows_text(rows, 0, 0));
	assert_int_equal(rows_int(rows, 0, 1), 0);
	assert_false(rows_bool(rows, 0, 2));
	assert_true(rows_instant(rows, 0, 3) == INSTANT_NONE);
	const char *const *elements;
	assert_int_equal(rows_array(ctx, rows, 0, 5, &elements), 0);
	size_t length = 9;
	assert_non_null(rows_bytes(ctx, rows, 0, 7, &length));
	assert_int_equal(length, 0);
}

static void test_array_forms(void **state)
{
	struct ctx *ctx = *state;
	static const char *const expected[] = { "plain", "with space", "q\"uote", "b\\slash", "{,}", "", "NULL", NULL,
		"щит" };
	struct rows *rows = query_one(ctx, QUERY_TEST_ARRAYS, NULL);
	assert_good(ctx, rows);
	const char *const *elements;
	assert_int_equal(rows_array(ctx, rows, 0, 0, &elements), 0);
	assert_int_equal(rows_array(ctx, rows, 0, 1, &elements), 9);
	for (int i = 0; i < 9; i++) {
		if (expected[i])
			assert_string_equal(elements[i], expected[i]);
		else
			assert_null(elements[i]);
	}
	assert_int_equal(rows_array(ctx, rows, 0, 2, &elements), 0);
	assert_null(elements);
	assert_int_equal(rows_array(ctx, rows, 0, 3, &elements), 3);
	assert_string_equal(elements[2], "-3");
	assert_null(elements[1]);
}

static void test_instant_forms(void **state)
{
	struct ctx *ctx = *state;
	struct rows *rows = query_one(ctx, QUERY_TEST_INSTANTS, NULL);
	assert_good(ctx, rows);
	assert_int_equal(rows_instant(rows, 0, 0), 1772438400);
	for (int column = 1; column < 5; column++)
		assert_true(rows_instant(rows, 0, column) == INSTANT_NONE);
}

static void test_malformed_text_is_refused(void **state)
{
	struct ctx *ctx = *state;
	struct query_args args = query_args(ctx);
	arg_text(&args, "\xd0");
	assert_kind(ctx, ERROR_INVALID);
	error_clear(ctx);
	assert_null(query_run(ctx, QUERY_TEST_TEXT_OF, &args));
	struct query_step step = { QUERY_TEST_TEXT_OF, &args, NULL };
	assert_false(query_pipeline(ctx, &step, 1));
	args = query_args(ctx);
	arg_texts(&args, (const char *const[]){ "a", "\xff" }, 2);
	assert_kind(ctx, ERROR_INVALID);
}

/* The limits of a query's size are the server's; ours must not stand before them. */
static void test_long_text(void **state)
{
	struct ctx *ctx = *state;
	size_t length = 20 << 20;
	char *text = arena_alloc(ctx->arena, length + 1);
	memset(text, 'x', length);
	struct query_args args = query_args(ctx);
	arg_text(&args, text);
	struct rows *rows = query_one(ctx, QUERY_TEST_TEXT_OF, &args);
	assert_good(ctx, rows);
	assert_int_equal(rows_length(rows, 0, 0), length);
}

int run_args(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_round_trip, test_setup, test_teardown),
		cmocka_unit_test_setup_teardown(test_nulls, test_setup, test_teardown),
		cmocka_unit_test_setup_teardown(test_array_forms, test_setup, test_teardown),
		cmocka_unit_test_setup_teardown(test_instant_forms, test_setup, test_teardown),
		cmocka_unit_test_setup_teardown(test_malformed_text_is_refused, test_setup, test_teardown),
		cmocka_unit_test_setup_teardown(test_long_text, test_setup_patient, test_teardown),
	};
	return cmocka_run_group_tests_name("db/args", tests, NULL, NULL);
}
