/* Addresses: decoded once, strictly. */
#include "support.h"

#include <string.h>

static void test_good(void **state)
{
	struct arena *arena = arena_create(1024);
	struct uri uri;
	const char *why;
	(void)state;
	assert_true(uri_parse(arena, "/", &uri, &why));
	assert_string_equal(uri.path, "/");
	assert_int_equal(uri.param_count, 0);
	assert_true(uri_parse(arena, "/a%20b/%D0%B9?q=%D0%B9+x&empty=&flag&&a%26b=c%3Dd", &uri, &why));
	assert_string_equal(uri.path, "/a b/й");
	assert_int_equal(uri.param_count, 4);
	assert_string_equal(uri.params[0].value, "й x");
	assert_string_equal(uri.params[1].value, "");
	assert_string_equal(uri.params[2].name, "flag");
	assert_string_equal(uri.params[2].value, "");
	assert_string_equal(uri.params[3].name, "a&b");
	assert_string_equal(uri.params[3].value, "c=d");
	/* Decoded once only. */
	assert_true(uri_parse(arena, "/%2500", &uri, &why));
	assert_string_equal(uri.path, "/%00");
	assert_true(uri_parse(arena, "/...", &uri, &why));
	arena_destroy(arena);
}

static void test_refused(void **state)
{
	static const char *const cases[] = { "", "a", "*", "http://h/", "/a%00b", "/a%", "/a%4", "/a%zz", "/%2", "/a%2fb",
		"/a%2Fb", "/../a", "/a/..", "/a/../b", "/./a", "/a/.", "/%2e%2e/a", "/.%2e", "/a%ff", "/a%c0%af", "/a%ed%a0%80",
		"/a\xd0\xb9", "/a b", "/a#b", "/a\\b", "/a%0ab", "/a%7f", "/a?q=%00", "/a?q=%ff", "/a?%", "/a?q=%1b" };
	struct arena *arena = arena_create(1024);
	struct uri uri;
	const char *why;
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (uri_parse(arena, cases[i], &uri, &why))
			print_error("accepted: %s\n", cases[i]);
		assert_false(uri_parse(arena, cases[i], &uri, &why));
		assert_non_null(why);
	}
	arena_destroy(arena);
}

static void test_too_many(void **state)
{
	struct arena *arena = arena_create(1024);
	struct uri uri;
	const char *why;
	char text[8 + 65 * 2] = "/?";
	(void)state;
	for (int i = 0; i < 65; i++)
		strcat(text, "a&");
	assert_false(uri_parse(arena, text, &uri, &why));
	arena_destroy(arena);
}

int run_uri(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_too_many),
	};
	return cmocka_run_group_tests_name("uri", tests, NULL, NULL);
}
