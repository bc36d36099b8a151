/* Clocks evaluated from their events (clock.h). Owns nothing beyond one call.
 * A breach is judged with the last target over the whole history: elapsed time never falls, so it is enough to know
 * that target before the walk, and to remember where the running time first reached it. */
#include "sla/clock.h"

#include <stdlib.h>

#define ORDER_ON_STACK 64

struct order {
	instant at;
	int index;
};

struct walk {
	const struct clock_event *events;
	const struct calendar *calendar; /* in force */
	instant since;                   /* running or paused since; moves up when the calendar changes */
	instant reached_at;              /* when elapsed first equalled the target, else INSTANT_NONE */
	bool started;
	struct clock_pause pause; /* the open one */
	struct clock_pause *pauses;
	int pauses_most;
	struct clock_result *result;
};

static int order_compare(const void *a, const void *b)
{
	const struct order *x = a, *y = b;
	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return (x->index > y->index) - (x->index < y->index);
}

static bool in_order(const struct clock_event *events, int count)
{
	for (int i = 1; i < count; i++) {
		if (events[i].at < events[i - 1].at)
			return false;
	}
	return true;
}

/* Adds the running time up to `to`. */
static void count_running(struct walk *walk, instant to)
{
	struct clock_result *result = walk->result;
	int64_t worked_s = calendar_worked_s(walk->calendar, walk->since, to);
	int64_t left_s = result->target_s - result->elapsed_s;
	if (walk->reached_at == INSTANT_NONE && worked_s >= left_s)
		walk->reached_at = calendar_reach(walk->calendar, walk->since, left_s);
	result->elapsed_s += worked_s;
	walk->since = to;
}

static void count_paused(struct walk *walk, instant to)
{
	walk->pause.worked_s += calendar_worked_s(walk->calendar, walk->since, to);
	walk->since = to;
}

static void count(struct walk *walk, instant to)
{
	if (walk->result->state == CLOCK_RUNNING)
		count_running(walk, to);
	else if (walk->result->state == CLOCK_PAUSED)
		count_paused(walk, to);
}

static void pause_end(struct walk *walk, instant to, int64_t source)
{
	if (walk->result->state != CLOCK_PAUSED)
		return;
	walk->pause.to = to;
	walk->pause.source_to = source;
	int number = walk->result->pause_count++;
	if (walk->pauses && number < walk->pauses_most)
		walk->pauses[number] = walk->pause;
}

static void run(struct walk *walk, instant at)
{
	walk->result->state = CLOCK_RUNNING;
	walk->result->stopped_at = INSTANT_NONE;
	walk->since = at;
}

static void apply_started(struct walk *walk, const struct clock_event *event)
{
	struct clock_result *result = walk->result;
	bool live = result->state == CLOCK_RUNNING || result->state == CLOCK_PAUSED;
	count(walk, event->at);
	switch (event->what) {
	case CLOCK_START:
		break;
	case CLOCK_PAUSE:
		if (result->state == CLOCK_RUNNING) {
			result->state = CLOCK_PAUSED;
			walk->pause = (struct clock_pause){ .from = event->at, .to = INSTANT_NONE, .source_from = event->source };
		}
		break;
	case CLOCK_RESUME:
		if (result->state == CLOCK_PAUSED) {
			pause_end(walk, event->at, event->source);
			run(walk, event->at);
		}
		break;
	case CLOCK_RETARGET:
		result->retarget_count++;
		if (event->calendar)
			walk->calendar = event->calendar;
		break;
	case CLOCK_STOP:
		if (live) {
			pause_end(walk, event->at, event->source);
			result->state = CLOCK_STOPPED;
			result->stopped_at = event->at;
		}
		break;
	case CLOCK_REOPEN:
		if (result->state == CLOCK_STOPPED)
			run(walk, event->at);
		break;
	case CLOCK_CANCEL:
		pause_end(walk, event->at, event->source);
		result->state = CLOCK_CANCELLED;
		result->stopped_at = INSTANT_NONE;
		break;
	}
}

static void apply(struct walk *walk, const struct clock_event *event)
{
	if (walk->started) {
		if (walk->result->state != CLOCK_CANCELLED)
			apply_started(walk, event);
	} else if (event->what == CLOCK_START) {
		walk->started = true;
		walk->result->started_at = event->at;
		run(walk, event->at);
	}
}

/* The target that counts in the end: of the last retarget between the start and a cancel. False: one is not > 0. */
static bool last_target(const struct clock_event *events, const struct order *order, int count, int64_t *target_s)
{
	bool started = false;
	for (int i = 0; i < count; i++) {
		const struct clock_event *event = &events[order ? order[i].index : i];
		if (event->what == CLOCK_START)
			started = true;
		else if (event->what == CLOCK_CANCEL && started)
			break;
		else if (event->what == CLOCK_RETARGET && started && event->target_s != 0)
			*target_s = event->target_s;
		if (*target_s <= 0)
			return false;
	}
	return *target_s > 0;
}

/* What `now` makes of the walk. */
static void conclude(struct walk *walk, instant now)
{
	struct clock_result *result = walk->result;
	count(walk, now);
	if (result->state == CLOCK_PAUSED)
		pause_end(walk, INSTANT_NONE, 0);
	result->breached = result->elapsed_s > result->target_s;
	if (result->breached)
		result->breached_at = walk->reached_at;
	result->remaining_s = result->target_s - result->elapsed_s;
	if (result->state == CLOCK_RUNNING) {
		result->due_at = walk->reached_at != INSTANT_NONE ? walk->reached_at
														  : calendar_reach(walk->calendar, now, result->remaining_s);
	}
}

static bool refuse(const char **why_r, const char *why)
{
	if (why_r)
		*why_r = why;
	return false;
}

static bool walk_events(
	struct walk *walk, const struct order *order, int count, int64_t target_s, instant now, const char **why_r)
{
	const struct clock_event *events = walk->events;
	if (!last_target(events, order, count, &target_s))
		return refuse(why_r, "a target is not greater than 0");
	walk->result->target_s = target_s;
	if (count > 0 && events[order ? order[count - 1].index : count - 1].at > now)
		return refuse(why_r, "now precedes the last event");
	for (int i = 0; i < count; i++)
		apply(walk, &events[order ? order[i].index : i]);
	if (!walk->started)
		return refuse(why_r, "no event starts the clock");
	conclude(walk, now);
	return true;
}

bool clock_evaluate(const struct clock_event *events, int count, const struct calendar *calendar, int64_t target_s,
	instant now, struct clock_pause *pauses, int pauses_most, struct clock_result *result_r, const char **why_r)
{
	*result_r = (struct clock_result){
		.due_at = INSTANT_NONE, .breached_at = INSTANT_NONE, .started_at = INSTANT_NONE, .stopped_at = INSTANT_NONE
	};
	struct walk walk = { .events = events,
		.calendar = calendar,
		.reached_at = INSTANT_NONE,
		.pauses = pauses,
		.pauses_most = pauses_most,
		.result = result_r };
	if (in_order(events, count))
		return walk_events(&walk, NULL, count, target_s, now, why_r);
	struct order small[ORDER_ON_STACK];
	struct order *order = count <= ORDER_ON_STACK ? small : calloc((size_t)count, sizeof(*order));
	if (!order)
		return refuse(why_r, "no memory");
	for (int i = 0; i < count; i++)
		order[i] = (struct order){ events[i].at, i };
	qsort(order, (size_t)count, sizeof(*order), order_compare);
	bool done = walk_events(&walk, order, count, target_s, now, why_r);
	if (order != small)
		free(order);
	return done;
}
