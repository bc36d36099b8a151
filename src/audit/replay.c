/* Clocks from events: one stream brings each subject's events and then its stored clocks; the clocks are derived anew and compared field by
 * field. Owns: the memory of one subject at a time. Refuses: to look at policies or contracts. */
#include "audit/audit.h"

#include "audit/audit.sql.h"
#include "db/query.h"
#include "sla/subject.h"
#include "sla/subject_events.h"

#include <stdio.h>
#include <string.h>

enum column {
	SUBJECT,
	IS_CLOCK,
	NUMBER, /* seq or ordinal */
	NAME,   /* type or metric */
	AT,     /* occurred or started */
	TEAM,
	TARGETS,
	OLA,
	WAITS_FOR,
	CALENDAR,
	TARGET,
	STATE,
	STOPPED,
	ELAPSED,
	DUE,
	BREACHED,
	PAUSED,
	RETARGETS,
	EVALUATED
};

struct stored_clock {
	enum sla_metric metric;
	int ordinal;
	int64_t calendar_version, target_s, elapsed_s, paused_s, retargets;
	char state[16];
	instant started, stopped, due, breached, evaluated;
};

struct replay {
	struct ctx *ctx, *calendars;
	struct audit_check *check;
	bool is_case;
	struct arena *arena; /* of the subject at hand */
	int64_t subject;     /* 0: none yet */
	char number[32];     /* empty: not asked for yet */
	struct subject_event *events;
	struct stored_clock *clocks;
	int event_count, event_room, clock_count, clock_room;
};

static instant epoch(const struct rows *rows, int column)
{
	return rows_null(rows, 0, column) ? INSTANT_NONE : rows_int(rows, 0, column);
}

static void stored_read(const struct rows *rows, struct stored_clock *clock)
{
	*clock = (struct stored_clock){
		.metric = sla_metric_parse(rows_text(rows, 0, NAME)),
		.ordinal = (int)rows_int(rows, 0, NUMBER),
		.calendar_version = rows_int(rows, 0, CALENDAR),
		.target_s = rows_int(rows, 0, TARGET),
		.started = epoch(rows, AT),
		.stopped = epoch(rows, STOPPED),
		.elapsed_s = rows_int(rows, 0, ELAPSED),
		.due = epoch(rows, DUE),
		.breached = epoch(rows, BREACHED),
		.paused_s = rows_int(rows, 0, PAUSED),
		.retargets = rows_int(rows, 0, RETARGETS),
		.evaluated = epoch(rows, EVALUATED),
	};
	snprintf(clock->state, sizeof(clock->state), "%s", rows_text(rows, 0, STATE));
}

/* The number is asked for only when there is something to say. */
static void found(struct replay *replay, const char *what)
{
	if (!replay->number[0]) {
		struct query_args args = query_args(replay->calendars);
		arg_int(&args, replay->subject);
		arg_bool(&args, replay->is_case);
		struct rows *rows = query_one(replay->calendars, QUERY_AUDIT_NUMBER, &args);
		snprintf(replay->number, sizeof(replay->number), "%s", rows && !rows_null(rows, 0, 0) ? rows_text(rows, 0, 0) : "a subject that is gone");
	}
	audit_found(replay->check, replay->number, 0, "%s", what);
}

static int64_t pauses_s(const struct derived_clock *clock)
{
	int64_t total = 0;
	for (int i = 0; i < clock->result.pause_count; i++)
		total += clock->pauses[i].worked_s;
	return total;
}

static const char *value_text(char *buffer, size_t bytes, bool is_instant, int64_t value)
{
	if (is_instant && value == INSTANT_NONE)
		return "none";
	if (is_instant)
		instant_format(value, buffer);
	else
		snprintf(buffer, bytes, "%lld", (long long)value);
	return buffer;
}

static void compare(struct replay *replay, const struct stored_clock *stored, const struct derived_clock *clock)
{
	static const char *const states[] = { "running", "paused", "stopped", "cancelled" };
	const struct clock_result *result = &clock->result;
	const struct {
		const char *field;
		bool is_instant;
		int64_t stored, computed;
	} pairs[] = {
		{ "target_s", false, stored->target_s, result->target_s },
		{ "calendar version", false, stored->calendar_version, clock->calendar_version },
		{ "started_at", true, stored->started, result->started_at },
		{ "stopped_at", true, stored->stopped, result->state == CLOCK_STOPPED ? result->stopped_at : INSTANT_NONE },
		{ "elapsed_s", false, stored->elapsed_s, result->elapsed_s },
		{ "due_at", true, stored->due, result->due_at },
		{ "breached_at", true, stored->breached, result->breached_at },
		{ "paused_s", false, stored->paused_s, pauses_s(clock) },
		{ "retarget_count", false, stored->retargets, result->retarget_count },
	};
	char what[200], one[INSTANT_TEXT_BYTES], two[INSTANT_TEXT_BYTES];
	if (strcmp(stored->state, states[result->state]) != 0) {
		snprintf(what, sizeof(what), "%s %d: state is %s, the events give %s", sla_metric_name[stored->metric], stored->ordinal, stored->state,
			states[result->state]);
		found(replay, what);
	}
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		if (pairs[i].stored == pairs[i].computed)
			continue;
		snprintf(what, sizeof(what), "%s %d: %s is %s, the events give %s", sla_metric_name[stored->metric], stored->ordinal, pairs[i].field,
			value_text(one, sizeof(one), pairs[i].is_instant, pairs[i].stored), value_text(two, sizeof(two), pairs[i].is_instant, pairs[i].computed));
		found(replay, what);
	}
	replay->check->items++;
}

static const struct calendar *lookup(void *user, int64_t version)
{
	return calendar_of_version(user, version);
}

static const struct derived_clock *derived_find(const struct derived *derived, const struct stored_clock *stored)
{
	for (int i = 0; i < derived->count; i++)
		if (derived->clocks[i].metric == stored->metric && derived->clocks[i].ordinal == stored->ordinal)
			return &derived->clocks[i];
	return NULL;
}

static bool subject_compare(struct replay *replay, const struct derived *derived)
{
	char what[200];
	for (int i = 0; i < replay->clock_count; i++) {
		const struct stored_clock *stored = &replay->clocks[i];
		const struct derived_clock *clock = derived_find(derived, stored);
		if (clock) {
			compare(replay, stored, clock);
			continue;
		}
		snprintf(what, sizeof(what), "%s %d: is stored, the events give none", sla_metric_name[stored->metric], stored->ordinal);
		found(replay, what);
	}
	if (replay->clock_count < derived->count) {
		snprintf(what, sizeof(what), "has %d clocks, the events give %d", replay->clock_count, derived->count);
		found(replay, what);
	}
	return true;
}

/* The clocks are evaluated at the instant of their last evaluation: a clock that runs has counted up to there. */
static bool subject_end(struct replay *replay)
{
	struct audit_check *check = replay->check;
	const char *why = NULL;
	instant now = INSTANT_NONE;
	if (replay->subject == 0)
		return true;
	for (int i = 0; i < replay->clock_count; i++)
		if (replay->clocks[i].evaluated > now)
			now = replay->clocks[i].evaluated;
	check->subjects++;
	if (replay->event_count == 0) {
		found(replay, "has clocks but no events that start one");
	} else {
		struct derived *derived = subject_derive(replay->arena, replay->events, replay->event_count,
			now == INSTANT_NONE ? replay->ctx->now : now, lookup, replay->calendars, &why);
		if (!derived)
			return fail_internal(replay->ctx, ERROR_INTERNAL, "subject %lld: %s", (long long)replay->subject,
				replay->calendars->error.log_detail ? replay->calendars->error.log_detail : why);
		subject_compare(replay, derived);
	}
	return check->subjects % AUDIT_STEP_SUBJECTS != 0 || !check->step || check->step(check, replay->calendars) ||
		fail_internal(replay->ctx, ERROR_INTERNAL, "%s", replay->calendars->error.log_detail ? replay->calendars->error.log_detail : "stopped");
}

/* Room for one more, in the subject's arena. */
static void *grow(struct arena *arena, void *items, size_t size, int count, int *room)
{
	if (count < *room)
		return items;
	*room = *room == 0 ? 16 : 2 * *room;
	void *larger = arena_array(arena, (size_t)*room, size);
	if (count > 0)
		memcpy(larger, items, (size_t)count * size);
	return larger;
}

static bool event_read(struct replay *replay, const struct rows *rows)
{
	/* Targets are kept in the subject's own arena, not in that of the stream. */
	struct ctx parse = { .arena = replay->arena };
	replay->events = grow(replay->arena, replay->events, sizeof(*replay->events), replay->event_count, &replay->event_room);
	if (!subject_event_read(&parse, (int)rows_int(rows, 0, NUMBER), rows_text(rows, 0, NAME), rows_int(rows, 0, AT), rows_int(rows, 0, TEAM),
			rows_text(rows, 0, TARGETS), rows_text(rows, 0, OLA), rows_text(rows, 0, WAITS_FOR), &replay->events[replay->event_count]))
		return fail_internal(replay->ctx, ERROR_INTERNAL, "subject %lld: %s", (long long)replay->subject, parse.error.log_detail);
	replay->event_count++;
	return true;
}

static bool stream_row(struct ctx *ctx, const struct rows *rows, void *user)
{
	struct replay *replay = user;
	(void)ctx;
	if (rows_int(rows, 0, SUBJECT) != replay->subject) {
		if (!subject_end(replay))
			return false;
		arena_reset(replay->arena);
		replay->subject = rows_int(rows, 0, SUBJECT);
		replay->number[0] = '\0';
		replay->event_count = replay->event_room = replay->clock_count = replay->clock_room = 0;
	}
	if (!rows_bool(rows, 0, IS_CLOCK))
		return event_read(replay, rows);
	replay->clocks = grow(replay->arena, replay->clocks, sizeof(*replay->clocks), replay->clock_count, &replay->clock_room);
	stored_read(rows, &replay->clocks[replay->clock_count++]);
	return true;
}

static bool replay_kind(struct ctx *ctx, struct ctx *calendars, bool is_case, int64_t subject, struct audit_check *check)
{
	struct replay replay = { .ctx = ctx, .calendars = calendars, .check = check, .is_case = is_case, .arena = arena_create(64 * 1024) };
	bool good = audit_parts_each(ctx, is_case ? QUERY_AUDIT_PART_CASES : QUERY_AUDIT_PART_TICKETS,
					is_case ? QUERY_AUDIT_REPLAY_CASES : QUERY_AUDIT_REPLAY_TICKETS, subject, stream_row, &replay) &&
		subject_end(&replay);
	arena_destroy(replay.arena);
	return good;
}

bool audit_replay(struct ctx *ctx, struct ctx *calendars, int64_t ticket_id, int64_t case_id, struct audit_check *check)
{
	return tx_begin_snapshot(ctx) && (case_id != 0 || replay_kind(ctx, calendars, false, ticket_id, check)) &&
		(ticket_id != 0 || replay_kind(ctx, calendars, true, case_id, check)) && tx_commit(ctx);
}
