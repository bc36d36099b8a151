/* Answers: problems, 304, compression, headers that stay headers. */
#include "support.h"

#include <jansson.h>
#include <string.h>

static json_t *problem_of(struct exchange *exchange)
{
	problem_render(&exchange->req);
	json_t *json = json_loadb(exchange->req.reply.body, exchange->req.reply.length, 0, NULL);
	assert_non_null(json);
	return json;
}

static void test_problem(void **state)
{
	struct exchange *exchange = fixture("/");
	(void)state;
	fail_rule(&exchange->req.ctx, ERROR_CONFLICT, "already-owned", "{\"allowed\":[\"reply\"]}", "%s has it", "Anna");
	json_t *json = problem_of(exchange);
	assert_int_equal(exchange->req.reply.status, 409);
	assert_string_equal(exchange->req.reply.content_type, "application/problem+json");
	assert_string_equal(json_string_value(json_object_get(json, "type")), "/problems/already-owned");
	assert_string_equal(json_string_value(json_object_get(json, "code")), "already-owned");
	assert_string_equal(json_string_value(json_object_get(json, "detail")), "Anna has it");
	assert_int_equal(json_integer_value(json_object_get(json, "status")), 409);
	assert_int_equal(json_array_size(json_object_get(json, "allowed")), 1);
	assert_string_equal(json_string_value(json_object_get(json, "request_id")), exchange->req.ctx.request_id);
	json_decref(json);
	fixture_free(exchange);
}

static void test_internal_says_nothing(void **state)
{
	struct exchange *exchange = fixture("/");
	(void)state;
	fail_internal(&exchange->req.ctx, ERROR_INTERNAL, "relation \"person\" does not exist");
	json_t *json = problem_of(exchange);
	assert_int_equal(exchange->req.reply.status, 500);
	assert_null(memmem(exchange->req.reply.body, exchange->req.reply.length, "person", 6));
	json_decref(json);
	fixture_free(exchange);
}

static void test_problem_headers(void **state)
{
	struct exchange *exchange = fixture("/");
	(void)state;
	exchange->req.ctx.error.retry_after_s = 7;
	fail(&exchange->req.ctx, ERROR_UNAVAILABLE, "busy");
	json_decref(problem_of(exchange));
	assert_string_equal(reply_find_header(&exchange->req.reply, "retry-after"), "7");
	fixture_free(exchange);
	exchange = fixture("/");
	fail(&exchange->req.ctx, ERROR_UNAUTHENTICATED, "who?");
	json_decref(problem_of(exchange));
	assert_string_equal(reply_find_header(&exchange->req.reply, "WWW-Authenticate"), "Bearer");
	fixture_free(exchange);
}

static void test_not_modified(void **state)
{
	static const struct {
		const char *known;
		int status;
	} cases[] = { { NULL, 200 }, { "\"5\"", 304 }, { "W/\"5\"", 304 }, { "\"4\", \"5\"", 304 }, { "\"4\",\"6\"", 200 },
		{ "*", 304 }, { "\"55\"", 200 }, { "5", 200 }, { "", 200 } };
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct exchange *exchange = fixture("/");
		if (cases[i].known)
			fixture_header(exchange, "If-None-Match", cases[i].known);
		reply_etag(&exchange->req, 5);
		reply_json(&exchange->req, 200, "{}", 2);
		reply_finish(&exchange->req, NULL);
		assert_int_equal(exchange->req.reply.status, cases[i].status);
		assert_string_equal(reply_find_header(&exchange->req.reply, "ETag"), "\"5\"");
		fixture_free(exchange);
	}
}

static void test_gzip(void **state)
{
	static const struct {
		const char *accept;
		bool compressed;
	} cases[] = { { NULL, false }, { "gzip", true }, { "br, gzip;q=0.5", true }, { "gzip;q=0", false },
		{ "gzip;q=0.0, br", false }, { "deflate", false }, { "xgzip", false }, { "GZIP", true } };
	char text[5000], out[5000];
	struct gzip gzip = { 0 };
	(void)state;
	memset(text, 'a', sizeof(text));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct exchange *exchange = fixture("/");
		struct reply *reply = &exchange->req.reply;
		if (cases[i].accept)
			fixture_header(exchange, "Accept-Encoding", cases[i].accept);
		reply_json(&exchange->req, 200, text, sizeof(text));
		reply_finish(&exchange->req, &gzip);
		assert_int_equal(reply->compressed, cases[i].compressed);
		assert_non_null(reply_find_header(reply, "Vary"));
		if (reply->compressed) {
			z_stream stream = { .next_in = (Bytef *)(uintptr_t)reply->body,
				.avail_in = (uInt)reply->length,
				.next_out = (Bytef *)out,
				.avail_out = sizeof(out) };
			assert_int_equal(inflateInit2(&stream, 31), Z_OK);
			assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
			assert_memory_equal(out, text, sizeof(text));
			inflateEnd(&stream);
		}
		fixture_free(exchange);
	}
	gzip_end(&gzip);
}

static void test_no_injection(void **state)
{
	struct exchange *exchange = fixture("/");
	(void)state;
	reply_header(&exchange->req, "Content-Disposition", "attachment; filename=\"a\r\nSet-Cookie: x=1\"");
	assert_string_equal(
		reply_find_header(&exchange->req.reply, "Content-Disposition"), "attachment; filename=\"a__Set-Cookie: x=1\"");
	fixture_free(exchange);
}

int run_reply(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_problem),
		cmocka_unit_test(test_internal_says_nothing),
		cmocka_unit_test(test_problem_headers),
		cmocka_unit_test(test_not_modified),
		cmocka_unit_test(test_gzip),
		cmocka_unit_test(test_no_injection),
	};
	return cmocka_run_group_tests_name("reply", tests, NULL, NULL);
}
