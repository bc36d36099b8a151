/* How many clocks one core evaluates a second. Prints one line a calendar; takes the seconds to run each as its argument.
 * Owns: its events, made from a fixed seed. Refuses: to measure the parsing of JSON; a clock is evaluated from its rows. */
#include "base/instant.h"
#include "sla/calendar.h"
#include "sla/clock.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLOCKS 20000 /* different ones, so that the calendar's memory is touched as in a replay */
#define EVENTS 5
#define YEAR_S (365 * 86400)
#define FIRST_INSTANT ((instant)1735689600) /* 2025-01-01T00:00:00Z */

struct subject {
	struct clock_event events[EVENTS];
	int64_t target_s;
	instant now;
};

static const struct {
	const char *name, *json;
} calendars[] = {
	{ "24x7",
		"{\"zone\":\"UTC\",\"week\":["
		"{\"day\":1,\"from\":\"00:00\",\"to\":\"24:00\"},{\"day\":2,\"from\":\"00:00\",\"to\":\"24:00\"},"
		"{\"day\":3,\"from\":\"00:00\",\"to\":\"24:00\"},{\"day\":4,\"from\":\"00:00\",\"to\":\"24:00\"},"
		"{\"day\":5,\"from\":\"00:00\",\"to\":\"24:00\"},{\"day\":6,\"from\":\"00:00\",\"to\":\"24:00\"},"
		"{\"day\":7,\"from\":\"00:00\",\"to\":\"24:00\"}]}" },
	{ "5x8 Moscow with a lunch break",
		"{\"zone\":\"Europe/Moscow\",\"week\":["
		"{\"day\":1,\"from\":\"09:00\",\"to\":\"13:00\"},{\"day\":1,\"from\":\"14:00\",\"to\":\"18:00\"},"
		"{\"day\":2,\"from\":\"09:00\",\"to\":\"13:00\"},{\"day\":2,\"from\":\"14:00\",\"to\":\"18:00\"},"
		"{\"day\":3,\"from\":\"09:00\",\"to\":\"13:00\"},{\"day\":3,\"from\":\"14:00\",\"to\":\"18:00\"},"
		"{\"day\":4,\"from\":\"09:00\",\"to\":\"13:00\"},{\"day\":4,\"from\":\"14:00\",\"to\":\"18:00\"},"
		"{\"day\":5,\"from\":\"09:00\",\"to\":\"13:00\"},{\"day\":5,\"from\":\"14:00\",\"to\":\"18:00\"}]}" },
	{ "6 days New York",
		"{\"zone\":\"America/New_York\",\"week\":["
		"{\"day\":1,\"from\":\"08:00\",\"to\":\"20:00\"},{\"day\":2,\"from\":\"08:00\",\"to\":\"20:00\"},"
		"{\"day\":3,\"from\":\"08:00\",\"to\":\"20:00\"},{\"day\":4,\"from\":\"08:00\",\"to\":\"20:00\"},"
		"{\"day\":5,\"from\":\"08:00\",\"to\":\"20:00\"},{\"day\":6,\"from\":\"10:00\",\"to\":\"16:00\"}]}" },
};

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* A case as they are: sent, a pause and its end, another pause or a retarget, then a stop or still open. */
static void subject_make(struct subject *subject, uint64_t *seed)
{
	static const enum clock_do what[EVENTS] = { CLOCK_START, CLOCK_PAUSE, CLOCK_RESUME, CLOCK_RETARGET, CLOCK_STOP };
	instant at = FIRST_INSTANT + (instant)(next_random(seed) % YEAR_S);
	for (int i = 0; i < EVENTS; i++) {
		subject->events[i] = (struct clock_event){ .at = at, .what = what[i], .source = i };
		at += 60 + (instant)(next_random(seed) % (2 * 86400));
	}
	subject->events[3].target_s = 3600 * (1 + (int64_t)(next_random(seed) % 40));
	if (next_random(seed) % 2)
		subject->events[4].what = CLOCK_PAUSE;
	if (next_random(seed) % 2)
		subject->events[4].what = CLOCK_RESUME;
	subject->target_s = 3600 * (1 + (int64_t)(next_random(seed) % 40));
	subject->now = at;
}

static bool measure(const char *name, const char *json, const struct subject *subjects, int64_t time_ms)
{
	char why[256];
	int64_t built_ms = monotonic_ms();
	struct calendar *calendar = calendar_from_json(json, strlen(json), why, sizeof(why));
	if (!calendar) {
		fprintf(stderr, "sla_bench: %s: %s\n", name, why);
		return false;
	}
	int64_t started_ms = monotonic_ms();
	built_ms = started_ms - built_ms;
	int64_t evaluated = 0, breached = 0, elapsed_ms;
	do {
		for (int i = 0; i < CLOCKS; i++) {
			const struct subject *subject = &subjects[i];
			struct clock_pause pauses[4];
			struct clock_result result;
			if (!clock_evaluate(
					subject->events, EVENTS, calendar, subject->target_s, subject->now, pauses, 4, &result, NULL))
				return false;
			breached += result.breached;
		}
		evaluated += CLOCKS;
		elapsed_ms = monotonic_ms() - started_ms;
	} while (elapsed_ms < time_ms);
	printf("%-32s %9" PRId64 " evaluations/s (%d events each, %" PRId64 " %% breached, calendar built in %" PRId64
		   " ms)\n",
		name, evaluated * 1000 / elapsed_ms, EVENTS, breached * 100 / evaluated, built_ms);
	calendar_destroy(calendar);
	return true;
}

int main(int argc, char **argv)
{
	int64_t time_ms = argc > 1 ? strtoll(argv[1], NULL, 10) * 1000 : 2000;
	struct subject *subjects = calloc(CLOCKS, sizeof(*subjects));
	if (!subjects || time_ms <= 0) {
		fprintf(stderr, "usage: sla_bench [SECONDS]\n");
		free(subjects);
		return 2;
	}
	uint64_t seed = 20260302;
	for (int i = 0; i < CLOCKS; i++)
		subject_make(&subjects[i], &seed);
	bool good = true;
	for (size_t i = 0; good && i < sizeof(calendars) / sizeof(calendars[0]); i++)
		good = measure(calendars[i].name, calendars[i].json, subjects, time_ms);
	free(subjects);
	return good ? 0 : 1;
}
