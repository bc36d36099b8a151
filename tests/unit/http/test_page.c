/* Pages, cursors, query parameters, If-Match, cookies. */
#include "support.h"

#include <string.h>

static const char *cursor_of(const char *const *values, int count)
{
	static char text[2048];
	struct exchange *exchange = fixture("/");
	strcpy(text, page_cursor(&exchange->req, values, count));
	fixture_free(exchange);
	return text;
}

static bool read_back(const char *cursor, struct page *page, char values[4][256])
{
	char uri[2300];
	snprintf(uri, sizeof(uri), "/x?limit=7&cursor=%s", cursor);
	struct exchange *exchange = fixture(uri);
	bool good = page_read(&exchange->req, page);
	for (int i = 0; i < page->count && good; i++)
		strcpy(values[i], page->value[i]);
	if (!good)
		assert_non_null(field_error(exchange, "cursor"));
	fixture_free(exchange);
	return good;
}

static void test_round_trip(void **state)
{
	static const char *const values[] = { "2026-03-02T08:00:00Z", "", "Ёж & co?", "12" };
	struct page page;
	char read[4][256];
	(void)state;
	for (int count = 1; count <= 4; count++) {
		assert_true(read_back(cursor_of(values, count), &page, read));
		assert_int_equal(page.limit, 7);
		assert_int_equal(page.count, count);
		for (int i = 0; i < count; i++)
			assert_string_equal(read[i], values[i]);
	}
}

static void test_damaged(void **state)
{
	static const char *const values[] = { "12345", "67890" };
	static const char *const bad[] = { "", "A", "AA", "AAAA", "AAAAAA", "!!!!", "AAAAAAAA", "Zm9vYmFyYmF6" };
	struct page page;
	char read[4][256], cursor[256];
	(void)state;
	for (size_t i = 1; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(read_back(bad[i], &page, read));
	strcpy(cursor, cursor_of(values, 2));
	for (size_t i = 0; cursor[i]; i++) {
		char kept = cursor[i];
		cursor[i] = kept == 'A' ? 'B' : 'A';
		assert_false(read_back(cursor, &page, read));
		cursor[i] = kept;
	}
	assert_true(read_back(cursor, &page, read));
	cursor[strlen(cursor) - 1] = '\0';
	assert_false(read_back(cursor, &page, read));
}

static void test_other_list(void **state)
{
	static const char *const values[] = { "1" };
	static const struct route other = { .pattern = "/api/v1/other" };
	char uri[256];
	(void)state;
	snprintf(uri, sizeof(uri), "/x?cursor=%s", cursor_of(values, 1));
	struct exchange *exchange = fixture(uri);
	struct page page;
	exchange->req.route = &other;
	assert_false(page_read(&exchange->req, &page));
	fixture_free(exchange);
}

static void test_limit(void **state)
{
	static const struct {
		const char *uri;
		int limit;
		bool good;
	} cases[] = { { "/x", 50, true }, { "/x?limit=1", 1, true }, { "/x?limit=200", 200, true },
		{ "/x?limit=201", 50, false }, { "/x?limit=0", 50, false }, { "/x?limit=-1", 50, false },
		{ "/x?limit=ten", 50, false }, { "/x?limit=", 50, false } };
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct exchange *exchange = fixture(cases[i].uri);
		struct page page;
		assert_int_equal(page_read(&exchange->req, &page), cases[i].good);
		assert_int_equal(page.limit, cases[i].limit);
		fixture_free(exchange);
	}
}

static void test_query(void **state)
{
	static const char *const colours[] = { "red", "green", NULL };
	static const char *const names[] = { "n", "at", "flag", "colour", NULL };
	struct exchange *exchange = fixture("/x?n=5&at=2026-03-02T08:00:00Z&flag=true&colour=green");
	(void)state;
	assert_int_equal(query_int(&exchange->req, "n", 1, 0, 9), 5);
	assert_int_equal(query_instant(&exchange->req, "at", 0), 1772438400);
	assert_true(query_flag(&exchange->req, "flag"));
	assert_string_equal(query_choice(&exchange->req, "colour", colours), "green");
	assert_true(query_done(&exchange->req, names));
	fixture_free(exchange);
	exchange = fixture("/x?n=50&at=yesterday&flag=maybe&colour=blue&misspelt=1&n=51");
	assert_int_equal(query_int(&exchange->req, "n", 1, 0, 9), 1);
	assert_int_equal(query_instant(&exchange->req, "at", 3), 3);
	assert_false(query_flag(&exchange->req, "flag"));
	assert_null(query_choice(&exchange->req, "colour", colours));
	assert_false(query_done(&exchange->req, names));
	assert_int_equal(exchange->req.ctx.error.field_count, 6);
	assert_non_null(field_error(exchange, "misspelt"));
	fixture_free(exchange);
}

static void test_if_match(void **state)
{
	static const struct {
		const char *value;
		enum error_kind kind;
		int64_t version;
	} cases[] = { { NULL, ERROR_NO_IF_MATCH, 0 }, { "\"5\"", ERROR_NONE, 5 }, { "W/\"5\"", ERROR_NONE, 5 },
		{ "*", ERROR_NONE, -1 }, { "5", ERROR_UNREADABLE, 0 }, { "\"\"", ERROR_UNREADABLE, 0 },
		{ "\"5\", \"6\"", ERROR_UNREADABLE, 0 }, { "\"-1\"", ERROR_UNREADABLE, 0 }, { "\"x\"", ERROR_UNREADABLE, 0 } };
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct exchange *exchange = fixture("/");
		int64_t version;
		if (cases[i].value)
			fixture_header(exchange, "If-Match", cases[i].value);
		assert_int_equal(request_if_match(&exchange->req, &version), cases[i].kind == ERROR_NONE);
		assert_int_equal(exchange->req.ctx.error.kind, cases[i].kind);
		if (cases[i].kind == ERROR_NONE)
			assert_int_equal(version, cases[i].version);
		fixture_free(exchange);
	}
}

static void test_cookie(void **state)
{
	struct exchange *exchange = fixture("/");
	(void)state;
	fixture_header(exchange, "Cookie", "a=1; sid=abc; sidx=2");
	fixture_header(exchange, "cookie", "quoted=\"q\"; last=z");
	assert_string_equal(request_cookie(&exchange->req, "sid"), "abc");
	assert_string_equal(request_cookie(&exchange->req, "a"), "1");
	assert_string_equal(request_cookie(&exchange->req, "quoted"), "q");
	assert_string_equal(request_cookie(&exchange->req, "last"), "z");
	assert_null(request_cookie(&exchange->req, "si"));
	assert_null(request_cookie(&exchange->req, "b"));
	fixture_free(exchange);
}

int run_page(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_other_list),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_query),
		cmocka_unit_test(test_if_match),
		cmocka_unit_test(test_cookie),
	};
	return cmocka_run_group_tests_name("page", tests, NULL, NULL);
}
