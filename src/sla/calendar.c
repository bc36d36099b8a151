/* Calendars materialised as working intervals (calendar.h).
 * Owns: the intervals and their index. Refuses: windows that end before they start or overlap, a date twice, and
 * unknown zones.
 * Instants of 1970..2045 fit 32 bits: an interval takes 12 bytes, so that a calendar stays in the processor's cache. */
#include "sla/calendar.h"

#include "sla/reasons.h"
#include "sla/zone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY_S 86400
#define DAY_MIN 1440
#define BUCKET_BITS 16 /* seconds an index entry stands for: 18 hours, about one working day */
#define BUCKETS ((size_t)(CALENDAR_END >> BUCKET_BITS) + 1)
#define INTERVALS_FIRST 4096

struct interval {
	uint32_t from, to;
	uint32_t before; /* working seconds before `from` */
};

struct calendar {
	char zone[ZONE_NAME_MAX + 1];
	uint32_t total_s;
	uint32_t count, capacity;
	struct interval *intervals; /* ascending, neither touching nor overlapping */
	uint32_t *first_open;       /* for each bucket the first interval that ends after the bucket's start */
};

/* A spec with windows and exceptions in order. */
struct hours {
	struct calendar_day week[7];
	int exception_count;
	struct calendar_day *exceptions;
};

static int window_order(const void *a, const void *b)
{
	const struct calendar_window *x = a, *y = b;
	return (x->from_min > y->from_min) - (x->from_min < y->from_min);
}

static int day_order(const void *a, const void *b)
{
	const struct calendar_day *x = a, *y = b;
	return (x->day > y->day) - (x->day < y->day);
}

static void add_window_reason(struct reasons *reasons, const char *day, const struct calendar_window *window,
	const char *what, const struct calendar_window *other)
{
	char second[32] = "";
	if (other)
		reasons_place(second, sizeof(second), " %02d:%02d-%02d:%02d", other->from_min / 60, other->from_min % 60,
			other->to_min / 60, other->to_min % 60);
	reasons_add(reasons, "%s: %02d:%02d-%02d:%02d %s%s", day, window->from_min / 60, window->from_min % 60,
		window->to_min / 60, window->to_min % 60, what, second);
}

/* Sorts the windows and checks them. `name` is how reasons call the day. */
static void day_check(struct calendar_day *day, const char *name, struct reasons *reasons)
{
	if (day->window_count < 0 || day->window_count > CALENDAR_WINDOWS_MAX) {
		reasons_add(reasons, "%s: more than %d windows", name, CALENDAR_WINDOWS_MAX);
		return;
	}
	for (int i = 0; i < day->window_count; i++) {
		const struct calendar_window *window = &day->window[i];
		if (window->from_min < 0 || window->to_min < 0 || window->from_min > DAY_MIN || window->to_min > DAY_MIN) {
			reasons_add(reasons, "%s: a window is outside 00:00-24:00", name);
			return;
		}
		if (window->to_min <= window->from_min) {
			add_window_reason(reasons, name, window, "does not end after it starts", NULL);
			return;
		}
	}
	qsort(day->window, (size_t)day->window_count, sizeof(day->window[0]), window_order);
	for (int i = 1; i < day->window_count; i++) {
		if (day->window[i].from_min < day->window[i - 1].to_min)
			add_window_reason(reasons, name, &day->window[i - 1], "overlaps", &day->window[i]);
	}
}

/* Copies the spec in order. False: refused. */
static bool hours_read(struct hours *hours, const struct calendar_spec *spec, struct reasons *reasons)
{
	int count = spec->exception_count;
	if (count < 0 || count > CALENDAR_EXCEPTIONS_MAX)
		return reasons_add(reasons, "more than %d exceptions", CALENDAR_EXCEPTIONS_MAX);
	memcpy(hours->week, spec->week, sizeof(hours->week));
	hours->exception_count = count;
	hours->exceptions = calloc((size_t)count + 1, sizeof(*hours->exceptions));
	if (!hours->exceptions)
		return reasons_add(reasons, "no memory");
	if (count > 0)
		memcpy(hours->exceptions, spec->exceptions, (size_t)count * sizeof(*hours->exceptions));
	for (int i = 0; i < 7; i++) {
		char name[24];
		snprintf(name, sizeof(name), "week day %d", i + 1);
		day_check(&hours->week[i], name, reasons);
	}
	qsort(hours->exceptions, (size_t)count, sizeof(*hours->exceptions), day_order);
	for (int i = 0; i < count; i++) {
		char name[INSTANT_TEXT_BYTES];
		day_format(hours->exceptions[i].day, name);
		day_check(&hours->exceptions[i], name, reasons);
		if (i > 0 && hours->exceptions[i].day == hours->exceptions[i - 1].day)
			reasons_add(reasons, "%s: the date has two exceptions", name);
	}
	return reasons->count == 0;
}

static bool interval_add(struct calendar *calendar, instant from, instant to)
{
	struct interval *last = calendar->count > 0 ? &calendar->intervals[calendar->count - 1] : NULL;
	uint32_t length = (uint32_t)(to - from);
	if (last && last->to == from) {
		last->to = (uint32_t)to;
	} else {
		if (calendar->count == calendar->capacity) {
			uint32_t capacity = calendar->capacity ? calendar->capacity * 2 : INTERVALS_FIRST;
			struct interval *grown = reallocarray(calendar->intervals, capacity, sizeof(*grown));
			if (!grown)
				return false;
			calendar->intervals = grown;
			calendar->capacity = capacity;
		}
		calendar->intervals[calendar->count++] =
			(struct interval){ .from = (uint32_t)from, .to = (uint32_t)to, .before = calendar->total_s };
	}
	calendar->total_s += length;
	return true;
}

static int64_t floor_day(instant local)
{
	return local / DAY_S - (local % DAY_S < 0);
}

/* Adds the working time of [from, to), throughout which local time is UTC plus `offset_s`. */
static bool stretch_add(struct calendar *calendar, const struct hours *hours, instant from, instant to, int offset_s)
{
	int64_t last_day = floor_day(to - 1 + offset_s);
	int next = 0;
	for (int64_t day = floor_day(from + offset_s); day <= last_day; day++) {
		while (next < hours->exception_count && hours->exceptions[next].day < day)
			next++;
		const struct calendar_day *today = next < hours->exception_count && hours->exceptions[next].day == day
			? &hours->exceptions[next]
			: &hours->week[day_weekday(day) - 1];
		for (int i = 0; i < today->window_count; i++) {
			instant start = day * DAY_S + (instant)today->window[i].from_min * 60 - offset_s;
			instant stop = day * DAY_S + (instant)today->window[i].to_min * 60 - offset_s;
			if (start < from)
				start = from;
			if (stop > to)
				stop = to;
			if (start < stop && !interval_add(calendar, start, stop))
				return false;
		}
	}
	return true;
}

static bool intervals_build(struct calendar *calendar, const struct hours *hours, const struct zone *zone)
{
	for (instant at = 0; at < CALENDAR_END;) {
		instant until;
		int offset_s = zone_stretch(zone, at, &until);
		if (until > CALENDAR_END)
			until = CALENDAR_END;
		if (!stretch_add(calendar, hours, at, until, offset_s))
			return false;
		at = until;
	}
	if (calendar->count > 0 && calendar->count < calendar->capacity) {
		struct interval *shrunk = reallocarray(calendar->intervals, calendar->count, sizeof(*shrunk));
		if (shrunk)
			calendar->intervals = shrunk;
	}
	return true;
}

static bool index_build(struct calendar *calendar)
{
	calendar->first_open = malloc(BUCKETS * sizeof(*calendar->first_open));
	if (!calendar->first_open)
		return false;
	uint32_t open = 0;
	for (size_t bucket = 0; bucket < BUCKETS; bucket++) {
		while (open < calendar->count && calendar->intervals[open].to <= bucket << BUCKET_BITS)
			open++;
		calendar->first_open[bucket] = open;
	}
	return true;
}

struct calendar *calendar_build(const struct calendar_spec *spec, char *why, size_t why_bytes)
{
	struct reasons reasons;
	reasons_begin(&reasons, why, why_bytes);
	char zone_why[128];
	struct zone *zone = zone_load(spec->zone, zone_why, sizeof(zone_why));
	if (!zone)
		reasons_add(&reasons, "%s", zone_why);
	struct hours hours = { 0 };
	hours_read(&hours, spec, &reasons);
	struct calendar *calendar = reasons.count == 0 ? calloc(1, sizeof(*calendar)) : NULL;
	if (calendar && intervals_build(calendar, &hours, zone) && index_build(calendar)) {
		snprintf(calendar->zone, sizeof(calendar->zone), "%s", zone_name(zone));
	} else {
		if (reasons.count == 0)
			reasons_add(&reasons, "no memory");
		calendar_destroy(calendar);
		calendar = NULL;
	}
	free(hours.exceptions);
	zone_destroy(zone);
	return calendar;
}

void calendar_destroy(struct calendar *calendar)
{
	if (!calendar)
		return;
	free(calendar->intervals);
	free(calendar->first_open);
	free(calendar);
}

const char *calendar_zone(const struct calendar *calendar)
{
	return calendar->zone;
}

/* The first interval that ends after `at`, which lies in [0, CALENDAR_END]; `count` when there is none. */
static uint32_t interval_find(const struct calendar *calendar, instant at)
{
	uint32_t i = calendar->first_open[(size_t)at >> BUCKET_BITS];
	while (i < calendar->count && calendar->intervals[i].to <= at)
		i++;
	return i;
}

static instant clamp(instant at)
{
	return at < 0 ? 0 : at > CALENDAR_END ? CALENDAR_END : at;
}

/* Working seconds before `at`, and the interval that holds or follows it. */
static int64_t worked_before(const struct calendar *calendar, instant at, uint32_t *interval_r)
{
	at = clamp(at);
	uint32_t i = *interval_r = interval_find(calendar, at);
	if (i == calendar->count)
		return calendar->total_s;
	const struct interval *interval = &calendar->intervals[i];
	return (int64_t)interval->before + (at > interval->from ? at - interval->from : 0);
}

bool calendar_is_working(const struct calendar *calendar, instant at)
{
	if (at < 0 || at >= CALENDAR_END)
		return false;
	uint32_t i = interval_find(calendar, at);
	return i < calendar->count && calendar->intervals[i].from <= at;
}

int64_t calendar_worked_s(const struct calendar *calendar, instant from, instant to)
{
	uint32_t interval;
	if (to <= from)
		return 0;
	return worked_before(calendar, to, &interval) - worked_before(calendar, from, &interval);
}

instant calendar_reach(const struct calendar *calendar, instant from, int64_t work_s)
{
	if (work_s <= 0)
		return from;
	uint32_t low;
	int64_t before = worked_before(calendar, from, &low);
	if (work_s > calendar->total_s - before)
		return INSTANT_NONE;
	int64_t goal = before + work_s;
	/* Targets are near: strides that double, then a binary search for the last interval with less before it. */
	uint32_t stride = 1;
	while (stride < calendar->count - low && calendar->intervals[low + stride].before < goal) {
		low += stride;
		stride *= 2;
	}
	uint32_t high = stride < calendar->count - low ? low + stride : calendar->count;
	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;
		if (calendar->intervals[middle].before < goal)
			low = middle;
		else
			high = middle;
	}
	return (instant)calendar->intervals[low].from + (goal - calendar->intervals[low].before);
}

int calendar_intervals(const struct calendar *calendar, instant from, instant to, instant (*out)[2], int most)
{
	from = clamp(from);
	to = clamp(to);
	int written = 0;
	for (uint32_t i = interval_find(calendar, from); i < calendar->count && written < most; i++) {
		const struct interval *interval = &calendar->intervals[i];
		if (interval->from >= to)
			break;
		out[written][0] = interval->from > from ? (instant)interval->from : from;
		out[written][1] = interval->to < to ? (instant)interval->to : to;
		written++;
	}
	return written;
}
