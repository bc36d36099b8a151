/* The yearly rule of a time zone (zone_rule.h). Owns nothing. Refuses anything but the exact grammar. */
#include "sla/zone_rule.h"

#include <stdint.h>

#define DAY_S 86400
#define HOURS_MAX 167
#define YEARS_AROUND 3 /* the year of the instant and its neighbours: a change may stand a week outside its year */

struct change {
	instant at;
	int offset_s; /* from `at` on */
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool take_number(const char **text, int most, int *value_r)
{
	if (!is_digit(**text))
		return false;
	int value = 0;
	while (is_digit(**text)) {
		value = value * 10 + (**text - '0');
		if (value > most)
			return false;
		(*text)++;
	}
	*value_r = value;
	return true;
}

static bool take_name(const char **text)
{
	int length = 0;
	if (**text == '<') {
		for ((*text)++; **text != '>'; (*text)++, length++) {
			if (!is_letter(**text) && !is_digit(**text) && **text != '+' && **text != '-')
				return false;
		}
		(*text)++;
	} else {
		for (; is_letter(**text); (*text)++)
			length++;
	}
	return length >= 3;
}

/* [+-]hh[:mm[:ss]] */
static bool take_time(const char **text, int *seconds_r)
{
	int sign = 1, hours, minutes = 0, seconds = 0;
	if (**text == '+' || **text == '-')
		sign = *(*text)++ == '-' ? -1 : 1;
	if (!take_number(text, HOURS_MAX, &hours))
		return false;
	if (**text == ':') {
		(*text)++;
		if (!take_number(text, 59, &minutes))
			return false;
		if (**text == ':') {
			(*text)++;
			if (!take_number(text, 59, &seconds))
				return false;
		}
	}
	*seconds_r = sign * (hours * 3600 + minutes * 60 + seconds);
	return true;
}

static bool take_month_week(const char **text, struct zone_rule_change *change)
{
	change->kind = ZONE_DAY_MONTH_WEEK;
	(*text)++;
	if (!take_number(text, 12, &change->month) || change->month < 1 || *(*text)++ != '.')
		return false;
	if (!take_number(text, 5, &change->week) || change->week < 1 || *(*text)++ != '.')
		return false;
	return take_number(text, 6, &change->weekday);
}

static bool take_change(const char **text, struct zone_rule_change *change)
{
	*change = (struct zone_rule_change){ .time_s = 2 * 3600 };
	if (**text != ',')
		return false;
	(*text)++;
	if (**text == 'M') {
		if (!take_month_week(text, change))
			return false;
	} else if (**text == 'J') {
		change->kind = ZONE_DAY_JULIAN;
		(*text)++;
		if (!take_number(text, 365, &change->day) || change->day < 1)
			return false;
	} else {
		change->kind = ZONE_DAY_OF_YEAR;
		if (!take_number(text, 365, &change->day))
			return false;
	}
	if (**text != '/')
		return true;
	(*text)++;
	return take_time(text, &change->time_s);
}

bool zone_rule_parse(const char *text, struct zone_rule *rule_r)
{
	*rule_r = (struct zone_rule){ 0 };
	int west_s;
	if (!take_name(&text) || !take_time(&text, &west_s))
		return false;
	rule_r->standard_s = -west_s; /* POSIX counts westward */
	if (*text == '\0')
		return true;
	if (!take_name(&text))
		return false;
	rule_r->has_summer = true;
	rule_r->summer_s = rule_r->standard_s + 3600;
	if (*text != ',') {
		if (!take_time(&text, &west_s))
			return false;
		rule_r->summer_s = -west_s;
	}
	return take_change(&text, &rule_r->summer_start) && take_change(&text, &rule_r->summer_end) && *text == '\0';
}

static bool leap_year(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int64_t month_week_day(const struct zone_rule_change *change, int year)
{
	int64_t first = day_from_civil(year, change->month, 1);
	int weekday = day_weekday(first) % 7; /* 0 = Sunday, as in the rule */
	int64_t day = first + (change->weekday - weekday + 7) % 7 + (int64_t)(change->week - 1) * 7;
	int64_t next = change->month == 12 ? day_from_civil(year + 1, 1, 1) : day_from_civil(year, change->month + 1, 1);
	while (day >= next)
		day -= 7;
	return day;
}

static instant change_at(const struct zone_rule_change *change, int year, int offset_before_s)
{
	int64_t day;
	switch (change->kind) {
	case ZONE_DAY_MONTH_WEEK:
		day = month_week_day(change, year);
		break;
	case ZONE_DAY_JULIAN:
		day = day_from_civil(year, 1, 1) + change->day - 1 + (leap_year(year) && change->day >= 60);
		break;
	default:
		day = day_from_civil(year, 1, 1) + change->day;
		break;
	}
	return day * DAY_S + change->time_s - offset_before_s;
}

int zone_rule_stretch(const struct zone_rule *rule, instant at, instant *until_r)
{
	*until_r = INT64_MAX;
	if (!rule->has_summer)
		return rule->standard_s;
	int year, month, day;
	day_to_civil(at / DAY_S - (at % DAY_S < 0), &year, &month, &day);
	int offset_s = rule->standard_s;
	instant latest = INT64_MIN;
	for (int i = 0; i < YEARS_AROUND; i++) {
		struct change start = { change_at(&rule->summer_start, year - 1 + i, rule->standard_s), rule->summer_s };
		struct change end = { change_at(&rule->summer_end, year - 1 + i, rule->summer_s), rule->standard_s };
		struct change changes[2] = { start.at < end.at ? start : end, start.at < end.at ? end : start };
		for (int k = 0; k < 2; k++) {
			/* At one instant the later year's change wins: summer time that lasts all year ends as it begins. */
			if (changes[k].at <= at && changes[k].at >= latest) {
				latest = changes[k].at;
				offset_s = changes[k].offset_s;
			} else if (changes[k].at > at && changes[k].at < *until_r) {
				*until_r = changes[k].at;
			}
		}
	}
	return offset_s;
}
