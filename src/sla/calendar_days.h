/* Whole working days: for "closes after three working days of silence". */
#ifndef VAKHTA_SLA_CALENDAR_DAYS_H
#define VAKHTA_SLA_CALENDAR_DAYS_H

#include "base/ctx.h"
#include "sla/calendar.h"

/* The end of the day's last working second on the `days`-th local date after that of `from` that has working time at all; 0 days:
 * `from` itself. Fails when the calendar has no such day within two years. */
bool calendar_add_days(struct ctx *ctx, const struct calendar *calendar, instant from, int days, instant *at_r) MUST_CHECK;

/* Working seconds of `count` local dates from `first` (days since 1970-01-01). */
bool calendar_days_worked(
	struct ctx *ctx, const struct calendar *calendar, int64_t first, int count, int64_t *worked_s) MUST_CHECK;

#endif
