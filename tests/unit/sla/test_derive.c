/* Which event does what to which clock: the tables of "What starts and stops which clock" as rows.
 * Times are minutes after the first event, on a calendar without nights; targets in minutes: response 60, resolution 240, ola 90;
 * acknowledge 30, response 60, workaround 120, resolution 240, update 100. */
#include "unit.h"

#include "sla/fixture.h"

#include "base/arena.h"
#include "sla/derive.h"

#include <stdio.h>
#include <stdlib.h>

#define ORIGIN 1772442000 /* 2026-03-02T09:00:00Z */
#define EVENTS_MAX 32

static const char always[] =
	"{\"zone\":\"UTC\",\"week\":[{\"day\":1,\"from\":\"00:00\",\"to\":\"24:00\"},{\"day\":2,\"from\":\"00:00\",\"to\":\"24:00\"},"
	"{\"day\":3,\"from\":\"00:00\",\"to\":\"24:00\"},{\"day\":4,\"from\":\"00:00\",\"to\":\"24:00\"},{\"day\":5,\"from\":\"00:00\",\"to\":\"24:00\"},"
	"{\"day\":6,\"from\":\"00:00\",\"to\":\"24:00\"},{\"day\":7,\"from\":\"00:00\",\"to\":\"24:00\"}]}";

static const struct subject_target ticket_targets[] = {
	{ METRIC_RESPONSE, 3600, 1, false },
	{ METRIC_RESOLUTION, 14400, 1, false },
	{ METRIC_OLA, 5400, 1, false },
};
static const struct subject_target pausing_targets[] = { { METRIC_RESOLUTION, 14400, 1, true } };
static const struct subject_target ola_target[] = { { METRIC_OLA, 5400, 1, false } };
static const struct subject_target half_targets[] = { { METRIC_RESOLUTION, 7200, 1, false } };
static const struct subject_target case_targets[] = {
	{ METRIC_ACKNOWLEDGE, 1800, 1, false },
	{ METRIC_RESPONSE, 3600, 1, false },
	{ METRIC_WORKAROUND, 7200, 1, false },
	{ METRIC_RESOLUTION, 14400, 1, false },
	{ METRIC_UPDATE, 6000, 1, false },
};

#define TARGETS(list) list, (int)(sizeof(list) / sizeof(*(list)))

static const struct {
	const char *name;
	enum subject_event_type type;
	int64_t team;
	const struct subject_target *targets;
	int count;
} words[] = {
	{ "opened", SUBJECT_OPENED, 1, TARGETS(ticket_targets) },
	{ "opened_pausing", SUBJECT_OPENED, 1, TARGETS(pausing_targets) },
	{ "introduced", SUBJECT_INTRODUCED, 0, NULL, 0 },
	{ "answered", SUBJECT_ANSWERED, 0, NULL, 0 },
	{ "wait_reporter", SUBJECT_WAITING_REPORTER, 0, NULL, 0 },
	{ "wait_supplier", SUBJECT_WAITING_SUPPLIER, 0, NULL, 0 },
	{ "resumed", SUBJECT_RESUMED, 0, NULL, 0 },
	{ "resolved", SUBJECT_RESOLVED, 0, NULL, 0 },
	{ "reopened", SUBJECT_REOPENED, 0, NULL, 0 },
	{ "cancelled", SUBJECT_CANCELLED, 0, NULL, 0 },
	{ "team", SUBJECT_TEAM_CHANGED, 2, TARGETS(ola_target) },
	{ "team_without_ola", SUBJECT_TEAM_CHANGED, 3, NULL, 0 },
	{ "halved", SUBJECT_RETARGETED, 0, TARGETS(half_targets) },
	{ "sent", SUBJECT_SENT, 0, TARGETS(case_targets) },
	{ "acknowledged", SUBJECT_ACKNOWLEDGED, 0, NULL, 0 },
	{ "responded", SUBJECT_RESPONDED, 0, NULL, 0 },
	{ "asked", SUBJECT_INFO_REQUESTED, 0, NULL, 0 },
	{ "told", SUBJECT_INFO_PROVIDED, 0, NULL, 0 },
	{ "update", SUBJECT_UPDATE, 0, NULL, 0 },
	{ "workaround", SUBJECT_WORKAROUND_DELIVERED, 0, NULL, 0 },
	{ "workaround_bad", SUBJECT_WORKAROUND_REJECTED, 0, NULL, 0 },
	{ "fixed", SUBJECT_FIX_DECLARED, 0, NULL, 0 },
	{ "fix_bad", SUBJECT_FIX_REJECTED, 0, NULL, 0 },
	{ "withdrawn", SUBJECT_WITHDRAWN, 0, NULL, 0 },
	{ "other", SUBJECT_OTHER, 0, NULL, 0 },
};

static const struct {
	const char *says, *events;
	int now;
	const char *metric, *expected; /* every clock of the metric: "stopped 10", minutes; "!": breached; "(n)": paused minutes */
} rows[] = {
	{ "the introduction is the response", "0 opened, 10 introduced, 30 answered", 50, "response", "stopped 10" },
	{ "a public answer is the response too", "0 opened, 25 answered", 50, "response", "stopped 25" },
	{ "nothing pauses the response", "0 opened, 5 wait_reporter", 70, "response", "running 70!" },
	{ "waiting for the reporter pauses the resolution", "0 opened, 10 wait_reporter, 40 resumed", 50, "resolution", "running 20 (30)" },
	{ "waiting for a supplier does not: the employee waits all the same", "0 opened, 10 wait_supplier, 40 resumed", 50, "resolution", "running 50" },
	{ "unless the policy says so", "0 opened_pausing, 10 wait_supplier, 40 resumed", 50, "resolution", "running 20 (30)" },
	{ "from reporter to supplier counts again", "0 opened, 10 wait_reporter, 40 wait_supplier", 50, "resolution", "running 20 (30)" },
	{ "resolved stops, reopened counts on from there", "0 opened, 30 resolved, 90 reopened", 100, "resolution", "running 40" },
	{ "resolved while waiting stops, and the reopened ticket runs", "0 opened, 10 wait_reporter, 30 resolved, 60 reopened", 70, "resolution", "running 20 (20)" },
	{ "cancelled ends what runs", "0 opened, 10 introduced, 30 cancelled", 60, "resolution", "cancelled 30" },
	{ "and leaves what was reached", "0 opened, 10 introduced, 30 cancelled", 60, "response", "stopped 10" },
	{ "a new priority judges afresh", "0 opened, 130 halved", 130, "resolution", "running 130!" },
	{ "the team that passes it on stops its clock, the next starts one", "0 opened, 40 team", 60, "ola", "stopped 40, running 20" },
	{ "a team without a target has no clock", "0 opened, 40 team_without_ola", 60, "ola", "stopped 40" },
	{ "both waits pause the team's clock", "0 opened, 10 wait_supplier, 30 wait_reporter, 50 resumed", 60, "ola", "running 20 (40)" },
	{ "a team that receives a waiting ticket starts paused", "0 opened, 10 wait_reporter, 20 team, 50 resumed", 60, "ola", "stopped 10 (10), running 10 (30)" },
	{ "resolved stops the team's clock, reopened continues it", "0 opened, 20 resolved, 50 reopened", 60, "ola", "running 30" },

	{ "acknowledged", "0 sent, 12 acknowledged, 20 responded", 30, "acknowledge", "stopped 12" },
	{ "anything the supplier does acknowledges", "0 sent, 20 update", 30, "acknowledge", "stopped 20" },
	{ "a question acknowledges and answers", "0 sent, 20 asked", 30, "response", "stopped 20" },
	{ "news is no answer", "0 sent, 20 update", 70, "response", "running 70!" },
	{ "a workaround is an answer", "0 sent, 20 workaround", 30, "response", "stopped 20" },
	{ "while the supplier waits for us its resolution does not count", "0 sent, 20 asked, 80 told", 100, "resolution", "running 40 (60)" },
	{ "a second question changes nothing", "0 sent, 20 asked, 50 asked, 80 told", 100, "resolution", "running 40 (60)" },
	{ "the declaration counts, not the acceptance", "0 sent, 100 fixed", 300, "resolution", "stopped 100" },
	{ "a rejected fix reopens at the rejection", "0 sent, 100 fixed, 160 fix_bad", 200, "resolution", "running 140" },
	{ "fixed again", "0 sent, 100 fixed, 160 fix_bad, 300 fixed", 400, "resolution", "stopped 240" },
	{ "fixed a minute late", "0 sent, 100 fixed, 160 fix_bad, 301 fixed", 400, "resolution", "stopped 241!" },
	{ "delivery counts", "0 sent, 90 workaround", 200, "workaround", "stopped 90" },
	{ "a rejected workaround is owed again", "0 sent, 90 workaround, 110 workaround_bad", 140, "workaround", "running 120" },
	{ "a fix makes it needless", "0 sent, 90 fixed", 200, "workaround", "stopped 90" },
	{ "a rejected fix makes it owed again", "0 sent, 90 fixed, 150 fix_bad", 170, "workaround", "running 110" },
	{ "but not when one is in force", "0 sent, 50 workaround, 90 fixed, 150 fix_bad", 170, "workaround", "stopped 50" },
	{ "each news closes an interval and opens the next", "0 sent, 80 update, 200 update", 230, "update", "stopped 80, stopped 120!, running 30" },
	{ "a question is news, and the next interval waits with it", "0 sent, 60 asked, 100 told", 130, "update", "stopped 60, running 30 (40)" },
	{ "the fix is the last news", "0 sent, 60 fixed", 300, "update", "stopped 60" },
	{ "a rejected fix owes news again", "0 sent, 60 fixed, 100 fix_bad", 130, "update", "stopped 60, running 30" },
	{ "withdrawn ends what runs", "0 sent, 10 acknowledged, 30 withdrawn", 50, "resolution", "cancelled 30" },
	{ "and leaves what was reached", "0 sent, 10 acknowledged, 30 withdrawn", 50, "acknowledge", "stopped 10" },
	{ "an event entered late counts from when it happened", "0 sent, 60 responded, 12 acknowledged", 90, "acknowledge", "stopped 12" },
	{ "a late question pauses from when it was asked", "0 sent, 100 told, 40 asked", 120, "resolution", "running 60 (60)" },

	/* "C of@minute": event number `of` happened then; "C of@void": it did not happen. */
	{ "a question that was asked later pauses later", "0 sent, 20 asked, 80 told, 90 C2@50", 100, "resolution", "running 70 (30)" },
	{ "and so does the interval of news", "0 sent, 20 asked, 80 told, 90 C2@50", 100, "update", "stopped 50, running 20 (30)" },
	{ "an answer of ours that came later ends the pause later", "0 sent, 20 asked, 40 told, 90 C3@80", 100, "resolution", "running 40 (60)" },
	{ "a question that was none pauses nothing", "0 sent, 20 asked, 80 told, 90 C2@void", 100, "resolution", "running 100" },
	{ "and answered nothing", "0 sent, 20 asked, 80 told, 90 C2@void", 100, "response", "running 100!" },
	{ "an answer that was none leaves the pause open", "0 sent, 20 asked, 40 told, 90 C3@void", 100, "resolution", "paused 20 (80)" },
	{ "a rejection that was wrong leaves the fix where it was declared", "0 sent, 100 fixed, 160 fix_bad, 300 fixed, 310 C3@void", 400, "resolution",
		"stopped 100" },
	{ "a declaration moved back gives a breach up", "0 sent, 250 fixed, 260 C2@230", 300, "resolution", "stopped 230" },
	{ "a declaration moved forward makes one", "0 sent, 230 fixed, 260 C2@250", 300, "resolution", "stopped 250!" },
	{ "a moved event changes its place among the others", "0 sent, 10 told, 20 asked, 30 C2@40", 60, "resolution", "running 40 (20)" },
	{ "the last correction of an event holds", "0 sent, 20 acknowledged, 40 C2@void, 50 C2@25", 60, "acknowledge", "stopped 25" },
	{ "the first may be taken back by the last", "0 sent, 20 acknowledged, 40 C2@25, 50 C2@void", 60, "acknowledge", "running 60!" },
	{ "a correction cannot be corrected", "0 sent, 20 acknowledged, 40 C2@25, 50 C3@void", 60, "acknowledge", "stopped 25" },
	{ "nor can the start", "0 sent, 20 acknowledged, 40 C1@15", 60, "acknowledge", "stopped 20" },
	{ "a correction of what no clock looks at changes nothing", "0 sent, 5 other, 20 acknowledged, 40 C2@void", 60, "acknowledge", "stopped 20" },
};

static const struct calendar *lookup(void *user, int64_t version)
{
	return version == 1 ? user : NULL;
}

static int read_events(const char *text, struct subject_event *events)
{
	char copy[512], *rest = copy;
	int count = 0;
	snprintf(copy, sizeof(copy), "%s", text);
	for (char *word = strsep(&rest, ","); word; word = strsep(&rest, ",")) {
		char name[32];
		int minute, of, right;
		size_t i = 0;
		assert_int_equal(sscanf(word, " %d %31s", &minute, name), 2);
		if (sscanf(name, "C%d@", &of) == 1) {
			events[count] = (struct subject_event){ .seq = count + 1, .at = ORIGIN + minute * 60, .type = SUBJECT_CORRECTED, .corrects = of,
				.corrected_at = sscanf(name, "C%d@%d", &of, &right) == 2 ? ORIGIN + right * 60 : INSTANT_NONE };
			count++;
			continue;
		}
		while (i < sizeof(words) / sizeof(*words) && strcmp(words[i].name, name) != 0)
			i++;
		assert_true(i < sizeof(words) / sizeof(*words) && count < EVENTS_MAX);
		events[count] = (struct subject_event){ .seq = count + 1, .at = ORIGIN + minute * 60, .type = words[i].type,
			.team_id = words[i].team, .targets = words[i].targets, .target_count = words[i].count };
		count++;
	}
	return count;
}

static void write_clocks(const struct derived *derived, const char *metric, char *out, size_t room)
{
	static const char *const states[] = { "running", "paused", "stopped", "cancelled" };
	size_t used = 0;
	out[0] = '\0';
	for (int i = 0; i < derived->count; i++) {
		const struct derived_clock *clock = &derived->clocks[i];
		int64_t paused_s = 0;
		if (strcmp(sla_metric_name[clock->metric], metric) != 0)
			continue;
		for (int k = 0; k < clock->result.pause_count; k++)
			paused_s += clock->pauses[k].worked_s;
		used += (size_t)snprintf(out + used, room - used, "%s%s %lld%s", used > 0 ? ", " : "", states[clock->result.state],
			(long long)clock->result.elapsed_s / 60, clock->result.breached ? "!" : "");
		if (paused_s > 0)
			used += (size_t)snprintf(out + used, room - used, " (%lld)", (long long)paused_s / 60);
	}
}

static void each_row(void **state)
{
	char why[128], got[256];
	struct calendar *calendar = calendar_from_json(always, sizeof(always) - 1, why, sizeof(why));
	(void)state;
	assert_non_null(calendar);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct arena *arena = arena_create(4096);
		struct subject_event events[EVENTS_MAX];
		const char *reason = NULL;
		int count = read_events(rows[i].events, events);
		struct derived *derived = subject_derive(arena, events, count, ORIGIN + rows[i].now * 60, lookup, calendar, &reason);
		assert_non_null(derived);
		write_clocks(derived, rows[i].metric, got, sizeof(got));
		if (strcmp(got, rows[i].expected) != 0)
			fail_msg("%s: \"%s\" at %d gives %s \"%s\", expected \"%s\"", rows[i].says, rows[i].events, rows[i].now, rows[i].metric, got,
				rows[i].expected);
		arena_destroy(arena);
	}
	calendar_destroy(calendar);
}

static void missing_calendar_is_refused(void **state)
{
	static const struct subject_target unknown[] = { { METRIC_RESPONSE, 60, 2, false } };
	struct subject_event event = { .seq = 1, .at = ORIGIN, .type = SUBJECT_OPENED, .targets = unknown, .target_count = 1 };
	struct arena *arena = arena_create(4096);
	const char *why = NULL;
	(void)state;
	assert_null(subject_derive(arena, &event, 1, ORIGIN, lookup, NULL, &why));
	assert_non_null(why);
	arena_destroy(arena);
}

/* 50, 75, 90 % and the breach, each once and in order. */
static void notices_come_in_order(void **state)
{
	char why[128];
	struct calendar *calendar = calendar_from_json(always, sizeof(always) - 1, why, sizeof(why));
	struct clock_event start = { .at = ORIGIN, .what = CLOCK_START };
	static const struct { int second, reached; } steps[] = { { 0, 0 }, { 499, 0 }, { 500, 50 }, { 750, 75 }, { 899, 75 }, { 900, 90 }, { 1000, 90 }, { 1001, 100 } };
	struct notice_steps fixed;
	(void)state;
	assert_non_null(calendar);
	notice_steps_begin(&fixed);
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		struct clock_result result;
		assert_true(clock_evaluate(&start, 1, calendar, 1000, ORIGIN + steps[i].second, NULL, 0, &result, NULL));
		assert_int_equal(clock_notice_reached(&result, &fixed), steps[i].reached);
		instant next = clock_notice_next(&result, calendar, &fixed, steps[i].reached, ORIGIN + steps[i].second);
		static const int due[] = { 500, 750, 900, 1001 };
		int step = steps[i].reached == 0 ? 0 : steps[i].reached == 50 ? 1 : steps[i].reached == 75 ? 2 : 3;
		assert_int_equal(next, steps[i].reached == 100 ? INSTANT_NONE : ORIGIN + due[step]);
	}
	calendar_destroy(calendar);
}

/* A contract adds steps of its own, also beyond the target; known ones change nothing. */
static void steps_of_a_contract(void **state)
{
	char why[128];
	struct calendar *calendar = calendar_from_json(always, sizeof(always) - 1, why, sizeof(why));
	struct clock_event events[] = { { .at = ORIGIN, .what = CLOCK_START }, { .at = ORIGIN + 1600, .what = CLOCK_STOP } };
	static const struct { int second, reached, due; } stages[] = { { 0, 0, 100 }, { 100, 10, 500 }, { 800, 80, 900 }, { 1001, 100, 1500 },
		{ 1499, 100, 1500 }, { 1500, 150, 2000 }, { 1600, 150, 2000 } };
	struct notice_steps steps;
	struct clock_result result;
	(void)state;
	notice_steps_begin(&steps);
	notice_steps_add(&steps, 150);
	notice_steps_add(&steps, 80);
	notice_steps_add(&steps, 75);
	notice_steps_add(&steps, 10);
	notice_steps_add(&steps, 200);
	notice_steps_add(&steps, 150);
	static const int expected[] = { 10, 50, 75, 80, 90, 100, 150, 200 };
	assert_int_equal(steps.count, 8);
	assert_memory_equal(steps.pct, expected, sizeof(expected));
	for (size_t i = 0; i < sizeof(stages) / sizeof(*stages); i++) {
		instant now = ORIGIN + stages[i].second;
		assert_true(clock_evaluate(events, 1, calendar, 1000, now, NULL, 0, &result, NULL));
		assert_int_equal(clock_notice_reached(&result, &steps), stages[i].reached);
		assert_int_equal(clock_notice_next(&result, calendar, &steps, stages[i].reached, now), ORIGIN + stages[i].due);
	}
	assert_true(clock_evaluate(events, 2, calendar, 1000, ORIGIN + 5000, NULL, 0, &result, NULL));
	assert_int_equal(clock_notice_reached(&result, &steps), 150);
	assert_int_equal(clock_notice_next(&result, calendar, &steps, 150, ORIGIN + 5000), INSTANT_NONE);
	calendar_destroy(calendar);
}

int test_derive(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_row),
		cmocka_unit_test(missing_calendar_is_refused),
		cmocka_unit_test(notices_come_in_order),
		cmocka_unit_test(steps_of_a_contract),
	};
	return cmocka_run_group_tests_name("derive", tests, NULL, NULL);
}
