/* Programs: of a CI, all products, the versions of one, and the machines that have it. */
#include "cmdb/inventory/inventory.h"
#include "cmdb/inventory/software.sql.h"

#include "db/query.h"
#include "http/body.h"

#include <string.h>

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

static bool bad_cursor(struct request *req)
{
	return fail_field(&req->ctx, "cursor", "is not one that this list gave");
}

static bool path_id(struct request *req, const char *what, int64_t *id_r)
{
	if (text_parse_int64(req->path_arg[0], id_r) && *id_r > 0)
		return true;
	return fail(&req->ctx, ERROR_NOT_FOUND, "%s", what);
}

static void end_list(struct request *req, struct json_out *json, const struct rows *rows, int shown, int limit, const int *columns, int count)
{
	const char *values[4] = { NULL };
	json_close_array(json);
	for (int i = 0; i < count && shown > 0; i++)
		values[i] = rows_text(rows, shown - 1, columns[i]);
	json_text(json, "next", rows_count(rows) > limit ? page_cursor(req, values, count) : NULL);
	json_close_object(json);
}

static void begin_list(struct json_out *json, struct arena *arena, int shown)
{
	json_begin(json, arena, 256 * (size_t)shown + 128);
	json_open_object(json, NULL);
	json_open_array(json, "items");
}

static int shown_of(const struct rows *rows, int limit)
{
	return rows_count(rows) > limit ? limit : rows_count(rows);
}

bool software_of_ci(struct request *req)
{
	static const char *const known[] = { "gone", "q", "limit", "cursor", NULL };
	static const int place[] = { 0, 4, 7 };
	struct ctx *ctx = &req->ctx;
	struct query_args args = query_args(ctx), exists = query_args(ctx);
	struct page page;
	struct json_out json;
	int64_t id, version = 0;
	instant since = INSTANT_NONE;
	bool gone = query_flag(req, "gone");
	if (!path_id(req, "There is no such CI", &id) || !page_read(req, &page) || !query_done(req, known))
		return false;
	if (page.count > 0 && (page.count != 3 || !text_parse_int64(page.value[1], &version) || !instant_parse(page.value[2], &since)))
		return bad_cursor(req);
	arg_int(&args, id);
	arg_bool(&args, gone);
	arg_text(&args, pattern_of(ctx->arena, request_query(req, "q")));
	arg_text(&args, page.count > 0 ? page.value[0] : NULL);
	arg_int_or_null(&args, version, page.count == 0);
	arg_instant(&args, since);
	arg_int(&args, page.limit + 1);
	arg_int(&exists, id);
	struct query_step steps[2] = { { QUERY_SOFTWARE_OF_CI, &args, NULL }, { QUERY_SOFTWARE_CI_KNOWN, &exists, NULL } };
	if (!query_pipeline(ctx, steps, 2))
		return false;
	if (rows_count(steps[1].rows) == 0)
		return fail(ctx, ERROR_NOT_FOUND, "There is no such CI");
	const struct rows *rows = steps[0].rows;
	int shown = shown_of(rows, page.limit);
	begin_list(&json, ctx->arena, shown);
	for (int i = 0; i < shown; i++) {
		json_open_object(&json, NULL);
		json_ref(&json, "product", rows_text(rows, i, 3), rows_text(rows, i, 0));
		json_text(&json, "publisher", rows_text(rows, i, 1));
		json_text(&json, "version", rows_text(rows, i, 2));
		json_instant(&json, "since", rows_instant(rows, i, 5));
		json_instant(&json, "until", rows_instant(rows, i, 6));
		json_close_object(&json);
	}
	end_list(req, &json, rows, shown, page.limit, place, 3);
	return reply_json_out(req, 200, &json);
}

bool software_product_list(struct request *req)
{
	static const char *const known[] = { "q", "limit", "cursor", NULL };
	static const int place[] = { 1, 2 };
	struct ctx *ctx = &req->ctx;
	struct query_args args = query_args(ctx);
	struct page page;
	struct json_out json;
	int64_t id = 0;
	if (!page_read(req, &page) || !query_done(req, known))
		return false;
	if (page.count > 0 && (page.count != 2 || !text_parse_int64(page.value[1], &id)))
		return bad_cursor(req);
	arg_text(&args, pattern_of(ctx->arena, request_query(req, "q")));
	arg_text(&args, page.count > 0 ? page.value[0] : NULL);
	arg_int_or_null(&args, id, page.count == 0);
	arg_int(&args, page.limit + 1);
	struct rows *rows = query_run(ctx, QUERY_SOFTWARE_PRODUCT_LIST, &args);
	if (!rows)
		return false;
	int shown = shown_of(rows, page.limit);
	begin_list(&json, ctx->arena, shown);
	for (int i = 0; i < shown; i++)
		json_raw(&json, NULL, rows_text(rows, i, 0));
	end_list(req, &json, rows, shown, page.limit, place, 2);
	return reply_json_out(req, 200, &json);
}

bool software_product_read(struct request *req)
{
	struct query_args args = query_args(&req->ctx);
	int64_t id;
	if (!path_id(req, "There is no such product", &id))
		return false;
	arg_int(&args, id);
	struct rows *rows = query_run(&req->ctx, QUERY_SOFTWARE_PRODUCT_JSON, &args);
	if (!rows)
		return false;
	if (rows_count(rows) == 0)
		return fail(&req->ctx, ERROR_NOT_FOUND, "There is no such product");
	return reply_json(req, 200, rows_text(rows, 0, 0), rows_length(rows, 0, 0));
}

bool software_machine_list(struct request *req)
{
	static const char *const known[] = { "version", "limit", "cursor", NULL };
	static const int place[] = { 1, 6, 0 };
	struct ctx *ctx = &req->ctx;
	struct query_args args = query_args(ctx);
	struct page page;
	struct json_out json;
	int64_t id, version = 0, ci = 0;
	if (!path_id(req, "There is no such product", &id) || !page_read(req, &page) || !query_done(req, known))
		return false;
	if (page.count > 0 && (page.count != 3 || !text_parse_int64(page.value[1], &version) || !text_parse_int64(page.value[2], &ci)))
		return bad_cursor(req);
	arg_int(&args, id);
	arg_text(&args, request_query(req, "version"));
	arg_text(&args, page.count > 0 ? page.value[0] : NULL);
	arg_int_or_null(&args, version, page.count == 0);
	arg_int(&args, page.limit + 1);
	arg_int_or_null(&args, ci, page.count == 0);
	struct rows *rows = query_run(ctx, QUERY_SOFTWARE_MACHINES, &args);
	if (!rows)
		return false;
	int shown = shown_of(rows, page.limit);
	begin_list(&json, ctx->arena, shown);
	for (int i = 0; i < shown; i++) {
		json_open_object(&json, NULL);
		json_ref(&json, "ci", rows_text(rows, i, 0), rows_text(rows, i, 1));
		json_open_object(&json, "class");
		json_text(&json, "name", rows_text(rows, i, 2));
		json_text(&json, "label", rows_text(rows, i, ctx->actor.language && strcmp(ctx->actor.language, "ru") == 0 ? 4 : 3));
		json_close_object(&json);
		json_text(&json, "version", rows_text(rows, i, 5));
		json_instant(&json, "since", rows_instant(rows, i, 7));
		json_text(&json, "owner", rows_text(rows, i, 8));
		json_bool(&json, "stale", rows_bool(rows, i, 9));
		json_close_object(&json);
	}
	end_list(req, &json, rows, shown, page.limit, place, 3);
	return reply_json_out(req, 200, &json);
}
