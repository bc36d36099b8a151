/* UTF-8, numbers, trimming, growing text. */
#include "tests.h"

#include "base/text.h"

#include <stdlib.h>

static bool valid(const char *text)
{
	return text_utf8_valid(text, strlen(text));
}

/* Every code point that exists is well-formed in its shortest form and in no other. */
static void test_every_code_point(void **state)
{
	(void)state;
	for (uint32_t code = 1; code < 0x110400; code++) {
		char bytes[5] = { 0 };
		size_t length = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
		static const unsigned char marks[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
		uint32_t rest = code;
		for (size_t i = length - 1; i > 0; i--) {
			bytes[i] = (char)(0x80 | (rest & 0x3f));
			rest >>= 6;
		}
		bytes[0] = (char)(marks[length] | rest);
		bool exists = code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
		if (text_utf8_valid(bytes, length) != exists)
			fail_msg("U+%04X", code);
		if (exists && length > 1 && text_utf8_valid(bytes, length - 1))
			fail_msg("U+%04X cut", code);
	}
}

static void test_malformed_utf8(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"\x80",
		"\xbf",
		"\xc0\x80",
		"\xc1\xbf",
		"\xc3",
		"\xc3(",
		"\xe0\x80\x80",
		"\xe0\x9f\xbf",
		"\xe2\x82",
		"\xed\xa0\x80",
		"\xed\xbf\xbf",
		"\xf0\x80\x80\x80",
		"\xf0\x8f\xbf\xbf",
		"\xf4\x90\x80\x80",
		"\xf5\x80\x80\x80",
		"\xff",
		"\xfe",
		"\xf8\x88\x80\x80\x80",
		"ok\xe2\x28\xa1",
		"\xf0\x9f\x98",
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (valid(bad[i]))
			fail_msg("malformed text %zu was taken", i);
	assert_false(text_utf8_valid("a\0b", 3));
	assert_true(text_utf8_valid("", 0));
	assert_true(valid("Вахта — «дежурство» 😀"));
	assert_int_equal(text_utf8_length("Вахта 😀"), 7);
}

static void test_controls(void **state)
{
	(void)state;
	assert_false(text_has_control("a\tb\nc é я"));
	assert_true(text_has_control("a\rb"));
	assert_true(text_has_control("\x1b[31m"));
	assert_true(text_has_control("\x7f"));
	assert_true(text_has_control("a\xc2\x85z"));
	assert_false(text_has_control("a\xc2\xa0z"));
}

static void test_numbers(void **state)
{
	(void)state;
	int64_t value;
	static const char *const bad[] = { "", "-", "+1", " 1", "1 ", "1.0", "1e3", "0x10", "9223372036854775808",
		"-9223372036854775809", "99999999999999999999999", "--1", "1-" };
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (text_parse_int64(bad[i], &value))
			fail_msg("\"%s\" was taken", bad[i]);
	assert_true(text_parse_int64("9223372036854775807", &value) && value == INT64_MAX);
	assert_true(text_parse_int64("-9223372036854775808", &value) && value == INT64_MIN);
	assert_true(text_parse_int64("0", &value) && value == 0);
	assert_true(text_parse_int64("-0", &value) && value == 0);
	assert_true(text_parse_int64("007", &value) && value == 7);
}

static void test_trim_and_hex(void **state)
{
	(void)state;
	struct arena *arena = arena_create(256);
	assert_string_equal(text_trim(arena, " \t\r\n a b \n"), "a b");
	assert_string_equal(text_trim(arena, "\xc2\xa0\xe2\x80\x83щ и т\xe3\x80\x80\xef\xbb\xbf"), "щ и т");
	assert_string_equal(text_trim(arena, "   "), "");
	assert_string_equal(text_trim(arena, ""), "");
	char hex[7];
	text_hex((const unsigned char *)"\x00\xab\xff", 3, hex);
	assert_string_equal(hex, "00abff");
	assert_true(text_equal_time_constant("abc", "abc", 3));
	assert_false(text_equal_time_constant("abc", "abd", 3));
	assert_true(text_equal_time_constant("abc", "abd", 2));
	arena_destroy(arena);
}

static void test_growing_text(void **state)
{
	(void)state;
	struct arena *arena = arena_create(128);
	struct text_out out;
	text_begin(&out, arena, 0);
	assert_string_equal(out.data, "");
	for (int i = 0; i < 1000; i++)
		text_append_char(&out, (char)('a' + i % 26));
	text_append_z(&out, "|");
	text_append_int(&out, INT64_MIN);
	text_append_z(&out, "|");
	text_append_int(&out, INT64_MAX);
	text_append_printf(&out, "|%s|%d", "щит", 0);
	text_append(&out, "", 0);
	assert_int_equal(strlen(out.data), out.length);
	assert_string_equal(out.data + 1000, "|-9223372036854775808|9223372036854775807|щит|0");
	arena_destroy(arena);
}

int run_text(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_code_point),
		cmocka_unit_test(test_malformed_utf8),
		cmocka_unit_test(test_controls),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_trim_and_hex),
		cmocka_unit_test(test_growing_text),
	};
	return cmocka_run_group_tests_name("base/text", tests, NULL, NULL);
}
