/* The first sheet: every figure is a formula over the detail sheets, stored with the value that the database computed.
 * Owns nothing. Conditions compare supplier numbers, not names: a name may hold wildcards or stand twice. */
#include "reports/supplier_sla.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
	S_NO,
	S_SUPPLIER,
	S_METRIC,
	S_CASES,
	S_MEASURED,
	S_KEPT,
	S_BREACHED,
	S_SHARE,
	S_GOAL,
	S_MARK,
	S_PREVIOUS,
	S_CHANGE,
	S_MEDIAN,
	S_P90,
	S_OPEN,
	S_OVERDUE,
	S_PREVIOUS_KEPT,
	S_PREVIOUS_BREACHED,
	S_COLUMNS
};
/* The table of suppliers uses the same columns but these. */
enum {
	T_KIND = S_METRIC,
	T_MISSED = S_GOAL,
	T_OPEN = S_MEDIAN,
	T_OVERDUE = S_P90,
	T_PREVIOUS_KEPT = S_OPEN,
	T_PREVIOUS_BREACHED = S_OVERDUE,
	T_COLUMNS
};

/* With so many rows before the chart the sheet is still read when printed on one page. */
#define WHOLE_PAGE_ROWS 80
#define CELL_FROM "$C$3"
#define CELL_TO "$C$4"
#define CELL_PREVIOUS "$C$5"
#define ROW_FROM 2

#define CHART_SERIES_MAX 8

struct view {
	struct sla_report *report;
	struct sheet *sheet;
	enum words_language language;
	struct arena *arena;
	int64_t supplier_row; /* 0-based first rows of the tables */
	int64_t metric_row;
	int metric_rows;
};

static const char *word(const struct view *view, enum word key)
{
	return words_get(view->language, key);
}

static const char *quoted(const struct view *view, enum word key)
{
	return arena_printf(view->arena, "\"%s\"", word(view, key));
}

/* "=" and what `write` appends. */
static struct text_out formula_begin(const struct view *view)
{
	struct text_out out;
	text_begin(&out, view->arena, 512);
	text_append_char(&out, '=');
	return out;
}

static const char *count_formula(
	const struct view *view, const struct condition *conditions, int count, bool earlier_too)
{
	struct text_out out = formula_begin(view);
	formula_count(&out, &view->report->clocks, conditions, count);
	if (earlier_too) {
		text_append_char(&out, '+');
		formula_count(&out, &view->report->earlier, conditions, count);
	}
	return out.data;
}

static const char *cell_name(const struct view *view, int column, int64_t row)
{
	char letters[4];
	column_letters(column, letters);
	return arena_printf(view->arena, "%s%lld", letters, (long long)row + 1);
}

/* Share, mark, change: the same in each line, over the line's own cells. */
static void put_share(
	const struct view *view, int column, enum cell_style style, int kept, int breached, int64_t k, int64_t b)
{
	int64_t row = sheet_row_now(view->sheet);
	const char *part = cell_name(view, kept, row), *rest = cell_name(view, breached, row);
	const char *formula = arena_printf(view->arena, "=IF(%s+%s=0,\"\",%s/(%s+%s))", part, rest, part, part, rest);
	double share;
	if (sla_share(k, b, &share))
		cell_formula(view->sheet, column, style, formula, share);
	else
		cell_formula_text(view->sheet, column, style, formula, "");
}

static void put_change(const struct view *view, enum cell_style style, int64_t kept, int64_t breached,
	int64_t previous_kept, int64_t previous_breached)
{
	int64_t row = sheet_row_now(view->sheet);
	const char *now = cell_name(view, S_SHARE, row), *before = cell_name(view, S_PREVIOUS, row);
	const char *formula =
		arena_printf(view->arena, "=IF(OR(%s=\"\",%s=\"\"),\"\",ROUND((%s-%s)*100,6))", now, before, now, before);
	double share, previous;
	if (sla_share(kept, breached, &share) && sla_share(previous_kept, previous_breached, &previous))
		cell_formula(view->sheet, S_CHANGE, style, formula, round((share - previous) * 1e8) / 1e6);
	else
		cell_formula_text(view->sheet, S_CHANGE, style, formula, "");
}

/* Goals are means of decimals: equal ones must not differ in the last bit. */
static enum word group_mark(const struct sla_group *group)
{
	double share;
	if (!sla_share(group->kept, group->breached, &share) || !group->has_goal)
		return WORD_MARK_NONE;
	return round((share - group->goal_pct / 100) * 1e6) >= 0 ? WORD_MARK_GOOD : WORD_MARK_BAD;
}

static void put_goal(const struct view *view, const struct sla_group *group, const struct condition *counted)
{
	int64_t row = sheet_row_now(view->sheet);
	const char *share = cell_name(view, S_SHARE, row), *goal = cell_name(view, S_GOAL, row);
	struct condition with_goal[6];
	struct text_out out = formula_begin(view);
	memcpy(with_goal, counted, 5 * sizeof(*counted));
	with_goal[5] = (struct condition){ CLOCKS_GOAL, "\">=0\"" };
	text_append_z(&out, "IFERROR((");
	formula_sum(&out, &view->report->clocks, CLOCKS_GOAL, counted, 5);
	text_append_z(&out, ")/(");
	formula_count(&out, &view->report->clocks, with_goal, 6);
	text_append_z(&out, "),\"\")");
	if (group->has_goal)
		cell_formula(view->sheet, S_GOAL, CELL_PERCENT, out.data, group->goal_pct / 100);
	else
		cell_formula_text(view->sheet, S_GOAL, CELL_PERCENT, out.data, "");
	cell_formula_text(view->sheet, S_MARK, CELL_SIGN,
		arena_printf(view->arena, "=IF(OR(%s=\"\",%s=\"\"),%s,IF(ROUND(%s-%s,6)>=0,%s,%s))", share, goal,
			quoted(view, WORD_MARK_NONE), share, goal, quoted(view, WORD_MARK_GOOD), quoted(view, WORD_MARK_BAD)),
		word(view, group_mark(group)));
}

/* IF((No=A9)*(Metric=C9)*(decided in the period)*(stopped),Working time), for each sheet that has rows of the group. None of these columns
 * may have empty cells: LibreOffice cuts ranges where only empty ones follow, and the arrays would no longer match. */
static void times_append(const struct view *view, struct text_out *out, const struct sla_group *group, int64_t row)
{
	const struct table *clocks = &view->report->clocks;
	int first = group->clock_sheet < 0 ? 0 : group->clock_sheet;
	int last = group->clock_sheet < 0 ? clocks->sheet_count - 1 : group->clock_sheet;
	for (int sheet = first; sheet <= last; sheet++) {
		text_append_z(out, sheet > first ? ",IF((" : "IF((");
		table_range(out, clocks, sheet, CLOCKS_SUPPLIER_NO);
		text_append_printf(out, "=$A%lld)*(", (long long)row + 1);
		table_range(out, clocks, sheet, CLOCKS_METRIC);
		text_append_printf(out, "=$C%lld)*(", (long long)row + 1);
		table_range(out, clocks, sheet, CLOCKS_DECIDED);
		text_append_z(out, ">=" CELL_FROM ")*(");
		table_range(out, clocks, sheet, CLOCKS_DECIDED);
		text_append_z(out, "<" CELL_TO ")*(");
		table_range(out, clocks, sheet, CLOCKS_STATE);
		text_append_printf(out, "=%s),", quoted(view, WORD_STATE_STOPPED));
		table_range(out, clocks, sheet, CLOCKS_WORKED);
		text_append_char(out, ')');
	}
}

static void put_times(const struct view *view, const struct sla_group *group, const struct condition *counted)
{
	int64_t row = sheet_row_now(view->sheet);
	struct condition stopped[6];
	memcpy(stopped, counted, 5 * sizeof(*counted));
	stopped[5] = (struct condition){ CLOCKS_STATE, quoted(view, WORD_STATE_STOPPED) };
	for (int i = 0; i < 2; i++) {
		int column = i == 0 ? S_MEDIAN : S_P90;
		double value = (i == 0 ? group->median_s : group->p90_s) / 86400;
		struct text_out out = formula_begin(view);
		/* An IF around the whole would be wrong at times: LibreOffice 7.4 gives 0 for one in an array formula. Without it there is always
		 * something to count; where there is nothing, a plain formula sees that first. */
		if (!group->has_times) {
			text_append_z(&out, "IF((");
			formula_count(&out, &view->report->clocks, stopped, 6);
			text_append_z(&out, ")=0,\"\",");
		}
		text_append_z(&out, i == 0 ? "MEDIAN(" : "PERCENTILE(");
		times_append(view, &out, group, row);
		text_append_z(&out, i == 0 ? ")" : ",0.9)");
		if (!group->has_times)
			text_append_char(&out, ')');
		if (!group->has_times)
			cell_formula_text(view->sheet, column, CELL_DURATION, out.data, "");
		else if (i == 1 && group->clock_sheet < 0)
			cell_number(view->sheet, column, CELL_DURATION, value); /* PERCENTILE takes one array; Method says so */
		else
			cell_formula_array(view->sheet, column, CELL_DURATION, out.data, value);
	}
}

static void put_overdue(const struct view *view, const struct sla_group *group, const char *no, const char *metric)
{
	const char *breached = quoted(view, WORD_VERDICT_BREACHED);
	struct condition running[] = { { CLOCKS_SUPPLIER_NO, no }, { CLOCKS_METRIC, metric }, { CLOCKS_VERDICT, breached },
		{ CLOCKS_STATE, quoted(view, WORD_STATE_RUNNING) } };
	struct condition paused[] = { running[0], running[1], running[2],
		{ CLOCKS_STATE, quoted(view, WORD_STATE_PAUSED) } };
	struct condition open[] = { running[0], running[1], { CLOCKS_VERDICT, quoted(view, WORD_VERDICT_OPEN) } };
	struct text_out out = formula_begin(view);
	formula_count(&out, &view->report->clocks, running, 4);
	text_append_char(&out, '+');
	formula_count(&out, &view->report->clocks, paused, 4);
	cell_formula(view->sheet, S_OPEN, CELL_INT, count_formula(view, open, 3, false), (double)group->open);
	cell_formula(view->sheet, S_OVERDUE, CELL_INT, out.data, (double)group->overdue);
}

static void metric_line(const struct view *view, const struct sla_group *group)
{
	struct sheet *sheet = view->sheet;
	long long row = (long long)sheet_row_now(sheet) + 1;
	const char *no = arena_printf(view->arena, "$A%lld", row), *metric = arena_printf(view->arena, "$C%lld", row);
	struct condition kept[] = { { CLOCKS_SUPPLIER_NO, no }, { CLOCKS_METRIC, metric },
		{ CLOCKS_DECIDED, "\">=\"&" CELL_FROM }, { CLOCKS_DECIDED, "\"<\"&" CELL_TO },
		{ CLOCKS_VERDICT, quoted(view, WORD_VERDICT_KEPT) } };
	struct condition breached[] = { kept[0], kept[1], kept[2], kept[3],
		{ CLOCKS_VERDICT, quoted(view, WORD_VERDICT_BREACHED) } };
	struct condition counted[] = { kept[0], kept[1], kept[2], kept[3],
		{ CLOCKS_VERDICT, arena_printf(view->arena, "\"<>%s\"", word(view, WORD_VERDICT_CANCELLED)) } };
	struct text_out cases = formula_begin(view);
	formula_sum(&cases, &view->report->clocks, CLOCKS_CASE_ONCE, kept, 4);
	cell_number(sheet, S_NO, CELL_ID, (double)group->supplier_id);
	cell_text(sheet, S_SUPPLIER, CELL_TEXT, group->supplier);
	cell_text(sheet, S_METRIC, CELL_TEXT, words_of(view->language, "METRIC", group->metric));
	cell_formula(sheet, S_CASES, CELL_INT, cases.data, (double)group->cases);
	cell_formula(sheet, S_MEASURED, CELL_INT, arena_printf(view->arena, "=F%lld+G%lld", row, row),
		(double)(group->kept + group->breached));
	cell_formula(sheet, S_KEPT, CELL_INT, count_formula(view, kept, 5, false), (double)group->kept);
	cell_formula(sheet, S_BREACHED, CELL_INT, count_formula(view, breached, 5, false), (double)group->breached);
	put_share(view, S_SHARE, CELL_PERCENT, S_KEPT, S_BREACHED, group->kept, group->breached);
	put_goal(view, group, counted);
	put_share(view, S_PREVIOUS, CELL_PERCENT, S_PREVIOUS_KEPT, S_PREVIOUS_BREACHED, group->previous_kept,
		group->previous_breached);
	put_change(view, CELL_CHANGE, group->kept, group->breached, group->previous_kept, group->previous_breached);
	put_times(view, group, counted);
	put_overdue(view, group, no, metric);
	kept[2].criterion = breached[2].criterion = "\">=\"&" CELL_PREVIOUS;
	kept[3].criterion = breached[3].criterion = "\"<\"&" CELL_FROM;
	cell_formula(sheet, S_PREVIOUS_KEPT, CELL_INT, count_formula(view, kept, 5, true), (double)group->previous_kept);
	cell_formula(
		sheet, S_PREVIOUS_BREACHED, CELL_INT, count_formula(view, breached, 5, true), (double)group->previous_breached);
}

struct totals {
	int64_t cases, kept, breached, missed, open, overdue, previous_kept, previous_breached;
};

static struct totals supplier_totals(const struct view *view, const struct sla_supplier *supplier)
{
	struct totals totals = { .cases = supplier->cases };
	for (int g = 0; g < view->report->group_count; g++) {
		const struct sla_group *group = &view->report->groups[g];
		if (group->supplier_id != supplier->id)
			continue;
		totals.kept += group->kept;
		totals.breached += group->breached;
		totals.open += group->open;
		totals.overdue += group->overdue;
		totals.missed += sla_group_shown(group) && group_mark(group) == WORD_MARK_BAD;
		totals.previous_kept += group->previous_kept;
		totals.previous_breached += group->previous_breached;
	}
	return totals;
}

/* A sum of the lower table's column over the lines of this supplier. */
static const char *lower_sum(const struct view *view, int column, int64_t row)
{
	char letters[4];
	long long first = view->metric_row + 1, last = view->metric_row + view->metric_rows;
	column_letters(column, letters);
	return arena_printf(view->arena, "=SUMIFS($%s$%lld:$%s$%lld,$A$%lld:$A$%lld,$A%lld)", letters, first, letters, last,
		first, last, (long long)row + 1);
}

static void put_marks(const struct view *view, bool total, int64_t missed, int64_t measured)
{
	int64_t row = sheet_row_now(view->sheet);
	const char *count = cell_name(view, T_MISSED, row), *of = cell_name(view, S_MEASURED, row);
	cell_formula_text(view->sheet, S_MARK, total ? CELL_TOTAL_SIGN : CELL_SIGN,
		arena_printf(view->arena, "=IF(%s=0,%s,IF(%s=0,%s,%s))", of, quoted(view, WORD_MARK_NONE), count,
			quoted(view, WORD_MARK_GOOD), quoted(view, WORD_MARK_BAD)),
		word(view,
			measured == 0     ? WORD_MARK_NONE
				: missed == 0 ? WORD_MARK_GOOD
							  : WORD_MARK_BAD));
}

static void supplier_line(const struct view *view, const struct sla_supplier *supplier)
{
	struct sheet *sheet = view->sheet;
	int64_t row = sheet_row_now(sheet);
	const char *no = arena_printf(view->arena, "$A%lld", (long long)row + 1);
	struct totals totals = supplier_totals(view, supplier);
	struct condition cases[] = { { CASES_SUPPLIER_NO, no }, { CASES_COUNTED, "\">0\"" } };
	struct condition previous[] = { { CLOCKS_SUPPLIER_NO, no }, { CLOCKS_DECIDED, "\">=\"&" CELL_PREVIOUS },
		{ CLOCKS_DECIDED, "\"<\"&" CELL_FROM }, { CLOCKS_VERDICT, quoted(view, WORD_VERDICT_KEPT) } };
	struct text_out out = formula_begin(view);
	char first[24], last[24];
	formula_count(&out, &view->report->cases, cases, 2);
	cell_number(sheet, S_NO, CELL_ID, (double)supplier->id);
	cell_text(sheet, S_SUPPLIER, CELL_TEXT, supplier->name);
	cell_text(sheet, T_KIND, CELL_TEXT, words_of(view->language, "KIND", supplier->kind));
	cell_formula(sheet, S_CASES, CELL_INT, out.data, (double)totals.cases);
	cell_formula(
		sheet, S_MEASURED, CELL_INT, lower_sum(view, S_MEASURED, row), (double)(totals.kept + totals.breached));
	cell_formula(sheet, S_KEPT, CELL_INT, lower_sum(view, S_KEPT, row), (double)totals.kept);
	cell_formula(sheet, S_BREACHED, CELL_INT, lower_sum(view, S_BREACHED, row), (double)totals.breached);
	put_share(view, S_SHARE, CELL_PERCENT, S_KEPT, S_BREACHED, totals.kept, totals.breached);
	snprintf(first, sizeof(first), "%lld", (long long)view->metric_row + 1);
	snprintf(last, sizeof(last), "%lld", (long long)view->metric_row + view->metric_rows);
	cell_formula(sheet, T_MISSED, CELL_INT,
		arena_printf(view->arena, "=COUNTIFS($A$%s:$A$%s,%s,$J$%s:$J$%s,%s)", first, last, no, first, last,
			quoted(view, WORD_MARK_BAD)),
		(double)totals.missed);
	put_marks(view, false, totals.missed, totals.kept + totals.breached);
	put_share(view, S_PREVIOUS, CELL_PERCENT, T_PREVIOUS_KEPT, T_PREVIOUS_BREACHED, totals.previous_kept,
		totals.previous_breached);
	put_change(view, CELL_CHANGE, totals.kept, totals.breached, totals.previous_kept, totals.previous_breached);
	cell_formula(sheet, T_OPEN, CELL_INT, lower_sum(view, S_OPEN, row), (double)totals.open);
	cell_formula(sheet, T_OVERDUE, CELL_INT, lower_sum(view, S_OVERDUE, row), (double)totals.overdue);
	cell_formula(
		sheet, T_PREVIOUS_KEPT, CELL_INT, count_formula(view, previous, 4, true), (double)totals.previous_kept);
	previous[3].criterion = quoted(view, WORD_VERDICT_BREACHED);
	cell_formula(
		sheet, T_PREVIOUS_BREACHED, CELL_INT, count_formula(view, previous, 4, true), (double)totals.previous_breached);
}

static void total_line(const struct view *view)
{
	struct sheet *sheet = view->sheet;
	struct totals all = { 0 };
	for (int i = 0; i < view->report->supplier_count; i++) {
		struct totals one = supplier_totals(view, &view->report->suppliers[i]);
		all.cases += one.cases;
		all.kept += one.kept;
		all.breached += one.breached;
		all.missed += one.missed;
		all.open += one.open;
		all.overdue += one.overdue;
		all.previous_kept += one.previous_kept;
		all.previous_breached += one.previous_breached;
	}
	const struct {
		int column;
		int64_t value;
	} sums[] = { { S_CASES, all.cases }, { S_MEASURED, all.kept + all.breached }, { S_KEPT, all.kept },
		{ S_BREACHED, all.breached }, { T_MISSED, all.missed }, { T_OPEN, all.open }, { T_OVERDUE, all.overdue },
		{ T_PREVIOUS_KEPT, all.previous_kept }, { T_PREVIOUS_BREACHED, all.previous_breached } };
	cell_blank(sheet, S_NO, CELL_TOTAL_TEXT);
	cell_text(sheet, S_SUPPLIER, CELL_TOTAL_TEXT, word(view, WORD_ALL_SUPPLIERS));
	cell_blank(sheet, T_KIND, CELL_TOTAL_TEXT);
	for (size_t i = 0; i < sizeof(sums) / sizeof(*sums); i++) {
		char letters[4];
		column_letters(sums[i].column, letters);
		cell_formula(sheet, sums[i].column, CELL_TOTAL_INT,
			arena_printf(view->arena, "=SUM(%s%lld:%s%lld)", letters, (long long)view->supplier_row + 1, letters,
				(long long)sheet_row_now(sheet)),
			(double)sums[i].value);
	}
	put_share(view, S_SHARE, CELL_TOTAL_PERCENT, S_KEPT, S_BREACHED, all.kept, all.breached);
	put_marks(view, true, all.missed, all.kept + all.breached);
	put_share(view, S_PREVIOUS, CELL_TOTAL_PERCENT, T_PREVIOUS_KEPT, T_PREVIOUS_BREACHED, all.previous_kept,
		all.previous_breached);
	put_change(view, CELL_TOTAL_CHANGE, all.kept, all.breached, all.previous_kept, all.previous_breached);
}

static void heading(const struct view *view, const enum word *words, int count)
{
	sheet_row_height(view->sheet, 42);
	for (int column = 0; column < count; column++)
		cell_text(view->sheet, column,
			column < S_CASES       ? CELL_HEAD
				: column == S_MARK ? CELL_HEAD_CENTRE
								   : CELL_HEAD_NUMBER,
			word(view, words[column]));
}

static void put_facts(const struct view *view)
{
	struct sla_report *report = view->report;
	struct sheet *sheet = view->sheet;
	static const enum word labels[] = { WORD_FROM, WORD_TO, WORD_PREVIOUS_FROM, WORD_ZONE, WORD_MADE_AT, WORD_MADE_BY };
	sheet_row(sheet, 0);
	sheet_row_height(sheet, 30);
	cell_text(sheet, 0, CELL_TITLE, word(view, WORD_TITLE));
	for (int i = 0; i < 6; i++) {
		sheet_row(sheet, ROW_FROM + i);
		cell_text(sheet, S_SUPPLIER, CELL_LABEL, word(view, labels[i]));
		if (i < 3)
			cell_day(sheet, S_METRIC, CELL_FACT_DAY,
				i == 0       ? report->period.from_day
					: i == 1 ? report->period.to_day
							 : report->period.previous_day);
		else if (i == 4)
			cell_instant(sheet, S_METRIC, CELL_FACT_INSTANT, report->ctx->now);
		else
			cell_text(sheet, S_METRIC, CELL_FACT, i == 3 ? report->request.zone : report->request.made_by);
	}
	if (report->supplier_name) {
		sheet_row(sheet, sheet_row_now(sheet) + 1);
		cell_text(sheet, S_SUPPLIER, CELL_LABEL, word(view, WORD_SUPPLIER_ONLY));
		cell_text(sheet, S_METRIC, CELL_FACT, report->supplier_name);
	}
	if (report->period.unfinished) {
		char at[INSTANT_TEXT_BYTES];
		book_instant_text(report->book, report->ctx->now, at);
		sheet_row(sheet, sheet_row_now(sheet) + 2);
		cell_text(sheet, 0, CELL_WARN, words_fill(view->arena, view->language, WORD_UNFINISHED, at, NULL));
	}
}

static void put_rules(const struct view *view)
{
	struct sheet *sheet = view->sheet;
	const int64_t first[] = { view->supplier_row, view->metric_row };
	const int64_t last[] = { view->supplier_row + view->report->supplier_count,
		view->metric_row + view->metric_rows - 1 };
	for (int i = 0; i < 2; i++) {
		long long row = (long long)first[i] + 1;
		int overdue = i == 0 ? T_OVERDUE : S_OVERDUE;
		sheet_rule(sheet, first[i], S_MARK, last[i], S_MARK, RULE_BAD,
			arena_printf(view->arena, "=$J%lld=%s", row, quoted(view, WORD_MARK_BAD)));
		sheet_rule(sheet, first[i], S_MARK, last[i], S_MARK, RULE_GOOD,
			arena_printf(view->arena, "=$J%lld=%s", row, quoted(view, WORD_MARK_GOOD)));
		sheet_rule(sheet, first[i], S_CHANGE, last[i], S_CHANGE, RULE_BAD,
			arena_printf(view->arena, "=AND(ISNUMBER($L%lld),$L%lld<0)", row, row));
		sheet_rule(sheet, first[i], S_CHANGE, last[i], S_CHANGE, RULE_GOOD,
			arena_printf(view->arena, "=AND(ISNUMBER($L%lld),$L%lld>0)", row, row));
		sheet_rule(sheet, first[i], overdue, last[i], overdue, RULE_BAD,
			arena_printf(view->arena, "=%s>0", cell_name(view, overdue, first[i])));
	}
}

/* The shares of one metric by supplier: resolution, or the first that has any. */
static void put_chart(const struct view *view)
{
	struct sla_report *report = view->report;
	struct chart_series series[CHART_SERIES_MAX];
	const char *metric = NULL;
	int count = 0;
	for (int g = 0; g < report->group_count; g++)
		if (sla_trend_row(report, g) >= 0 && (!metric || strcmp(report->groups[g].metric, "resolution") == 0))
			metric = report->groups[g].metric;
	for (int g = 0; metric && g < report->group_count && count < CHART_SERIES_MAX; g++)
		if (sla_trend_row(report, g) >= 0 && strcmp(report->groups[g].metric, metric) == 0)
			series[count++] = (struct chart_series){ report->groups[g].supplier, sla_trend_row(report, g) };
	if (count == 0)
		return;
	sheet_row(view->sheet, sheet_row_now(view->sheet) + 2);
	if (sheet_row_now(view->sheet) <= WHOLE_PAGE_ROWS)
		sheet_print_whole(view->sheet);
	sheet_chart(view->sheet, sheet_row_now(view->sheet), 0, 1250, 300,
		words_fill(view->arena, view->language, WORD_CHART_TITLE, words_of(view->language, "METRIC", metric), NULL),
		report->trend, SLA_TREND_MONTHS_ROW, SLA_TREND_FIRST_COLUMN, SLA_TREND_FIRST_COLUMN + PERIOD_MONTHS - 1, series,
		count);
	sheet_row(view->sheet, sheet_row_now(view->sheet) + 16);
	cell_text(view->sheet, 0, CELL_NOTE,
		words_fill(view->arena, view->language, WORD_CHART_HINT, word(view, WORD_SHEET_TREND), NULL));
}

/* Credits and losses by supplier and currency: amounts of two currencies have no sum. */
static void put_money(const struct view *view)
{
	static const enum word words[] = { WORD_NO, WORD_SUPPLIER, WORD_CURRENCY, WORD_CREDIT_DUE, WORD_LOSS_WAITED };
	static const int columns[] = { S_NO, S_SUPPLIER, S_METRIC, S_CASES, S_BREACHED };
	struct sla_report *report = view->report;
	if (report->money_count == 0)
		return;
	sheet_row(view->sheet, sheet_row_now(view->sheet) + 3);
	cell_text(view->sheet, 0, CELL_SECTION, word(view, WORD_MONEY));
	sheet_row(view->sheet, sheet_row_now(view->sheet) + 1);
	sheet_row_height(view->sheet, 42);
	for (int i = 0; i < 3; i++)
		cell_text(view->sheet, columns[i], CELL_HEAD, word(view, words[i]));
	cell_text_across(view->sheet, columns[3], columns[3] + 2, CELL_HEAD_NUMBER, word(view, words[3]));
	cell_text_across(view->sheet, columns[4], columns[4] + 2, CELL_HEAD_NUMBER, word(view, words[4]));
	for (int i = 0; i < report->money_count; i++) {
		const struct sla_money *money = &report->money[i];
		sheet_row(view->sheet, sheet_row_now(view->sheet) + 1);
		int64_t row = sheet_row_now(view->sheet);
		cell_number(view->sheet, S_NO, CELL_ID, (double)money->supplier_id);
		cell_text(view->sheet, S_SUPPLIER, CELL_TEXT, money->supplier);
		cell_text(view->sheet, S_METRIC, CELL_TEXT, money->currency);
		for (int loss = 0; loss < 2; loss++) {
			struct condition due[] = { { DUE_NO, cell_name(view, S_NO, row) }, { DUE_CURRENCY, cell_name(view, S_METRIC, row) } };
			struct condition lost[] = { { SHARES_NO, due[0].criterion }, { SHARES_CURRENCY, due[1].criterion } };
			struct text_out out = formula_begin(view);
			text_append_z(&out, "ROUND(");
			formula_sum(&out, loss ? &report->shares_table : &report->credits_due, loss ? SHARES_LOSS : DUE_AMOUNT, loss ? lost : due, 2);
			text_append_z(&out, ",2)");
			cell_formula_across(view->sheet, columns[3 + loss], columns[3 + loss] + 2, CELL_MONEY, out.data,
				money_value(loss ? money->loss_minor : money->due_minor));
		}
	}
}

static void put_tables(struct view *view)
{
	static const enum word upper[T_COLUMNS] = { WORD_NO, WORD_SUPPLIER, WORD_KIND, WORD_CASES, WORD_MEASURED, WORD_KEPT,
		WORD_BREACHED, WORD_COMPLIANCE, WORD_GOALS_MISSED, WORD_MARK, WORD_PREVIOUS, WORD_CHANGE, WORD_OPEN,
		WORD_OVERDUE, WORD_PREVIOUS_KEPT, WORD_PREVIOUS_BREACHED };
	static const enum word lower[S_COLUMNS] = { WORD_NO, WORD_SUPPLIER, WORD_METRIC, WORD_CASES, WORD_MEASURED,
		WORD_KEPT, WORD_BREACHED, WORD_COMPLIANCE, WORD_GOAL, WORD_MARK, WORD_PREVIOUS, WORD_CHANGE, WORD_MEDIAN,
		WORD_P90, WORD_OPEN, WORD_OVERDUE, WORD_PREVIOUS_KEPT, WORD_PREVIOUS_BREACHED };
	struct sla_report *report = view->report;
	int64_t row = sheet_row_now(view->sheet) + 2;
	view->supplier_row = row + 2;
	view->metric_row = view->supplier_row + report->supplier_count + 4;
	for (int g = 0; g < report->group_count; g++)
		view->metric_rows += sla_group_shown(&report->groups[g]);
	sheet_row(view->sheet, row);
	cell_text(view->sheet, 0, CELL_SECTION, word(view, WORD_BY_SUPPLIER));
	sheet_row(view->sheet, row + 1);
	heading(view, upper, T_COLUMNS);
	for (int i = 0; i < report->supplier_count; i++) {
		sheet_row(view->sheet, view->supplier_row + i);
		supplier_line(view, &report->suppliers[i]);
	}
	sheet_row(view->sheet, view->supplier_row + report->supplier_count);
	total_line(view);
	sheet_row(view->sheet, view->metric_row - 2);
	cell_text(view->sheet, 0, CELL_SECTION, word(view, WORD_BY_METRIC));
	sheet_row(view->sheet, view->metric_row - 1);
	heading(view, lower, S_COLUMNS);
	row = view->metric_row;
	for (int g = 0; g < report->group_count; g++) {
		if (!sla_group_shown(&report->groups[g]))
			continue;
		sheet_row(view->sheet, row++);
		metric_line(view, &report->groups[g]);
	}
	sheet_filter(view->sheet, view->metric_row - 1, 0, row - 1, S_COLUMNS - 1);
	put_rules(view);
	put_money(view);
}

void sla_summary_write(struct sla_report *report)
{
	struct view view = {
		.report = report, .sheet = report->summary, .language = report->language, .arena = report->ctx->arena
	};
	static const double widths[S_COLUMNS] = { 5, 28, 22, 8, 10, 8, 10, 11.5, 10, 18, 10, 10.5, 10, 10.5, 9, 11, 11,
		11 };
	sheet_print(report->summary, 0, false);
	for (int column = 0; column < S_COLUMNS; column++)
		sheet_width(report->summary, column, widths[column], column == S_SUPPLIER ? 40 : widths[column] + 3);
	put_facts(&view);
	if (report->supplier_count == 0) {
		sheet_row(report->summary, sheet_row_now(report->summary) + 2);
		cell_text(report->summary, 0, CELL_SECTION, word(&view, WORD_EMPTY));
	} else {
		put_tables(&view);
	}
	put_chart(&view);
}
