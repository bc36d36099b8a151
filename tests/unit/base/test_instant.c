/* Instants against the C library's calendar, and what text is refused. */
#include "tests.h"

#include "base/instant.h"

#include <stdio.h>
#include <time.h>

static void test_every_day_goes_round(void **state)
{
	(void)state;
	int weekday = 4;                             /* 1970-01-01, a Thursday */
	for (int64_t day = 0; day < 376200; day++) { /* into the year 2999 */
		int year, month, day_of_month;
		char text[INSTANT_TEXT_BYTES];
		int64_t back;
		day_to_civil(day, &year, &month, &day_of_month);
		assert_int_equal(day_from_civil(year, month, day_of_month), day);
		assert_int_equal(day_weekday(day), weekday);
		weekday = weekday % 7 + 1;
		day_format(day, text);
		assert_true(day_parse(text, &back));
		assert_int_equal(back, day);
	}
}

static void test_days_before_1970(void **state)
{
	(void)state;
	for (int64_t day = -719468; day < 0; day += 13) {
		int year, month, day_of_month;
		day_to_civil(day, &year, &month, &day_of_month);
		assert_int_equal(day_from_civil(year, month, day_of_month), day);
	}
	assert_int_equal(day_weekday(-1), 3);
	assert_int_equal(day_weekday(-8), 3);
	assert_int_equal(day_from_civil(1969, 12, 31), -1);
}

static void test_instants_agree_with_libc(void **state)
{
	(void)state;
	uint64_t seed = 20260302;
	for (int i = 0; i < 200000; i++) {
		seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		instant at = (instant)(seed >> 33) * 15 % INT64_C(32503680000), back;
		time_t c_time = (time_t)at;
		struct tm tm;
		char ours[INSTANT_TEXT_BYTES], theirs[INSTANT_TEXT_BYTES];
		gmtime_r(&c_time, &tm);
		strftime(theirs, sizeof(theirs), "%Y-%m-%dT%H:%M:%SZ", &tm);
		instant_format(at, ours);
		assert_string_equal(ours, theirs);
		assert_true(instant_parse(ours, &back));
		assert_int_equal(back, at);
	}
}

static void test_parse_takes_rfc3339(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		instant at;
	} good[] = {
		{ "1970-01-01T00:00:00Z", 0 },
		{ "2026-03-02T08:00:00Z", 1772438400 },
		{ "2026-03-02t08:00:00z", 1772438400 },
		{ "2026-03-02T11:00:00+03:00", 1772438400 },
		{ "2026-03-02T03:30:00-04:30", 1772438400 },
		{ "2026-03-02T08:00:00.999999999Z", 1772438400 },
		{ "2024-02-29T00:00:00-00:00", 1709164800 },
		{ "2999-12-31T23:59:59Z", INT64_C(32503679999) },
	};
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		instant at;
		assert_true(instant_parse(good[i].text, &at));
		assert_int_equal(at, good[i].at);
	}
}

static void test_parse_refuses(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"",
		"2026",
		"2026-03-02",
		"2026-03-02T08:00",
		"2026-03-02T08:00:00",
		"2026-03-02 08:00:00Z",
		"2026-3-02T08:00:00Z",
		"2026-13-02T08:00:00Z",
		"2026-00-02T08:00:00Z",
		"2026-02-29T08:00:00Z",
		"2026-04-31T08:00:00Z",
		"2026-03-00T08:00:00Z",
		"2026-03-02T24:00:00Z",
		"2026-03-02T08:60:00Z",
		"2026-03-02T08:00:60Z",
		"2026-03-02T08:00:00.Z",
		"2026-03-02T08:00:00+3:00",
		"2026-03-02T08:00:00+03",
		"2026-03-02T08:00:00+0300",
		"2026-03-02T08:00:00+24:00",
		"2026-03-02T08:00:00ZZ",
		"2026-03-02T08:00:00Z ",
		" 2026-03-02T08:00:00Z",
		"1969-12-31T23:59:59Z",
		"3000-01-01T00:00:00Z",
		"infinity",
		"-infinity",
		"20260302T080000Z",
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		instant at;
		if (instant_parse(bad[i], &at))
			fail_msg("\"%s\" was taken", bad[i]);
	}
	int64_t day;
	assert_false(day_parse("2026-03-02T", &day));
	assert_false(day_parse("2023-02-29", &day));
	assert_true(day_parse("2024-02-29", &day));
}

static void test_clocks_run(void **state)
{
	(void)state;
	int64_t before = monotonic_ms();
	assert_true(monotonic_ms() >= before);
	assert_true(instant_now() >= (instant)time(NULL) - 1);
}

int run_instant(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_day_goes_round),
		cmocka_unit_test(test_days_before_1970),
		cmocka_unit_test(test_instants_agree_with_libc),
		cmocka_unit_test(test_parse_takes_rfc3339),
		cmocka_unit_test(test_parse_refuses),
		cmocka_unit_test(test_clocks_run),
	};
	return cmocka_run_group_tests_name("base/instant", tests, NULL, NULL);
}
