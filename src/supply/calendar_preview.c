/* What a change of hours does before it is made: which days count otherwise, and which open clocks move. Owns
 * nothing; writes nothing.
 * A clock keeps the time it has used; from now on the new hours count, as calendar_follow and the engine do it. */
#include "sla/calendar_days.h"
#include "sla/subject.h"
#include "supply/calendar.h"
#include "supply/calendar.sql.h"
#include "supply/calendar_edit.h"
#include "supply/supply.h"
#include "supply/terms.h"

#include <stdlib.h>
#include <string.h>

#define CLOCKS_SHOWN 200
#define DAYS_SHOWN 400
#define YEARS_AHEAD_DAYS 1100

enum clock_column {
	C_ID,
	C_TICKET,
	C_CASE,
	C_SUBJECT,
	C_SUPPLIER,
	C_METRIC,
	C_STATE,
	C_TARGET,
	C_ELAPSED,
	C_EVALUATED,
	C_DUE,
	C_BREACHED,
	C_VERSION
};

struct moved {
	int row;
	instant due, new_due; /* a paused clock: as if it ran on from now */
};

struct effect {
	struct moved *moved;
	int count, open, earlier, later;
};

/* Working seconds that are left at `now`; what is past its target has none to lose. */
static int64_t left_s(const struct rows *rows, int row, const struct calendar *old, instant now)
{
	int64_t elapsed_s = rows_int(rows, row, C_ELAPSED);
	if (strcmp(rows_text(rows, row, C_STATE), "running") == 0)
		elapsed_s += calendar_worked_s(old, rows_instant(rows, row, C_EVALUATED), now);
	return rows_int(rows, row, C_TARGET) - elapsed_s;
}

static bool effect_add(
	struct ctx *ctx, const struct rows *rows, int row, const struct calendar *new_hours, struct effect *effect)
{
	const struct calendar *old = calendar_of_version(ctx, rows_int(rows, row, C_VERSION));
	if (!old)
		return false;
	effect->open++;
	int64_t left = left_s(rows, row, old, ctx->now);
	if (!rows_null(rows, row, C_BREACHED) || left < 0)
		return true; /* a breach is never undone by a change of hours */
	struct moved moved = {
		.row = row, .due = calendar_reach(old, ctx->now, left), .new_due = calendar_reach(new_hours, ctx->now, left)
	};
	if (moved.due == moved.new_due)
		return true;
	if (moved.new_due != INSTANT_NONE && (moved.due == INSTANT_NONE || moved.new_due < moved.due))
		effect->earlier++;
	else
		effect->later++;
	effect->moved[effect->count++] = moved;
	return true;
}

static int64_t shift_s(const struct moved *moved)
{
	int64_t shift = moved->new_due - moved->due;
	return shift < 0 ? -shift : shift;
}

static int effect_compare(const void *a, const void *b)
{
	int64_t x = shift_s(a), y = shift_s(b);
	return x < y ? 1 : x > y ? -1 : ((const struct moved *)a)->row - ((const struct moved *)b)->row;
}

static void put_clock(struct json_out *json, const struct rows *rows, const struct moved *moved)
{
	int row = moved->row;
	json_open_object(json, NULL);
	json_text(json, "ticket", rows_text(rows, row, C_TICKET));
	json_text(json, "case", rows_text(rows, row, C_CASE));
	json_text(json, "subject", rows_text(rows, row, C_SUBJECT));
	json_text(json, "supplier", rows_text(rows, row, C_SUPPLIER));
	json_text(json, "metric", rows_text(rows, row, C_METRIC));
	json_text(json, "state", rows_text(rows, row, C_STATE));
	json_instant(json, "due_at", moved->due);
	json_instant(json, "new_due_at", moved->new_due);
	json_close_object(json);
}

static bool put_clocks(struct request *req, const struct calendar *new_hours, int64_t id, struct json_out *json)
{
	struct ctx *ctx = &req->ctx;
	struct query_args args = query_args(ctx);
	arg_int(&args, id);
	struct rows *rows = query_run(ctx, QUERY_CALENDAR_OPEN_CLOCKS, &args);
	if (!rows)
		return false;
	struct effect effect = { .moved = arena_array(ctx->arena, (size_t)rows_count(rows) + 1, sizeof(struct moved)) };
	for (int i = 0; i < rows_count(rows); i++)
		if (!effect_add(ctx, rows, i, new_hours, &effect))
			return false;
	qsort(effect.moved, (size_t)effect.count, sizeof(*effect.moved), effect_compare);
	json_int(json, "open", effect.open);
	json_int(json, "moved", effect.count);
	json_int(json, "earlier", effect.earlier);
	json_int(json, "later", effect.later);
	json_open_array(json, "clocks");
	for (int i = 0; i < effect.count && i < CLOCKS_SHOWN; i++)
		put_clock(json, rows, &effect.moved[i]);
	json_close_array(json);
	return true;
}

static void put_windows(struct json_out *json, const char *name, json_t *windows)
{
	char *text = json_dumps(windows, JSON_COMPACT);
	json_raw(json, name, text ? text : "[]");
	free(text);
	json_decref(windows);
}

/* Days from today on that have other working time: those the clocks feel first. */
static bool put_days(struct request *req, const struct calendar *old, const struct calendar *new_hours,
	const json_t *before, const json_t *after, struct json_out *json)
{
	struct ctx *ctx = &req->ctx;
	int64_t first = ctx->now / 86400 - 1, *old_s = arena_array(ctx->arena, YEARS_AHEAD_DAYS, sizeof(int64_t)),
			*new_s = arena_array(ctx->arena, YEARS_AHEAD_DAYS, sizeof(int64_t));
	int shown = 0, changed = 0;
	if (!calendar_days_worked(ctx, old, first, YEARS_AHEAD_DAYS, old_s) ||
		!calendar_days_worked(ctx, new_hours, first, YEARS_AHEAD_DAYS, new_s))
		return false;
	json_open_array(json, "days");
	for (int i = 0; i < YEARS_AHEAD_DAYS; i++) {
		char date[INSTANT_TEXT_BYTES];
		day_format(first + i, date);
		json_t *was = date_windows(before, date), *is = date_windows(after, date);
		bool same = old_s[i] == new_s[i] && json_equal(was, is);
		changed += !same;
		if (same || ++shown > DAYS_SHOWN) {
			json_decref(was);
			json_decref(is);
			continue;
		}
		json_open_object(json, NULL);
		json_text(json, "date", date);
		put_windows(json, "before", was);
		put_windows(json, "after", is);
		json_int(json, "before_s", old_s[i]);
		json_int(json, "after_s", new_s[i]);
		json_close_object(json);
	}
	json_close_array(json);
	json_int(json, "days_changed", changed);
	return true;
}

static const struct calendar *built(struct ctx *ctx, json_t *hours)
{
	char why[512];
	const char *text = terms_json_text(ctx, hours);
	struct calendar *calendar = calendar_from_json(text, strlen(text), why, sizeof(why));
	if (!calendar) {
		fail_internal(ctx, ERROR_INTERNAL, "hours of a calendar: %s", why);
		return NULL;
	}
	arena_on_release(ctx->arena, (void (*)(void *))calendar_destroy, calendar);
	return calendar;
}

/* POST /calendars/{id}/preview: a body as PUT takes it. */
bool calendar_preview(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct calendar_edit edit;
	struct json_out json;
	struct body *body = body_open(req);
	if (!body)
		return false;
	body_text(body, "name", BODY_REQUIRED, 1, 200);
	json_t *hours = calendar_hours_read(req, body);
	if (!body_close(body) || !calendar_edit_read(req, &edit))
		return false;
	const struct calendar *old = built(ctx, edit.hours), *new_hours = old ? built(ctx, hours) : NULL;
	if (!new_hours)
		return false;
	json_begin(&json, ctx->arena, 16384);
	json_open_object(&json, NULL);
	if (!put_days(req, old, new_hours, edit.hours, hours, &json) || !put_clocks(req, new_hours, edit.id, &json))
		return false;
	json_close_object(&json);
	return reply_json_out(req, 200, &json);
}
