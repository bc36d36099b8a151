/* A sheet for each supplier, to be laid on the table between the two: by month and by priority, how the time was spent, what stands out, the
 * worst ten. Every figure is a formula over Trend and the detail sheets. Owns nothing.
 * Refuses: more than SLA_SUPPLIER_SHEETS_MAX sheets; Method says so. */
#include "reports/supplier_sla.h"

#define LABEL 0
#define FIRST 1
#define CHART_ROWS 16
#define PRIORITY_COLUMNS 3 /* kept, breached, share */

struct view {
	struct sla_report *report;
	struct sla_supplier *supplier;
	struct sheet *sheet;
	struct arena *arena;
	enum words_language language;
	const char *no; /* where the supplier's number stands */
};

static const char *word(const struct view *view, enum word key)
{
	return words_get(view->language, key);
}

static void next_row(const struct view *view, int by)
{
	sheet_row(view->sheet, sheet_row_now(view->sheet) + by);
}

static const char *cell_name(const struct view *view, int column, int64_t row)
{
	char letters[4];
	column_letters(column, letters);
	return arena_printf(view->arena, "$%s$%lld", letters, (long long)row + 1);
}

static void section(const struct view *view, enum word title)
{
	next_row(view, 2);
	cell_text(view->sheet, LABEL, CELL_SECTION, word(view, title));
	next_row(view, 1);
}

void sla_supplier_sheets_add(struct sla_report *report)
{
	for (int i = 0; i < report->supplier_count && i < SLA_SUPPLIER_SHEETS_MAX; i++) {
		report->suppliers[i].sheet = sheet_add(report->book, report->suppliers[i].name);
		sheet_tab(report->suppliers[i].sheet, 0x0b5fce);
	}
}

static struct text_out formula_begin(const struct view *view)
{
	struct text_out out;
	text_begin(&out, view->arena, 512);
	text_append_char(&out, '=');
	return out;
}

/* The shares of the twelve months stand on Trend; here they stand together. */
static void put_months(const struct view *view)
{
	struct sla_report *report = view->report;
	struct chart_series series[SLA_METRICS];
	int count = 0;
	section(view, WORD_BY_MONTH);
	int64_t header = sheet_row_now(view->sheet);
	cell_text(view->sheet, LABEL, CELL_HEAD, word(view, WORD_METRIC));
	for (int m = 0; m < PERIOD_MONTHS; m++)
		cell_day(view->sheet, FIRST + m, CELL_HEAD_MONTH, report->period.month_day[m]);
	for (int g = 0; g < report->group_count; g++) {
		const struct sla_group *group = &report->groups[g];
		int64_t row = sla_trend_row(report, g);
		if (group->supplier_id != view->supplier->id || row < 0)
			continue;
		next_row(view, 1);
		const char *metric = words_of(view->language, "METRIC", group->metric);
		cell_text(view->sheet, LABEL, CELL_TEXT, metric);
		for (int m = 0; m < PERIOD_MONTHS; m++) {
			double share;
			char letters[4];
			column_letters(SLA_TREND_FIRST_COLUMN + m, letters);
			const char *there = arena_printf(view->arena, "%s!%s%lld", sheet_quoted(report->trend), letters, (long long)row + 1);
			const char *formula = arena_printf(view->arena, "=IF(%s=\"\",\"\",%s)", there, there);
			if (sla_share(group->month_kept[m], group->month_breached[m], &share))
				cell_formula(view->sheet, FIRST + m, CELL_PERCENT, formula, share);
			else
				cell_formula_text(view->sheet, FIRST + m, CELL_PERCENT, formula, "");
		}
		series[count++] = (struct chart_series){ metric, sheet_row_now(view->sheet) };
	}
	if (count == 0)
		return;
	sheet_chart(view->sheet, sheet_row_now(view->sheet) + 2, 0, 1120, 300,
		words_fill(view->arena, view->language, WORD_SUPPLIER_CHART, view->supplier->name, NULL), view->sheet, header, FIRST,
		FIRST + PERIOD_MONTHS - 1, series, count);
	next_row(view, CHART_ROWS);
}

static void put_priority(const struct view *view, const struct sla_group *group, int priority, int column)
{
	struct sla_report *report = view->report;
	int64_t row = sheet_row_now(view->sheet), kept = group->priority_kept[priority], breached = group->priority_breached[priority];
	const char *from = arena_printf(view->arena, "\">=\"&%s!$C$3", sheet_quoted(report->summary));
	const char *to = arena_printf(view->arena, "\"<\"&%s!$C$4", sheet_quoted(report->summary));
	struct condition conditions[] = { { CLOCKS_SUPPLIER_NO, view->no }, { CLOCKS_METRIC, cell_name(view, LABEL, row) }, { CLOCKS_DECIDED, from },
		{ CLOCKS_DECIDED, to }, { CLOCKS_PRIORITY, arena_printf(view->arena, "%d", priority + 1) },
		{ CLOCKS_VERDICT, arena_printf(view->arena, "\"%s\"", word(view, WORD_VERDICT_KEPT)) } };
	struct text_out out = formula_begin(view);
	double share;
	formula_count(&out, &report->clocks, conditions, 6);
	cell_formula(view->sheet, column, CELL_INT, out.data, (double)kept);
	out = formula_begin(view);
	conditions[5].criterion = arena_printf(view->arena, "\"%s\"", word(view, WORD_VERDICT_BREACHED));
	formula_count(&out, &report->clocks, conditions, 6);
	cell_formula(view->sheet, column + 1, CELL_INT, out.data, (double)breached);
	const char *k = cell_name(view, column, row), *b = cell_name(view, column + 1, row);
	const char *formula = arena_printf(view->arena, "=IF(%s+%s=0,\"\",%s/(%s+%s))", k, b, k, k, b);
	if (sla_share(kept, breached, &share))
		cell_formula(view->sheet, column + 2, CELL_PERCENT, formula, share);
	else
		cell_formula_text(view->sheet, column + 2, CELL_PERCENT, formula, "");
}

static void put_priorities(const struct view *view)
{
	struct sla_report *report = view->report;
	section(view, WORD_BY_PRIORITY);
	for (int p = 0; p < SLA_PRIORITIES; p++)
		cell_text(view->sheet, FIRST + p * PRIORITY_COLUMNS, CELL_NOTE,
			words_fill(view->arena, view->language, WORD_PRIORITY_N, arena_printf(view->arena, "%d", p + 1), NULL));
	next_row(view, 1);
	cell_text(view->sheet, LABEL, CELL_HEAD, word(view, WORD_METRIC));
	for (int p = 0; p < SLA_PRIORITIES; p++)
		for (int i = 0; i < PRIORITY_COLUMNS; i++)
			cell_text(view->sheet, FIRST + p * PRIORITY_COLUMNS + i, CELL_HEAD_NUMBER,
				word(view, i == 0 ? WORD_KEPT : i == 1 ? WORD_BREACHED : WORD_COMPLIANCE));
	for (int g = 0; g < report->group_count; g++) {
		const struct sla_group *group = &report->groups[g];
		if (group->supplier_id != view->supplier->id || !sla_group_shown(group))
			continue;
		next_row(view, 1);
		cell_text(view->sheet, LABEL, CELL_TEXT, words_of(view->language, "METRIC", group->metric));
		for (int p = 0; p < SLA_PRIORITIES; p++)
			put_priority(view, group, p, FIRST + p * PRIORITY_COLUMNS);
	}
}

static void put_split(const struct view *view)
{
	static const enum word labels[] = { WORD_SPLIT_THEIRS, WORD_SPLIT_OURS, WORD_SPLIT_VERIFY };
	static const int columns[] = { CASES_THEIRS, CASES_OURS, CASES_VERIFY };
	const int64_t values[] = { view->supplier->theirs_s, view->supplier->ours_s, view->supplier->verify_s };
	int64_t all = values[0] + values[1] + values[2];
	section(view, WORD_TIME_SPLIT);
	long long first = (long long)sheet_row_now(view->sheet) + 1;
	for (int i = 0; i < 3; i++) {
		struct text_out out = formula_begin(view);
		struct condition mine = { CASES_SUPPLIER_NO, view->no };
		if (i > 0)
			next_row(view, 1);
		formula_sum(&out, &view->report->cases, columns[i], &mine, 1);
		cell_text(view->sheet, LABEL, CELL_LABEL, word(view, labels[i]));
		cell_formula(view->sheet, FIRST, CELL_DURATION, out.data, (double)values[i] / 86400);
		const char *formula = arena_printf(view->arena, "=IF(SUM($B$%lld:$B$%lld)=0,\"\",$B$%lld/SUM($B$%lld:$B$%lld))", first, first + 2, first + i,
			first, first + 2);
		if (all > 0)
			cell_formula(view->sheet, FIRST + 1, CELL_PERCENT, formula, (double)values[i] / (double)all);
		else
			cell_formula_text(view->sheet, FIRST + 1, CELL_PERCENT, formula, "");
	}
}

static void put_fact(const struct view *view, enum word label, const char *sheet, const struct table *table, const struct condition *conditions, int count,
	int64_t value)
{
	struct text_out out = formula_begin(view);
	formula_count(&out, table, conditions, count);
	cell_text(view->sheet, LABEL, CELL_LABEL, word(view, label));
	cell_formula(view->sheet, FIRST, CELL_INT, out.data, (double)value);
	cell_text(view->sheet, FIRST + 1, CELL_NOTE, words_fill(view->arena, view->language, WORD_SEE_SHEET, sheet, NULL));
	next_row(view, 1);
}

static void put_facts(const struct view *view)
{
	const struct sla_report *report = view->report;
	const struct sla_supplier *supplier = view->supplier;
	struct condition pauses[] = { { PAUSES_NO, view->no }, { PAUSES_LONG, arena_printf(view->arena, "\"%s\"", word(view, WORD_LONG_YES)) } };
	struct condition mine[] = { { LISTS_NO, view->no },
		{ CONTESTS_STATE, arena_printf(view->arena, "\"%s\"", word(view, WORD_CONTEST_UPHELD)) } };
	section(view, WORD_STANDS_OUT);
	put_fact(view, WORD_LONG_PAUSES, word(view, WORD_SHEET_PAUSES), &report->pauses, pauses, 2, supplier->long_pauses);
	put_fact(view, WORD_LATE_ENTRIES, word(view, WORD_SHEET_LATE), &report->late_entries, mine, 1, supplier->late_entries);
	put_fact(view, WORD_REJECTED_FIXES, word(view, WORD_SHEET_REJECTED), &report->rejected, mine, 1, supplier->rejected_fixes);
	put_fact(view, WORD_CONTESTS_RAISED, word(view, WORD_SHEET_CONTESTS), &report->contests, mine, 1, supplier->contests);
	put_fact(view, WORD_CONTESTS_UPHELD, word(view, WORD_SHEET_CONTESTS), &report->contests, mine, 2, supplier->contests_upheld);
}

/* A clock is named by case, metric and n-th; its figures are sums over the one row that has these. */
static void put_worst(const struct view *view)
{
	static const enum word words[] = { WORD_CASE, WORD_METRIC, WORD_ORDINAL, WORD_DECIDED, WORD_TARGET, WORD_WORKED, WORD_OVER };
	static const int columns[] = { CLOCKS_TARGET, CLOCKS_WORKED, CLOCKS_OVER };
	const struct sla_report *report = view->report;
	section(view, WORD_WORST);
	sheet_row_height(view->sheet, 42);
	for (int i = 0; i < 7; i++)
		cell_text(view->sheet, i, i < 2 ? CELL_HEAD : CELL_HEAD_NUMBER, word(view, words[i]));
	if (view->supplier->worst_count == 0) {
		next_row(view, 1);
		cell_text(view->sheet, LABEL, CELL_NOTE, word(view, WORD_NO_BREACH));
	}
	for (int i = 0; i < view->supplier->worst_count; i++) {
		const struct sla_worst *worst = &view->supplier->worst[i];
		const int64_t values[] = { worst->target_s, worst->elapsed_s, worst->elapsed_s - worst->target_s };
		next_row(view, 1);
		int64_t row = sheet_row_now(view->sheet);
		struct condition one[] = { { CLOCKS_CASE, cell_name(view, 0, row) }, { CLOCKS_METRIC, cell_name(view, 1, row) },
			{ CLOCKS_ORDINAL, cell_name(view, 2, row) } };
		cell_text(view->sheet, 0, CELL_TEXT, worst->number);
		cell_text(view->sheet, 1, CELL_TEXT, words_of(view->language, "METRIC", worst->metric));
		cell_number(view->sheet, 2, CELL_INT, worst->ordinal);
		cell_instant(view->sheet, 3, CELL_INSTANT, worst->decided);
		for (int k = 0; k < 3; k++) {
			struct text_out out = formula_begin(view);
			formula_sum(&out, &report->clocks, columns[k], one, 3);
			cell_formula(view->sheet, 4 + k, CELL_DURATION, out.data, (double)values[k] / 86400);
		}
	}
}

static void put_money(const struct view *view)
{
	const struct sla_report *report = view->report;
	bool any = false;
	for (int i = 0; i < report->money_count; i++) {
		const struct sla_money *money = &report->money[i];
		if (money->supplier_id != view->supplier->id)
			continue;
		if (!any)
			section(view, WORD_MONEY);
		else
			next_row(view, 1);
		any = true;
		for (int loss = 0; loss < 2; loss++) {
			struct text_out out = formula_begin(view);
			const char *currency = arena_printf(view->arena, "\"%s\"", money->currency);
			struct condition due[] = { { DUE_NO, view->no }, { DUE_CURRENCY, currency } }, lost[] = { { SHARES_NO, view->no }, { SHARES_CURRENCY, currency } };
			if (loss)
				next_row(view, 1);
			text_append_z(&out, "ROUND(");
			formula_sum(&out, loss ? &report->shares_table : &report->credits_due, loss ? SHARES_LOSS : DUE_AMOUNT, loss ? lost : due, 2);
			text_append_z(&out, ",2)");
			cell_text(view->sheet, LABEL, CELL_LABEL, word(view, loss ? WORD_LOSS_WAITED : WORD_CREDIT_DUE));
			cell_formula(view->sheet, FIRST, CELL_MONEY, out.data, money_value(loss ? money->loss_minor : money->due_minor));
			cell_text(view->sheet, FIRST + 1, CELL_TEXT, money->currency);
		}
	}
}

static void write_one(struct sla_report *report, struct sla_supplier *supplier)
{
	struct view view = { report, supplier, supplier->sheet, report->ctx->arena, report->language, "$B$3" };
	char from[INSTANT_TEXT_BYTES], to[INSTANT_TEXT_BYTES];
	sheet_print(view.sheet, 0, false);
	sheet_width(view.sheet, LABEL, 34, 42);
	for (int column = FIRST; column <= PERIOD_MONTHS; column++)
		sheet_width(view.sheet, column, column == FIRST ? 22 : column == 3 ? 17 : 12.5, 26);
	sheet_row(view.sheet, 0);
	sheet_row_height(view.sheet, 30);
	cell_text(view.sheet, 0, CELL_TITLE, supplier->name);
	sheet_row(view.sheet, 1);
	book_day_text(report->book, report->period.from_day, from);
	book_day_text(report->book, report->period.to_day, to);
	cell_text(view.sheet, 0, CELL_NOTE,
		words_fill(view.arena, view.language, WORD_SUPPLIER_PERIOD, words_of(view.language, "KIND", supplier->kind), from, to, report->request.zone, NULL));
	sheet_row(view.sheet, 2);
	cell_text(view.sheet, LABEL, CELL_LABEL, word(&view, WORD_NO));
	cell_number(view.sheet, FIRST, CELL_ID, (double)supplier->id);
	put_months(&view);
	put_priorities(&view);
	put_split(&view);
	put_facts(&view);
	put_money(&view);
	put_worst(&view);
}

void sla_supplier_sheets_write(struct sla_report *report)
{
	for (int i = 0; i < report->supplier_count; i++)
		if (report->suppliers[i].sheet)
			write_one(report, &report->suppliers[i]);
}
