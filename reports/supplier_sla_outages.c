/* Outages of services that earn: how many earning hours, what they cost, and whose move it was meanwhile. Money as in credits.c.
 * Owns nothing. Refuses: to count overlapping incidents of a service twice (report_outage merges them). */
#include "reports/supplier_sla.h"

#include "reports/supplier_sla.sql.h"
#include "sla/subject.h"

#include <stdlib.h>

#define HOUR_S 3600
#define COLUMN(place, word, style, least, most) \
	[place] = { words_get(language, WORD_##word), CELL_##style, least, most }

static struct query_args outage_args(struct sla_report *report)
{
	struct query_args args = query_args(report->ctx);
	arg_instant(&args, report->period.from);
	arg_instant(&args, report->period.to);
	arg_instant(&args, report->ctx->now);
	arg_int_or_null(&args, report->request.supplier_id, report->request.supplier_id == 0);
	return args;
}

static bool read_outages(struct sla_report *report, const struct rows *rows, int64_t **calendars_r)
{
	struct ctx *ctx = report->ctx;
	report->outage_count = rows_count(rows);
	report->outages = arena_array(ctx->arena, (size_t)report->outage_count + 1, sizeof(*report->outages));
	*calendars_r = arena_array(ctx->arena, (size_t)report->outage_count + 1, sizeof(**calendars_r));
	for (int i = 0; i < report->outage_count; i++) {
		const struct calendar *calendar = calendar_of_version(ctx, rows_int(rows, i, 10));
		if (!calendar)
			return false;
		struct sla_outage *outage = &report->outages[i];
		*outage = (struct sla_outage){ .service_id = rows_int(rows, i, 0),
			.service = rows_text(rows, i, 1),
			.from = rows_instant(rows, i, 2),
			.to = rows_instant(rows, i, 3),
			.goes_on = rows_bool(rows, i, 4),
			.incidents = rows_int(rows, i, 5),
			.tickets = rows_text(rows, i, 6),
			.cis = rows_text(rows, i, 7),
			.rate_minor = rows_int(rows, i, 8),
			.currency = rows_text(rows, i, 9) };
		outage->earning_s = calendar_worked_s(calendar, outage->from, outage->to);
		outage->loss_minor = money_share(outage->rate_minor, outage->earning_s, HOUR_S);
		(*calendars_r)[i] = rows_int(rows, i, 10);
	}
	return true;
}

static int find_outage(const struct sla_report *report, int64_t service, instant from)
{
	for (int i = 0; i < report->outage_count; i++)
		if (report->outages[i].service_id == service && report->outages[i].from == from)
			return i;
	return -1;
}

/* Earning time in the pieces of a row. */
static bool waited(struct ctx *ctx, const struct rows *rows, int row, int64_t calendar_id, int64_t *waited_s_r)
{
	const struct calendar *calendar = calendar_of_version(ctx, calendar_id);
	const char *const *starts, *const *ends;
	int count = rows_array(ctx, rows, row, 5, &starts);
	INVARIANT(rows_array(ctx, rows, row, 6, &ends) == count);
	*waited_s_r = 0;
	for (int i = 0; calendar && i < count; i++)
		*waited_s_r += calendar_worked_s(calendar, strtoll(starts[i], NULL, 10), strtoll(ends[i], NULL, 10));
	return calendar != NULL;
}

static bool read_waits(struct sla_report *report, const struct rows *rows, const int64_t *calendars)
{
	report->shares = arena_array(report->ctx->arena, (size_t)rows_count(rows) + 1, sizeof(*report->shares));
	for (int i = 0; i < rows_count(rows); i++) {
		int64_t waited_s;
		int outage = find_outage(report, rows_int(rows, i, 0), rows_instant(rows, i, 1));
		if (outage < 0)
			continue; /* of another supplier, when one was asked for */
		if (!waited(report->ctx, rows, i, calendars[outage], &waited_s))
			return false;
		if (rows_null(rows, i, 2)) {
			report->outages[outage].waited_s = waited_s;
			continue;
		}
		report->shares[report->share_count++] = (struct sla_share){ .outage = outage,
			.supplier_id = rows_int(rows, i, 2),
			.supplier = rows_text(rows, i, 3),
			.cases = rows_text(rows, i, 4),
			.waited_s = waited_s,
			.loss_minor = money_share(report->outages[outage].rate_minor, waited_s, HOUR_S) };
	}
	return true;
}

bool sla_outages_load(struct sla_report *report)
{
	struct query_args args = outage_args(report);
	struct query_step steps[] = { { QUERY_REPORT_SLA_OUTAGES, &args, NULL }, { QUERY_REPORT_SLA_OUTAGE_WAITS, &args, NULL } };
	int64_t *calendars;
	return query_pipeline(report->ctx, steps, 2) && read_outages(report, steps[0].rows, &calendars) &&
		read_waits(report, steps[1].rows, calendars);
}

void sla_outage_tables_begin(struct sla_report *report)
{
	enum words_language language = report->language;
	int64_t most = report->request.rows_per_sheet > 0 ? report->request.rows_per_sheet : TABLE_ROWS_MAX;
	const struct column outages[OUTAGES_COLUMNS] = { COLUMN(OUTAGES_NO, SERVICE_NO, ID, 9, 12), COLUMN(OUTAGES_SERVICE, SERVICE, TEXT, 18, 36),
		COLUMN(OUTAGES_FROM, PAUSE_FROM, INSTANT, 17, 20), COLUMN(OUTAGES_TO, PAUSE_TO, INSTANT, 17, 20),
		COLUMN(OUTAGES_STATE, OUTAGE_STATE, SIGN, 12, 18), COLUMN(OUTAGES_EARNING, EARNING_LOST, DURATION, 12, 16),
		COLUMN(OUTAGES_RATE, RATE, MONEY, 14, 20), COLUMN(OUTAGES_LOSS, LOSS, MONEY, 16, 22), COLUMN(OUTAGES_CURRENCY, CURRENCY, SIGN, 9, 12),
		COLUMN(OUTAGES_WAITED, WAITED, DURATION, 14, 18), COLUMN(OUTAGES_WAITED_SHARE, WAITED_SHARE, PERCENT, 14, 18),
		COLUMN(OUTAGES_INCIDENTS, INCIDENTS, INT, 10, 13), COLUMN(OUTAGES_TICKETS, TICKETS, TEXT, 20, 60), COLUMN(OUTAGES_CIS, CIS, TEXT, 20, 60) };
	const struct column shares[SHARES_COLUMNS] = { COLUMN(SHARES_NO, NO, ID, 5, 12), COLUMN(SHARES_SUPPLIER, SUPPLIER, TEXT, 14, 36),
		COLUMN(SHARES_SERVICE_NO, SERVICE_NO, ID, 9, 12), COLUMN(SHARES_SERVICE, SERVICE, TEXT, 18, 36),
		COLUMN(SHARES_FROM, PAUSE_FROM, INSTANT, 17, 20), COLUMN(SHARES_TO, PAUSE_TO, INSTANT, 17, 20),
		COLUMN(SHARES_WAITED, WAITED_THEM, DURATION, 14, 18), COLUMN(SHARES_PART, WAITED_SHARE, PERCENT, 14, 18),
		COLUMN(SHARES_RATE, RATE, MONEY, 14, 20), COLUMN(SHARES_LOSS, LOSS_WAITED, MONEY, 16, 22), COLUMN(SHARES_CURRENCY, CURRENCY, SIGN, 9, 12),
		COLUMN(SHARES_CASES, CASES_LIST, TEXT, 20, 60) };
	table_begin(&report->outages_table, report->book, sla_columns_keep(report, outages, OUTAGES_COLUMNS), OUTAGES_COLUMNS, most);
	table_begin(&report->shares_table, report->book, sla_columns_keep(report, shares, SHARES_COLUMNS), SHARES_COLUMNS, most);
	table_plan(&report->outages_table, report->outage_count);
	table_plan(&report->shares_table, report->share_count);
	if (!book_good(report->book))
		return;
	table_create(&report->outages_table, words_get(language, WORD_SHEET_OUTAGES));
	table_create(&report->shares_table, words_get(language, WORD_SHEET_SHARES));
}

static const char *cell(struct sla_report *report, const struct table *table, int column)
{
	char letters[4];
	column_letters(column, letters);
	return arena_printf(report->ctx->arena, "%s%lld", letters, (long long)sheet_row_now(table->sheet) + 1);
}

/* Rate × seconds ÷ 3600, rounded to hundredths once. */
static void put_loss(struct sla_report *report, const struct table *table, int column, int rate, int time, int64_t value)
{
	cell_formula(table->sheet, column, CELL_MONEY,
		arena_printf(report->ctx->arena, "=ROUND(ROUND(%s*100,0)*ROUND(%s*86400,0)/3600,0)/100", cell(report, table, rate), cell(report, table, time)),
		money_value(value));
}

static bool outage_line(struct sla_report *report, const struct sla_outage *outage)
{
	struct table *table = &report->outages_table;
	if (!table_row(table))
		return false;
	struct sheet *sheet = table->sheet;
	cell_number(sheet, OUTAGES_NO, CELL_ID, (double)outage->service_id);
	cell_text(sheet, OUTAGES_SERVICE, CELL_TEXT, outage->service);
	cell_instant(sheet, OUTAGES_FROM, CELL_INSTANT, outage->from);
	cell_instant(sheet, OUTAGES_TO, CELL_INSTANT, outage->to);
	cell_text(sheet, OUTAGES_STATE, CELL_SIGN, words_get(report->language, outage->goes_on ? WORD_OUTAGE_OPEN : WORD_OUTAGE_OVER));
	cell_seconds(sheet, OUTAGES_EARNING, CELL_DURATION, outage->earning_s);
	cell_number(sheet, OUTAGES_RATE, CELL_MONEY, money_value(outage->rate_minor));
	put_loss(report, table, OUTAGES_LOSS, OUTAGES_RATE, OUTAGES_EARNING, outage->loss_minor);
	cell_text(sheet, OUTAGES_CURRENCY, CELL_SIGN, outage->currency);
	cell_seconds(sheet, OUTAGES_WAITED, CELL_DURATION, outage->waited_s);
	const char *earning = cell(report, table, OUTAGES_EARNING), *waited_cell = cell(report, table, OUTAGES_WAITED);
	const char *formula = arena_printf(report->ctx->arena, "=IF(%s=0,\"\",%s/%s)", earning, waited_cell, earning);
	if (outage->earning_s > 0)
		cell_formula(sheet, OUTAGES_WAITED_SHARE, CELL_PERCENT, formula, (double)outage->waited_s / (double)outage->earning_s);
	else
		cell_formula_text(sheet, OUTAGES_WAITED_SHARE, CELL_PERCENT, formula, "");
	cell_number(sheet, OUTAGES_INCIDENTS, CELL_INT, (double)outage->incidents);
	cell_text(sheet, OUTAGES_TICKETS, CELL_TEXT, outage->tickets);
	cell_text(sheet, OUTAGES_CIS, CELL_TEXT, outage->cis);
	return book_good(report->book);
}

static bool share_line(struct sla_report *report, const struct sla_share *share)
{
	struct table *table = &report->shares_table;
	const struct sla_outage *outage = &report->outages[share->outage];
	if (!table_row(table))
		return false;
	struct sheet *sheet = table->sheet;
	cell_number(sheet, SHARES_NO, CELL_ID, (double)share->supplier_id);
	cell_text(sheet, SHARES_SUPPLIER, CELL_TEXT, share->supplier);
	cell_number(sheet, SHARES_SERVICE_NO, CELL_ID, (double)outage->service_id);
	cell_text(sheet, SHARES_SERVICE, CELL_TEXT, outage->service);
	cell_instant(sheet, SHARES_FROM, CELL_INSTANT, outage->from);
	cell_instant(sheet, SHARES_TO, CELL_INSTANT, outage->to);
	cell_seconds(sheet, SHARES_WAITED, CELL_DURATION, share->waited_s);
	/* The outage is the one row of the other sheet with this service and beginning. */
	struct text_out part;
	struct condition conditions[] = { { OUTAGES_NO, cell(report, table, SHARES_SERVICE_NO) },
		{ OUTAGES_FROM, cell(report, table, SHARES_FROM) } };
	text_begin(&part, report->ctx->arena, 512);
	text_append_printf(&part, "=IFERROR(%s/(", cell(report, table, SHARES_WAITED));
	formula_sum(&part, &report->outages_table, OUTAGES_EARNING, conditions, 2);
	text_append_z(&part, "),\"\")");
	if (outage->earning_s > 0)
		cell_formula(sheet, SHARES_PART, CELL_PERCENT, part.data, (double)share->waited_s / (double)outage->earning_s);
	else
		cell_formula_text(sheet, SHARES_PART, CELL_PERCENT, part.data, "");
	cell_number(sheet, SHARES_RATE, CELL_MONEY, money_value(outage->rate_minor));
	put_loss(report, table, SHARES_LOSS, SHARES_RATE, SHARES_WAITED, share->loss_minor);
	cell_text(sheet, SHARES_CURRENCY, CELL_SIGN, outage->currency);
	cell_text(sheet, SHARES_CASES, CELL_TEXT, share->cases);
	return book_good(report->book);
}

bool sla_outages_write(struct sla_report *report)
{
	for (int i = 0; i < report->outage_count; i++)
		if (!outage_line(report, &report->outages[i]))
			return false;
	for (int i = 0; i < report->share_count; i++)
		if (!share_line(report, &report->shares[i]))
			return false;
	return table_end(&report->outages_table) && table_end(&report->shares_table);
}
