/* From a subject's timeline to its clocks: the table of sla.md ("What starts and stops which clock") as code. No I/O.
 * Owns: nothing; results live in the given arena.
 * Refuses: to look at anything but the events: targets and calendar versions stand in their data. */
#ifndef VAKHTA_SLA_DERIVE_H
#define VAKHTA_SLA_DERIVE_H

#include "base/arena.h"
#include "sla/clock.h"

#include <stdint.h>

enum sla_metric {
	METRIC_RESPONSE,
	METRIC_RESOLUTION,
	METRIC_OLA,
	METRIC_ACKNOWLEDGE,
	METRIC_WORKAROUND,
	METRIC_UPDATE,
	METRIC_COUNT
};
/* As in the database and the API: "response" … */
extern const char *const sla_metric_name[METRIC_COUNT];
/* METRIC_COUNT when it is none. */
enum sla_metric sla_metric_parse(const char *name);

/* Events that matter to clocks; the others need not be given. */
enum subject_event_type {
	SUBJECT_OTHER,
	/* of tickets */
	SUBJECT_OPENED,
	SUBJECT_INTRODUCED,
	SUBJECT_ANSWERED, /* a public reply by owner, lead or staff */
	SUBJECT_WAITING_REPORTER,
	SUBJECT_WAITING_SUPPLIER,
	SUBJECT_RESUMED,
	SUBJECT_RESOLVED,
	SUBJECT_REOPENED,
	SUBJECT_CANCELLED,
	SUBJECT_TEAM_CHANGED,
	/* of cases */
	SUBJECT_SENT,
	SUBJECT_ACKNOWLEDGED,
	SUBJECT_RESPONDED,
	SUBJECT_INFO_REQUESTED,
	SUBJECT_INFO_PROVIDED,
	SUBJECT_UPDATE,
	SUBJECT_WORKAROUND_DELIVERED,
	SUBJECT_WORKAROUND_REJECTED,
	SUBJECT_FIX_DECLARED,
	SUBJECT_FIX_REJECTED,
	SUBJECT_WITHDRAWN,
	/* of both: new targets or calendar */
	SUBJECT_RETARGETED,
	/* an earlier event did not happen, or at another instant */
	SUBJECT_CORRECTED,
};

struct subject_target {
	enum sla_metric metric;
	int64_t target_s;
	int64_t calendar_version;
	bool pause_supplier; /* resolution of tickets: also pauses while waiting for a supplier */
};

struct subject_event {
	int seq;
	instant at; /* occurred_at */
	enum subject_event_type type;
	int64_t team_id;                      /* opened, team changed; 0: none */
	const struct subject_target *targets; /* opened, sent, retargeted; an ola target here belongs to team_id */
	int target_count;
	int corrects;         /* corrected: seq of the event that was wrong */
	instant corrected_at; /* corrected: when it really happened; INSTANT_NONE: it did not happen */
	bool is_void;         /* set by the derivation on its own copy */
};

struct derived_clock {
	enum sla_metric metric;
	int ordinal;
	int64_t team_id;          /* ola */
	int64_t calendar_version; /* in force at the end */
	struct clock_event *events;
	int event_count;
	const struct calendar *calendar; /* at the start */
	int64_t target_s;                /* at the start */
	struct clock_result result;
	struct clock_pause *pauses; /* result.pause_count of them; source_from/to are seqs of events */
};

struct derived {
	struct derived_clock *clocks;
	int count;
};

/* Gives the built calendar of a version, or NULL (then the derivation fails). */
typedef const struct calendar *(*calendar_lookup)(void *user, int64_t calendar_version);

/* Events in the order recorded; they are applied by `at`, equal ones in that order. A corrected event counts at the instant of its last
 * correction, or not at all; the first start cannot be corrected. `now` is raised to the last event's instant.
 * NULL with `why_r`: a calendar is missing or the timeline has no start. */
struct derived *subject_derive(struct arena *arena, const struct subject_event *events, int count, instant now,
	calendar_lookup lookup, void *user, const char **why_r);

/* Who is waited for in a pause that began with this event: "us", "supplier" or "reporter"; and the reason recorded with it. */
const char *subject_pause_waits_for(enum subject_event_type type);
const char *subject_pause_reason(enum subject_event_type type);

#define NOTICE_NONE 0
#define NOTICE_STEPS_MAX 210
/* Shares of the target, in percent, at which something is said; ascending, each once. 100 is the breach. */
struct notice_steps {
	int count;
	int pct[NOTICE_STEPS_MAX];
};
/* 50, 75, 90 and 100, which every clock has. */
void notice_steps_begin(struct notice_steps *steps_r);
/* 1 to 200, as in the terms of a contract; known ones are left out. */
void notice_steps_add(struct notice_steps *steps, int pct);
/* The highest step that the clock has reached by the evaluation (after a retarget fewer may be), and when the next one after `given_pct`
 * is reached if nothing else happens. */
int clock_notice_reached(const struct clock_result *result, const struct notice_steps *steps);
instant clock_notice_next(
	const struct clock_result *result, const struct calendar *calendar, const struct notice_steps *steps, int given_pct, instant now);

#endif
