/* Breaches as the watch records them while they happen: derived from what was known at that moment, so that
 * something entered late can take one back later. Warnings before a breach are not told: a year of them says
 * nothing.
 * Owns: which breaches of a story are told. */
#include "demo/story.h"

#include "sla/subject.h"
#include "sla/subject_events.h"

#include <string.h>

const struct subject_event *event_read(struct arena *arena, struct event *event, int seq)
{
	struct ctx parse = { .arena = arena };
	if (event->read)
		return event->read;
	event->read = arena_alloc(arena, sizeof(*event->read));
	/* As the clocks' own statement chooses: a reporter's words are no answer. */
	const char *type =
		strcmp(event->type, "replied") == 0 && strcmp(event->role, "reporter") == 0 ? "noted" : event->type;
	INVARIANT(subject_event_read(
		&parse, seq, type, event->occurred, event->team, event->targets, event->ola, event->waits_for, event->read));
	return event->read;
}

static const struct calendar *lookup(void *user, int64_t version)
{
	return calendar_of_version(user, version);
}

static bool is_told(const struct story *story, int about, const struct derived_clock *clock)
{
	for (int i = 0; i < story->breach_count; i++)
		if (story->breach[i].about == about && story->breach[i].metric == (int)clock->metric &&
			story->breach[i].ordinal == clock->ordinal)
			return true;
	return false;
}

struct earliest {
	instant at, breached;
	struct breach breach;
};

/* A breach is seen in the first working second after the target is reached. */
static void look(struct story *story, int about, struct event_list *list, instant at, struct earliest *earliest)
{
	struct arena *scratch = story->ids->scratch;
	struct subject_event *events = arena_array(scratch, (size_t)list->count + 1, sizeof(*events));
	const char *why = NULL;
	for (int i = 0; i < list->count; i++)
		events[i] = *event_read(story->arena, &list->item[i], i + 1);
	const struct derived *derived = subject_derive(scratch, events, list->count, at, lookup, story->world->ctx, &why);
	INVARIANT(derived != NULL);
	for (int i = 0; i < derived->count; i++) {
		const struct derived_clock *clock = &derived->clocks[i];
		if (!clock->result.breached || is_told(story, about, clock))
			continue;
		instant seen = calendar_reach(lookup(story->world->ctx, clock->calendar_version), clock->result.breached_at, 1);
		if (seen > at || (earliest->at != INSTANT_NONE && seen >= earliest->at))
			continue;
		earliest->at = seen;
		earliest->breached = clock->result.breached_at;
		earliest->breach = (struct breach){ about, (int)clock->metric, clock->ordinal };
	}
}

static struct earliest find(struct story *story, instant at)
{
	struct earliest earliest = { .at = INSTANT_NONE };
	if (story->breach_count == BREACHES_MAX || at < story->now)
		return earliest;
	look(story, -1, &story->events, at, &earliest);
	for (int i = 0; i < story->case_count; i++)
		if (story->supplier_case[i].state <= CASE_VERIFYING)
			look(story, i, &story->supplier_case[i].events, at, &earliest);
	arena_reset(story->ids->scratch);
	return earliest;
}

instant breaches_next(struct story *story, instant at)
{
	return find(story, at).at;
}

void breaches_tell(struct story *story, instant at)
{
	char breached[INSTANT_TEXT_BYTES];
	struct earliest earliest = find(story, at);
	INVARIANT(earliest.at != INSTANT_NONE);
	const struct breach *breach = &earliest.breach;
	instant_format(earliest.breached, breached);
	const char *data = arena_printf(story->arena,
		"{\"metric\": \"%s\", \"ordinal\": %d, \"pct\": 100, \"due_at\": \"%s\", \"breached_at\": \"%s\"}",
		sla_metric_name[breach->metric], breach->ordinal, breached, breached);
	struct event event = { .type = "clock_breached",
		.role = "system",
		.visibility = "system",
		.occurred = earliest.breached,
		.recorded = at,
		.actor = NOBODY,
		.data = data };
	event_add(story->arena, breach->about < 0 ? &story->events : &story->supplier_case[breach->about].events, event);
	story->breach[story->breach_count++] = *breach;
}
