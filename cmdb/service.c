/* Owns: what everyone may see of the CMDB: services to report against, and one's own devices.
 * Refuses: attributes and relations; those are for staff. */
#include "cmdb/cmdb.h"

#include "cmdb/service.sql.h"
#include "db/query.h"

#include <string.h>

static void write_class(struct json_out *json, const struct ctx *ctx, const struct rows *rows, int row, int column)
{
	json_open_object(json, "class");
	json_raw(json, "id", rows_text(rows, row, column));
	json_text(json, "name", rows_text(rows, row, column + 1));
	json_text(json, "label", rows_text(rows, row, column + (strcmp(ctx->actor.language, "ru") == 0 ? 3 : 2)));
	json_close_object(json);
}

bool service_list(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct page page;
	struct json_out json;
	if (!page_read(req, &page))
		return false;
	const char *q = request_query(req, "q");
	if (q && text_utf8_length(q) > 200)
		fail_field(ctx, "q", "may have at most 200 characters");
	if (!query_done(req, (const char *const[]){ "q", "limit", "cursor", NULL }))
		return false;
	struct query_args args = query_args(ctx);
	arg_text(&args, ctx->actor.language);
	arg_int(&args, ctx->actor.id);
	arg_text(&args, q ? text_trim(ctx->arena, q) : "");
	arg_text(&args, page.count ? page.value[0] : NULL);
	arg_text(&args, page.count ? page.value[1] : NULL);
	arg_int(&args, page.limit + 1);
	struct rows *rows = query_run(ctx, QUERY_SERVICE_LIST, &args);
	if (!rows)
		return false;
	int count = rows_count(rows), shown = count > page.limit ? page.limit : count;
	json_begin(&json, ctx->arena, 8192);
	json_open_object(&json, NULL);
	json_open_array(&json, "items");
	for (int i = 0; i < shown; i++) {
		json_open_object(&json, NULL);
		json_raw(&json, "id", rows_text(rows, i, 0));
		json_text(&json, "name", rows_text(rows, i, 1));
		json_text(&json, "status", rows_text(rows, i, 2));
		json_bool(&json, "mine", rows_bool(rows, i, 3));
		write_class(&json, ctx, rows, i, 4);
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

bool my_devices(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct json_out json;
	if (!query_done(req, (const char *const[]){ NULL }))
		return false;
	struct query_args args = query_args(ctx);
	arg_int(&args, ctx->actor.id);
	struct rows *rows = query_run(ctx, QUERY_DEVICE_LIST_MINE, &args);
	if (!rows)
		return false;
	json_begin(&json, ctx->arena, 2048);
	json_open_object(&json, NULL);
	json_open_array(&json, "items");
	for (int i = 0; i < rows_count(rows); i++) {
		json_open_object(&json, NULL);
		json_raw(&json, "id", rows_text(rows, i, 0));
		json_text(&json, "name", rows_text(rows, i, 1));
		json_text(&json, "status", rows_text(rows, i, 2));
		json_text(&json, "location", rows_text(rows, i, 3));
		json_instant(&json, "since", rows_instant(rows, i, 4));
		write_class(&json, ctx, rows, i, 5);
		json_close_object(&json);
	}
	json_close_array(&json);
	json_put_null(&json, "next");
	json_close_object(&json);
	return reply_json_out(req, 200, &json);
}
