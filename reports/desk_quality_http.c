/* The report on the quality of the desk over HTTP: workbook and JSON. Owns nothing. Who may call stands in the route table. */
#include "reports/desk_quality.h"
#include "reports/make.h"
#include "reports/reports.h"

#include <math.h>
#include <string.h>

static const char *const names[] = { "from", "to", "lang", "zone", NULL };

static int64_t query_day(struct request *req, const char *name)
{
	int64_t day = 0;
	const char *text = request_query(req, name);
	if (!text)
		fail_field(&req->ctx, name, "is required: a date, 2026-07-01");
	else if (!day_parse(text, &day))
		fail_field(&req->ctx, name, "must be a date, 2026-07-01");
	return day;
}

static bool read_request(struct request *req, struct sla_request *request_r)
{
	const struct actor *actor = &req->ctx.actor;
	const char *zone = request_query(req, "zone"), *language = query_choice(req, "lang", report_languages);
	*request_r = (struct sla_request){ .from_day = query_day(req, "from"),
		.to_day = query_day(req, "to"),
		.zone = zone ? zone : actor->zone,
		.language = language ? language : actor->language,
		.made_by = actor->name };
	return query_done(req, names) && report_period_good(&req->ctx, request_r->from_day, request_r->to_day);
}

bool report_desk_quality_xlsx(struct request *req)
{
	struct sla_request request;
	int fd;
	if (!read_request(req, &request) || !quality_workbook_make(&req->ctx, &request, &fd))
		return false;
	reply_header(req, "Content-Disposition",
		arena_printf(req->ctx.arena, "attachment; filename=\"%s\"", report_file_name(req->ctx.arena, "desk-quality", request.from_day, request.to_day)));
	reply_header(req, "Cache-Control", "no-store");
	return reply_file(req, REPORT_CONTENT_TYPE, fd);
}

static void json_number(struct json_out *json, const char *key, bool has, double value, struct arena *arena)
{
	json_raw(json, key, has ? arena_printf(arena, "%.10g", round(value * 100) / 100) : NULL);
}

static void share_json(struct json_out *json, const char *key, const struct quality_share *share, struct arena *arena)
{
	json_open_object(json, key);
	json_int(json, "count", share->count);
	json_int(json, "of", share->of);
	json_number(json, "pct", share->has, share->value * 100, arena);
	json_number(json, "low_pct", share->has, share->low * 100, arena);
	json_number(json, "high_pct", share->has, share->high * 100, arena);
	json_close_object(json);
}

static void times_json(struct json_out *json, const char *key, const struct quality_share *share, bool has, double median_s, double p90_s,
	struct arena *arena)
{
	json_open_object(json, key);
	share_json(json, "kept", share, arena);
	json_raw(json, "median_s", has ? arena_printf(arena, "%lld", llround(median_s)) : NULL);
	json_raw(json, "p90_s", has ? arena_printf(arena, "%lld", llround(p90_s)) : NULL);
	json_close_object(json);
}

static void mean_json(struct json_out *json, const char *key, bool has, double value, bool has_interval, double low, double high, struct arena *arena)
{
	json_open_object(json, key);
	json_number(json, "value", has, value, arena);
	json_number(json, "low", has_interval, low, arena);
	json_number(json, "high", has_interval, high, arena);
	json_close_object(json);
}

static void line_json(struct json_out *json, const char *key, const struct quality_line *line, struct arena *arena)
{
	json_open_object(json, key);
	if (line->by == BY_LEVEL)
		json_int(json, "level", line->id);
	else if (line->by != BY_ALL)
		json_ref(json, line->by == BY_TEAM ? "team" : "person", arena_printf(arena, "%lld", (long long)line->id), line->name);
	json_int(json, "tickets", line->tickets);
	times_json(json, "response", &line->response, line->has_response_times, line->response_median_s, line->response_p90_s, arena);
	times_json(json, "resolution", &line->resolution, line->has_resolution_times, line->resolution_median_s, line->resolution_p90_s, arena);
	json_int(json, "handovers", line->handovers);
	json_int(json, "ping_pong", line->ping_pong);
	share_json(json, "reopened", &line->reopened, arena);
	share_json(json, "rated", &line->answered, arena);
	mean_json(json, "satisfaction", line->has_mean, line->mean, line->has_mean_interval, line->mean_low, line->mean_high, arena);
	mean_json(json, "nps", line->has_nps, line->nps, line->has_nps, line->nps_low, line->nps_high, arena);
	json_int(json, "samples", line->samples);
	json_number(json, "quality_pct", line->has_quality, line->quality_pct * 100, arena);
	json_number(json, "kpi", line->has_kpi, line->kpi, arena);
	json_close_object(json);
}

static void lines_json(struct json_out *json, const char *key, const struct quality_report *report, enum quality_by by)
{
	json_open_array(json, key);
	for (int i = 0; i < report->line_count; i++)
		if (report->lines[i].by == by)
			line_json(json, NULL, &report->lines[i], report->ctx->arena);
	json_close_array(json);
}

bool report_desk_quality_json(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	char from[INSTANT_TEXT_BYTES], to[INSTANT_TEXT_BYTES];
	struct sla_request request;
	struct quality_report *report;
	struct json_out json;
	if (!read_request(req, &request) || !tx_begin_snapshot(ctx) || !quality_load(ctx, &request, &report) || !quality_tickets_read(report, NULL) ||
		!tx_commit(ctx))
		return false;
	quality_figures(report);
	day_format(request.from_day, from);
	day_format(request.to_day, to);
	json_begin(&json, ctx->arena, 8192);
	json_open_object(&json, NULL);
	json_open_object(&json, "period");
	json_text(&json, "from", from);
	json_text(&json, "to", to);
	json_bool(&json, "unfinished", report->period.unfinished);
	json_close_object(&json);
	json_text(&json, "zone", request.zone);
	json_instant(&json, "as_of", ctx->now);
	line_json(&json, "all", &report->lines[0], ctx->arena);
	lines_json(&json, "teams", report, BY_TEAM);
	lines_json(&json, "levels", report, BY_LEVEL);
	lines_json(&json, "persons", report, BY_PERSON);
	json_open_array(&json, "handover_reasons");
	for (int i = 0; quality_reasons[i]; i++) {
		int64_t count = 0;
		for (int row = 0; row < rows_count(report->handover_rows); row++)
			count += strcmp(rows_text(report->handover_rows, row, QH_REASON), quality_reasons[i]) == 0;
		if (count == 0)
			continue;
		json_open_object(&json, NULL);
		json_text(&json, "reason", quality_reasons[i]);
		json_int(&json, "count", count);
		json_close_object(&json);
	}
	json_close_array(&json);
	json_close_object(&json);
	return reply_json_out(req, 200, &json);
}
