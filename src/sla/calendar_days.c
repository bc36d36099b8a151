/* Working days of a calendar. Owns nothing. */
#include "sla/calendar_days.h"

#include "sla/zone.h"

#define DAY_S 86400
#define SEARCH_DAYS 730

/* Midnight of a local date as an instant: the offset of that very moment counts. */
static instant local_midnight(const struct zone *zone, int64_t day)
{
	instant guess = day * DAY_S;
	instant at = guess - zone_offset_s(zone, guess);
	return guess - zone_offset_s(zone, at);
}

bool calendar_days_worked(struct ctx *ctx, const struct calendar *calendar, int64_t first, int count, int64_t *worked_s)
{
	char why[128];
	struct zone *zone = zone_load(calendar_zone(calendar), why, sizeof(why));
	if (!zone)
		return fail_internal(ctx, ERROR_INTERNAL, "%s", why);
	instant begin = local_midnight(zone, first);
	for (int i = 0; i < count; i++) {
		instant end = local_midnight(zone, first + i + 1);
		worked_s[i] = calendar_worked_s(calendar, begin, end);
		begin = end;
	}
	zone_destroy(zone);
	return true;
}

bool calendar_add_days(struct ctx *ctx, const struct calendar *calendar, instant from, int days, instant *at_r)
{
	char why[128];
	struct zone *zone = zone_load(calendar_zone(calendar), why, sizeof(why));
	int64_t day;
	if (!zone)
		return fail_internal(ctx, ERROR_INTERNAL, "%s", why);
	arena_on_release(ctx->arena, (void (*)(void *))zone_destroy, zone);
	*at_r = from;
	if (days == 0)
		return true;
	day = (from + zone_offset_s(zone, from)) / DAY_S;
	for (int searched = 0; searched < SEARCH_DAYS; searched++) {
		day++;
		instant begin = local_midnight(zone, day), end = local_midnight(zone, day + 1);
		int64_t work_s = calendar_worked_s(calendar, begin, end);
		if (work_s == 0 || --days > 0)
			continue;
		*at_r = calendar_reach(calendar, begin, work_s);
		return true;
	}
	return fail_internal(ctx, ERROR_INTERNAL, "the calendar has no working days within two years");
}
