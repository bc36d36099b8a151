/* Instants and civil dates.
 * An instant is whole seconds since 1970-01-01T00:00:00Z; the product records nothing finer, so that clocks and
 * workbooks add up exactly. A day is days since 1970-01-01 of a proleptic Gregorian calendar. */
#ifndef VAKHTA_BASE_INSTANT_H
#define VAKHTA_BASE_INSTANT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef int64_t instant; /* the one scalar typedef of the house: it carries the unit */

#define INSTANT_NONE INT64_MIN
#define INSTANT_TEXT_BYTES 32

instant instant_now(void);
int64_t monotonic_ms(void);

/* Strict RFC 3339 with 'Z' or an offset, years 1970..2999; fractions of a second are cut. False: not an instant. */
bool instant_parse(const char *text, instant *at_r);
/* "2026-03-02T08:00:00Z" */
void instant_format(instant at, char out[static INSTANT_TEXT_BYTES]);

int64_t day_from_civil(int year, int month, int day);
void day_to_civil(int64_t day, int *year_r, int *month_r, int *day_r);
/* "YYYY-MM-DD" of an existing date, years 1970..2999. */
bool day_parse(const char *text, int64_t *day_r);
void day_format(int64_t day, char out[static INSTANT_TEXT_BYTES]);
/* 1 = Monday … 7 = Sunday (ISO 8601). */
int day_weekday(int64_t day);

#endif
