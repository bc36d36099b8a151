/* JSON bodies: what is taken, and that all wrong fields are told at once. */
#include "support.h"

#include "http/body.h"

#include <string.h>

static struct exchange *with_json(const char *json)
{
	struct exchange *exchange = fixture("/");
	fixture_body(exchange, "application/json; charset=utf-8", json, strlen(json));
	return exchange;
}

static void test_good(void **state)
{
	static const char *const kinds[] = { "incident", "request", NULL };
	const char *amount, *currency;
	const int64_t *ids;
	struct exchange *exchange =
		with_json("{\"subject\":\" Mouse \",\"text\":\"a\\r\\nb\",\"service\":\"12\",\"cis\":[1,\"2\"],"
				  "\"n\":5,\"on\":true,\"at\":\"2026-03-02T08:00:00Z\",\"day\":\"2026-02-28\","
				  "\"kind\":\"request\",\"price\":{\"amount\":\"10.50\",\"currency\":\"RUB\"},\"gone\":null,"
				  "\"any\":{\"a\":[1]},\"password\":\" x \"}");
	struct body *body = body_open(&exchange->req);
	(void)state;
	assert_non_null(body);
	assert_string_equal(body_text(body, "subject", BODY_REQUIRED, 1, 10), "Mouse");
	assert_string_equal(body_text(body, "text", BODY_REQUIRED, 1, 10), "a\nb");
	assert_int_equal(body_id(body, "service", BODY_REQUIRED), 12);
	assert_int_equal(body_ids(body, "cis", BODY_REQUIRED, 5, &ids), 2);
	assert_int_equal(ids[1], 2);
	assert_int_equal(body_int(body, "n", BODY_REQUIRED, 0, 9, 1), 5);
	assert_true(body_bool(body, "on", false));
	assert_int_equal(body_instant(body, "at", BODY_REQUIRED), 1772438400);
	assert_string_equal(body_day(body, "day", BODY_REQUIRED), "2026-02-28");
	assert_string_equal(body_choice(body, "kind", BODY_REQUIRED, kinds), "request");
	assert_true(body_money(body, "price", BODY_REQUIRED, &amount, &currency));
	assert_string_equal(amount, "10.50");
	assert_string_equal(currency, "RUB");
	assert_false(body_has(body, "gone"));
	assert_null(body_text(body, "missing", BODY_OPTIONAL, 0, 5));
	assert_non_null(body_json(body, "any", BODY_REQUIRED));
	assert_string_equal(body_secret(body, "password", BODY_REQUIRED, 100), " x ");
	assert_true(body_close(body));
	fixture_free(exchange);
}

static void test_all_wrong_at_once(void **state)
{
	static const char *const kinds[] = { "incident", NULL };
	const char *amount, *currency;
	const int64_t *ids;
	struct exchange *exchange =
		with_json("{\"subject\":5,\"long\":\"абвгд\",\"service\":1.0,\"cis\":[1,0],\"n\":10,\"on\":1,"
				  "\"at\":\"2026-02-30T08:00:00Z\",\"day\":\"2026-02-30\",\"kind\":\"x\","
				  "\"price\":{\"amount\":\"1.234\",\"currency\":\"rub\",\"tip\":1},\"a~/b\":1,\"bell\":\"\\u0007\"}");
	struct body *body = body_open(&exchange->req);
	(void)state;
	assert_null(body_text(body, "subject", BODY_REQUIRED, 1, 10));
	assert_null(body_text(body, "long", BODY_REQUIRED, 1, 4));
	assert_null(body_text(body, "absent", BODY_REQUIRED, 1, 4));
	assert_null(body_text(body, "bell", BODY_REQUIRED, 1, 4));
	assert_int_equal(body_id(body, "service", BODY_REQUIRED), 0);
	assert_int_equal(body_ids(body, "cis", BODY_REQUIRED, 5, &ids), 0);
	assert_int_equal(body_int(body, "n", BODY_REQUIRED, 0, 9, 1), 1);
	assert_false(body_bool(body, "on", false));
	assert_true(body_instant(body, "at", BODY_REQUIRED) == INSTANT_NONE);
	assert_null(body_day(body, "day", BODY_REQUIRED));
	assert_null(body_choice(body, "kind", BODY_REQUIRED, kinds));
	assert_false(body_money(body, "price", BODY_REQUIRED, &amount, &currency));
	assert_false(body_close(body));
	static const char *const pointers[] = { "/subject", "/long", "/absent", "/bell", "/service", "/cis/1", "/n", "/on",
		"/at", "/day", "/kind", "/price/amount", "/price/currency", "/price/tip", "/a~0~1b" };
	for (size_t i = 0; i < sizeof(pointers) / sizeof(pointers[0]); i++) {
		if (!field_error(exchange, pointers[i]))
			print_error("no error for %s\n", pointers[i]);
		assert_non_null(field_error(exchange, pointers[i]));
	}
	assert_int_equal(exchange->req.ctx.error.field_count, sizeof(pointers) / sizeof(pointers[0]));
	assert_int_equal(exchange->req.ctx.error.kind, ERROR_INVALID);
	fixture_free(exchange);
}

static void unreadable(const char *json, size_t length, enum error_kind kind)
{
	struct exchange *exchange = fixture("/");
	fixture_body(exchange, "application/json", json, length);
	struct body *body = body_open(&exchange->req);
	if (body)
		print_error("accepted: %s\n", json);
	assert_null(body);
	assert_int_equal(exchange->req.ctx.error.kind, kind);
	fixture_free(exchange);
}
#define UNREADABLE(text) unreadable(text, sizeof(text) - 1, ERROR_UNREADABLE)

static void test_unreadable(void **state)
{
	char deep[80] = "{\"a\":";
	(void)state;
	UNREADABLE("{");
	UNREADABLE("[]");
	UNREADABLE("5");
	UNREADABLE("{\"a\":1,\"a\":2}");
	UNREADABLE("{\"a\":\"\\u0000\"}");
	UNREADABLE("{\"a\":\"x\0y\"}");
	UNREADABLE("{\"a\":\"\xff\"}");
	UNREADABLE("{\"a\":\"\\ud800\"}");
	UNREADABLE("{\"a\":\"\\udc00x\"}");
	UNREADABLE("{\"a\":1} x");
	UNREADABLE("{\"a\":99999999999999999999}");
	UNREADABLE("{'a':1}");
	UNREADABLE("\xef\xbb\xbf{}");
	memset(deep + 5, '[', 32);
	unreadable(deep, 37, ERROR_UNREADABLE);
}

static void test_media_types(void **state)
{
	static const struct {
		const char *type;
		bool good;
	} cases[] = { { "application/json", true }, { "Application/JSON;charset=utf-8", true },
		{ "application/merge-patch+json", true }, { "text/plain", false }, { "application/jsonx", false },
		{ NULL, false }, { "application/x-www-form-urlencoded", false }, { "+json", false } };
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct exchange *exchange = fixture("/");
		fixture_body(exchange, cases[i].type, "{}", 2);
		struct body *body = body_open(&exchange->req);
		assert_int_equal(body != NULL, cases[i].good);
		if (!body)
			assert_int_equal(exchange->req.ctx.error.kind, ERROR_MEDIA_TYPE);
		fixture_free(exchange);
	}
}

static void test_empty(void **state)
{
	struct exchange *exchange = fixture("/");
	struct body *body = body_open(&exchange->req);
	(void)state;
	assert_non_null(body);
	assert_null(body_text(body, "note", BODY_OPTIONAL, 0, 5));
	assert_true(body_close(body));
	fixture_free(exchange);
}

static void test_nested(void **state)
{
	struct exchange *exchange = with_json("{\"targets\":[{\"s\":5,\"x\":1},7]}");
	struct body *body = body_open(&exchange->req);
	json_t *array = body_array(body, "targets", BODY_REQUIRED, 5);
	struct body *first = body_open_nested(body, "/targets/0", json_array_get(array, 0));
	struct body *second = body_open_nested(body, "/targets/1", json_array_get(array, 1));
	(void)state;
	assert_int_equal(body_int(first, "s", BODY_REQUIRED, 0, 9, 0), 5);
	assert_int_equal(body_int(second, "s", BODY_REQUIRED, 0, 9, 0), 0);
	assert_false(body_close(body));
	assert_non_null(field_error(exchange, "/targets/0/x"));
	assert_non_null(field_error(exchange, "/targets/1"));
	assert_int_equal(exchange->req.ctx.error.field_count, 2);
	fixture_free(exchange);
}

int run_body(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_all_wrong_at_once),
		cmocka_unit_test(test_unreadable),
		cmocka_unit_test(test_media_types),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_nested),
	};
	return cmocka_run_group_tests_name("body", tests, NULL, NULL);
}
