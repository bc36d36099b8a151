/* Where a state-changing request may come from; the address of the stream; Idempotency-Key. */
#include "support.h"

#include <string.h>

struct attempt {
	const char *site, *origin, *authorization;
	bool without_session, with_session;
};

static bool admitted(const struct attempt *attempt, bool session)
{
	struct exchange *exchange = fixture("/");
	fixture_header(exchange, "Host", "desk.local:8080");
	if (attempt->site)
		fixture_header(exchange, "Sec-Fetch-Site", attempt->site);
	if (attempt->origin)
		fixture_header(exchange, "Origin", attempt->origin);
	if (attempt->authorization)
		fixture_header(exchange, "Authorization", attempt->authorization);
	exchange->req.ctx.actor.session_id = session ? 5 : 0;
	bool good = csrf_check_origin(&exchange->req) && csrf_check_session(&exchange->req);
	assert_int_equal(exchange->req.ctx.error.kind, good ? ERROR_NONE : ERROR_FORBIDDEN);
	fixture_free(exchange);
	return good;
}

static void test_origin(void **state)
{
	static const struct attempt attempts[] = {
		{ NULL, NULL, NULL, true, false },
		{ "same-origin", NULL, NULL, true, true },
		{ "none", NULL, NULL, true, true },
		{ "same-site", NULL, NULL, false, false },
		{ "cross-site", NULL, NULL, false, false },
		{ "cross-site", "http://desk.local:8080", NULL, false, false },
		{ NULL, "http://desk.local:8080", NULL, true, true },
		{ NULL, "HTTP://DESK.local:8080", NULL, true, true },
		{ NULL, "https://desk.example.org", NULL, true, true },
		{ NULL, "https://desk.local:8080", NULL, false, false },
		{ NULL, "http://desk.local", NULL, false, false },
		{ NULL, "http://evil.example", NULL, false, false },
		{ NULL, "null", NULL, false, false },
		{ NULL, "http://evil.example", "Bearer x", true, false },
		{ NULL, NULL, "Bearer x", true, false },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++) {
		if (admitted(&attempts[i], false) != attempts[i].without_session ||
			admitted(&attempts[i], true) != attempts[i].with_session)
			print_error("attempt %zu\n", i);
		assert_int_equal(admitted(&attempts[i], false), attempts[i].without_session);
		assert_int_equal(admitted(&attempts[i], true), attempts[i].with_session);
	}
}

static void test_stream_address(void **state)
{
	struct exchange *exchange = fixture("/");
	(void)state;
	fixture_header(exchange, "Host", "[::1]:8080");
	assert_string_equal(request_stream_url(&exchange->req), "http://[::1]:8081/api/v1/stream");
	assert_true(csrf_origin_is_ours(&exchange->req, "http://[::1]:8080"));
	assert_true(csrf_origin_is_ours(&exchange->req, "https://desk.example.org"));
	assert_false(csrf_origin_is_ours(&exchange->req, "http://[::1]:8081"));
	assert_false(csrf_origin_is_ours(&exchange->req, "null"));
	assert_string_equal(csrf_origin_of_url(exchange->req.ctx.arena, "https://a.b:1/c"), "https://a.b:1");
	assert_null(csrf_origin_of_url(exchange->req.ctx.arena, "/api/v1/stream"));
	assert_null(csrf_origin_of_url(exchange->req.ctx.arena, ""));
	fixture_free(exchange);
}

static void test_idempotency_key(void **state)
{
	char key[258];
	(void)state;
	memset(key, 'k', sizeof(key));
	key[256] = '\0';
	assert_false(idempotency_key_valid(key));
	key[255] = '\0';
	assert_true(idempotency_key_valid(key));
	assert_false(idempotency_key_valid(""));
	assert_false(idempotency_key_valid("a b"));
	assert_false(idempotency_key_valid("ё"));
	assert_true(idempotency_key_valid("5b0c1f5e-~!"));
}

static const char *fingerprint(const char *type, const char *body)
{
	static char text[2][65];
	static int turn;
	struct exchange *exchange = fixture("/api/v1/x");
	fixture_body(exchange, type, body, strlen(body));
	turn = !turn;
	strcpy(text[turn], idempotency_fingerprint(&exchange->req));
	fixture_free(exchange);
	return text[turn];
}

static void test_fingerprint(void **state)
{
	(void)state;
	assert_string_equal(fingerprint("application/json", "{}"), fingerprint("application/json", "{}"));
	assert_string_not_equal(fingerprint("application/json", "{}"), fingerprint("application/json", "{ }"));
	/* The same file under another boundary is the same request. */
	assert_string_equal(fingerprint("multipart/form-data; boundary=X",
							"--X\r\nContent-Disposition: form-data; name=f; filename=a\r\n\r\nq\r\n--X--"),
		fingerprint("multipart/form-data; boundary=Y",
			"--Y\r\nContent-Disposition: form-data; name=f; filename=a\r\n\r\nq\r\n--Y--"));
}

int run_csrf(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_origin),
		cmocka_unit_test(test_stream_address),
		cmocka_unit_test(test_idempotency_key),
		cmocka_unit_test(test_fingerprint),
	};
	return cmocka_run_group_tests_name("csrf", tests, NULL, NULL);
}
