/* The supplier SLA report over HTTP: the workbook, the same figures as JSON, and the clocks behind one figure. Owns nothing.
 * Refuses: periods longer than ten years. Who may call stands in the route table; those readers may see every ticket. */
#include "reports/reports.h"
#include "reports/supplier_sla.h"

#include "reports/supplier_sla.sql.h"
#include "sla/subject.h"

#include <math.h>
#include <string.h>

static const char *const languages[] = { "en", "ru", NULL };
static const char *const metrics[] = { "acknowledge", "response", "workaround", "resolution", "update", NULL };
static const char *const verdicts[] = { "kept", "breached", "open", NULL };
static const char *const report_names[] = { "from", "to", "supplier", "lang", "zone", NULL };
static const char *const clock_names[] = { "from", "to", "supplier", "metric", "verdict", "zone", "limit", "cursor",
	NULL };

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

/* Wrong parameters are collected; query_done tells them. */
static struct sla_request read_request(struct request *req)
{
	const struct actor *actor = &req->ctx.actor;
	const char *zone = request_query(req, "zone"), *language = query_choice(req, "lang", languages);
	struct sla_request request = { .from_day = query_day(req, "from"),
		.to_day = query_day(req, "to"),
		.supplier_id = query_int(req, "supplier", 0, 1, INT64_MAX),
		.zone = zone ? zone : actor->zone,
		.language = language ? language : actor->language,
		.made_by = actor->name };
	if (req->ctx.error.kind == ERROR_NONE && request.to_day <= request.from_day)
		fail_field(&req->ctx, "to", "must be after from; it is the first day that no longer belongs to the period");
	else if (req->ctx.error.kind == ERROR_NONE && request.to_day - request.from_day > PERIOD_DAYS_MAX)
		fail_field(&req->ctx, "to", "must be at most ten years after from");
	return request;
}

bool report_supplier_sla_xlsx(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	char from[INSTANT_TEXT_BYTES], to[INSTANT_TEXT_BYTES];
	struct sla_request request = read_request(req);
	int fd;
	if (!query_done(req, report_names) || !sla_workbook_make(ctx, &request, &fd))
		return false;
	day_format(request.from_day, from);
	day_format(request.to_day, to);
	reply_header(req, "Content-Disposition",
		arena_printf(ctx->arena, "attachment; filename=\"supplier-sla_%s_%s.xlsx\"", from, to));
	reply_header(req, "Cache-Control", "no-store");
	return reply_file(req, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", fd);
}

/* Two decimals, as the contracts have. */
static void json_percent(struct json_out *json, const char *key, bool has, double percent, struct arena *arena)
{
	json_raw(json, key, has ? arena_printf(arena, "%.10g", round(percent * 100) / 100) : NULL);
}

static void json_seconds(struct json_out *json, const char *key, bool has, double seconds)
{
	if (has)
		json_int(json, key, llround(seconds));
	else
		json_put_null(json, key);
}

static void metric_json(struct json_out *json, const struct sla_group *group, struct arena *arena)
{
	double share = 0, previous = 0;
	bool has_share = sla_share(group->kept, group->breached, &share);
	bool has_previous = sla_share(group->previous_kept, group->previous_breached, &previous);
	json_open_object(json, NULL);
	json_text(json, "metric", group->metric);
	json_int(json, "cases", group->cases);
	json_int(json, "measured", group->kept + group->breached);
	json_int(json, "kept", group->kept);
	json_int(json, "breached", group->breached);
	json_percent(json, "compliance_pct", has_share, share * 100, arena);
	json_percent(json, "goal_pct", group->has_goal, group->goal_pct, arena);
	json_percent(json, "previous_pct", has_previous, previous * 100, arena);
	json_seconds(json, "median_s", group->has_times, group->median_s);
	json_seconds(json, "p90_s", group->has_times, group->p90_s);
	json_int(json, "open", group->open);
	json_int(json, "overdue", group->overdue);
	json_close_object(json);
}

static void reference_json(struct json_out *json, int64_t id, const char *name, const char *kind_or_null)
{
	json_open_object(json, "supplier");
	json_int(json, "id", id);
	json_text(json, "name", name);
	if (kind_or_null)
		json_text(json, "kind", kind_or_null);
	json_close_object(json);
}

static void suppliers_json(struct json_out *json, const struct sla_report *report)
{
	json_open_array(json, "suppliers");
	for (int i = 0; i < report->supplier_count; i++) {
		const struct sla_supplier *supplier = &report->suppliers[i];
		json_open_object(json, NULL);
		reference_json(json, supplier->id, supplier->name, supplier->kind);
		json_int(json, "cases", supplier->cases);
		json_open_array(json, "metrics");
		for (int g = supplier->first_group; g < report->group_count; g++)
			if (report->groups[g].supplier_id == supplier->id && sla_group_shown(&report->groups[g]))
				metric_json(json, &report->groups[g], report->ctx->arena);
		json_close_array(json);
		json_close_object(json);
	}
	json_close_array(json);
}

static void amount_json(struct json_out *json, const char *key, const struct sla_money *money, int64_t minor, struct arena *arena)
{
	json_open_object(json, key);
	json_text(json, "amount", arena_printf(arena, "%lld.%02d", (long long)(minor / 100), (int)(minor % 100)));
	json_text(json, "currency", money->currency);
	json_close_object(json);
}

static void money_json(struct json_out *json, const struct sla_report *report)
{
	json_open_array(json, "money");
	for (int i = 0; i < report->money_count; i++) {
		const struct sla_money *money = &report->money[i];
		json_open_object(json, NULL);
		reference_json(json, money->supplier_id, money->supplier, NULL);
		amount_json(json, "credits_due", money, money->due_minor, report->ctx->arena);
		amount_json(json, "loss", money, money->loss_minor, report->ctx->arena);
		json_close_object(json);
	}
	json_close_array(json);
}

static void months_json(struct json_out *json, const struct sla_report *report)
{
	json_open_array(json, "months");
	for (int m = 0; m < PERIOD_MONTHS; m++) {
		char day[INSTANT_TEXT_BYTES];
		day_format(report->period.month_day[m], day);
		day[7] = '\0'; /* 2026-07 */
		for (int g = 0; g < report->group_count; g++) {
			const struct sla_group *group = &report->groups[g];
			if (group->month_kept[m] + group->month_breached[m] == 0)
				continue;
			json_open_object(json, NULL);
			json_text(json, "month", day);
			reference_json(json, group->supplier_id, group->supplier, NULL);
			json_text(json, "metric", group->metric);
			json_int(json, "measured", group->month_kept[m] + group->month_breached[m]);
			json_int(json, "kept", group->month_kept[m]);
			json_close_object(json);
		}
	}
	json_close_array(json);
}

bool report_supplier_sla_json(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	char from[INSTANT_TEXT_BYTES], to[INSTANT_TEXT_BYTES];
	struct sla_request request = read_request(req);
	struct sla_report *report;
	struct json_out json;
	if (!query_done(req, report_names) || !tx_begin_snapshot(ctx) || !sla_report_load(ctx, &request, false, &report) ||
		!tx_commit(ctx))
		return false;
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
	suppliers_json(&json, report);
	months_json(&json, report);
	money_json(&json, report);
	json_close_object(&json);
	return reply_json_out(req, 200, &json);
}

enum {
	D_ID,
	D_CASE,
	D_TICKET,
	D_SUPPLIER,
	D_SUPPLIER_NAME,
	D_METRIC,
	D_ORDINAL,
	D_PRIORITY,
	D_TARGET,
	D_ELAPSED,
	D_STARTED,
	D_DUE,
	D_STOPPED,
	D_BREACHED_AT,
	D_PAUSED,
	D_SERVICE,
	D_SERVICE_NAME,
	D_CI,
	D_CI_NAME,
	D_STATE,
	D_EVALUATED,
	D_CALENDAR
};

/* Rows hold working time up to their last evaluation; what has passed since is added. */
static bool clock_json(struct ctx *ctx, struct json_out *json, const struct rows *rows, int i)
{
	const char *state = rows_text(rows, i, D_STATE);
	int64_t running_s = 0, paused_s = 0;
	if (strcmp(state, "running") == 0 || strcmp(state, "paused") == 0) {
		const struct calendar *calendar = calendar_of_version(ctx, rows_int(rows, i, D_CALENDAR));
		if (!calendar)
			return false;
		int64_t since = calendar_worked_s(calendar, rows_instant(rows, i, D_EVALUATED), ctx->now);
		*(strcmp(state, "running") == 0 ? &running_s : &paused_s) = since;
	}
	json_open_object(json, NULL);
	json_text(json, "case", rows_text(rows, i, D_CASE));
	json_text(json, "ticket", rows_text(rows, i, D_TICKET));
	json_ref(json, "supplier", rows_text(rows, i, D_SUPPLIER), rows_text(rows, i, D_SUPPLIER_NAME));
	json_text(json, "metric", rows_text(rows, i, D_METRIC));
	json_int(json, "ordinal", rows_int(rows, i, D_ORDINAL));
	json_int(json, "priority", rows_int(rows, i, D_PRIORITY));
	json_text(json, "state", state);
	json_int(json, "target_s", rows_int(rows, i, D_TARGET));
	json_int(json, "elapsed_s", rows_int(rows, i, D_ELAPSED) + running_s);
	json_instant(json, "started_at", rows_instant(rows, i, D_STARTED));
	json_instant(json, "due_at", rows_instant(rows, i, D_DUE));
	json_instant(json, "stopped_at", rows_instant(rows, i, D_STOPPED));
	json_bool(json, "breached", !rows_null(rows, i, D_BREACHED_AT));
	json_instant(json, "breached_at", rows_instant(rows, i, D_BREACHED_AT));
	json_int(json, "paused_s", rows_int(rows, i, D_PAUSED) + paused_s);
	json_ref(json, "service", rows_text(rows, i, D_SERVICE), rows_text(rows, i, D_SERVICE_NAME));
	json_ref(json, "ci", rows_text(rows, i, D_CI), rows_text(rows, i, D_CI_NAME));
	json_close_object(json);
	return true;
}

/* The cursor holds the start (in seconds) and the id of the last clock of the page before. */
static bool cursor_args(struct request *req, struct query_args *args, const struct page *page)
{
	int64_t started = 0, id = 0;
	bool first = page->count == 0;
	if (!first &&
		(page->count != 2 || !text_parse_int64(page->value[0], &started) || !text_parse_int64(page->value[1], &id)))
		return fail_field(&req->ctx, "cursor", "is not one that this list gave");
	arg_instant(args, first ? INSTANT_NONE : started);
	arg_int_or_null(args, id, first);
	arg_int(args, page->limit + 1);
	return true;
}

static bool drill_rows(struct request *req, const struct sla_request *request, const char *metric, const char *verdict,
	const struct page *page, struct rows **rows_r)
{
	struct ctx *ctx = &req->ctx;
	struct sla_report report = { .ctx = ctx, .request = *request };
	char why[128];
	struct zone *zone = zone_name_valid(request->zone) ? zone_load(request->zone, why, sizeof(why)) : NULL;
	if (!zone)
		return fail_field(ctx, "zone", "there is no such time zone");
	period_make(zone, request->from_day, request->to_day, ctx->now, &report.period);
	zone_destroy(zone);
	report.period.since = report.period.from; /* nothing earlier is asked for */
	if (!tx_begin_snapshot(ctx) || !sla_late_find(ctx, &report.late, &report.late_count))
		return false;
	struct query_args args = sla_report_args(&report);
	arg_text(&args, metric);
	arg_text(&args, verdict);
	if (!cursor_args(req, &args, page))
		return false;
	*rows_r = query_run(ctx, QUERY_REPORT_SLA_DRILL, &args);
	return *rows_r != NULL;
}

bool report_supplier_sla_clocks(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct sla_request request = read_request(req);
	const char *metric = query_choice(req, "metric", metrics), *verdict = query_choice(req, "verdict", verdicts);
	struct page page;
	struct rows *rows;
	struct json_out json;
	if (!query_done(req, clock_names) || !page_read(req, &page) ||
		!drill_rows(req, &request, metric, verdict, &page, &rows))
		return false;
	int shown = rows_count(rows) > page.limit ? page.limit : rows_count(rows);
	json_begin(&json, ctx->arena, 512 * (size_t)shown + 256);
	json_open_object(&json, NULL);
	json_open_array(&json, "items");
	for (int i = 0; i < shown; i++)
		if (!clock_json(ctx, &json, rows, i))
			return false;
	json_close_array(&json);
	if (rows_count(rows) > page.limit) {
		const char *last[] = { arena_printf(ctx->arena, "%lld", (long long)rows_instant(rows, shown - 1, D_STARTED)),
			rows_text(rows, shown - 1, D_ID) };
		json_text(&json, "next", page_cursor(req, last, 2));
	} else {
		json_put_null(&json, "next");
	}
	json_close_object(&json);
	return tx_commit(ctx) && reply_json_out(req, 200, &json);
}
