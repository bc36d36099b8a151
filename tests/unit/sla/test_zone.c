/* Time zones: names, offsets, and the rule for years beyond a file's transitions. */
#include "sla/fixture.h"
#include "sla/zone.h"
#include "sla/zone_rule.h"

#include <stdlib.h>
#include <string.h>

static void test_names(void **state)
{
	(void)state;
	static const char *const good[] = { "UTC", "Europe/Moscow", "Etc/GMT-3", "America/Argentina/Buenos_Aires",
		"America/Port-au-Prince", "GMT+0", "posix/UTC" };
	static const char *const bad[] = { "", "/etc/passwd", "../UTC", "Europe/../UTC", "Europe//Moscow", "Europe/",
		"/UTC", "Europe/Mos cow", "Europe/Моск", "zone.tab", "localtime", "posixrules", "UTC\n", ".", "a\\b",
		"Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" };
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(zone_name_valid(good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char why[128];
		assert_false(zone_name_valid(bad[i]));
		assert_null(zone_load(bad[i], why, sizeof(why)));
		assert_string_equal(why, "unknown zone: not a name of an IANA time zone");
	}
}

static void test_unknown(void **state)
{
	(void)state;
	char why[128];
	assert_null(zone_load("Europe/Moskva", why, sizeof(why)));
	assert_string_equal(why, "unknown zone Europe/Moskva");
	assert_null(zone_load("Europe", why, sizeof(why)));
	assert_string_equal(why, "unknown zone Europe");
	assert_null(zone_load("UTC/Moscow", why, sizeof(why)));
	assert_string_equal(why, "unknown zone UTC/Moscow");
}

static void test_offsets(void **state)
{
	(void)state;
	static const struct {
		const char *zone, *at;
		int offset_s;
	} rows[] = {
		{ "UTC", "2026-03-02T00:00:00Z", 0 },
		{ "Etc/GMT-3", "2026-03-02T00:00:00Z", 10800 },
		{ "Europe/Berlin", "2026-03-29T00:59:59Z", 3600 },
		{ "Europe/Berlin", "2026-03-29T01:00:00Z", 7200 },
		{ "Europe/Berlin", "2026-10-25T00:59:59Z", 7200 },
		{ "Europe/Berlin", "2026-10-25T01:00:00Z", 3600 },
		{ "Europe/Berlin", "2044-07-01T00:00:00Z", 7200 },
		{ "Europe/Berlin", "2999-03-31T00:59:59Z", 3600 },
		{ "Europe/Berlin", "2999-03-31T01:00:00Z", 7200 },
		{ "Europe/Dublin", "2040-01-15T00:00:00Z", 0 },
		{ "Europe/Dublin", "2040-07-15T00:00:00Z", 3600 },
		{ "Europe/Moscow", "2010-07-01T00:00:00Z", 14400 },
		{ "Europe/Moscow", "2014-10-25T21:59:59Z", 14400 },
		{ "Europe/Moscow", "2014-10-25T22:00:00Z", 10800 },
		{ "Europe/Moscow", "2500-07-01T00:00:00Z", 10800 },
		{ "America/New_York", "2026-03-08T06:59:59Z", -18000 },
		{ "America/New_York", "2026-03-08T07:00:00Z", -14400 },
		{ "Australia/Lord_Howe", "2026-01-15T00:00:00Z", 39600 },
		{ "Australia/Lord_Howe", "2026-04-04T15:00:00Z", 37800 },
		{ "Australia/Lord_Howe", "2040-01-15T00:00:00Z", 39600 },
		{ "Pacific/Apia", "2011-12-30T09:59:59Z", -36000 },
		{ "Pacific/Apia", "2011-12-30T10:00:00Z", 50400 },
		{ "Asia/Kolkata", "1970-01-01T00:00:00Z", 19800 },
		{ "America/Sao_Paulo", "2018-11-04T02:59:59Z", -10800 },
		{ "America/Sao_Paulo", "2018-11-04T03:00:00Z", -7200 },
		{ "Africa/Monrovia", "1971-06-01T00:00:00Z", -2670 },
		{ "America/Godthab", "2030-07-01T00:00:00Z", -3600 },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char why[128];
		struct zone *zone = zone_load(rows[i].zone, why, sizeof(why));
		assert_non_null(zone);
		assert_string_equal(zone_name(zone), rows[i].zone);
		if (zone_offset_s(zone, fixture_at(rows[i].at)) != rows[i].offset_s)
			fail_msg("%s at %s: %d", rows[i].zone, rows[i].at, zone_offset_s(zone, fixture_at(rows[i].at)));
		zone_destroy(zone);
	}
}

/* The process's own zone must not matter. */
static void test_own_zone_ignored(void **state)
{
	(void)state;
	char why[128];
	setenv("TZ", "Pacific/Auckland", 1);
	struct zone *zone = zone_load("America/New_York", why, sizeof(why));
	assert_non_null(zone);
	assert_int_equal(zone_offset_s(zone, fixture_at("2026-01-15T12:00:00Z")), -18000);
	zone_destroy(zone);
	unsetenv("TZ");
}

/* A stretch ends exactly where the offset changes, in the file's transitions, in the rule, and where they meet. */
static void test_stretches(void **state)
{
	(void)state;
	static const char *const zones[] = { "Europe/Berlin", "America/New_York", "Australia/Lord_Howe",
		"Africa/Casablanca", "Europe/Dublin", "America/Godthab", "Asia/Kolkata" };
	for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++) {
		char why[128];
		struct zone *zone = zone_load(zones[i], why, sizeof(why));
		assert_non_null(zone);
		int stretches = 0;
		for (instant at = 0; at < fixture_at("2120-01-01T00:00:00Z"); stretches++) {
			instant until, other;
			int offset_s = zone_stretch(zone, at, &until);
			assert_true(until > at);
			if (until == INT64_MAX)
				break;
			assert_int_equal(zone_stretch(zone, until - 1, &other), offset_s);
			assert_int_equal(other, until);
			assert_int_equal(zone_stretch(zone, at + (until - at) / 2, &other), offset_s);
			assert_int_equal(other, until);
			at = until;
		}
		assert_true(strcmp(zones[i], "Asia/Kolkata") == 0 ? stretches <= 1 : stretches > 60);
		zone_destroy(zone);
	}
}

static void test_rules(void **state)
{
	(void)state;
	static const char *const good[] = { "UTC0", "CET-1CEST,M3.5.0,M10.5.0/3", "<+03>-3", "IST-1GMT0,M10.5.0,M3.5.0/1",
		"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "EST5EDT,0/0,J365/25", "NZST-12:00:00NZDT-13:00:00,M10.1.0,M3.3.0",
		"XXX3EDT4,0/0,J365/23", "AAA0BBB,J60/167,300/-167:59:59" };
	static const char *const bad[] = { "", "UTC", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0",
		"CET-1CEST,M3.6.0,M10.5.0", "CET-1CEST,M3.5.7,M10.5.0", "CET-1CEST,M3.5.0,M10.5.0 ", "CE-1", "<+03-3",
		"CET-1CEST,J0,M10.5.0", "CET-1CEST,366,1", "CET-1CEST,M3.5.0/168,M10.5.0", "CET-1:60", ":Europe/Berlin",
		"CET-999999999999999999999", "CET-1CEST,,", "<", "CET-1CEST,M3", "CET-1CEST,M3.5.0/,M10.5.0" };
	struct zone_rule rule;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		if (!zone_rule_parse(good[i], &rule))
			fail_msg("refused: %s", good[i]);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (zone_rule_parse(bad[i], &rule))
			fail_msg("taken: %s", bad[i]);
	}
}

static void test_rule_days(void **state)
{
	(void)state;
	struct zone_rule rule;
	instant until;
	/* J60 is the 1st of March in every year, 59 is the 29th of February of a leap year. */
	assert_true(zone_rule_parse("AAA0BBB,J60/0,J61/0", &rule));
	assert_int_equal(zone_rule_stretch(&rule, fixture_at("2028-02-29T23:59:59Z"), &until), 0);
	assert_int_equal(until, fixture_at("2028-03-01T00:00:00Z"));
	assert_int_equal(zone_rule_stretch(&rule, until, &until), 3600);
	assert_true(zone_rule_parse("AAA0BBB,59/0,60/0", &rule));
	assert_int_equal(zone_rule_stretch(&rule, fixture_at("2028-02-29T00:00:00Z"), &until), 3600);
	assert_int_equal(zone_rule_stretch(&rule, fixture_at("2027-03-01T00:00:00Z"), &until), 3600);
	/* Summer time that never ends. */
	assert_true(zone_rule_parse("EST5EDT,0/0,J365/25", &rule));
	for (instant at = fixture_at("2026-12-28T00:00:00Z"); at < fixture_at("2027-01-04T00:00:00Z"); at += 3600)
		assert_int_equal(zone_rule_stretch(&rule, at, &until), -4 * 3600);
	/* A December week 5 reaches into no other month. */
	assert_true(zone_rule_parse("AAA0BBB,M6.1.0/0,M12.5.6/0", &rule));
	assert_int_equal(zone_rule_stretch(&rule, fixture_at("2026-12-25T22:59:59Z"), &until), 3600);
	assert_int_equal(until, fixture_at("2026-12-25T23:00:00Z"));
}

int test_zone(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_offsets),
		cmocka_unit_test(test_own_zone_ignored),
		cmocka_unit_test(test_stretches),
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_rule_days),
	};
	return cmocka_run_group_tests_name("zone", tests, NULL, NULL);
}
