/* Years of a calendar: official ones taken over, one copied to another, and every day with its hours. Owns nothing.
 * Refuses: to take anything over by itself; who asks sees the days and the clocks that move first (dry_run,
 * calendar_preview.c). */
#include "sla/calendar_days.h"
#include "supply/calendar.h"
#include "supply/calendar.sql.h"
#include "supply/calendar_edit.h"
#include "supply/supply.h"
#include "supply/terms.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define YEARS_MAX 20
#define DAYS_MAX 800
#define SHORTER_MIN 60

bool calendar_official_list(struct request *req)
{
	struct rows *rows = query_one(&req->ctx, QUERY_CALENDAR_OFFICIAL_LIST, NULL);
	return rows && reply_json(req, 200, rows_text(rows, 0, 0), rows_length(rows, 0, 0));
}

/* A working day that was moved has the hours of the weekday it stands in for, unless that weekday is a working day
 * here anyway. */
static json_t *moved_windows(const json_t *hours, const char *date, int stands_for)
{
	int64_t day;
	json_t *own = day_parse(date, &day) ? weekday_windows(hours, day_weekday(day)) : json_array();
	if (json_array_size(own) > 0)
		return own;
	json_decref(own);
	return weekday_windows(hours, stands_for);
}

static bool official_add(json_t *hours, const struct rows *days)
{
	for (int i = 0; i < rows_count(days); i++) {
		const char *date = rows_text(days, i, 0), *does = rows_text(days, i, 1);
		json_t *windows = NULL;
		if (strcmp(does, "work") == 0) {
			windows = moved_windows(hours, date, (int)rows_int(days, i, 2));
		} else if (strcmp(does, "short") == 0) {
			/* The day's usual hours, or those that a moved working day just got. */
			bool just_moved = i > 0 && strcmp(rows_text(days, i - 1, 0), date) == 0;
			int64_t day;
			windows = just_moved || !day_parse(date, &day) ? date_windows(hours, date)
														   : weekday_windows(hours, day_weekday(day));
			windows_cut(windows, SHORTER_MIN);
		} else {
			windows = json_array();
		}
		if (!exception_put(hours, date, windows))
			return false;
	}
	exceptions_sort(hours);
	return true;
}

static int years_read(struct body *body, int64_t *years)
{
	json_t *given = body_array(body, "years", BODY_REQUIRED, YEARS_MAX), *value;
	size_t i;
	int count = 0;
	json_array_foreach(given, i, value)
	{
		if (!json_is_integer(value) || json_integer_value(value) < CALENDAR_FIRST_YEAR ||
			json_integer_value(value) > CALENDAR_LAST_YEAR)
			body_wrong(body, "years", "must be years from %d to %d", CALENDAR_FIRST_YEAR, CALENDAR_LAST_YEAR);
		years[count++] = json_integer_value(value);
	}
	if (given && count == 0)
		body_wrong(body, "years", "must name at least one year");
	return count;
}

/* POST /calendars/{id}/official {country, years} */
bool calendar_official_add(struct request *req)
{
	struct query_args args = query_args(&req->ctx);
	struct calendar_edit edit;
	int64_t years[YEARS_MAX];
	struct body *body = body_open(req);
	if (!body)
		return false;
	const char *country = body_text(body, "country", BODY_REQUIRED, 2, 2);
	int count = years_read(body, years);
	if (!body_close(body) || !calendar_edit_begin(req, &edit))
		return false;
	arg_text(&args, country);
	arg_ints(&args, years, count);
	struct query_step steps[] = { { QUERY_CALENDAR_OFFICIAL_KNOWN, &args, NULL },
		{ QUERY_CALENDAR_OFFICIAL_DAYS, &args, NULL } };
	if (!query_pipeline(&req->ctx, steps, 2))
		return false;
	if (rows_int(steps[0].rows, 0, 0) < count)
		return fail_field(&req->ctx, "/years", "not all of these years of %s are known here", country);
	if (!official_add(edit.hours, steps[1].rows))
		return fail_field(&req->ctx, "/years", "gives more than %d exceptions", CALENDAR_EXCEPTIONS_MAX);
	return calendar_edit_end(req, &edit, "/years");
}

static bool year_copy(json_t *hours, int64_t from, int64_t to)
{
	json_t *copies = json_array(), *exception;
	size_t i;
	bool good = true;
	json_array_foreach(json_object_get(hours, "exceptions"), i, exception)
	{
		const char *date = json_string_value(json_object_get(exception, "date"));
		char moved[16];
		int64_t day;
		if (!date || strtoll(date, NULL, 10) != from)
			continue;
		snprintf(moved, sizeof(moved), "%04d%s", (int)to, date + 4);
		if (day_parse(moved, &day)) /* there is no 29 February in most years */
			json_array_append_new(
				copies, json_pack("[s,o]", moved, json_deep_copy(json_object_get(exception, "hours"))));
	}
	json_array_foreach(copies, i, exception) if (good &&
		!exception_of(hours, json_string_value(json_array_get(exception, 0)))) good = exception_put(hours,
		json_string_value(json_array_get(exception, 0)), json_incref(json_array_get(exception, 1)));
	json_decref(copies);
	exceptions_sort(hours);
	return good;
}

/* POST /calendars/{id}/copy-year {from, to}: dates that have hours of their own keep them. */
bool calendar_copy_year(struct request *req)
{
	struct calendar_edit edit;
	struct body *body = body_open(req);
	if (!body)
		return false;
	int64_t from = body_int(body, "from", BODY_REQUIRED, CALENDAR_FIRST_YEAR, CALENDAR_LAST_YEAR, 0);
	int64_t to = body_int(body, "to", BODY_REQUIRED, CALENDAR_FIRST_YEAR, CALENDAR_LAST_YEAR, 0);
	if (from > 0 && from == to)
		body_wrong(body, "to", "must be another year");
	if (!body_close(body) || !calendar_edit_begin(req, &edit))
		return false;
	if (!year_copy(edit.hours, from, to))
		return fail_field(&req->ctx, "/to", "gives more than %d exceptions", CALENDAR_EXCEPTIONS_MAX);
	return calendar_edit_end(req, &edit, "/to");
}

/* What a day is, beside its hours: working and off by the week; else by its exception. */
static const char *day_kind(const json_t *exception, int usual_min, int now_min)
{
	if (!exception)
		return usual_min > 0 ? "working" : "off";
	if (now_min == 0)
		return usual_min > 0 ? "holiday" : "off";
	if (usual_min == 0)
		return "moved";
	return now_min < usual_min ? "short" : now_min > usual_min ? "long" : "working";
}

static void put_day(struct json_out *json, const json_t *hours, int64_t day, int64_t worked_s)
{
	char date[INSTANT_TEXT_BYTES];
	day_format(day, date);
	json_t *usual = weekday_windows(hours, day_weekday(day)), *now = date_windows(hours, date);
	const json_t *exception = exception_of(hours, date);
	char *text = json_dumps(now, JSON_COMPACT);
	json_open_object(json, NULL);
	json_text(json, "date", date);
	json_int(json, "weekday", day_weekday(day));
	json_text(json, "kind", day_kind(exception, windows_minutes(usual), windows_minutes(now)));
	json_bool(json, "exception", exception != NULL);
	json_int(json, "worked_s", worked_s);
	json_raw(json, "hours", text ? text : "[]");
	json_close_object(json);
	free(text);
	json_decref(usual);
	json_decref(now);
}

static bool days_put(struct request *req, const json_t *hours, int64_t first, int count)
{
	struct ctx *ctx = &req->ctx;
	char why[512];
	struct json_out json;
	int64_t *worked_s = arena_array(ctx->arena, (size_t)count, sizeof(*worked_s)), sum = 0;
	const char *text = terms_json_text(ctx, (json_t *)hours);
	struct calendar *calendar = calendar_from_json(text, strlen(text), why, sizeof(why));
	if (!calendar)
		return fail_internal(ctx, ERROR_INTERNAL, "hours of a calendar: %s", why);
	arena_on_release(ctx->arena, (void (*)(void *))calendar_destroy, calendar);
	if (!calendar_days_worked(ctx, calendar, first, count, worked_s))
		return false;
	json_begin(&json, ctx->arena, 16384);
	json_open_object(&json, NULL);
	json_open_array(&json, "items");
	for (int i = 0; i < count; i++) {
		put_day(&json, hours, first + i, worked_s[i]);
		sum += worked_s[i];
	}
	json_close_array(&json);
	json_put_null(&json, "next");
	json_int(&json, "worked_s", sum);
	json_close_object(&json);
	return reply_json_out(req, 200, &json);
}

/* GET /calendars/{id}/days?from=&to= (`to` excluded) */
bool calendar_days(struct request *req)
{
	static const char *const names[] = { "from", "to", NULL };
	struct ctx *ctx = &req->ctx;
	struct calendar_edit edit;
	int64_t from = 0, to = 0;
	const char *from_text = request_query(req, "from"), *to_text = request_query(req, "to");
	if (!from_text || !day_parse(from_text, &from))
		fail_field(ctx, "from", "must be a date like 2026-03-01");
	if (!to_text || !day_parse(to_text, &to))
		fail_field(ctx, "to", "must be a date like 2026-04-01, the first that no longer belongs to it");
	if (!query_done(req, names))
		return false;
	if (to <= from || to - from > DAYS_MAX)
		return fail_field(ctx, "to", "must be after from, by at most %d days", DAYS_MAX);
	return calendar_edit_read(req, &edit) && days_put(req, edit.hours, from, (int)(to - from));
}
