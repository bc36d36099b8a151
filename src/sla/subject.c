/* Reads a subject's events, derives its clocks and writes the rows that differ.
 * Owns: table clock and clock_pause, through clock_store. Refuses: arithmetic (derive.c, clock.c). */
#include "sla/subject.h"

#include "db/query.h"
#include "sla/derive.h"
#include "sla/subject.sql.h"
#include "sla/subject_events.h"

_Atomic instant clocks_watch_next = WATCH_NONE;
void (*clocks_wake_watch)(void);

struct calendar_user {
	struct ctx *ctx;
};

static const struct calendar *lookup(void *user, int64_t version)
{
	return calendar_of_version(((struct calendar_user *)user)->ctx, version);
}

/* Which subject is worked on. */
struct subject {
	int64_t ticket, supplier_case; /* one of them is 0 */
	bool give_notices;
};

static const char *const state_name[] = { "running", "paused", "stopped", "cancelled" };

static int notice_given(const struct rows *rows, const struct derived_clock *clock)
{
	for (int i = 0; i < rows_count(rows); i++)
		if (rows_int(rows, i, 2) == clock->ordinal && sla_metric_parse(rows_text(rows, i, 1)) == clock->metric)
			return (int)rows_int(rows, i, 3);
	return NOTICE_NONE;
}

/* A retarget can take notices back, so never more than what is reached; the watch goes up to it. */
static int notice_kept(int given, int reached, bool give_notices)
{
	return give_notices || given > reached ? reached : given;
}

static bool give_notice(struct ctx *ctx, const struct subject *subject, const struct derived_clock *clock, int given, int pct)
{
	struct query_args args = query_args(ctx);

	arg_int_or_null(&args, subject->ticket, subject->ticket == 0);
	arg_int_or_null(&args, subject->supplier_case, subject->supplier_case == 0);
	arg_text(&args, sla_metric_name[clock->metric]);
	arg_int(&args, clock->ordinal);
	arg_int(&args, given);
	arg_int(&args, pct);
	arg_instant(&args, clock->result.breached_at);
	arg_instant(&args, clock->result.due_at);
	arg_instant(&args, ctx->now);
	return query_one(ctx, QUERY_CLOCK_NOTICE, &args) != NULL;
}

/* The breach is said by itself, whatever was reached after it. */
static bool give_notices(struct ctx *ctx, const struct subject *subject, const struct derived_clock *clock, int given, int pct)
{
	if (given < 100 && pct > 100) {
		if (!give_notice(ctx, subject, clock, given, 100))
			return false;
		given = 100;
	}
	return pct <= given || give_notice(ctx, subject, clock, given, pct);
}

struct store_arrays {
	const char **metric, **state;
	int64_t *ordinal, *team, *calendar, *target, *elapsed, *paused, *retargets, *notice_pct;
	instant *started, *stopped, *due, *breached, *notice_at;
	int64_t *p_clock, *p_worked, *p_from_seq, *p_to_seq;
	instant *p_from, *p_to;
	const char **p_reason, **p_waits_for;
	int pauses;
};

static void arrays_allocate(struct arena *arena, struct store_arrays *a, size_t clocks, size_t pauses)
{
	a->metric = arena_array(arena, clocks, sizeof(char *));
	a->state = arena_array(arena, clocks, sizeof(char *));
	int64_t **numbers[] = { &a->ordinal, &a->team, &a->calendar, &a->target, &a->elapsed, &a->paused, &a->retargets,
		&a->notice_pct };
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		*numbers[i] = arena_array(arena, clocks, sizeof(int64_t));
	instant **instants[] = { &a->started, &a->stopped, &a->due, &a->breached, &a->notice_at };
	for (size_t i = 0; i < sizeof(instants) / sizeof(*instants); i++)
		*instants[i] = arena_array(arena, clocks, sizeof(instant));
	int64_t **pause_numbers[] = { &a->p_clock, &a->p_worked, &a->p_from_seq, &a->p_to_seq };
	for (size_t i = 0; i < sizeof(pause_numbers) / sizeof(*pause_numbers); i++)
		*pause_numbers[i] = arena_array(arena, pauses, sizeof(int64_t));
	a->p_from = arena_array(arena, pauses, sizeof(instant));
	a->p_to = arena_array(arena, pauses, sizeof(instant));
	a->p_reason = arena_array(arena, pauses, sizeof(char *));
	a->p_waits_for = arena_array(arena, pauses, sizeof(char *));
}

static enum subject_event_type type_of_seq(const struct subject_event *events, int count, int64_t seq)
{
	for (int i = 0; i < count; i++)
		if (events[i].seq == seq)
			return events[i].type;
	return SUBJECT_OTHER;
}

static void add_pauses(
	struct store_arrays *a, int index, const struct derived_clock *clock, const struct subject_event *events, int count)
{
	for (int i = 0; i < clock->result.pause_count; i++) {
		const struct clock_pause *pause = &clock->pauses[i];
		enum subject_event_type type = type_of_seq(events, count, pause->source_from);
		int n = a->pauses++;

		a->p_clock[n] = index + 1;
		a->p_from[n] = pause->from;
		a->p_to[n] = pause->to;
		a->p_worked[n] = pause->worked_s;
		a->p_from_seq[n] = pause->source_from;
		a->p_to_seq[n] = pause->to == INSTANT_NONE ? 0 : pause->source_to;
		a->p_reason[n] = subject_pause_reason(type);
		a->p_waits_for[n] = subject_pause_waits_for(type);
	}
}

static int64_t paused_total_s(const struct derived_clock *clock)
{
	int64_t total = 0;

	for (int i = 0; i < clock->result.pause_count; i++)
		total += clock->pauses[i].worked_s;
	return total;
}

/* NULL elements stand for "none": teams and event numbers are never 0. */
static void arg_ints_or_null(struct query_args *args, const int64_t *values, int count)
{
	const char **texts = arena_array(args->ctx->arena, (size_t)count + 1, sizeof(char *));

	for (int i = 0; i < count; i++)
		texts[i] = values[i] == 0 ? NULL : arena_printf(args->ctx->arena, "%lld", (long long)values[i]);
	arg_texts(args, texts, count);
}

static bool store(struct ctx *ctx, const struct subject *subject, const struct derived *derived,
	const struct store_arrays *a, instant at)
{
	struct query_args args = query_args(ctx);

	arg_int_or_null(&args, subject->ticket, subject->ticket == 0);
	arg_int_or_null(&args, subject->supplier_case, subject->supplier_case == 0);
	arg_instant(&args, at);
	arg_texts(&args, a->metric, derived->count);
	arg_ints(&args, a->ordinal, derived->count);
	arg_ints_or_null(&args, a->team, derived->count);
	arg_ints(&args, a->calendar, derived->count);
	arg_ints(&args, a->target, derived->count);
	arg_texts(&args, a->state, derived->count);
	arg_instants(&args, a->started, derived->count);
	arg_instants(&args, a->stopped, derived->count);
	arg_ints(&args, a->elapsed, derived->count);
	arg_instants(&args, a->due, derived->count);
	arg_instants(&args, a->breached, derived->count);
	arg_ints(&args, a->paused, derived->count);
	arg_ints(&args, a->retargets, derived->count);
	arg_ints(&args, a->notice_pct, derived->count);
	arg_instants(&args, a->notice_at, derived->count);
	arg_ints(&args, a->p_clock, a->pauses);
	arg_instants(&args, a->p_from, a->pauses);
	arg_instants(&args, a->p_to, a->pauses);
	arg_ints(&args, a->p_worked, a->pauses);
	arg_texts(&args, a->p_reason, a->pauses);
	arg_texts(&args, a->p_waits_for, a->pauses);
	arg_ints(&args, a->p_from_seq, a->pauses);
	arg_ints_or_null(&args, a->p_to_seq, a->pauses);
	return query_later(ctx, QUERY_CLOCK_STORE, &args);
}

/* Only a notice before the watch's own plan is worth waking it. */
static void plan_wake(struct ctx *ctx, const struct store_arrays *a, int count)
{
	instant planned = clocks_watch_next;
	for (int i = 0; i < count && planned != WATCH_NONE; i++)
		if (a->notice_at[i] != INSTANT_NONE && a->notice_at[i] < planned)
			ctx->after_commit = clocks_wake_watch;
}

static bool write_rows(struct ctx *ctx, const struct subject *subject, const struct derived *derived,
	const struct rows *old, const struct notice_steps *steps, const struct subject_event *events, int count, instant at)
{
	struct store_arrays a = { 0 };
	size_t pauses = 0;

	for (int i = 0; i < derived->count; i++)
		pauses += (size_t)derived->clocks[i].result.pause_count;
	arrays_allocate(ctx->arena, &a, (size_t)derived->count + 1, pauses + 1);
	for (int i = 0; i < derived->count; i++) {
		const struct derived_clock *clock = &derived->clocks[i];
		const struct clock_result *result = &clock->result;
		const struct calendar *calendar = calendar_of_version(ctx, clock->calendar_version);
		int given = notice_given(old, clock);
		int kept = notice_kept(given, clock_notice_reached(result, steps), subject->give_notices);

		if (calendar == NULL || !give_notices(ctx, subject, clock, given, kept))
			return false;
		a.metric[i] = sla_metric_name[clock->metric];
		a.state[i] = state_name[result->state];
		a.ordinal[i] = clock->ordinal;
		a.team[i] = clock->team_id;
		a.calendar[i] = clock->calendar_version;
		a.target[i] = result->target_s;
		a.elapsed[i] = result->elapsed_s;
		a.paused[i] = paused_total_s(clock);
		a.retargets[i] = result->retarget_count;
		a.notice_pct[i] = kept;
		a.started[i] = result->started_at;
		a.stopped[i] = result->state == CLOCK_STOPPED ? result->stopped_at : INSTANT_NONE;
		a.due[i] = result->due_at;
		a.breached[i] = result->breached_at;
		a.notice_at[i] = clock_notice_next(result, calendar, steps, kept, at);
		add_pauses(&a, i, clock, events, count);
	}
	plan_wake(ctx, &a, derived->count);
	return store(ctx, subject, derived, &a, at);
}

/* `step_rows`: of the case's contract; not read for tickets. */
static bool apply(struct ctx *ctx, const struct subject *subject, const struct rows *event_rows, const struct rows *clock_rows,
	const struct rows *step_rows)
{
	bool is_ticket = subject->ticket != 0;
	int64_t id = is_ticket ? subject->ticket : subject->supplier_case;
	struct notice_steps notices;
	struct calendar_user user = { ctx };
	struct subject_event *events;
	struct derived *derived;
	const char *why = NULL;
	instant at = ctx->now;
	int count;

	if (!subject_events_read(ctx, event_rows, &events, &count))
		return false;
	for (int i = 0; i < count; i++)
		if (events[i].at > at)
			at = events[i].at; /* another node's clock may be ahead of ours */
	derived = subject_derive(ctx->arena, events, count, at, lookup, &user, &why);
	if (derived == NULL)
		return ctx->error.kind == ERROR_NONE &&
			fail_internal(
				ctx, ERROR_INTERNAL, "clocks of %s %lld: %s", is_ticket ? "ticket" : "case", (long long)id, why);
	if (derived->count == 0 && rows_count(clock_rows) == 0)
		return true;
	notice_steps_begin(&notices);
	for (int i = 0; !is_ticket && i < rows_count(step_rows); i++)
		notice_steps_add(&notices, (int)rows_int(step_rows, i, 0));
	return write_rows(ctx, subject, derived, clock_rows, &notices, events, count, at);
}

static bool refresh(struct ctx *ctx, const struct subject *subject)
{
	bool is_ticket = subject->ticket != 0;
	struct query_args args = query_args(ctx);
	struct query_step steps[] = {
		{ is_ticket ? QUERY_CLOCK_TICKET_EVENTS : QUERY_CLOCK_CASE_EVENTS, &args, NULL },
		{ is_ticket ? QUERY_CLOCK_TICKET_ROWS : QUERY_CLOCK_CASE_ROWS, &args, NULL },
		{ QUERY_CLOCK_CASE_STEPS, &args, NULL },
	};
	arg_int(&args, is_ticket ? subject->ticket : subject->supplier_case);
	return query_pipeline(ctx, steps, is_ticket ? 2 : 3) && apply(ctx, subject, steps[0].rows, steps[1].rows, steps[2].rows);
}

struct rows *clocks_refresh_case_after(struct ctx *ctx, int64_t case_id, const struct query *operation, const struct query_args *args)
{
	struct query_args subject = query_args(ctx);
	struct query_step steps[] = {
		{ operation, args, NULL },
		{ QUERY_CLOCK_CASE_EVENTS, &subject, NULL },
		{ QUERY_CLOCK_CASE_ROWS, &subject, NULL },
		{ QUERY_CLOCK_CASE_STEPS, &subject, NULL },
	};
	arg_int(&subject, case_id);
	if (!query_pipeline(ctx, steps, 4))
		return NULL;
	INVARIANT(rows_count(steps[0].rows) == 1);
	return apply(ctx, &(struct subject){ .supplier_case = case_id }, steps[1].rows, steps[2].rows, steps[3].rows) ? steps[0].rows : NULL;
}

bool clocks_refresh_ticket(struct ctx *ctx, int64_t ticket_id)
{
	return refresh(ctx, &(struct subject){ .ticket = ticket_id });
}

bool clocks_refresh_case(struct ctx *ctx, int64_t case_id)
{
	return refresh(ctx, &(struct subject){ .supplier_case = case_id });
}

bool clocks_notice_ticket(struct ctx *ctx, int64_t ticket_id)
{
	return refresh(ctx, &(struct subject){ .ticket = ticket_id, .give_notices = true });
}

bool clocks_notice_case(struct ctx *ctx, int64_t case_id)
{
	return refresh(ctx, &(struct subject){ .supplier_case = case_id, .give_notices = true });
}
