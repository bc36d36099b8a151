/* Walks a subject's events once, in the order in which they occurred, and gives each metric's clock the events that concern it.
 * Owns: the working state of one walk. Refuses: I/O, and any knowledge of policies beyond the targets in the events. */
#include "sla/derive.h"

#include "base/ctx.h"

#include <string.h>

const char *const sla_metric_name[METRIC_COUNT] = { "response", "resolution", "ola", "acknowledge", "workaround",
	"update" };

enum sla_metric sla_metric_parse(const char *name)
{
	for (int i = 0; i < METRIC_COUNT; i++)
		if (strcmp(name, sla_metric_name[i]) == 0)
			return (enum sla_metric)i;
	return METRIC_COUNT;
}

struct walk {
	struct arena *arena;
	struct derived *derived;
	int capacity;
	int event_most; /* no clock can get more events than this */
	calendar_lookup lookup;
	void *user;
	const char *why;
	struct derived_clock *current[METRIC_COUNT]; /* the clock of a metric that events go to now; NULL: none */
	bool stopped[METRIC_COUNT];
	enum subject_event_type waiting; /* the pause in force, SUBJECT_OTHER: none */
	bool pause_supplier;
	bool workaround_in_force, workaround_by_fix;
	struct subject_target update_target; /* of the next interval */
	bool has_update;
};

static const struct subject_target *target_of(const struct subject_event *event, enum sla_metric metric)
{
	for (int i = 0; i < event->target_count; i++)
		if (event->targets[i].metric == metric)
			return &event->targets[i];
	return NULL;
}

static void give(struct walk *walk, enum sla_metric metric, enum clock_do what, const struct subject_event *event)
{
	struct derived_clock *clock = walk->current[metric];

	if (clock == NULL)
		return;
	INVARIANT(clock->event_count < walk->event_most);
	clock->events[clock->event_count++] = (struct clock_event){ .at = event->at, .what = what, .source = event->seq };
	if (what == CLOCK_STOP)
		walk->stopped[metric] = true;
	else if (what == CLOCK_REOPEN)
		walk->stopped[metric] = false;
}

static void start(struct walk *walk, const struct subject_target *target, const struct subject_event *event)
{
	enum sla_metric metric = target->metric;
	struct derived_clock *clock;
	const struct calendar *calendar = walk->lookup(walk->user, target->calendar_version);
	int ordinal = 1;

	if (calendar == NULL) {
		walk->why = "a calendar version is missing";
		return;
	}
	for (int i = 0; i < walk->derived->count; i++)
		ordinal += walk->derived->clocks[i].metric == metric;
	INVARIANT(walk->derived->count < walk->capacity);
	clock = &walk->derived->clocks[walk->derived->count++];
	*clock = (struct derived_clock){
		.metric = metric,
		.ordinal = ordinal,
		.team_id = metric == METRIC_OLA ? event->team_id : 0,
		.calendar_version = target->calendar_version,
		.calendar = calendar,
		.target_s = target->target_s,
		.events = arena_array(walk->arena, (size_t)walk->event_most, sizeof(struct clock_event)),
	};
	walk->current[metric] = clock;
	walk->stopped[metric] = false;
	give(walk, metric, CLOCK_START, event);
}

static void retarget(struct walk *walk, const struct subject_event *event)
{
	for (int i = 0; i < event->target_count; i++) {
		const struct subject_target *target = &event->targets[i];
		struct derived_clock *clock = walk->current[target->metric];
		const struct calendar *calendar;

		if (target->metric == METRIC_RESOLUTION)
			walk->pause_supplier = target->pause_supplier;
		if (target->metric == METRIC_UPDATE)
			walk->update_target = *target;
		if (clock == NULL)
			continue;
		calendar = walk->lookup(walk->user, target->calendar_version);
		if (calendar == NULL) {
			walk->why = "a calendar version is missing";
			return;
		}
		give(walk, target->metric, CLOCK_RETARGET, event);
		clock->events[clock->event_count - 1].target_s = target->target_s;
		clock->events[clock->event_count - 1].calendar = calendar;
		clock->calendar_version = target->calendar_version;
	}
}

static void start_all(struct walk *walk, const struct subject_event *event)
{
	for (int i = 0; i < event->target_count && walk->why == NULL; i++) {
		const struct subject_target *target = &event->targets[i];

		if (walk->current[target->metric] != NULL)
			continue;
		if (target->metric == METRIC_RESOLUTION)
			walk->pause_supplier = target->pause_supplier;
		if (target->metric == METRIC_UPDATE) {
			walk->update_target = *target;
			walk->has_update = true;
		}
		start(walk, target, event);
	}
}

static void wait_for(struct walk *walk, const struct subject_event *event)
{
	bool resolution_waits = event->type == SUBJECT_WAITING_REPORTER || walk->pause_supplier;

	walk->waiting = event->type;
	give(walk, METRIC_RESOLUTION, resolution_waits ? CLOCK_PAUSE : CLOCK_RESUME, event);
	give(walk, METRIC_OLA, CLOCK_PAUSE, event);
}

static void resume(struct walk *walk, const struct subject_event *event)
{
	walk->waiting = SUBJECT_OTHER;
	give(walk, METRIC_RESOLUTION, CLOCK_RESUME, event);
	give(walk, METRIC_OLA, CLOCK_RESUME, event);
}

static void change_team(struct walk *walk, const struct subject_event *event)
{
	const struct subject_target *ola = target_of(event, METRIC_OLA);

	give(walk, METRIC_OLA, CLOCK_STOP, event);
	walk->current[METRIC_OLA] = NULL;
	if (ola == NULL)
		return;
	start(walk, ola, event);
	if (walk->waiting != SUBJECT_OTHER)
		give(walk, METRIC_OLA, CLOCK_PAUSE, event);
}

static void ticket_event(struct walk *walk, const struct subject_event *event)
{
	switch (event->type) {
	case SUBJECT_OPENED:
		start_all(walk, event);
		break;
	case SUBJECT_INTRODUCED:
	case SUBJECT_ANSWERED:
		give(walk, METRIC_RESPONSE, CLOCK_STOP, event);
		break;
	case SUBJECT_WAITING_REPORTER:
	case SUBJECT_WAITING_SUPPLIER:
		wait_for(walk, event);
		break;
	case SUBJECT_RESUMED:
		resume(walk, event);
		break;
	case SUBJECT_RESOLVED:
		give(walk, METRIC_RESOLUTION, CLOCK_STOP, event);
		give(walk, METRIC_OLA, CLOCK_STOP, event);
		walk->waiting = SUBJECT_OTHER;
		break;
	case SUBJECT_REOPENED:
		give(walk, METRIC_RESOLUTION, CLOCK_REOPEN, event);
		give(walk, METRIC_OLA, CLOCK_REOPEN, event);
		retarget(walk, event);
		break;
	case SUBJECT_TEAM_CHANGED:
		change_team(walk, event);
		break;
	default:
		break;
	}
}

/* A sign of the supplier that counts as an update closes the interval and opens the next. */
static void supplier_update(struct walk *walk, const struct subject_event *event, bool opens_next)
{
	if (!walk->has_update)
		return;
	give(walk, METRIC_UPDATE, CLOCK_STOP, event);
	walk->current[METRIC_UPDATE] = NULL;
	if (!opens_next)
		return;
	start(walk, &walk->update_target, event);
	if (walk->waiting != SUBJECT_OTHER)
		give(walk, METRIC_UPDATE, CLOCK_PAUSE, event);
}

static const enum sla_metric paused_by_question[] = { METRIC_WORKAROUND, METRIC_RESOLUTION, METRIC_UPDATE };

static void case_question(struct walk *walk, const struct subject_event *event)
{
	give(walk, METRIC_ACKNOWLEDGE, CLOCK_STOP, event);
	give(walk, METRIC_RESPONSE, CLOCK_STOP, event);
	supplier_update(walk, event, true);
	walk->waiting = event->type;
	for (size_t i = 0; i < sizeof(paused_by_question) / sizeof(*paused_by_question); i++)
		give(walk, paused_by_question[i], CLOCK_PAUSE, event);
}

static void case_answer(struct walk *walk, const struct subject_event *event)
{
	walk->waiting = SUBJECT_OTHER;
	for (size_t i = 0; i < sizeof(paused_by_question) / sizeof(*paused_by_question); i++)
		give(walk, paused_by_question[i], CLOCK_RESUME, event);
}

static void case_fix(struct walk *walk, const struct subject_event *event)
{
	give(walk, METRIC_ACKNOWLEDGE, CLOCK_STOP, event);
	give(walk, METRIC_RESPONSE, CLOCK_STOP, event);
	supplier_update(walk, event, false);
	/* A fix makes a workaround needless; if it is rejected the workaround is owed again. */
	if (!walk->workaround_in_force && !walk->stopped[METRIC_WORKAROUND]) {
		give(walk, METRIC_WORKAROUND, CLOCK_STOP, event);
		walk->workaround_by_fix = true;
	}
	give(walk, METRIC_RESOLUTION, CLOCK_STOP, event);
	walk->waiting = SUBJECT_OTHER;
}

static void case_fix_rejected(struct walk *walk, const struct subject_event *event)
{
	give(walk, METRIC_RESOLUTION, CLOCK_REOPEN, event);
	if (walk->workaround_by_fix) {
		give(walk, METRIC_WORKAROUND, CLOCK_REOPEN, event);
		walk->workaround_by_fix = false;
	}
	if (walk->has_update && walk->current[METRIC_UPDATE] == NULL)
		start(walk, &walk->update_target, event);
}

static void case_event(struct walk *walk, const struct subject_event *event)
{
	switch (event->type) {
	case SUBJECT_SENT:
		start_all(walk, event);
		break;
	case SUBJECT_ACKNOWLEDGED:
		give(walk, METRIC_ACKNOWLEDGE, CLOCK_STOP, event);
		break;
	case SUBJECT_RESPONDED:
		give(walk, METRIC_ACKNOWLEDGE, CLOCK_STOP, event);
		give(walk, METRIC_RESPONSE, CLOCK_STOP, event);
		supplier_update(walk, event, true);
		break;
	case SUBJECT_UPDATE:
		give(walk, METRIC_ACKNOWLEDGE, CLOCK_STOP, event);
		supplier_update(walk, event, true);
		break;
	case SUBJECT_INFO_REQUESTED:
		case_question(walk, event);
		break;
	case SUBJECT_INFO_PROVIDED:
		case_answer(walk, event);
		break;
	case SUBJECT_WORKAROUND_DELIVERED:
		give(walk, METRIC_ACKNOWLEDGE, CLOCK_STOP, event);
		give(walk, METRIC_RESPONSE, CLOCK_STOP, event);
		supplier_update(walk, event, true);
		give(walk, METRIC_WORKAROUND, CLOCK_STOP, event);
		walk->workaround_in_force = true;
		walk->workaround_by_fix = false;
		break;
	case SUBJECT_WORKAROUND_REJECTED:
		give(walk, METRIC_WORKAROUND, CLOCK_REOPEN, event);
		walk->workaround_in_force = false;
		break;
	case SUBJECT_FIX_DECLARED:
		case_fix(walk, event);
		break;
	case SUBJECT_FIX_REJECTED:
		case_fix_rejected(walk, event);
		break;
	default:
		break;
	}
}

/* What was reached stays a fact; only clocks that still wait for something are cancelled. */
static void cancel_unreached(struct walk *walk, const struct subject_event *event)
{
	for (int metric = 0; metric < METRIC_COUNT; metric++)
		if (!walk->stopped[metric])
			give(walk, (enum sla_metric)metric, CLOCK_CANCEL, event);
}

/* Of several corrections of one event the last recorded holds. A correction itself does nothing and cannot be corrected. */
static void correct(struct subject_event *events, int count)
{
	for (int i = 0; i < count; i++) {
		if (events[i].type != SUBJECT_CORRECTED)
			continue;
		for (int k = 0; k < i; k++) {
			struct subject_event *wrong = &events[k];
			if (wrong->seq != events[i].corrects || wrong->type == SUBJECT_CORRECTED || wrong->type == SUBJECT_OPENED
				|| wrong->type == SUBJECT_SENT)
				continue;
			wrong->is_void = events[i].corrected_at == INSTANT_NONE;
			if (!wrong->is_void)
				wrong->at = events[i].corrected_at;
		}
	}
}

/* Insertion sort: timelines are short and nearly sorted, and equal instants keep the order recorded. */
static struct subject_event *in_order_of_occurrence(struct arena *arena, const struct subject_event *events, int count)
{
	struct subject_event *sorted = arena_array(arena, (size_t)count + 1, sizeof(*sorted));

	if (count > 0)
		memcpy(sorted, events, (size_t)count * sizeof(*sorted));
	correct(sorted, count);
	for (int i = 1; i < count; i++) {
		struct subject_event event = sorted[i];
		int place = i;

		while (place > 0 && sorted[place - 1].at > event.at) {
			sorted[place] = sorted[place - 1];
			place--;
		}
		sorted[place] = event;
	}
	return sorted;
}

static bool evaluate(struct walk *walk, instant now)
{
	for (int i = 0; i < walk->derived->count; i++) {
		struct derived_clock *clock = &walk->derived->clocks[i];
		int pauses_most = 0;

		for (int e = 0; e < clock->event_count; e++)
			pauses_most += clock->events[e].what == CLOCK_PAUSE;
		clock->pauses = arena_array(walk->arena, (size_t)pauses_most + 1, sizeof(*clock->pauses));
		if (!clock_evaluate(clock->events, clock->event_count, clock->calendar, clock->target_s, now, clock->pauses,
				pauses_most, &clock->result, &walk->why))
			return false;
	}
	return true;
}

struct derived *subject_derive(struct arena *arena, const struct subject_event *events, int count, instant now,
	calendar_lookup lookup, void *user, const char **why_r)
{
	struct walk walk = { .arena = arena, .lookup = lookup, .user = user };
	struct subject_event *sorted = in_order_of_occurrence(arena, events, count);

	/* An event gives at most three events to one clock beside its retargets, and starts at most one clock for each metric. */
	walk.event_most = 3 * count + 3;
	for (int i = 0; i < count; i++)
		walk.event_most += events[i].target_count;
	walk.capacity = METRIC_COUNT + count + 1;
	walk.derived = arena_alloc(arena, sizeof(*walk.derived));
	walk.derived->clocks = arena_array(arena, (size_t)walk.capacity, sizeof(struct derived_clock));
	for (int i = 0; i < count && walk.why == NULL; i++) {
		const struct subject_event *event = &sorted[i];

		if (event->is_void || event->type == SUBJECT_CORRECTED)
			continue;
		if (event->type == SUBJECT_RETARGETED)
			retarget(&walk, event);
		else if (event->type == SUBJECT_CANCELLED || event->type == SUBJECT_WITHDRAWN)
			cancel_unreached(&walk, event);
		else if (event->type >= SUBJECT_SENT)
			case_event(&walk, event);
		else
			ticket_event(&walk, event);
	}
	if (count > 0 && now < sorted[count - 1].at)
		now = sorted[count - 1].at;
	if (walk.why == NULL && evaluate(&walk, now))
		return walk.derived;
	*why_r = walk.why;
	return NULL;
}

const char *subject_pause_waits_for(enum subject_event_type type)
{
	switch (type) {
	case SUBJECT_WAITING_REPORTER:
		return "reporter";
	case SUBJECT_WAITING_SUPPLIER:
		return "supplier";
	default:
		return "us";
	}
}

const char *subject_pause_reason(enum subject_event_type type)
{
	switch (type) {
	case SUBJECT_WAITING_REPORTER:
		return "waiting_reporter";
	case SUBJECT_WAITING_SUPPLIER:
		return "waiting_supplier";
	case SUBJECT_INFO_REQUESTED:
		return "info_requested";
	default:
		return "moved_while_waiting";
	}
}

void notice_steps_begin(struct notice_steps *steps_r)
{
	*steps_r = (struct notice_steps){ .count = 4, .pct = { 50, 75, 90, 100 } };
}

void notice_steps_add(struct notice_steps *steps, int pct)
{
	int place = steps->count;

	INVARIANT(pct > 0 && steps->count < NOTICE_STEPS_MAX);
	for (int i = 0; i < steps->count; i++)
		if (steps->pct[i] == pct)
			return;
	for (; place > 0 && steps->pct[place - 1] > pct; place--)
		steps->pct[place] = steps->pct[place - 1];
	steps->pct[place] = pct;
	steps->count++;
}

/* Breached as soon as elapsed exceeds the target; the other steps are reached exactly. */
static int64_t notice_needs_s(int64_t target_s, int pct)
{
	return pct == 100 ? target_s + 1 : (target_s * pct + 99) / 100;
}

int clock_notice_reached(const struct clock_result *result, const struct notice_steps *steps)
{
	int reached = NOTICE_NONE;

	for (int i = 0; i < steps->count; i++) {
		int pct = steps->pct[i];
		bool is_reached = pct == 100 ? result->breached : result->elapsed_s >= notice_needs_s(result->target_s, pct);
		if (is_reached || (pct < 100 && result->breached))
			reached = pct;
	}
	return reached;
}

instant clock_notice_next(
	const struct clock_result *result, const struct calendar *calendar, const struct notice_steps *steps, int given_pct, instant now)
{
	int64_t needs_s = 0;

	for (int i = 0; i < steps->count && needs_s == 0; i++)
		if (steps->pct[i] > given_pct)
			needs_s = notice_needs_s(result->target_s, steps->pct[i]);
	if (result->state != CLOCK_RUNNING || needs_s == 0)
		return INSTANT_NONE;
	if (needs_s <= result->elapsed_s)
		return now;
	return calendar_reach(calendar, now, needs_s - result->elapsed_s);
}
