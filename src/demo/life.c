/* The tale of an ordinary ticket: who takes it, what is said, how it ends and what the reporter thinks of it.
 * Owns: the chances. Refuses: to write anything but through the acts. */
#include "demo/story.h"

#include <string.h>

#define MINUTE 60
#define HOUR 3600

instant life_later(struct story *story, const struct calendar *hours, double median_s, double sigma)
{
	double work_s = chance_spread(story->chance, median_s, sigma);
	instant at = calendar_reach(hours, story->now, (int64_t)(work_s < 20 ? 20 : work_s));
	INVARIANT(at != INSTANT_NONE);
	return at;
}

/* Vital services that earn around the clock have somebody on duty at night. */
const struct calendar *life_hours(const struct story *story)
{
	if (story->priority <= 2 && story->world->policy[story->scenario->policy].calendar == story->world->always)
		return story->world->always;
	return story->owner == NOBODY ? story->world->desk : world_hours(story->world, story->owner);
}

/* The more urgent, the sooner. */
instant life_soon(struct story *story, double median_s, double sigma)
{
	static const double pace[PRIORITIES] = { 0.3, 0.55, 1, 1.5 };
	return life_later(story, life_hours(story), median_s * pace[story->priority - 1], sigma);
}

const char *life_text(struct story *story, const char *member, int index)
{
	return phrases_pick(
		&story->phrases, json_object_get(story->scenario->text[story->tongue], member), index, story->tongue);
}

static instant reporter_later(struct story *story, double median_s, double sigma)
{
	return life_later(story, world_hours(story->world, story->reporter), median_s, sigma);
}

static bool take(struct story *story)
{
	const struct team *team = &story->world->team[story->team];
	const struct policy *policy = &story->world->policy[story->scenario->policy];
	double weight[32] = { 0 };
	int count = team->member_count < 32 ? team->member_count : 32;
	for (int i = 0; i < count; i++)
		weight[i] = team->member[i] == story->reporter ? 0.01
			: team->member[i] == team->lead            ? 0.4
													   : 1.0 + 0.1 * (i % 3);
	int who = team->member[chance_weighted(story->chance, weight, count)];
	double target_s = (double)policy->response_s[story->priority - 1];
	const struct calendar *hours = life_hours(story);
	return act_take(story,
		life_later(story, hours == story->world->always ? hours : world_hours(story->world, who),
			0.28 * (target_s > 0 ? target_s : HOUR), 0.85),
		who);
}

static bool greet(struct story *story)
{
	if (chance_of(story->chance, 0.55) &&
		!act_reply(story, life_soon(story, 6 * MINUTE, 0.7), THE_OWNER,
			phrases_shared(&story->phrases, "reply", "first", story->tongue)))
		return false;
	if (story->item >= 0 && story->link_count == 0 && chance_of(story->chance, 0.75) &&
		!act_link(story, life_soon(story, 4 * MINUTE, 0.5), THE_OWNER, story->item, "affected"))
		return false;
	/* A wide fault: others have it too. */
	bool wide = story->impact <= 2 && strcmp(story->scenario->kind, "incident") == 0 && chance_of(story->chance, 0.35);
	for (int left = wide ? 1 + chance_below(story->chance, 4) : 0; left > 0; left--) {
		int who = chance_below(story->chance, story->world->person_count);
		if (!act_participant(story, life_soon(story, 9 * MINUTE, 0.6), who, who))
			return false;
	}
	if (!chance_of(story->chance, 0.045))
		return true;
	return act_urgency(story, life_soon(story, 20 * MINUTE, 0.6), THE_OWNER,
		story->urgency == 1 ? 2 : story->urgency - 1,
		story->tongue == RU ? "Влияние уточнили с заявителем: срочность другая."
							: "Checked with the reporter: the urgency is different.");
}

static bool ask(struct story *story)
{
	int count = (int)json_array_size(json_object_get(story->scenario->text[story->tongue], "question"));
	if (count == 0 || !chance_of(story->chance, 0.32))
		return true;
	int index = chance_below(story->chance, count);
	if (!act_reply(story, life_soon(story, 9 * MINUTE, 0.8), THE_OWNER, life_text(story, "question", index)) ||
		!act_wait(story, story->now + chance_between(story->chance, 10, 120), "reporter",
			chance_of(story->chance, 0.4) ? phrases_shared(&story->phrases, "wait", NULL, story->tongue) : NULL))
		return false;
	if (chance_of(story->chance, 0.12) &&
		!act_reply(story, life_later(story, life_hours(story), 9 * HOUR, 0.3), THE_OWNER,
			story->tongue == RU ? "Напоминаю: без вашего ответа не можем продолжить."
								: "A reminder: we cannot go on without your answer."))
		return false;
	const char *answer = life_text(story, "answer", index);
	return act_reply(story, reporter_later(story, 80 * MINUTE, 1.1), story->reporter,
		answer ? answer : phrases_shared(&story->phrases, "thanks", NULL, story->tongue));
}

static bool note(struct story *story)
{
	if (!chance_of(story->chance, 0.4))
		return true;
	const char *text = chance_of(story->chance, 0.6) ? life_text(story, "note", -1) : NULL;
	return act_note(story, life_soon(story, 8 * MINUTE, 0.8), THE_OWNER,
		text ? text : phrases_shared(&story->phrases, "note", NULL, story->tongue));
}

/* The desk's own work, as a share of what was promised. */
static bool work(struct story *story)
{
	const struct policy *policy = &story->world->policy[story->scenario->policy];
	int64_t promised_s = policy->resolution_s[story->priority - 1],
			agreed_s = story->world->team[story->team].ola_s[story->priority - 1];
	double least_s = (double)(promised_s > 0 && (agreed_s == 0 || promised_s < 2 * agreed_s) ? promised_s
			: agreed_s > 0                                                                   ? 2 * agreed_s
																							 : 8 * HOUR);
	double work_s = chance_spread(story->chance, 0.2, 0.85) * least_s;
	if (work_s > 5 * HOUR && chance_of(story->chance, 0.6) &&
		!act_reply(story, life_later(story, life_hours(story), work_s / 3, 0.2), THE_OWNER,
			phrases_shared(&story->phrases, "reply", "progress", story->tongue)))
		return false;
	if (chance_of(story->chance, 0.03))
		return act_cancel(story, life_later(story, life_hours(story), work_s / 2, 0.3), story->reporter,
				   phrases_shared(&story->phrases, "cancel", NULL, story->tongue)) &&
			false;
	return life_resolve(story, life_later(story, life_hours(story), work_s, 0.1));
}

/* A CI below the affected one is sometimes what was at fault. */
static bool link_cause(struct story *story, instant at)
{
	if (story->link_count == 0 || strcmp(story->scenario->kind, "incident") != 0 || !chance_of(story->chance, 0.14))
		return true;
	int below[64], count = 0;
	for (int i = 0; i < story->world->hit_count && count < 64; i++)
		if (story->world->hit[i].to == story->link[0].item)
			below[count++] = story->world->hit[i].from;
	return count == 0 || act_link(story, at, THE_OWNER, below[chance_below(story->chance, count)], "cause");
}

bool life_resolve(struct story *story, instant at)
{
	const json_t *text = story->scenario->text[story->tongue];
	int causes = (int)json_array_size(json_object_get(text, "cause")), index = chance_below(story->chance, causes);
	const char *no_ci = NULL;
	if (!link_cause(story, at))
		return false;
	if (story->link_count == 0 && story->item >= 0 && !act_link(story, at, THE_OWNER, story->item, "affected"))
		return false;
	if (story->link_count == 0)
		no_ci = phrases_shared(&story->phrases, "no_ci_reason", NULL, story->tongue);
	return act_resolve(story, at + chance_between(story->chance, 20, 400), life_text(story, "cause", index),
		life_text(story, "fix", index), life_text(story, "prevention", index), no_ci);
}

static bool was_slow(const struct story *story)
{
	const struct policy *policy = &story->world->policy[story->scenario->policy];
	int64_t target_s = policy->resolution_s[story->priority - 1];
	return target_s > 0 && calendar_worked_s(policy->calendar, story->opened, story->resolved) > target_s;
}

static bool rate(struct story *story)
{
	static const double pleased[11] = { 0.2, 0.2, 0.4, 0.6, 0.8, 2, 3, 9, 19, 26, 39 },
						annoyed[11] = { 4, 5, 8, 10, 11, 13, 12, 13, 12, 7, 5 };
	bool bad = was_slow(story) || story->reopen_count > 0;
	if (!chance_of(story->chance, bad ? 0.42 : 0.32))
		return true;
	int score = chance_weighted(story->chance, bad ? annoyed : pleased, 11), recommend = -1;
	const char *comment = chance_of(story->chance, 0.5) ? phrases_shared(&story->phrases, "rating",
															  score <= 6       ? "low"
																  : score <= 8 ? "middle"
																			   : "high",
															  story->tongue)
														: NULL;
	if (chance_of(story->chance, 0.8)) {
		recommend = score + (int)chance_between(story->chance, -2, 1);
		recommend = recommend < 0 ? 0 : recommend > 10 ? 10 : recommend;
	}
	return act_rate(
		story, reporter_later(story, 70 * MINUTE, 1.3), score, recommend, comment && *comment ? comment : NULL);
}

static bool confirm(struct story *story)
{
	instant at = reporter_later(story, 2 * HOUR, 1.1);
	if (chance_of(story->chance, 0.3) && at < story->close_due &&
		!act_reply(story, at - chance_between(story->chance, 5, 60), story->reporter,
			phrases_shared(&story->phrases, "thanks", NULL, story->tongue)))
		return false;
	return at < story->close_due ? act_confirm(story, at) : true;
}

static bool after(struct story *story)
{
	if (chance_of(story->chance, 0.3) &&
		!act_reply(story, story->now + chance_between(story->chance, 30, 300), THE_OWNER,
			phrases_shared(&story->phrases, "reply", "resolved", story->tongue)))
		return false;
	if (story->reopen_count == 0 && chance_of(story->chance, 0.065)) {
		if (!rate(story))
			return false;
		instant at = reporter_later(story, 7 * HOUR, 0.8);
		/* Past the window a new ticket is opened instead; the silence of the policy comes before it. */
		if (at > story->close_due + 5 * 86400)
			return true;
		return act_reopen(story, at, phrases_shared(&story->phrases, "reopen", NULL, story->tongue)) &&
			act_reply(story, life_soon(story, 12 * MINUTE, 0.7), THE_OWNER,
				phrases_shared(&story->phrases, "reply", "progress", story->tongue)) &&
			note(story) && life_resolve(story, life_later(story, life_hours(story), 3 * HOUR, 0.8)) && after(story);
	}
	if (chance_of(story->chance, 0.48) && !confirm(story))
		return false;
	return rate(story);
}

static bool tell(struct story *story, bool escalates)
{
	bool passes = story->scenario->service_team != story->team;
	if (chance_of(story->chance, 0.014))
		return act_cancel(story, reporter_later(story, 15 * MINUTE, 0.6), story->reporter,
			phrases_shared(&story->phrases, "cancel", NULL, story->tongue));
	if (passes && chance_of(story->chance, 0.04)) {
		const struct team *team = &story->world->team[story->team];
		if (!act_team(story, life_later(story, story->world->desk, 6 * MINUTE, 0.5), team->lead,
				story->scenario->service_team,
				story->tongue == RU ? "Сразу к профильной группе." : "Straight to the team that knows it."))
			return false;
	}
	if (!take(story) || !greet(story))
		return false;
	passes = story->scenario->service_team != story->team;
	if (passes && chance_of(story->chance, escalates ? 0.7 : 0.26) && !life_pass_up(story))
		return false;
	if (!ask(story) || !note(story))
		return false;
	if (chance_of(story->chance, 0.1) && !life_hand_on(story))
		return false;
	if (!(escalates ? life_case(story) : work(story)))
		return false;
	return after(story);
}

void life_tell(struct story *story, bool escalates)
{
	tell(story, escalates);
	act_by_itself(story, story->world->end);
}
