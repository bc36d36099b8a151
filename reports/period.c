/* Days, months and their instants. Owns nothing. */
#include "reports/period.h"

#define DAY_S ((int64_t)86400)

instant period_day_start(const struct zone *zone, int64_t day)
{
	/* No offset or change of one is longer than a day and a bit. */
	instant at = day * DAY_S - 2 * DAY_S, end = day * DAY_S + 2 * DAY_S, start = at;
	while (at < end) {
		instant until;
		instant midnight = day * DAY_S - zone_stretch(zone, at, &until);
		/* Up to here the local date is still an earlier one; where midnight comes twice, the second counts. */
		instant earlier_until = midnight < until ? midnight : until;
		if (earlier_until > at)
			start = earlier_until;
		if (until == INT64_MAX)
			break;
		at = until;
	}
	return start;
}

static int64_t month_first(int64_t day, int months_on)
{
	int year, month, mday;
	day_to_civil(day, &year, &month, &mday);
	int number = year * 12 + month - 1 + months_on;
	return day_from_civil(number / 12, number % 12 + 1, 1);
}

void period_make(const struct zone *zone, int64_t from_day, int64_t to_day, instant now, struct period *period_r)
{
	struct period *period = period_r;
	*period = (struct period){ 0 };
	INVARIANT(to_day > from_day);
	period->from_day = from_day;
	period->to_day = to_day;
	period->previous_day = from_day - (to_day - from_day);
	/* Whole months are compared with as many whole months. */
	int year, month, mday, to_year, to_month, to_mday;
	day_to_civil(from_day, &year, &month, &mday);
	day_to_civil(to_day, &to_year, &to_month, &to_mday);
	if (mday == 1 && to_mday == 1)
		period->previous_day = month_first(from_day, (year - to_year) * 12 + month - to_month);
	period->from = period_day_start(zone, from_day);
	period->to = period_day_start(zone, to_day);
	period->previous = period_day_start(zone, period->previous_day);
	for (int i = 0; i <= PERIOD_MONTHS; i++) {
		period->month_day[i] = month_first(to_day - 1, i - PERIOD_MONTHS + 1);
		period->month[i] = period_day_start(zone, period->month_day[i]);
	}
	/* Credits are due by whole months: one that began before the period counts from its own start. */
	int64_t first_month = month_first(from_day, 0);
	while (month_first(first_month, period->credit_months) < to_day) {
		INVARIANT(period->credit_months < PERIOD_CREDIT_MONTHS);
		period->credit_day[period->credit_months] = month_first(first_month, period->credit_months);
		period->credit[period->credit_months] = period_day_start(zone, period->credit_day[period->credit_months]);
		period->credit_months++;
	}
	period->credit_day[period->credit_months] = month_first(first_month, period->credit_months);
	period->credit[period->credit_months] = period->to;
	period->since = period->previous < period->month[0] ? period->previous : period->month[0];
	if (period->credit[0] < period->since)
		period->since = period->credit[0];
	period->unfinished = now < period->to;
}
