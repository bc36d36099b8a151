/* Owns: importing CIs from a table: every row by itself, all in one transaction, with a report that stays.
 * A trial run does all of it, is undone to the savepoint, and keeps the report alone.
 * Refuses: more than 20,000 rows, a heading that is not understood; a broken row is refused, the others are not. */
#include "cmdb/cmdb.h"
#include "cmdb/import_row.h"

#include "cmdb/import.sql.h"
#include "http/body.h"

#include <string.h>
#include <strings.h>

#define ROWS_MAX 20000
/* Rows sent in one round trip. */
#define BATCH 64
#define SHOWN_FIRST 200

enum outcome { OUTCOME_CREATED, OUTCOME_UPDATED, OUTCOME_UNCHANGED, OUTCOME_REFUSED, OUTCOMES };
static const char *const outcome_names[OUTCOMES + 1] = { "created", "updated", "unchanged", "refused", NULL };

struct report {
	int64_t import_id;
	int count, capacity;
	int64_t *lines;
	const char **outcomes, **names, **errors, **ci_ids;
	int64_t totals[OUTCOMES];
};

static const char *keep(struct arena *kept, const char *text)
{
	return text ? arena_strdup(kept, text) : NULL;
}

static void release_arena(void *arena)
{
	arena_destroy(arena);
}

static void report_add(struct report *report, struct arena *kept, const struct import_row *row, const char *outcome,
	const char *ci_id, const char *errors)
{
	int at = report->count++;
	report->lines[at] = row->line;
	report->names[at] = keep(kept, row->name);
	report->ci_ids[at] = keep(kept, ci_id);
	report->errors[at] = keep(kept, errors);
	for (int i = 0; i < OUTCOMES; i++) {
		if (strcmp(outcome_names[i], outcome) != 0)
			continue;
		report->outcomes[at] = outcome_names[i];
		report->totals[i]++;
	}
}

static void make_args(struct ctx *ctx, const struct import_plan *plan, int64_t import_id, const struct import_row *row,
	struct query_args *args_r)
{
	*args_r = query_args(ctx);
	arg_int(args_r, import_id);
	arg_text(args_r, plan->source);
	arg_text(args_r, row->external_key);
	arg_int(args_r, row->class_id);
	arg_text(args_r, row->name);
	arg_text(args_r, row->status);
	arg_text(args_r, row->owner);
	arg_text(args_r, row->location);
	arg_text(args_r, row->attributes);
	arg_int(args_r, ctx->actor.id);
	arg_instant(args_r, ctx->now);
}

/* The rows of one batch in the order of the file; those refused already are not sent. */
static bool run_batch(struct ctx *ctx, struct arena *kept, const struct import_plan *plan, const struct import_row *rows,
	int count, struct report *report)
{
	struct query_step steps[BATCH] = { 0 };
	struct query_args *args = arena_array(ctx->arena, BATCH, sizeof(*args));
	int sent = 0, answered = 0;
	for (int i = 0; i < count; i++) {
		if (rows[i].errors)
			continue;
		make_args(ctx, plan, report->import_id, &rows[i], &args[sent]);
		steps[sent] = (struct query_step){ QUERY_IMPORT_ONE, &args[sent], NULL };
		sent++;
	}
	if (sent > 0 && !query_pipeline(ctx, steps, sent))
		return false;
	for (int i = 0; i < count; i++) {
		if (rows[i].errors) {
			report_add(report, kept, &rows[i], outcome_names[OUTCOME_REFUSED], NULL, rows[i].errors);
			continue;
		}
		const struct rows *answer = steps[answered++].rows;
		report_add(report, kept, &rows[i], rows_text(answer, 0, 0), rows_text(answer, 0, 1), rows_text(answer, 0, 2));
	}
	return true;
}

static enum csv_result read_batch(
	struct ctx *ctx, const struct import_plan *plan, struct csv *csv, struct import_row *batch, int room, int *count_r)
{
	enum csv_result result = CSV_RECORD;
	*count_r = 0;
	while (*count_r < room && (result = csv_next(csv)) == CSV_RECORD)
		import_row_read(ctx, plan, csv, &batch[(*count_r)++]);
	return result;
}

/* One batch at a time lies in memory of its own; what the report keeps is copied out of it. After a failure that memory
 * stays until the request ends, for the error's words are in it. */
static bool run_rows(struct ctx *ctx, const struct import_plan *plan, struct csv *csv, struct report *report)
{
	struct arena *kept = ctx->arena, *scratch = arena_create(256 * 1024);
	struct import_row *batch = arena_array(kept, BATCH, sizeof(*batch));
	enum csv_result result = CSV_RECORD;
	bool good = true;
	arena_on_release(kept, release_arena, scratch);
	csv->arena = ctx->arena = scratch;
	while (good && result == CSV_RECORD) {
		int count, left = report->capacity - report->count;
		result = read_batch(ctx, plan, csv, batch, left < BATCH ? left + 1 : BATCH, &count);
		if (count > left)
			good = fail(ctx, ERROR_TOO_LARGE, "a table may have at most %d rows", report->capacity);
		else if (result == CSV_BROKEN)
			good = fail_field(ctx, "/file", "%s", csv->why);
		else if (count > 0)
			good = run_batch(ctx, kept, plan, batch, count, report);
		if (good)
			arena_reset(scratch);
	}
	csv->arena = ctx->arena = kept;
	return good;
}

static struct report report_make(struct arena *arena, int capacity)
{
	struct report report = { .capacity = capacity };
	size_t count = (size_t)capacity;
	report.lines = arena_array(arena, count, sizeof(*report.lines));
	report.outcomes = arena_array(arena, count, sizeof(*report.outcomes));
	report.names = arena_array(arena, count, sizeof(*report.names));
	report.errors = arena_array(arena, count, sizeof(*report.errors));
	report.ci_ids = arena_array(arena, count, sizeof(*report.ci_ids));
	return report;
}

/* The batch is there before its rows: what it changes is kept with it, so that it can be undone. */
static bool open_batch(struct ctx *ctx, const struct import_plan *plan, bool dry_run, int64_t *id_r)
{
	struct query_args args = query_args(ctx);
	arg_text(&args, plan->source);
	arg_bool(&args, dry_run);
	arg_int(&args, ctx->actor.id);
	arg_instant(&args, ctx->now);
	struct rows *rows = query_one(ctx, QUERY_IMPORT_OPEN, &args);
	if (!rows)
		return false;
	*id_r = rows_int(rows, 0, 0);
	return true;
}

static bool store(struct ctx *ctx, const struct report *report)
{
	struct query_args args = query_args(ctx);
	arg_int(&args, report->import_id);
	for (int i = 0; i < OUTCOMES; i++)
		arg_int(&args, report->totals[i]);
	if (!query_run(ctx, QUERY_IMPORT_CLOSE, &args))
		return false;
	args = query_args(ctx);
	arg_int(&args, report->import_id);
	arg_ints(&args, report->lines, report->count);
	arg_texts(&args, report->outcomes, report->count);
	arg_texts(&args, report->ci_ids, report->count);
	arg_texts(&args, report->names, report->count);
	arg_texts(&args, report->errors, report->count);
	return query_run(ctx, QUERY_IMPORT_STORE_ROWS, &args) != NULL;
}

/* text/csv as the body, or a file of a form. */
static bool read_table(struct request *req, struct csv *csv)
{
	struct ctx *ctx = &req->ctx;
	const char *type = req->content_type ? req->content_type : "";
	struct upload upload = { .bytes = req->body, .length = req->body_length };
	if (strncasecmp(type, "multipart/form-data", 19) == 0) {
		if (!body_upload(req, &upload))
			return false;
	} else if (strncasecmp(type, "text/csv", 8) != 0 && strncasecmp(type, "text/tab-separated-values", 25) != 0) {
		return fail(ctx, ERROR_MEDIA_TYPE, "send text/csv, or multipart/form-data with a file");
	}
	if (!csv_open(csv, ctx->arena, upload.bytes ? upload.bytes : "", upload.length))
		return fail_field(ctx, "/file", "%s", csv->why);
	if (csv_next(csv) != CSV_RECORD)
		return fail_field(ctx, "/file", "%s", csv->why ? csv->why : "the table has no heading");
	return true;
}

static bool read_plan(struct request *req, const struct model *model, struct import_plan *plan, bool *dry_run_r)
{
	struct ctx *ctx = &req->ctx;
	const char *source = request_query(req, "source"), *class = request_query(req, "class");
	*plan = (struct import_plan){ .model = model, .source = source ? text_trim(ctx->arena, source) : "import" };
	*dry_run_r = query_flag(req, "dry_run");
	if (*plan->source == '\0' || text_utf8_length(plan->source) > 60 || text_has_control(plan->source))
		fail_field(ctx, "source", "must have 1 to 60 characters");
	plan->class = class ? model_class(model, class) : NULL;
	if (class && !plan->class)
		fail_field(ctx, "class", "there is no such class");
	return query_done(req, (const char *const[]){ "dry_run", "source", "class", NULL });
}

static void write_row(struct json_out *json, const struct rows *rows, int row)
{
	json_open_object(json, NULL);
	json_raw(json, "line", rows_text(rows, row, 0));
	json_text(json, "outcome", rows_text(rows, row, 1));
	json_text(json, "name", rows_text(rows, row, 2));
	json_ref(json, "ci", rows_text(rows, row, 3), rows_text(rows, row, 4));
	if (rows_null(rows, row, 5))
		json_raw(json, "errors", "[]");
	else
		json_raw(json, "errors", rows_text(rows, row, 5));
	json_close_object(json);
}

static bool reply_import(struct request *req, int status, int64_t id, const char *outcome, const char *after, int limit)
{
	struct ctx *ctx = &req->ctx;
	struct json_out json;
	struct query_args head = query_args(ctx), list = query_args(ctx);
	arg_int(&head, id);
	arg_int(&list, id);
	arg_text(&list, outcome);
	arg_text(&list, after);
	arg_int(&list, limit + 1);
	struct query_step steps[2] = { { QUERY_IMPORT_GET, &head, NULL }, { QUERY_IMPORT_ROWS, &list, NULL } };
	if (!query_pipeline(ctx, steps, 2))
		return false;
	if (rows_count(steps[0].rows) == 0)
		return fail(ctx, ERROR_NOT_FOUND, "there is no such import");
	const struct rows *import = steps[0].rows, *rows = steps[1].rows;
	int count = rows_count(rows), shown = count > limit ? limit : count;
	json_begin(&json, ctx->arena, 16384);
	json_open_object(&json, NULL);
	json_raw(&json, "id", rows_text(import, 0, 0));
	json_text(&json, "source", rows_text(import, 0, 1));
	json_bool(&json, "dry_run", rows_bool(import, 0, 2));
	json_ref(&json, "actor", rows_text(import, 0, 3), rows_text(import, 0, 4));
	json_instant(&json, "created_at", rows_instant(import, 0, 5));
	for (int i = 0; i < OUTCOMES; i++)
		json_raw(&json, outcome_names[i], rows_text(import, 0, 6 + i));
	json_open_array(&json, "rows");
	for (int i = 0; i < shown; i++)
		write_row(&json, rows, i);
	json_close_array(&json);
	const char *last = count > shown ? rows_text(rows, shown - 1, 0) : NULL;
	json_text(&json, "next", last ? page_cursor(req, &last, 1) : NULL);
	json_close_object(&json);
	return reply_json_out(req, status, &json);
}

bool import_create(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct model model;
	struct import_plan plan;
	struct csv csv;
	bool dry_run;
	struct report report = report_make(ctx->arena, ROWS_MAX);
	/* One import at a time, and no change of the model meanwhile. */
	if (!query_run(ctx, QUERY_IMPORT_HOLD, NULL) || !model_load(ctx, false, &model))
		return false;
	if (!read_plan(req, &model, &plan, &dry_run) || !read_table(req, &csv) || !import_columns_read(ctx, &csv, &plan))
		return false;
	if (!open_batch(ctx, &plan, dry_run, &report.import_id) || !query_run(ctx, QUERY_IMPORT_SAVEPOINT, NULL) || !run_rows(ctx, &plan, &csv, &report))
		return false;
	if (dry_run && !query_run(ctx, QUERY_IMPORT_UNDO, NULL))
		return false;
	for (int i = 0; i < report.count && dry_run; i++)
		if (strcmp(report.outcomes[i], outcome_names[OUTCOME_CREATED]) == 0)
			report.ci_ids[i] = NULL;
	if (!store(ctx, &report))
		return false;
	reply_location(req, "/api/v1/cmdb/imports/%lld", (long long)report.import_id);
	return reply_import(req, 201, report.import_id, NULL, NULL, SHOWN_FIRST);
}

bool import_get(struct request *req)
{
	struct page page;
	int64_t id;
	const char *outcome = query_choice(req, "outcome", outcome_names);
	if (!page_read(req, &page) || !query_done(req, (const char *const[]){ "outcome", "limit", "cursor", NULL }) ||
		!path_id(req, 0, &id))
		return false;
	return reply_import(req, 200, id, outcome, page.count ? page.value[0] : NULL, page.limit);
}
