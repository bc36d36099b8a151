/* Rows of clock_ticket_events and clock_case_events as events of derive.h. */
#ifndef VAKHTA_SLA_SUBJECT_EVENTS_H
#define VAKHTA_SLA_SUBJECT_EVENTS_H

#include "base/ctx.h"
#include "db/query.h"
#include "sla/derive.h"

/* One event from its parts, as the database or an import has them. `type`: event type; `targets`, `ola`: JSON of the data or NULL;
 * `waits_for`: data.for of "waiting". Of "corrected": `team` is data.of, `waits_for` the right instant (epoch seconds) or "void". Fails: ERROR_INTERNAL when the JSON is not what the program writes. */
bool subject_event_read(struct ctx *ctx, int seq, const char *type, instant at, int64_t team, const char *targets,
	const char *ola, const char *waits_for, struct subject_event *event_r) MUST_CHECK;

/* Columns: seq, type, occurred (epoch s), team, targets, ola, for. */
bool subject_events_read(
	struct ctx *ctx, const struct rows *rows, struct subject_event **events_r, int *count_r) MUST_CHECK;

#endif
