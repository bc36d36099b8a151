/* Calendars from JSON: each way of being refused, with its reason. */
#include "sla/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct refused {
	const char *json, *why;
};

#define MONDAY "\"week\":[{\"day\":1,\"from\":\"09:00\",\"to\":\"18:00\"}]"
#define TIME_REASON ": must be a time \"HH:MM\" from 00:00 to 24:00"

static const struct refused rows[] = {
	{ "[]", "calendar: must be an object" },
	{ "{}", "zone: must be the name of an IANA time zone; week: must be a list" },
	{ "{\"zone\":3," MONDAY "}", "zone: must be the name of an IANA time zone" },
	{ "{\"zone\":\"Mars/Olympus\"," MONDAY "}", "unknown zone Mars/Olympus" },
	{ "{\"zone\":\"../../etc/passwd\"," MONDAY "}", "unknown zone: not a name of an IANA time zone" },
	{ "{\"zone\":\"UTC\"," MONDAY ",\"name\":\"x\"}", "calendar: unknown member \"name\"" },
	{ "{\"zone\":\"UTC\",\"week\":{}}", "week: must be a list" },
	{ "{\"zone\":\"UTC\",\"week\":null}", "week: must be a list" },
	{ "{\"zone\":\"UTC\",\"week\":[1]}", "week[0]: must be an object" },
	{ "{\"zone\":\"UTC\",\"week\":[{\"day\":0,\"from\":\"09:00\",\"to\":\"18:00\"}]}",
		"week[0].day: must be a number from 1 (Monday) to 7" },
	{ "{\"zone\":\"UTC\",\"week\":[{\"day\":8,\"from\":\"09:00\",\"to\":\"18:00\"}]}",
		"week[0].day: must be a number from 1 (Monday) to 7" },
	{ "{\"zone\":\"UTC\",\"week\":[{\"day\":1.0,\"from\":\"09:00\",\"to\":\"18:00\"}]}",
		"week[0].day: must be a number from 1 (Monday) to 7" },
	{ "{\"zone\":\"UTC\",\"week\":[{\"day\":1,\"from\":\"9:00\",\"to\":\"18:00\"}]}", "week[0].from" TIME_REASON },
	{ "{\"zone\":\"UTC\",\"week\":[{\"day\":1,\"from\":\"09:60\",\"to\":\"18:00\"}]}", "week[0].from" TIME_REASON },
	{ "{\"zone\":\"UTC\",\"week\":[{\"day\":1,\"from\":\"09:00\",\"to\":\"24:01\"}]}", "week[0].to" TIME_REASON },
	{ "{\"zone\":\"UTC\",\"week\":[{\"day\":1,\"from\":\"09:00\",\"to\":\"18:00:00\"}]}", "week[0].to" TIME_REASON },
	{ "{\"zone\":\"UTC\",\"week\":[{\"day\":1,\"from\":\"09:00\"}]}", "week[0].to" TIME_REASON },
	{ "{\"zone\":\"UTC\",\"week\":[{\"day\":1,\"from\":540,\"to\":\"18:00\"}]}", "week[0].from" TIME_REASON },
	{ "{\"zone\":\"UTC\",\"week\":[{\"day\":1,\"from\":\"24:00\",\"to\":\"24:00\"}]}",
		"week day 1: 24:00-24:00 does not end after it starts" },
	{ "{\"zone\":\"UTC\",\"week\":[{\"day\":1,\"from\":\"22:00\",\"to\":\"06:00\"}]}",
		"week day 1: 22:00-06:00 does not end after it starts" },
	{ "{\"zone\":\"UTC\",\"week\":[{\"day\":1,\"from\":\"09:00\",\"to\":\"12:00\"},{\"day\":1,\"from\":\"11:00\","
	  "\"to\":\"13:00\"}]}",
		"week day 1: 09:00-12:00 overlaps 11:00-13:00" },
	{ "{\"zone\":\"UTC\",\"week\":[{\"day\":1,\"from\":\"09:00\",\"to\":\"12:00\",\"note\":1}]}",
		"week[0]: unknown member \"note\"" },
	{ "{\"zone\":\"UTC\"," MONDAY ",\"exceptions\":{}}", "exceptions: must be a list" },
	{ "{\"zone\":\"UTC\"," MONDAY ",\"exceptions\":[{\"date\":\"2026-02-29\",\"hours\":[]}]}",
		"exceptions[0].date: must be an existing date \"YYYY-MM-DD\"" },
	{ "{\"zone\":\"UTC\"," MONDAY ",\"exceptions\":[{\"date\":\"2026-05-01\"}]}",
		"exceptions[0].hours: must be a list" },
	{ "{\"zone\":\"UTC\"," MONDAY ",\"exceptions\":[7]}", "exceptions[0]: must be an object" },
	{ "{\"zone\":\"UTC\"," MONDAY ",\"exceptions\":[{\"date\":\"2026-05-01\",\"hours\":[[\"09:00\"]]}]}",
		"exceptions[0].hours[0]: must be a list of two times" },
	{ "{\"zone\":\"UTC\"," MONDAY ",\"exceptions\":[{\"date\":\"2026-05-01\",\"hours\":[[\"09:00\",\"25:00\"]]}]}",
		"exceptions[0].hours[0][1]" TIME_REASON },
	{ "{\"zone\":\"UTC\"," MONDAY ",\"exceptions\":[{\"date\":\"2026-05-01\",\"hours\":[[\"17:00\",\"09:00\"]]}]}",
		"2026-05-01: 17:00-09:00 does not end after it starts" },
	{ "{\"zone\":\"UTC\"," MONDAY
	  ",\"exceptions\":[{\"date\":\"2026-05-01\",\"hours\":[]},{\"date\":\"2026-05-01\",\"hours\":[]}]}",
		"2026-05-01: the date has two exceptions" },
	{ "{\"zone\":\"UTC\"," MONDAY ",\"exceptions\":[{\"date\":\"2026-05-01\",\"hours\":[],\"why\":\"x\"}]}",
		"exceptions[0]: unknown member \"why\"" },
	{ "{\"zone\":\"X\",\"week\":[{\"day\":1,\"from\":\"18:00\",\"to\":\"09:00\"}]}",
		"unknown zone X; week day 1: 18:00-09:00 does not end after it starts" },
};

static void check_refused(const char *json, size_t length, const char *expected)
{
	char why[2048];
	struct calendar *calendar = calendar_from_json(json, length, why, sizeof(why));
	assert_null(calendar);
	if (strcmp(why, expected) != 0)
		fail_msg("%s\n  expected %s\n  given    %s", json, expected, why);
}

static void test_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_refused(rows[i].json, strlen(rows[i].json), rows[i].why);
}

static void check_not_json(const char *json, size_t length)
{
	char why[2048];
	assert_null(calendar_from_json(json, length, why, sizeof(why)));
	assert_memory_equal(why, "not JSON: ", 10);
}

#define CHECK_NOT_JSON(json) check_not_json(json, sizeof(json) - 1)

static void test_not_json(void **state)
{
	(void)state;
	CHECK_NOT_JSON("");
	CHECK_NOT_JSON("{");
	CHECK_NOT_JSON("{\"zone\":\"UTC\"," MONDAY "} x");
	CHECK_NOT_JSON("{\"zone\":\"UTC\"," MONDAY ",}");
	CHECK_NOT_JSON("{\"zone\":\"UTC\",\"zone\":\"UTC\"," MONDAY "}");
	CHECK_NOT_JSON("{\"zone\":\"UT\xff"
				   "C\"," MONDAY "}");
	CHECK_NOT_JSON("{\"zone\":\"UTC\0\"," MONDAY "}");
	CHECK_NOT_JSON("{\"zone\":\"UTC\\u0000\"," MONDAY "}");
	CHECK_NOT_JSON("{\"zone\":\"UTC\"," MONDAY "}\0");
}

static void test_depth(void **state)
{
	(void)state;
	char deep[200];
	memset(deep, '[', 33);
	memset(deep + 33, ']', 33);
	check_refused(deep, 66, "JSON nested deeper than 32");
	memset(deep, '[', 32);
	memset(deep + 32, ']', 32);
	check_refused(deep, 64, "calendar: must be an object");
	/* Brackets inside a text do not nest. */
	const char *text = "{\"zone\":\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"[[[\"," MONDAY "}";
	check_refused(text, strlen(text), "unknown zone: not a name of an IANA time zone");
}

static void test_limits(void **state)
{
	(void)state;
	static char json[400000];
	int length = snprintf(json, sizeof(json), "{\"zone\":\"UTC\",\"week\":[");
	for (int i = 0; i < 17; i++)
		length += snprintf(json + length, sizeof(json) - (size_t)length,
			"%s{\"day\":1,\"from\":\"%02d:00\",\"to\":\"%02d:30\"}", i ? "," : "", i, i);
	length += snprintf(json + length, sizeof(json) - (size_t)length, "]}");
	check_refused(json, (size_t)length, "week[16]: more than 16 windows on a day");
	length = snprintf(json, sizeof(json), "{\"zone\":\"UTC\"," MONDAY ",\"exceptions\":[");
	for (int i = 0; i < 4001; i++) {
		char date[INSTANT_TEXT_BYTES];
		day_format(14610 + i, date);
		length += snprintf(
			json + length, sizeof(json) - (size_t)length, "%s{\"date\":\"%s\",\"hours\":[]}", i ? "," : "", date);
	}
	length += snprintf(json + length, sizeof(json) - (size_t)length, "]}");
	check_refused(json, (size_t)length, "exceptions: more than 4000");
}

static void test_long_names_are_cut(void **state)
{
	(void)state;
	check_refused("{\"zone\":\"UTC\"," MONDAY ",\"яяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяя\":1}",
		strlen("{\"zone\":\"UTC\"," MONDAY ",\"яяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяя\":1}"),
		"calendar: unknown member \"яяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяя…\"");
}

static void test_taken(void **state)
{
	(void)state;
	static const char *const good[] = {
		"{\"zone\":\"UTC\",\"week\":[]}",
		"{\"zone\":\"UTC\",\"week\":[],\"exceptions\":[]}",
		" {\"week\" : [ {\"to\":\"24:00\", \"from\":\"00:00\", \"day\":7} ], \"zone\":\"Asia/Kolkata\" }\r\n",
		"{\"zone\":\"\\u0055TC\",\"week\":[{\"day\":1,\"from\":\"12:00\",\"to\":\"13:00\"},{\"day\":1,\"from\":\"09:"
		"00\",\"to\":\"12:00\"}]}",
		"{\"zone\":\"UTC\",\"week\":[],\"exceptions\":[{\"date\":\"2999-12-31\",\"hours\":[[\"00:00\",\"24:00\"]]}]}",
	};
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		calendar_destroy(fixture_calendar(good[i]));
}

int test_calendar_json(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_not_json),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_long_names_are_cut),
		cmocka_unit_test(test_taken),
	};
	return cmocka_run_group_tests_name("calendar from JSON", tests, NULL, NULL);
}
