/* The figures of the supplier SLA report: for the dashboard aggregated by the database, for the workbook counted from the very rows of its
 * sheets; both in the caller's snapshot. Owns nothing.
 * Refuses: to trust the watch: clocks whose target ran out since it last looked are judged here as it would. */
#include "reports/supplier_sla.h"

#include "reports/supplier_sla.sql.h"
#include "sla/subject.h"

#include <stdlib.h>
#include <string.h>

const char *const sla_metrics[SLA_METRICS] = { "acknowledge", "response", "workaround", "resolution", "update" };

bool sla_group_shown(const struct sla_group *group)
{
	return group->kept + group->breached + group->open + group->overdue > 0;
}

bool sla_share(int64_t kept, int64_t breached, double *share_r)
{
	if (kept + breached == 0)
		return false;
	*share_r = (double)kept / (double)(kept + breached);
	return true;
}

struct query_args sla_report_args(struct sla_report *report)
{
	struct query_args args = query_args(report->ctx);
	arg_ints(&args, report->late, report->late_count);
	arg_instant(&args, report->period.since);
	arg_instant(&args, report->period.from);
	arg_instant(&args, report->period.to);
	arg_int_or_null(&args, report->request.supplier_id, report->request.supplier_id == 0);
	return args;
}

/* Past due is not yet breached: outside working hours nothing is added to the target. */
bool sla_late_find(struct ctx *ctx, const int64_t **late_r, int *count_r)
{
	struct query_args args = query_args(ctx);
	arg_instant(&args, ctx->now);
	struct rows *rows = query_run(ctx, QUERY_REPORT_SLA_LATE, &args);
	if (!rows)
		return false;
	int64_t *late = arena_array(ctx->arena, (size_t)rows_count(rows) + 1, sizeof(*late));
	int count = 0;
	for (int i = 0; i < rows_count(rows); i++) {
		const struct calendar *calendar = calendar_of_version(ctx, rows_int(rows, i, 2));
		if (!calendar)
			return false;
		if (calendar_worked_s(calendar, rows_instant(rows, i, 1), ctx->now) > 0)
			late[count++] = rows_int(rows, i, 0);
	}
	*late_r = late;
	*count_r = count;
	return true;
}

static bool read_supplier(struct sla_report *report)
{
	struct ctx *ctx = report->ctx;
	struct query_args args = query_args(ctx);
	if (report->request.supplier_id == 0)
		return true;
	arg_int(&args, report->request.supplier_id);
	struct rows *rows = query_run(ctx, QUERY_REPORT_SLA_SUPPLIER, &args);
	if (!rows)
		return false;
	if (rows_count(rows) == 0)
		return fail_field(ctx, "supplier", "there is no such supplier");
	report->supplier_name = rows_text(rows, 0, 1);
	return true;
}

static double number_at(const struct rows *rows, int row, int column, bool *has_r)
{
	const char *text = rows_text(rows, row, column);
	*has_r = text != NULL;
	return text ? strtod(text, NULL) : 0;
}

static void read_group(const struct rows *rows, int i, struct sla_group *group)
{
	group->supplier_id = rows_int(rows, i, 0);
	group->supplier = rows_text(rows, i, 1);
	group->metric = rows_text(rows, i, 2);
	group->kept = rows_int(rows, i, 3);
	group->breached = rows_int(rows, i, 4);
	group->goal_pct = number_at(rows, i, 5, &group->has_goal);
	group->median_s = number_at(rows, i, 6, &group->has_times);
	group->p90_s = number_at(rows, i, 7, &group->has_times);
	group->open = rows_int(rows, i, 8);
	group->overdue = rows_int(rows, i, 9);
	group->cases = rows_int(rows, i, 10);
	group->here = rows_int(rows, i, 11);
	group->previous_kept = rows_int(rows, i, 12);
	group->previous_breached = rows_int(rows, i, 13);
	group->earlier = rows_int(rows, i, 14);
}

static bool read_groups(struct sla_report *report)
{
	struct query_args args = sla_report_args(report);
	arg_instant(&args, report->period.previous);
	struct rows *rows = query_run(report->ctx, QUERY_REPORT_SLA_GROUPS, &args);
	if (!rows)
		return false;
	report->group_count = rows_count(rows);
	report->groups = arena_array(report->ctx->arena, (size_t)report->group_count + 1, sizeof(*report->groups));
	for (int i = 0; i < report->group_count; i++) {
		read_group(rows, i, &report->groups[i]);
		report->clock_count += report->groups[i].here;
		report->earlier_count += report->groups[i].earlier;
	}
	return true;
}

/* The groups of a supplier stand together, shown ones and others mixed. */
static bool read_suppliers(struct sla_report *report)
{
	struct query_args args = sla_report_args(report);
	struct rows *rows = query_run(report->ctx, QUERY_REPORT_SLA_SUPPLIERS, &args);
	if (!rows)
		return false;
	report->suppliers = arena_array(report->ctx->arena, (size_t)rows_count(rows) + 1, sizeof(*report->suppliers));
	for (int i = 0; i < rows_count(rows); i++) {
		struct sla_supplier supplier = { .id = rows_int(rows, i, 0),
			.name = rows_text(rows, i, 1),
			.kind = rows_text(rows, i, 2),
			.cases = rows_int(rows, i, 3),
			.first_group = -1 };
		for (int g = 0; g < report->group_count; g++) {
			if (report->groups[g].supplier_id != supplier.id)
				continue;
			if (supplier.first_group < 0)
				supplier.first_group = g;
			supplier.group_count += sla_group_shown(&report->groups[g]);
		}
		if (supplier.group_count > 0)
			report->suppliers[report->supplier_count++] = supplier;
	}
	return true;
}

struct sla_group *sla_group_find(struct sla_report *report, int64_t supplier, const char *metric)
{
	for (int g = 0; g < report->group_count; g++)
		if (report->groups[g].supplier_id == supplier && strcmp(report->groups[g].metric, metric) == 0)
			return &report->groups[g];
	return NULL;
}

struct sla_supplier *sla_supplier_find(struct sla_report *report, int64_t id)
{
	for (int i = 0; i < report->supplier_total; i++)
		if (report->suppliers[i].id == id)
			return &report->suppliers[i];
	return NULL;
}

int sla_metric_index(const char *metric)
{
	for (int i = 0; i < SLA_METRICS; i++)
		if (strcmp(sla_metrics[i], metric) == 0)
			return i;
	INVARIANT(!"a metric that the schema does not have");
}

int sla_month_of(const struct sla_report *report, instant decided)
{
	const instant *month = report->period.month;
	int at = 0;
	if (decided < month[0] || decided >= report->period.to)
		return -1;
	while (at < PERIOD_MONTHS - 1 && decided >= month[at + 1])
		at++;
	return at;
}

static bool read_months(struct sla_report *report)
{
	struct query_args args = sla_report_args(report);
	arg_instants(&args, report->period.month, PERIOD_MONTHS + 1);
	struct rows *rows = query_run(report->ctx, QUERY_REPORT_SLA_MONTHS, &args);
	if (!rows)
		return false;
	for (int i = 0; i < rows_count(rows); i++) {
		struct sla_group *group = sla_group_find(report, rows_int(rows, i, 0), rows_text(rows, i, 2));
		int64_t month = rows_int(rows, i, 3) - 1;
		INVARIANT(group != NULL && month >= 0 && month < PERIOD_MONTHS);
		group->month_kept[month] = rows_int(rows, i, 4);
		group->month_breached[month] = rows_int(rows, i, 5) - rows_int(rows, i, 4);
	}
	return true;
}

/* Rows of the plan come ordered by supplier and metric; each names one edition and one calendar. */
static void plan_groups(struct sla_report *report, const struct rows *rows)
{
	int count = rows_count(rows);
	report->groups = arena_array(report->ctx->arena, (size_t)count + 1, sizeof(*report->groups));
	for (int i = 0; i < count; i++) {
		struct sla_group *group = report->group_count > 0 ? &report->groups[report->group_count - 1] : NULL;
		int64_t supplier = rows_int(rows, i, 0), here = rows_int(rows, i, 6), earlier = rows_int(rows, i, 7);
		if (!group || group->supplier_id != supplier || strcmp(group->metric, rows_text(rows, i, 3)) != 0) {
			group = &report->groups[report->group_count++];
			*group = (struct sla_group){ .supplier_id = supplier, .supplier = rows_text(rows, i, 1), .metric = rows_text(rows, i, 3) };
		}
		group->here += here;
		group->earlier += earlier;
		report->clock_count += here;
		report->earlier_count += earlier;
		report->pause_count += rows_int(rows, i, 8);
	}
}

/* Those with rows on the sheets stand first, in their order; of the others only names are needed. */
static void plan_suppliers(struct sla_report *report, const struct rows *rows)
{
	int count = rows_count(rows);
	report->suppliers = arena_array(report->ctx->arena, (size_t)count + 1, sizeof(*report->suppliers));
	for (int shown = 1; shown >= 0; shown--) {
		for (int i = 0; i < count; i++) {
			int64_t id = rows_int(rows, i, 0), here = 0;
			for (int g = 0; g < report->group_count; g++)
				here += report->groups[g].supplier_id == id ? report->groups[g].here : 0;
			if ((here > 0) != (shown == 1) || sla_supplier_find(report, id))
				continue;
			report->suppliers[report->supplier_total++] = (struct sla_supplier){ .id = id,
				.name = rows_text(rows, i, 1),
				.kind = rows_text(rows, i, 2),
				.first_group = -1,
				.shared = -1 };
		}
		if (shown == 1)
			report->supplier_count = report->supplier_total;
	}
}

/* Each id once, ascending. */
static int64_t *distinct(struct ctx *ctx, const struct rows *rows, int column, int *count_r)
{
	int64_t *ids = arena_array(ctx->arena, (size_t)rows_count(rows) + 1, sizeof(*ids));
	int count = 0;
	for (int i = 0; i < rows_count(rows); i++) {
		int64_t id = rows_int(rows, i, column);
		int place = count;
		while (place > 0 && ids[place - 1] > id)
			place--;
		if (place > 0 && ids[place - 1] == id)
			continue;
		memmove(&ids[place + 1], &ids[place], (size_t)(count - place) * sizeof(*ids));
		ids[place] = id;
		count++;
	}
	*count_r = count;
	return ids;
}

#define BROAD_CLOCKS 50000
#define LATE_ENTRY_S 900

static bool read_plan(struct sla_report *report)
{
	struct ctx *ctx = report->ctx;
	struct query_args args = sla_report_args(report);
	struct rows *rows = query_run(ctx, QUERY_REPORT_SLA_PLAN, &args);
	if (!rows)
		return false;
	plan_groups(report, rows);
	plan_suppliers(report, rows);
	report->terms_ids = distinct(ctx, rows, 4, &report->terms_count);
	report->calendar_ids = distinct(ctx, rows, 5, &report->calendar_count);
	if (report->clock_count > BROAD_CLOCKS && !query_run(ctx, QUERY_REPORT_SLA_BROAD, NULL))
		return false;
	struct query_args lists = sla_report_args(report);
	arg_int(&lists, LATE_ENTRY_S);
	struct query_step steps[] = { { QUERY_REPORT_SLA_CASE_COUNT, &args, NULL }, { QUERY_REPORT_SLA_LIST_COUNTS, &lists, NULL } };
	if (!query_pipeline(ctx, steps, 2))
		return false;
	report->case_count = rows_int(steps[0].rows, 0, 0);
	report->late_entry_count = rows_int(steps[1].rows, 0, 0);
	report->rejected_count = rows_int(steps[1].rows, 0, 1);
	report->contest_count = rows_int(steps[1].rows, 0, 2);
	/* Built now: while rows stream in, no other statement may run. */
	for (int i = 0; i < report->calendar_count; i++)
		if (!calendar_of_version(ctx, report->calendar_ids[i]))
			return false;
	return sla_names_load(report) && sla_credits_load(report);
}

static int by_size(const void *a, const void *b)
{
	int32_t left = *(const int32_t *)a, right = *(const int32_t *)b;
	return left < right ? -1 : left > right;
}

/* Linear interpolation, as MEDIAN and PERCENTILE do it. */
static double percentile(const struct sla_times *times, double part)
{
	double place = part * (double)(times->count - 1);
	int64_t below = (int64_t)place;
	double low = times->seconds[below];
	return below + 1 < times->count ? low + (place - (double)below) * (times->seconds[below + 1] - low) : low;
}

void sla_figures_finish(struct sla_report *report)
{
	for (int g = 0; g < report->group_count; g++) {
		struct sla_group *group = &report->groups[g];
		struct sla_supplier *supplier = sla_supplier_find(report, group->supplier_id);
		group->has_goal = group->goal_count > 0;
		if (group->has_goal)
			group->goal_pct = (double)group->goal_sum_bp / (double)group->goal_count / 100;
		group->has_times = group->times.count > 0;
		if (group->has_times) {
			qsort(group->times.seconds, (size_t)group->times.count, sizeof(int32_t), by_size);
			group->median_s = percentile(&group->times, 0.5);
			group->p90_s = percentile(&group->times, 0.9);
		}
		if (supplier->first_group < 0)
			supplier->first_group = g;
		supplier->group_count += sla_group_shown(group);
	}
	sla_credits_finish(report);
}

bool sla_report_load(struct ctx *ctx, const struct sla_request *request, bool deep, struct sla_report **report_r)
{
	char why[128];
	struct sla_report *report = *report_r = arena_alloc(ctx->arena, sizeof(*report));
	report->ctx = ctx;
	report->request = *request;
	report->language = words_language(request->language);
	struct zone *zone = zone_name_valid(request->zone) ? zone_load(request->zone, why, sizeof(why)) : NULL;
	if (!zone)
		return fail_field(ctx, "zone", "there is no such time zone");
	period_make(zone, request->from_day, request->to_day, ctx->now, &report->period);
	zone_destroy(zone);
	if (!read_supplier(report) || !sla_late_find(ctx, &report->late, &report->late_count))
		return false;
	if (deep)
		return read_plan(report) && sla_outages_load(report);
	return read_groups(report) && read_suppliers(report) && read_months(report) && sla_outages_load(report) &&
		sla_credits_read(report);
}
