/* The JSON writer, read back by its text. */
#include "tests.h"

#include "base/text.h"

static struct arena *arena;

static int setup(void **state)
{
	(void)state;
	arena = arena_create(512);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_destroy(arena);
	return 0;
}

static void test_commas_and_levels(void **state)
{
	(void)state;
	struct json_out out;
	json_begin(&out, arena, 0);
	json_open_object(&out, NULL);
	json_open_array(&out, "items");
	for (int i = 0; i < 3; i++) {
		json_open_object(&out, NULL);
		json_int(&out, "n", i - 1);
		json_open_array(&out, "empty");
		json_close_array(&out);
		json_bool(&out, "yes", i == 0);
		json_close_object(&out);
	}
	json_close_array(&out);
	json_put_null(&out, "next");
	json_raw(&out, "raw", "{\"a\":1}");
	json_raw(&out, "none", NULL);
	json_text(&out, "text", NULL);
	json_instant(&out, "at", 1772438400);
	json_instant(&out, "never", INSTANT_NONE);
	json_ref(&out, "owner", "12", "Анна \"А\"");
	json_ref(&out, "team", NULL, NULL);
	json_close_object(&out);
	assert_int_equal(out.depth, 0);
	assert_string_equal(out.text.data,
		"{\"items\":[{\"n\":-1,\"empty\":[],\"yes\":true},{\"n\":0,\"empty\":[],\"yes\":false},"
		"{\"n\":1,\"empty\":[],\"yes\":false}],\"next\":null,\"raw\":{\"a\":1},\"none\":null,\"text\":null,"
		"\"at\":\"2026-03-02T08:00:00Z\",\"never\":null,\"owner\":{\"id\":12,\"name\":\"Анна "
		"\\\"А\\\"\"},\"team\":null}");
}

static const char *written(const char *text)
{
	struct json_out out;
	json_begin(&out, arena, 0);
	json_text(&out, NULL, text);
	return out.text.data;
}

static void test_escapes(void **state)
{
	(void)state;
	assert_string_equal(written(""), "\"\"");
	assert_string_equal(written("a/b"), "\"a/b\"");
	assert_string_equal(written("\"\\\b\f\n\r\t"), "\"\\\"\\\\\\b\\f\\n\\r\\t\"");
	assert_string_equal(written("\x01\x1f\x7f"), "\"\\u0001\\u001f\\u007f\"");
	assert_string_equal(written("щит 😀"), "\"щит 😀\"");
}

static void test_malformed_text_is_replaced(void **state)
{
	(void)state;
	assert_string_equal(written("a\xff"
								"b"),
		"\"a\xef\xbf\xbd"
		"b\"");
	assert_string_equal(written("\xe2\x82"), "\"\xef\xbf\xbd\xef\xbf\xbd\"");
	assert_string_equal(written("щ\xed\xa0\x80"), "\"щ\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
}

static void test_deep_levels(void **state)
{
	(void)state;
	struct json_out out;
	json_begin(&out, arena, 0);
	for (int i = 0; i < 63; i++)
		json_open_array(&out, NULL);
	json_int(&out, NULL, 1);
	json_int(&out, NULL, 2);
	for (int i = 0; i < 63; i++)
		json_close_array(&out);
	assert_int_equal(out.text.length, 63 * 2 + 3);
}

int run_json_out(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_commas_and_levels, setup, teardown),
		cmocka_unit_test_setup_teardown(test_escapes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_malformed_text_is_replaced, setup, teardown),
		cmocka_unit_test_setup_teardown(test_deep_levels, setup, teardown),
	};
	return cmocka_run_group_tests_name("base/json_out", tests, NULL, NULL);
}
