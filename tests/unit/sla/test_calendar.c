/* Calendars: what is working time, through every kind of change of the clock. */
#include "sla/fixture.h"

#include <string.h>

#define HOUR 3600

/* Every day of the week the same hours, as JSON in `zone`. */
static struct calendar *daily(const char *zone, const char *from, const char *to)
{
	struct calendar_spec spec = { .zone = zone };
	int from_min = (from[0] - '0') * 600 + (from[1] - '0') * 60 + (from[3] - '0') * 10 + (from[4] - '0');
	int to_min = (to[0] - '0') * 600 + (to[1] - '0') * 60 + (to[3] - '0') * 10 + (to[4] - '0');
	for (int i = 0; i < 7; i++) {
		spec.week[i].window_count = 1;
		spec.week[i].window[0] = (struct calendar_window){ from_min, to_min };
	}
	char why[256];
	struct calendar *calendar = calendar_build(&spec, why, sizeof(why));
	if (!calendar)
		fail_msg("%s", why);
	return calendar;
}

/* Working seconds between two instants of a calendar with the same hours every day. */
static void test_changes_of_the_clock(void **state)
{
	(void)state;
	static const struct {
		const char *what, *zone, *hours_from, *hours_to, *from, *to;
		int64_t worked_s;
	} rows[] = {
		{ "a nine-hour day on the day summer time begins", "Europe/Berlin", "09:00", "18:00", "2026-03-28T23:00:00Z",
			"2026-03-29T22:00:00Z", 9 * HOUR },
		{ "and on the day it ends", "Europe/Berlin", "09:00", "18:00", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z",
			9 * HOUR },
		{ "a window over the skipped hour is shorter", "Europe/Berlin", "01:00", "04:00", "2026-03-28T23:00:00Z",
			"2026-03-29T22:00:00Z", 2 * HOUR },
		{ "a window inside it counts nothing", "Europe/Berlin", "02:00", "03:00", "2026-03-28T23:00:00Z",
			"2026-03-29T22:00:00Z", 0 },
		{ "one that begins inside it begins at its end", "Europe/Berlin", "02:30", "04:00", "2026-03-28T23:00:00Z",
			"2026-03-29T22:00:00Z", 1 * HOUR },
		{ "a window over the repeated hour counts both passes", "Europe/Berlin", "02:00", "03:00",
			"2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", 2 * HOUR },
		{ "half of it twice", "Europe/Berlin", "02:30", "03:00", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", HOUR },
		{ "the first pass alone", "Europe/Berlin", "02:30", "03:00", "2026-10-24T22:00:00Z", "2026-10-25T01:00:00Z",
			HOUR / 2 },
		{ "New York, skipped", "America/New_York", "01:00", "04:00", "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z",
			2 * HOUR },
		{ "New York, repeated", "America/New_York", "01:00", "04:00", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z",
			4 * HOUR },
		{ "Lord Howe skips half an hour", "Australia/Lord_Howe", "01:00", "04:00", "2026-10-03T13:30:00Z",
			"2026-10-04T13:00:00Z", 2 * HOUR + HOUR / 2 },
		{ "and repeats half an hour", "Australia/Lord_Howe", "01:00", "02:00", "2026-04-04T13:00:00Z",
			"2026-04-05T13:30:00Z", HOUR + HOUR / 2 },
		{ "Samoa had no 30 December 2011", "Pacific/Apia", "09:00", "17:00", "2011-12-29T10:00:00Z",
			"2011-12-31T10:00:00Z", 16 * HOUR },
		{ "Samoa's days around it are whole", "Pacific/Apia", "00:00", "24:00", "2011-12-29T10:00:00Z",
			"2011-12-31T10:00:00Z", 48 * HOUR },
		{ "Cairo skips the first hour of a day", "Africa/Cairo", "00:00", "02:00", "2024-04-25T22:00:00Z",
			"2024-04-26T21:00:00Z", HOUR },
		{ "and repeats the last", "Africa/Cairo", "23:00", "24:00", "2024-10-30T21:00:00Z", "2024-10-31T22:00:00Z",
			2 * HOUR },
		{ "Sao Paulo skipped midnight to one", "America/Sao_Paulo", "00:00", "01:00", "2018-11-03T03:00:00Z",
			"2018-11-05T02:00:00Z", HOUR },
		{ "and repeated the last hour before midnight", "America/Sao_Paulo", "23:00", "24:00", "2018-02-17T02:00:00Z",
			"2018-02-18T03:00:00Z", 2 * HOUR },
		{ "Kolkata is half an hour off", "Asia/Kolkata", "09:00", "18:00", "2026-03-02T03:30:00Z",
			"2026-03-02T12:30:00Z", 9 * HOUR },
		{ "the day before it changed in 1972, with seconds", "Africa/Monrovia", "00:00", "24:00",
			"1972-01-06T00:00:00Z", "1972-01-09T00:00:00Z", 72 * HOUR },
		{ "by the rule for far years", "Europe/Berlin", "01:00", "04:00", "2045-03-25T23:00:00Z",
			"2045-03-26T22:00:00Z", 2 * HOUR },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct calendar *calendar = daily(rows[i].zone, rows[i].hours_from, rows[i].hours_to);
		int64_t worked_s = calendar_worked_s(calendar, fixture_at(rows[i].from), fixture_at(rows[i].to));
		if (worked_s != rows[i].worked_s)
			fail_msg("%s: %lld s, not %lld", rows[i].what, (long long)worked_s, (long long)rows[i].worked_s);
		calendar_destroy(calendar);
	}
}

static void test_always_is_every_instant(void **state)
{
	(void)state;
	static const char *const zones[] = { "UTC", "Europe/Berlin", "Pacific/Apia", "America/Sao_Paulo",
		"Africa/Monrovia" };
	for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++) {
		struct calendar *calendar = fixture_always(zones[i]);
		instant all[4][2];
		assert_int_equal(calendar_intervals(calendar, 0, CALENDAR_END, all, 4), 1);
		assert_int_equal(all[0][0], 0);
		assert_int_equal(all[0][1], CALENDAR_END);
		assert_int_equal(calendar_worked_s(calendar, 0, CALENDAR_END), CALENDAR_END);
		assert_int_equal(calendar_reach(calendar, 17, CALENDAR_END - 17), CALENDAR_END);
		assert_int_equal(calendar_reach(calendar, 17, CALENDAR_END - 16), INSTANT_NONE);
		assert_string_equal(calendar_zone(calendar), zones[i]);
		calendar_destroy(calendar);
	}
	assert_int_equal(CALENDAR_END, fixture_at("2046-01-01T00:00:00Z"));
}

static void test_outside_the_years(void **state)
{
	(void)state;
	struct calendar *calendar = fixture_always("UTC");
	assert_false(calendar_is_working(calendar, -1));
	assert_true(calendar_is_working(calendar, 0));
	assert_true(calendar_is_working(calendar, CALENDAR_END - 1));
	assert_false(calendar_is_working(calendar, CALENDAR_END));
	assert_int_equal(calendar_worked_s(calendar, -100, 100), 100);
	assert_int_equal(calendar_worked_s(calendar, CALENDAR_END - 5, CALENDAR_END + 1000), 5);
	assert_int_equal(calendar_worked_s(calendar, INT64_MIN, INT64_MAX), CALENDAR_END);
	assert_int_equal(calendar_worked_s(calendar, 10, 10), 0);
	assert_int_equal(calendar_worked_s(calendar, 10, 5), 0);
	assert_int_equal(calendar_reach(calendar, CALENDAR_END, 1), INSTANT_NONE);
	assert_int_equal(calendar_reach(calendar, CALENDAR_END + 5, 0), CALENDAR_END + 5);
	assert_int_equal(calendar_reach(calendar, 5, INT64_MAX), INSTANT_NONE);
	calendar_destroy(calendar);
}

static void test_reach(void **state)
{
	(void)state;
	struct calendar *office = fixture_office("Europe/Moscow"); /* 06:00-15:00 UTC */
	static const struct {
		const char *what, *from;
		int64_t work_s;
		const char *reached;
	} rows[] = {
		{ "no work: where it began", "2026-03-02T08:00:00Z", 0, "2026-03-02T08:00:00Z" },
		{ "no work in the night too", "2026-03-02T20:00:00Z", 0, "2026-03-02T20:00:00Z" },
		{ "inside a day", "2026-03-02T08:00:00Z", 60, "2026-03-02T08:01:00Z" },
		{ "exactly at closing time", "2026-03-02T14:00:00Z", 3600, "2026-03-02T15:00:00Z" },
		{ "a second more is the next morning", "2026-03-02T14:00:00Z", 3601, "2026-03-03T06:00:01Z" },
		{ "over the weekend", "2026-03-06T14:00:00Z", 3601, "2026-03-09T06:00:01Z" },
		{ "from the closing second", "2026-03-02T15:00:00Z", 1, "2026-03-03T06:00:01Z" },
		{ "from the night", "2026-03-02T03:00:00Z", 32400, "2026-03-02T15:00:00Z" },
		{ "a year's work", "2026-03-02T06:00:00Z", 260 * 32400, "2027-02-26T15:00:00Z" },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		instant reached = calendar_reach(office, fixture_at(rows[i].from), rows[i].work_s);
		char text[INSTANT_TEXT_BYTES];
		instant_format(reached, text);
		if (strcmp(text, rows[i].reached) != 0)
			fail_msg("%s: %s, not %s", rows[i].what, text, rows[i].reached);
	}
	calendar_destroy(office);
}

static const char *const samples[] = {
	"{\"zone\":\"Europe/"
	"Moscow\",\"week\":[{\"day\":1,\"from\":\"09:00\",\"to\":\"13:00\"},{\"day\":1,\"from\":\"14:00\",\"to\":\"18:00\"}"
	"],"
	"\"exceptions\":[{\"date\":\"2026-05-01\",\"hours\":[]},{\"date\":\"2026-02-28\",\"hours\":[[\"09:00\",\"17:00\"]]}"
	"]}",
	"{\"zone\":\"America/"
	"New_York\",\"week\":[{\"day\":5,\"from\":\"22:15\",\"to\":\"24:00\"},{\"day\":6,\"from\":\"00:00\",\"to\":\"02:"
	"45\"},"
	"{\"day\":7,\"from\":\"01:10\",\"to\":\"01:50\"}]}",
	"{\"zone\":\"Australia/"
	"Lord_Howe\",\"week\":[{\"day\":7,\"from\":\"01:10\",\"to\":\"01:50\"},{\"day\":7,\"from\":\"02:10\",\"to\":\"24:"
	"00\"},"
	"{\"day\":1,\"from\":\"00:00\",\"to\":\"00:01\"}]}",
	"{\"zone\":\"Pacific/"
	"Apia\",\"week\":[{\"day\":4,\"from\":\"10:00\",\"to\":\"24:00\"},{\"day\":5,\"from\":\"00:00\",\"to\":\"24:00\"},"
	"{\"day\":6,\"from\":\"00:00\",\"to\":\"09:00\"}]}",
	"{\"zone\":\"UTC\",\"week\":[{\"day\":3,\"from\":\"12:00\",\"to\":\"12:01\"}]}",
};

static void check_properties(const struct calendar *calendar, uint64_t *seed)
{
	instant from = (instant)fixture_random(seed, (uint64_t)CALENDAR_END);
	instant to = from + (instant)fixture_random(seed, 400 * 86400);
	instant middle = from + (instant)fixture_random(seed, (uint64_t)(to - from) + 1);
	if (to > CALENDAR_END)
		return;
	int64_t worked_s = calendar_worked_s(calendar, from, to);
	assert_true(worked_s >= 0 && worked_s <= to - from);
	assert_int_equal(worked_s, calendar_worked_s(calendar, from, middle) + calendar_worked_s(calendar, middle, to));
	instant reached = calendar_reach(calendar, from, worked_s);
	assert_true(reached >= from && reached <= to);
	assert_int_equal(calendar_worked_s(calendar, from, reached), worked_s);
	assert_int_equal(calendar_worked_s(calendar, reached, to), 0);
	if (worked_s > 0) { /* the earliest: the second before it was work */
		assert_true(calendar_is_working(calendar, reached - 1));
		assert_int_equal(calendar_worked_s(calendar, from, reached - 1), worked_s - 1);
	}
	assert_int_equal(calendar_is_working(calendar, from), calendar_worked_s(calendar, from, from + 1));
}

static void test_properties(void **state)
{
	(void)state;
	uint64_t seed = 1;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		struct calendar *calendar = fixture_calendar(samples[i]);
		for (int round = 0; round < 20000; round++)
			check_properties(calendar, &seed);
		calendar_destroy(calendar);
	}
}

static void test_intervals(void **state)
{
	(void)state;
	struct calendar *calendar = fixture_calendar(samples[0]);
	instant out[4][2];
	/* Monday 2 March 2026: 06:00-10:00 and 11:00-15:00 UTC. */
	int count =
		calendar_intervals(calendar, fixture_at("2026-03-02T07:00:00Z"), fixture_at("2026-03-02T12:00:00Z"), out, 4);
	assert_int_equal(count, 2);
	assert_int_equal(out[0][0], fixture_at("2026-03-02T07:00:00Z"));
	assert_int_equal(out[0][1], fixture_at("2026-03-02T10:00:00Z"));
	assert_int_equal(out[1][0], fixture_at("2026-03-02T11:00:00Z"));
	assert_int_equal(out[1][1], fixture_at("2026-03-02T12:00:00Z"));
	assert_int_equal(calendar_intervals(calendar, out[0][0], fixture_at("2027-03-02T12:00:00Z"), out, 4), 4);
	assert_int_equal(
		calendar_intervals(calendar, fixture_at("2026-03-02T10:00:00Z"), fixture_at("2026-03-02T11:00:00Z"), out, 4),
		0);
	assert_int_equal(calendar_intervals(calendar, fixture_at("2026-03-02T07:00:00Z"), 0, out, 4), 0);
	assert_int_equal(calendar_intervals(calendar, CALENDAR_END, CALENDAR_END + 5, out, 4), 0);
	/* All of them add up to all the work. */
	static instant all[8000][2];
	count = calendar_intervals(calendar, 0, CALENDAR_END, all, 8000);
	int64_t sum_s = 0;
	for (int i = 0; i < count; i++)
		sum_s += all[i][1] - all[i][0];
	assert_int_equal(sum_s, calendar_worked_s(calendar, 0, CALENDAR_END));
	calendar_destroy(calendar);
}

static void test_exceptions_replace_a_date(void **state)
{
	(void)state;
	struct calendar *calendar = fixture_calendar(
		"{\"zone\":\"Europe/Moscow\",\"week\":[{\"day\":5,\"from\":\"09:00\",\"to\":\"18:00\"}],\"exceptions\":["
		"{\"date\":\"2026-05-08\",\"hours\":[[\"09:00\",\"17:00\"]]},{\"date\":\"2026-05-01\",\"hours\":[]},"
		"{\"date\":\"2026-02-28\",\"hours\":[[\"14:00\",\"18:00\"],[\"09:00\",\"13:00\"]]}]}");
	assert_int_equal(
		calendar_worked_s(calendar, fixture_at("2026-04-30T21:00:00Z"), fixture_at("2026-05-01T21:00:00Z")), 0);
	assert_int_equal(
		calendar_worked_s(calendar, fixture_at("2026-05-07T21:00:00Z"), fixture_at("2026-05-08T21:00:00Z")), 8 * HOUR);
	assert_int_equal(
		calendar_worked_s(calendar, fixture_at("2026-02-27T21:00:00Z"), fixture_at("2026-02-28T21:00:00Z")), 8 * HOUR);
	assert_int_equal(
		calendar_worked_s(calendar, fixture_at("2026-05-14T21:00:00Z"), fixture_at("2026-05-15T21:00:00Z")), 9 * HOUR);
	calendar_destroy(calendar);
}

static void check_refused(const struct calendar_spec *spec, const char *expected)
{
	char why[512];
	assert_null(calendar_build(spec, why, sizeof(why)));
	assert_string_equal(why, expected);
}

static void test_refused(void **state)
{
	(void)state;
	struct calendar_day dates[2] = { { .day = 20574 }, { .day = 20574 } };
	struct calendar_spec spec = { .zone = "UTC" };
	spec.week[1] = (struct calendar_day){ .window_count = 1, .window = { { 18 * 60, 9 * 60 } } };
	check_refused(&spec, "week day 2: 18:00-09:00 does not end after it starts");
	spec.week[1].window[0] = (struct calendar_window){ 540, 540 };
	check_refused(&spec, "week day 2: 09:00-09:00 does not end after it starts");
	spec.week[1].window[0] = (struct calendar_window){ -1, 540 };
	check_refused(&spec, "week day 2: a window is outside 00:00-24:00");
	spec.week[1].window[0] = (struct calendar_window){ 0, 1441 };
	check_refused(&spec, "week day 2: a window is outside 00:00-24:00");
	spec.week[1] = (struct calendar_day){ .window_count = 2, .window = { { 720, 900 }, { 540, 721 } } };
	check_refused(&spec, "week day 2: 09:00-12:01 overlaps 12:00-15:00");
	spec.week[1].window_count = CALENDAR_WINDOWS_MAX + 1;
	check_refused(&spec, "week day 2: more than 16 windows");
	spec.zone = "Europe/Moskva";
	spec.exceptions = dates;
	spec.exception_count = 2;
	check_refused(
		&spec, "unknown zone Europe/Moskva; week day 2: more than 16 windows; 2026-05-01: the date has two exceptions");
	char shortened[24];
	assert_null(calendar_build(&spec, shortened, sizeof(shortened)));
	assert_string_equal(shortened, "unknown zone Europe/Mos");
}

static void test_touching_windows(void **state)
{
	(void)state;
	struct calendar_spec spec = { .zone = "UTC" };
	spec.week[0] = (struct calendar_day){ .window_count = 3, .window = { { 780, 1440 }, { 0, 600 }, { 600, 780 } } };
	char why[128];
	struct calendar *calendar = calendar_build(&spec, why, sizeof(why));
	assert_non_null(calendar);
	instant out[2][2];
	assert_int_equal(
		calendar_intervals(calendar, fixture_at("2026-03-02T00:00:00Z"), fixture_at("2026-03-04T00:00:00Z"), out, 2),
		1);
	assert_int_equal(out[0][1] - out[0][0], 86400);
	calendar_destroy(calendar);
}

int test_calendar(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_changes_of_the_clock),
		cmocka_unit_test(test_always_is_every_instant),
		cmocka_unit_test(test_outside_the_years),
		cmocka_unit_test(test_reach),
		cmocka_unit_test(test_properties),
		cmocka_unit_test(test_intervals),
		cmocka_unit_test(test_exceptions_replace_a_date),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_touching_windows),
	};
	return cmocka_run_group_tests_name("calendar", tests, NULL, NULL);
}
