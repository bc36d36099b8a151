/* Log lines: one object a line, valid whatever the values are. */
#include "tests.h"

#include "base/log.h"
#include "base/text.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static char line[8192];

/* Runs `write_it` with standard error in a pipe. */
static void capture(void (*write_it)(void))
{
	int ends[2], saved = dup(STDERR_FILENO);
	assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
	assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
	write_it();
	dup2(saved, STDERR_FILENO);
	close(saved);
	close(ends[1]);
	ssize_t got = read(ends[0], line, sizeof(line) - 1);
	close(ends[0]);
	line[got > 0 ? got : 0] = '\0';
}

static void write_plain(void)
{
	log_event(
		LOG_WARN, "test.plain", LOG_TEXT("text", "a\"b\\\n\x01 щит"), LOG_INT("number", -5), LOG_TEXT("none", NULL));
}

static void test_line(void **state)
{
	(void)state;
	capture(write_plain);
	assert_int_equal(line[0], '{');
	assert_int_equal(strncmp(line, "{\"time\":\"20", 11), 0);
	assert_string_equal(strstr(line, ",\"level\""),
		",\"level\":\"warn\",\"event\":\"test.plain\",\"text\":\"a\\\"b\\\\\\u000a\\u0001 "
		"щит\",\"number\":-5,\"none\":\"\"}\n");
}

static void write_long(void)
{
	static char text[3001];
	memset(text, '"', 3000);
	log_event(LOG_ERROR, "test.long", LOG_TEXT("a", text), LOG_TEXT("b", text), LOG_TEXT("c", text), LOG_INT("d", 1));
}

static void test_long_values_are_cut(void **state)
{
	(void)state;
	capture(write_long);
	size_t length = strlen(line);
	assert_true(length <= 4096);
	assert_string_equal(line + length - 2, "}\n");
	assert_int_equal(line[length - 3], '"');
}

static void write_malformed(void)
{
	log_event(LOG_ERROR, "test.malformed", LOG_TEXT("text", "\xff\xe2\x82"));
}

static void test_malformed_text(void **state)
{
	(void)state;
	capture(write_malformed);
	assert_true(text_utf8_valid(line, strlen(line)));
	assert_non_null(strstr(line, "\"text\":\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"}"));
}

static void write_debug(void)
{
	log_event(LOG_DEBUG, "test.debug", LOG_INT("n", 1));
}

static void test_level(void **state)
{
	(void)state;
	capture(write_debug);
	assert_string_equal(line, "");
	log_set_level(LOG_DEBUG);
	capture(write_debug);
	assert_non_null(strstr(line, "test.debug"));
	log_set_level(LOG_INFO);
}

int run_log(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_line),
		cmocka_unit_test(test_long_values_are_cut),
		cmocka_unit_test(test_malformed_text),
		cmocka_unit_test(test_level),
	};
	return cmocka_run_group_tests_name("base/log", tests, NULL, NULL);
}
