/* The whole ticket as an answer.
 * Owns: how a row of ticket_read is written. Refuses: to show a clock as it was when its row was written; what runs is
 * brought up to the second of the answer. */
#include "desk/desk.h"
#include "desk/ticket.sql.h"
#include "sla/clock_json.h"
#include "sla/clock_json.sql.h"
#include "sla/subject.h"

#include <string.h>

/* Columns of ticket_read. */
enum column {
	NUMBER,
	KIND,
	SUBJECT,
	BODY,
	STATUS,
	PRIORITY,
	IMPACT,
	URGENCY,
	CHANNEL,
	REPORTER,
	OPENED_BY = REPORTER + 2,
	OWNER = OPENED_BY + 2,
	TEAM = OWNER + 2,
	TEAM_LEVEL = TEAM + 2,
	SERVICE,
	CATEGORY = SERVICE + 2,
	SUPPLIER = CATEGORY + 2,
	OPENED_AT = SUPPLIER + 2,
	UPDATED_AT,
	RESOLVED_AT,
	CLOSED_AT,
	PROMISED_AT,
	REOPEN_UNTIL,
	CLOSE_DUE_AT,
	CAUSE,
	FIX,
	PREVENTION,
	NO_PREVENTION,
	NO_CI_REASON,
	REOPEN_COUNT,
	HANDOVER_COUNT,
	EXTERNAL_SOURCE,
	EXTERNAL_NUMBER,
	RESTRICTED,
	HANDOVER,
	RATING,
	OWNERS,
	CIS,
	ATTACHMENTS,
	PARTICIPANTS,
	CAN,
	VERSION,
	INSIDE
};

struct named_column {
	const char *key;
	enum column column;
};

static void write_facts(struct json_out *json, const struct rows *t)
{
	static const struct named_column texts[] = { { "number", NUMBER }, { "kind", KIND }, { "subject", SUBJECT },
		{ "body", BODY }, { "status", STATUS }, { "channel", CHANNEL } };
	static const struct named_column numbers[] = { { "priority", PRIORITY }, { "impact", IMPACT },
		{ "urgency", URGENCY }, { "reopen_count", REOPEN_COUNT }, { "handover_count", HANDOVER_COUNT },
		{ "version", VERSION } };
	static const struct named_column references[] = { { "reporter", REPORTER }, { "opened_by", OPENED_BY },
		{ "owner", OWNER }, { "service", SERVICE }, { "category", CATEGORY }, { "supplier", SUPPLIER } };
	static const struct named_column instants[] = { { "opened_at", OPENED_AT }, { "updated_at", UPDATED_AT },
		{ "resolved_at", RESOLVED_AT }, { "closed_at", CLOSED_AT }, { "promised_at", PROMISED_AT },
		{ "reopen_until", REOPEN_UNTIL }, { "close_due_at", CLOSE_DUE_AT } };
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		json_text(json, texts[i].key, rows_text(t, 0, (int)texts[i].column));
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		json_raw(json, numbers[i].key, rows_text(t, 0, (int)numbers[i].column));
	for (size_t i = 0; i < sizeof(references) / sizeof(*references); i++)
		json_ref(json, references[i].key, rows_text(t, 0, (int)references[i].column),
			rows_text(t, 0, (int)references[i].column + 1));
	for (size_t i = 0; i < sizeof(instants) / sizeof(*instants); i++)
		json_instant(json, instants[i].key, rows_instant(t, 0, (int)instants[i].column));
}

static void write_team(struct json_out *json, const struct rows *t)
{
	json_open_object(json, "team");
	json_raw(json, "id", rows_text(t, 0, TEAM));
	json_text(json, "name", rows_text(t, 0, TEAM + 1));
	json_raw(json, "level", rows_text(t, 0, TEAM_LEVEL));
	json_close_object(json);
}

static void write_resolution_text(struct json_out *json, const struct rows *t)
{
	if (rows_null(t, 0, FIX)) {
		json_put_null(json, "resolution_text");
		return;
	}
	json_open_object(json, "resolution_text");
	json_text(json, "cause", rows_text(t, 0, CAUSE));
	json_text(json, "fix", rows_text(t, 0, FIX));
	json_text(json, "prevention", rows_text(t, 0, PREVENTION));
	json_bool(json, "no_prevention", rows_bool(t, 0, NO_PREVENTION));
	json_text(json, "no_ci_reason", rows_text(t, 0, NO_CI_REASON));
	json_close_object(json);
}

static void write_external(struct json_out *json, const struct rows *t)
{
	if (rows_null(t, 0, EXTERNAL_SOURCE)) {
		json_put_null(json, "external");
		return;
	}
	json_open_object(json, "external");
	json_text(json, "source", rows_text(t, 0, EXTERNAL_SOURCE));
	json_text(json, "number", rows_text(t, 0, EXTERNAL_NUMBER));
	json_close_object(json);
}

/* Lists come as JSON from SQL, an empty one as NULL. */
static void write_lists(struct json_out *json, const struct rows *t)
{
	static const struct named_column lists[] = { { "owners", OWNERS }, { "cis", CIS }, { "attachments", ATTACHMENTS },
		{ "participants", PARTICIPANTS }, { "can", CAN } };
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		const char *list = rows_text(t, 0, (int)lists[i].column);
		json_raw(json, lists[i].key, list ? list : "[]");
	}
	json_bool(json, "restricted", rows_bool(t, 0, RESTRICTED));
	json_bool(json, "pending_handover", !rows_null(t, 0, HANDOVER));
	json_raw(json, "handover", rows_text(t, 0, HANDOVER));
	json_raw(json, "rating", rows_text(t, 0, RATING));
}

static void write_case(struct json_out *json, const struct rows *cases, int i)
{
	json_int(json, "id", rows_int(cases, i, 0));
	json_text(json, "number", rows_text(cases, i, 1));
	json_ref(json, "supplier", rows_text(cases, i, 2), rows_text(cases, i, 3));
	json_ref(json, "contract", rows_text(cases, i, 4), rows_text(cases, i, 5));
	json_text(json, "status", rows_text(cases, i, 6));
	json_instant(json, "sent_at", rows_instant(cases, i, 7));
	json_instant(json, "next_due_at", rows_instant(cases, i, 8));
	json_text(json, "supplier_ref", rows_text(cases, i, 9));
}

#define CASES_WITH_CLOCKS 8

/* The newest open cases come with their clocks, which the page shows beside the ticket's own. */
static bool write_cases(struct ctx *ctx, struct json_out *json, const struct rows *cases)
{
	int with_clocks = rows_count(cases) < CASES_WITH_CLOCKS ? rows_count(cases) : CASES_WITH_CLOCKS;
	struct query_args args[CASES_WITH_CLOCKS];
	struct query_step steps[CASES_WITH_CLOCKS];
	for (int i = 0; i < with_clocks; i++) {
		args[i] = query_args(ctx);
		arg_int(&args[i], rows_int(cases, i, 0));
		steps[i] = (struct query_step){ QUERY_CLOCK_LIST_CASE, &args[i], NULL };
	}
	if (with_clocks > 0 && !query_pipeline(ctx, steps, with_clocks))
		return false;
	json_open_array(json, "cases");
	for (int i = 0; i < rows_count(cases); i++) {
		json_open_object(json, NULL);
		write_case(json, cases, i);
		if (i < with_clocks && !clock_list_json(ctx, json, "clocks", steps[i].rows))
			return false;
		json_close_object(json);
	}
	json_close_array(json);
	return true;
}

/* From outside: whom we wait for, while we do, and nothing else. */
static void write_cases_outside(struct json_out *json, const struct rows *cases, bool waiting)
{
	json_open_array(json, "cases");
	if (waiting && rows_count(cases) > 0) {
		json_open_object(json, NULL);
		json_ref(json, "supplier", rows_text(cases, 0, 2), rows_text(cases, 0, 3));
		json_text(json, "status", "open");
		json_close_object(json);
	}
	json_close_array(json);
}

/* Columns as in clock_json.sql. */
static bool write_brief(struct ctx *ctx, struct json_out *json, const char *metric, const struct rows *clocks)
{
	for (int i = 0; i < rows_count(clocks); i++) {
		int64_t target_s = rows_int(clocks, i, 3), elapsed_s;
		if (strcmp(rows_text(clocks, i, 0), metric) != 0)
			continue;
		if (!clock_elapsed_now(ctx, rows_text(clocks, i, 2), rows_int(clocks, i, 4), rows_instant(clocks, i, 5),
				rows_int(clocks, i, 10), &elapsed_s))
			return false;
		json_open_object(json, metric);
		json_text(json, "state", rows_text(clocks, i, 2));
		json_instant(json, "due_at", rows_instant(clocks, i, 8));
		json_bool(json, "breached", !rows_null(clocks, i, 9) || elapsed_s > target_s);
		json_int(json, "remaining_s", target_s - elapsed_s);
		json_close_object(json);
		return true;
	}
	json_put_null(json, metric);
	return true;
}

/* REQ-000042 is not another address of INC-000042. What the operation did is rolled back with the refusal. */
static bool number_agrees(const struct request *req, const char *number)
{
	static const char pattern[] = "/api/v1/tickets/{number}";
	return strncmp(req->route->pattern, pattern, sizeof(pattern) - 1) != 0 || strcmp(req->path_arg[0], number) == 0;
}

/* Staff who see a ticket only as its reporter do not see how teams measure each other. */
static struct rows *clocks_outside(struct ctx *ctx, int64_t ticket_id)
{
	struct query_args args = query_args(ctx);
	arg_int(&args, ticket_id);
	arg_bool(&args, false);
	return query_run(ctx, QUERY_CLOCK_LIST_TICKET, &args);
}

static bool write_clocks(struct ctx *ctx, struct json_out *json, const struct rows *clocks)
{
	return write_brief(ctx, json, "response", clocks) && write_brief(ctx, json, "resolution", clocks) &&
		clock_list_json(ctx, json, "clocks", clocks);
}

static bool write_ticket(struct request *req, int status, int64_t ticket_id, const struct query_step *steps)
{
	struct ctx *ctx = &req->ctx;
	const struct rows *t = steps[0].rows, *clocks = steps[1].rows, *cases = steps[2].rows;
	struct json_out json;
	if (rows_count(t) == 0 || !number_agrees(req, rows_text(t, 0, NUMBER)))
		return fail(ctx, ERROR_NOT_FOUND, "There is no such ticket, or it is not yours");
	bool inside = rows_bool(t, 0, INSIDE);
	if (!inside && CTX_HAS_ROLE(ctx, ROLES_STAFF)) {
		clocks = clocks_outside(ctx, ticket_id);
		if (!clocks)
			return false;
	}
	json_begin(&json, ctx->arena, rows_length(t, 0, BODY) + 8192);
	json_open_object(&json, NULL);
	write_facts(&json, t);
	write_team(&json, t);
	write_resolution_text(&json, t);
	write_external(&json, t);
	write_lists(&json, t);
	if (!write_clocks(ctx, &json, clocks))
		return false;
	if (!inside)
		write_cases_outside(&json, cases, strcmp(rows_text(t, 0, STATUS), "waiting_supplier") == 0);
	else if (!write_cases(ctx, &json, cases))
		return false;
	json_close_object(&json);
	reply_etag(req, rows_int(t, 0, VERSION));
	if (status == 201)
		reply_location(req, "/api/v1/tickets/%s", rows_text(t, 0, NUMBER));
	return reply_json_out(req, status, &json);
}

/* `number` NULL: an operation of this request has checked that the actor may see it. */
static bool answer(struct request *req, int status, int64_t ticket_id, const char *number)
{
	struct ctx *ctx = &req->ctx;
	struct query_args ticket = query_args(ctx), clocks = query_args(ctx), cases = query_args(ctx);
	struct query_step steps[] = {
		{ QUERY_TICKET_READ, &ticket, NULL },
		{ QUERY_CLOCK_LIST_TICKET, &clocks, NULL },
		{ QUERY_TICKET_CASES, &cases, NULL },
	};
	arg_actor(&ticket);
	arg_int(&ticket, ticket_id);
	arg_text(&ticket, ctx->actor.language);
	arg_bool(&ticket, number == NULL);
	arg_text(&ticket, number);
	arg_int(&clocks, ticket_id);
	arg_bool(&clocks, CTX_HAS_ROLE(ctx, ROLES_STAFF | ROLES_READ_ALL));
	arg_int(&cases, ticket_id);
	return query_pipeline(ctx, steps, 3) && write_ticket(req, status, ticket_id, steps);
}

bool ticket_answer(struct request *req, int status, int64_t ticket_id)
{
	return answer(req, status, ticket_id, NULL);
}

bool ticket_changed(struct request *req, int status, int64_t ticket_id)
{
	return clocks_refresh_ticket(&req->ctx, ticket_id) && answer(req, status, ticket_id, NULL);
}

bool ticket_read(struct request *req)
{
	int64_t id;
	return ticket_number_parse(req, req->path_arg[0], &id) && answer(req, 200, id, req->path_arg[0]);
}
