/* Owns: relations between CIs and their kinds. Refuses: a CI related to itself, relations of retired CIs, deleting
 * history: a relation that no longer holds is ended. */
#include "cmdb/cmdb.h"
#include "cmdb/model.h"

#include "cmdb/relation.sql.h"
#include "cmdb/user.sql.h"
#include "db/query.h"

#include <string.h>

static void write_relation(struct json_out *json, const struct ctx *ctx, const struct rows *rows, int row)
{
	bool outward = rows_bool(rows, row, 2), russian = strcmp(ctx->actor.language, "ru") == 0;
	json_open_object(json, NULL);
	json_text(json, "type", rows_text(rows, row, 1));
	json_text(json, "direction", outward ? "out" : "in");
	json_text(json, "label", rows_text(rows, row, (outward ? 3 : 5) + (russian ? 1 : 0)));
	json_text(json, "impact", rows_text(rows, row, 7));
	json_open_object(json, "ci");
	json_raw(json, "id", rows_text(rows, row, 8));
	json_text(json, "name", rows_text(rows, row, 9));
	json_text(json, "status", rows_text(rows, row, 10));
	json_open_object(json, "class");
	json_raw(json, "id", rows_text(rows, row, 11));
	json_text(json, "name", rows_text(rows, row, 12));
	json_text(json, "label", rows_text(rows, row, russian ? 14 : 13));
	json_close_object(json);
	json_close_object(json);
	json_instant(json, "valid_from", rows_instant(rows, row, 15));
	json_instant(json, "valid_to", rows_instant(rows, row, 16));
	json_text(json, "source", rows_text(rows, row, 17));
	json_close_object(json);
}

bool relation_list(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct page page;
	struct json_out json;
	int64_t id;
	if (!page_read(req, &page))
		return false;
	instant at = query_instant(req, "at", INSTANT_NONE);
	if (!query_done(req, (const char *const[]){ "at", "limit", "cursor", NULL }) || !path_id(req, 0, &id))
		return false;
	struct query_args exists = query_args(ctx), args = query_args(ctx);
	arg_int(&exists, id);
	arg_int(&args, id);
	arg_instant(&args, at);
	arg_text(&args, page.count ? page.value[0] : NULL);
	arg_int(&args, page.limit + 1);
	struct query_step steps[2] = { { QUERY_CI_EXISTS, &exists, NULL }, { QUERY_RELATION_LIST, &args, NULL } };
	if (!query_pipeline(ctx, steps, 2))
		return false;
	if (rows_count(steps[0].rows) == 0)
		return fail(ctx, ERROR_NOT_FOUND, "there is no such CI");
	const struct rows *rows = steps[1].rows;
	int count = rows_count(rows), shown = count > page.limit ? page.limit : count;
	json_begin(&json, ctx->arena, 8192);
	json_open_object(&json, NULL);
	json_open_array(&json, "items");
	for (int i = 0; i < shown; i++)
		write_relation(&json, ctx, rows, i);
	json_close_array(&json);
	const char *last = count > shown ? rows_text(rows, shown - 1, 0) : NULL;
	json_text(&json, "next", last ? page_cursor(req, &last, 1) : NULL);
	json_close_object(&json);
	return reply_json_out(req, 200, &json);
}

/* {id}, {type}, {other} of the path; the type and both CIs must exist. */
static bool read_ends(struct request *req, int64_t *id_r, int64_t *other_r)
{
	struct ctx *ctx = &req->ctx;
	if (!path_id(req, 0, id_r) || !path_id(req, 2, other_r))
		return false;
	struct query_args args = query_args(ctx);
	arg_int(&args, *id_r);
	arg_text(&args, req->path_arg[1]);
	arg_int(&args, *other_r);
	struct rows *rows = query_one(ctx, QUERY_RELATION_ENDS, &args);
	if (!rows)
		return false;
	if (!rows_bool(rows, 0, 0) || !rows_bool(rows, 0, 2))
		return fail(ctx, ERROR_NOT_FOUND, "there is no such CI");
	if (!rows_bool(rows, 0, 1))
		return fail(ctx, ERROR_NOT_FOUND, "there is no such type of relation");
	return true;
}

bool relation_put(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct json_out json;
	int64_t id, other;
	struct body *body = body_open(req);
	if (!body || !body_close(body) || !read_ends(req, &id, &other))
		return false;
	if (id == other)
		return fail_field(ctx, "/other", "a CI cannot be related to itself");
	struct query_args args = query_args(ctx);
	arg_int(&args, id);
	arg_text(&args, req->path_arg[1]);
	arg_int(&args, other);
	arg_int(&args, ctx->actor.id);
	arg_instant(&args, ctx->now);
	struct rows *rows = query_one(ctx, QUERY_RELATION_PUT, &args);
	if (!rows)
		return false;
	json_begin(&json, ctx->arena, 256);
	json_open_object(&json, NULL);
	json_ref(&json, "ci", rows_text(rows, 0, 1), rows_text(rows, 0, 2));
	json_text(&json, "type", req->path_arg[1]);
	json_ref(&json, "other", rows_text(rows, 0, 3), rows_text(rows, 0, 4));
	json_instant(&json, "valid_from", rows_instant(rows, 0, 5));
	json_close_object(&json);
	return reply_json_out(req, rows_bool(rows, 0, 0) ? 201 : 200, &json);
}

bool relation_delete(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	int64_t id, other;
	if (!read_ends(req, &id, &other))
		return false;
	struct query_args args = query_args(ctx);
	arg_int(&args, id);
	arg_text(&args, req->path_arg[1]);
	arg_int(&args, other);
	arg_int(&args, ctx->actor.id);
	arg_instant(&args, ctx->now);
	return query_run(ctx, QUERY_RELATION_END, &args) && reply_empty(req, 204);
}

static void write_type(struct json_out *json, const struct ctx *ctx, const struct rows *rows, int row)
{
	bool russian = strcmp(ctx->actor.language, "ru") == 0;
	json_open_object(json, NULL);
	json_text(json, "name", rows_text(rows, row, 0));
	json_text(json, "label", rows_text(rows, row, russian ? 2 : 1));
	json_text(json, "inverse", rows_text(rows, row, russian ? 4 : 3));
	json_text(json, "label_en", rows_text(rows, row, 1));
	json_text(json, "label_ru", rows_text(rows, row, 2));
	json_text(json, "inverse_en", rows_text(rows, row, 3));
	json_text(json, "inverse_ru", rows_text(rows, row, 4));
	json_text(json, "impact", rows_text(rows, row, 5));
	json_raw(json, "position", rows_text(rows, row, 6));
	json_raw(json, "strength", rows_text(rows, row, 7));
	json_raw(json, "source_max", rows_text(rows, row, 8));
	json_raw(json, "target_max", rows_text(rows, row, 9));
	json_text(json, "purpose", rows_text(rows, row, 10));
	json_raw(json, "pairs", rows_text(rows, row, 11));
	json_close_object(json);
}

bool relation_type_list(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct json_out json;
	if (!query_done(req, (const char *const[]){ NULL }))
		return false;
	struct rows *rows = query_run(ctx, QUERY_RELATION_TYPE_LIST, NULL);
	if (!rows)
		return false;
	json_begin(&json, ctx->arena, 2048);
	json_open_object(&json, NULL);
	json_open_array(&json, "items");
	for (int i = 0; i < rows_count(rows); i++)
		write_type(&json, ctx, rows, i);
	json_close_array(&json);
	json_put_null(&json, "next");
	json_close_object(&json);
	return reply_json_out(req, 200, &json);
}

bool relation_type_create(struct request *req)
{
	static const char *const impacts[] = { "to_source", "to_target", "both", "none", NULL };
	static const char *const labels[] = { "label_en", "label_ru", "inverse_en", "inverse_ru" };
	struct ctx *ctx = &req->ctx;
	struct json_out json;
	struct body *body = body_open(req);
	struct query_args args = query_args(ctx);
	if (!body)
		return false;
	const char *name = body_text(body, "name", BODY_REQUIRED, 1, 63);
	if (name && !model_name_valid(name))
		body_wrong(body, "name", "must begin with a letter a-z and have only a-z, 0-9 and _");
	arg_text(&args, name);
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
		arg_text(&args, body_text(body, labels[i], BODY_REQUIRED, 1, 100));
	arg_text(&args, body_choice(body, "impact", BODY_REQUIRED, impacts));
	arg_int(&args, body_int(body, "position", BODY_OPTIONAL, 0, 1000000, 100));
	if (!body_close(body))
		return false;
	struct rows *rows = query_run(ctx, QUERY_RELATION_TYPE_CREATE, &args);
	if (!rows)
		return false;
	if (rows_count(rows) == 0)
		return fail_field(ctx, "/name", "there is a type of this name");
	json_begin(&json, ctx->arena, 512);
	write_type(&json, ctx, rows, 0);
	reply_location(req, "/api/v1/cmdb/relation-types");
	return reply_json_out(req, 201, &json);
}
