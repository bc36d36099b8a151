/* See pages.h. Owns nothing. */
#include "post/pages.h"

bool pages_id(struct request *req, const char *missing, int64_t *id_r)
{
	if (text_parse_int64(req->path_arg[0], id_r) && *id_r > 0)
		return true;
	return fail(&req->ctx, ERROR_NOT_FOUND, "%s", missing);
}

bool pages_list(struct request *req, const struct query *query, struct query_args *args)
{
	struct ctx *ctx = &req->ctx;
	struct page page;
	struct json_out json;
	int64_t before = 0;
	if (!page_read(req, &page))
		return false;
	if (page.count > 0 && !text_parse_int64(page.value[0], &before))
		return fail_field(ctx, "cursor", "is not one that this list gave");
	arg_int_or_null(args, before, page.count == 0);
	arg_int(args, page.limit + 1);
	struct rows *rows = query_run(ctx, query, args);
	if (!rows)
		return false;
	int shown = rows_count(rows) > page.limit ? page.limit : rows_count(rows);
	json_begin(&json, ctx->arena, 512 * (size_t)shown + 256);
	json_open_object(&json, NULL);
	json_open_array(&json, "items");
	for (int i = 0; i < shown; i++)
		json_raw(&json, NULL, rows_text(rows, i, 0));
	json_close_array(&json);
	if (rows_count(rows) > page.limit) {
		const char *last = rows_text(rows, shown - 1, 1);
		json_text(&json, "next", page_cursor(req, &last, 1));
	} else {
		json_put_null(&json, "next");
	}
	json_close_object(&json);
	return reply_json_out(req, 200, &json);
}

bool pages_one(struct request *req, const struct query *query, const struct query_args *args, const char *missing)
{
	struct rows *rows = query_run(&req->ctx, query, args);
	if (!rows)
		return false;
	if (rows_count(rows) == 0 || rows_null(rows, 0, 0))
		return fail(&req->ctx, ERROR_NOT_FOUND, "%s", missing);
	return reply_json(req, 200, rows_text(rows, 0, 0), rows_length(rows, 0, 0));
}
