/* The figures of the supplier SLA report, aggregated by the database in the caller's snapshot. Owns nothing.
 * Refuses: to trust the watch: clocks whose target ran out since it last looked are judged here as it would. */
#include "reports/supplier_sla.h"

#include "sla/subject.h"

#include <stdlib.h>
#include <string.h>

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

static struct sla_group *group_find(struct sla_report *report, int64_t supplier, const char *metric)
{
	for (int g = 0; g < report->group_count; g++)
		if (report->groups[g].supplier_id == supplier && strcmp(report->groups[g].metric, metric) == 0)
			return &report->groups[g];
	return NULL;
}

static bool read_months(struct sla_report *report)
{
	struct query_args args = sla_report_args(report);
	arg_instants(&args, report->period.month, PERIOD_MONTHS + 1);
	struct rows *rows = query_run(report->ctx, QUERY_REPORT_SLA_MONTHS, &args);
	if (!rows)
		return false;
	for (int i = 0; i < rows_count(rows); i++) {
		struct sla_group *group = group_find(report, rows_int(rows, i, 0), rows_text(rows, i, 2));
		int64_t month = rows_int(rows, i, 3) - 1;
		INVARIANT(group != NULL && month >= 0 && month < PERIOD_MONTHS);
		group->month_kept[month] = rows_int(rows, i, 4);
		group->month_breached[month] = rows_int(rows, i, 5) - rows_int(rows, i, 4);
	}
	return true;
}

static bool read_scope(struct sla_report *report)
{
	struct query_args args = sla_report_args(report);
	struct query_step steps[] = { { QUERY_REPORT_SLA_SCOPE, &args, NULL },
		{ QUERY_REPORT_SLA_PAUSE_COUNT, &args, NULL } };
	if (!query_pipeline(report->ctx, steps, 2))
		return false;
	report->case_count = rows_int(steps[0].rows, 0, 0);
	INVARIANT(rows_int(steps[0].rows, 0, 1) == report->clock_count);
	report->calendar_count = rows_array(report->ctx, steps[0].rows, 0, 2, &report->calendar_ids);
	report->contract_count = rows_array(report->ctx, steps[0].rows, 0, 3, &report->contract_ids);
	report->pause_count = rows_int(steps[1].rows, 0, 0);
	/* Built now: while rows stream in, no other statement may run. */
	for (int i = 0; i < report->calendar_count; i++) {
		int64_t id;
		INVARIANT(text_parse_int64(report->calendar_ids[i], &id));
		if (!calendar_of_version(report->ctx, id))
			return false;
	}
	return true;
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
	return read_supplier(report) && sla_late_find(ctx, &report->late, &report->late_count) && read_groups(report) &&
		read_suppliers(report) && read_months(report) && (!deep || read_scope(report));
}
