/* A period judged a second time, under other terms or another calendar. Reads one snapshot and writes nothing.
 * Refuses: to change what happened; only targets and hours are others. */
#ifndef VAKHTA_AUDIT_WHAT_IF_H
#define VAKHTA_AUDIT_WHAT_IF_H

#include "base/ctx.h"
#include "base/text.h"
#include "sla/derive.h"

#include <jansson.h>

#define WHAT_IF_MONTHS_MAX 121
#define WHAT_IF_CHANGED_MAX 2000

struct what_if {
	const char *from, *to; /* dates; `to` is not included */
	const char *zone;
	int64_t supplier_id, contract_id; /* 0: all */
	const struct calendar *calendar;  /* NULL: as it was */
	bool has_terms;
	int64_t target_s[5][METRIC_COUNT]; /* by priority 1 to 4; 0: none */
	const char *credits;               /* JSON array of steps, with has_terms */
};

/* Inputs as they come by HTTP and from files. A calendar is {"zone","week","exceptions"}; terms have "targets" and may have "credits" and
 * "calendar" (an id, {"id"} or hours), other members are left unread, so that an exported edition can be given. Fails: ERROR_INVALID with
 * every reason, `pointer` before the names. */
bool what_if_calendar_json(struct ctx *ctx, const json_t *json, const char *pointer, struct what_if *what) MUST_CHECK;
bool what_if_calendar_id(struct ctx *ctx, int64_t id, const char *pointer, struct what_if *what) MUST_CHECK;
bool what_if_terms_json(struct ctx *ctx, const json_t *json, const char *pointer, struct what_if *what) MUST_CHECK;
bool what_if_terms_id(struct ctx *ctx, int64_t id, const char *pointer, struct what_if *what) MUST_CHECK;

/* The difference as one JSON object. `calendars` is a second context, since the first is busy with the stream of events. */
bool what_if_write(struct ctx *ctx, struct ctx *calendars, const struct what_if *what, struct json_out *json) MUST_CHECK;

#endif
