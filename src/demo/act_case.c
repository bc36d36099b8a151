/* What happens in a case (50_supply.sql): the escalation and the events of both sides, with the ticket's own events
 * beside them.
 * Refuses: an event that table case_move does not allow; here it is a broken invariant of the maker. */
#include "demo/story.h"

#include <string.h>

const char *const case_state_name[] = { "open", "waiting_us", "verifying", "closed", "withdrawn" };

#define UNCHANGED (-1)
#define AT_WORK (1u << CASE_OPEN | 1u << CASE_WAITING_US)
#define NOT_ENDED (AT_WORK | 1u << CASE_VERIFYING)

static const struct move {
	const char *type;
	unsigned in; /* states, as bits */
	int to;
	bool by_supplier;
} moves[] = {
	{ "acknowledged", NOT_ENDED | 1u << CASE_CLOSED, UNCHANGED, true },
	{ "responded", NOT_ENDED | 1u << CASE_CLOSED, UNCHANGED, true },
	{ "update", NOT_ENDED | 1u << CASE_CLOSED, UNCHANGED, true },
	{ "info_requested", 1u << CASE_OPEN, CASE_WAITING_US, true },
	{ "info_provided", 1u << CASE_WAITING_US, CASE_OPEN, false },
	{ "workaround_delivered", AT_WORK, UNCHANGED, true },
	{ "workaround_accepted", NOT_ENDED, UNCHANGED, false },
	{ "workaround_rejected", NOT_ENDED, UNCHANGED, false },
	{ "fix_declared", AT_WORK, CASE_VERIFYING, true },
	{ "fix_accepted", 1u << CASE_VERIFYING, CASE_CLOSED, false },
	{ "fix_rejected", 1u << CASE_VERIFYING, CASE_OPEN, false },
	{ "withdrawn", NOT_ENDED, CASE_WITHDRAWN, false },
};

static const struct move *move_of(const char *type)
{
	for (size_t i = 0; i < sizeof(moves) / sizeof(*moves); i++)
		if (strcmp(moves[i].type, type) == 0)
			return &moves[i];
	INVARIANT(!"a move of that name");
	return NULL;
}

static bool has_ended(const struct supplier_case *about)
{
	return about->state == CASE_CLOSED || about->state == CASE_WITHDRAWN;
}

struct supplier_case *story_open_case(struct story *story)
{
	for (int i = story->case_count - 1; i >= 0; i--)
		if (!has_ended(&story->supplier_case[i]))
			return &story->supplier_case[i];
	return NULL;
}

static const char *case_number(const struct story *story, const struct supplier_case *about)
{
	return arena_printf(story->arena, "CASE-%06lld", (long long)about->id);
}

/* Where the contract was found: the CI at fault first, then what is affected, then the service. */
static const char *find_path(const struct story *story, int contract, int *item_r)
{
	int items[LINKS_MAX + 1], count = 0;
	for (int cause = 1; cause >= 0; cause--)
		for (int i = 0; i < story->link_count; i++)
			if ((strcmp(story->link[i].role, "cause") == 0) == cause)
				items[count++] = story->link[i].item;
	items[count++] = story->scenario->service;
	return world_contract_path(story->world, contract, items, count, item_r);
}

static void sent_event(struct story *story, struct supplier_case *about)
{
	const struct contract *contract = &story->world->contract[about->contract];
	const char *targets = contract->targets[about->priority - 1];
	struct json_out data;
	json_begin(&data, story->arena, 512);
	json_open_object(&data, NULL);
	json_raw(&data, "targets", targets);
	json_int(&data, "contract", contract->id);
	json_int(&data, "terms", contract->terms_id);
	json_int(&data, "contract_version", contract->version);
	json_text(&data, "why", about->why);
	json_close_object(&data);
	event_add(story->arena, &about->events,
		(struct event){ .type = "sent",
			.role = "us",
			.occurred = about->sent,
			.recorded = about->sent,
			.actor = about->opened_by,
			.body = about->body,
			.data = data.text.data,
			.targets = targets });
}

bool act_escalate(struct story *story, instant at, int contract, const char *summary, const char *body)
{
	struct json_out data;
	if (!act_begin(story, &at))
		return false;
	INVARIANT(story->status >= IN_PROGRESS && story->status <= WAITING_SUPPLIER && story->case_count < CASES_MAX);
	INVARIANT(story->world->contract[contract].targets[story->priority - 1] != NULL);
	struct supplier_case *about = &story->supplier_case[story->case_count++];
	*about = (struct supplier_case){ .id = ids_take(&story->ids->supplier_case),
		.contract = contract,
		.state = CASE_OPEN,
		.priority = story->priority,
		.summary = summary,
		.body = body,
		.opened_by = story->owner,
		.sent = at,
		.updated = at,
		.acknowledged = INSTANT_NONE,
		.fixed = INSTANT_NONE,
		.closed = INSTANT_NONE,
		.version = 1 };
	about->why = find_path(story, contract, &about->item);
	sent_event(story, about);
	json_begin(&data, story->arena, 128);
	json_open_object(&data, NULL);
	json_text(&data, "case", case_number(story, about));
	json_text(&data, "supplier", story->world->contract[contract].supplier);
	json_text(&data, "contract", story->world->contract[contract].number);
	json_close_object(&data);
	act_event(story, "escalated", story->owner, act_role(story, story->owner), "system", NULL, data.text.data, at);
	story->updated = at;
	story->version++;
	return true;
}

static void change_state(
	struct supplier_case *about, const struct move *move, instant occurred, instant recorded, const char *ref)
{
	if (move->to != UNCHANGED)
		about->state = (enum case_state)move->to;
	about->updated = recorded;
	about->version++;
	about->ref = ref ? ref : about->ref;
	if (move->by_supplier && (about->acknowledged == INSTANT_NONE || occurred < about->acknowledged))
		about->acknowledged = occurred;
	if (strcmp(move->type, "fix_declared") == 0)
		about->fixed = about->declared = occurred;
	else if (strcmp(move->type, "fix_rejected") == 0)
		about->fixed = INSTANT_NONE;
	else if (strcmp(move->type, "info_requested") == 0)
		about->asked = occurred;
	else if (strcmp(move->type, "workaround_delivered") == 0)
		about->delivered = occurred;
	if (has_ended(about) && about->closed == INSTANT_NONE)
		about->closed = recorded;
}

static bool another_works(const struct story *story, const struct supplier_case *about)
{
	for (int i = 0; i < story->case_count; i++)
		if (&story->supplier_case[i] != about && story->supplier_case[i].state == CASE_OPEN)
			return true;
	return false;
}

bool act_case(struct story *story, struct supplier_case *about, const char *type, instant occurred, instant recorded,
	int who, const char *said, const char *ref)
{
	const struct move *move = move_of(type);
	struct json_out data;
	if (!act_begin(story, &recorded))
		return false;
	who = who == THE_OWNER ? story->owner : who;
	if (!move->by_supplier)
		occurred = recorded;
	INVARIANT((move->in & 1u << about->state) && occurred >= about->sent && occurred <= recorded);
	INVARIANT(move->by_supplier ? about->closed == INSTANT_NONE || occurred <= about->closed : who == story->owner);
	json_begin(&data, story->arena, 64);
	json_open_object(&data, NULL);
	if (ref)
		json_text(&data, "supplier_ref", ref);
	/* Mostly for information; the keys are those that every contract of the company has. */
	if (strcmp(move->type, "info_requested") == 0)
		json_text(&data, "pause_reason", about->id % 6 == 1 ? "access" : about->id % 6 == 4 ? "decision" : "information");
	json_close_object(&data);
	event_add(story->arena, &about->events,
		(struct event){ .type = move->type,
			.role = move->by_supplier ? "supplier" : "us",
			.occurred = occurred,
			.recorded = recorded,
			.actor = who,
			.body = said,
			.data = data.text.data });
	change_state(about, move, occurred, recorded, ref);
	json_begin(&data, story->arena, 96);
	json_open_object(&data, NULL);
	json_text(&data, "case", case_number(story, about));
	json_text(&data, "event", type);
	json_int(&data, "seq", about->events.count);
	json_close_object(&data);
	act_event(story, "case_changed", who, act_role(story, who), "system", NULL, data.text.data, recorded)->occurred =
		occurred;
	if ((about->state == CASE_WAITING_US || about->state == CASE_VERIFYING || about->state == CASE_WITHDRAWN) &&
		move->to != UNCHANGED && story->status == WAITING_SUPPLIER && !another_works(story, about)) {
		act_event(story, "resumed", who, act_role(story, who), "system", NULL,
			arena_printf(story->arena, "{\"case\": \"%s\"}", case_number(story, about)), recorded);
		story->status = IN_PROGRESS;
	}
	story->updated = recorded;
	story->version++;
	return true;
}
