/* What a supplier does with a link: sees its cases, answers, agrees, objects, sends a file.
 * Owns nothing. Refuses: to show a case that is not the link's, and anything that we wrote among ourselves (in the query). */
#include "desk/desk.h"
#include "http/body.h"
#include "sla/clock_json.h"
#include "sla/clock_json.sql.h"
#include "sla/subject.h"
#include "supply/case_event.h"
#include "supply/link.sql.h"
#include "supply/supplier_link.h"
#include "supply/supply.h"

#include <string.h>

#define NAME_MAX_CHARACTERS 100

/* May this browser act, and if not, why. */
static void access_json(struct json_out *json, const struct supplier_link *link)
{
	json_bool(json, "can_act", link->mine && !link->ended);
	json_text(json, "read_only", link->ended ? "ended" : link->mine ? NULL : "other_browser");
	json_instant(json, "expires_at", link->expires_at);
}

static void case_item(struct json_out *json, const struct rows *rows, int i)
{
	json_open_object(json, NULL);
	json_text(json, "number", rows_text(rows, i, 1));
	json_text(json, "summary", rows_text(rows, i, 2));
	json_text(json, "status", rows_text(rows, i, 3));
	json_int(json, "priority", rows_int(rows, i, 4));
	json_text(json, "supplier_ref", rows_text(rows, i, 5));
	json_instant(json, "sent_at", rows_instant(rows, i, 6));
	json_instant(json, "next_due_at", rows_instant(rows, i, 7));
	json_bool(json, "breached", rows_bool(rows, i, 8));
	json_text(json, "contract", rows_text(rows, i, 9));
	json_close_object(json);
}

bool supplier_page_view(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct query_args args = query_args(ctx);
	struct supplier_link link;
	struct json_out json;
	if (!supplier_link_open(req, &link))
		return false;
	arg_int(&args, link.id);
	arg_instant(&args, ctx->now);
	struct rows *cases = query_run(ctx, QUERY_LINK_CASE_LIST, &args);
	if (!cases)
		return false;
	json_begin(&json, ctx->arena, 2048);
	json_open_object(&json, NULL);
	json_text(&json, "purpose", link.coordinator ? "coordinator" : "case");
	json_text(&json, "supplier", link.supplier);
	json_text(&json, "language", link.language);
	access_json(&json, &link);
	json_open_array(&json, "cases");
	for (int i = 0; i < rows_count(cases); i++)
		case_item(&json, cases, i);
	json_close_array(&json);
	json_close_object(&json);
	return reply_json_out(req, 200, &json);
}

static bool case_answer(struct request *req, int status, const struct supplier_link *link, int64_t case_id)
{
	struct ctx *ctx = &req->ctx;
	struct query_args args = query_args(ctx), clock_args = query_args(ctx);
	struct json_out json;
	arg_int(&args, case_id);
	arg_int(&args, link->id);
	arg_int(&clock_args, case_id);
	struct query_step steps[] = { { QUERY_SUPPLIER_CASE_JSON, &args, NULL }, { QUERY_CLOCK_LIST_CASE, &clock_args, NULL } };
	if (!query_pipeline(ctx, steps, 2))
		return false;
	json_begin(&json, ctx->arena, 8192);
	json_reopen_object(&json, rows_text(steps[0].rows, 0, 0), rows_length(steps[0].rows, 0, 0));
	if (!clock_list_json(ctx, &json, "clocks", steps[1].rows))
		return false;
	json_instant(&json, "now", ctx->now);
	access_json(&json, link);
	json_close_object(&json);
	return reply_json_out(req, status, &json);
}

bool supplier_page_case(struct request *req)
{
	struct supplier_link link;
	int64_t case_id;
	return supplier_link_open(req, &link) && supplier_link_case(req, &link, &case_id) && case_answer(req, 200, &link, case_id);
}

static const char *const types[] = { "acknowledged", "responded", "info_requested", "update", "workaround_delivered", "fix_declared", NULL };

bool supplier_page_event(struct request *req)
{
	struct supplier_link link;
	struct supplier_act act = { .occurred_at = INSTANT_NONE };
	struct supplier_evidence given = { 0 };
	bool first;
	struct body *body = body_open(req);
	if (!body)
		return false;
	act.type = body_choice(body, "type", BODY_REQUIRED, types);
	act.text = body_text(body, "body", act.type && strcmp(act.type, "acknowledged") == 0 ? BODY_OPTIONAL : BODY_REQUIRED, 1, 20000);
	act.reference = body_text(body, "supplier_ref", BODY_OPTIONAL, 1, 100);
	given.pause_reason = body_text(body, "pause_reason", BODY_OPTIONAL, 1, 41);
	given.name = body_text(body, "name", BODY_OPTIONAL, 1, NAME_MAX_CHARACTERS);
	given.file = body_id(body, "attachment", BODY_OPTIONAL);
	if (!body_close(body) || !supplier_link_act(req, &given, &link, &act.case_id, &first, &act.evidence)
		|| (first && !case_event_by_supplier(&req->ctx, &act, NULL)))
		return false;
	return case_answer(req, first ? 201 : 200, &link, act.case_id);
}

static bool seq_read(struct request *req, const char *text, int64_t *seq_r)
{
	if (text_parse_int64(text, seq_r) && *seq_r > 0 && *seq_r < INT32_MAX)
		return true;
	return fail(&req->ctx, ERROR_NOT_FOUND, "There is no such pause of this case");
}

bool supplier_page_agree(struct request *req)
{
	struct query_args args = query_args(&req->ctx);
	struct supplier_link link;
	struct supplier_evidence given = { 0 };
	const char *evidence;
	int64_t case_id, seq;
	bool first;
	struct body *body = body_open(req);
	if (!body)
		return false;
	given.name = body_text(body, "name", BODY_OPTIONAL, 1, NAME_MAX_CHARACTERS);
	if (!body_close(body) || !supplier_link_act(req, &given, &link, &case_id, &first, &evidence) || !seq_read(req, req->path_arg[2], &seq))
		return false;
	arg_instant(&args, req->ctx.now);
	arg_int(&args, case_id);
	arg_int(&args, seq);
	arg_text(&args, evidence);
	if (first && !query_one(&req->ctx, QUERY_SUPPLIER_AGREE, &args))
		return false;
	return case_answer(req, first ? 201 : 200, &link, case_id);
}

bool supplier_page_contest(struct request *req)
{
	static const char *const wanted_choices[] = { "void", "instant", NULL };
	struct query_args args = query_args(&req->ctx);
	struct supplier_link link;
	struct supplier_evidence given = { 0 };
	const char *evidence;
	int64_t case_id;
	bool first;
	struct body *body = body_open(req);
	if (!body)
		return false;
	int64_t seq = body_int(body, "event", BODY_REQUIRED, 1, INT32_MAX, 0);
	int64_t pause = body_int(body, "pause", BODY_OPTIONAL, 1, INT32_MAX, 0);
	const char *reason = body_text(body, "reason", BODY_REQUIRED, 1, 4000);
	const char *wanted = body_choice(body, "wanted", BODY_REQUIRED, wanted_choices);
	bool instant_wanted = wanted && strcmp(wanted, "instant") == 0;
	instant occurred_at = body_instant(body, "occurred_at", instant_wanted ? BODY_REQUIRED : BODY_OPTIONAL);
	if (!instant_wanted && occurred_at != INSTANT_NONE)
		body_wrong(body, "occurred_at", "goes with wanted: instant");
	given.name = body_text(body, "name", BODY_OPTIONAL, 1, NAME_MAX_CHARACTERS);
	given.file = body_id(body, "attachment", BODY_OPTIONAL);
	if (!body_close(body) || !supplier_link_act(req, &given, &link, &case_id, &first, &evidence))
		return false;
	arg_instant(&args, req->ctx.now);
	arg_int(&args, case_id);
	arg_int(&args, seq);
	arg_int_or_null(&args, pause, pause == 0);
	arg_text(&args, reason);
	arg_instant(&args, occurred_at);
	arg_text(&args, evidence);
	if (first && !query_one(&req->ctx, QUERY_SUPPLIER_CONTEST, &args))
		return false;
	return case_answer(req, first ? 201 : 200, &link, case_id);
}

bool supplier_page_attach(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct query_args args = query_args(ctx);
	struct supplier_link link;
	struct json_out json;
	struct upload file;
	const char *evidence;
	int64_t case_id;
	bool first;
	if (!supplier_link_act(req, &(struct supplier_evidence){ 0 }, &link, &case_id, &first, &evidence) || !attachment_upload(req, &file))
		return false;
	arg_instant(&args, ctx->now);
	arg_int(&args, case_id);
	arg_int(&args, link.id);
	arg_text(&args, file.name);
	arg_text(&args, file.content_type);
	arg_bytes(&args, file.bytes, file.length);
	struct rows *made = query_one(ctx, QUERY_SUPPLIER_ATTACH, &args);
	if (!made)
		return false;
	json_begin(&json, ctx->arena, 256);
	json_open_object(&json, NULL);
	json_int(&json, "id", rows_int(made, 0, 0));
	json_text(&json, "name", file.name);
	json_int(&json, "size_bytes", (int64_t)file.length);
	json_text(&json, "sha256", rows_text(made, 0, 1));
	json_close_object(&json);
	return reply_json_out(req, 201, &json);
}

bool supplier_page_file(struct request *req)
{
	struct query_args args = query_args(&req->ctx);
	struct supplier_link link;
	int64_t case_id, id;
	if (!supplier_link_open(req, &link) || !supplier_link_case(req, &link, &case_id))
		return false;
	if (!text_parse_int64(req->path_arg[2], &id))
		return fail(&req->ctx, ERROR_NOT_FOUND, "There is no such file");
	arg_int(&args, id);
	arg_int(&args, case_id);
	arg_int(&args, link.id);
	struct rows *file = query_run(&req->ctx, QUERY_SUPPLIER_FILE, &args);
	if (!file)
		return false;
	if (rows_count(file) == 0)
		return fail(&req->ctx, ERROR_NOT_FOUND, "There is no such file");
	return attachment_send(req, id, rows_text(file, 0, 0), rows_text(file, 0, 1), rows_int(file, 0, 2));
}
