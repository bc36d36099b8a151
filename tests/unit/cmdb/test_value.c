#include "test_cmdb.h"

#include "cmdb/value.h"

static struct arena *arena;

static void check(const char *got, const char *expected)
{
	if (expected)
		assert_non_null(got);
	if (expected)
		assert_string_equal(got, expected);
	else
		assert_null(got);
}

void test_value_decimal(void **state)
{
	static const char *const cases[][2] = {
		{ "0", "0" },
		{ "-0.00", "0" },
		{ "+7", "7" },
		{ "007.10", "7.1" },
		{ "-12,5", "-12.5" },
		{ "0.001", "0.001" },
		{ "1.", NULL },
		{ ".5", NULL },
		{ "1e5", NULL },
		{ "1 000", NULL },
		{ "", NULL },
		{ "-", NULL },
		{ "1.2.3", NULL },
		{ "12345678901234567890123456789012345678", "12345678901234567890123456789012345678" },
		{ "123456789012345678901234567890123456789", NULL },
	};
	(void)state;
	arena = arena_create(4096);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check(value_decimal(arena, cases[i][0]), cases[i][1]);
	arena_destroy(arena);
}

void test_value_addresses(void **state)
{
	(void)state;
	arena = arena_create(4096);
	check(value_ip(arena, "10.0.0.1"), "10.0.0.1");
	check(value_ip(arena, "10.0.0.01"), NULL);
	check(value_ip(arena, "10.0.0"), NULL);
	check(value_ip(arena, "10.0.0.1/24"), NULL);
	check(value_ip(arena, "FE80:0:0::1"), "fe80::1");
	check(value_ip(arena, "fe80::1%eth0"), NULL);
	check(value_ip(arena, "::ffff:192.0.2.1"), "::ffff:192.0.2.1");
	check(value_mac(arena, "00-1A-2b-3C-4D-5E"), "00:1a:2b:3c:4d:5e");
	check(value_mac(arena, "001a.2b3c.4d5e"), "00:1a:2b:3c:4d:5e");
	check(value_mac(arena, "001A2B3C4D5E"), "00:1a:2b:3c:4d:5e");
	check(value_mac(arena, "00:1a-2b:3c:4d:5e"), NULL);
	check(value_mac(arena, "00:1a:2b:3c:4d:5g"), NULL);
	check(value_mac(arena, "00.1a.2b.3c.4d.5e"), NULL);
	check(value_mac(arena, "001a:2b3c:4d5e"), NULL);
	arena_destroy(arena);
}

void test_value_url(void **state)
{
	static const char *const good[] = {
		"http://a",
		"HTTPS://example.org/x?y#z",
		"ssh://root@host:22",
		"https://[::1]/",
		"https://пример.рф/",
	};
	static const char *const bad[] = {
		"javascript:alert(1)",
		"http://",
		"http:///x",
		"https://?q",
		"http://a b",
		"file:///etc",
		"example.org",
		"http://user@",
		"http://:80/",
		"http://a\"b",
		"",
	};
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(value_url_valid(good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(value_url_valid(bad[i]));
}

static void cell(enum value_type type, const char *text, const char *expected)
{
	static const char *const choices[] = { "small", "большой" };
	struct attribute attribute = { .name = "x", .type = type, .choice_values = choices, .choice_count = 2 };
	const char *why = NULL, *got = value_check_text(arena, &attribute, text, &why);
	check(got, expected);
	assert_true((got == NULL) == (why != NULL));
}

void test_value_cells(void **state)
{
	(void)state;
	arena = arena_create(4096);
	cell(VALUE_TEXT, "a \"b\"\nc", "\"a \\\"b\\\"\\nc\"");
	cell(VALUE_TEXT, "a\001", NULL);
	cell(VALUE_INTEGER, "-9223372036854775808", "-9223372036854775808");
	cell(VALUE_INTEGER, "9223372036854775808", NULL);
	cell(VALUE_INTEGER, "1.0", NULL);
	cell(VALUE_BOOLEAN, "Да", "true");
	cell(VALUE_BOOLEAN, "NO", "false");
	cell(VALUE_BOOLEAN, "maybe", NULL);
	cell(VALUE_DATE, "2024-02-29", "\"2024-02-29\"");
	cell(VALUE_DATE, "2026-02-29", NULL);
	cell(VALUE_INSTANT, "2026-03-01T01:00:00.9+03:00", "\"2026-02-28T22:00:00Z\"");
	cell(VALUE_INSTANT, "2026-03-01 01:00", NULL);
	cell(VALUE_ENUM, "большой", "\"большой\"");
	cell(VALUE_ENUM, "Small", NULL);
	cell(VALUE_REFERENCE, "12", "12");
	cell(VALUE_REFERENCE, "-12", NULL);
	cell(VALUE_JSON, "{\"a\":[1,0.1]}", "{\"a\":[1,0.1]}");
	cell(VALUE_JSON, "{\"a\":1,\"a\":2}", NULL);
	arena_destroy(arena);
}

static void json(enum value_type type, const char *text, const char *expected)
{
	struct attribute attribute = { .name = "x", .type = type };
	const char *why = NULL;
	json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);
	assert_non_null(value);
	check(value_check(arena, &attribute, value, &why), expected);
	json_decref(value);
}

void test_value_json(void **state)
{
	(void)state;
	arena = arena_create(4096);
	json(VALUE_INTEGER, "1.0", NULL);
	json(VALUE_INTEGER, "\"1\"", NULL);
	json(VALUE_DECIMAL, "0.1", "\"0.1\"");
	json(VALUE_DECIMAL, "123456789.123456", "\"123456789.123456\"");
	json(VALUE_DECIMAL, "0.12345678901234567", NULL);
	json(VALUE_DECIMAL, "1e20", NULL);
	json(VALUE_DECIMAL, "[1]", NULL);
	json(VALUE_BOOLEAN, "1", NULL);
	json(VALUE_TEXT, "\"  \"", NULL);
	json(VALUE_TEXT, "5", NULL);
	json(VALUE_REFERENCE, "\"17\"", "17");
	json(VALUE_REFERENCE, "0", NULL);
	json(VALUE_JSON, "null", "null");
	json(VALUE_JSON, "0.30000000000000004", "0.30000000000000004");
	json(VALUE_MAC, "123", NULL);
	arena_destroy(arena);
}
