/* Clocks: each sentence of their meaning as a row. */
#include "sla/fixture.h"

static const struct fixture_clock rows[] = {
	/* start */
	{ "start: elapsed 0, running", 3600, "02T09:00 start", "02T09:00", "running 0/3600 due 02T10:00 breached -" },
	{ "elapsed is working time up to now", 3600, "02T09:00 start", "02T09:30",
		"running 1800/3600 due 02T10:00 breached -" },
	{ "a start outside working time counts from the opening", 3600, "02T03:00 start", "02T08:00",
		"running 0/3600 due 02T10:00 breached -" },
	{ "a second start is a no-op", 3600, "02T09:00 start, 02T09:30 start", "02T09:45",
		"running 2700/3600 due 02T10:00 breached -" },
	{ "a start does not restart a stopped clock", 3600, "02T09:00 start, 02T09:30 stop, 02T09:40 start", "02T10:00",
		"stopped 1800/3600 due - breached -" },
	{ "a start does not resume a paused clock", 3600, "02T09:00 start, 02T09:30 pause, 02T09:40 start", "02T10:00",
		"paused 1800/3600 due - breached -" },
	{ "nights and weekends do not count", 36000, "06T17:00 start", "09T10:00",
		"running 7200/36000 due 09T18:00 breached -" },

	/* pause, resume */
	{ "pause stops counting, and there is no due instant", 3600, "02T09:00 start, 02T09:10 pause", "02T12:00",
		"paused 600/3600 due - breached -" },
	{ "a second pause is a no-op", 3600, "02T09:00 start, 02T09:10 pause, 02T09:20 pause, 02T09:30 resume", "02T09:40",
		"running 1200/3600 due 02T10:20 breached -" },
	{ "resume counts again", 3600, "02T09:00 start, 02T09:10 pause, 02T09:30 resume", "02T09:40",
		"running 1200/3600 due 02T10:20 breached -" },
	{ "resume without a pause is a no-op", 3600, "02T09:00 start, 02T09:10 resume", "02T09:40",
		"running 2400/3600 due 02T10:00 breached -" },
	{ "a pause over the night moves the due instant only by working time", 36000,
		"02T17:00 start, 02T17:30 pause, 03T09:30 resume", "03T10:00", "running 3600/36000 due 04T10:00 breached -" },
	{ "pause and resume of a stopped clock are no-ops", 3600,
		"02T09:00 start, 02T09:10 stop, 02T09:20 pause, 02T09:30 resume", "02T10:00",
		"stopped 600/3600 due - breached -" },

	/* stop, reopen */
	{ "stop: the metric is reached", 3600, "02T09:00 start, 02T09:20 stop", "03T09:00",
		"stopped 1200/3600 due - breached -" },
	{ "a stop may come while paused", 3600, "02T09:00 start, 02T09:20 pause, 02T09:30 stop", "03T09:00",
		"stopped 1200/3600 due - breached -" },
	{ "a stop of a stopped clock is a no-op", 3600, "02T09:00 start, 02T09:20 stop, 02T09:40 stop", "03T09:00",
		"stopped 1200/3600 due - breached -" },
	{ "reopen counts from here; the time between does not", 3600, "02T09:00 start, 02T09:20 stop, 02T12:00 reopen",
		"02T12:10", "running 1800/3600 due 02T12:40 breached -" },
	{ "reopen after a stop while paused runs", 3600, "02T09:00 start, 02T09:20 pause, 02T09:30 stop, 02T10:00 reopen",
		"02T10:10", "running 1800/3600 due 02T10:40 breached -" },
	{ "reopen of a running clock is a no-op", 3600, "02T09:00 start, 02T09:20 reopen", "02T09:30",
		"running 1800/3600 due 02T10:00 breached -" },
	{ "reopen of a paused clock is a no-op", 3600, "02T09:00 start, 02T09:20 pause, 02T09:25 reopen", "02T09:30",
		"paused 1200/3600 due - breached -" },

	/* cancel */
	{ "cancel of a running clock", 3600, "02T09:00 start, 02T09:20 cancel", "02T12:00",
		"cancelled 1200/3600 due - breached -" },
	{ "cancel of a paused clock", 3600, "02T09:00 start, 02T09:20 pause, 02T09:30 cancel", "02T12:00",
		"cancelled 1200/3600 due - breached -" },
	{ "cancel of a stopped clock", 3600, "02T09:00 start, 02T09:20 stop, 02T09:30 cancel", "02T12:00",
		"cancelled 1200/3600 due - breached -" },
	{ "cancel is final", 3600,
		"02T09:00 start, 02T09:20 cancel, 02T09:30 resume, 02T09:30 reopen, 02T09:30 start, 02T09:40 retarget 60 "
		"always,"
		" 02T09:50 stop",
		"02T12:00", "cancelled 1200/3600 due - breached -" },
	{ "a breach before the cancel stays", 600, "02T09:00 start, 02T09:20 cancel", "02T12:00",
		"cancelled 1200/600 due - breached 02T09:10" },

	/* breach */
	{ "equal is kept", 3600, "02T09:00 start, 02T10:00 stop", "03T09:00", "stopped 3600/3600 due - breached -" },
	{ "breached as soon as elapsed exceeds the target", 3600, "02T09:00 start, 02T10:00:01 stop", "03T09:00",
		"stopped 3601/3600 due - breached 02T10:00" },
	{ "due now: not yet breached", 3600, "02T09:00 start", "02T10:00", "running 3600/3600 due 02T10:00 breached -" },
	{ "one second later: breached at the due instant", 3600, "02T09:00 start", "02T10:00:01",
		"running 3601/3600 due 02T10:00 breached 02T10:00" },
	{ "a breach is not undone by a pause", 3600, "02T09:00 start, 02T11:00 pause", "02T12:00",
		"paused 7200/3600 due - breached 02T10:00" },
	{ "a breach is not undone by a stop", 3600, "02T09:00 start, 02T11:00 stop", "02T12:00",
		"stopped 7200/3600 due - breached 02T10:00" },
	{ "a breach is not undone by a reopen", 3600, "02T09:00 start, 02T11:00 stop, 02T12:00 reopen", "02T12:00",
		"running 7200/3600 due 02T10:00 breached 02T10:00" },
	{ "a breach lies in the stretch in which the target was reached", 3600,
		"02T09:00 start, 02T09:30 pause, 02T10:00 resume, 02T11:00 pause, 02T12:00 resume", "02T13:00",
		"running 9000/3600 due 02T10:30 breached 02T10:30" },
	{ "reached exactly at a pause: not breached, then breached at the pause once it runs on", 3600,
		"02T09:00 start, 02T10:00 pause", "02T12:00", "paused 3600/3600 due - breached -" },
	{ "the same, resumed", 3600, "02T09:00 start, 02T10:00 pause, 02T12:00 resume", "02T12:00",
		"running 3600/3600 due 02T10:00 breached -" },
	{ "the same, a second on", 3600, "02T09:00 start, 02T10:00 pause, 02T12:00 resume", "02T12:00:01",
		"running 3601/3600 due 02T10:00 breached 02T10:00" },

	/* closing time */
	{ "a target reached exactly at closing time is due at closing time", 3600, "02T17:00 start", "02T17:30",
		"running 1800/3600 due 02T18:00 breached -" },
	{ "also seen from the night after", 3600, "02T17:00 start", "02T23:00",
		"running 3600/3600 due 02T18:00 breached -" },
	{ "also seen from the next opening", 3600, "02T17:00 start", "03T09:00",
		"running 3600/3600 due 02T18:00 breached -" },
	{ "and breached there once the next morning counts", 3600, "02T17:00 start", "03T09:00:01",
		"running 3601/3600 due 02T18:00 breached 02T18:00" },
	{ "a pause in the night after it keeps the closing time", 3600, "02T17:00 start, 02T20:00 pause, 03T12:00 resume",
		"03T13:00", "running 7200/3600 due 02T18:00 breached 02T18:00" },
	{ "a full day started in the night is due at closing time", 32400, "02T20:00 start", "03T08:00",
		"running 0/32400 due 03T18:00 breached -" },

	/* retarget */
	{ "retarget: new target from the clock's start, elapsed kept", 3600, "02T09:00 start, 02T09:30 retarget 7200",
		"02T09:40", "running 2400/7200 due 02T11:00 breached -" },
	{ "a retarget can give a breach, at the instant when the new target was reached", 36000,
		"02T09:00 start, 02T12:00 retarget 3600", "02T12:00", "running 10800/3600 due 02T10:00 breached 02T10:00" },
	{ "it can lift one", 3600, "02T09:00 start, 02T12:00 retarget 36000", "02T12:00",
		"running 10800/36000 due 03T10:00 breached -" },
	{ "the last one counts", 3600, "02T09:00 start, 02T12:00 retarget 60, 02T12:00 retarget 14400", "02T12:00",
		"running 10800/14400 due 02T13:00 breached -" },
	{ "a retarget judges over pauses that came before it", 36000,
		"02T09:00 start, 02T09:30 pause, 02T10:00 resume, 02T11:00 retarget 1800", "02T11:00",
		"running 5400/1800 due 02T09:30 breached 02T09:30" },
	{ "to exactly the elapsed time: kept", 36000, "02T09:00 start, 02T10:00 retarget 3600", "02T10:00",
		"running 3600/3600 due 02T10:00 breached -" },
	{ "from then on the new calendar counts", 14400, "02T17:00 start, 02T19:00 retarget 14400 always", "02T20:00",
		"running 7200/14400 due 02T22:00 breached -" },
	{ "with the calendar alone", 14400, "02T17:00 start, 02T19:00 retarget always", "02T20:00",
		"running 7200/14400 due 02T22:00 breached -" },
	{ "before it the old calendar counted", 36000, "02T09:00 start, 02T20:00 retarget 36000 never", "05T12:00",
		"running 32400/36000 due - breached -" },
	{ "the new calendar's opening hours are its own zone's", 7200, "02T17:30 start, 02T23:00 retarget 7200 berlin",
		"03T08:30", "running 3600/7200 due 03T09:30 breached -" },
	{ "of a paused clock: stays paused, judged afresh", 36000, "02T09:00 start, 02T10:00 pause, 02T11:00 retarget 1800",
		"02T12:00", "paused 3600/1800 due - breached 02T09:30" },
	{ "and counts by the new calendar when it runs again", 7200,
		"02T17:00 start, 02T18:00 pause, 02T19:00 retarget 7200 always, 02T20:00 resume", "02T20:30",
		"running 5400/7200 due 02T21:00 breached -" },
	{ "of a stopped clock: stays stopped, judged afresh", 36000,
		"02T09:00 start, 02T10:00 stop, 02T11:00 retarget 1800", "02T12:00",
		"stopped 3600/1800 due - breached 02T09:30" },
	{ "of a stopped clock: lifts a breach", 1800, "02T09:00 start, 02T10:00 stop, 02T11:00 retarget 3600", "02T12:00",
		"stopped 3600/3600 due - breached -" },
	{ "at the instant of the stop", 36000, "02T09:00 start, 02T10:00 stop, 02T10:00 retarget 1800", "02T12:00",
		"stopped 3600/1800 due - breached 02T09:30" },
	{ "a retarget with the calendar of a stopped clock counts after a reopen", 7200,
		"02T09:00 start, 02T10:00 stop, 02T11:00 retarget always, 02T20:00 reopen", "02T20:30",
		"running 5400/7200 due 02T21:00 breached -" },

	/* no working time at all */
	{ "a calendar without hours never reaches", 60, "02T09:00 start, 02T09:00 retarget never", "05T12:00",
		"running 0/60 due - breached -" },
};

static void test_sentences(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		fixture_clock_check(&rows[i]);
}

static void check_pause(const struct clock_pause *pause, const char *from, const char *to, int64_t worked_s,
	int64_t source_from, int64_t source_to)
{
	assert_int_equal(pause->from, fixture_at(from));
	assert_int_equal(pause->to, to ? fixture_at(to) : INSTANT_NONE);
	assert_int_equal(pause->worked_s, worked_s);
	assert_int_equal(pause->source_from, source_from);
	assert_int_equal(pause->source_to, source_to);
}

static void test_pauses_listed(void **state)
{
	(void)state;
	struct clock_pause pauses[8];
	int count = fixture_clock_pauses(
		&(struct fixture_clock){ "pauses that took effect", 36000,
			"02T09:00 start, 02T10:00 pause, 02T10:30 pause, 02T11:00 resume, 02T17:00 pause, 03T10:00 stop,"
			" 03T11:00 pause, 03T12:00 reopen, 03T13:00 pause",
			"03T14:00", "paused 28800/36000 due - breached -" },
		pauses, 8);
	assert_int_equal(count, 3);
	check_pause(&pauses[0], "2026-03-02T10:00:00Z", "2026-03-02T11:00:00Z", 3600, 101, 103);
	check_pause(&pauses[1], "2026-03-02T17:00:00Z", "2026-03-03T10:00:00Z", 7200, 104, 105);
	check_pause(&pauses[2], "2026-03-03T13:00:00Z", NULL, 3600, 108, 0);
}

static void test_pauses_more_than_fit(void **state)
{
	(void)state;
	struct clock_pause pauses[2] = { { 0 }, { .worked_s = 77 } };
	int count =
		fixture_clock_pauses(&(struct fixture_clock){ "one written, two counted", 36000,
								 "02T09:00 start, 02T10:00 pause, 02T11:00 resume, 02T12:00 pause, 02T12:00 cancel",
								 "02T14:00", "cancelled 7200/36000 due - breached -" },
			pauses, 1);
	assert_int_equal(count, 2);
	check_pause(&pauses[0], "2026-03-02T10:00:00Z", "2026-03-02T11:00:00Z", 3600, 101, 102);
	assert_int_equal(pauses[1].worked_s, 77);
}

static void test_pause_counts_by_calendar_in_force(void **state)
{
	(void)state;
	struct clock_pause pauses[2];
	int count = fixture_clock_pauses(&(struct fixture_clock){ "a retarget inside a pause", 36000,
										 "02T09:00 start, 02T17:00 pause, 02T20:00 retarget always, 02T22:00 resume",
										 "02T23:00", "running 32400/36000 due 03T00:00 breached -" },
		pauses, 2);
	assert_int_equal(count, 1);
	check_pause(&pauses[0], "2026-03-02T17:00:00Z", "2026-03-02T22:00:00Z", 3600 + 7200, 101, 103);
}

static void test_result_instants(void **state)
{
	(void)state;
	struct calendar *always = fixture_always("UTC");
	struct clock_event events[] = { { .at = 100, .what = CLOCK_START }, { .at = 200, .what = CLOCK_STOP },
		{ .at = 300, .what = CLOCK_REOPEN }, { .at = 400, .what = CLOCK_RETARGET, .target_s = 500 },
		{ .at = 500, .what = CLOCK_STOP } };
	struct clock_result result;
	assert_true(clock_evaluate(events, 5, always, 1000, 600, NULL, 0, &result, NULL));
	assert_int_equal(result.started_at, 100);
	assert_int_equal(result.stopped_at, 500);
	assert_int_equal(result.retarget_count, 1);
	assert_int_equal(result.remaining_s, 200);
	assert_true(clock_evaluate(events, 4, always, 1000, 600, NULL, 0, &result, NULL));
	assert_int_equal(result.stopped_at, INSTANT_NONE);
	calendar_destroy(always);
}

static void test_no_due_after_the_last_year(void **state)
{
	(void)state;
	struct calendar *always = fixture_always("UTC");
	struct clock_event start = { .at = fixture_at("2045-12-31T23:00:00Z"), .what = CLOCK_START };
	struct clock_result result;
	assert_true(clock_evaluate(&start, 1, always, 3601, start.at, NULL, 0, &result, NULL));
	assert_int_equal(result.due_at, INSTANT_NONE);
	assert_true(clock_evaluate(&start, 1, always, INT64_MAX, start.at, NULL, 0, &result, NULL));
	assert_int_equal(result.due_at, INSTANT_NONE);
	assert_true(clock_evaluate(&start, 1, always, 3599, start.at, NULL, 0, &result, NULL));
	assert_int_equal(result.due_at, fixture_at("2045-12-31T23:59:59Z"));
	calendar_destroy(always);
}

int test_clock(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sentences),
		cmocka_unit_test(test_pauses_listed),
		cmocka_unit_test(test_pauses_more_than_fit),
		cmocka_unit_test(test_pause_counts_by_calendar_in_force),
		cmocka_unit_test(test_result_instants),
		cmocka_unit_test(test_no_due_after_the_last_year),
	};
	return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
