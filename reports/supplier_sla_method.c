/* The last sheet: what the figures mean, on which hours and terms they rest, who made them, and how anyone can check them. Owns nothing. */
#include "reports/supplier_sla.h"
#include "reports/supplier_sla.sql.h"

#include <stdlib.h>
#include <string.h>

#define TEXT_WIDTH 150
#define TEXT_LAST 8
#define LINE_POINTS 13.5

enum { M_LABEL, M_TEXT };

static const char *word(const struct sla_report *report, enum word key)
{
	return words_get(report->language, key);
}

static void next_row(struct sla_report *report, int by)
{
	sheet_row(report->method, sheet_row_now(report->method) + by);
}

/* The height is set here: not every reader fits wrapped rows when it opens a file. */
static void fact(struct sla_report *report, enum word label, const char *text)
{
	size_t lines = text_utf8_length(text) / TEXT_WIDTH + 1;
	next_row(report, 1);
	sheet_row_height(report->method, LINE_POINTS * (double)lines + 4);
	cell_text(report->method, M_LABEL, CELL_LABEL, word(report, label));
	cell_text_across(report->method, M_TEXT, TEXT_LAST, CELL_WRAP, text);
}

static void put_texts(struct sla_report *report)
{
	struct arena *arena = report->ctx->arena;
	enum words_language language = report->language;
	char from[INSTANT_TEXT_BYTES], to[INSTANT_TEXT_BYTES], now[INSTANT_TEXT_BYTES];
	const char *cases = word(report, WORD_SHEET_CASES), *clocks = word(report, WORD_SHEET_CLOCKS),
			   *earlier = word(report, WORD_SHEET_EARLIER);
	book_day_text(report->book, report->period.from_day, from);
	book_day_text(report->book, report->period.to_day, to);
	book_instant_text(report->book, report->ctx->now, now);
	fact(report, WORD_METHOD_PERIOD,
		words_fill(arena, language, WORD_METHOD_PERIOD_TEXT, from, to, report->request.zone, NULL));
	if (report->period.unfinished)
		fact(report, WORD_METHOD_PERIOD, words_fill(arena, language, WORD_UNFINISHED, now, NULL));
	fact(report, WORD_METHOD_CLOCK, word(report, WORD_METHOD_CLOCK_TEXT));
	fact(report, WORD_METHOD_METRICS, word(report, WORD_METHOD_METRICS_TEXT));
	fact(report, WORD_METHOD_KEPT, word(report, WORD_METHOD_KEPT_TEXT));
	fact(report, WORD_METHOD_BELONGS, words_fill(arena, language, WORD_METHOD_BELONGS_TEXT, now, NULL));
	fact(report, WORD_METHOD_COMPLIANCE, word(report, WORD_METHOD_COMPLIANCE_TEXT));
	fact(report, WORD_METHOD_TIMES, word(report, WORD_METHOD_TIMES_TEXT));
	for (int g = 0; g < report->group_count; g++) {
		if (report->groups[g].clock_sheet >= 0)
			continue;
		fact(report, WORD_METHOD_TIMES, word(report, WORD_METHOD_TIMES_SPLIT));
		break;
	}
	fact(report, WORD_METHOD_CASES, word(report, WORD_METHOD_CASES_TEXT));
	fact(report, WORD_METHOD_LIVE,
		words_fill(arena, language, WORD_METHOD_LIVE_TEXT, word(report, WORD_SHEET_SUMMARY),
			word(report, WORD_SHEET_TREND), cases, clocks, earlier, NULL));
	fact(report, WORD_METHOD_LATE,
		words_fill(arena, language, WORD_METHOD_LATE_TEXT, word(report, WORD_SHEET_PAUSES), NULL));
	fact(report, WORD_METHOD_EDITIONS, word(report, WORD_METHOD_EDITIONS_TEXT));
	fact(report, WORD_METHOD_CREDITS,
		words_fill(arena, language, WORD_METHOD_CREDITS_TEXT, word(report, WORD_SHEET_CREDITS), word(report, WORD_SHEET_DUE),
			word(report, WORD_SHEET_STEPS), NULL));
	fact(report, WORD_METHOD_OUTAGES,
		words_fill(arena, language, WORD_METHOD_OUTAGES_TEXT, word(report, WORD_SHEET_OUTAGES), word(report, WORD_SHEET_SHARES), NULL));
	fact(report, WORD_METHOD_SPLIT, word(report, WORD_METHOD_SPLIT_TEXT));
	if (report->supplier_count > SLA_SUPPLIER_SHEETS_MAX)
		fact(report, WORD_METHOD_SHEETS, word(report, WORD_METHOD_SHEETS_TEXT));
	fact(report, WORD_METHOD_MADE,
		words_fill(arena, language, WORD_METHOD_MADE_TEXT, now, report->request.made_by, VAKHTA_VERSION, NULL));
	fact(report, WORD_METHOD_EVIDENCE,
		words_fill(arena, language, WORD_METHOD_EVIDENCE_TEXT,
			arena_printf(arena, "%lld", (long long)report->case_count), cases, NULL));
	next_row(report, 1);
	cell_text(report->method, M_TEXT, CELL_CODE, report->evidence);
	fact(report, WORD_METHOD_ANCHOR, report->anchor ? report->anchor : word(report, WORD_METHOD_NO_ANCHOR));
	fact(report, WORD_METHOD_VERIFY, words_fill(arena, language, WORD_METHOD_VERIFY_TEXT, cases, NULL));
}

static void heading(
	struct sla_report *report, enum word title, const enum word *words, const enum cell_style *styles, int count)
{
	next_row(report, 2);
	cell_text(report->method, M_LABEL, CELL_SECTION, word(report, title));
	next_row(report, 1);
	for (int column = 0; column < count; column++)
		cell_text(report->method, column, head_of(styles[column]), word(report, words[column]));
}

static void put_day(struct sla_report *report, int column, const char *day_or_null)
{
	int64_t day;
	if (day_or_null && day_parse(day_or_null, &day))
		cell_day(report->method, column, CELL_DAY, day);
}

static bool put_contracts(struct sla_report *report)
{
	static const enum word words[] = { WORD_CONTRACT, WORD_CONTRACT_NAME, WORD_SUPPLIER, WORD_EDITION, WORD_VALID_FROM, WORD_VALID_TO,
		WORD_CALENDAR_NAME, WORD_PAUSE_LIMIT, WORD_PRIORITY, WORD_METRIC, WORD_TARGET, WORD_GOAL };
	static const enum cell_style styles[] = { CELL_TEXT, CELL_TEXT, CELL_TEXT, CELL_INT, CELL_DAY, CELL_DAY, CELL_TEXT,
		CELL_DURATION, CELL_INT, CELL_TEXT, CELL_DURATION, CELL_PERCENT_2 };
	struct query_args args = query_args(report->ctx);
	struct sheet *sheet = report->method;
	arg_ints(&args, report->terms_ids, report->terms_count);
	struct rows *rows = query_run(report->ctx, QUERY_REPORT_SLA_CONTRACTS, &args);
	if (!rows)
		return false;
	heading(report, WORD_METHOD_CONTRACTS, words, styles, (int)(sizeof(words) / sizeof(*words)));
	for (int i = 0; i < rows_count(rows); i++) {
		next_row(report, 1);
		for (int column = 0; column < 3; column++)
			cell_text(sheet, column, CELL_TEXT, rows_text(rows, i, column));
		cell_number(sheet, 3, CELL_INT, (double)rows_int(rows, i, 3));
		put_day(report, 4, rows_text(rows, i, 4));
		put_day(report, 5, rows_text(rows, i, 5));
		cell_text(sheet, 6, CELL_TEXT, rows_text(rows, i, 6));
		cell_seconds(sheet, 7, CELL_DURATION, rows_int(rows, i, 7));
		if (rows_null(rows, i, 8))
			continue; /* an edition without targets */
		cell_number(sheet, 8, CELL_INT, (double)rows_int(rows, i, 8));
		cell_text(sheet, 9, CELL_TEXT, words_of(report->language, "METRIC", rows_text(rows, i, 9)));
		cell_seconds(sheet, 10, CELL_DURATION, rows_int(rows, i, 10));
		cell_number(sheet, 11, CELL_PERCENT_2, strtod(rows_text(rows, i, 11), NULL) / 100);
	}
	return true;
}

static bool put_calendars(struct sla_report *report)
{
	static const enum word words[] = { WORD_CALENDAR_NAME, WORD_HOURS, WORD_DAY, WORD_VERSION, WORD_ZONE };
	static const enum cell_style styles[] = { CELL_TEXT, CELL_TEXT, CELL_TEXT, CELL_INT, CELL_TEXT };
	struct ctx *ctx = report->ctx;
	struct query_args args = query_args(ctx);
	struct sheet *sheet = report->method;
	char from[INSTANT_TEXT_BYTES], to[INSTANT_TEXT_BYTES];
	/* A clock that stopped in the period may have begun long before. */
	day_format(report->period.month_day[0] - 366, from);
	day_format(report->period.to_day, to);
	arg_ints(&args, report->calendar_ids, report->calendar_count);
	arg_text(&args, from);
	arg_text(&args, to);
	struct rows *rows = query_run(ctx, QUERY_REPORT_SLA_CALENDARS, &args);
	if (!rows)
		return false;
	heading(report, WORD_METHOD_CALENDARS, words, styles, (int)(sizeof(words) / sizeof(*words)));
	for (int i = 0; i < rows_count(rows); i++) {
		const char *hours = rows_text(rows, i, 6), *weekday = rows_text(rows, i, 4);
		char day[INSTANT_TEXT_BYTES];
		int64_t date;
		next_row(report, 1);
		cell_text(sheet, 0, CELL_TEXT, rows_text(rows, i, 0));
		cell_text(sheet, 1, CELL_TEXT, hours ? hours : word(report, WORD_NO_HOURS));
		if (weekday) {
			cell_text(sheet, 2, CELL_TEXT, words_of(report->language, "DAY", weekday));
		} else if (day_parse(rows_text(rows, i, 5), &date)) {
			book_day_text(report->book, date, day);
			cell_text(sheet, 2, CELL_TEXT, words_fill(ctx->arena, report->language, WORD_EXCEPTION, day, NULL));
		}
		cell_number(sheet, 3, CELL_INT, (double)rows_int(rows, i, 1));
		cell_text(sheet, 4, CELL_TEXT, rows_text(rows, i, 2));
	}
	return true;
}

/* The newest anchor of all chains: who has its file can see that nothing was rewritten since. */
static bool read_anchor(struct sla_report *report)
{
	struct rows *rows = query_run(report->ctx, QUERY_REPORT_SLA_ANCHOR, NULL);
	if (!rows)
		return false;
	if (rows_count(rows) > 0)
		report->anchor = words_fill(report->ctx->arena, report->language, WORD_METHOD_ANCHOR_TEXT, rows_text(rows, 0, 0), rows_text(rows, 0, 1),
			rows_text(rows, 0, 3), rows_text(rows, 0, 4), NULL);
	return true;
}

bool sla_method_write(struct sla_report *report)
{
	struct sheet *sheet = report->method;
	static const double least[] = { 24, 34, 26, 10, 13, 14, 20, 14, 10, 20, 11, 9 };
	sheet_print(sheet, 0, false);
	for (int column = 0; column < (int)(sizeof(least) / sizeof(*least)); column++)
		sheet_width(sheet, column, least[column], least[column]);
	sheet_row(sheet, 0);
	sheet_row_height(sheet, 30);
	cell_text(sheet, 0, CELL_TITLE, word(report, WORD_METHOD_TITLE));
	if (!read_anchor(report))
		return false;
	put_texts(report);
	return put_contracts(report) && put_calendars(report) && book_good(report->book);
}
