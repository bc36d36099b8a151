/* Calendars as forms and files edit them. A change makes a new version; open clocks follow it by an event of their own.
 * Owns nothing. Refuses: hours that calendar_from_json refuses, with its reasons. */
#include "supply/calendar.h"

#include "sla/subject.h"
#include "supply/calendar.sql.h"
#include "supply/calendar_edit.h"
#include "supply/calendar_ics.h"
#include "supply/supply.h"
#include "supply/terms.h"

#include <string.h>

static const char *const list_names[] = { "limit", "cursor", NULL };
static const char *const edit_names[] = { "dry_run", NULL };

bool calendar_list(struct request *req)
{
	struct query_args args = query_args(&req->ctx);
	struct page page;
	if (!query_done(req, list_names) || !page_read(req, &page))
		return false;
	return terms_list(req, QUERY_CALENDAR_LIST, &args, &page);
}

bool calendar_get(struct request *req)
{
	return terms_read_id(req, QUERY_CALENDAR_READ, "There is no such calendar");
}

static bool hours_build(struct request *req, json_t *hours, char *why, size_t why_bytes)
{
	const char *text = terms_json_text(&req->ctx, hours);
	struct calendar *built = calendar_from_json(text, strlen(text), why, why_bytes);
	if (built)
		calendar_destroy(built);
	return built != NULL;
}

json_t *calendar_hours_read(struct request *req, struct body *body)
{
	const char *zone = body_text(body, "zone", BODY_REQUIRED, 1, 64);
	json_t *week = body_array(body, "week", BODY_REQUIRED, 7 * CALENDAR_WINDOWS_MAX);
	json_t *exceptions = body_array(body, "exceptions", BODY_OPTIONAL, CALENDAR_EXCEPTIONS_MAX);
	char why[1024];
	if (!zone || !week)
		return NULL;
	json_t *hours = json_pack(
		"{s:s,s:O,s:o}", "zone", zone, "week", week, "exceptions", exceptions ? json_incref(exceptions) : json_array());
	INVARIANT(hours != NULL);
	arena_on_release(req->ctx.arena, (void (*)(void *))json_decref, hours);
	if (hours_build(req, hours, why, sizeof(why)))
		return hours;
	body_wrong(body, "week", "%s", why);
	return NULL;
}

static bool follow(struct request *req, int64_t calendar, int64_t version)
{
	struct ctx *ctx = &req->ctx;
	struct query_args args = query_args(ctx);
	arg_int(&args, ctx->actor.id);
	arg_instant(&args, ctx->now);
	arg_int(&args, calendar);
	arg_int(&args, version);
	struct rows *rows = query_run(ctx, QUERY_CALENDAR_FOLLOW, &args);
	if (!rows)
		return false;
	for (int i = 0; i < rows_count(rows); i++)
		if (!(rows_null(rows, i, 0) ? clocks_refresh_case(ctx, rows_int(rows, i, 1))
									: clocks_refresh_ticket(ctx, rows_int(rows, i, 0))))
			return false;
	return true;
}

static bool save(struct request *req, int64_t id, int64_t expected, const char *key, const char *name, json_t *hours)
{
	struct ctx *ctx = &req->ctx;
	struct query_args args = query_args(ctx), read_args = query_args(ctx);
	arg_int(&args, ctx->actor.id);
	arg_instant(&args, ctx->now);
	arg_int_or_null(&args, id, id == 0);
	arg_int(&args, expected);
	arg_text(&args, key);
	arg_text(&args, name);
	arg_text(&args, terms_json_text(ctx, hours));
	struct rows *saved = query_one(ctx, QUERY_CALENDAR_SAVE, &args);
	if (!saved)
		return false;
	if (id != 0 && rows_bool(saved, 0, 2) && !follow(req, id, rows_int(saved, 0, 1)))
		return false;
	arg_int(&read_args, rows_int(saved, 0, 0));
	struct rows *rows = query_one(ctx, QUERY_CALENDAR_READ, &read_args);
	if (!rows)
		return false;
	reply_etag(req, rows_int(rows, 0, 1));
	if (id == 0)
		reply_location(req, "/api/v1/calendars/%s", rows_text(saved, 0, 0));
	return reply_json(req, id == 0 ? 201 : 200, rows_text(rows, 0, 0), rows_length(rows, 0, 0));
}

bool calendar_create(struct request *req)
{
	struct body *body = body_open(req);
	if (!body)
		return false;
	const char *key = body_text(body, "key", BODY_OPTIONAL, 1, 100);
	const char *name = body_text(body, "name", BODY_REQUIRED, 1, 200);
	json_t *hours = calendar_hours_read(req, body);
	return body_close(body) && save(req, 0, -1, key, name, hours);
}

bool calendar_update(struct request *req)
{
	int64_t id, version;
	if (!terms_id(req, "There is no such calendar", &id) || !request_if_match(req, &version))
		return false;
	struct body *body = body_open(req);
	if (!body)
		return false;
	const char *name = body_text(body, "name", BODY_REQUIRED, 1, 200);
	json_t *hours = calendar_hours_read(req, body);
	return body_close(body) && save(req, id, version, NULL, name, hours);
}

static bool edit_load(struct request *req, const struct query *query, struct calendar_edit *edit_r)
{
	struct ctx *ctx = &req->ctx;
	struct query_args args = query_args(ctx);
	if (!terms_id(req, "There is no such calendar", &edit_r->id))
		return false;
	arg_int(&args, edit_r->id);
	struct rows *rows = query_run(ctx, query, &args);
	if (!rows)
		return false;
	if (rows_count(rows) == 0)
		return fail(ctx, ERROR_NOT_FOUND, "There is no such calendar");
	edit_r->hours = json_loads(rows_text(rows, 0, 0), 0, NULL);
	INVARIANT(edit_r->hours != NULL);
	arena_on_release(ctx->arena, (void (*)(void *))json_decref, edit_r->hours);
	if (!json_object_get(edit_r->hours, "exceptions"))
		json_object_set_new(edit_r->hours, "exceptions", json_array());
	edit_r->name = rows_text(rows, 0, 1);
	return true;
}

bool calendar_edit_read(struct request *req, struct calendar_edit *edit_r)
{
	*edit_r = (struct calendar_edit){ .version = -1 };
	return edit_load(req, QUERY_CALENDAR_BODY_READ, edit_r);
}

bool calendar_edit_begin(struct request *req, struct calendar_edit *edit_r)
{
	*edit_r = (struct calendar_edit){ .version = -1, .dry = query_flag(req, "dry_run") };
	if (!query_done(req, edit_names))
		return false;
	if (request_header(req, "If-Match") && !request_if_match(req, &edit_r->version))
		return false;
	return edit_load(req, QUERY_CALENDAR_BODY, edit_r);
}

bool calendar_edit_end(struct request *req, const struct calendar_edit *edit, const char *pointer)
{
	char why[512];
	struct query_args args = query_args(&req->ctx);
	if (!hours_build(req, edit->hours, why, sizeof(why)))
		return fail_field(&req->ctx, pointer, "%s", why);
	if (!edit->dry)
		return save(req, edit->id, edit->version, NULL, edit->name, edit->hours);
	arg_int(&args, edit->id);
	arg_text(&args, terms_json_text(&req->ctx, edit->hours));
	struct rows *rows = query_one(&req->ctx, QUERY_CALENDAR_AS_IF, &args);
	if (!rows)
		return false;
	reply_etag(req, rows_int(rows, 0, 1));
	return reply_json(req, 200, rows_text(rows, 0, 0), rows_length(rows, 0, 0));
}

/* Holidays of an iCalendar file become exceptions without hours; dates that have an exception already keep it. */
bool calendar_import_ics(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct calendar_edit edit;
	struct upload upload;
	char why[512];
	if (!calendar_edit_begin(req, &edit))
		return false;
	const char *bytes = req->body;
	size_t length = req->body_length;
	if (req->content_type && strncmp(req->content_type, "multipart/form-data", 19) == 0) {
		if (!body_upload(req, &upload))
			return false;
		bytes = upload.bytes;
		length = upload.length;
	}
	if (!calendar_ics_add(edit.hours, bytes, length, ctx->now, why, sizeof(why)))
		return fail_field(ctx, "file", "%s", why);
	return calendar_edit_end(req, &edit, "file");
}
