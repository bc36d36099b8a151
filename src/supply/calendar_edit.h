/* Hours of a calendar as JSON while they are edited: {"zone","week","exceptions"}. Pure, but for the file's own
 * parser. */
#ifndef VAKHTA_SUPPLY_CALENDAR_EDIT_H
#define VAKHTA_SUPPLY_CALENDAR_EDIT_H

#include "sla/calendar.h"

#include <jansson.h>

/* The exception of this date, or NULL. Borrowed. */
json_t *exception_of(const json_t *hours, const char *date);
/* Gives a date hours of its own (an array of [from, to]; none: a day off), in place of what it had. Owns: takes
 * `windows`. False: too
 * many exceptions. */
bool exception_put(json_t *hours, const char *date, json_t *windows);
/* Hours of a weekday (1 Monday) as an array of [from, to], in order. Owns: the caller. */
json_t *weekday_windows(const json_t *hours, int weekday);
/* The hours that count on a date: its exception's, else its weekday's. Owns: the caller. */
json_t *date_windows(const json_t *hours, const char *date);
/* Takes `minutes` from the end of the day. */
void windows_cut(json_t *windows, int minutes);
/* Sum of minutes. */
int windows_minutes(const json_t *windows);
/* Exceptions in the order of their dates. */
void exceptions_sort(json_t *hours);

#endif
