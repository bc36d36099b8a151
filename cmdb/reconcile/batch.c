/* Owns: the calls about batches: list, one, mapping, rows, report, apply, undo, discard. The work is done in rounds (work.c).
 * Refuses: steps out of order; each refusal says in which state the batch is. */
#include "cmdb/import_row.h"
#include "cmdb/reconcile/reconcile.h"

#include "cmdb/reconcile/batch.sql.h"
#include "db/query.h"
#include "http/body.h"

#include <stdlib.h>
#include <string.h>

static const char *const outcome_names[] = { "created", "updated", "unchanged", "refused", "ambiguous", NULL };

static bool reply_batch(struct request *req, int status, int64_t id)
{
	struct query_args args = query_args(&req->ctx);
	arg_int(&args, id);
	struct rows *rows = query_run(&req->ctx, QUERY_BATCH_SHOW, &args);
	if (!rows)
		return false;
	if (rows_count(rows) == 0)
		return fail(&req->ctx, ERROR_NOT_FOUND, "there is no such import");
	return reply_json(req, status, rows_text(rows, 0, 0), rows_length(rows, 0, 0));
}

/* Rows of (key…, JSON) as a page; the first `keys` columns are the cursor. */
static bool reply_page(struct request *req, const struct rows *rows, int limit, int keys)
{
	struct json_out json;
	int count = rows_count(rows), shown = count > limit ? limit : count;
	const char *last[4];
	json_begin(&json, req->ctx.arena, 16384);
	json_open_object(&json, NULL);
	json_open_array(&json, "items");
	for (int i = 0; i < shown; i++)
		json_raw(&json, NULL, rows_text(rows, i, keys));
	json_close_array(&json);
	for (int i = 0; i < keys && shown > 0; i++)
		last[i] = rows_text(rows, shown - 1, i);
	json_text(&json, "next", count > shown ? page_cursor(req, last, keys) : NULL);
	json_close_object(&json);
	return reply_json_out(req, 200, &json);
}

bool batch_list(struct request *req)
{
	struct page page;
	const char *kind = query_choice(req, "kind", (const char *const[]){ "csv", "agent", NULL });
	if (!page_read(req, &page) || !query_done(req, (const char *const[]){ "kind", "source", "limit", "cursor", NULL }))
		return false;
	struct query_args args = query_args(&req->ctx);
	arg_text(&args, kind);
	arg_text(&args, request_query(req, "source"));
	arg_text(&args, page.count ? page.value[0] : NULL);
	arg_int(&args, page.limit + 1);
	struct rows *rows = query_run(&req->ctx, QUERY_BATCH_LIST, &args);
	return rows && reply_page(req, rows, page.limit, 1);
}

bool batch_get(struct request *req)
{
	int64_t id;
	return query_done(req, (const char *const[]){ NULL }) && path_id(req, 0, &id) && reply_batch(req, 200, id);
}

/* The batch of the path, locked, in one of the states allowed (a text that holds their names). */
static bool lock_batch(struct request *req, const char *allowed, int64_t *id_r, struct rows **rows_r)
{
	struct ctx *ctx = &req->ctx;
	if (!path_id(req, 0, id_r))
		return false;
	struct query_args args = query_args(ctx);
	arg_int(&args, *id_r);
	struct rows *rows = query_run(ctx, QUERY_BATCH_LOCK, &args);
	if (!rows)
		return false;
	if (rows_count(rows) == 0)
		return fail(ctx, ERROR_NOT_FOUND, "there is no such import");
	if (!strstr(allowed, arena_printf(ctx->arena, " %s ", rows_text(rows, 0, 0))))
		return fail_rule(ctx, ERROR_CONFLICT, "batch-state", NULL, "this import is %s now", rows_text(rows, 0, 0));
	*rows_r = rows;
	return true;
}

static bool is_field(const char *target)
{
	static const char *const fields[] = { "name", "class", "status", "owner", "location", "external_key" };
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (strcmp(fields[i], target) == 0)
			return true;
	return false;
}

static bool class_attribute(const struct model *model, const struct class *class, const char *name)
{
	for (int i = 0; i < model->attribute_count; i++)
		if (strcmp(model->attributes[i].name, name) == 0 && class_has(class, &model->attributes[i]))
			return true;
	return false;
}

/* A target is a field, or an attribute of some class; each only once, and a name or a key must be among them. */
static bool check_target(struct ctx *ctx, const struct model *model, const struct class *class, json_t *columns, const char *heading, const char *target)
{
	const char *pointer = arena_printf(ctx->arena, "/columns/%s", heading), *other;
	json_t *value;
	int times = 0;
	bool known = model_attribute(model, target) || is_field(target);
	json_object_foreach(columns, other, value) times += json_is_string(value) && strcmp(json_string_value(value), target) == 0;
	if (!known)
		return fail_field(ctx, pointer, "\"%.80s\" is neither a field nor an attribute of any class", target);
	if (times > 1)
		return fail_field(ctx, pointer, "\"%.80s\" is taken from two columns", target);
	if (class && model_attribute(model, target) && !class_attribute(model, class, target) && !is_field(target))
		return fail_field(ctx, pointer, "the class %s has no such attribute: leave the column out, or choose another class", class->name);
	return true;
}

static bool has_target(json_t *columns, const char *target)
{
	const char *heading;
	json_t *value;
	json_object_foreach(columns, heading, value) if (json_is_string(value) && strcmp(json_string_value(value), target) == 0) return true;
	return false;
}

static bool check_mapping(
	struct request *req, const struct model *model, const struct class *class, const struct rows *batch, json_t *columns)
{
	struct ctx *ctx = &req->ctx;
	const char *const *headings, *heading;
	int count = rows_array(ctx, batch, 0, 1, &headings);
	json_t *value;
	bool good = true;
	json_object_foreach(columns, heading, value)
	{
		bool there = false;
		for (int i = 0; i < count; i++)
			there = there || strcmp(headings[i], heading) == 0;
		if (!there)
			good = fail_field(ctx, "/columns", "the table has no column \"%.80s\"", heading);
		else if (!json_is_string(value))
			good = fail_field(ctx, "/columns", "what \"%.80s\" means must be a text", heading);
		else
			good = check_target(ctx, model, class, columns, heading, json_string_value(value)) && good;
	}
	if (good && json_object_size(columns) == 0)
		good = fail_field(ctx, "/columns", "say of at least one column what it means");
	return good;
}

bool batch_map(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct model model;
	struct rows *batch;
	int64_t id;
	struct body *body = body_open(req);
	if (!body)
		return false;
	const char *class_name = body_text(body, "class", BODY_OPTIONAL, 1, 63);
	json_t *columns = body_json(body, "columns", BODY_REQUIRED);
	if (columns && !json_is_object(columns))
		body_wrong(body, "columns", "must be an object of headings and what they mean");
	if (!body_close(body) || !model_load(ctx, false, &model) || !lock_batch(req, " staged compared comparing ", &id, &batch))
		return false;
	const struct class *class = class_name ? model_class(&model, class_name) : NULL;
	if (class_name && !class)
		return fail_field(ctx, "/class", "there is no such class");
	if (class && class->abstract)
		return fail_field(ctx, "/class", "this class is abstract: choose one below it");
	if (!check_mapping(req, &model, has_target(columns, "class") ? NULL : class, batch, columns))
		return false;
	if (!class && !has_target(columns, "class"))
		return fail_field(ctx, "/class", "choose a class for all rows, or the column that names it");
	char *text = json_dumps(columns, JSON_COMPACT);
	if (!text)
		return fail(ctx, ERROR_INTERNAL, "a mapping could not be written");
	struct query_args args = query_args(ctx);
	arg_int(&args, id);
	arg_int_or_null(&args, class ? class->id : 0, !class);
	arg_text(&args, text);
	free(text);
	arg_instant(&args, ctx->now);
	arg_int(&args, ctx->actor.id);
	if (!query_run(ctx, QUERY_BATCH_MAP, &args))
		return false;
	ctx->after_commit = reconcile_work_wake;
	return reply_batch(req, 202, id);
}

bool batch_rows(struct request *req)
{
	struct page page;
	int64_t id;
	const char *outcome = query_choice(req, "outcome", outcome_names);
	if (!page_read(req, &page) || !query_done(req, (const char *const[]){ "outcome", "field", "limit", "cursor", NULL }) || !path_id(req, 0, &id))
		return false;
	struct query_args args = query_args(&req->ctx);
	arg_int(&args, id);
	arg_text(&args, outcome);
	arg_text(&args, page.count ? page.value[0] : NULL);
	arg_text(&args, request_query(req, "field"));
	arg_int(&args, page.limit + 1);
	struct rows *rows = query_run(&req->ctx, QUERY_BATCH_ROWS, &args);
	return rows && reply_page(req, rows, page.limit, 1);
}

/* Quoted always; a cell that a spreadsheet would take for a formula gets an apostrophe. */
static void csv_cell(struct text_out *out, const char *cell, bool last)
{
	text_append_char(out, '"');
	if (cell && strchr("=+-@\t", *cell) && *cell)
		text_append_char(out, '\'');
	for (const char *c = cell ? cell : ""; *c; c++) {
		if (*c == '"')
			text_append_char(out, '"');
		text_append_char(out, *c);
	}
	text_append_z(out, last ? "\"\r\n" : "\";");
}

static bool report_row(struct ctx *ctx, const struct rows *row, void *user)
{
	struct text_out *out = user;
	(void)ctx;
	for (int i = 0; i < 7; i++)
		csv_cell(out, rows_text(row, 0, i), i == 6);
	return true;
}

bool batch_report(struct request *req)
{
	static const char *const headings[] = { "line", "outcome", "ci", "name", "reasons", "changes", "candidates" };
	struct ctx *ctx = &req->ctx;
	struct text_out out;
	int64_t id;
	if (!query_done(req, (const char *const[]){ NULL }) || !path_id(req, 0, &id))
		return false;
	struct query_args args = query_args(ctx);
	arg_int(&args, id);
	struct rows *head = query_run(ctx, QUERY_BATCH_SHOW, &args);
	if (!head)
		return false;
	if (rows_count(head) == 0)
		return fail(ctx, ERROR_NOT_FOUND, "there is no such import");
	text_begin(&out, ctx->arena, 65536);
	text_append_z(&out, "\xef\xbb\xbf");
	for (int i = 0; i < 7; i++)
		csv_cell(&out, headings[i], i == 6);
	if (!query_each(ctx, QUERY_BATCH_REPORT, &args, report_row, &out))
		return false;
	reply_header(req, "Content-Disposition", arena_printf(ctx->arena, "attachment; filename=\"import-%lld.csv\"", (long long)id));
	return reply_bytes(req, 200, "text/csv; charset=utf-8", out.data, out.length);
}

bool batch_kept(struct request *req)
{
	struct page page;
	int64_t id;
	if (!page_read(req, &page) || !query_done(req, (const char *const[]){ "limit", "cursor", NULL }) || !path_id(req, 0, &id))
		return false;
	struct query_args args = query_args(&req->ctx);
	arg_int(&args, id);
	arg_text(&args, page.count ? page.value[0] : NULL);
	arg_text(&args, page.count > 1 ? page.value[1] : NULL);
	arg_int(&args, page.limit + 1);
	struct rows *rows = query_run(&req->ctx, QUERY_BATCH_KEPT, &args);
	return rows && reply_page(req, rows, page.limit, 2);
}

static bool set_state(struct request *req, const char *allowed, const char *state, int status)
{
	struct ctx *ctx = &req->ctx;
	struct rows *batch;
	int64_t id;
	struct body *body = body_open(req);
	if (!body || !body_close(body) || !lock_batch(req, allowed, &id, &batch))
		return false;
	struct query_args args = query_args(ctx);
	arg_int(&args, id);
	arg_text(&args, state);
	arg_int(&args, ctx->actor.id);
	if (!query_run(ctx, QUERY_BATCH_STATE, &args))
		return false;
	if (strcmp(state, "discarded") == 0) {
		args = query_args(ctx);
		arg_int(&args, id);
		if (!query_run(ctx, QUERY_BATCH_FORGET, &args))
			return false;
	}
	ctx->after_commit = reconcile_work_wake;
	return reply_batch(req, status, id);
}

bool batch_apply(struct request *req)
{
	return set_state(req, " compared ", "applying", 202);
}

bool batch_undo(struct request *req)
{
	return set_state(req, " applied ", "undoing", 202);
}

bool batch_discard(struct request *req)
{
	return set_state(req, " staged compared ", "discarded", 200);
}
