/* Clocks: a pure function of their events, target and calendar (sla.md). No I/O.
 * Elapsed time is working time while running; breached as soon as elapsed > target; equal is kept. */
#ifndef VAKHTA_SLA_CLOCK_H
#define VAKHTA_SLA_CLOCK_H

#include "sla/calendar.h"

enum clock_do { CLOCK_START, CLOCK_PAUSE, CLOCK_RESUME, CLOCK_RETARGET, CLOCK_STOP, CLOCK_REOPEN, CLOCK_CANCEL };
enum clock_state { CLOCK_RUNNING, CLOCK_PAUSED, CLOCK_STOPPED, CLOCK_CANCELLED };

struct clock_event {
	instant at;
	enum clock_do what;
	int64_t target_s;                /* retarget only; 0: unchanged */
	const struct calendar *calendar; /* retarget only; NULL: unchanged */
	int64_t source;                  /* the caller's: which timeline event this came from */
};

/* A pause as it took effect (no-ops are not in it). `to` INSTANT_NONE: still paused at the evaluation. */
struct clock_pause {
	instant from, to;
	int64_t worked_s; /* working time inside the pause, of the calendar in force, up to `to` or now */
	int64_t source_from, source_to;
};

struct clock_result {
	enum clock_state state;
	int64_t elapsed_s, target_s;
	instant due_at; /* INSTANT_NONE unless running */
	bool breached;
	instant breached_at;            /* INSTANT_NONE unless breached */
	instant started_at, stopped_at; /* stopped_at: of the stop in force, else INSTANT_NONE */
	int64_t remaining_s;            /* target - elapsed, may be negative */
	int retarget_count;
	int pause_count; /* how many pauses took effect; at most `pauses_most` were written */
};

/* Events in the order recorded; they are applied by `at`, equal ones in that order (a stable sort of its own, input
 * untouched). Events before the first start and after a cancel are in the wrong state and do nothing, as does a second
 * start. A retarget of a paused or stopped clock leaves its state and judges it by the new target.
 * `now` must not precede the last event. `pauses` may be NULL. Time after CALENDAR_LAST_YEAR counts nothing.
 * False: no start, or now too early, or a target not > 0; the reason in `why_r` (may be NULL). */
bool clock_evaluate(const struct clock_event *events, int count, const struct calendar *calendar, int64_t target_s,
	instant now, struct clock_pause *pauses, int pauses_most, struct clock_result *result_r, const char **why_r);

#endif
