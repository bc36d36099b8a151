/* Escalations: opening a case, recording its events, reading it.
 * Owns: the way from a ticket to a supplier. Refuses: rules of states (50_supply.sql) and working time (sla). */
#include "desk/desk.h"
#include "sla/clock_json.h"
#include "sla/subject.h"
#include "sla/zone_text.h"
#include "supply/supply.h"

#include "base/config.h"
#include "sla/clock_json.sql.h"
#include "supply/case.sql.h"

#include <string.h>

/* Events in the case itself; all of them come in pages from …/events. */
#define EVENTS_SHOWN 200

bool case_number_parse(struct request *req, const char *number, int64_t *id_r)
{
	if (strncmp(number, "CASE-", 5) != 0 || strlen(number) < 11 || !text_parse_int64(number + 5, id_r) || *id_r <= 0)
		return fail(&req->ctx, ERROR_NOT_FOUND, "There is no such case, or it is not yours");
	return true;
}

/* An escalation as it would be: contract, terms, and due instants in working time. */
struct plan {
	struct rows *row, *targets;
	instant due[16];
	int target_count;
	const char *deadlines; /* in the supplier's language, a line a metric */
};

enum plan_column {
	PLAN_CONTRACT,
	PLAN_SUPPLIER,
	PLAN_CI,
	PLAN_WHY,
	PLAN_PRIORITY,
	PLAN_TARGETS,
	PLAN_CALENDAR_VERSION,
	PLAN_LANGUAGE,
	PLAN_MAIL,
	PLAN_CONTRACT_VERSION,
	PLAN_CONTRACT_NUMBER,
	PLAN_SUPPLIER_NAME,
	PLAN_CALENDAR,
	PLAN_CALENDAR_NAME,
	PLAN_TERMS,
	PLAN_REASON,
	PLAN_BECAUSE
};

static const struct {
	const char *metric, *en, *ru;
} metric_words[] = {
	{ "acknowledge", "acknowledge", "подтверждение получения" },
	{ "response", "answer", "ответ по существу" },
	{ "workaround", "workaround", "обходное решение" },
	{ "resolution", "fix", "устранение" },
	{ "update", "news", "информирование о ходе работ" },
};

static const char *metric_in_words(const char *metric, bool russian)
{
	for (size_t i = 0; i < sizeof(metric_words) / sizeof(*metric_words); i++)
		if (strcmp(metric_words[i].metric, metric) == 0)
			return russian ? metric_words[i].ru : metric_words[i].en;
	return metric;
}

static bool plan_deadlines(struct ctx *ctx, struct plan *plan)
{
	bool russian = strcmp(rows_text(plan->row, 0, PLAN_LANGUAGE), "ru") == 0;
	struct text_out text;
	text_begin(&text, ctx->arena, 512);
	for (int i = 0; i < plan->target_count; i++) {
		const struct calendar *calendar = calendar_of_version(ctx, rows_int(plan->targets, i, 2));
		char when[ZONE_TEXT_BYTES];
		if (!calendar)
			return false;
		plan->due[i] = calendar_reach(calendar, ctx->now, rows_int(plan->targets, i, 1));
		if (plan->due[i] == INSTANT_NONE)
			return fail_field(ctx, "/contract", "the calendar of this contract ends before the target could be reached");
		if (!zone_text(plan->due[i], calendar_zone(calendar), russian, when))
			return fail_internal(ctx, ERROR_INTERNAL, "zone %s of a calendar cannot be read", calendar_zone(calendar));
		text_append_printf(&text, "%s  %s: %s (%s)", i > 0 ? "\n" : "",
			metric_in_words(rows_text(plan->targets, i, 0), russian), when, calendar_zone(calendar));
	}
	plan->deadlines = text.data;
	return true;
}

static bool plan_make(struct request *req, int64_t ticket, int64_t supplier, int64_t contract, struct plan *plan_r)
{
	struct ctx *ctx = &req->ctx;
	struct query_args args = query_args(ctx), targets = query_args(ctx);
	arg_int(&args, ticket);
	arg_int_or_null(&args, supplier, supplier == 0);
	arg_int_or_null(&args, contract, contract == 0);
	arg_instant(&args, ctx->now);
	arg_text(&args, ctx->actor.language);
	plan_r->row = query_one(ctx, QUERY_CASE_PLAN, &args);
	if (!plan_r->row)
		return false;
	arg_text(&targets, rows_text(plan_r->row, 0, PLAN_TARGETS));
	plan_r->targets = query_run(ctx, QUERY_CASE_PLAN_TARGETS, &targets);
	if (!plan_r->targets)
		return false;
	plan_r->target_count = rows_count(plan_r->targets);
	INVARIANT(plan_r->target_count <= 16);
	return plan_deadlines(ctx, plan_r);
}

static bool ticket_args(struct request *req, struct query_args *args_r, int64_t *ticket_r)
{
	if (!ticket_number_parse(req, req->path_arg[0], ticket_r))
		return false;
	*args_r = query_args(&req->ctx);
	arg_actor(args_r);
	arg_int(args_r, *ticket_r);
	return true;
}

bool case_create(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct query_args args, open_args = query_args(ctx);
	struct plan plan = { 0 };
	struct rows *opened;
	int64_t ticket;
	struct body *body = body_open(req);
	if (!body)
		return false;
	int64_t supplier = body_id(body, "supplier", BODY_OPTIONAL);
	int64_t contract = body_id(body, "contract", BODY_OPTIONAL);
	const char *summary = body_text(body, "summary", BODY_REQUIRED, 1, 300);
	const char *text = body_text(body, "body", BODY_REQUIRED, 1, 100000);
	if (!body_close(body) || !ticket_args(req, &args, &ticket))
		return false;
	/* The lock first: the contract is chosen for the ticket as it is when the case opens. */
	if (!query_one(ctx, QUERY_CASE_TICKET_LOCK, &args) || !plan_make(req, ticket, supplier, contract, &plan))
		return false;
	arg_actor(&open_args);
	arg_int(&open_args, ticket);
	arg_int(&open_args, rows_int(plan.row, 0, PLAN_CONTRACT));
	arg_int(&open_args, rows_int(plan.row, 0, PLAN_SUPPLIER));
	arg_text(&open_args, rows_text(plan.row, 0, PLAN_CI));
	arg_text(&open_args, rows_text(plan.row, 0, PLAN_WHY));
	arg_text(&open_args, rows_text(plan.row, 0, PLAN_TARGETS));
	arg_int(&open_args, rows_int(plan.row, 0, PLAN_CONTRACT_VERSION));
	arg_int(&open_args, rows_int(plan.row, 0, PLAN_TERMS));
	arg_text(&open_args, rows_text(plan.row, 0, PLAN_REASON));
	arg_text(&open_args, summary);
	arg_text(&open_args, text);
	arg_text(&open_args, plan.deadlines);
	arg_int(&open_args, ctx->config->desk_undo_s);
	opened = query_one(ctx, QUERY_CASE_OPEN, &open_args);
	if (!opened || !clocks_refresh_case(ctx, rows_int(opened, 0, 0)))
		return false;
	return case_reply(req, 201, rows_int(opened, 0, 0));
}

static void plan_json(struct json_out *json, const struct plan *plan)
{
	json_ref(json, "supplier", rows_text(plan->row, 0, PLAN_SUPPLIER), rows_text(plan->row, 0, PLAN_SUPPLIER_NAME));
	json_ref(json, "contract", rows_text(plan->row, 0, PLAN_CONTRACT), rows_text(plan->row, 0, PLAN_CONTRACT_NUMBER));
	json_ref(json, "calendar", rows_text(plan->row, 0, PLAN_CALENDAR), rows_text(plan->row, 0, PLAN_CALENDAR_NAME));
	json_text(json, "why", rows_text(plan->row, 0, PLAN_WHY));
	json_text(json, "because", rows_text(plan->row, 0, PLAN_BECAUSE));
	json_int(json, "edition", rows_int(plan->row, 0, PLAN_CONTRACT_VERSION));
	json_int(json, "priority", rows_int(plan->row, 0, PLAN_PRIORITY));
	json_open_array(json, "targets");
	for (int i = 0; i < plan->target_count; i++) {
		json_open_object(json, NULL);
		json_text(json, "metric", rows_text(plan->targets, i, 0));
		json_int(json, "target_s", rows_int(plan->targets, i, 1));
		json_instant(json, "due_at", plan->due[i]);
		json_close_object(json);
	}
	json_close_array(json);
}

static bool preview_mail(struct request *req, int64_t ticket, const struct plan *plan, const char *summary, const char *text,
	struct json_out *json)
{
	struct query_args args = query_args(&req->ctx);
	arg_int(&args, ticket);
	arg_text(&args, rows_text(plan->row, 0, PLAN_SUPPLIER));
	arg_text(&args, rows_text(plan->row, 0, PLAN_CONTRACT));
	arg_text(&args, rows_text(plan->row, 0, PLAN_CI));
	arg_text(&args, summary);
	arg_text(&args, text);
	arg_text(&args, plan->deadlines);
	arg_text(&args, rows_text(plan->row, 0, PLAN_LANGUAGE));
	struct rows *mail = query_one(&req->ctx, QUERY_CASE_MAIL_PREVIEW, &args);
	if (!mail)
		return false;
	json_open_object(json, "mail");
	json_text(json, "to", rows_text(plan->row, 0, PLAN_MAIL));
	json_text(json, "subject", rows_text(mail, 0, 0));
	json_text(json, "body", rows_text(mail, 0, 1));
	json_text(json, "language", rows_text(plan->row, 0, PLAN_LANGUAGE));
	json_close_object(json);
	return true;
}

static bool preview_candidates(struct request *req, int64_t ticket, struct json_out *json)
{
	struct query_args args = query_args(&req->ctx);
	arg_int(&args, ticket);
	arg_instant(&args, req->ctx.now);
	arg_text(&args, req->ctx.actor.language);
	struct rows *rows = query_run(&req->ctx, QUERY_CASE_CANDIDATES, &args);
	if (!rows)
		return false;
	json_open_array(json, "candidates");
	for (int i = 0; i < rows_count(rows); i++) {
		json_open_object(json, NULL);
		json_ref(json, "supplier", rows_text(rows, i, 0), rows_text(rows, i, 1));
		json_ref(json, "contract", rows_text(rows, i, 2), rows_text(rows, i, 3));
		json_text(json, "why", rows_text(rows, i, 4));
		json_text(json, "because", rows_text(rows, i, 5));
		json_close_object(json);
	}
	json_close_array(json);
	return true;
}

/* What an escalation would do, without doing it. A ticket that no contract covers gets candidates: [] and supplier null. */
bool case_preview(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct query_args args;
	struct plan plan = { 0 };
	struct json_out json;
	int64_t ticket;
	struct body *body = body_open(req);
	if (!body)
		return false;
	int64_t supplier = body_id(body, "supplier", BODY_OPTIONAL);
	int64_t contract = body_id(body, "contract", BODY_OPTIONAL);
	const char *summary = body_text(body, "summary", BODY_OPTIONAL, 0, 300);
	const char *text = body_text(body, "body", BODY_OPTIONAL, 0, 100000);
	if (!body_close(body) || !ticket_args(req, &args, &ticket))
		return false;
	struct rows *seen = query_one(ctx, QUERY_CASE_TICKET_VISIBLE, &args);
	if (!seen)
		return false;
	json_begin(&json, ctx->arena, 4096);
	json_open_object(&json, NULL);
	if (!preview_candidates(req, ticket, &json))
		return false;
	if (!plan_make(req, ticket, supplier, contract, &plan)) {
		if (ctx->error.kind != ERROR_INVALID || supplier != 0 || contract != 0)
			return false;
		const char *reason = ctx->error.fields ? ctx->error.fields->detail : ctx->error.detail;
		error_clear(ctx);
		json_put_null(&json, "supplier");
		json_put_null(&json, "contract");
		json_text(&json, "why", reason);
		json_open_array(&json, "targets");
		json_close_array(&json);
		json_put_null(&json, "mail");
	} else {
		plan_json(&json, &plan);
		if (!preview_mail(req, ticket, &plan, summary ? summary : rows_text(seen, 0, 1), text ? text : rows_text(seen, 0, 2), &json))
			return false;
	}
	json_close_object(&json);
	return reply_json_out(req, 200, &json);
}

void case_event_json(struct json_out *json, const struct rows *rows, int i)
{
	json_open_object(json, NULL);
	json_int(json, "seq", rows_int(rows, i, 0));
	json_text(json, "type", rows_text(rows, i, 1));
	json_instant(json, "occurred_at", rows_instant(rows, i, 2));
	json_instant(json, "recorded_at", rows_instant(rows, i, 3));
	json_int(json, "late_s", rows_int(rows, i, 4));
	json_text(json, "party", rows_text(rows, i, 5));
	json_ref(json, "author", rows_text(rows, i, 6), rows_text(rows, i, 7));
	json_text(json, "body", rows_text(rows, i, 8));
	json_raw(json, "data", rows_text(rows, i, 9));
	json_text(json, "hash", rows_text(rows, i, 10));
	json_close_object(json);
}

bool case_reply(struct request *req, int status, int64_t case_id)
{
	struct ctx *ctx = &req->ctx;
	struct query_args args = query_args(ctx), clock_args = query_args(ctx), event_args = query_args(ctx);
	struct json_out json;
	arg_actor(&args);
	arg_int(&args, case_id);
	arg_int(&clock_args, case_id);
	arg_actor(&event_args);
	arg_int(&event_args, case_id);
	arg_int(&event_args, EVENTS_SHOWN);
	struct query_step steps[] = { { QUERY_CASE_JSON, &args, NULL }, { QUERY_CLOCK_LIST_CASE, &clock_args, NULL },
		{ QUERY_CASE_EVENTS_NEWEST, &event_args, NULL } };
	if (!query_pipeline(ctx, steps, 3))
		return false;
	if (rows_null(steps[0].rows, 0, 0))
		return fail(ctx, ERROR_NOT_FOUND, "There is no such case, or it is not yours");
	json_begin(&json, ctx->arena, 8192);
	json_reopen_object(&json, rows_text(steps[0].rows, 0, 0), rows_length(steps[0].rows, 0, 0));
	if (!clock_list_json(ctx, &json, "clocks", steps[1].rows))
		return false;
	json_open_array(&json, "events");
	for (int i = 0; i < rows_count(steps[2].rows); i++)
		case_event_json(&json, steps[2].rows, i);
	json_close_array(&json);
	json_close_object(&json);
	reply_etag(req, rows_int(steps[0].rows, 0, 1));
	if (status == 201)
		reply_location(req, "/api/v1/cases/CASE-%06lld", (long long)case_id);
	return reply_json_out(req, status, &json);
}

bool case_read(struct request *req)
{
	int64_t id;
	return case_number_parse(req, req->path_arg[0], &id) && case_reply(req, 200, id);
}

static const char *const event_types[] = { "acknowledged", "responded", "info_requested", "info_provided", "update",
	"workaround_delivered", "workaround_accepted", "workaround_rejected", "fix_declared", "fix_accepted", "fix_rejected",
	"withdrawn", "noted", NULL };

/* What was said must not be empty where it is the point of the event. */
static bool needs_words(const char *type)
{
	return strcmp(type, "info_provided") == 0 || strcmp(type, "fix_rejected") == 0 || strcmp(type, "workaround_rejected") == 0
		|| strcmp(type, "noted") == 0;
}

static bool moves_ticket(const char *type)
{
	return strcmp(type, "info_requested") == 0 || strcmp(type, "fix_declared") == 0 || strcmp(type, "withdrawn") == 0;
}

bool case_event_create(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct query_args args = query_args(ctx);
	int64_t id;
	struct body *body = body_open(req);
	if (!body)
		return false;
	const char *type = body_choice(body, "type", BODY_REQUIRED, event_types);
	instant occurred_at = body_instant(body, "occurred_at", BODY_OPTIONAL);
	const char *text = body_text(body, "body", type && needs_words(type) ? BODY_REQUIRED : BODY_OPTIONAL, 1, 100000);
	const char *reference = body_text(body, "supplier_ref", BODY_OPTIONAL, 1, 100);
	const char *pause_reason = body_text(body, "pause_reason", BODY_OPTIONAL, 1, 41);
	int64_t file = body_id(body, "attachment", BODY_OPTIONAL);
	if (!body_close(body) || !case_number_parse(req, req->path_arg[0], &id))
		return false;
	arg_actor(&args);
	arg_int(&args, id);
	arg_text(&args, type);
	arg_instant(&args, occurred_at);
	arg_text(&args, text);
	arg_text(&args, reference);
	arg_text(&args, pause_reason);
	arg_int_or_null(&args, file, file == 0);
	struct rows *recorded = clocks_refresh_case_after(ctx, id, QUERY_CASE_EVENT_RECORD, &args);
	if (!recorded)
		return false;
	if (moves_ticket(type) && !clocks_refresh_ticket(ctx, rows_int(recorded, 0, 0)))
		return false;
	return case_reply(req, 201, id);
}
