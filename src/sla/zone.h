/* Time zones: the offset of local time from UTC at an instant, read from the system's TZif files.
 * The process's own zone (TZ, tzset, localtime) is never read or changed, so any number of zones live side by side.
 * Thread: a loaded zone is immutable and may be shared.
 * Source: RFC 8536; tzfile(5); IEEE Std 1003.1, chapter 8.3 (TZ). */
#ifndef VAKHTA_SLA_ZONE_H
#define VAKHTA_SLA_ZONE_H

#include "base/instant.h"

#include <stdbool.h>
#include <stddef.h>

#define ZONE_NAME_MAX 64

struct zone;

/* "Europe/Moscow", "UTC", "Etc/GMT-3": letters, digits, '_', '+', '-' in parts joined by '/'; it need not exist. */
bool zone_name_valid(const char *name);

/* NULL: no such zone, or its file is unfit; the reason in `why`. Owns: the caller, zone_destroy. */
struct zone *zone_load(const char *name, char *why, size_t why_bytes);
void zone_destroy(struct zone *zone);
const char *zone_name(const struct zone *zone);

/* Local time minus UTC. Units: seconds. */
int zone_offset_s(const struct zone *zone, instant at);
/* The same, and the first instant after `at` at which it may be another (INT64_MAX: never). */
int zone_stretch(const struct zone *zone, instant at, instant *until_r);

#endif
