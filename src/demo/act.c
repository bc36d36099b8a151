/* What people do to a ticket, as the rules of 41_desk_ticket.sql and 42_desk_actions.sql record it.
 * Owns: the story's row and timeline. Refuses: what the rules refuse; here it is a broken invariant of the maker. */
#include "demo/story.h"

#include "sla/calendar_days.h"

#include <string.h>

const char *const status_name[] = { "new", "in_progress", "waiting_reporter", "waiting_supplier", "resolved", "closed",
	"cancelled" };

#define IS_OPEN(story) ((story)->status >= IN_PROGRESS && (story)->status <= WAITING_SUPPLIER)

struct event *event_add(struct arena *arena, struct event_list *list, struct event event)
{
	if (list->count == list->capacity) {
		int capacity = list->capacity ? 2 * list->capacity : 16;
		struct event *larger = arena_array(arena, (size_t)capacity, sizeof(*larger));
		if (list->count > 0)
			memcpy(larger, list->item, (size_t)list->count * sizeof(*larger));
		list->item = larger;
		list->capacity = capacity;
	}
	list->item[list->count] = event;
	return &list->item[list->count++];
}

struct event *act_event(struct story *story, const char *type, int actor, const char *role, const char *visibility,
	const char *body, const char *data, instant at)
{
	return event_add(story->arena, &story->events,
		(struct event){ .type = type,
			.role = role,
			.visibility = visibility,
			.occurred = at,
			.recorded = at,
			.actor = actor,
			.body = body,
			.data = data ? data : "{}" });
}

static void touch(struct story *story, instant at)
{
	story->updated = at;
	story->version++;
}

/* In which capacity somebody acts (function ticket_role). */
const char *act_role(const struct story *story, int who)
{
	if (who == NOBODY)
		return "system";
	const struct person *person = &story->world->person[who];
	if (story->owner == who)
		return "owner";
	if (story->reporter == who && !person->staff)
		return "reporter";
	if (person->roles & ROLE_LEAD)
		return "lead";
	return person->staff ? "staff" : "reporter";
}

static const char *owner_or_lead(const struct story *story, int who)
{
	return story->owner == who ? "owner" : "lead";
}

static void close_ticket(struct story *story, instant at)
{
	story->status = CLOSED;
	story->closed = at;
	story->close_due = INSTANT_NONE;
	story->reopen_until = at + story->world->policy[story->scenario->policy].reopen_days * 86400;
	touch(story, at);
}

static struct offer *next_return(struct story *story)
{
	struct offer *next = NULL;
	for (int i = 0; i < story->offer_count; i++) {
		struct offer *offer = &story->offer[i];
		if (offer->until != INSTANT_NONE && (offer->state == ACCEPTED || offer->state == FORCED) &&
			offer->returned == INSTANT_NONE && (!next || offer->until < next->until))
			next = offer;
	}
	return next;
}

void act_by_itself(struct story *story, instant at)
{
	for (;;) {
		struct offer *offer = next_return(story);
		instant closes = story->status == RESOLVED ? story->close_due : INSTANT_NONE;
		bool closing = closes != INSTANT_NONE && (!offer || closes <= offer->until);
		instant next = closing ? closes : offer ? offer->until : INSTANT_NONE;
		instant breached = breaches_next(story, next != INSTANT_NONE && next < at ? next : at);
		bool telling = breached != INSTANT_NONE;
		next = telling ? breached : next;
		if (next == INSTANT_NONE || next > at)
			return;
		next = next > story->now ? next : story->now;
		if (telling) {
			breaches_tell(story, next);
		} else if (closing) {
			act_event(story, "closed", NOBODY, "system", "public", NULL, "{\"by\": \"silence\"}", next);
			close_ticket(story, next);
		} else {
			act_return(story, offer, next);
		}
		story->now = next;
	}
}

bool act_begin(struct story *story, instant *at)
{
	if (story->over)
		return false;
	if (*at < story->now)
		*at = story->now;
	act_by_itself(story, *at < story->world->end ? *at : story->world->end);
	if (*at > story->world->end) {
		story->over = true;
		return false;
	}
	story->now = *at;
	return true;
}

static const char *ticket_number(struct story *story)
{
	const char *prefix = strcmp(story->scenario->kind, "incident") == 0 ? "INC"
		: strcmp(story->scenario->kind, "request") == 0                 ? "REQ"
																		: "CON";
	snprintf(story->number, sizeof(story->number), "%s-%06lld", prefix, (long long)story->id);
	return story->number;
}

void act_open(struct story *story, const int *items, int count)
{
	const struct world *world = story->world;
	const struct policy *policy = &world->policy[story->scenario->policy];
	const struct team *team = &world->team[story->team];
	struct json_out data;
	ticket_number(story);
	story->now = story->updated = story->opened;
	story->version = 1;
	json_begin(&data, story->arena, 512);
	json_open_object(&data, NULL);
	json_raw(&data, "targets", policy->targets[story->priority - 1]);
	json_int(&data, "team", team->id);
	json_text(&data, "subject", story->subject);
	json_int(&data, "priority", story->priority);
	json_int(&data, "impact", story->impact);
	json_int(&data, "urgency", story->urgency);
	json_text(&data, "channel", story->channel);
	json_int(&data, "policy", policy->id);
	if (team->ola[story->priority - 1])
		json_raw(&data, "ola", team->ola[story->priority - 1]);
	json_int(&data, "service", world->item[story->scenario->service].id);
	json_int(&data, "category", story->scenario->category);
	if (story->opener != story->reporter)
		json_int(&data, "reporter", world->person[story->reporter].id);
	if (count > 0)
		json_open_array(&data, "cis");
	for (int i = 0; i < count; i++) {
		json_int(&data, NULL, world->item[items[i]].id);
		story->link[story->link_count++] = (struct link){ items[i], "affected", story->opened, story->opener };
	}
	if (count > 0)
		json_close_array(&data);
	json_close_object(&data);
	struct event *event = act_event(story, "opened", story->opener, act_role(story, story->opener), "public",
		story->body, data.text.data, story->opened);
	event->team = team->id;
	event->targets = policy->targets[story->priority - 1];
	event->ola = team->ola[story->priority - 1];
}

bool act_take(struct story *story, instant at, int who)
{
	if (!act_begin(story, &at))
		return false;
	INVARIANT(story->status == NEW && story->owner == NOBODY);
	act_event(story, "taken", who, "owner", "system", NULL,
		arena_printf(story->arena, "{\"owner\": %lld}", (long long)story->world->person[who].id), at);
	story->status = IN_PROGRESS;
	touch(story, at);
	act_own(story, who, 0, at);
	act_introduce(story, who, -1, NULL, INSTANT_NONE, at);
	return true;
}

bool act_reply(struct story *story, instant at, int who, const char *said)
{
	const char *data = NULL, *role;
	if (!act_begin(story, &at))
		return false;
	who = who == THE_OWNER ? story->owner : who;
	INVARIANT(story->status <= RESOLVED &&
		(who == story->owner || who == story->reporter || (story->world->person[who].roles & ROLE_LEAD)));
	role = who == story->owner ? "owner" : who == story->reporter ? "reporter" : "lead";
	if (strcmp(role, "lead") == 0)
		data = arena_printf(story->arena, "{\"in_place_of\": %lld}", (long long)story->world->person[story->owner].id);
	act_event(story, "replied", who, role, "public", said, data, at);
	if (strcmp(role, "reporter") == 0 && story->status == WAITING_REPORTER) {
		act_event(story, "resumed", who, role, "system", NULL,
			arena_printf(story->arena, "{\"seq\": %d}", story->events.count), at);
		story->status = IN_PROGRESS;
	}
	touch(story, at);
	return true;
}

bool act_note(struct story *story, instant at, int who, const char *said)
{
	if (!act_begin(story, &at))
		return false;
	who = who == THE_OWNER ? story->owner : who;
	act_event(story, "noted", who, act_role(story, who), "internal", said, NULL, at);
	touch(story, at);
	return true;
}

bool act_wait(struct story *story, instant at, const char *for_whom, const char *note)
{
	bool reporter = strcmp(for_whom, "reporter") == 0;
	if (!act_begin(story, &at))
		return false;
	INVARIANT(IS_OPEN(story) && story->status != (reporter ? WAITING_REPORTER : WAITING_SUPPLIER));
	struct event *event = act_event(story, "waiting", story->owner, "owner", reporter ? "public" : "internal", note,
		arena_printf(story->arena, "{\"for\": \"%s\"}", for_whom), at);
	event->waits_for = for_whom;
	story->status = reporter ? WAITING_REPORTER : WAITING_SUPPLIER;
	touch(story, at);
	return true;
}

bool act_resume(struct story *story, instant at)
{
	if (!act_begin(story, &at))
		return false;
	INVARIANT(story->status == WAITING_REPORTER || story->status == WAITING_SUPPLIER);
	act_event(story, "resumed", story->owner, "owner", "system", NULL, NULL, at);
	story->status = IN_PROGRESS;
	touch(story, at);
	return true;
}

bool act_link(struct story *story, instant at, int who, int item, const char *role)
{
	for (int i = 0; i < story->link_count; i++)
		if (story->link[i].item == item)
			return !story->over;
	if (!act_begin(story, &at))
		return false;
	who = who == THE_OWNER ? story->owner : who;
	INVARIANT(story->status <= RESOLVED && story->link_count < LINKS_MAX);
	story->link[story->link_count++] = (struct link){ item, role, at, who };
	act_event(story, "ci_linked", who, act_role(story, who), "system", NULL,
		arena_printf(story->arena, "{\"ci\": %lld, \"role\": \"%s\"}", (long long)story->world->item[item].id, role),
		at);
	touch(story, at);
	return true;
}

bool act_participant(struct story *story, instant at, int who, int named)
{
	for (int i = 0; i < story->participant_count; i++)
		if (story->participant[i] == named)
			return !story->over;
	if (named == story->reporter || story->participant_count == PARTICIPANTS_MAX)
		return !story->over;
	if (!act_begin(story, &at))
		return false;
	INVARIANT(IS_OPEN(story));
	story->participant[story->participant_count++] = named;
	act_event(story, "edited", who, act_role(story, who), "system", NULL,
		arena_printf(
			story->arena, "{\"changes\": {\"participants\": [null, %lld]}}", (long long)story->world->person[named].id),
		at);
	touch(story, at);
	return true;
}

bool act_urgency(struct story *story, instant at, int who, int urgency, const char *why)
{
	const struct policy *policy = &story->world->policy[story->scenario->policy];
	int priority = story->world->priority[story->impact - 1][urgency - 1];
	if (priority == story->priority)
		return !story->over;
	if (!act_begin(story, &at))
		return false;
	who = who == THE_OWNER ? story->owner : who;
	INVARIANT(story->status <= WAITING_SUPPLIER);
	const char *ola = story->world->team[story->team].ola[priority - 1];
	const char *data = arena_printf(story->arena,
		"{\"changes\": {\"priority\": [%d, %d], \"urgency\": [%d, %d]}, \"targets\": %s, \"policy\": %lld%s%s}",
		story->priority, priority, story->urgency, urgency, policy->targets[priority - 1], (long long)policy->id,
		ola ? ", \"ola\": " : "", ola ? ola : "");
	struct event *event = act_event(story, "priority_changed", who, act_role(story, who), "system", why, data, at);
	event->targets = policy->targets[priority - 1];
	event->ola = ola;
	story->urgency = urgency;
	story->priority = priority;
	touch(story, at);
	return true;
}

bool act_team(struct story *story, instant at, int who, int team, const char *why)
{
	const struct team *to = &story->world->team[team];
	if (team == story->team || story->scenario->restricted)
		return !story->over;
	if (!act_begin(story, &at))
		return false;
	INVARIANT(story->status <= WAITING_SUPPLIER && (story->owner == NOBODY || story->owner == who));
	const char *ola = to->ola[story->priority - 1];
	struct event *event = act_event(story, "team_changed", who, act_role(story, who), "system", why,
		arena_printf(story->arena, "{\"team\": %lld, \"from_team\": %lld%s%s}", (long long)to->id,
			(long long)story->world->team[story->team].id, ola ? ", \"ola\": " : "", ola ? ola : ""),
		at);
	event->team = to->id;
	event->ola = ola;
	story->team = team;
	touch(story, at);
	return true;
}

bool act_resolve(struct story *story, instant at, const char *cause, const char *fix, const char *prevention,
	const char *no_ci_reason)
{
	const struct policy *policy = &story->world->policy[story->scenario->policy];
	struct ctx days = { .arena = story->arena };
	struct json_out data;
	if (!act_begin(story, &at))
		return false;
	INVARIANT(IS_OPEN(story) && (story->link_count > 0 || no_ci_reason));
	act_drop_offer(story, story->owner, at);
	json_begin(&data, story->arena, 256);
	json_open_object(&data, NULL);
	json_text(&data, "cause", cause);
	json_text(&data, "prevention", prevention);
	json_bool(&data, "no_prevention", prevention == NULL);
	json_text(&data, "no_ci_reason", no_ci_reason);
	json_close_object(&data);
	act_event(story, "resolved", story->owner, owner_or_lead(story, story->owner), "public", fix, data.text.data, at);
	story->status = RESOLVED;
	story->resolved = at;
	INVARIANT(calendar_add_days(&days, policy->calendar, at, policy->close_days, &story->close_due));
	story->resolution_count++;
	story->cause = cause;
	story->fix = fix;
	story->prevention = prevention;
	story->no_prevention = prevention == NULL;
	story->no_ci_reason = no_ci_reason;
	touch(story, at);
	return true;
}

bool act_confirm(struct story *story, instant at)
{
	if (!act_begin(story, &at))
		return false;
	if (story->status == CLOSED)
		return true; /* silence was faster */
	INVARIANT(story->status == RESOLVED);
	act_event(story, "confirmed", story->reporter, "reporter", "public", NULL, NULL, at);
	close_ticket(story, at);
	return true;
}

bool act_reopen(struct story *story, instant at, const char *said)
{
	if (!act_begin(story, &at))
		return false;
	INVARIANT(story->status == RESOLVED || (story->status == CLOSED && at <= story->reopen_until));
	act_event(story, "reopened", story->reporter, "reporter", "public", said, NULL, at);
	story->status = IN_PROGRESS;
	story->resolved = story->closed = story->close_due = story->reopen_until = INSTANT_NONE;
	story->cause = story->fix = story->prevention = story->no_ci_reason = NULL;
	story->no_prevention = false;
	story->reopen_count++;
	touch(story, at);
	return true;
}

bool act_cancel(struct story *story, instant at, int who, const char *why)
{
	if (!act_begin(story, &at))
		return false;
	who = who == THE_OWNER ? story->owner : who;
	INVARIANT(story->status <= WAITING_SUPPLIER && !story_open_case(story));
	act_drop_offer(story, who, at);
	act_event(
		story, "cancelled", who, who == story->reporter ? "reporter" : act_role(story, who), "public", why, NULL, at);
	story->status = CANCELLED;
	story->closed = at;
	touch(story, at);
	return true;
}

bool act_rate(struct story *story, instant at, int score, int recommend, const char *comment)
{
	if (!act_begin(story, &at))
		return false;
	INVARIANT((story->status == RESOLVED || story->status == CLOSED) && story->rating_count < RATINGS_MAX);
	INVARIANT(story->rating_count == 0 || story->rating[story->rating_count - 1].resolution < story->resolution_count);
	story->rating[story->rating_count++] =
		(struct rating){ story->resolution_count, score, recommend, comment, story->owner, at };
	act_event(story, "rated", story->reporter, "reporter", "system", NULL,
		recommend < 0 ? arena_printf(story->arena, "{\"score\": %d, \"recommend\": null}", score)
					  : arena_printf(story->arena, "{\"score\": %d, \"recommend\": %d}", score, recommend),
		at);
	touch(story, at);
	return true;
}
