/* Errors: the first wins, wrong fields are collected; the context's beginning. */
#include "tests.h"

#include "base/ctx.h"

static int setup(void **state)
{
	static struct ctx ctx;
	memset(&ctx, 0, sizeof(ctx));
	ctx.arena = arena_create(1024);
	ctx_begin(&ctx);
	*state = &ctx;
	return 0;
}

static int teardown(void **state)
{
	arena_destroy(((struct ctx *)*state)->arena);
	return 0;
}

static void test_first_error_wins(void **state)
{
	struct ctx *ctx = *state;
	assert_false(fail(ctx, ERROR_NOT_FOUND, "no ticket %d", 7));
	assert_false(fail_internal(ctx, ERROR_INTERNAL, "later"));
	assert_false(fail_field(ctx, "/x", "later"));
	assert_int_equal(ctx->error.kind, ERROR_NOT_FOUND);
	assert_string_equal(ctx->error.detail, "no ticket 7");
	assert_string_equal(ctx->error.type, "not-found");
	assert_null(ctx->error.log_detail);
	assert_int_equal(ctx->error.field_count, 0);
	error_clear(ctx);
	assert_int_equal(ctx->error.kind, ERROR_NONE);
}

static void test_fields_are_collected_in_order(void **state)
{
	struct ctx *ctx = *state;
	fail_field(ctx, "/a", "must be %s", "short");
	fail_field(ctx, "/b", "unknown");
	assert_int_equal(ctx->error.kind, ERROR_INVALID);
	assert_int_equal(ctx->error.field_count, 2);
	assert_string_equal(ctx->error.fields->pointer, "/a");
	assert_string_equal(ctx->error.fields->detail, "must be short");
	assert_string_equal(ctx->error.fields->next->pointer, "/b");
	assert_null(ctx->error.fields->next->next);
}

static void test_rule_has_type_and_members(void **state)
{
	struct ctx *ctx = *state;
	fail_rule(ctx, ERROR_CONFLICT, "already-owned", "{\"owner\":1}", "owned by %s", "Anna");
	assert_int_equal(error_status(ctx->error.kind), 409);
	assert_string_equal(ctx->error.type, "already-owned");
	assert_string_equal(ctx->error.extra, "{\"owner\":1}");
	error_clear(ctx);
	fail_rule(ctx, ERROR_CONFLICT, NULL, NULL, "no");
	assert_string_equal(ctx->error.type, "conflict");
	assert_null(ctx->error.extra);
}

static void test_internal_tells_only_the_log(void **state)
{
	struct ctx *ctx = *state;
	fail_internal(ctx, ERROR_INTERNAL, "disk %d", 3);
	assert_null(ctx->error.detail);
	assert_string_equal(ctx->error.log_detail, "disk 3");
	assert_string_equal(error_type(ERROR_INTERNAL), "internal");
	assert_string_equal(error_title(ERROR_TIMEOUT), "The answer took too long");
}

static void test_begin_makes_a_new_request(void **state)
{
	struct ctx *ctx = *state;
	char before[CTX_REQUEST_ID_BYTES];
	memcpy(before, ctx->request_id, sizeof(before));
	assert_int_equal(strlen(before), 32);
	assert_int_equal(strspn(before, "0123456789abcdef"), 32);
	ctx->actor.id = 5;
	ctx->deadline_ms = 1;
	fail(ctx, ERROR_FORBIDDEN, "no");
	ctx_begin(ctx);
	assert_string_not_equal(before, ctx->request_id);
	assert_int_equal(ctx->actor.id, 0);
	assert_int_equal(ctx->deadline_ms, 0);
	assert_int_equal(ctx->error.kind, ERROR_NONE);
	assert_true(ctx->now > 1700000000);
}

int run_error(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_first_error_wins, setup, teardown),
		cmocka_unit_test_setup_teardown(test_fields_are_collected_in_order, setup, teardown),
		cmocka_unit_test_setup_teardown(test_rule_has_type_and_members, setup, teardown),
		cmocka_unit_test_setup_teardown(test_internal_tells_only_the_log, setup, teardown),
		cmocka_unit_test_setup_teardown(test_begin_makes_a_new_request, setup, teardown),
	};
	return cmocka_run_group_tests_name("base/error", tests, NULL, NULL);
}
