/* Owns: what happened to a CI in one list, and two CIs (or one at two instants, in two versions) side by side. Refuses: an instant and
 * a version for the same side. */
#include "cmdb/history/history.h"

#include "cmdb/history/time.sql.h"
#include "cmdb/model.h"
#include "db/query.h"

#include <string.h>

static void write_event(struct json_out *json, const struct rows *rows, int row)
{
	const char *what = rows_text(rows, row, 3);
	json_open_object(json, NULL);
	json_instant(json, "at", rows_instant(rows, row, 0));
	json_text(json, "what", what);
	json_ref(json, "actor", rows_text(rows, row, 4), rows_text(rows, row, 5));
	json_text(json, "source", rows_text(rows, row, 6));
	json_text(json, "ticket", rows_text(rows, row, 7));
	if (strcmp(what, "version") == 0)
		json_raw(json, "version", rows_text(rows, row, 2));
	json_raw(json, strcmp(what, "version") == 0 ? "changes" : strstr(what, "related") ? "relation" : "person", rows_text(rows, row, 8));
	json_close_object(json);
}

bool ci_timeline(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct page page;
	struct json_out json;
	int64_t id;
	if (!page_read(req, &page) || !query_done(req, (const char *const[]){ "limit", "cursor", NULL }) || !path_id(req, 0, &id))
		return false;
	struct query_args known = query_args(ctx), args = query_args(ctx);
	arg_int(&known, id);
	arg_int(&args, id);
	arg_text(&args, page.count ? page.value[0] : NULL);
	arg_text(&args, page.count ? page.value[1] : NULL);
	arg_text(&args, page.count ? page.value[2] : NULL);
	arg_int(&args, page.limit + 1);
	struct query_step steps[2] = { { QUERY_CI_KNOWN, &known, NULL }, { QUERY_CI_TIMELINE, &args, NULL } };
	if (!query_pipeline(ctx, steps, 2))
		return false;
	if (rows_count(steps[0].rows) == 0)
		return fail(ctx, ERROR_NOT_FOUND, "there is no such CI");
	const struct rows *rows = steps[1].rows;
	int count = rows_count(rows), shown = count > page.limit ? page.limit : count;
	json_begin(&json, ctx->arena, 16384);
	json_open_object(&json, NULL);
	json_open_array(&json, "items");
	for (int i = 0; i < shown; i++)
		write_event(&json, rows, i);
	json_close_array(&json);
	const char *last[3] = { NULL, NULL, NULL };
	for (int i = 0; i < 3 && count > shown; i++)
		last[i] = rows_text(rows, shown - 1, i);
	json_text(&json, "next", last[0] ? page_cursor(req, last, 3) : NULL);
	json_close_object(&json);
	return reply_json_out(req, 200, &json);
}

/* One side: ci, and an instant or a version. */
static void read_side(struct request *req, struct query_args *args, const char *ci, const char *at, const char *version, int64_t fallback)
{
	struct ctx *ctx = &req->ctx;
	int64_t id = query_int(req, ci, fallback, 1, INT64_MAX), number = query_int(req, version, 0, 1, INT32_MAX);
	instant when = query_instant(req, at, INSTANT_NONE);
	if (id == 0)
		fail_field(ctx, ci, "is required: the id of a CI");
	if (number && when != INSTANT_NONE)
		fail_field(ctx, version, "give an instant or a version, not both");
	arg_int(args, id);
	arg_instant(args, when);
	arg_int_or_null(args, number, number == 0);
}

bool ci_compare(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct query_args args = query_args(ctx);
	int64_t one = query_int(req, "one", 0, 1, INT64_MAX);
	read_side(req, &args, "one", "one_at", "one_version", 0);
	read_side(req, &args, "other", "other_at", "other_version", one);
	arg_text(&args, ctx->actor.language);
	if (!query_done(req, (const char *const[]){ "one", "one_at", "one_version", "other", "other_at", "other_version", NULL }))
		return false;
	struct rows *rows = query_one(ctx, QUERY_CI_COMPARE, &args);
	return rows && reply_json(req, 200, rows_text(rows, 0, 0), rows_length(rows, 0, 0));
}
