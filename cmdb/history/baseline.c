/* Owns: baselines: a class, a query or a service with what it stands on, as it was at an instant; and how it differs from that now.
 * Refuses: to change one, and more CIs than 100,000 in one. */
#include "cmdb/history/history.h"

#include "cmdb/history/time.sql.h"
#include "cmdb/query/query.h"
#include "db/query.h"
#include "http/body.h"

#include <string.h>

static const char *label(const struct ctx *ctx, const struct rows *rows, int row, int english)
{
	return rows_text(rows, row, english + (strcmp(ctx->actor.language, "ru") == 0 ? 1 : 0));
}

static void write_class(struct json_out *json, const struct ctx *ctx, const struct rows *rows, int row, int column)
{
	if (rows_null(rows, row, column)) {
		json_put_null(json, "class");
		return;
	}
	json_open_object(json, "class");
	json_raw(json, "id", rows_text(rows, row, column));
	json_text(json, "name", rows_text(rows, row, column + 1));
	json_text(json, "label", label(ctx, rows, row, column + 2));
	json_close_object(json);
}

static void write_baseline(struct json_out *json, const char *key, const struct ctx *ctx, const struct rows *rows, int row)
{
	json_open_object(json, key);
	json_raw(json, "id", rows_text(rows, row, 0));
	json_text(json, "name", rows_text(rows, row, 1));
	json_text(json, "note", rows_text(rows, row, 2));
	json_text(json, "kind", rows_text(rows, row, 3));
	write_class(json, ctx, rows, row, 4);
	json_text(json, "query", rows_text(rows, row, 8));
	json_ref(json, "service", rows_text(rows, row, 9), rows_text(rows, row, 10));
	json_instant(json, "at", rows_instant(rows, row, 11));
	json_raw(json, "members", rows_text(rows, row, 12));
	json_ref(json, "created_by", rows_text(rows, row, 13), rows_text(rows, row, 14));
	json_instant(json, "created_at", rows_instant(rows, row, 15));
	json_close_object(json);
}

bool baseline_list(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct page page;
	struct json_out json;
	if (!page_read(req, &page))
		return false;
	int64_t ci = query_int(req, "ci", 0, 1, INT64_MAX);
	if (!query_done(req, (const char *const[]){ "ci", "limit", "cursor", NULL }))
		return false;
	struct query_args args = query_args(ctx);
	arg_text(&args, page.count ? page.value[0] : NULL);
	arg_int_or_null(&args, ci, ci == 0);
	arg_int(&args, page.limit + 1);
	struct rows *rows = query_run(ctx, QUERY_BASELINE_LIST, &args);
	if (!rows)
		return false;
	int count = rows_count(rows), shown = count > page.limit ? page.limit : count;
	json_begin(&json, ctx->arena, 8192);
	json_open_object(&json, NULL);
	json_open_array(&json, "items");
	for (int i = 0; i < shown; i++)
		write_baseline(&json, NULL, ctx, rows, i);
	json_close_array(&json);
	const char *last = count > shown ? rows_text(rows, shown - 1, 0) : NULL;
	json_text(&json, "next", last ? page_cursor(req, &last, 1) : NULL);
	json_close_object(&json);
	return reply_json_out(req, 200, &json);
}

static struct rows *find(struct ctx *ctx, int64_t id)
{
	struct query_args args = query_args(ctx);
	arg_int(&args, id);
	struct rows *rows = query_run(ctx, QUERY_BASELINE_GET, &args);
	if (rows && rows_count(rows) == 0) {
		fail(ctx, ERROR_NOT_FOUND, "there is no such baseline");
		return NULL;
	}
	return rows;
}

static bool reply_baseline(struct request *req, int status, int64_t id)
{
	struct json_out json;
	struct rows *rows = find(&req->ctx, id);
	if (!rows)
		return false;
	json_begin(&json, req->ctx.arena, 512);
	write_baseline(&json, NULL, &req->ctx, rows, 0);
	return reply_json_out(req, status, &json);
}

bool baseline_get(struct request *req)
{
	int64_t id;
	return query_done(req, (const char *const[]){ NULL }) && path_id(req, 0, &id) && reply_baseline(req, 200, id);
}

static void who_asks(struct query_args *args, const struct ctx *ctx)
{
	arg_ints(args, ctx->actor.teams, ctx->actor.team_count);
	arg_bool(args, CTX_HAS_ROLE(ctx, ROLES_READ_ALL));
	arg_int(args, ctx->actor.id);
}

/* Exactly one of class, query and service. */
static bool judge_scope(struct ctx *ctx, struct body *body, const char *class, const char *query, int64_t service, int64_t *class_id_r, const char **tree_r)
{
	struct ciql_compiled compiled;
	struct model model;
	*class_id_r = 0;
	*tree_r = NULL;
	if ((class != NULL) + (query != NULL) + (service != 0) != 1)
		body_wrong(body, "class", "give exactly one of class, query and service");
	if (service) {
		struct query_args args = query_args(ctx);
		arg_int(&args, service);
		struct rows *rows = query_run(ctx, QUERY_CI_KNOWN, &args);
		if (!rows)
			return false;
		if (rows_count(rows) == 0)
			body_wrong(body, "service", "there is no such CI");
	}
	if (class) {
		if (!model_load_class(ctx, class, false, &model))
			return false;
		if (model.class_count == 0)
			body_wrong(body, "class", "there is no such class");
		else
			*class_id_r = model.classes[0].id;
	}
	if (query && !ciql_read(ctx, "/query", query, NULL, &model, &compiled))
		return false;
	*tree_r = query ? compiled.tree : NULL;
	return true;
}

bool baseline_create(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct body *body = body_open(req);
	const char *tree;
	int64_t class_id;
	if (!body)
		return false;
	const char *name = body_text(body, "name", BODY_REQUIRED, 1, 100), *note = body_text(body, "note", BODY_OPTIONAL, 1, 2000);
	const char *class = class_key(ctx, body, "class", BODY_OPTIONAL), *query = body_text(body, "query", BODY_OPTIONAL, 1, CIQL_CHARACTERS_MAX);
	int64_t service = body_id(body, "service", BODY_OPTIONAL);
	instant at = body_instant(body, "at", BODY_OPTIONAL);
	if (at != INSTANT_NONE && at > ctx->now)
		body_wrong(body, "at", "must not lie in the future");
	if (!judge_scope(ctx, body, class, query, service, &class_id, &tree) || !body_close(body))
		return false;
	struct query_args args = query_args(ctx);
	arg_text(&args, name);
	arg_text(&args, note ? note : "");
	arg_text(&args, class ? "class" : query ? "query" : "service");
	arg_int_or_null(&args, class_id, class_id == 0);
	arg_text(&args, query);
	arg_text(&args, tree);
	arg_int_or_null(&args, service, service == 0);
	arg_instant(&args, at);
	arg_instant(&args, ctx->now);
	who_asks(&args, ctx);
	struct rows *rows = query_one(ctx, QUERY_BASELINE_CREATE, &args);
	if (!rows)
		return false;
	reply_location(req, "/api/v1/cmdb/baselines/%s", rows_text(rows, 0, 0));
	return reply_baseline(req, 201, rows_int(rows, 0, 0));
}

static void write_drift(struct json_out *json, const struct ctx *ctx, const struct rows *rows, int row)
{
	json_open_object(json, NULL);
	json_ref(json, "ci", rows_text(rows, row, 3), rows_text(rows, row, 4));
	json_text(json, "what", rows_text(rows, row, 5));
	write_class(json, ctx, rows, row, 6);
	json_raw(json, "version_then", rows_text(rows, row, 10));
	json_raw(json, "version_now", rows_text(rows, row, 11));
	json_raw(json, "changes", rows_text(rows, row, 12));
	json_raw(json, "relations_gone", rows_text(rows, row, 13));
	json_raw(json, "relations_new", rows_text(rows, row, 14));
	json_close_object(json);
}

bool baseline_drift(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct ciql_compiled compiled = { 0 };
	struct model model;
	struct page page;
	struct json_out json;
	int64_t id;
	if (!page_read(req, &page))
		return false;
	instant at = query_instant(req, "at", INSTANT_NONE);
	if (!query_done(req, (const char *const[]){ "at", "limit", "cursor", NULL }) || !path_id(req, 0, &id))
		return false;
	struct rows *baseline = find(ctx, id);
	if (!baseline)
		return false;
	const char *query = rows_text(baseline, 0, 8);
	if (query && !ciql_read(ctx, "query", query, NULL, &model, &compiled))
		return false;
	struct query_args args = query_args(ctx);
	arg_int(&args, id);
	arg_text(&args, compiled.tree);
	arg_instant(&args, at);
	who_asks(&args, ctx);
	arg_text(&args, page.count ? page.value[0] : NULL);
	arg_text(&args, page.count ? page.value[1] : NULL);
	arg_int(&args, page.limit + 1);
	struct rows *rows = query_run(ctx, QUERY_BASELINE_DRIFT, &args);
	if (!rows)
		return false;
	int count = rows_null(rows, 0, 3) ? 0 : rows_count(rows), shown = count > page.limit ? page.limit : count;
	json_begin(&json, ctx->arena, 16384);
	json_open_object(&json, NULL);
	write_baseline(&json, "baseline", ctx, baseline, 0);
	json_raw(&json, "changed", rows_text(rows, 0, 0));
	json_raw(&json, "ended", rows_text(rows, 0, 1));
	json_raw(&json, "new", rows_text(rows, 0, 2));
	json_open_array(&json, "items");
	for (int i = 0; i < shown; i++)
		write_drift(&json, ctx, rows, i);
	json_close_array(&json);
	const char *last[2] = { NULL, NULL };
	if (count > shown) {
		last[0] = rows_text(rows, shown - 1, 4);
		last[1] = rows_text(rows, shown - 1, 3);
	}
	json_text(&json, "next", last[0] ? page_cursor(req, last, 2) : NULL);
	json_close_object(&json);
	return reply_json_out(req, 200, &json);
}
