/* Clocks: the order of events, and what is refused. */
#include "sla/fixture.h"

#include <string.h>

static const struct fixture_clock rows[] = {
	{ "events are applied by their instants, not as recorded", 3600, "02T09:00 start, 02T10:30 resume, 02T09:10 pause",
		"02T10:40", "running 1200/3600 due 02T11:20 breached -" },
	{ "the start may be recorded last", 3600, "02T09:30 stop, 02T09:00 start", "02T10:00",
		"stopped 1800/3600 due - breached -" },
	{ "events at one instant apply in the order recorded: paused, then resumed", 3600,
		"02T09:00 start, 02T09:10 pause, 02T09:10 resume", "02T09:20", "running 1200/3600 due 02T10:00 breached -" },
	{ "resumed (a no-op), then paused", 3600, "02T09:00 start, 02T09:10 resume, 02T09:10 pause", "02T09:20",
		"paused 600/3600 due - breached -" },
	{ "that order holds among events sorted from elsewhere", 3600,
		"02T09:30 reopen, 02T09:10 stop, 02T09:10 reopen, 02T09:10 stop, 02T09:00 start", "02T09:40",
		"running 1200/3600 due 02T10:20 breached -" },
	{ "a stop before the start at the same instant does nothing", 3600, "02T09:00 stop, 02T09:00 start", "02T09:10",
		"running 600/3600 due 02T10:00 breached -" },
	{ "events before the start do nothing, a retarget neither", 3600,
		"02T08:00 retarget 60 always, 02T08:30 cancel, 02T09:00 start", "02T09:10",
		"running 600/3600 due 02T10:00 breached -" },
	{ "an event at now counts", 3600, "02T09:00 start, 02T09:10 stop", "02T09:10",
		"stopped 600/3600 due - breached -" },
	{ "now must not precede the last event", 3600, "02T09:00 start, 02T09:10 stop", "02T09:09",
		"refused: now precedes the last event" },
	{ "the last by instant, not by record", 3600, "02T09:10 stop, 02T09:00 start", "02T09:05",
		"refused: now precedes the last event" },
	{ "a no-op counts for that too", 3600, "02T09:00 start, 02T09:10 cancel, 02T09:20 stop", "02T09:15",
		"refused: now precedes the last event" },
	{ "a clock needs a start", 3600, "02T09:10 stop", "02T09:15", "refused: no event starts the clock" },
	{ "a target is greater than 0", 0, "02T09:00 start", "02T09:15", "refused: a target is not greater than 0" },
	{ "also of a retarget", 60, "02T09:00 start, 02T09:05 retarget -5", "02T09:15",
		"refused: a target is not greater than 0" },
};

static void test_order(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		fixture_clock_check(&rows[i]);
}

static void test_no_events(void **state)
{
	(void)state;
	struct calendar *always = fixture_always("UTC");
	struct clock_result result;
	const char *why = NULL;
	assert_false(clock_evaluate(NULL, 0, always, 60, 100, NULL, 0, &result, &why));
	assert_string_equal(why, "no event starts the clock");
	assert_false(clock_evaluate(NULL, 0, always, 60, 100, NULL, 0, &result, NULL));
	calendar_destroy(always);
}

/* Shuffled events give the same clock when no two share an instant, with few and with many; the input is not touched. */
static void test_any_record_order(void **state)
{
	(void)state;
	struct calendar *office = fixture_office("Europe/Berlin");
	uint64_t seed = 20260302;
	for (int round = 0; round < 400; round++) {
		struct clock_event events[200], shuffled[200], copy[200];
		int count = 2 + (int)fixture_random(&seed, round % 2 ? 8 : 198);
		instant at = fixture_at("2026-03-02T08:00:00Z");
		for (int i = 0; i < count; i++) {
			at += 1 + (instant)fixture_random(&seed, 20000);
			events[i] = (struct clock_event){ .at = at, .what = (enum clock_do)fixture_random(&seed, 6), .source = i };
			if (events[i].what == CLOCK_RETARGET)
				events[i].target_s = 1 + (int64_t)fixture_random(&seed, 100000);
		}
		events[0].what = CLOCK_START;
		memcpy(shuffled, events, sizeof(events));
		for (int i = count - 1; i > 0; i--) {
			int other = (int)fixture_random(&seed, (uint64_t)i + 1);
			struct clock_event kept = shuffled[i];
			shuffled[i] = shuffled[other];
			shuffled[other] = kept;
		}
		memcpy(copy, shuffled, sizeof(shuffled));
		struct clock_result expected, given;
		memset(&expected, 0, sizeof(expected));
		memset(&given, 0, sizeof(given));
		assert_true(clock_evaluate(events, count, office, 36000, at, NULL, 0, &expected, NULL));
		assert_true(clock_evaluate(shuffled, count, office, 36000, at, NULL, 0, &given, NULL));
		assert_int_equal(given.state, expected.state);
		assert_int_equal(given.elapsed_s, expected.elapsed_s);
		assert_int_equal(given.due_at, expected.due_at);
		assert_int_equal(given.breached_at, expected.breached_at);
		assert_int_equal(given.pause_count, expected.pause_count);
		assert_memory_equal(copy, shuffled, (size_t)count * sizeof(copy[0]));
	}
	calendar_destroy(office);
}

/* Elapsed never falls as now moves on, and the due instant stands still while nothing happens. */
static void test_time_moves_on(void **state)
{
	(void)state;
	struct calendar *office = fixture_office("America/New_York");
	struct clock_event start = { .at = fixture_at("2026-03-06T18:00:00Z"), .what = CLOCK_START };
	struct clock_result first, result;
	assert_true(clock_evaluate(&start, 1, office, 40000, start.at, NULL, 0, &first, NULL));
	int64_t before = 0;
	for (instant now = start.at; now < start.at + 7 * 86400; now += 1799) {
		assert_true(clock_evaluate(&start, 1, office, 40000, now, NULL, 0, &result, NULL));
		assert_true(result.elapsed_s >= before);
		assert_int_equal(result.due_at, first.due_at);
		assert_int_equal(result.breached, result.elapsed_s > 40000);
		if (result.breached)
			assert_int_equal(result.breached_at, first.due_at);
		before = result.elapsed_s;
	}
	assert_true(before > 40000);
	calendar_destroy(office);
}

int test_clock_order(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_no_events),
		cmocka_unit_test(test_any_record_order),
		cmocka_unit_test(test_time_moves_on),
	};
	return cmocka_run_group_tests_name("clock order", tests, NULL, NULL);
}
