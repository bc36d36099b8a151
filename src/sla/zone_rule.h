/* The rule in a TZif file's footer: standard time, and perhaps when summer time begins and ends every year.
 * Source: IEEE Std 1003.1, chapter 8.3 (TZ), with the hours of -167 to 167 of RFC 8536. */
#ifndef VAKHTA_SLA_ZONE_RULE_H
#define VAKHTA_SLA_ZONE_RULE_H

#include "base/instant.h"

#include <stdbool.h>

#define ZONE_RULE_TEXT_MAX 127

enum zone_rule_day { ZONE_DAY_MONTH_WEEK, ZONE_DAY_JULIAN, ZONE_DAY_OF_YEAR };

struct zone_rule_change {
	enum zone_rule_day kind;
	int month, week, weekday; /* MONTH_WEEK: week 5 is the last; weekday 0 is Sunday */
	int day;                  /* JULIAN: 1..365, never 29 February; OF_YEAR: 0..365 */
	int time_s;               /* of the local clock before the change */
};

struct zone_rule {
	int standard_s, summer_s; /* offsets from UTC */
	bool has_summer;
	struct zone_rule_change summer_start, summer_end;
};

/* "CET-1CEST,M3.5.0,M10.5.0/3", "<+03>-3". False: not such a rule, or one that leaves the changes to the system. */
bool zone_rule_parse(const char *text, struct zone_rule *rule_r);

/* The offset at `at` and the first instant after it at which it may be another (INT64_MAX: never). Units: seconds. */
int zone_rule_stretch(const struct zone_rule *rule, instant at, instant *until_r);

#endif
