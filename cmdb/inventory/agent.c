/* Agents as people see them: lists, one with its last inventory, decisions, and what a CI's page says of its agents.
 * Refuses: to decide about more than DECIDE_MAX at once. */
#include "cmdb/inventory/inventory.h"
#include "cmdb/inventory/inventory.sql.h"

#include "db/query.h"
#include "http/body.h"

#include <string.h>

#define DECIDE_MAX 200

static const char missing[] = "There is no such agent";

static bool path_id(struct request *req, const char *what, int64_t *id_r)
{
	if (text_parse_int64(req->path_arg[0], id_r) && *id_r > 0)
		return true;
	return fail(&req->ctx, ERROR_NOT_FOUND, "%s", what);
}

static bool reply_one(struct request *req, const struct query *query, int64_t id, const char *what)
{
	struct query_args args = query_args(&req->ctx);
	arg_int(&args, id);
	struct rows *rows = query_run(&req->ctx, query, &args);
	if (!rows)
		return false;
	if (rows_count(rows) == 0 || rows_null(rows, 0, 0))
		return fail(&req->ctx, ERROR_NOT_FOUND, "%s", what);
	return reply_json(req, 200, rows_text(rows, 0, 0), rows_length(rows, 0, 0));
}

/* Wildcards in what is looked for are letters. */
static const char *pattern_of(struct arena *arena, const char *text)
{
	struct text_out out;
	if (!text || !*text)
		return NULL;
	text_begin(&out, arena, strlen(text) * 2 + 3);
	text_append_char(&out, '%');
	for (; *text; text++) {
		if (strchr("%_\\", *text))
			text_append_char(&out, '\\');
		text_append_char(&out, *text);
	}
	text_append_char(&out, '%');
	return out.data;
}

bool inventory_agent_list(struct request *req)
{
	static const char *const known[] = { "state", "stale", "q", "limit", "cursor", NULL };
	static const char *const states[] = { "quarantine", "known", "rejected", "banned", NULL };
	struct ctx *ctx = &req->ctx;
	struct query_args args = query_args(ctx);
	struct page page;
	struct json_out json;
	instant after = INSTANT_NONE;
	int64_t id = 0;
	const char *state = query_choice(req, "state", states), *pattern = pattern_of(ctx->arena, request_query(req, "q"));
	bool stale = query_flag(req, "stale");
	if (!page_read(req, &page) || !query_done(req, known))
		return false;
	if (page.count > 0 && (page.count != 2 || !instant_parse(page.value[0], &after) || !text_parse_int64(page.value[1], &id)))
		return fail_field(ctx, "cursor", "is not one that this list gave");
	arg_text(&args, state);
	arg_bool(&args, stale);
	arg_text(&args, pattern);
	arg_instant(&args, after);
	arg_int_or_null(&args, id, page.count == 0);
	arg_int(&args, page.limit + 1);
	struct query_step steps[2] = { { QUERY_INVENTORY_AGENT_LIST, &args, NULL }, { QUERY_INVENTORY_AGENT_COUNTS, NULL, NULL } };
	if (!query_pipeline(ctx, steps, 2))
		return false;
	const struct rows *rows = steps[0].rows;
	int shown = rows_count(rows) > page.limit ? page.limit : rows_count(rows);
	json_begin(&json, ctx->arena, 1024 * (size_t)shown + 512);
	json_open_object(&json, NULL);
	json_open_array(&json, "items");
	for (int i = 0; i < shown; i++)
		json_raw(&json, NULL, rows_text(rows, i, 0));
	json_close_array(&json);
	json_text(&json, "next", rows_count(rows) > page.limit
			? page_cursor(req, (const char *[]){ rows_text(rows, shown - 1, 1), rows_text(rows, shown - 1, 2) }, 2) : NULL);
	json_raw(&json, "counts", rows_text(steps[1].rows, 0, 0));
	json_close_object(&json);
	return reply_json_out(req, 200, &json);
}

bool inventory_agent_read(struct request *req)
{
	int64_t id;
	return path_id(req, missing, &id) && reply_one(req, QUERY_INVENTORY_AGENT_JSON, id, missing);
}

bool inventory_agent_decide(struct request *req)
{
	static const char *const decisions[] = { "approve", "reject", "ban", "wait", NULL };
	struct ctx *ctx = &req->ctx;
	struct query_args args = query_args(ctx), after = query_args(ctx);
	struct body *body = body_open(req);
	const int64_t *agents = NULL;
	if (!body)
		return false;
	int count = body_ids(body, "agents", BODY_REQUIRED, DECIDE_MAX, &agents);
	const char *decision = body_choice(body, "decision", BODY_REQUIRED, decisions);
	const char *note = body_text(body, "note", BODY_OPTIONAL, 0, 1000);
	if (count == 0 && body_has(body, "agents"))
		body_wrong(body, "agents", "names no agent");
	if (!body_close(body))
		return false;
	arg_ints(&args, agents, count);
	arg_text(&args, decision);
	arg_text(&args, note);
	arg_int(&args, ctx->actor.id);
	arg_instant(&args, ctx->now);
	if (!query_one(ctx, QUERY_INVENTORY_DECIDE, &args))
		return false;
	arg_ints(&after, agents, count);
	struct rows *rows = query_one(ctx, QUERY_INVENTORY_AGENTS_JSON, &after);
	if (!rows)
		return false;
	ctx->after_commit = inventory_jobs_wake;
	return reply_json(req, 200, rows_text(rows, 0, 0), rows_length(rows, 0, 0));
}

bool inventory_ci_read(struct request *req)
{
	int64_t id;
	static const char what[] = "There is no such CI";
	return path_id(req, what, &id) && reply_one(req, QUERY_INVENTORY_OF_CI, id, what);
}
