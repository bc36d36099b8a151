/* Dates as other systems write them, by a pattern: D or DD, M or MM, YYYY, H or HH, MM after the hour, SS, hh with
 * AM/PM; every other character stands for itself. "ISO" is RFC 3339.
 * Refuses: what does not fit the pattern to its end, days that do not exist, wall-clock times that the zone skipped. */
#ifndef VAKHTA_IMPORT_DATE_H
#define VAKHTA_IMPORT_DATE_H

#include "base/arena.h"
#include "base/instant.h"

struct trail_dates;

/* NULL: the pattern or the zone is no good, the reason in *why_r. The arena keeps the result and releases the zone. */
struct trail_dates *trail_dates_read(struct arena *arena, const char *pattern, const char *zone, const char **why_r);
/* A repeated hour is its first pass. False: the reason in *why_r. */
bool trail_date_parse(const struct trail_dates *dates, const char *text, instant *at_r, const char **why_r);

#endif
