/* Owns: the calls about the model as a whole. Refuses: half a change. What does not make sense is named field by field;
 * what would not fit the CIs is named with counts and examples, and nothing is written. */
#include "cmdb/model/document.h"

#include "base/arena.h"
#include "cmdb/model.sql.h"
#include "cmdb/model/document.sql.h"
#include "db/query.h"
#include "http/body.h"

#include <stdlib.h>
#include <string.h>

static void release_json(void *json)
{
	json_decref(json);
}

static const char *dump(struct ctx *ctx, const json_t *json, size_t flags)
{
	char *text = json_dumps(json, flags | JSON_REAL_PRECISION(15));
	INVARIANT(text != NULL);
	const char *kept = arena_strdup(ctx->arena, text);
	free(text);
	return kept;
}

static json_t *load(struct ctx *ctx, const char *text)
{
	json_t *json = json_loads(text, JSON_DECODE_ANY, NULL);
	INVARIANT(json != NULL);
	arena_on_release(ctx->arena, release_json, json);
	return json;
}

const char *model_text(struct ctx *ctx, int64_t *version_r)
{
	struct rows *rows = query_one(ctx, QUERY_MODEL_DOCUMENT, NULL);
	if (!rows)
		return NULL;
	*version_r = rows_int(rows, 0, 1);
	return arena_printf(ctx->arena, "%s\n", dump(ctx, load(ctx, rows_text(rows, 0, 0)), JSON_INDENT(1)));
}

bool model_export(struct request *req)
{
	int64_t version;
	if (!query_done(req, (const char *const[]){ NULL }))
		return false;
	const char *text = model_text(&req->ctx, &version);
	if (!text)
		return false;
	reply_etag(req, version);
	reply_header(req, "Content-Disposition", "attachment; filename=\"vakhta-model.json\"");
	return reply_json(req, 200, text, strlen(text));
}

static bool name_faults(struct ctx *ctx, const char *errors, const char *prefix)
{
	json_t *list = load(ctx, errors), *value;
	size_t i;
	json_array_foreach(list, i, value)
	{
		const char *pointer = json_string_value(json_object_get(value, "pointer"));
		bool ours = strncmp(pointer, "/conversions", strlen("/conversions")) == 0;
		(fail_field)(ctx, ours ? pointer : arena_printf(ctx->arena, "%s%s", prefix, pointer), "%s",
			json_string_value(json_object_get(value, "detail")));
	}
	return false;
}

const char *model_apply(struct ctx *ctx, const struct model_wish *wish, int64_t *version_r)
{
	struct query_args args = query_args(ctx);
	arg_text(&args, dump(ctx, wish->model, JSON_COMPACT | JSON_ENCODE_ANY));
	arg_text(&args, wish->conversions ? dump(ctx, wish->conversions, JSON_COMPACT | JSON_ENCODE_ANY) : "[]");
	arg_text(&args, wish->missing);
	arg_bool(&args, wish->trial);
	arg_int_or_null(&args, ctx->actor.id, ctx->actor.id == 0);
	arg_instant(&args, ctx->now);
	arg_text(&args, wish->via);
	struct rows *rows = query_one(ctx, QUERY_MODEL_APPLY, &args);
	if (!rows)
		return NULL;
	if (!rows_null(rows, 0, 0)) {
		name_faults(ctx, rows_text(rows, 0, 0), wish->prefix);
		return NULL;
	}
	if (!wish->trial && rows_int(rows, 0, 3) > 0) {
		fail_rule(ctx, ERROR_CONFLICT, "model-unfit", rows_text(rows, 0, 1),
			"CIs that are there would not fit: give conversions for what is named in problems");
		return NULL;
	}
	*version_r = rows_int(rows, 0, 4);
	return rows_text(rows, 0, 2);
}

static bool read_wish(struct request *req, struct model_wish *wish)
{
	static const char *const missing[] = { "keep", "retire", NULL };
	static const char *const vias[] = { "page", "file", NULL };
	struct body *body = body_open(req);
	if (!body)
		return false;
	wish->model = body_json(body, "model", BODY_REQUIRED);
	wish->conversions = body_json(body, "conversions", BODY_OPTIONAL);
	if (wish->model && !json_is_object(wish->model))
		body_wrong(body, "model", "must be an object");
	if (wish->conversions && !json_is_array(wish->conversions))
		body_wrong(body, "conversions", "must be an array");
	wish->missing = body_choice(body, "missing", BODY_OPTIONAL, missing);
	wish->via = body_choice(body, "via", BODY_OPTIONAL, vias);
	wish->missing = wish->missing ? wish->missing : "keep";
	wish->via = wish->via ? wish->via : "file";
	wish->prefix = "/model";
	return body_close(body);
}

bool model_preview(struct request *req)
{
	struct model_wish wish = { .trial = true };
	int64_t version;
	if (!read_wish(req, &wish))
		return false;
	const char *report = model_apply(&req->ctx, &wish, &version);
	return report && reply_json(req, 200, report, strlen(report));
}

bool model_put(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct model_wish wish = { .trial = false };
	int64_t if_match, version;
	if (!request_if_match(req, &if_match) || !read_wish(req, &wish))
		return false;
	if (!query_run(ctx, QUERY_CMDB_MODEL_OWN, NULL))
		return false;
	struct rows *rows = query_one(ctx, QUERY_MODEL_VERSION, NULL);
	if (!rows)
		return false;
	if (if_match >= 0 && if_match != rows_int(rows, 0, 0))
		return fail(ctx, ERROR_STALE, "the model was changed meanwhile; read it again");
	const char *report = model_apply(ctx, &wish, &version);
	if (!report)
		return false;
	reply_etag(req, version);
	return reply_json(req, 200, report, strlen(report));
}

bool model_changes(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct page page;
	struct json_out json;
	if (!page_read(req, &page) || !query_done(req, (const char *const[]){ "limit", "cursor", NULL }))
		return false;
	struct query_args args = query_args(ctx);
	arg_text(&args, page.count ? page.value[0] : NULL);
	arg_int(&args, page.limit + 1);
	struct rows *rows = query_run(ctx, QUERY_MODEL_CHANGES, &args);
	if (!rows)
		return false;
	int count = rows_count(rows), shown = count > page.limit ? page.limit : count;
	json_begin(&json, ctx->arena, 8192);
	json_open_object(&json, NULL);
	json_open_array(&json, "items");
	for (int i = 0; i < shown; i++)
		json_raw(&json, NULL, rows_text(rows, i, 1));
	json_close_array(&json);
	const char *last = count > shown ? rows_text(rows, shown - 1, 0) : NULL;
	json_text(&json, "next", last ? page_cursor(req, &last, 1) : NULL);
	json_close_object(&json);
	return reply_json_out(req, 200, &json);
}
