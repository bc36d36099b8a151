/* Owns: the history of a CI as versions with what each changed. Refuses: nothing; history is only read here. */
#include "cmdb/cmdb.h"
#include "cmdb/model.h"

#include "cmdb/history.sql.h"
#include "db/query.h"

bool ci_history(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct page page;
	struct json_out json;
	int64_t id;
	if (!page_read(req, &page) || !query_done(req, (const char *const[]){ "limit", "cursor", NULL }) ||
		!path_id(req, 0, &id))
		return false;
	struct query_args args = query_args(ctx);
	arg_int(&args, id);
	arg_text(&args, page.count ? page.value[0] : NULL);
	arg_int(&args, page.limit + 1);
	struct rows *rows = query_run(ctx, QUERY_CI_HISTORY, &args);
	if (!rows)
		return false;
	int count = rows_count(rows), shown = count > page.limit ? page.limit : count;
	if (count == 0 && page.count == 0)
		return fail(ctx, ERROR_NOT_FOUND, "there is no such CI");
	json_begin(&json, ctx->arena, 8192);
	json_open_object(&json, NULL);
	json_open_array(&json, "items");
	for (int i = 0; i < shown; i++) {
		json_open_object(&json, NULL);
		json_raw(&json, "version", rows_text(rows, i, 0));
		json_instant(&json, "changed_at", rows_instant(rows, i, 1));
		json_ref(&json, "actor", rows_text(rows, i, 2), rows_text(rows, i, 3));
		json_text(&json, "source", rows_text(rows, i, 4));
		json_text(&json, "ticket", rows_text(rows, i, 5));
		json_raw(&json, "changes", rows_text(rows, i, 6));
		json_close_object(&json);
	}
	json_close_array(&json);
	const char *last = count > shown ? rows_text(rows, shown - 1, 0) : NULL;
	json_text(&json, "next", last ? page_cursor(req, &last, 1) : NULL);
	json_close_object(&json);
	return reply_json_out(req, 200, &json);
}
