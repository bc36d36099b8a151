/* Lines of `vakhta sla eval`: what a line says, what it is refused for, and the command around it. */
#include "sla/fixture.h"

#include "sla/eval.h"
#include "sla/eval_command.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CALENDAR "{\"zone\":\"UTC\",\"week\":[{\"day\":1,\"from\":\"09:00\",\"to\":\"18:00\"}]}"
#define START "{\"at\":\"2026-03-02T09:00:00Z\",\"do\":\"start\"}"
#define NOW "\"now\":\"2026-03-02T10:00:00Z\""
#define LINE(events) "{\"calendar\":" CALENDAR ",\"target_s\":7200,\"events\":[" events "]," NOW "}"
#define RUNNING \
	"{\"state\":\"running\",\"elapsed_s\":3600,\"target_s\":7200,\"due_at\":\"2026-03-02T11:00:00Z\",\"breached\":" \
	"false," \
	"\"breached_at\":null,\"remaining_s\":3600}"

/* The example of the description, word for word. */
#define EXAMPLE \
	"{\"calendar\":{\"zone\":\"Europe/Moscow\",\"week\":[{\"day\":1,\"from\":\"09:00\",\"to\":\"13:00\"}," \
	"{\"day\":1,\"from\":\"14:00\",\"to\":\"18:00\"}]," \
	"\"exceptions\":[{\"date\":\"2026-05-01\",\"hours\":[]},{\"date\":\"2026-02-28\",\"hours\":[[\"09:00\",\"17:00\"]" \
	"]}]}," \
	"\"target_s\":14400," \
	"\"events\":[{\"at\":\"2026-03-02T08:00:00Z\",\"do\":\"start\"}," \
	"{\"at\":\"2026-03-02T09:00:00Z\",\"do\":\"pause\",\"reason\":\"info_requested\"}," \
	"{\"at\":\"2026-03-02T09:30:00Z\",\"do\":\"resume\"}," \
	"{\"at\":\"2026-03-02T11:00:00Z\",\"do\":\"retarget\",\"target_s\":7200}," \
	"{\"at\":\"2026-03-02T12:00:00Z\",\"do\":\"stop\"}]," \
	"\"now\":\"2026-03-03T00:00:00Z\"}"
#define EXAMPLE_RESULT \
	"{\"state\":\"stopped\",\"elapsed_s\":9000,\"target_s\":7200,\"due_at\":null,\"breached\":true," \
	"\"breached_at\":\"2026-03-02T11:30:00Z\",\"remaining_s\":-1800}"

struct row {
	const char *line, *expected; /* the result, or the reason with "! " before it */
};

static const struct row rows[] = {
	{ EXAMPLE, EXAMPLE_RESULT },
	{ LINE(START), RUNNING },
	{ " " LINE(START) " \r", RUNNING },
	{ "{" NOW ",\"events\":[" START "],\"target_s\":7200,\"calendar\":" CALENDAR "}", RUNNING },
	{ "{\"calend\\u0061r\":" CALENDAR ",\"target_s\":7200,\"events\":[" START "]," NOW "}", RUNNING },
	{ LINE(START ",{\"at\":\"2026-03-02T12:00:00+03:00\",\"do\":\"stop\"}"),
		"{\"state\":\"stopped\",\"elapsed_s\":0,\"target_s\":7200,\"due_at\":null,\"breached\":false,\"breached_at\":"
		"null,"
		"\"remaining_s\":7200}" },
	{ LINE(START ",{\"at\":\"2026-03-02T09:30:00Z\",\"do\":\"retarget\",\"calendar\":{\"zone\":\"UTC\",\"week\":[]}}"),
		"{\"state\":\"running\",\"elapsed_s\":1800,\"target_s\":7200,\"due_at\":null,\"breached\":false,\"breached_"
		"at\":null,"
		"\"remaining_s\":5400}" },
	{ "[]", "! must be an object" },
	{ "{}",
		"! calendar: must be an object; target_s: must be a whole number of seconds greater than 0; events: must be a "
		"list; now: must be an instant \"YYYY-MM-DDTHH:MM:SSZ\"" },
	{ LINE(""), "! no event starts the clock" },
	{ LINE("{\"at\":\"2026-03-02T09:00:00Z\",\"do\":\"stop\"}"), "! no event starts the clock" },
	{ LINE(START ",{\"at\":\"2026-03-02T10:00:01Z\",\"do\":\"stop\"}"), "! now precedes the last event" },
	{ "{\"calendar\":" CALENDAR ",\"target_s\":7200,\"events\":[" START "]," NOW ",\"x\":1}",
		"! unknown member \"x\"" },
	{ "{\"calendar\":" CALENDAR ",\"target_s\":1.0,\"events\":[" START "]," NOW "}",
		"! target_s: must be a whole number of seconds greater than 0" },
	{ "{\"calendar\":" CALENDAR ",\"target_s\":0,\"events\":[" START "]," NOW "}",
		"! target_s: must be a whole number of seconds greater than 0" },
	{ "{\"calendar\":" CALENDAR ",\"target_s\":\"5\",\"events\":[" START "]," NOW "}",
		"! target_s: must be a whole number of seconds greater than 0" },
	{ "{\"calendar\":" CALENDAR ",\"target_s\":5,\"events\":[" START "],\"now\":\"2026-03-02 10:00:00\"}",
		"! now: must be an instant \"YYYY-MM-DDTHH:MM:SSZ\"" },
	{ "{\"calendar\":" CALENDAR ",\"target_s\":5,\"events\":[" START "],\"now\":\"2046-01-01T00:00:00Z\"}",
		"! now: must lie in the years 1970 to 2045" },
	{ "{\"calendar\":null,\"target_s\":5,\"events\":[" START "]," NOW "}", "! calendar: must be an object" },
	{ "{\"calendar\":{\"zone\":\"Nowhere\",\"week\":[]},\"target_s\":5,\"events\":[" START "]," NOW "}",
		"! calendar: unknown zone Nowhere" },
	{ "{\"calendar\":{\"zone\":\"UTC\"},\"target_s\":5,\"events\":[" START "]," NOW "}",
		"! calendar.week: must be a list" },
	{ LINE("5"), "! events[0]: must be an object" },
	{ LINE("{}"), "! events[0].at: is missing; events[0].do: is missing" },
	{ LINE("{\"at\":null,\"do\":\"START\"}"),
		"! events[0].at: must be an instant \"YYYY-MM-DDTHH:MM:SSZ\"; events[0].do: must be start, pause, resume, "
		"retarget, "
		"stop, reopen or cancel" },
	{ LINE(START ",{\"at\":\"2026-03-02T09:30:00Z\",\"do\":\"pause\",\"reason\":5}"),
		"! events[1].reason: must be a text" },
	{ LINE(START ",{\"at\":\"2026-03-02T09:30:00Z\",\"do\":\"pause\",\"by\":\"x\"}"),
		"! events[1]: unknown member \"by\"" },
	{ LINE(START ",{\"at\":\"2026-03-02T09:30:00Z\",\"do\":\"retarget\"}"),
		"! events[1]: a retarget needs target_s or calendar" },
	{ LINE(START ",{\"at\":\"2026-03-02T09:30:00Z\",\"do\":\"retarget\",\"target_s\":-1}"),
		"! events[1].target_s: must be a whole number of seconds greater than 0" },
	{ LINE(START ",{\"at\":\"2026-03-02T09:30:00Z\",\"do\":\"stop\",\"target_s\":1}"),
		"! events[1]: only a retarget may carry target_s or calendar" },
	{ LINE(START ",{\"at\":\"2026-03-02T09:30:00Z\",\"do\":\"retarget\",\"calendar\":{\"zone\":\"UTC\",\"week\":[{"
				 "\"day\":9}]}}"),
		"! events[1].calendar.week[0].day: must be a number from 1 (Monday) to 7; events[1].calendar.week[0].from: "
		"must be a "
		"time \"HH:MM\" from 00:00 to 24:00; events[1].calendar.week[0].to: must be a time \"HH:MM\" from 00:00 to "
		"24:00" },
};

/* In any order and again and again: what is kept from line to line must not change an answer. */
static void test_lines(void **state)
{
	(void)state;
	struct sla_eval *eval = sla_eval_create();
	uint64_t seed = 7;
	size_t count = sizeof(rows) / sizeof(rows[0]);
	for (size_t i = 0; i < count * 20; i++) {
		const struct row *row = &rows[i < count ? i : fixture_random(&seed, count)];
		char out[SLA_EVAL_OUT_BYTES], why[SLA_EVAL_REASON_BYTES];
		bool good = sla_eval_line(eval, row->line, strlen(row->line), out, why);
		bool expected = row->expected[0] != '!';
		const char *given = good ? out : why;
		if (good != expected || strcmp(given, expected ? row->expected : row->expected + 2) != 0)
			fail_msg("%s\n  expected %s\n  given    %s", row->line, row->expected, given);
	}
	sla_eval_destroy(eval);
}

static void check_bad(struct sla_eval *eval, const char *line, size_t length)
{
	char out[SLA_EVAL_OUT_BYTES], why[SLA_EVAL_REASON_BYTES];
	if (sla_eval_line(eval, line, length, out, why))
		fail_msg("taken: %s", line);
	assert_memory_equal(why, "not JSON: ", 10);
}

#define CHECK_BAD(line) check_bad(eval, line, sizeof(line) - 1)

/* Each is also told after a good line over the same calendar, when the calendar's text is known. */
static void test_not_json(void **state)
{
	(void)state;
	struct sla_eval *eval = sla_eval_create();
	for (int round = 0; round < 2; round++) {
		CHECK_BAD("");
		CHECK_BAD("   ");
		CHECK_BAD("\"");
		CHECK_BAD("7");
		CHECK_BAD(LINE(START) "x");
		CHECK_BAD(LINE(START) LINE(START));
		CHECK_BAD("{\"calendar\":" CALENDAR);
		CHECK_BAD(
			"{\"calendar\":" CALENDAR ",\"calendar\":" CALENDAR ",\"target_s\":7200,\"events\":[" START "]," NOW "}");
		CHECK_BAD("{\"calendar\":" CALENDAR ",\"target_s\":7200,\"target_s\":7200,\"events\":[" START "]," NOW "}");
		CHECK_BAD("{\"calendar\":" CALENDAR "5,\"target_s\":7200,\"events\":[" START "]," NOW "}");
		CHECK_BAD("{\"calendar\":" CALENDAR ",\"target_s\":72000000000000000000000,\"events\":[" START "]," NOW "}");
		CHECK_BAD("{\"calendar\"" CALENDAR ",\"target_s\":7200,\"events\":[" START "]," NOW "}");
		CHECK_BAD("[\"calendar\":" CALENDAR ",\"target_s\":7200]");
		CHECK_BAD(LINE(START ",{\"at\":\"2026-03-02T09:00:00Z\",\"do\":\"pause\",\"reason\":\"\xc3\"}"));
		CHECK_BAD(LINE(START ",{\"at\":\"2026-03-02T09:00:00Z\",\"do\":\"pause\",\"reason\":\"\xed\xa0\x80\"}"));
		CHECK_BAD(LINE(START ",{\"at\":\"2026-03-02T09:00:00Z\",\"do\":\"pause\",\"reason\":\"\0\"}"));
		CHECK_BAD(LINE(START ",{\"at\":\"2026-03-02T09:00:00Z\",\"do\":\"pause\",\"reason\":\"\\u0000\"}"));
		char out[SLA_EVAL_OUT_BYTES], why[SLA_EVAL_REASON_BYTES];
		assert_true(sla_eval_line(eval, LINE(START), strlen(LINE(START)), out, why));
		assert_string_equal(out, RUNNING);
	}
	sla_eval_destroy(eval);
}

/* A line may name many calendars, each used rightly, and one more is refused. */
static void test_many_calendars(void **state)
{
	(void)state;
	struct sla_eval *eval = sla_eval_create();
	char out[SLA_EVAL_OUT_BYTES], why[SLA_EVAL_REASON_BYTES];
	static char line[64000];
	for (int most = 30; most <= 33; most++) {
		int length = snprintf(line, sizeof(line), "{\"calendar\":" CALENDAR ",\"target_s\":7200,\"events\":[" START);
		for (int i = 1; i < most; i++)
			length += snprintf(line + length, sizeof(line) - (size_t)length,
				",{\"at\":\"2026-03-02T09:%02d:00Z\",\"do\":\"retarget\",\"calendar\":{\"zone\":\"UTC\",\"week\":[{"
				"\"day\":1,"
				"\"from\":\"09:%02d\",\"to\":\"09:%02d\"}]}}",
				i, i, i % 2 ? i + 1 : 59);
		length += snprintf(line + length, sizeof(line) - (size_t)length, "]," NOW "}");
		bool good = sla_eval_line(eval, line, (size_t)length, out, why);
		assert_int_equal(good, most <= 32);
		if (good)
			assert_non_null(strstr(out, most % 2 ? "\"elapsed_s\":3540," : "\"elapsed_s\":"));
		else
			assert_string_equal(why, "more than 32 different calendars");
	}
	sla_eval_destroy(eval);
}

/* Runs the command on `input`; its output is in `output`. Returns the exit code. */
static int run_command(const char *input, size_t length, char *output, size_t size_bytes)
{
	char in[] = "/tmp/sla_eval_in.XXXXXX", out[] = "/tmp/sla_eval_out.XXXXXX";
	int in_fd = mkstemp(in), out_fd = mkstemp(out);
	assert_true(in_fd >= 0 && out_fd >= 0);
	assert_int_equal(write(in_fd, input, length), (ssize_t)length);
	fflush(stdout);
	int saved = dup(STDOUT_FILENO);
	assert_true(dup2(out_fd, STDOUT_FILENO) >= 0);
	int code = command_sla_eval(2, (char *[]){ "eval", in, NULL });
	fflush(stdout);
	assert_true(dup2(saved, STDOUT_FILENO) >= 0);
	close(saved);
	ssize_t got = pread(out_fd, output, size_bytes - 1, 0);
	assert_true(got >= 0);
	output[got] = '\0';
	close(in_fd);
	close(out_fd);
	unlink(in);
	unlink(out);
	return code;
}

static void test_command(void **state)
{
	(void)state;
	static char output[8192];
	const char *good = EXAMPLE "\n" LINE(START) "\n";
	assert_int_equal(run_command(good, strlen(good), output, sizeof(output)), 0);
	assert_string_equal(output, EXAMPLE_RESULT "\n" RUNNING "\n");
	const char *last_without_end = EXAMPLE "\n" LINE(START);
	assert_int_equal(run_command(last_without_end, strlen(last_without_end), output, sizeof(output)), 0);
	assert_string_equal(output, EXAMPLE_RESULT "\n" RUNNING "\n");
	assert_int_equal(run_command("", 0, output, sizeof(output)), 0);
	assert_string_equal(output, "");
	const char *mixed = LINE(START) "\n{\"a\\\"\xc3\xa9\":1}\n[]\n" LINE(START) "\n";
	assert_int_equal(run_command(mixed, strlen(mixed), output, sizeof(output)), 1);
	const char *expected = RUNNING "\n{\"line\":2,\"error\":\"unknown member \\\"a\\\"\xc3\xa9\\\"; ";
	assert_memory_equal(output, expected, strlen(expected));
	assert_non_null(strstr(output, "\n{\"line\":3,\"error\":\"must be an object\"}\n" RUNNING "\n"));
}

static void test_long_lines(void **state)
{
	(void)state;
	static char output[8192];
	size_t length = 3 * SLA_EVAL_LINE_BYTES_MAX;
	char *input = malloc(length);
	assert_non_null(input);
	memset(input, ' ', length);
	/* A line of exactly the limit is read; one a byte longer is told and skipped; the next one is read. */
	memcpy(input, LINE(START), strlen(LINE(START)));
	input[SLA_EVAL_LINE_BYTES_MAX] = '\n';
	memcpy(input + SLA_EVAL_LINE_BYTES_MAX + 1, LINE(START), strlen(LINE(START)));
	input[2 * SLA_EVAL_LINE_BYTES_MAX + 2] = '\n';
	memcpy(input + 2 * SLA_EVAL_LINE_BYTES_MAX + 3, EXAMPLE, strlen(EXAMPLE));
	assert_int_equal(run_command(input, length, output, sizeof(output)), 1);
	assert_string_equal(
		output, RUNNING "\n{\"line\":2,\"error\":\"line longer than 1048576 bytes\"}\n" EXAMPLE_RESULT "\n");
	free(input);
}

int test_eval(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_not_json),
		cmocka_unit_test(test_many_calendars),
		cmocka_unit_test(test_command),
		cmocka_unit_test(test_long_lines),
	};
	return cmocka_run_group_tests_name("eval", tests, NULL, NULL);
}
