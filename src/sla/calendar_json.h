/* Reading calendars from JSON, for this room alone: strict (RFC 8259), no duplicates or unknown members, bounded depth. */
#ifndef VAKHTA_SLA_CALENDAR_JSON_H
#define VAKHTA_SLA_CALENDAR_JSON_H

#include "sla/calendar.h"
#include "sla/reasons.h"

#include <jansson.h>

#define SLA_JSON_DEPTH_MAX 32

/* NULL: not JSON, or an object names a member twice, or nested too deep. Owns: the caller, json_decref. */
json_t *sla_json_load(const char *text, size_t length, struct reasons *reasons);
/* A member's name as it may stand in a reason: quoted and cut to a length. */
#define SLA_JSON_NAME_BYTES 72
const char *sla_json_name(const char *key, char out[static SLA_JSON_NAME_BYTES]);

/* NULL: refused, with the reasons added. `where` stands before each ("calendar", "events[3].calendar"), or is empty. */
struct calendar *calendar_read(const json_t *value, const char *where, struct reasons *reasons);

#endif
