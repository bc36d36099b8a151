/* iCalendar files of holidays (RFC 5545), read by libical. */
#ifndef VAKHTA_SUPPLY_CALENDAR_ICS_H
#define VAKHTA_SUPPLY_CALENDAR_ICS_H

#include "base/ctx.h"

#include <jansson.h>

/* Adds an exception without hours for every day of each all-day event to `hours` (sla.md's form); recurring events
 * are followed to
 * two years after `now`. A date that has an exception keeps it. False: not a calendar, or none of its events are
 * all-day. */
bool calendar_ics_add(json_t *hours, const char *bytes, size_t length, instant now, char *why, size_t why_bytes) MUST_CHECK;

#endif
