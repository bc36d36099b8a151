/* Shared parts of the tests (fixture.h). */
#include "sla/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EVENTS_MAX 200

struct calendar *fixture_calendar(const char *json)
{
	char why[2048];
	struct calendar *calendar = calendar_from_json(json, strlen(json), why, sizeof(why));
	if (!calendar)
		fail_msg("refused: %s\n%s", why, json);
	return calendar;
}

static struct calendar *same_hours(const char *zone, int days, int from_min, int to_min)
{
	struct calendar_spec spec = { .zone = zone };
	for (int i = 0; i < days; i++) {
		spec.week[i].window_count = 1;
		spec.week[i].window[0] = (struct calendar_window){ from_min, to_min };
	}
	char why[256];
	struct calendar *calendar = calendar_build(&spec, why, sizeof(why));
	if (!calendar)
		fail_msg("refused: %s", why);
	return calendar;
}

struct calendar *fixture_office(const char *zone)
{
	return same_hours(zone, 5, 9 * 60, 18 * 60);
}

struct calendar *fixture_always(const char *zone)
{
	return same_hours(zone, 7, 0, 24 * 60);
}

instant fixture_at(const char *text)
{
	instant at;
	if (!instant_parse(text, &at))
		fail_msg("not an instant: %s", text);
	return at;
}

/* "02T09:00" or "02T09:00:01" */
static instant march(const char *text)
{
	char full[40];
	snprintf(full, sizeof(full), "2026-03-%s%sZ", text, strlen(text) == 8 ? ":00" : "");
	return fixture_at(full);
}

struct calendars {
	struct calendar *office, *always, *never, *berlin;
};

static void calendars_create(struct calendars *calendars)
{
	calendars->office = fixture_office("UTC");
	calendars->always = fixture_always("UTC");
	calendars->never = same_hours("UTC", 0, 0, 0);
	calendars->berlin = fixture_office("Europe/Berlin");
}

static void calendars_destroy(struct calendars *calendars)
{
	calendar_destroy(calendars->office);
	calendar_destroy(calendars->always);
	calendar_destroy(calendars->never);
	calendar_destroy(calendars->berlin);
}

static const struct calendar *calendar_named(const struct calendars *calendars, const char *name)
{
	if (strcmp(name, "always") == 0)
		return calendars->always;
	if (strcmp(name, "never") == 0)
		return calendars->never;
	if (strcmp(name, "berlin") == 0)
		return calendars->berlin;
	assert_string_equal(name, "office");
	return calendars->office;
}

static enum clock_do what_named(const char *name)
{
	static const char *const names[] = { "start", "pause", "resume", "retarget", "stop", "reopen", "cancel" };
	for (int i = 0; i < 7; i++) {
		if (strcmp(name, names[i]) == 0)
			return (enum clock_do)i;
	}
	fail_msg("no such event: %s", name);
	return CLOCK_START;
}

static int events_read(const char *text, const struct calendars *calendars, struct clock_event *events)
{
	char copy[4096];
	snprintf(copy, sizeof(copy), "%s", text);
	int count = 0;
	char *rest = copy;
	for (char *item = strtok_r(copy, ",", &rest); item; item = strtok_r(NULL, ",", &rest)) {
		char when[16], what[16], first[16] = "", second[16] = "";
		assert_true(sscanf(item, " %15s %15s %15s %15s", when, what, first, second) >= 2);
		assert_true(count < EVENTS_MAX);
		struct clock_event *event = &events[count];
		*event = (struct clock_event){ .at = march(when), .what = what_named(what), .source = 100 + count };
		const char *name = second[0] ? second : first[0] >= 'a' ? first : NULL;
		event->target_s = strtoll(first, NULL, 10);
		event->calendar = name ? calendar_named(calendars, name) : NULL;
		count++;
	}
	return count;
}

/* "02T09:00" or "02T09:00:01" of March 2026, "-" for none. */
static const char *march_text(instant at, char out[static INSTANT_TEXT_BYTES])
{
	if (at == INSTANT_NONE)
		return "-";
	instant_format(at, out);
	assert_memory_equal(out, "2026-03-", 8);
	out[19] = '\0';
	if (strcmp(out + 16, ":00") == 0)
		out[16] = '\0';
	return out + 8;
}

int fixture_clock_pauses(const struct fixture_clock *clock, struct clock_pause *pauses, int most)
{
	struct calendars calendars;
	calendars_create(&calendars);
	struct clock_event events[EVENTS_MAX];
	int count = events_read(clock->events, &calendars, events);
	struct clock_result result;
	const char *why = NULL;
	char text[256], due[INSTANT_TEXT_BYTES], breached[INSTANT_TEXT_BYTES];
	if (clock_evaluate(
			events, count, calendars.office, clock->target_s, march(clock->now), pauses, most, &result, &why)) {
		static const char *const states[] = { "running", "paused", "stopped", "cancelled" };
		snprintf(text, sizeof(text), "%s %lld/%lld due %s breached %s", states[result.state],
			(long long)result.elapsed_s, (long long)result.target_s, march_text(result.due_at, due),
			march_text(result.breached_at, breached));
		assert_int_equal(result.breached, result.breached_at != INSTANT_NONE);
		assert_int_equal(result.remaining_s, result.target_s - result.elapsed_s);
	} else {
		snprintf(text, sizeof(text), "refused: %s", why);
	}
	calendars_destroy(&calendars);
	if (strcmp(text, clock->expected) != 0)
		fail_msg("%s\n  events   %s, now %s\n  expected %s\n  given    %s", clock->what, clock->events, clock->now,
			clock->expected, text);
	return result.pause_count;
}

void fixture_clock_check(const struct fixture_clock *clock)
{
	fixture_clock_pauses(clock, NULL, 0);
}

uint64_t fixture_random(uint64_t *state, uint64_t below)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state % below;
}
