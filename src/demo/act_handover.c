/* How a ticket changes hands (42_desk_actions.sql): offers and what becomes of them, ownership, introductions.
 * Refuses: what the rules refuse; here it is a broken invariant of the maker. */
#include "demo/story.h"

#include "sla/zone.h"

#include <string.h>

const char *const offer_state_name[] = { "offered", "accepted", "declined", "withdrawn", "forced" };

struct offer *story_open_offer(struct story *story)
{
	for (int i = 0; i < story->offer_count; i++)
		if (story->offer[i].state == OFFERED)
			return &story->offer[i];
	return NULL;
}

/* Local time as mail says it (function instant_words). */
static const char *instant_words(struct arena *arena, instant at, const struct person *reader)
{
	char why[128];
	int year, month, day;
	struct zone *zone = zone_load(reader->zone, why, sizeof(why));
	INVARIANT(zone != NULL);
	int64_t local = at + zone_offset_s(zone, at), minute = local % 86400 / 60;
	zone_destroy(zone);
	day_to_civil(local / 86400, &year, &month, &day);
	if (reader->tongue == RU)
		return arena_printf(arena, "%02d.%02d.%04d %02d:%02d", day, month, year, (int)minute / 60, (int)minute % 60);
	return arena_printf(arena, "%04d-%02d-%02d %02d:%02d", year, month, day, (int)minute / 60, (int)minute % 60);
}

void act_introduce(struct story *story, int who, int reason_or_less, const char *note, instant until, instant at)
{
	const struct world *world = story->world;
	const struct person *reporter = &world->person[story->reporter], *owner = &world->person[who];
	enum introduction which = reason_or_less < 0 ? INTRODUCED_TAKE
		: until == INSTANT_NONE                  ? INTRODUCED_HANDOVER
												 : INTRODUCED_TEMPORARY;
	const char *reason = reason_or_less < 0 ? NULL
		: reason_or_less == OTHER           ? note
											: world->reason_words[reason_or_less][reporter->tongue];
	const char *pairs[] = { "number", story->number, "subject", story->subject, "owner", owner->name, "reporter",
		reporter->given_name, "reason", reason, "until",
		until == INSTANT_NONE ? NULL : instant_words(story->arena, until, reporter), "phone", owner->phone, NULL };
	struct json_out data;
	json_begin(&data, story->arena, 128);
	json_open_object(&data, NULL);
	json_int(&data, "owner", owner->id);
	json_text(&data, "name", owner->name);
	json_text(&data, "reason", reason_or_less < 0 ? NULL : reason_name[reason_or_less]);
	json_instant(&data, "until", until);
	json_close_object(&data);
	act_event(story, "introduced", who, "owner", "public",
		phrases_render(story->arena, world->introduction[which][reporter->tongue], pairs), data.text.data, at);
	phrases_set(&story->phrases, "owner", owner->name);
}

void act_own(struct story *story, int who, int64_t handover, instant at)
{
	int64_t from_us = at * 1000000 + chance_between(story->chance, 0, 800000);
	INVARIANT(story->owned_count < OFFERS_MAX);
	if (story->owned_count > 0) {
		struct owned *last = &story->owned[story->owned_count - 1];
		if (from_us <= last->from_us)
			from_us = last->from_us + 1;
		last->to_us = from_us;
	}
	story->owned[story->owned_count++] = (struct owned){ who, from_us, 0, handover };
	story->owner = who;
}

static void offer_members(struct json_out *data, const struct story *story, const struct offer *offer)
{
	const struct world *world = story->world;
	json_begin(data, story->arena, 256);
	json_open_object(data, NULL);
	json_int(data, "handover", offer->id);
	json_int(data, "from", world->person[offer->from].id);
	if (offer->to >= 0)
		json_int(data, "to", world->person[offer->to].id);
	else
		json_put_null(data, "to");
	if (offer->to_team >= 0)
		json_int(data, "to_team", world->team[offer->to_team].id);
	else
		json_put_null(data, "to_team");
	json_text(data, "reason", reason_name[offer->reason]);
	json_text(data, "mode", offer->until == INSTANT_NONE ? "permanent" : "temporary");
	json_instant(data, "until", offer->until);
}

static const char *offer_data(const struct story *story, const struct offer *offer)
{
	struct json_out data;
	offer_members(&data, story, offer);
	json_close_object(&data);
	return data.text.data;
}

static struct offer *add_offer(
	struct story *story, int to, int to_team, enum reason reason, instant until, const char *note, int by, instant at)
{
	INVARIANT(story->offer_count < OFFERS_MAX && to != story->owner);
	story->offer[story->offer_count] = (struct offer){ .id = ids_take(&story->ids->handover),
		.from = story->owner,
		.to = to,
		.to_team = to_team,
		.reason = reason,
		.until = until,
		.note = note,
		.state = OFFERED,
		.offered_by = by,
		.decided_by = NOBODY,
		.new_owner = NOBODY,
		.offered = at,
		.decided = INSTANT_NONE,
		.returned = INSTANT_NONE };
	return &story->offer[story->offer_count++];
}

bool act_offer(
	struct story *story, instant at, int by, int to, int to_team, enum reason reason, instant until, const char *note)
{
	if (!act_begin(story, &at))
		return false;
	by = by == THE_OWNER ? story->owner : by;
	INVARIANT(story->status >= IN_PROGRESS && story->status <= WAITING_SUPPLIER && !story_open_offer(story));
	INVARIANT(
		(by == story->owner || (story->world->person[by].roles & ROLE_LEAD)) && (until == INSTANT_NONE || until > at));
	struct offer *offer = add_offer(story, to, to_team, reason, until, note, by, at);
	act_event(story, "handover_offered", by, by == story->owner ? "owner" : "lead", "internal", note,
		offer_data(story, offer), at);
	story->updated = at;
	story->version++;
	return true;
}

/* The team that the ticket comes to, as handover_complete decides. */
static int team_after(const struct story *story, const struct offer *offer, int new_owner)
{
	const struct person *person = &story->world->person[new_owner];
	int team = offer->to_team;
	if (team < 0 && !world_in_team(story->world, new_owner, story->team) && person->team_count > 0)
		team = person->team[0];
	return team < 0 || story->scenario->restricted ? story->team : team;
}

static void complete(struct story *story, struct offer *offer, int new_owner, int decider, const char *role,
	const char *what, instant at)
{
	struct json_out data;
	int team = team_after(story, offer, new_owner);
	const char *ola = story->world->team[team].ola[story->priority - 1];
	offer_members(&data, story, offer);
	json_int(&data, "new_owner", story->world->person[new_owner].id);
	if (team != story->team) {
		json_int(&data, "team", story->world->team[team].id);
		json_raw(&data, "ola", ola);
	}
	json_close_object(&data);
	act_own(story, new_owner, offer->id, at);
	struct event *event = act_event(story, what, decider, role, "internal", offer->decision_note, data.text.data, at);
	if (team != story->team) {
		event->team = story->world->team[team].id;
		event->ola = ola;
	}
	story->team = team;
	story->handover_count++;
	story->updated = at;
	story->version++;
}

/* A permanent move ends what was only lent. */
static void settle(struct story *story, struct offer *offer, enum offer_state state, int decider, int new_owner,
	const char *note, instant at)
{
	offer->state = state;
	offer->decided_by = decider;
	offer->decided = at;
	offer->decision_note = note;
	offer->new_owner = new_owner;
	for (int i = 0; new_owner != NOBODY && offer->until == INSTANT_NONE && i < story->offer_count; i++) {
		struct offer *lent = &story->offer[i];
		if (lent->until != INSTANT_NONE && (lent->state == ACCEPTED || lent->state == FORCED) &&
			lent->returned == INSTANT_NONE)
			lent->returned = at;
	}
}

bool act_accept(struct story *story, instant at, int who)
{
	if (!act_begin(story, &at))
		return false;
	struct offer *offer = story_open_offer(story);
	if (!offer || who == story->owner)
		return true; /* it fell away, or what was lent came back meanwhile */
	INVARIANT(offer->to == who || (offer->to_team >= 0 && world_in_team(story->world, who, offer->to_team)));
	settle(story, offer, ACCEPTED, who, who, NULL, at);
	complete(story, offer, who, who, "owner", "handover_accepted", at);
	act_introduce(story, who, (int)offer->reason, offer->note, offer->until, at);
	return true;
}

bool act_force(struct story *story, instant at, int lead, const char *note)
{
	if (!act_begin(story, &at))
		return false;
	struct offer *offer = story_open_offer(story);
	if (!offer || offer->to == story->owner)
		return true;
	INVARIANT(offer->to >= 0 && (story->world->person[lead].roles & ROLE_LEAD));
	settle(story, offer, FORCED, lead, offer->to, note, at);
	complete(story, offer, offer->to, lead, "lead", "handover_forced", at);
	act_introduce(story, offer->to, (int)offer->reason, offer->note, offer->until, at);
	return true;
}

static bool refuse(struct story *story, instant at, bool decline, const char *note)
{
	if (!act_begin(story, &at))
		return false;
	struct offer *offer = story_open_offer(story);
	if (!offer)
		return true;
	int who = decline ? offer->to : offer->from;
	INVARIANT(who >= 0);
	settle(story, offer, decline ? DECLINED : WITHDRAWN, who, NOBODY, note, at);
	act_event(story, decline ? "handover_declined" : "handover_withdrawn", who, act_role(story, who), "internal", note,
		offer_data(story, offer), at);
	story->updated = at;
	story->version++;
	return true;
}

bool act_decline(struct story *story, instant at, const char *note)
{
	return refuse(story, at, true, note);
}

bool act_withdraw(struct story *story, instant at, const char *note)
{
	return refuse(story, at, false, note);
}

void act_drop_offer(struct story *story, int who, instant at)
{
	struct offer *offer = story_open_offer(story);
	if (!offer)
		return;
	settle(story, offer, WITHDRAWN, who, NOBODY, NULL, at);
	act_event(story, "handover_withdrawn", who, "system", "internal", NULL, offer_data(story, offer), at);
}

void act_return(struct story *story, struct offer *offer, instant at)
{
	int back = offer->from;
	for (int i = 0; i < story->offer_count; i++) {
		struct offer *lent = &story->offer[i];
		if (lent->id >= offer->id && lent->until != INSTANT_NONE &&
			(lent->state == ACCEPTED || lent->state == FORCED) && lent->returned == INSTANT_NONE)
			lent->returned = at;
	}
	if (story->status == CLOSED || story->status == CANCELLED || story->owner == back)
		return;
	act_drop_offer(story, NOBODY, at);
	struct offer *returned = add_offer(story, back, -1, RETURNED, INSTANT_NONE, NULL, NOBODY, at);
	returned->state = ACCEPTED;
	returned->decided = at;
	returned->new_owner = back;
	complete(story, returned, back, NOBODY, "system", "handover_returned", at);
	act_introduce(story, back, RETURNED, NULL, INSTANT_NONE, at);
}
