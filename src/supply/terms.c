/* Lists, single objects and their saving for suppliers, contracts and calendars. Owns nothing. */
#include "supply/terms.h"

#include <stdlib.h>

bool terms_id(struct request *req, const char *missing, int64_t *id_r)
{
	if (text_parse_int64(req->path_arg[0], id_r) && *id_r > 0)
		return true;
	return fail(&req->ctx, ERROR_NOT_FOUND, "%s", missing);
}

bool terms_list(struct request *req, const struct query *query, struct query_args *args, const struct page *page)
{
	struct json_out json;
	int64_t after = 0;
	if (page->count > 0 && !text_parse_int64(page->value[0], &after))
		return fail_field(&req->ctx, "cursor", "is not one that this list gave");
	arg_int_or_null(args, after, page->count == 0);
	arg_int(args, page->limit + 1);
	struct rows *rows = query_run(&req->ctx, query, args);
	if (!rows)
		return false;
	int shown = rows_count(rows) > page->limit ? page->limit : rows_count(rows);
	json_begin(&json, req->ctx.arena, 4096);
	json_open_object(&json, NULL);
	json_open_array(&json, "items");
	for (int i = 0; i < shown; i++)
		json_raw(&json, NULL, rows_text(rows, i, 0));
	json_close_array(&json);
	const char *last = shown > 0 ? rows_text(rows, shown - 1, 1) : NULL;
	json_text(&json, "next", rows_count(rows) > page->limit ? page_cursor(req, &last, 1) : NULL);
	json_close_object(&json);
	return reply_json_out(req, 200, &json);
}

bool terms_read(struct request *req, const struct query *query, const struct query_args *args, const char *missing)
{
	struct rows *rows = query_run(&req->ctx, query, args);
	if (!rows)
		return false;
	if (rows_count(rows) == 0)
		return fail(&req->ctx, ERROR_NOT_FOUND, "%s", missing);
	reply_etag(req, rows_int(rows, 0, 1));
	return reply_json(req, 200, rows_text(rows, 0, 0), rows_length(rows, 0, 0));
}

bool terms_read_id(struct request *req, const struct query *query, const char *missing)
{
	struct query_args args = query_args(&req->ctx);
	int64_t id;
	if (!terms_id(req, missing, &id))
		return false;
	arg_int(&args, id);
	return terms_read(req, query, &args, missing);
}

bool terms_saved(struct request *req, const struct query *query, const struct query_args *args, const char *collection)
{
	struct rows *rows = query_one(&req->ctx, query, args);
	if (!rows)
		return false;
	reply_etag(req, rows_int(rows, 0, 1));
	if (collection)
		reply_location(req, "/api/v1/%s/%s", collection, rows_text(rows, 0, 2));
	return reply_json(req, collection ? 201 : 200, rows_text(rows, 0, 0), rows_length(rows, 0, 0));
}

const char *terms_json_text(struct ctx *ctx, json_t *value)
{
	char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
	INVARIANT(text != NULL);
	arena_on_release(ctx->arena, free, text);
	return text;
}
