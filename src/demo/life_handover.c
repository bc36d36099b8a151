/* How ordinary tickets change hands: up a level, within a team, for a time, by force; offers that nobody wants.
 * Owns: the chances. */
#include "demo/story.h"

#define MINUTE 60
#define HOUR 3600

static const char *handover_note(struct story *story, enum reason reason)
{
	return phrases_shared(&story->phrases, "handover", reason_name[reason], story->world->person[story->owner].tongue);
}

/* Somebody of the team other than the owner; NOBODY when there is none. */
static int colleague(struct story *story, int team, int but)
{
	const struct team *of = &story->world->team[team];
	int from = chance_below(story->chance, of->member_count);
	for (int i = 0; i < of->member_count; i++) {
		int who = of->member[(from + i) % of->member_count];
		if (who != story->owner && who != but && who != story->reporter)
			return who;
	}
	return NOBODY;
}

static bool accept(struct story *story, int who, double median_s)
{
	double pace = story->priority <= 2 ? 0.5 : 1;
	return act_accept(story, life_later(story, world_hours(story->world, who), pace * median_s, 0.8), who);
}

bool life_pass_up(struct story *story)
{
	int team = story->scenario->service_team, who = colleague(story, team, NOBODY), other = colleague(story, team, who);
	enum reason reason = chance_of(story->chance, 0.75) ? LEVEL_ESCALATION : EXPERTISE;
	instant at = life_soon(story, 14 * MINUTE, 0.8);
	bool to_team = chance_of(story->chance, 0.68);
	if (who == NOBODY)
		return true;
	if (!act_offer(story, at, THE_OWNER, to_team ? -1 : who, to_team ? team : -1, reason, INSTANT_NONE,
			handover_note(story, reason)))
		return false;
	if (!to_team && other != NOBODY && chance_of(story->chance, 0.14)) {
		if (!act_decline(story, life_later(story, world_hours(story->world, who), 20 * MINUTE, 0.6),
				phrases_shared(&story->phrases, "decline", NULL, story->world->person[who].tongue)) ||
			!act_offer(story, life_soon(story, 15 * MINUTE, 0.6), THE_OWNER, other, -1, reason, INSTANT_NONE,
				handover_note(story, reason)))
			return false;
		who = other;
	} else if (chance_of(story->chance, 0.05)) {
		return act_withdraw(story, life_soon(story, 20 * MINUTE, 0.5), NULL);
	}
	return accept(story, who, 12 * MINUTE);
}

/* The giver is away: a lead offers in their place, and mostly moves it at once. */
static bool while_sick(struct story *story, int who, instant until)
{
	int lead = story->world->team[story->team].lead;
	instant at = life_soon(story, 40 * MINUTE, 0.8);
	if (lead == story->owner || lead == who)
		return true;
	if (!act_offer(story, at, lead, who, -1, SICK, until == INSTANT_NONE ? until : at + until,
			phrases_shared(&story->phrases, "handover", "sick", story->world->person[lead].tongue)))
		return false;
	if (chance_of(story->chance, 0.6))
		return act_force(story, at + chance_between(story->chance, 2 * MINUTE, 30 * MINUTE), lead,
			phrases_shared(&story->phrases, "force", NULL, story->world->person[lead].tongue));
	return accept(story, who, 15 * MINUTE);
}

bool life_hand_on(struct story *story)
{
	static const double weights[] = {
		[SICK] = 3, [OVERLOADED] = 3.5, [LEVEL_ESCALATION] = 0, [EXPERTISE] = 1.5, [SHIFT_END] = 4, [OTHER] = 1
	};
	enum reason reason = (enum reason)chance_weighted(story->chance, weights, OTHER + 1);
	int who = colleague(story, story->team, NOBODY), other = colleague(story, story->team, who);
	bool for_a_time = (reason == SICK || reason == SHIFT_END) && chance_of(story->chance, 0.5);
	instant at = life_soon(story, 30 * MINUTE, 0.7);
	int64_t lasts_s = reason == SICK ? chance_between(story->chance, 2, 6) * 86400
									 : chance_between(story->chance, 13 * HOUR, 20 * HOUR);
	if (who == NOBODY)
		return true;
	if (reason == SICK)
		return while_sick(story, who, for_a_time ? lasts_s : INSTANT_NONE);
	bool to_team = reason == SHIFT_END && chance_of(story->chance, 0.3);
	if (!act_offer(story, at, THE_OWNER, to_team ? -1 : who, to_team ? story->team : -1, reason,
			for_a_time ? at + lasts_s : INSTANT_NONE, handover_note(story, reason)))
		return false;
	if (reason == OVERLOADED && !to_team && chance_of(story->chance, 0.3)) {
		if (!act_decline(story, life_later(story, world_hours(story->world, who), 15 * MINUTE, 0.7),
				phrases_shared(&story->phrases, "decline", NULL, story->world->person[who].tongue)))
			return false;
		if (other == NOBODY)
			return true;
		if (!act_offer(story, life_soon(story, 10 * MINUTE, 0.6), THE_OWNER, other, -1, reason, INSTANT_NONE,
				handover_note(story, reason)))
			return false;
		who = other;
	}
	return accept(story, who, 14 * MINUTE);
}
