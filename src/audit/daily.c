/* See daily.h. Also keeps this node's file of anchors in step with the table, so that a node that was away, or died between the commit and
 * the line, has every anchor in the end. */
#include "audit/daily.h"

#include "audit/anchor.h"
#include "audit/audit.sql.h"
#include "base/config.h"
#include "base/log.h"
#include "db/query.h"
#include "sla/subject.h"
#include "sla/zone.h"
#include "supply/forecast.sql.h"
#include "supply/forecast_load.h"

#include <stdio.h>

#define DAILY_SLEEP_MS 20000
#define DAILY_RETRY_MS 30000
#define DAILY_LIMIT_MS (30 * 60 * 1000)
#define DAY_S 86400

/* Now in desk.zone. */
static bool local_now(struct ctx *ctx, const char **day_r, int *minute_r)
{
	char why[128], day[INSTANT_TEXT_BYTES];
	struct zone *zone = zone_load(ctx->config->desk_zone, why, sizeof(why));
	if (!zone)
		return fail_internal(ctx, ERROR_INTERNAL, "desk.zone: %s", why);
	int64_t local = ctx->now + zone_offset_s(zone, ctx->now);
	zone_destroy(zone);
	day_format(local / DAY_S, day);
	*day_r = arena_strdup(ctx->arena, day);
	*minute_r = (int)(local % DAY_S / 60);
	return true;
}

bool daily_day(struct ctx *ctx, const char **day_r)
{
	int minute;
	return local_now(ctx, day_r, &minute);
}

bool daily_time_parse(const char *text, int *minute_r)
{
	int hour, minute, length = 0;
	if (sscanf(text, "%2d:%2d%n", &hour, &minute, &length) != 2 || text[length] || length != 5 || hour < 0 || hour > 23 || minute < 0 || minute > 59)
		return false;
	*minute_r = hour * 60 + minute;
	return true;
}

static bool is_done(struct ctx *ctx, const char *name, const char *day, bool *done_r)
{
	struct query_args args = query_args(ctx);
	arg_text(&args, name);
	arg_text(&args, day);
	struct rows *rows = query_one(ctx, QUERY_DAILY_DONE, &args);
	*done_r = rows && rows_bool(rows, 0, 0);
	return rows != NULL;
}

/* Whoever writes the row does the work; others wait for it here and then have nothing to do. */
static bool claim(struct ctx *ctx, const char *name, const char *day, bool *mine_r)
{
	struct query_args args = query_args(ctx);
	arg_text(&args, name);
	arg_text(&args, day);
	arg_instant(&args, ctx->now);
	struct rows *rows = tx_begin(ctx) ? query_run(ctx, QUERY_DAILY_CLAIM, &args) : NULL;
	*mine_r = rows && rows_count(rows) == 1;
	return rows != NULL;
}

static bool make_anchor(struct ctx *ctx, const char *day)
{
	struct anchor anchor;
	if (!anchor_make(ctx, day, true, &anchor))
		return false;
	log_event(LOG_INFO, "audit.anchor", LOG_INT("number", anchor.number), LOG_TEXT("day", day));
	return true;
}

/* Whether people work on the local day of now. */
static bool is_working_day(struct ctx *ctx, const char *day, int minute, bool *working_r)
{
	struct query_args args = query_args(ctx);
	int64_t number;
	if (!*ctx->config->forecast_calendar) {
		INVARIANT(day_parse(day, &number));
		*working_r = day_weekday(number) <= 5;
		return true;
	}
	arg_text(&args, ctx->config->forecast_calendar);
	struct rows *rows = query_run(ctx, QUERY_FORECAST_CALENDAR, &args);
	if (!rows)
		return false;
	if (rows_count(rows) == 0)
		return fail_internal(ctx, ERROR_INTERNAL, "forecast.calendar: there is no calendar \"%s\"", ctx->config->forecast_calendar);
	const struct calendar *calendar = calendar_of_version(ctx, rows_int(rows, 0, 0));
	instant midnight = ctx->now - ctx->now % 60 - minute * 60;
	*working_r = calendar && calendar_worked_s(calendar, midnight, midnight + DAY_S) > 0;
	return calendar != NULL;
}

struct daily_work {
	const char *name, *at;
	bool (*run)(struct ctx *ctx, const char *day);
	bool working_days; /* and not hours after its time: a morning mail in the evening is worth nothing */
};
#define STALE_MIN 240

static bool work_once(struct ctx *ctx, const struct daily_work *work, const char *day, int minute)
{
	int due;
	bool done, mine, working = true;
	if (!daily_time_parse(work->at, &due))
		return fail_internal(ctx, ERROR_INTERNAL, "%s: \"%s\" is not a time like 08:30", work->name, work->at);
	if (minute < due || (work->working_days && minute > due + STALE_MIN))
		return true;
	if (!is_done(ctx, work->name, day, &done))
		return false;
	if (done)
		return true;
	if (work->working_days && !is_working_day(ctx, day, minute, &working))
		return false;
	if (!working)
		return true;
	return claim(ctx, work->name, day, &mine) && (!mine || work->run(ctx, day)) && tx_commit(ctx);
}

static bool keep_file(struct ctx *ctx)
{
	int added;
	return !*ctx->config->audit_anchor_file || anchor_file_append(ctx, ctx->config->audit_anchor_file, &added);
}

static bool daily_round(struct ctx *ctx, void *user, int64_t *sleep_ms_r)
{
	const struct daily_work works[] = {
		{ "anchor", ctx->config->audit_anchor_time, make_anchor, false },
		{ "forecast", ctx->config->forecast_mail_time, forecast_send, true },
	};
	const char *day;
	int minute;
	(void)user;
	*sleep_ms_r = DAILY_SLEEP_MS;
	if (!local_now(ctx, &day, &minute))
		return false;
	for (size_t i = 0; i < sizeof(works) / sizeof(*works); i++)
		if (!work_once(ctx, &works[i], day, minute))
			return false;
	return keep_file(ctx);
}

struct rounds *daily_start(const struct config *config)
{
	const struct rounds_plan plan = {
		.name = "daily",
		.round = daily_round,
		.longest_sleep_ms = DAILY_SLEEP_MS,
		.retry_ms = DAILY_RETRY_MS,
		.deadline_ms = DAILY_LIMIT_MS,
		.statement_ms = DAILY_LIMIT_MS,
	};
	return rounds_start(config, &plan);
}
