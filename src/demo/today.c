/* See today.h. */
#include "demo/today.h"

#include <string.h>

#define MINUTE 60
#define HOUR 3600

enum stage {
	UNTAKEN,
	TAKEN,
	ASKED_REPORTER,
	AT_SUPPLIER,
	SUPPLIER_ASKS,
	TO_VERIFY,
	SOLVED,
	DONE,
	RATED,
	OFFERED_TO,
	OFFERED_TEAM,
	LENT,
	OUTAGE
};
enum due { ANY_DUE, DUE_SOON, OVERDUE };

struct wish {
	const char *scenario, *owner, *reporter; /* reporter NULL: drawn */
	enum stage stage;
	enum due due;
	int ago_min; /* of desk hours since it was opened; with a due: minutes to or from it */
	int impact, urgency;
	const char *to; /* of offers: a login or a team; lent by whom */
	enum reason reason;
};

static const struct wish wishes[] = {
	{ "password-forgot", NULL, NULL, UNTAKEN, ANY_DUE, 4, 3, 1, NULL, 0 },
	{ "printer-jam", NULL, NULL, UNTAKEN, ANY_DUE, 9, 2, 3, NULL, 0 },
	{ "1c-access", NULL, NULL, UNTAKEN, ANY_DUE, 26, 3, 2, NULL, 0 },
	{ "vpn-connect", NULL, "employee2", UNTAKEN, ANY_DUE, 13, 3, 2, NULL, 0 },
	{ "pos-no-print", NULL, "employee", UNTAKEN, ANY_DUE, 7, 3, 2, NULL, 0 },
	{ "software-install", NULL, NULL, UNTAKEN, ANY_DUE, 190, 3, 3, NULL, 0 },
	{ "eshop-pay", NULL, NULL, UNTAKEN, ANY_DUE, 3, 2, 2, NULL, 0 },
	{ "telephony-city", NULL, NULL, UNTAKEN, ANY_DUE, 11, 2, 2, NULL, 0 },

	{ "pos-login", "agent", "employee", TAKEN, ANY_DUE, 55, 3, 2, NULL, 0 },
	{ "eshop-search", "agent", NULL, TAKEN, DUE_SOON, 35, 3, 2, NULL, 0 },
	{ "mail-quota", "agent", NULL, TAKEN, DUE_SOON, 20, 3, 2, NULL, 0 },
	{ "printer-queue", "agent", NULL, TAKEN, OVERDUE, 140, 3, 2, NULL, 0 },
	{ "access-folder", "agent", NULL, TAKEN, ANY_DUE, 240, 3, 3, NULL, 0 },
	{ "phone-noreg", "agent", NULL, ASKED_REPORTER, ANY_DUE, 150, 3, 3, NULL, 0 },
	{ "printer-jam", "agent", NULL, AT_SUPPLIER, ANY_DUE, 400, 3, 2, NULL, 0 },
	{ "printer-toner", "agent", NULL, TO_VERIFY, ANY_DUE, 900, 3, 3, NULL, 0 },
	{ "pc-slow", "agent", NULL, SUPPLIER_ASKS, ANY_DUE, 520, 3, 3, NULL, 0 },
	{ "edo-not-sent", "i.makarova", NULL, OFFERED_TO, ANY_DUE, 210, 3, 2, "agent", SHIFT_END },
	{ "video-room", "r.safin", NULL, OFFERED_TEAM, ANY_DUE, 95, 3, 3, "desk", OVERLOADED },
	{ "mail-lost", "agent", NULL, LENT, ANY_DUE, 300, 3, 3, "y.frolova", SHIFT_END },

	{ "pos-frozen", "agent2", NULL, TAKEN, DUE_SOON, 40, 2, 2, NULL, 0 },
	{ "sbp-qr", "agent2", NULL, TAKEN, OVERDUE, 75, 3, 2, NULL, 0 },
	{ "pricetag-printer", "agent2", NULL, TAKEN, ANY_DUE, 130, 3, 3, NULL, 0 },
	{ "loyalty-points", "agent2", "employee", ASKED_REPORTER, ANY_DUE, 260, 3, 3, NULL, 0 },
	{ "terminal-no-link", "agent2", "employee", AT_SUPPLIER, ANY_DUE, 330, 3, 2, NULL, 0 },
	{ "terminal-double", "agent2", NULL, SUPPLIER_ASKS, ANY_DUE, 640, 3, 2, NULL, 0 },
	{ "pos-fiscal-drive", "agent2", NULL, TO_VERIFY, ANY_DUE, 480, 3, 2, NULL, 0 },
	{ "marking-refused", "agent2", NULL, AT_SUPPLIER, OVERDUE, 200, 2, 2, NULL, 0 },
	{ "selfcheckout-scale", "agent", NULL, OFFERED_TO, ANY_DUE, 85, 3, 2, "agent2", LEVEL_ESCALATION },
	{ "giftcard-activate", "e.parker", NULL, OFFERED_TEAM, ANY_DUE, 120, 3, 3, "retail", LEVEL_ESCALATION },

	{ "files-slow", "agent3", NULL, TAKEN, OVERDUE, 320, 2, 2, NULL, 0 },
	{ "eshop-down", "agent3", NULL, OUTAGE, DUE_SOON, 50, 2, 2, NULL, 0 },
	{ "file-restore", "agent3", "employee2", TAKEN, ANY_DUE, 170, 3, 2, NULL, 0 },
	{ "catalogue-photo", "agent3", NULL, AT_SUPPLIER, ANY_DUE, 700, 3, 2, NULL, 0 },
	{ "bi-stale", "agent3", NULL, SUPPLIER_ASKS, ANY_DUE, 820, 3, 2, NULL, 0 },
	{ "backup-failed", "s.turner", NULL, OFFERED_TO, ANY_DUE, 160, 3, 2, "agent3", EXPERTISE },

	{ "shop-link-down", "lead", NULL, AT_SUPPLIER, ANY_DUE, 150, 2, 1, NULL, 0 },
	{ "pc-bluescreen", "lead", NULL, TAKEN, ANY_DUE, 65, 3, 2, NULL, 0 },
	{ "monitor-dock", "n.titov", NULL, OFFERED_TO, ANY_DUE, 230, 3, 3, "lead", SICK },

	{ "1c-slow", "m.sorokin", NULL, AT_SUPPLIER, OVERDUE, 260, 3, 2, NULL, 0 },
	{ "wms-wave", "v.ermakova", NULL, TO_VERIFY, ANY_DUE, 560, 2, 3, NULL, 0 },
	{ "mobile-crash", "p.gusev", NULL, AT_SUPPLIER, ANY_DUE, 1300, 3, 2, NULL, 0 },

	{ "pos-frozen", "agent", "employee", SOLVED, ANY_DUE, 300, 3, 2, NULL, 0 },
	{ "pos-price-mismatch", "agent", "employee", DONE, ANY_DUE, 1900, 3, 3, NULL, 0 },
	{ "password-forgot", "agent", "employee", RATED, ANY_DUE, 5200, 3, 2, NULL, 0 },
	{ "mail-quota", "agent", "employee2", ASKED_REPORTER, ANY_DUE, 280, 3, 3, NULL, 0 },
	{ "pc-slow", "n.titov", "employee2", SOLVED, ANY_DUE, 500, 3, 3, NULL, 0 },
	{ "bi-access", "e.parker", "employee2", RATED, ANY_DUE, 4100, 3, 3, NULL, 0 },
};
const int today_count = sizeof(wishes) / sizeof(*wishes);

/* The latest instant from which on so much working time lies before the end. */
static instant back(const struct calendar *calendar, instant end, int64_t work_s)
{
	instant low = end - 90 * 86400, high = end;
	while (high - low > 1) {
		instant middle = low + (high - low) / 2;
		if (calendar_worked_s(calendar, middle, end) >= work_s)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* When it was opened so that its resolution is due at this instant, or the next that is possible. */
static instant opened_for(const struct calendar *calendar, int64_t target_s, instant due)
{
	instant low = due - 90 * 86400, high = due;
	while (high - low > 1) {
		instant middle = low + (high - low) / 2;
		if (calendar_reach(calendar, middle, target_s) >= due)
			high = middle;
		else
			low = middle;
	}
	return high;
}

static instant opened_at(const struct world *world, const struct scenario *scenario, const struct wish *wish)
{
	const struct policy *policy = &world->policy[scenario->policy];
	int priority = world->priority[wish->impact - 1][wish->urgency - 1];
	int64_t target_s = policy->resolution_s[priority - 1];
	instant asked = world->end + (wish->due == DUE_SOON ? wish->ago_min : -wish->ago_min) * MINUTE, opened;
	if (wish->due == ANY_DUE || target_s == 0)
		return back(world->desk, world->end, wish->ago_min * MINUTE);
	opened = opened_for(policy->calendar, target_s, asked);
	/* At night only what is promised around the clock can fall due within the hour. */
	if (wish->due == DUE_SOON && calendar_reach(policy->calendar, opened, target_s) > world->end + HOUR)
		return back(world->desk, world->end, target_s * 3 / 4);
	return opened < world->end - 5 * MINUTE ? opened : world->end - 5 * MINUTE;
}

void today_plan(struct world *world, struct arrival *into)
{
	for (int i = 0; i < today_count; i++) {
		int scenario = world_scenario(world, wishes[i].scenario);
		INVARIANT(scenario >= 0);
		into[i] = (struct arrival){ .at = opened_at(world, &world->scenario[scenario], &wishes[i]),
			.scenario = &world->scenario[scenario],
			.stream = 0x746f646179u + (uint64_t)i,
			.wish = &wishes[i] };
	}
}

void today_open(struct story *story, const struct arrival *arrival)
{
	arrival_open(story, arrival, world_person(story->world, arrival->wish->reporter), arrival->wish->impact,
		arrival->wish->urgency);
}

/* A share of the way from the opening to the end, in desk hours where there are any. */
static instant part(const struct story *story, double share)
{
	instant end = story->world->end;
	int64_t work_s = calendar_worked_s(story->world->desk, story->opened, end);
	if (work_s < 5 * MINUTE)
		return story->opened + (int64_t)(share * (double)(end - story->opened));
	instant at = calendar_reach(story->world->desk, story->opened, (int64_t)(share * (double)work_s));
	return at < end ? at : end;
}

static bool begin(struct story *story, const struct wish *wish)
{
	int owner = world_person(story->world, wish->stage == LENT ? wish->to : wish->owner);
	bool rerouted = !world_in_team(story->world, owner, story->team) &&
		world_in_team(story->world, owner, story->scenario->service_team);
	INVARIANT(owner != NOBODY);
	return (!rerouted ||
			   act_team(story, part(story, 0.04), story->world->team[story->team].lead, story->scenario->service_team,
				   NULL)) &&
		act_take(story, part(story, 0.08), owner) &&
		act_reply(
			story, part(story, 0.13), THE_OWNER, phrases_shared(&story->phrases, "reply", "first", story->tongue)) &&
		(story->item < 0 || act_link(story, part(story, 0.15), THE_OWNER, story->item, "affected"));
}

static bool ask(struct story *story)
{
	const char *question = life_text(story, "question", 0);
	return act_reply(story, part(story, 0.4), THE_OWNER,
			   question ? question : phrases_shared(&story->phrases, "reply", "progress", story->tongue)) &&
		act_wait(story, story->now + 20, "reporter", phrases_shared(&story->phrases, "wait", NULL, story->tongue));
}

static const char *supplier_text(struct story *story, const char *type)
{
	enum tongue tongue = story->world->contract[story->scenario->contract].tongue;
	const char *own = phrases_pick(&story->phrases, json_object_get(story->scenario->supplier, type), -1, tongue);
	return own ? own : phrases_shared(&story->phrases, "case", type, tongue);
}

static bool supplier_does(struct story *story, const char *type, double share, const char *ref)
{
	instant at = part(story, share);
	return act_case(story, &story->supplier_case[0], type, at, at, THE_OWNER, supplier_text(story, type), ref);
}

static bool escalate(struct story *story, enum stage stage)
{
	const char *ref = arena_printf(story->arena, "%d", 40000 + chance_below(story->chance, 20000));
	INVARIANT(story->scenario->contract >= 0);
	phrases_set(&story->phrases, "supplier", story->world->contract[story->scenario->contract].supplier);
	if (!act_escalate(story, part(story, 0.25), story->scenario->contract, supplier_text(story, "summary"),
			supplier_text(story, "body")) ||
		!act_reply(story, part(story, 0.27), THE_OWNER,
			phrases_shared(&story->phrases, "reply", "escalated", story->tongue)) ||
		!act_wait(story, part(story, 0.28), "supplier", NULL) || !supplier_does(story, "acknowledged", 0.33, ref) ||
		!supplier_does(story, "responded", 0.45, NULL))
		return false;
	if (stage == AT_SUPPLIER)
		return supplier_does(story, "update", 0.75, NULL);
	return stage == SUPPLIER_ASKS ? supplier_does(story, "info_requested", 0.85, NULL)
								  : supplier_does(story, "fix_declared", 0.9, NULL);
}

static bool solve(struct story *story, enum stage stage)
{
	if (!act_note(story, part(story, 0.2), THE_OWNER, phrases_shared(&story->phrases, "note", NULL, story->tongue)) ||
		!life_resolve(story, part(story, 0.35)))
		return false;
	if (stage == SOLVED || story->status == CLOSED)
		return true;
	if (!act_reply(story, part(story, 0.44), story->reporter,
			phrases_shared(&story->phrases, "thanks", NULL, story->tongue)) ||
		!act_confirm(story, part(story, 0.45)))
		return false;
	return stage == DONE ||
		act_rate(story, part(story, 0.5), 9, 10, phrases_shared(&story->phrases, "rating", "high", story->tongue));
}

static bool offer(struct story *story, const struct wish *wish)
{
	int to = wish->stage == OFFERED_TO ? world_person(story->world, wish->to) : -1, team = -1;
	for (int i = 0; wish->stage == OFFERED_TEAM && i < story->world->team_count; i++)
		if (strcmp(story->world->team[i].key, wish->to) == 0)
			team = i;
	return act_note(story, part(story, 0.6), THE_OWNER, phrases_shared(&story->phrases, "note", NULL, story->tongue)) &&
		act_offer(story, part(story, 0.85), THE_OWNER, to, team, wish->reason, INSTANT_NONE,
			phrases_shared(
				&story->phrases, "handover", reason_name[wish->reason], story->world->person[story->owner].tongue));
}

static bool lend(struct story *story, const struct wish *wish)
{
	return act_offer(story, part(story, 0.6), THE_OWNER, world_person(story->world, wish->owner), -1, wish->reason,
			   story->world->end + 17 * HOUR,
			   phrases_shared(&story->phrases, "handover", reason_name[wish->reason],
				   story->world->person[story->owner].tongue)) &&
		act_accept(story, part(story, 0.65), world_person(story->world, wish->owner));
}

static bool outage(struct story *story)
{
	for (int left = 4; left > 0; left--) {
		int who = chance_below(story->chance, story->world->person_count);
		if (!act_participant(story, part(story, 0.5 + 0.05 * (4 - left)), who, who))
			return false;
	}
	return act_reply(
		story, part(story, 0.8), THE_OWNER, phrases_shared(&story->phrases, "reply", "progress", story->tongue));
}

static bool tell(struct story *story, const struct wish *wish)
{
	if (wish->stage == UNTAKEN)
		return true;
	if (!begin(story, wish))
		return false;
	switch (wish->stage) {
	case ASKED_REPORTER:
		return ask(story);
	case AT_SUPPLIER:
	case SUPPLIER_ASKS:
	case TO_VERIFY:
		return escalate(story, wish->stage);
	case SOLVED:
	case DONE:
	case RATED:
		return solve(story, wish->stage);
	case OFFERED_TO:
	case OFFERED_TEAM:
		return offer(story, wish);
	case LENT:
		return lend(story, wish);
	case OUTAGE:
		return outage(story);
	default:
		return act_note(
			story, part(story, 0.7), THE_OWNER, phrases_shared(&story->phrases, "note", NULL, story->tongue));
	}
}

void today_tell(struct story *story, const struct wish *wish)
{
	tell(story, wish);
	act_by_itself(story, story->world->end);
}
