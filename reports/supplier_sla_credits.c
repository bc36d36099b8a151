/* Service credits: what each contract owes for each month, by the steps and the cap of the edition in force as the month began.
 * Money is whole hundredths of a currency from the database to the sheet; no step of the reckoning is in floating point, and the formulas
 * round to hundredths where the contract does. Owns nothing. Refuses: amounts beyond what a number of the format holds exactly. */
#include "reports/supplier_sla.h"
#include "reports/supplier_sla.sql.h"

#include <string.h>

#define FULL_BP 10000
#define COLUMN(place, word, style, least, most) \
	[place] = { words_get(language, WORD_##word), CELL_##style, least, most }

/* part/of of an amount, half a hundredth and more rounded up. */
int64_t money_share(int64_t amount_minor, int64_t part, int64_t of)
{
	INVARIANT(amount_minor >= 0 && part >= 0 && of > 0);
	return (int64_t)(((__int128)amount_minor * part * 2 + of) / (2 * (__int128)of));
}

/* Exact to fifteen digits, as the format's numbers are. */
double money_value(int64_t minor)
{
	return (double)minor / 100;
}

static void read_steps(struct sla_report *report, const struct rows *rows)
{
	for (int i = 0; i < rows_count(rows); i++) {
		int metric = sla_metric_index(rows_text(rows, i, 4));
		for (int c = 0; c < report->contract_count; c++)
			for (int m = 0; m < report->period.credit_months; m++) {
				struct sla_contract_month *month = &report->contracts[c].months[m];
				if (!month->has_terms || month->terms_id != rows_int(rows, i, 0) || month->step_count[metric] == SLA_STEPS_MAX)
					continue;
				month->steps[metric][month->step_count[metric]++] =
					(struct sla_step){ (int)rows_int(rows, i, 5), (int)rows_int(rows, i, 6) };
			}
	}
}

static void arg_days(struct query_args *args, struct ctx *ctx, const int64_t *days, int count)
{
	const char **texts = arena_array(ctx->arena, (size_t)count + 1, sizeof(*texts));
	for (int i = 0; i < count; i++) {
		char day[INSTANT_TEXT_BYTES];
		day_format(days[i], day);
		texts[i] = arena_strdup(ctx->arena, day);
	}
	arg_texts(args, texts, count);
}

/* Editions in force in each month, and their steps; report->steps_rows keeps what the sheet of steps shows. */
bool sla_credits_load(struct sla_report *report)
{
	struct ctx *ctx = report->ctx;
	int months = report->period.credit_months, used = 0;
	struct query_args args = query_args(ctx), steps = query_args(ctx);
	int64_t *contracts = arena_array(ctx->arena, (size_t)report->contract_count + 1, sizeof(*contracts));
	for (int i = 0; i < report->contract_count; i++)
		contracts[i] = report->contracts[i].id;
	arg_ints(&args, contracts, report->contract_count);
	arg_days(&args, ctx, report->period.credit_day, months);
	arg_days(&args, ctx, report->period.credit_day + 1, months);
	struct rows *rows = query_run(ctx, QUERY_REPORT_SLA_CREDIT_TERMS, &args);
	if (!rows)
		return false;
	int64_t *editions = arena_array(ctx->arena, (size_t)rows_count(rows) + 1, sizeof(*editions));
	for (int i = 0; i < rows_count(rows); i++) {
		struct sla_contract_month *month = &report->contracts[rows_int(rows, i, 0) - 1].months[rows_int(rows, i, 1) - 1];
		month->has_terms = true;
		month->terms_id = editions[used++] = rows_int(rows, i, 2);
		month->version = rows_int(rows, i, 3);
		month->has_price = !rows_null(rows, i, 4);
		month->price_minor = rows_int(rows, i, 4);
		month->currency = month->has_price ? rows_text(rows, i, 5) : "";
		month->cap_bp = (int)rows_int(rows, i, 6);
	}
	arg_ints(&steps, editions, used);
	report->step_rows = query_run(ctx, QUERY_REPORT_SLA_CREDIT_STEPS, &steps);
	if (report->step_rows)
		read_steps(report, report->step_rows);
	return report->step_rows != NULL;
}

void sla_credits_count(struct sla_report *report, const struct sla_terms *terms, int metric, instant decided, bool kept)
{
	const struct period *period = &report->period;
	if (decided < period->credit[0] || decided >= period->to)
		return;
	int month = 0;
	while (month < period->credit_months - 1 && decided >= period->credit[month + 1])
		month++;
	struct sla_credit *credit = &report->contracts[terms->contract].months[month].credit[metric];
	(*(kept ? &credit->kept : &credit->breached))++;
}

/* For the dashboard: the same counts, from the database. */
bool sla_credits_read(struct sla_report *report)
{
	struct ctx *ctx = report->ctx;
	struct query_args args = sla_report_args(report);
	arg_instants(&args, report->period.credit, report->period.credit_months + 1);
	struct rows *rows = query_run(ctx, QUERY_REPORT_SLA_CREDIT_COUNTS, &args);
	if (!rows)
		return false;
	report->contracts = arena_array(ctx->arena, (size_t)rows_count(rows) + 1, sizeof(*report->contracts));
	for (int i = 0; i < rows_count(rows); i++) {
		struct sla_contract *contract = report->contract_count > 0 ? &report->contracts[report->contract_count - 1] : NULL;
		if (!contract || contract->id != rows_int(rows, i, 0)) {
			contract = &report->contracts[report->contract_count++];
			*contract = (struct sla_contract){ .id = rows_int(rows, i, 0),
				.number = rows_text(rows, i, 1),
				.supplier_id = rows_int(rows, i, 2),
				.supplier = rows_text(rows, i, 3),
				.months = arena_array(ctx->arena, (size_t)report->period.credit_months + 1, sizeof(struct sla_contract_month)) };
		}
		struct sla_credit *credit = &contract->months[rows_int(rows, i, 5) - 1].credit[sla_metric_index(rows_text(rows, i, 4))];
		credit->kept = rows_int(rows, i, 6);
		credit->breached = rows_int(rows, i, 7);
	}
	if (!sla_credits_load(report))
		return false;
	sla_credits_finish(report);
	return true;
}

static void finish_month(struct sla_contract_month *month)
{
	for (int metric = 0; metric < SLA_METRICS; metric++) {
		struct sla_credit *credit = &month->credit[metric];
		int64_t measured = credit->kept + credit->breached;
		for (int i = 0; measured > 0 && i < month->step_count[metric]; i++)
			if (credit->kept * FULL_BP < (int64_t)month->steps[metric][i].below_bp * measured) {
				credit->steps_reached = i + 1; /* the mildest stands first, so the last reached is the deepest */
				credit->credit_bp = month->steps[metric][i].credit_bp;
			}
		credit->amount_minor = money_share(month->price_minor, credit->credit_bp, FULL_BP);
		month->sum_minor += credit->amount_minor;
	}
	int64_t cap = money_share(month->price_minor, month->cap_bp, FULL_BP);
	month->due_minor = month->sum_minor < cap ? month->sum_minor : cap;
}

static struct sla_money *money_of(struct sla_report *report, int64_t supplier, const char *name, const char *currency)
{
	for (int i = 0; i < report->money_count; i++)
		if (report->money[i].supplier_id == supplier && strcmp(report->money[i].currency, currency) == 0)
			return &report->money[i];
	struct sla_money *money = &report->money[report->money_count++];
	*money = (struct sla_money){ .supplier_id = supplier, .supplier = name, .currency = currency };
	return money;
}

void sla_credits_finish(struct sla_report *report)
{
	size_t most = (size_t)report->contract_count * (size_t)report->period.credit_months + (size_t)report->share_count + 1;
	report->money = arena_array(report->ctx->arena, most, sizeof(*report->money));
	for (int c = 0; c < report->contract_count; c++)
		for (int m = 0; m < report->period.credit_months; m++) {
			struct sla_contract_month *month = &report->contracts[c].months[m];
			if (!month->has_terms || !month->has_price)
				continue;
			finish_month(month);
			if (month->due_minor > 0)
				money_of(report, report->contracts[c].supplier_id, report->contracts[c].supplier, month->currency)->due_minor += month->due_minor;
		}
	for (int i = 0; i < report->share_count; i++)
		if (report->shares[i].loss_minor > 0)
			money_of(report, report->shares[i].supplier_id, report->shares[i].supplier, report->outages[report->shares[i].outage].currency)->loss_minor +=
				report->shares[i].loss_minor;
}

/* A line for each metric that has steps in the month. */
static bool credit_shown(const struct sla_contract_month *month, int metric)
{
	return month->has_terms && month->has_price && month->step_count[metric] > 0;
}

static int64_t lines(const struct sla_report *report, bool due)
{
	int64_t count = 0;
	for (int c = 0; c < report->contract_count; c++)
		for (int m = 0; m < report->period.credit_months; m++) {
			int shown = 0;
			for (int metric = 0; metric < SLA_METRICS; metric++)
				shown += credit_shown(&report->contracts[c].months[m], metric);
			count += due ? shown > 0 : shown;
		}
	return count;
}

void sla_money_tables_begin(struct sla_report *report)
{
	enum words_language language = report->language;
	int64_t most = report->request.rows_per_sheet > 0 ? report->request.rows_per_sheet : TABLE_ROWS_MAX;
	const struct column credits[CREDITS_COLUMNS] = { COLUMN(CREDITS_NO, NO, ID, 5, 12), COLUMN(CREDITS_SUPPLIER, SUPPLIER, TEXT, 14, 36),
		COLUMN(CREDITS_CONTRACT_NO, CONTRACT_NO, ID, 9, 12), COLUMN(CREDITS_CONTRACT, CONTRACT, TEXT, 12, 24),
		COLUMN(CREDITS_EDITION, EDITION, INT, 8, 12), COLUMN(CREDITS_METRIC, METRIC, TEXT, 12, 24),
		COLUMN(CREDITS_MONTH, MONTH_FROM, DAY, 12, 14), COLUMN(CREDITS_TO, MONTH_TO, DAY, 12, 14),
		COLUMN(CREDITS_KEPT, KEPT, INT, 8, 12), COLUMN(CREDITS_BREACHED, BREACHED, INT, 9, 13),
		COLUMN(CREDITS_SHARE, COMPLIANCE, PERCENT, 11, 14), COLUMN(CREDITS_STEPS, STEPS, TEXT, 24, 60),
		COLUMN(CREDITS_REACHED, STEP_REACHED, INT, 9, 13), COLUMN(CREDITS_PERCENT, CREDIT_PERCENT, PERCENT, 9, 13),
		COLUMN(CREDITS_PRICE, MONTH_PRICE, MONEY, 14, 20), COLUMN(CREDITS_AMOUNT, CREDIT_AMOUNT, MONEY, 14, 20),
		COLUMN(CREDITS_CURRENCY, CURRENCY, SIGN, 9, 12), COLUMN(CREDITS_COMPLETE, MONTH_STATE, SIGN, 12, 20) };
	const struct column dues[DUE_COLUMNS] = { COLUMN(DUE_NO, NO, ID, 5, 12), COLUMN(DUE_SUPPLIER, SUPPLIER, TEXT, 14, 36),
		COLUMN(DUE_CONTRACT_NO, CONTRACT_NO, ID, 9, 12), COLUMN(DUE_CONTRACT, CONTRACT, TEXT, 12, 24), COLUMN(DUE_MONTH, MONTH_FROM, DAY, 12, 14),
		COLUMN(DUE_SUM, CREDIT_SUM, MONEY, 14, 20), COLUMN(DUE_PRICE, MONTH_PRICE, MONEY, 14, 20), COLUMN(DUE_CAP, CAP_PERCENT, PERCENT, 9, 13),
		COLUMN(DUE_CAP_AMOUNT, CAP_AMOUNT, MONEY, 14, 20), COLUMN(DUE_AMOUNT, CREDIT_DUE, MONEY, 14, 20),
		COLUMN(DUE_CURRENCY, CURRENCY, SIGN, 9, 12), COLUMN(DUE_COMPLETE, MONTH_STATE, SIGN, 12, 20) };
	const struct column steps[STEPS_COLUMNS] = { COLUMN(STEPS_CONTRACT_NO, CONTRACT_NO, ID, 9, 12), COLUMN(STEPS_CONTRACT, CONTRACT, TEXT, 12, 24),
		COLUMN(STEPS_EDITION, EDITION, INT, 8, 12), COLUMN(STEPS_METRIC, METRIC, TEXT, 12, 24), COLUMN(STEPS_BELOW, STEP_BELOW, PERCENT_2, 11, 16),
		COLUMN(STEPS_CREDIT, STEP_CREDIT, PERCENT_2, 11, 16), COLUMN(STEPS_MORE, STEP_MORE, PERCENT_2, 13, 18) };
	table_begin(&report->credits, report->book, sla_columns_keep(report, credits, CREDITS_COLUMNS), CREDITS_COLUMNS, most);
	table_begin(&report->credits_due, report->book, sla_columns_keep(report, dues, DUE_COLUMNS), DUE_COLUMNS, most);
	table_begin(&report->steps, report->book, sla_columns_keep(report, steps, STEPS_COLUMNS), STEPS_COLUMNS, most);
	table_plan(&report->credits, lines(report, false));
	table_plan(&report->credits_due, lines(report, true));
	table_plan(&report->steps, rows_count(report->step_rows));
	if (!book_good(report->book))
		return;
	table_create(&report->credits, words_get(language, WORD_SHEET_CREDITS));
	table_create(&report->credits_due, words_get(language, WORD_SHEET_DUE));
	table_create(&report->steps, words_get(language, WORD_SHEET_STEPS));
}

static struct text_out formula_begin(struct sla_report *report)
{
	struct text_out out;
	text_begin(&out, report->ctx->arena, 512);
	text_append_char(&out, '=');
	return out;
}

static const char *here(struct sla_report *report, const struct table *table, int column)
{
	char letters[4];
	column_letters(column, letters);
	return arena_printf(report->ctx->arena, "$%s%lld", letters, (long long)sheet_row_now(table->sheet) + 1);
}

static void put_count(struct sla_report *report, int column, enum word verdict, int64_t value)
{
	struct arena *arena = report->ctx->arena;
	struct table *table = &report->credits;
	struct text_out out = formula_begin(report);
	struct condition conditions[] = { { CLOCKS_CONTRACT_NO, here(report, table, CREDITS_CONTRACT_NO) },
		{ CLOCKS_METRIC, here(report, table, CREDITS_METRIC) },
		{ CLOCKS_DECIDED, arena_printf(arena, "\">=\"&%s", here(report, table, CREDITS_MONTH)) },
		{ CLOCKS_DECIDED, arena_printf(arena, "\"<\"&%s", here(report, table, CREDITS_TO)) },
		{ CLOCKS_VERDICT, arena_printf(arena, "\"%s\"", words_get(report->language, verdict)) } };
	formula_count(&out, &report->clocks, conditions, 5);
	text_append_char(&out, '+');
	formula_count(&out, &report->earlier, conditions, 5);
	cell_formula(table->sheet, column, CELL_INT, out.data, (double)value);
}

/* Steps whose bound lies above the share: how many, and the sum of what each adds to the one before, which is the deepest one's credit. */
static void put_steps(struct sla_report *report, const struct sla_credit *credit)
{
	struct arena *arena = report->ctx->arena;
	struct table *table = &report->credits;
	const char *share = here(report, table, CREDITS_SHARE);
	struct condition conditions[] = { { STEPS_CONTRACT_NO, here(report, table, CREDITS_CONTRACT_NO) },
		{ STEPS_EDITION, here(report, table, CREDITS_EDITION) }, { STEPS_METRIC, here(report, table, CREDITS_METRIC) },
		{ STEPS_BELOW, arena_printf(arena, "\">\"&%s", share) } };
	struct text_out count = formula_begin(report), percent = formula_begin(report);
	text_append_printf(&count, "IF(%s=\"\",0,", share);
	formula_count(&count, &report->steps, conditions, 4);
	text_append_char(&count, ')');
	text_append_printf(&percent, "IF(%s=\"\",0,ROUND(", share);
	formula_sum(&percent, &report->steps, STEPS_MORE, conditions, 4);
	text_append_z(&percent, ",6))");
	cell_formula(table->sheet, CREDITS_REACHED, CELL_INT, count.data, credit->steps_reached);
	cell_formula(table->sheet, CREDITS_PERCENT, CELL_PERCENT, percent.data, credit->credit_bp / 10000.0);
}

static const char *steps_text(struct sla_report *report, const struct sla_contract_month *month, int metric)
{
	struct text_out out;
	text_begin(&out, report->ctx->arena, 128);
	for (int i = 0; i < month->step_count[metric]; i++)
		text_append_printf(&out, "%s< %.4g %% → %.4g %%", i > 0 ? "; " : "", month->steps[metric][i].below_bp / 100.0,
			month->steps[metric][i].credit_bp / 100.0);
	return out.data;
}

static enum word month_state(const struct sla_report *report, int month)
{
	instant ends = report->period.credit[month + 1];
	bool whole = report->period.credit_day[month + 1] <= report->period.to_day;
	return whole && ends <= report->ctx->now ? WORD_MONTH_WHOLE : WORD_MONTH_PART;
}

static int64_t month_end_day(const struct sla_report *report, int month)
{
	int64_t next = report->period.credit_day[month + 1];
	return next < report->period.to_day ? next : report->period.to_day;
}

static bool credit_line(struct sla_report *report, const struct sla_contract *contract, int m, int metric)
{
	struct arena *arena = report->ctx->arena;
	struct table *table = &report->credits;
	const struct sla_contract_month *month = &contract->months[m];
	const struct sla_credit *credit = &month->credit[metric];
	if (!table_row(table))
		return false;
	struct sheet *sheet = table->sheet;
	double share;
	cell_number(sheet, CREDITS_NO, CELL_ID, (double)contract->supplier_id);
	cell_text(sheet, CREDITS_SUPPLIER, CELL_TEXT, contract->supplier);
	cell_number(sheet, CREDITS_CONTRACT_NO, CELL_ID, (double)contract->id);
	cell_text(sheet, CREDITS_CONTRACT, CELL_TEXT, contract->number);
	cell_number(sheet, CREDITS_EDITION, CELL_INT, (double)month->version);
	cell_text(sheet, CREDITS_METRIC, CELL_TEXT, words_of(report->language, "METRIC", sla_metrics[metric]));
	cell_day(sheet, CREDITS_MONTH, CELL_DAY, report->period.credit_day[m]);
	cell_day(sheet, CREDITS_TO, CELL_DAY, month_end_day(report, m));
	put_count(report, CREDITS_KEPT, WORD_VERDICT_KEPT, credit->kept);
	put_count(report, CREDITS_BREACHED, WORD_VERDICT_BREACHED, credit->breached);
	const char *kept = here(report, table, CREDITS_KEPT), *breached = here(report, table, CREDITS_BREACHED);
	const char *formula = arena_printf(arena, "=IF(%s+%s=0,\"\",%s/(%s+%s))", kept, breached, kept, kept, breached);
	if (sla_share(credit->kept, credit->breached, &share))
		cell_formula(sheet, CREDITS_SHARE, CELL_PERCENT_2, formula, share);
	else
		cell_formula_text(sheet, CREDITS_SHARE, CELL_PERCENT_2, formula, "");
	cell_text(sheet, CREDITS_STEPS, CELL_TEXT, steps_text(report, month, metric));
	put_steps(report, credit);
	cell_number(sheet, CREDITS_PRICE, CELL_MONEY, money_value(month->price_minor));
	cell_formula(sheet, CREDITS_AMOUNT, CELL_MONEY,
		arena_printf(arena, "=ROUND(ROUND(%s*100,0)*ROUND(%s*10000,0)/10000,0)/100", here(report, table, CREDITS_PRICE),
			here(report, table, CREDITS_PERCENT)),
		money_value(credit->amount_minor));
	cell_text(sheet, CREDITS_CURRENCY, CELL_SIGN, month->currency);
	cell_text(sheet, CREDITS_COMPLETE, CELL_SIGN, words_get(report->language, month_state(report, m)));
	return book_good(report->book);
}

static bool due_line(struct sla_report *report, const struct sla_contract *contract, int m)
{
	struct arena *arena = report->ctx->arena;
	struct table *table = &report->credits_due;
	const struct sla_contract_month *month = &contract->months[m];
	if (!table_row(table))
		return false;
	struct sheet *sheet = table->sheet;
	struct condition conditions[] = { { CREDITS_CONTRACT_NO, here(report, table, DUE_CONTRACT_NO) },
		{ CREDITS_MONTH, here(report, table, DUE_MONTH) } };
	struct text_out sum = formula_begin(report);
	text_append_z(&sum, "ROUND(");
	formula_sum(&sum, &report->credits, CREDITS_AMOUNT, conditions, 2);
	text_append_z(&sum, ",2)");
	cell_number(sheet, DUE_NO, CELL_ID, (double)contract->supplier_id);
	cell_text(sheet, DUE_SUPPLIER, CELL_TEXT, contract->supplier);
	cell_number(sheet, DUE_CONTRACT_NO, CELL_ID, (double)contract->id);
	cell_text(sheet, DUE_CONTRACT, CELL_TEXT, contract->number);
	cell_day(sheet, DUE_MONTH, CELL_DAY, report->period.credit_day[m]);
	cell_formula(sheet, DUE_SUM, CELL_MONEY, sum.data, money_value(month->sum_minor));
	cell_number(sheet, DUE_PRICE, CELL_MONEY, money_value(month->price_minor));
	cell_number(sheet, DUE_CAP, CELL_PERCENT, month->cap_bp / 10000.0);
	cell_formula(sheet, DUE_CAP_AMOUNT, CELL_MONEY,
		arena_printf(arena, "=ROUND(ROUND(%s*100,0)*ROUND(%s*10000,0)/10000,0)/100", here(report, table, DUE_PRICE), here(report, table, DUE_CAP)),
		money_value(money_share(month->price_minor, month->cap_bp, FULL_BP)));
	cell_formula(sheet, DUE_AMOUNT, CELL_MONEY,
		arena_printf(arena, "=MIN(%s,%s)", here(report, table, DUE_SUM), here(report, table, DUE_CAP_AMOUNT)), money_value(month->due_minor));
	cell_text(sheet, DUE_CURRENCY, CELL_SIGN, month->currency);
	cell_text(sheet, DUE_COMPLETE, CELL_SIGN, words_get(report->language, month_state(report, m)));
	return book_good(report->book);
}

/* Each step with what it adds to the milder one before it. */
static bool write_steps(struct sla_report *report)
{
	const struct rows *rows = report->step_rows;
	struct table *table = &report->steps;
	int64_t before = 0;
	for (int i = 0; i < rows_count(rows); i++) {
		bool first = i == 0 || rows_int(rows, i, 0) != rows_int(rows, i - 1, 0) || strcmp(rows_text(rows, i, 4), rows_text(rows, i - 1, 4)) != 0;
		int64_t credit = rows_int(rows, i, 6);
		if (!table_row(table))
			return false;
		before = first ? 0 : before;
		cell_number(table->sheet, STEPS_CONTRACT_NO, CELL_ID, (double)rows_int(rows, i, 1));
		cell_text(table->sheet, STEPS_CONTRACT, CELL_TEXT, rows_text(rows, i, 2));
		cell_number(table->sheet, STEPS_EDITION, CELL_INT, (double)rows_int(rows, i, 3));
		cell_text(table->sheet, STEPS_METRIC, CELL_TEXT, words_of(report->language, "METRIC", rows_text(rows, i, 4)));
		cell_number(table->sheet, STEPS_BELOW, CELL_PERCENT_2, (double)rows_int(rows, i, 5) / 10000);
		cell_number(table->sheet, STEPS_CREDIT, CELL_PERCENT_2, (double)credit / 10000);
		cell_number(table->sheet, STEPS_MORE, CELL_PERCENT_2, (double)(credit - before) / 10000);
		before = credit;
	}
	return table_end(table);
}

bool sla_credits_write(struct sla_report *report)
{
	for (int c = 0; c < report->contract_count; c++)
		for (int m = 0; m < report->period.credit_months; m++) {
			int shown = 0;
			for (int metric = 0; metric < SLA_METRICS; metric++) {
				if (!credit_shown(&report->contracts[c].months[m], metric))
					continue;
				shown++;
				if (!credit_line(report, &report->contracts[c], m, metric))
					return false;
			}
			if (shown > 0 && !due_line(report, &report->contracts[c], m))
				return false;
		}
	return table_end(&report->credits) && table_end(&report->credits_due) && write_steps(report);
}
