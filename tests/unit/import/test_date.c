/* Dates by a pattern and in a zone: what fits, what does not, and the two hours of a year that are not like the others. */
#include "unit.h"

#include "import/date.h"
#include "import/suites.h"

static struct arena *arena;

static int setup(void **state)
{
	(void)state;
	arena = arena_create(4096);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_destroy(arena);
	return 0;
}

static struct trail_dates *dates(const char *pattern, const char *zone)
{
	const char *why = NULL;
	struct trail_dates *read = trail_dates_read(arena, pattern, zone, &why);
	assert_non_null(read);
	return read;
}

static void is(const char *pattern, const char *zone, const char *text, const char *wanted)
{
	instant at, want;
	const char *why = NULL;
	assert_true(trail_date_parse(dates(pattern, zone), text, &at, &why));
	assert_true(instant_parse(wanted, &want));
	assert_int_equal(at, want);
}

static void is_not(const char *pattern, const char *zone, const char *text)
{
	instant at;
	const char *why = NULL;
	assert_false(trail_date_parse(dates(pattern, zone), text, &at, &why));
	assert_non_null(why);
}

static void patterns(void **state)
{
	(void)state;
	is("D/M/YYYY HH:MM", "UTC", "29/2/2016 01:16", "2016-02-29T01:16:00Z");
	is("DD-MM-YYYY HH:MM", "UTC", "05-03-2016 12:00", "2016-03-05T12:00:00Z");
	is("YYYY.MM.DD H:MM:SS", "UTC", "2026.12.31 7:08:09", "2026-12-31T07:08:09Z");
	is("M/D/YYYY h:MM AM", "UTC", "3/2/2026 12:05 AM", "2026-03-02T00:05:00Z");
	is("M/D/YYYY h:MM AM", "UTC", "3/2/2026 12:05 pm", "2026-03-02T12:05:00Z");
	is("YYYY-MM-DD", "UTC", "2026-03-02", "2026-03-02T00:00:00Z");
	is("ISO", "UTC", "2026-03-02T11:00:00+03:00", "2026-03-02T08:00:00Z");
}

static void misfits(void **state)
{
	(void)state;
	is_not("DD-MM-YYYY HH:MM", "UTC", "5-3-2016 12:00");
	is_not("D/M/YYYY HH:MM", "UTC", "29/2/2015 01:16");
	is_not("D/M/YYYY HH:MM", "UTC", "31/4/2016 01:16");
	is_not("D/M/YYYY HH:MM", "UTC", "1/13/2016 01:16");
	is_not("D/M/YYYY HH:MM", "UTC", "1/1/2016 24:00");
	is_not("D/M/YYYY HH:MM", "UTC", "1/1/2016 01:60");
	is_not("D/M/YYYY HH:MM", "UTC", "1/1/2016 01:16 ");
	is_not("D/M/YYYY HH:MM", "UTC", "1/1/2016");
	is_not("D/M/YYYY HH:MM", "UTC", "");
	is_not("M/D/YYYY h:MM AM", "UTC", "3/2/2026 13:05 AM");
	is_not("ISO", "UTC", "2026-03-02");
}

static void zones(void **state)
{
	(void)state;
	is("DD.MM.YYYY HH:MM", "Europe/Moscow", "02.03.2026 11:00", "2026-03-02T08:00:00Z");
	is("DD.MM.YYYY HH:MM", "Europe/Berlin", "29.03.2026 01:59", "2026-03-29T00:59:00Z");
	is("DD.MM.YYYY HH:MM", "Europe/Berlin", "29.03.2026 03:00", "2026-03-29T01:00:00Z");
	is_not("DD.MM.YYYY HH:MM", "Europe/Berlin", "29.03.2026 02:30");
	/* The repeated hour is its first pass. */
	is("DD.MM.YYYY HH:MM", "Europe/Berlin", "25.10.2026 02:30", "2026-10-25T00:30:00Z");
	is("DD.MM.YYYY HH:MM", "Europe/Berlin", "25.10.2026 03:00", "2026-10-25T02:00:00Z");
}

static void bad_patterns(void **state)
{
	static const char *const bad[] = { "", "DD.MM", "DD.MM.YYYY DD", "DD.MM.YYYY hh:MM", "DD.MM.YYYY HH:MM AM",
		"dd.MM.YYYY", "DD.MM.YY", "%d.%m.%Y" };
	const char *why;
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		why = NULL;
		assert_null(trail_dates_read(arena, bad[i], "UTC", &why));
		assert_non_null(why);
	}
	assert_null(trail_dates_read(arena, "DD.MM.YYYY", "Europe/Moskva", &why));
}

int run_date_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(patterns, setup, teardown),
		cmocka_unit_test_setup_teardown(misfits, setup, teardown),
		cmocka_unit_test_setup_teardown(zones, setup, teardown),
		cmocka_unit_test_setup_teardown(bad_patterns, setup, teardown),
	};
	return cmocka_run_group_tests_name("import/date", tests, NULL, NULL);
}
