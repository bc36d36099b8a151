/* Instants and civil dates; the arithmetic is Howard Hinnant's days_from_civil in its shape for March-based years.
 * Refuses: years outside 1970..2999 in text from outside, dates that do not exist, leap seconds. */
#include "base/instant.h"

#include "base/ctx.h"

#include <stdio.h>
#include <time.h>

instant instant_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec;
}

int64_t monotonic_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t day_from_civil(int year, int month, int day)
{
	int64_t y = (int64_t)year - (month <= 2);
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * (int64_t)(month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
	return era * 146097 + day_of_era - 719468;
}

void day_to_civil(int64_t day, int *year_r, int *month_r, int *day_r)
{
	int64_t z = day + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t day_of_era = z - era * 146097;
	int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t shifted = (5 * day_of_year + 2) / 153;
	int month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
	*day_r = (int)(day_of_year - (153 * shifted + 2) / 5 + 1);
	*month_r = month;
	*year_r = (int)(year_of_era + era * 400 + (month <= 2));
}

int day_weekday(int64_t day)
{
	int64_t since_monday = (day + 3) % 7; /* 1970-01-01 was a Thursday */
	return (int)(since_monday < 0 ? since_monday + 7 : since_monday) + 1;
}

/* `digits` digits exactly; the value, or -1. */
static int read_digits(const char *text, int digits)
{
	int value = 0;
	for (int i = 0; i < digits; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		value = value * 10 + (text[i] - '0');
	}
	return value;
}

/* Reads "YYYY-MM-DD" at the beginning of the text. */
static bool read_date(const char *text, int64_t *day_r)
{
	int year = read_digits(text, 4);
	if (year < 1970 || year > 2999 || text[4] != '-')
		return false;
	int month = read_digits(text + 5, 2);
	if (month < 1 || month > 12 || text[7] != '-')
		return false;
	int day = read_digits(text + 8, 2);
	if (day < 1 || day > 31)
		return false;
	int64_t number = day_from_civil(year, month, day);
	int back_year, back_month, back_day;
	day_to_civil(number, &back_year, &back_month, &back_day);
	if (back_month != month || back_day != day)
		return false;
	*day_r = number;
	return true;
}

/* Reads "hh:mm" and checks the range; minutes, or -1. */
static int read_hour_minute(const char *text)
{
	int hour = read_digits(text, 2);
	if (hour < 0 || hour > 23 || text[2] != ':')
		return -1;
	int minute = read_digits(text + 3, 2);
	return minute < 0 || minute > 59 ? -1 : hour * 60 + minute;
}

bool instant_parse(const char *text, instant *at_r)
{
	int64_t day;
	if (!read_date(text, &day) || (text[10] != 'T' && text[10] != 't'))
		return false;
	int minutes = read_hour_minute(text + 11);
	if (minutes < 0 || text[16] != ':')
		return false;
	int second = read_digits(text + 17, 2);
	if (second < 0 || second > 59)
		return false;
	const char *at = text + 19;
	if (*at == '.') {
		const char *digits = ++at;
		while (*at >= '0' && *at <= '9')
			at++;
		if (at == digits)
			return false;
	}
	int64_t offset_s = 0;
	if (*at == '+' || *at == '-') {
		int offset_min = read_hour_minute(at + 1);
		if (offset_min < 0)
			return false;
		offset_s = (*at == '-' ? -60 : 60) * (int64_t)offset_min;
		at += 6;
	} else if (*at == 'Z' || *at == 'z') {
		at++;
	} else {
		return false;
	}
	if (*at != '\0')
		return false;
	*at_r = day * 86400 + (int64_t)minutes * 60 + second - offset_s;
	return true;
}

void instant_format(instant at, char out[static INSTANT_TEXT_BYTES])
{
	int64_t day = at / 86400 - (at % 86400 < 0);
	int second = (int)(at - day * 86400);
	int year, month, day_of_month;
	day_to_civil(day, &year, &month, &day_of_month);
	INVARIANT(year >= 0 && year <= 9999);
	snprintf(out, INSTANT_TEXT_BYTES, "%04d-%02d-%02dT%02d:%02d:%02dZ", year, month, day_of_month, second / 3600,
		second / 60 % 60, second % 60);
}

bool day_parse(const char *text, int64_t *day_r)
{
	return read_date(text, day_r) && text[10] == '\0';
}

void day_format(int64_t day, char out[static INSTANT_TEXT_BYTES])
{
	int year, month, day_of_month;
	day_to_civil(day, &year, &month, &day_of_month);
	INVARIANT(year >= 0 && year <= 9999);
	snprintf(out, INSTANT_TEXT_BYTES, "%04d-%02d-%02d", year, month, day_of_month);
}
