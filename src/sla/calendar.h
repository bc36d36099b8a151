/* Calendars: which instants are working time. Pure arithmetic; the only I/O is reading the zone's file at the build.
 * An instant is working when its local wall-clock time lies in a window [from, to) of its local date; a calendar is
 * materialised once as intervals with the cumulative seconds before each, then every question is one look-up.
 * Thread: a built calendar is immutable and may be shared. */
#ifndef VAKHTA_SLA_CALENDAR_H
#define VAKHTA_SLA_CALENDAR_H

#include "base/instant.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CALENDAR_WINDOWS_MAX 16 /* a day */
#define CALENDAR_EXCEPTIONS_MAX 4000
/* Materialised from the first year through the end of the last, in UTC; time outside counts nothing. */
#define CALENDAR_FIRST_YEAR 1970
#define CALENDAR_LAST_YEAR 2045
#define CALENDAR_END ((instant)2398377600) /* 2046-01-01T00:00:00Z */

struct calendar_window {
	int from_min, to_min;
}; /* minutes of the local day, 0 <= from < to <= 1440 */

struct calendar_day {
	int64_t day; /* exceptions: the date; weekly: unused */
	int window_count;
	struct calendar_window window[CALENDAR_WINDOWS_MAX]; /* any order; may touch, must not overlap */
};

struct calendar_spec {
	const char *zone;            /* IANA */
	struct calendar_day week[7]; /* 0 = Monday */
	int exception_count;
	const struct calendar_day *exceptions; /* any order, a date once */
};

struct calendar;

/* NULL: refused, with the reasons in `why`, joined by "; " ("week day 2: 18:00-09:00 does not end after it starts",
 * "unknown zone Europe/Moskva"). Owns: the caller, calendar_destroy. */
struct calendar *calendar_build(const struct calendar_spec *spec, char *why, size_t why_bytes);
void calendar_destroy(struct calendar *calendar);

/* From JSON text: {"zone":"Europe/Moscow","week":[{"day":1,"from":"09:00","to":"13:00"}],
 * "exceptions":[{"date":"2026-05-01","hours":[["09:00","17:00"]]}]}; day 1 is Monday, "exceptions" may be left out.
 * Fails: unknown members, a member twice, and everything calendar_build refuses; all reasons at once. */
struct calendar *calendar_from_json(const char *json, size_t length, char *why, size_t why_bytes);

bool calendar_is_working(const struct calendar *calendar, instant at);
/* Working seconds in [from, to); 0 when to <= from. */
int64_t calendar_worked_s(const struct calendar *calendar, instant from, instant to);
/* The earliest instant t >= from with calendar_worked_s(from, t) == work_s (work_s >= 0), so that work done exactly at
 * closing time is reached at closing time. INSTANT_NONE: not before the end of CALENDAR_LAST_YEAR. */
instant calendar_reach(const struct calendar *calendar, instant from, int64_t work_s);
/* Working intervals that overlap [from, to), clipped, into out; returns how many (at most `most`). For time axes. */
int calendar_intervals(const struct calendar *calendar, instant from, instant to, instant (*out)[2], int most);
const char *calendar_zone(const struct calendar *calendar);

#endif
