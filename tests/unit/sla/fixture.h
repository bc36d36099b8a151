/* What the tests of this room share: calendars from JSON, instants from text, and clocks written as short texts. */
#ifndef VAKHTA_TESTS_SLA_FIXTURE_H
#define VAKHTA_TESTS_SLA_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/instant.h"
#include "sla/calendar.h"
#include "sla/clock.h"

#include <stdbool.h>

/* Monday to Friday 09:00-18:00 in `zone`; Monday to Sunday 00:00-24:00; both to be destroyed. */
struct calendar *fixture_office(const char *zone);
struct calendar *fixture_always(const char *zone);
/* The test fails when the JSON is refused. */
struct calendar *fixture_calendar(const char *json);
instant fixture_at(const char *text);

/* A clock as a text: "02T09:00 start, 02T10:00 pause, 02T12:00 retarget 7200 always", days of March 2026 in UTC (2 is a
 * Monday), in the order recorded. Calendars: office (09:00-18:00 UTC, Monday to Friday), always, never, berlin. */
struct fixture_clock {
	const char *what; /* the sentence under test */
	int64_t target_s;
	const char *events, *now;
	const char *expected; /* "running 3600/7200 due 02T11:00 breached -" */
};
void fixture_clock_check(const struct fixture_clock *clock);
/* Also gives the pauses; returns their count. */
int fixture_clock_pauses(const struct fixture_clock *clock, struct clock_pause *pauses, int most);

/* A reproducible random number in [0, below). */
uint64_t fixture_random(uint64_t *state, uint64_t below);

int test_zone(void);
int test_calendar(void);
int test_calendar_json(void);
int test_clock(void);
int test_clock_order(void);
int test_derive(void);
int test_eval(void);

#endif
