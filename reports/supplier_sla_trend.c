/* The twelve months: for supplier and metric the clocks kept and breached by month, the share of both, and a chart for each metric.
 * Owns nothing. Every figure is a formula over Clocks and Earlier clocks. */
#include "reports/supplier_sla.h"

#include <string.h>

#define CHART_ROWS 18

static bool has_months(const struct sla_group *group)
{
	int64_t all = 0;
	for (int m = 0; m < PERIOD_MONTHS; m++)
		all += group->month_kept[m] + group->month_breached[m];
	return all > 0;
}

int sla_trend_lines(const struct sla_report *report)
{
	int lines = 0;
	for (int g = 0; g < report->group_count; g++)
		lines += has_months(&report->groups[g]);
	return lines;
}

int64_t sla_trend_row(const struct sla_report *report, int group)
{
	int64_t row = SLA_TREND_MONTHS_ROW + 1;
	if (!has_months(&report->groups[group]))
		return -1;
	for (int g = 0; g < group; g++)
		row += has_months(&report->groups[g]);
	return row;
}

static void block_heading(struct sla_report *report, int64_t row, enum word title)
{
	struct sheet *sheet = report->trend;
	static const enum word words[] = { WORD_NO, WORD_SUPPLIER, WORD_METRIC };
	sheet_row(sheet, row - 1);
	cell_text(sheet, 0, CELL_SECTION, words_get(report->language, title));
	sheet_row(sheet, row);
	for (int i = 0; i < 3; i++)
		cell_text(sheet, i, CELL_HEAD, words_get(report->language, words[i]));
	for (int m = 0; m < PERIOD_MONTHS; m++)
		cell_day(sheet, SLA_TREND_FIRST_COLUMN + m, CELL_HEAD_MONTH, report->period.month_day[m]);
}

static void line_begin(struct sla_report *report, const struct sla_group *group)
{
	cell_number(report->trend, 0, CELL_ID, (double)group->supplier_id);
	cell_text(report->trend, 1, CELL_TEXT, group->supplier);
	cell_text(report->trend, 2, CELL_TEXT, words_of(report->language, "METRIC", group->metric));
}

/* Clocks of the month with the verdict; the last month ends with the period. */
static const char *month_formula(struct sla_report *report, int month, enum word verdict)
{
	struct arena *arena = report->ctx->arena;
	long long row = (long long)sheet_row_now(report->trend) + 1;
	int header = SLA_TREND_MONTHS_ROW + 1;
	char from[4], to[4];
	struct text_out out;
	column_letters(SLA_TREND_FIRST_COLUMN + month, from);
	column_letters(SLA_TREND_FIRST_COLUMN + month + 1, to);
	struct condition conditions[] = { { CLOCKS_SUPPLIER_NO, arena_printf(arena, "$A%lld", row) },
		{ CLOCKS_METRIC, arena_printf(arena, "$C%lld", row) },
		{ CLOCKS_DECIDED, arena_printf(arena, "\">=\"&%s$%d", from, header) },
		{ CLOCKS_DECIDED,
			month == PERIOD_MONTHS - 1 ? arena_printf(arena, "\"<\"&%s!$C$4", sheet_quoted(report->summary))
									   : arena_printf(arena, "\"<\"&%s$%d", to, header) },
		{ CLOCKS_VERDICT, arena_printf(arena, "\"%s\"", words_get(report->language, verdict)) } };
	text_begin(&out, arena, 1024);
	text_append_char(&out, '=');
	formula_count(&out, &report->clocks, conditions, 5);
	text_append_char(&out, '+');
	formula_count(&out, &report->earlier, conditions, 5);
	return out.data;
}

static void share_line(struct sla_report *report, const struct sla_group *group, int lines)
{
	struct sheet *sheet = report->trend;
	long long row = (long long)sheet_row_now(sheet) + 1, kept = row + lines + 3, breached = kept + lines + 3;
	line_begin(report, group);
	for (int m = 0; m < PERIOD_MONTHS; m++) {
		char c[4];
		double share;
		int column = SLA_TREND_FIRST_COLUMN + m;
		column_letters(column, c);
		const char *formula = arena_printf(report->ctx->arena, "=IF(%s%lld+%s%lld=0,\"\",%s%lld/(%s%lld+%s%lld))", c,
			kept, c, breached, c, kept, c, kept, c, breached);
		if (sla_share(group->month_kept[m], group->month_breached[m], &share))
			cell_formula(sheet, column, CELL_PERCENT, formula, share);
		else
			cell_formula_text(sheet, column, CELL_PERCENT, formula, "");
	}
}

static void count_line(struct sla_report *report, const struct sla_group *group, bool kept)
{
	line_begin(report, group);
	for (int m = 0; m < PERIOD_MONTHS; m++)
		cell_formula(report->trend, SLA_TREND_FIRST_COLUMN + m, CELL_INT,
			month_formula(report, m, kept ? WORD_VERDICT_KEPT : WORD_VERDICT_BREACHED),
			(double)(kept ? group->month_kept[m] : group->month_breached[m]));
}

static void put_charts(struct sla_report *report)
{
	static const char *const metrics[SLA_METRICS] = { "resolution", "acknowledge", "response", "workaround", "update" };
	struct chart_series *series = arena_array(report->ctx->arena, (size_t)report->group_count + 1, sizeof(*series));
	int64_t row = sheet_row_now(report->trend) + 2;
	for (int i = 0; i < SLA_METRICS; i++) {
		int count = 0;
		for (int g = 0; g < report->group_count; g++)
			if (strcmp(report->groups[g].metric, metrics[i]) == 0 && has_months(&report->groups[g]))
				series[count++] = (struct chart_series){ report->groups[g].supplier, sla_trend_row(report, g) };
		if (count == 0)
			continue;
		sheet_chart(report->trend, row, 0, 1080, 320,
			words_fill(report->ctx->arena, report->language, WORD_CHART_TITLE,
				words_of(report->language, "METRIC", metrics[i]), NULL),
			report->trend, SLA_TREND_MONTHS_ROW, SLA_TREND_FIRST_COLUMN, SLA_TREND_FIRST_COLUMN + PERIOD_MONTHS - 1,
			series, count);
		row += CHART_ROWS;
	}
}

void sla_trend_write(struct sla_report *report)
{
	struct sheet *sheet = report->trend;
	int lines = sla_trend_lines(report);
	int64_t row = SLA_TREND_MONTHS_ROW;
	sheet_print(sheet, 0, false);
	sheet_width(sheet, 0, 5, 8);
	sheet_width(sheet, 1, 20, 40);
	sheet_width(sheet, 2, 14, 26);
	for (int m = 0; m < PERIOD_MONTHS; m++)
		sheet_width(sheet, SLA_TREND_FIRST_COLUMN + m, 10, 12);
	sheet_row(sheet, 0);
	cell_text(sheet, 0, CELL_NOTE, words_get(report->language, WORD_TREND_HINT));
	sheet_freeze(sheet, SLA_TREND_MONTHS_ROW + 1, SLA_TREND_FIRST_COLUMN);
	for (int block = 0; block < 3; block++) {
		block_heading(report, row, block == 0 ? WORD_TREND_SHARE : block == 1 ? WORD_TREND_KEPT : WORD_TREND_BREACHED);
		for (int g = 0; g < report->group_count; g++) {
			if (!has_months(&report->groups[g]))
				continue;
			sheet_row(sheet, ++row);
			if (block == 0)
				share_line(report, &report->groups[g], lines);
			else
				count_line(report, &report->groups[g], block == 1);
		}
		row += 3;
	}
	put_charts(report);
}
