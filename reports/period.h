/* The period of a report: half-open, from the start of a day to the start of a day in a zone, with the period of the same length before
 * it and the twelve months that end with it. Pure arithmetic. */
#ifndef VAKHTA_REPORTS_PERIOD_H
#define VAKHTA_REPORTS_PERIOD_H

#include "base/ctx.h"
#include "sla/zone.h"

#define PERIOD_MONTHS 12
#define PERIOD_DAYS_MAX 3700
#define PERIOD_CREDIT_MONTHS 124 /* that so many days can touch */

struct period {
	int64_t from_day, to_day, previous_day; /* to_day is not included */
	instant from, to, previous;
	int64_t month_day[PERIOD_MONTHS + 1]; /* first days of the months; the last is the day after them */
	instant month[PERIOD_MONTHS + 1];
	int64_t credit_day[PERIOD_CREDIT_MONTHS + 1]; /* first days of the months that the period touches; the last is the day after them */
	instant credit[PERIOD_CREDIT_MONTHS + 1];     /* their starts; the last is `to`, for nothing is known of what comes after */
	int credit_months;
	instant since; /* the earliest instant that the report looks at */
	bool unfinished;
};

/* `to_day` > `from_day`, both years 1970..2999. */
void period_make(const struct zone *zone, int64_t from_day, int64_t to_day, instant now, struct period *period_r);
/* The first instant from which on the local date is `day` or later. */
instant period_day_start(const struct zone *zone, int64_t day);

#endif
