/* The head of a request as libmicrohttpd 0.9.75 leaves it in memory: line ends are NULs, the parts stay where they
 * came. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#define FIELDS 120

struct parsed {
	char memory[8192];
	struct framing_field fields[FIELDS];
	struct framing_head head;
};

/* Cuts like the library: lines end at CRLF or a bare LF, a value begins after the white space behind the colon. */
static void parse(struct parsed *parsed, const char *text, size_t length)
{
	char *at = parsed->memory, *end;
	memset(parsed, 0, sizeof(*parsed));
	memcpy(parsed->memory, text, length);
	parsed->head.bytes = length;
	parsed->head.fields = parsed->fields;
	for (size_t i = 0; i < length; i++) {
		if (parsed->memory[i] != '\n')
			continue;
		parsed->memory[i] = '\0';
		if (i > 0 && parsed->memory[i - 1] == '\r')
			parsed->memory[i - 1] = '\0';
	}
	parsed->head.method = at;
	end = strchr(at, ' ');
	*end = '\0';
	parsed->head.uri_at = end + 1;
	end = strrchr(end + 1, ' ');
	parsed->head.uri_length = (size_t)(end - parsed->head.uri_at);
	*end = '\0';
	parsed->head.version = end + 1;
	at = end + 1 + strlen(end + 1);
	while (at < parsed->memory + length) {
		while (*at == '\0' && at < parsed->memory + length)
			at++;
		char *colon = strchr(at, ':');
		if (!colon)
			break;
		*colon = '\0';
		char *value = colon + 1;
		value += strspn(value, " \t");
		parsed->fields[parsed->head.field_count++] = (struct framing_field){ at, value, strlen(at), strlen(value) };
		at = value + strlen(value);
	}
}

static struct framing_result check(const char *text, size_t length)
{
	static struct parsed parsed;
	struct framing_result result;
	parse(&parsed, text, length);
	framing_check(&parsed.head, &result);
	return result;
}
#define CHECK(text) check(text, sizeof(text) - 1)

static void test_good(void **state)
{
	(void)state;
	assert_int_equal(CHECK("GET / HTTP/1.1\r\nHost: a\r\n\r\n").kind, ERROR_NONE);
	assert_int_equal(
		CHECK("GET /a?b=c HTTP/1.1\r\nHost:a.b:80\r\nAccept:\r\nX-Y: \t two words \r\n\r\n").kind, ERROR_NONE);
	assert_int_equal(CHECK("GET / HTTP/1.0\r\nX: y\r\n\r\n").kind, ERROR_NONE);
	struct framing_result result = CHECK("POST / HTTP/1.1\r\nHost: [::1]:8080\r\nContent-Length: 00012\r\n\r\n");
	assert_int_equal(result.kind, ERROR_NONE);
	assert_true(result.has_length);
	assert_int_equal(result.content_length, 12);
}

static void test_refused(void **state)
{
	static const struct {
		const char *text;
		enum error_kind kind;
	} cases[] = {
		{ "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", ERROR_UNREADABLE },
		{ "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\ncontent-length: 5\r\n\r\n", ERROR_UNREADABLE },
		{ "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n\r\n", ERROR_UNREADABLE },
		{ "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\n", ERROR_UNREADABLE },
		{ "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", ERROR_UNREADABLE },
		{ "POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n", ERROR_UNREADABLE },
		{ "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", ERROR_UNREADABLE },
		{ "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", ERROR_LENGTH_REQUIRED },
		{ "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: x\r\nTransfer-Encoding: chunked\r\n\r\n",
			ERROR_UNREADABLE },
		{ "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551615\r\n\r\n", ERROR_TOO_LARGE },
		{ "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999999\r\n\r\n", ERROR_TOO_LARGE },
		{ "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", ERROR_UNREADABLE },
		{ "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", ERROR_UNREADABLE },
		{ "GET / HTTP/1.1\r\nX: a\r\n\r\n", ERROR_UNREADABLE },
		{ "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", ERROR_UNREADABLE },
		{ "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", ERROR_UNREADABLE },
		{ "GET / HTTP/1.1\r\nHost:\r\n\r\n", ERROR_UNREADABLE },
		{ "GET / HTTP/1.1\nHost: a\r\n\r\n", ERROR_UNREADABLE },
		{ "GET / HTTP/1.1\r\nHost: a\n\r\n", ERROR_UNREADABLE },
		{ "GET / HTTP/1.1\r\nHost: a\r\nX: y\n\n", ERROR_UNREADABLE },
		{ "GET / HTTP/1.1\r\nHost: a\r\nX : y\r\n\r\n", ERROR_UNREADABLE },
		{ "GET / HTTP/1.1\r\nHost: a\r\n X: y\r\n\r\n", ERROR_UNREADABLE },
		{ "GET / HTTP/1.1\r\nHost: a\r\nX\t: y\r\n\r\n", ERROR_UNREADABLE },
		{ "GET / HTTP/1.1\r\nHost: a\r\n: y\r\n\r\n", ERROR_UNREADABLE },
		{ "GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n", ERROR_UNREADABLE },
		{ "GET / HTTP/1.1\r\nHost: a\r\nX: a\x01"
		  "b\r\n\r\n",
			ERROR_UNREADABLE },
		{ "GET / HTTP/1.1\r\nHost: a\r\nX: \xff\r\n\r\n", ERROR_UNREADABLE },
		{ "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", ERROR_UNREADABLE },
		{ "CONNECT / HTTP/1.1\r\nHost: a\r\n\r\n", ERROR_UNREADABLE },
		{ "trace / HTTP/1.1\r\nHost: a\r\n\r\n", ERROR_UNREADABLE },
		{ "GE\x01T / HTTP/1.1\r\nHost: a\r\n\r\n", ERROR_UNREADABLE },
		{ "GET / HTTP/1.2\r\nHost: a\r\n\r\n", ERROR_UNREADABLE },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct framing_result result = check(cases[i].text, strlen(cases[i].text));
		if (result.kind != cases[i].kind)
			print_error("case %zu: %s\n", i, cases[i].text);
		assert_int_equal(result.kind, cases[i].kind);
		assert_non_null(result.detail);
	}
}

static void test_hidden_bytes(void **state)
{
	struct parsed parsed;
	(void)state;
	/* A NUL in a value: the part behind it would be lost. */
	assert_int_equal(CHECK("GET / HTTP/1.1\r\nHost: a\r\nX: a\0Content-Length: 9\r\n\r\n").kind, ERROR_UNREADABLE);
	assert_int_equal(CHECK("GET / HTTP/1.1\r\nHost: a\r\nX\0Y: a\r\n\r\n").kind, ERROR_UNREADABLE);
	/* A second space before the address: the library skips it. */
	static const char text[] = "GET  / HTTP/1.1\r\nHost: a\r\n\r\n";
	parse(&parsed, text, sizeof(text) - 1);
	parsed.head.uri_at++;
	parsed.head.uri_length--;
	assert_false(framing_layout_exact(&parsed.head));
	/* A folded line: the library moves the name elsewhere. */
	static const char folded[] = "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n\r\n";
	parse(&parsed, folded, sizeof(folded) - 1);
	assert_true(framing_layout_exact(&parsed.head));
	parsed.fields[1].name = "Xc";
	assert_false(framing_layout_exact(&parsed.head));
	/* Without the layout (a later library) the rest is still judged. */
	parse(&parsed, folded, sizeof(folded) - 1);
	parsed.head.uri_at = NULL;
	struct framing_result result;
	framing_check(&parsed.head, &result);
	assert_int_equal(result.kind, ERROR_NONE);
}

static void test_size(void **state)
{
	struct parsed parsed;
	struct framing_result result;
	static const char text[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
	(void)state;
	parse(&parsed, text, sizeof(text) - 1);
	parsed.head.uri_at = NULL;
	parsed.head.bytes = 32769;
	framing_check(&parsed.head, &result);
	assert_int_equal(result.kind, ERROR_HEADERS_TOO_LARGE);
}

int run_framing(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_hidden_bytes),
		cmocka_unit_test(test_size),
	};
	return cmocka_run_group_tests_name("framing", tests, NULL, NULL);
}
