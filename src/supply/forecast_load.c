/* See forecast_load.h. Owns nothing. Refuses: to trust the watch; what ran out since it last looked is judged here as it would. */
#include "supply/forecast_load.h"

#include "base/config.h"
#include "db/query.h"
#include "sla/subject.h"
#include "supply/forecast.h"
#include "supply/forecast.sql.h"

#define HOUR_S 3600

enum {
	C_CASE,
	C_TICKET,
	C_SUPPLIER,
	C_SUPPLIER_NAME,
	C_CONTRACT,
	C_CONTRACT_NUMBER,
	C_METRIC,
	C_ORDINAL,
	C_PRIORITY,
	C_TARGET,
	C_ELAPSED,
	C_EVALUATED,
	C_DUE,
	C_CALENDAR,
	C_TEAM,
	C_TEAM_NAME,
	C_OWNER,
	C_OWNER_NAME,
	C_ID,
	C_SUMMARY
};

struct month {
	const char *label;
	instant from, to;
};

static bool month_read(struct ctx *ctx, const char *zone, struct month *month_r)
{
	struct query_args args = query_args(ctx);
	arg_instant(&args, ctx->now);
	arg_text(&args, zone);
	struct rows *rows = query_one(ctx, QUERY_FORECAST_MONTH, &args);
	if (!rows)
		return false;
	*month_r = (struct month){ rows_text(rows, 0, 0), rows_instant(rows, 0, 1), rows_instant(rows, 0, 2) };
	return true;
}

static void clock_write(struct json_out *json, const struct rows *rows, int i, int64_t elapsed_s)
{
	json_open_object(json, NULL);
	json_text(json, "case", rows_text(rows, i, C_CASE));
	json_text(json, "ticket", rows_text(rows, i, C_TICKET));
	json_text(json, "summary", rows_text(rows, i, C_SUMMARY));
	json_ref(json, "supplier", rows_text(rows, i, C_SUPPLIER), rows_text(rows, i, C_SUPPLIER_NAME));
	json_ref(json, "contract", rows_text(rows, i, C_CONTRACT), rows_text(rows, i, C_CONTRACT_NUMBER));
	json_ref(json, "team", rows_text(rows, i, C_TEAM), rows_text(rows, i, C_TEAM_NAME));
	json_ref(json, "owner", rows_text(rows, i, C_OWNER), rows_text(rows, i, C_OWNER_NAME));
	json_text(json, "metric", rows_text(rows, i, C_METRIC));
	json_int(json, "ordinal", rows_int(rows, i, C_ORDINAL));
	json_int(json, "priority", rows_int(rows, i, C_PRIORITY));
	json_int(json, "target_s", rows_int(rows, i, C_TARGET));
	json_int(json, "elapsed_s", elapsed_s);
	json_int(json, "remaining_s", rows_int(rows, i, C_TARGET) - elapsed_s);
	json_instant(json, "due_at", rows_instant(rows, i, C_DUE));
	json_close_object(json);
}

static bool clocks_write(struct ctx *ctx, const struct forecast_request *request, struct json_out *json, int64_t *count_r)
{
	struct query_args args = query_args(ctx);
	arg_int_or_null(&args, request->supplier_id, request->supplier_id == 0);
	struct rows *rows = query_run(ctx, QUERY_FORECAST_CLOCKS, &args);
	if (!rows)
		return false;
	*count_r = 0;
	json_open_array(json, "clocks");
	for (int i = 0; i < rows_count(rows); i++) {
		const struct calendar *calendar = calendar_of_version(ctx, rows_int(rows, i, C_CALENDAR));
		if (!calendar)
			return false;
		int64_t elapsed_s = rows_int(rows, i, C_ELAPSED) + calendar_worked_s(calendar, rows_instant(rows, i, C_EVALUATED), ctx->now);
		if (!forecast_breaches(rows_int(rows, i, C_TARGET), elapsed_s, request->hours * HOUR_S))
			continue;
		if ((*count_r)++ < FORECAST_CLOCKS_MAX)
			clock_write(json, rows, i, elapsed_s);
	}
	json_close_array(json);
	return true;
}

/* Past due is not yet breached: outside working hours nothing is added to the target. */
static bool late_find(struct ctx *ctx, int64_t **late_r, int *count_r)
{
	struct query_args args = query_args(ctx);
	arg_instant(&args, ctx->now);
	struct rows *rows = query_run(ctx, QUERY_FORECAST_LATE, &args);
	if (!rows)
		return false;
	*late_r = arena_array(ctx->arena, (size_t)rows_count(rows) + 1, sizeof(**late_r));
	*count_r = 0;
	for (int i = 0; i < rows_count(rows); i++) {
		const struct calendar *calendar = calendar_of_version(ctx, rows_int(rows, i, 2));
		if (!calendar)
			return false;
		if (calendar_worked_s(calendar, rows_instant(rows, i, 1), ctx->now) > 0)
			(*late_r)[(*count_r)++] = rows_int(rows, i, 0);
	}
	return true;
}

/* Hundredths of a percent as a decimal; null for -1. */
static void json_percent(struct json_out *json, const char *key, int64_t hundredths, struct arena *arena)
{
	json_raw(json, key, hundredths < 0 ? NULL : arena_printf(arena, "%lld.%02lld", (long long)hundredths / 100, (long long)hundredths % 100));
}

static enum forecast_outlook goal_write(struct ctx *ctx, struct json_out *json, const struct rows *rows, int i)
{
	const struct forecast_goal goal = { .kept = rows_int(rows, i, 5), .breached = rows_int(rows, i, 6), .open = rows_int(rows, i, 7),
		.goal_sum = rows_int(rows, i, 8), .goal_count = rows_int(rows, i, 9) };
	enum forecast_outlook outlook = forecast_judge(&goal);
	int64_t needed = forecast_needed(&goal), of_open = forecast_needed_of_open(&goal);
	const char *const *teams;
	int team_count = rows_array(ctx, rows, i, 10, &teams);
	json_open_object(json, NULL);
	json_ref(json, "contract", rows_text(rows, i, 0), rows_text(rows, i, 1));
	json_ref(json, "supplier", rows_text(rows, i, 2), rows_text(rows, i, 3));
	json_text(json, "metric", rows_text(rows, i, 4));
	json_int(json, "measured", goal.kept + goal.breached);
	json_int(json, "kept", goal.kept);
	json_int(json, "breached", goal.breached);
	json_int(json, "open", goal.open);
	json_percent(json, "goal_pct", (2 * goal.goal_sum + goal.goal_count) / (2 * goal.goal_count), ctx->arena);
	json_percent(json, "compliance_pct", forecast_so_far(&goal), ctx->arena);
	json_percent(json, "if_nothing_changes_pct", forecast_compliance(&goal, false), ctx->arena);
	json_percent(json, "at_best_pct", forecast_compliance(&goal, true), ctx->arena);
	if (needed >= 0)
		json_int(json, "needed", needed);
	else
		json_put_null(json, "needed");
	if (of_open >= 0)
		json_int(json, "needed_of_open", of_open);
	else
		json_put_null(json, "needed_of_open");
	json_text(json, "outlook", forecast_outlook_name[outlook]);
	json_open_array(json, "teams");
	for (int t = 0; t < team_count; t++)
		json_raw(json, NULL, teams[t]);
	json_close_array(json);
	json_close_object(json);
	return outlook;
}

static bool goals_write(struct ctx *ctx, const struct forecast_request *request, const struct month *month, struct json_out *json, int64_t *missed_r)
{
	struct query_args args = query_args(ctx);
	int64_t *late;
	int late_count;
	if (!late_find(ctx, &late, &late_count))
		return false;
	arg_ints(&args, late, late_count);
	arg_instant(&args, month->from);
	arg_instant(&args, month->to);
	arg_int_or_null(&args, request->supplier_id, request->supplier_id == 0);
	struct rows *rows = query_run(ctx, QUERY_FORECAST_GOALS, &args);
	if (!rows)
		return false;
	*missed_r = 0;
	json_open_array(json, "goals");
	for (int i = 0; i < rows_count(rows); i++)
		*missed_r += goal_write(ctx, json, rows, i) != FORECAST_SAFE;
	json_close_array(json);
	return true;
}

bool forecast_write(struct ctx *ctx, const struct forecast_request *request, struct json_out *json, bool *concerns_r)
{
	struct month month;
	int64_t clocks, missed;
	if (!month_read(ctx, request->zone, &month))
		return false;
	json_open_object(json, NULL);
	json_instant(json, "as_of", ctx->now);
	json_int(json, "hours", request->hours);
	json_text(json, "month", month.label);
	json_instant(json, "from", month.from);
	json_instant(json, "to", month.to);
	if (!clocks_write(ctx, request, json, &clocks) || !goals_write(ctx, request, &month, json, &missed))
		return false;
	json_int(json, "clock_count", clocks);
	json_int(json, "missed_count", missed);
	json_close_object(json);
	*concerns_r = clocks + missed > 0;
	return true;
}

bool forecast_send(struct ctx *ctx, const char *day)
{
	struct forecast_request request = { .hours = ctx->config->forecast_hours, .zone = ctx->config->desk_zone };
	struct query_args args = query_args(ctx);
	struct json_out json;
	bool concerns;
	json_begin(&json, ctx->arena, 8192);
	if (!forecast_write(ctx, &request, &json, &concerns))
		return false;
	if (!concerns)
		return true;
	arg_text(&args, day);
	arg_text(&args, json.text.data);
	arg_instant(&args, ctx->now);
	return query_one(ctx, QUERY_FORECAST_SEND, &args) != NULL;
}
