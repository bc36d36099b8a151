/* Clocks from events: two streams in the order of their subjects, events and stored clocks, are merged; each subject's clocks are
 * derived anew and compared field by field.
 * Owns: the memory of one subject at a time. Refuses: to look at policies or contracts. */
#include "audit/audit.h"

#include "db/query.h"
#include "sla/subject.h"
#include "sla/subject_events.h"

#include <string.h>

struct stored_clock {
	enum sla_metric metric;
	int ordinal;
	int64_t calendar_version, target_s, elapsed_s, paused_s, retargets;
	char state[16];
	instant started, stopped, due, breached, evaluated;
};

/* The stored clocks are read whole (some 200 bytes each), the events row by row. */
struct replay {
	struct ctx *ctx, *clocks_ctx;
	struct arena *arena; /* of the subject at hand */
	FILE *out;
	struct audit_result *result;
	struct rows *clock_rows;
	int clock_at; /* the first row of the subjects still to come */
	int64_t subject;
	struct subject_event *events;
	int event_count, event_room;
};

static instant epoch(const struct rows *rows, int row, int column)
{
	return rows_null(rows, row, column) ? INSTANT_NONE : rows_int(rows, row, column);
}

static void stored_read(const struct rows *rows, int row, struct stored_clock *clock)
{
	*clock = (struct stored_clock){
		.metric = sla_metric_parse(rows_text(rows, row, 1)),
		.ordinal = (int)rows_int(rows, row, 2),
		.calendar_version = rows_int(rows, row, 3),
		.target_s = rows_int(rows, row, 4),
		.started = epoch(rows, row, 6),
		.stopped = epoch(rows, row, 7),
		.elapsed_s = rows_int(rows, row, 8),
		.due = epoch(rows, row, 9),
		.breached = epoch(rows, row, 10),
		.paused_s = rows_int(rows, row, 11),
		.retargets = rows_int(rows, row, 12),
		.evaluated = epoch(rows, row, 13),
	};
	snprintf(clock->state, sizeof(clock->state), "%s", rows_text(rows, row, 5));
}

static void differs(struct replay *replay, const char *name, const struct stored_clock *clock, const char *field, int64_t stored, int64_t computed)
{
	replay->result->findings++;
	fprintf(replay->out, "%s: %s %d: %s is %lld, the events give %lld\n", name, sla_metric_name[clock->metric], clock->ordinal, field,
		(long long)stored, (long long)computed);
}

static int64_t pauses_s(const struct derived_clock *clock)
{
	int64_t total = 0;
	for (int i = 0; i < clock->result.pause_count; i++)
		total += clock->pauses[i].worked_s;
	return total;
}

static void compare(struct replay *replay, const char *name, const struct stored_clock *stored, const struct derived_clock *clock)
{
	static const char *const states[] = { "running", "paused", "stopped", "cancelled" };
	const struct clock_result *result = &clock->result;
	const struct {
		const char *field;
		int64_t stored, computed;
	} pairs[] = {
		{ "state", strcmp(stored->state, states[result->state]) == 0, 1 },
		{ "target_s", stored->target_s, result->target_s },
		{ "calendar version", stored->calendar_version, clock->calendar_version },
		{ "started_at", stored->started, result->started_at },
		{ "stopped_at", stored->stopped, result->state == CLOCK_STOPPED ? result->stopped_at : INSTANT_NONE },
		{ "elapsed_s", stored->elapsed_s, result->elapsed_s },
		{ "due_at", stored->due, result->due_at },
		{ "breached_at", stored->breached, result->breached_at },
		{ "paused_s", stored->paused_s, pauses_s(clock) },
		{ "retarget_count", stored->retargets, result->retarget_count },
	};
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++)
		if (pairs[i].stored != pairs[i].computed)
			differs(replay, name, stored, pairs[i].field, pairs[i].stored, pairs[i].computed);
	replay->result->items++;
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

/* The subject whose events are collected, against the clock rows that stand at clock_at. */
static bool subject_end(struct replay *replay)
{
	struct rows *rows = replay->clock_rows;
	const char *why = NULL;
	instant now = INSTANT_NONE;
	int first, end;
	if (replay->subject == 0)
		return true;
	while (replay->clock_at < rows_count(rows) && rows_int(rows, replay->clock_at, 0) < replay->subject) {
		replay->result->findings++;
		fprintf(replay->out, "%s: has clocks but no events that start one\n", rows_text(rows, replay->clock_at++, 14));
	}
	first = end = replay->clock_at;
	for (; end < rows_count(rows) && rows_int(rows, end, 0) == replay->subject; end++)
		if (epoch(rows, end, 13) > now)
			now = epoch(rows, end, 13);
	replay->clock_at = end;
	replay->result->subjects++;
	/* The clocks are evaluated at the instant of their last evaluation: a clock that runs has counted up to there. */
	struct derived *derived = subject_derive(
		replay->arena, replay->events, replay->event_count, now == INSTANT_NONE ? replay->ctx->now : now, lookup, replay->clocks_ctx, &why);
	if (!derived)
		return fail_internal(replay->ctx, ERROR_INTERNAL, "subject %lld: %s", (long long)replay->subject,
			replay->clocks_ctx->error.log_detail ? replay->clocks_ctx->error.log_detail : why);
	if (end - first != derived->count) {
		replay->result->findings++;
		fprintf(replay->out, "subject %lld: has %d clocks, the events give %d\n", (long long)replay->subject, end - first, derived->count);
	}
	for (int i = first; i < end; i++) {
		struct stored_clock stored;
		stored_read(rows, i, &stored);
		const struct derived_clock *clock = derived_find(derived, &stored);
		if (clock)
			compare(replay, rows_text(rows, i, 14), &stored, clock);
	}
	return true;
}

static bool event_row(struct ctx *ctx, const struct rows *rows, void *user)
{
	struct replay *replay = user;
	int64_t subject = rows_int(rows, 0, 0);
	(void)ctx;
	if (subject != replay->subject) {
		if (!subject_end(replay))
			return false;
		arena_reset(replay->arena);
		replay->subject = subject;
		replay->event_count = replay->event_room = 0;
	}
	if (replay->event_count == replay->event_room) {
		int room = replay->event_room == 0 ? 16 : 2 * replay->event_room;
		struct subject_event *larger = arena_array(replay->arena, (size_t)room, sizeof(*larger));
		if (replay->event_count > 0)
			memcpy(larger, replay->events, (size_t)replay->event_count * sizeof(*larger));
		replay->events = larger;
		replay->event_room = room;
	}
	/* Targets are kept in the subject's own arena, not in that of the stream. */
	struct ctx parse = { .arena = replay->arena };
	if (!subject_event_read(&parse, (int)rows_int(rows, 0, 1), rows_text(rows, 0, 2), rows_int(rows, 0, 3), rows_int(rows, 0, 4),
			rows_text(rows, 0, 5), rows_text(rows, 0, 6), rows_text(rows, 0, 7), &replay->events[replay->event_count]))
		return fail_internal(replay->ctx, ERROR_INTERNAL, "subject %lld: %s", (long long)subject, parse.error.log_detail);
	replay->event_count++;
	return true;
}

static bool replay_kind(struct ctx *ctx, struct ctx *clocks, enum query events, enum query rows, int64_t subject, FILE *out,
	struct audit_result *result)
{
	struct query_args args = query_args(ctx), clock_args = query_args(clocks);
	struct replay replay = { .ctx = ctx, .clocks_ctx = clocks, .out = out, .result = result };
	bool good;
	arg_int_or_null(&args, subject, subject == 0);
	arg_int_or_null(&clock_args, subject, subject == 0);
	replay.clock_rows = query_run(clocks, rows, &clock_args);
	if (!replay.clock_rows)
		return false;
	replay.arena = arena_create(64 * 1024);
	good = query_each(ctx, events, &args, event_row, &replay) && subject_end(&replay);
	arena_destroy(replay.arena);
	for (; good && replay.clock_at < rows_count(replay.clock_rows); replay.clock_at++) {
		result->findings++;
		fprintf(out, "%s: has clocks but no events that start one\n", rows_text(replay.clock_rows, replay.clock_at, 14));
	}
	return good;
}

bool audit_replay(struct ctx *ctx, struct ctx *clocks, int64_t ticket_id, int64_t case_id, FILE *out, struct audit_result *result_r)
{
	*result_r = (struct audit_result){ 0 };
	return (case_id != 0
				   || replay_kind(ctx, clocks, QUERY_AUDIT_REPLAY_TICKET_EVENTS, QUERY_AUDIT_REPLAY_TICKET_CLOCKS, ticket_id, out, result_r))
		&& (ticket_id != 0
			|| replay_kind(ctx, clocks, QUERY_AUDIT_REPLAY_CASE_EVENTS, QUERY_AUDIT_REPLAY_CASE_CLOCKS, case_id, out, result_r));
}
