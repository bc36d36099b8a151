/* Confirming that CIs are as recorded: everybody for those they answer for, architects for all. Owns nothing.
 * Refuses: to confirm what changed after it was seen; that comes back as changed. */
#include "cmdb/evidence/evidence.h"
#include "cmdb/evidence/store.h"

#include "cmdb/cmdb.h"
#include "cmdb/evidence/confirm.sql.h"
#include "cmdb/model.h"
#include "http/body.h"

#include <string.h>

#define AT_ONCE_MAX 500

bool ci_checks(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct query_args args = query_args(ctx);
	struct json_out json;
	int64_t id;
	if (!query_done(req, (const char *const[]){ NULL }) || !path_id(req, 0, &id))
		return false;
	arg_int(&args, id);
	arg_text(&args, ctx->actor.language);
	arg_instant(&args, ctx->now);
	struct rows *rows = query_one(ctx, QUERY_CONFIRM_CHECKS, &args);
	if (!rows)
		return false;
	if (!CTX_HAS_ROLE(ctx, CMDB_READERS) && rows_int(rows, 0, 1) != ctx->actor.id)
		return fail(ctx, ERROR_NOT_FOUND, "there is no such CI");
	bool may = CTX_HAS_ROLE(ctx, CMDB_WRITERS) || rows_int(rows, 0, 1) == ctx->actor.id;
	json_begin(&json, ctx->arena, 4096);
	json_open_object(&json, NULL);
	json_raw(&json, "version", rows_text(rows, 0, 0));
	json_bool(&json, "can_confirm", may);
	json_instant(&json, "due_at", rows_instant(rows, 0, 4));
	json_raw(&json, "items", rows_text(rows, 0, 3));
	json_put_null(&json, "next");
	json_close_object(&json);
	return reply_json_out(req, 200, &json);
}

static struct rows *read_state(struct ctx *ctx)
{
	struct query_args args = query_args(ctx);
	arg_int(&args, ctx->actor.id);
	arg_instant(&args, ctx->now);
	return query_one(ctx, QUERY_CONFIRM_STATE, &args);
}

static void put_state(struct json_out *json, const struct rows *state)
{
	json_int(json, "owned", rows_int(state, 0, 0));
	json_raw(json, "due", rows_text(state, 0, 1));
	json_bool(json, "reminders", rows_bool(state, 0, 2));
	json_bool(json, "reminders_sent", rows_bool(state, 0, 3));
	json_text(json, "reminded_on", rows_text(state, 0, 4));
}

bool confirmation_list(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct page page;
	struct json_out json;
	bool all = query_flag(req, "all");
	if (!page_read(req, &page) || !query_done(req, (const char *const[]){ "all", "limit", "cursor", NULL }))
		return false;
	struct query_args args = query_args(ctx);
	arg_int(&args, ctx->actor.id);
	arg_bool(&args, all);
	arg_text(&args, page.count ? page.value[0] : NULL);
	arg_text(&args, page.count ? page.value[1] : NULL);
	arg_int(&args, page.limit + 1);
	arg_text(&args, ctx->actor.language);
	arg_instant(&args, ctx->now);
	struct rows *rows = query_run(ctx, QUERY_CONFIRM_LIST, &args), *state = rows ? read_state(ctx) : NULL;
	if (!state)
		return false;
	int count = rows_count(rows), shown = count > page.limit ? page.limit : count;
	json_begin(&json, ctx->arena, 16384);
	json_open_object(&json, NULL);
	put_state(&json, state);
	json_open_array(&json, "items");
	for (int i = 0; i < shown; i++)
		json_raw(&json, NULL, rows_text(rows, i, 2));
	json_close_array(&json);
	const char *last[2] = { NULL, NULL };
	if (count > shown) {
		last[0] = rows_text(rows, shown - 1, 1);
		last[1] = rows_text(rows, shown - 1, 0);
	}
	json_text(&json, "next", last[0] ? page_cursor(req, last, 2) : NULL);
	json_close_object(&json);
	return reply_json_out(req, 200, &json);
}

/* [{"ci", "version", "attribute"?}] as ci_confirm takes it; NULL: wrong or none. */
static const char *read_items(struct ctx *ctx, struct body *body)
{
	json_t *list = body_array(body, "items", BODY_REQUIRED, AT_ONCE_MAX);
	struct json_out json;
	if (!list)
		return NULL;
	if (json_array_size(list) == 0) {
		body_wrong(body, "items", "must not be empty");
		return NULL;
	}
	json_begin(&json, ctx->arena, 4096);
	json_open_array(&json, NULL);
	for (size_t i = 0; i < json_array_size(list); i++) {
		struct body *item = body_open_nested(body, arena_printf(ctx->arena, "/items/%zu", i), json_array_get(list, i));
		int64_t attribute = body_id(item, "attribute", BODY_OPTIONAL);
		json_open_object(&json, NULL);
		json_int(&json, "ci", body_id(item, "ci", BODY_REQUIRED));
		json_int(&json, "version", body_int(item, "version", BODY_REQUIRED, 1, INT32_MAX, 0));
		if (attribute)
			json_int(&json, "attribute", attribute);
		json_close_object(&json);
	}
	json_close_array(&json);
	return json.text.data;
}

bool confirmation_create(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct json_out json;
	struct body *body = body_open(req);
	if (!body)
		return false;
	const char *items = read_items(ctx, body);
	if (!body_close(body))
		return false;
	struct query_args args = query_args(ctx);
	arg_text(&args, items);
	arg_int(&args, ctx->actor.id);
	arg_bool(&args, CTX_HAS_ROLE(ctx, CMDB_WRITERS));
	arg_instant(&args, ctx->now);
	struct rows *rows = query_one(ctx, QUERY_CONFIRM_MANY, &args), *state = rows ? read_state(ctx) : NULL;
	if (!state)
		return false;
	json_begin(&json, ctx->arena, 1024);
	json_open_object(&json, NULL);
	json_int(&json, "confirmed", rows_int(rows, 0, 0));
	json_raw(&json, "changed", rows_text(rows, 0, 1));
	put_state(&json, state);
	json_close_object(&json);
	return reply_json_out(req, 201, &json);
}

bool confirmation_change(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct json_out json;
	struct body *body = body_open(req);
	if (!body)
		return false;
	if (!body_has(body, "reminders"))
		body_wrong(body, "reminders", "is required");
	bool on = body_bool(body, "reminders", true);
	if (!body_close(body))
		return false;
	struct query_args args = query_args(ctx);
	arg_int(&args, ctx->actor.id);
	arg_bool(&args, on);
	struct rows *rows = query_one(ctx, QUERY_CONFIRM_REMINDERS, &args), *state = rows ? read_state(ctx) : NULL;
	if (!state)
		return false;
	json_begin(&json, ctx->arena, 256);
	json_open_object(&json, NULL);
	put_state(&json, state);
	json_close_object(&json);
	return reply_json_out(req, 200, &json);
}
