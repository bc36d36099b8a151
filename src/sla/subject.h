/* Clocks of tickets and cases: which events start, pause, stop and retarget which metric (sla.md), and their rows.
 * A clock row is a pure function of its subject's events and of calendar versions, which never change; so a replay from
 * the events alone must give the same rows.
 * Owns: tables clock and clock_pause; the cache of built calendars (immutable, by calendar_version id).
 * Refuses: to read the policy or contract as it is now; the targets stand in the events. */
#ifndef VAKHTA_SLA_SUBJECT_H
#define VAKHTA_SLA_SUBJECT_H

#include "base/ctx.h"
#include "db/query.h"
#include "sla/clock.h"

/* Recomputes all clocks of the subject in the caller's transaction and writes the rows that differ; also ticket.due_at and
 * supplier_case.next_due_at. The caller holds the subject's lock. What is written travels with the caller's next statement or
 * the COMMIT (query_later). */
bool clocks_refresh_ticket(struct ctx *ctx, int64_t ticket_id) MUST_CHECK;
bool clocks_refresh_case(struct ctx *ctx, int64_t case_id) MUST_CHECK;
/* Runs an operation on the case that gives one row, and reads the case's clocks in the same round trip. NULL: see ctx->error. */
struct rows *clocks_refresh_case_after(
	struct ctx *ctx, int64_t case_id, const struct query *operation, const struct query_args *args) MUST_CHECK;

/* The same for the watch: clocks that reached 50, 75, 90 % of their target or a step of their contract, or breached it, since the last
 * notice get an event in the timeline, and mail to those concerned in the outbox. */
bool clocks_notice_ticket(struct ctx *ctx, int64_t ticket_id) MUST_CHECK;
bool clocks_notice_case(struct ctx *ctx, int64_t case_id) MUST_CHECK;

/* The calendar of a version, built once and shared; NULL: see ctx->error. Thread: safe. */
const struct calendar *calendar_of_version(struct ctx *ctx, int64_t calendar_version_id) MUST_CHECK;

/* The watch of this node: when it looks next, and how to wake it. A commit that wrote an earlier notice wakes it.
 * WATCH_NONE and NULL: there is none. Thread: the instant is atomic; the pointer is set before any work begins. */
#define WATCH_NONE INSTANT_NONE
extern _Atomic instant clocks_watch_next;
extern void (*clocks_wake_watch)(void);

#endif
