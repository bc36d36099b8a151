/* Owns: who uses a CI. Refuses: to forget who used it; an end is recorded. */
#include "cmdb/cmdb.h"
#include "cmdb/model.h"

#include "cmdb/user.sql.h"
#include "db/query.h"

bool ci_user_list(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct page page;
	struct json_out json;
	int64_t id;
	if (!page_read(req, &page) || !query_done(req, (const char *const[]){ "limit", "cursor", NULL }) ||
		!path_id(req, 0, &id))
		return false;
	struct query_args args = query_args(ctx), cursor = query_args(ctx);
	arg_int(&args, id);
	arg_int(&cursor, id);
	arg_text(&cursor, page.count ? page.value[0] : NULL);
	arg_text(&cursor, page.count ? page.value[1] : NULL);
	arg_int(&cursor, page.limit + 1);
	struct query_step steps[2] = { { QUERY_CI_EXISTS, &args, NULL }, { QUERY_CI_USER_LIST, &cursor, NULL } };
	if (!query_pipeline(ctx, steps, 2))
		return false;
	if (rows_count(steps[0].rows) == 0)
		return fail(ctx, ERROR_NOT_FOUND, "there is no such CI");
	const struct rows *rows = steps[1].rows;
	int count = rows_count(rows), shown = count > page.limit ? page.limit : count;
	json_begin(&json, ctx->arena, 4096);
	json_open_object(&json, NULL);
	json_open_array(&json, "items");
	for (int i = 0; i < shown; i++) {
		json_open_object(&json, NULL);
		json_ref(&json, "person", rows_text(rows, i, 0), rows_text(rows, i, 1));
		json_instant(&json, "since", rows_instant(rows, i, 2));
		json_close_object(&json);
	}
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

static bool settle(struct request *req, const struct query *query)
{
	struct ctx *ctx = &req->ctx;
	int64_t id, person_id;
	if (!path_id(req, 0, &id) || !path_id(req, 1, &person_id))
		return false;
	struct query_args args = query_args(ctx);
	arg_int(&args, id);
	arg_int(&args, person_id);
	arg_instant(&args, ctx->now);
	arg_int(&args, ctx->actor.id);
	return query_run(ctx, query, &args) && reply_empty(req, 204);
}

bool ci_user_put(struct request *req)
{
	return settle(req, QUERY_CI_USER_PUT);
}

bool ci_user_delete(struct request *req)
{
	return settle(req, QUERY_CI_USER_DELETE);
}
