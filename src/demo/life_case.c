/* The tale of an escalation, as the supplier's character has it: how soon it answers, how often it reports, whether
 * its fix holds.
 * Owns: the chances. Time is counted in the contract's calendar; while the supplier waits for us it does not work. */
#include "demo/story.h"

#include <string.h>

#define MINUTE 60
#define HOUR 3600
#define STEPS_MAX 24

struct step {
	int64_t worked_s; /* the supplier's working time since the case was sent */
	const char *type;
};

struct tale {
	struct story *story;
	const struct contract *contract;
	struct supplier_case *about;
	double slower; /* drift over the year */
	instant anchor;
	int64_t anchor_worked_s;
	struct step step[STEPS_MAX];
	int step_count;
};

static const char *case_text(struct tale *tale, const char *type)
{
	struct story *story = tale->story;
	const json_t *own = json_object_get(story->scenario->supplier, type);
	if (json_array_size(own) > 0 && chance_of(story->chance, 0.7))
		return phrases_pick(&story->phrases, own, -1, tale->contract->tongue);
	return phrases_shared(&story->phrases, "case", type, tale->contract->tongue);
}

static void add_step(struct tale *tale, double worked_s, const char *type)
{
	int at = tale->step_count;
	if (at == STEPS_MAX)
		return;
	for (; at > 0 && tale->step[at - 1].worked_s > (int64_t)worked_s; at--)
		tale->step[at] = tale->step[at - 1];
	tale->step[at] = (struct step){ (int64_t)worked_s, type };
	tale->step_count++;
}

static instant when(const struct tale *tale, int64_t worked_s)
{
	instant at = calendar_reach(tale->contract->calendar, tale->anchor,
		worked_s > tale->anchor_worked_s ? worked_s - tale->anchor_worked_s : 1);
	INVARIANT(at != INSTANT_NONE);
	return at;
}

/* Mail arrives by itself, at night always; a call is typed in minutes later, mostly by the owner, and now and then
 * it is forgotten for hours. */
static bool supplier_does(struct tale *tale, const char *type, instant occurred, const char *ref)
{
	struct story *story = tale->story;
	const struct team *team = &story->world->team[story->team];
	instant recorded = occurred;
	int who =
		chance_of(story->chance, 0.85) ? THE_OWNER : team->member[chance_below(story->chance, team->member_count)];
	bool late = chance_of(story->chance, tale->contract->late_entry);
	if (!calendar_is_working(story->world->desk, occurred) && !late)
		who = NOBODY;
	else if (late)
		recorded = calendar_reach(story->world->desk, occurred, chance_between(story->chance, 35 * MINUTE, 5 * HOUR));
	else if (chance_of(story->chance, 0.5))
		recorded = occurred + chance_between(story->chance, 20, 9 * MINUTE);
	return act_case(story, tale->about, type, occurred, recorded, who, case_text(tale, type), ref);
}

static bool we_do(struct tale *tale, const char *type, double median_s)
{
	instant at = life_soon(tale->story, median_s, 0.8);
	return act_case(tale->story, tale->about, type, at, at, THE_OWNER, case_text(tale, type), NULL);
}

/* The supplier's own number; each writes it in its own way. */
static const char *reference(struct tale *tale)
{
	int drawn = 10000 + chance_below(tale->story->chance, 89999);
	switch (tale->contract->id % 5) {
	case 0:
		return arena_printf(tale->story->arena, "SD-%d", drawn);
	case 1:
		return arena_printf(tale->story->arena, "INC%07d", drawn);
	case 2:
		return arena_printf(tale->story->arena, "%d/%02d", drawn, drawn % 12 + 1);
	case 3:
		return arena_printf(tale->story->arena, "З-%d", drawn);
	default:
		return arena_printf(tale->story->arena, "%d", drawn);
	}
}

static int64_t target_s(const struct tale *tale, enum uc_metric metric, int64_t otherwise_s)
{
	int64_t target = tale->contract->target_s[tale->about->priority - 1][metric];
	return target > 0 ? target : otherwise_s;
}

/* A share of the target, as this supplier takes it. */
static double takes_s(struct tale *tale, double share, double sigma, int64_t target)
{
	double work_s = chance_spread(tale->story->chance, share * tale->slower, sigma) * (double)target;
	return work_s < 4 * MINUTE ? 4 * MINUTE : work_s;
}

static void plan_updates(struct tale *tale, double from_s, double until_s)
{
	int64_t every_s = tale->contract->target_s[tale->about->priority - 1][UC_UPDATE];
	if (every_s == 0)
		return;
	/* Long work wears the discipline of reporting down. */
	double stretch = until_s > 9 * (double)every_s ? until_s / (9 * (double)every_s) : 1;
	for (double at = from_s; (at += takes_s(tale, 0.7 * stretch, 0.3, every_s)) < 0.96 * until_s;)
		add_step(tale, at, "update");
}

static void plan_first(struct tale *tale)
{
	const struct contract *contract = tale->contract;
	struct chance *chance = tale->story->chance;
	int64_t resolution_s = target_s(tale, UC_RESOLUTION, 16 * HOUR);
	double fixed = takes_s(tale, contract->resolution, contract->spread, resolution_s);
	double acknowledged =
		takes_s(tale, contract->acknowledge, 0.7 * contract->spread, target_s(tale, UC_ACKNOWLEDGE, HOUR));
	double responded =
		takes_s(tale, contract->acknowledge + 0.12, 0.7 * contract->spread, target_s(tale, UC_RESPONSE, 4 * HOUR));
	if (acknowledged > 0.5 * fixed)
		acknowledged = 0.5 * fixed;
	if (responded > 0.8 * fixed)
		responded = 0.8 * fixed;
	if (responded < acknowledged)
		responded = acknowledged + 2 * MINUTE;
	bool asks = chance_of(chance, 0.3);
	add_step(tale, acknowledged, "acknowledged");
	add_step(tale, responded, asks && chance_of(chance, 0.5) ? "info_requested" : "responded");
	if (asks && strcmp(tale->step[tale->step_count - 1].type, "info_requested") != 0)
		add_step(tale, responded + (0.2 + 0.6 * chance_unit(chance)) * (fixed - responded), "info_requested");
	double workaround_s = (double)contract->target_s[tale->about->priority - 1][UC_WORKAROUND];
	if (workaround_s > 0 && fixed > 0.5 * workaround_s && chance_of(chance, 0.85)) {
		double delivered = takes_s(tale, 0.8 * contract->resolution, contract->spread, (int64_t)workaround_s);
		if (delivered <= responded)
			delivered = responded + 3 * MINUTE;
		if (delivered < 0.9 * fixed)
			add_step(tale, delivered, "workaround_delivered");
	}
	plan_updates(tale, responded, fixed);
	add_step(tale, fixed + 1, "fix_declared");
}

static void plan_again(struct tale *tale)
{
	double fixed = takes_s(
		tale, 0.3 * tale->contract->resolution, tale->contract->spread, target_s(tale, UC_RESOLUTION, 16 * HOUR));
	tale->step_count = 0;
	tale->anchor = tale->story->now;
	tale->anchor_worked_s = 0;
	plan_updates(tale, 0, fixed);
	add_step(tale, fixed + 1, "fix_declared");
}

static bool wait_for_supplier(struct tale *tale, double probability)
{
	struct story *story = tale->story;
	if (story->status != IN_PROGRESS || !chance_of(story->chance, probability))
		return true;
	return act_wait(story, story->now + chance_between(story->chance, 15, 4 * MINUTE), "supplier", NULL);
}

static bool answer(struct tale *tale, const struct step *step)
{
	/* Some questions lie with us for days: that is our own waiting, and never counted against the supplier. */
	double median_s = chance_of(tale->story->chance, 0.08) ? 40 * HOUR : 100 * MINUTE;
	if (!we_do(tale, "info_provided", median_s))
		return false;
	tale->anchor = tale->story->now;
	tale->anchor_worked_s = step->worked_s;
	return wait_for_supplier(tale, 0.75);
}

static bool run_steps(struct tale *tale)
{
	for (int i = 0; i < tale->step_count; i++) {
		const struct step *step = &tale->step[i];
		/* What it reported while we were not listening is mostly never written down. */
		if (strcmp(step->type, "update") == 0 && when(tale, step->worked_s) < tale->story->now - 20 * MINUTE &&
			chance_of(tale->story->chance, 0.75))
			continue;
		bool first = tale->about->ref == NULL &&
			(strcmp(step->type, "acknowledged") == 0 || strcmp(step->type, "responded") == 0);
		if (!supplier_does(tale, step->type, when(tale, step->worked_s), first ? reference(tale) : NULL))
			return false;
		if (strcmp(step->type, "info_requested") == 0 && !answer(tale, step))
			return false;
		if (strcmp(step->type, "workaround_delivered") == 0 &&
			!we_do(tale, chance_of(tale->story->chance, 0.87) ? "workaround_accepted" : "workaround_rejected",
				35 * MINUTE))
			return false;
	}
	return true;
}

/* We need it no more: the case is withdrawn, and the ticket ends or is solved by ourselves. */
static bool withdraw(struct tale *tale)
{
	struct story *story = tale->story;
	tale->step_count = tale->step_count > 2 ? 2 : 1;
	if (!run_steps(tale) || tale->about->state == CASE_VERIFYING || !we_do(tale, "withdrawn", 3 * HOUR))
		return false;
	if (chance_of(story->chance, 0.5))
		return act_cancel(story, story->now + chance_between(story->chance, 60, 900), story->reporter,
				   phrases_shared(&story->phrases, "cancel", NULL, story->tongue)) &&
			false;
	return life_resolve(story, life_later(story, life_hours(story), 30 * MINUTE, 0.6));
}

static bool verify(struct tale *tale)
{
	struct story *story = tale->story;
	for (int attempt = 0;; attempt++) {
		if (attempt == 2 || !chance_of(story->chance, tale->contract->reject))
			break;
		if (!we_do(tale, "fix_rejected", 70 * MINUTE) || !wait_for_supplier(tale, 0.8))
			return false;
		plan_again(tale);
		if (!run_steps(tale))
			return false;
	}
	instant fixed = tale->about->declared;
	if (!we_do(tale, "fix_accepted", 50 * MINUTE))
		return false;
	/* Something that the supplier did before is sometimes typed in only after the end. */
	if (chance_of(story->chance, 0.04) && fixed - tale->about->sent > 2 * HOUR)
		return act_case(story, tale->about, "update", fixed - HOUR,
			story->now + chance_between(story->chance, 10 * MINUTE, 3 * HOUR), THE_OWNER, case_text(tale, "update"),
			NULL);
	return true;
}

static bool escalate(struct tale *tale)
{
	struct story *story = tale->story;
	const json_t *text = story->scenario->supplier;
	enum tongue tongue = tale->contract->tongue;
	if (!act_escalate(story, life_soon(story, 22 * MINUTE, 0.9), story->scenario->contract,
			phrases_pick(&story->phrases, json_object_get(text, "summary"), -1, tongue),
			phrases_pick(&story->phrases, json_object_get(text, "body"), -1, tongue)))
		return false;
	tale->about = &story->supplier_case[story->case_count - 1];
	tale->anchor = tale->about->sent;
	double year = (double)(tale->about->sent - story->world->end) / ((double)story->world->days * 86400) + 1;
	tale->slower = 1 + tale->contract->drift * (year < 0 ? 0 : year);
	phrases_set(&story->phrases, "supplier", tale->contract->supplier);
	if (chance_of(story->chance, 0.65) &&
		!act_reply(story, story->now + chance_between(story->chance, MINUTE, 8 * MINUTE), THE_OWNER,
			phrases_shared(&story->phrases, "reply", "escalated", story->tongue)))
		return false;
	return wait_for_supplier(tale, 0.85);
}

bool life_case(struct story *story)
{
	struct tale tale = { .story = story, .contract = &story->world->contract[story->scenario->contract] };
	/* A case needs a ticket in work: a reporter who was asked has answered by now. */
	if (story->status != IN_PROGRESS || !tale.contract->targets[story->priority - 1])
		return life_resolve(story, life_later(story, life_hours(story), 2 * HOUR, 0.6));
	if (!escalate(&tale))
		return false;
	plan_first(&tale);
	if (chance_of(story->chance, 0.045))
		return withdraw(&tale);
	if (!run_steps(&tale) || !verify(&tale))
		return false;
	if (story->case_count < 2 && chance_of(story->chance, 0.02) &&
		!(story->status == IN_PROGRESS ? life_case(story) : true))
		return false;
	if (story->status == RESOLVED)
		return true;
	return life_resolve(story, life_later(story, life_hours(story), 14 * MINUTE, 0.7));
}
