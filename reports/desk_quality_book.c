/* The workbook on the quality of the desk as a whole, its detail sheets and its method. Owns nothing that outlives the call but the file.
 * Refuses: comments of people who rated; they belong to the ticket's page, where who may see them is decided. */
#include "reports/desk_quality.h"

#include <string.h>

#define COLUMN(place, word, style, least, most) \
	[place] = { words_get(language, WORD_##word), CELL_##style, least, most }
#define LINE_POINTS 13.5
#define TEXT_WIDTH 150

static bool open_book(struct quality_report *report)
{
	struct arena *arena = report->ctx->arena;
	char from[INSTANT_TEXT_BYTES], to[INSTANT_TEXT_BYTES];
	day_format(report->period.from_day, from);
	day_format(report->period.to_day, to);
	struct book_options options = {
		.language = report->language == WORDS_RU ? "ru" : "en",
		.zone = report->request.zone,
		.title = words_get(report->language, WORD_QUALITY_TITLE),
		.subject = words_fill(arena, report->language, WORD_QUALITY_SUBJECT, from, to, NULL),
		.author = report->request.made_by,
		.comments = words_get(report->language, WORD_COMMENTS),
		.cut_mark = words_get(report->language, WORD_CUT_MARK),
	};
	report->book = book_open(report->ctx, &options);
	return report->book != NULL;
}

static const struct column *keep(struct quality_report *report, const struct column *columns, int count)
{
	struct column *copy = arena_array(report->ctx->arena, (size_t)count, sizeof(*copy));
	memcpy(copy, columns, (size_t)count * sizeof(*copy));
	return copy;
}

static void begin(struct quality_report *report, struct table *table, const struct column *columns, int count, int64_t rows, enum word name)
{
	int64_t most = report->request.rows_per_sheet > 0 ? report->request.rows_per_sheet : TABLE_ROWS_MAX;
	table_begin(table, report->book, keep(report, columns, count), count, most);
	table->fast = true;
	table_plan(table, rows);
	if (book_good(report->book))
		table_create(table, words_get(report->language, name));
}

static bool lay_out(struct quality_report *report)
{
	enum words_language language = report->language;
	const struct column tickets[Q_COLUMNS] = { COLUMN(Q_NUMBER, TICKET, TEXT, 12, 16), COLUMN(Q_KIND, KIND, TEXT, 12, 18), COLUMN(Q_PRIORITY, PRIORITY, INT, 8, 13),
		COLUMN(Q_LEVEL, LEVEL, INT, 8, 12), COLUMN(Q_TEAM_NO, NO, ID, 6, 12), COLUMN(Q_TEAM, TEAM, TEXT, 16, 34), COLUMN(Q_PERSON_NO, NO, ID, 6, 12),
		COLUMN(Q_PERSON, OWNER, TEXT, 16, 34), COLUMN(Q_OPENED, OPENED, INSTANT, 17, 20), COLUMN(Q_RESOLVED, RESOLVED, INSTANT, 17, 20),
		COLUMN(Q_RESPONSE, RESPONSE, SIGN, 11, 16), COLUMN(Q_RESPONSE_TIME, WORKED, DURATION, 10, 14), COLUMN(Q_RESOLUTION, METRIC_RESOLUTION, SIGN, 11, 16),
		COLUMN(Q_RESOLUTION_TIME, WORKED, DURATION, 10, 14), COLUMN(Q_HANDOVERS, HANDOVERS, INT, 10, 14), COLUMN(Q_PING_PONG, PING_PONG, INT, 10, 14),
		COLUMN(Q_REOPENED, REOPENED_TIMES, INT, 10, 14), COLUMN(Q_SCORE, SCORE, INT, 8, 12), COLUMN(Q_SCORE_SQUARED, SCORE_SQUARED, INT, 8, 12),
		COLUMN(Q_RECOMMEND, RECOMMEND, INT, 10, 14) };
	const struct column handovers[QH_COLUMNS] = { COLUMN(QH_NUMBER, TICKET, TEXT, 12, 16), COLUMN(QH_TEAM_NO, NO, ID, 6, 12), COLUMN(QH_TEAM, TEAM, TEXT, 16, 34),
		COLUMN(QH_AT, HANDED_AT, INSTANT, 17, 20), COLUMN(QH_FROM, HANDED_FROM, TEXT, 16, 34), COLUMN(QH_TO, HANDED_TO, TEXT, 16, 34),
		COLUMN(QH_REASON, PAUSE_REASON, TEXT, 16, 34), COLUMN(QH_MODE, HANDED_MODE, TEXT, 12, 20), COLUMN(QH_STATE, HANDED_STATE, TEXT, 12, 20) };
	const struct column samples[QS_COLUMNS] = { COLUMN(QS_NUMBER, TICKET, TEXT, 12, 16), COLUMN(QS_WEEK, WEEK, DAY, 12, 14), COLUMN(QS_LEVEL, LEVEL, INT, 8, 12),
		COLUMN(QS_TEAM_NO, NO, ID, 6, 12), COLUMN(QS_TEAM, TEAM, TEXT, 16, 34), COLUMN(QS_PERSON_NO, NO, ID, 6, 12), COLUMN(QS_PERSON, SAMPLED, TEXT, 16, 34),
		COLUMN(QS_SCORE, QUALITY_SCORE, PERCENT_2, 10, 14), COLUMN(QS_SCORER, SCORER, TEXT, 16, 34), COLUMN(QS_SCORED_AT, SCORED_AT, INSTANT, 17, 20) };
	const struct column kpi[QK_COLUMNS] = { COLUMN(QK_MONTH, MONTH_FROM, MONTH, 12, 14), COLUMN(QK_TEAM_NO, TEAM_NO, ID, 9, 12), COLUMN(QK_TEAM, TEAM, TEXT, 16, 34),
		COLUMN(QK_PERSON_NO, PERSON_NO, ID, 9, 12), COLUMN(QK_PERSON, PERSON, TEXT, 16, 34), COLUMN(QK_VALUE, KPI, DECIMAL, 9, 12),
		COLUMN(QK_FORMULA, FORMULA_VERSION, INT, 9, 14) };
	report->summary = sheet_add(report->book, words_get(language, WORD_SHEET_SUMMARY));
	begin(report, &report->ticket_table, tickets, Q_COLUMNS, report->ticket_count, WORD_SHEET_TICKETS);
	begin(report, &report->handover_table, handovers, QH_COLUMNS, report->handover_count, WORD_SHEET_HANDOVERS);
	begin(report, &report->sample_table, samples, QS_COLUMNS, report->sample_count, WORD_SHEET_SAMPLES);
	begin(report, &report->kpi_table, kpi, QK_COLUMNS, report->kpi_count, WORD_SHEET_KPI);
	report->method = sheet_add(report->book, words_get(language, WORD_SHEET_METHOD));
	return book_good(report->book);
}

static void put_verdict(const struct quality_report *report, struct sheet *sheet, int column, const char *verdict, int64_t worked_s)
{
	cell_text(sheet, column, CELL_SIGN, verdict ? words_of(report->language, "VERDICT", verdict) : words_get(report->language, WORD_NONE_SIGN));
	/* Never empty: see the formulas of the summary. */
	cell_seconds(sheet, column + 1, CELL_DURATION, verdict ? worked_s : 0);
}

static bool ticket_row(struct quality_report *report, const struct rows *rows)
{
	if (!table_row(&report->ticket_table))
		return false;
	struct sheet *sheet = report->ticket_table.sheet;
	cell_text(sheet, Q_NUMBER, CELL_TEXT, rows_text(rows, 0, 0));
	cell_text(sheet, Q_KIND, CELL_TEXT, words_of(report->language, "TICKET", rows_text(rows, 0, 1)));
	cell_number(sheet, Q_PRIORITY, CELL_INT, (double)rows_int(rows, 0, 2));
	cell_number(sheet, Q_LEVEL, CELL_INT, (double)rows_int(rows, 0, 3));
	cell_number(sheet, Q_TEAM_NO, CELL_ID, (double)rows_int(rows, 0, 4));
	cell_text(sheet, Q_TEAM, CELL_TEXT, rows_text(rows, 0, 5));
	cell_number(sheet, Q_PERSON_NO, CELL_ID, (double)rows_int(rows, 0, 6)); /* 0: nobody's */
	cell_text(sheet, Q_PERSON, CELL_TEXT, rows_text(rows, 0, 7));
	cell_instant(sheet, Q_OPENED, CELL_INSTANT, rows_instant(rows, 0, 8));
	cell_instant(sheet, Q_RESOLVED, CELL_INSTANT, rows_instant(rows, 0, 9));
	put_verdict(report, sheet, Q_RESPONSE, rows_text(rows, 0, 10), rows_int(rows, 0, 11));
	put_verdict(report, sheet, Q_RESOLUTION, rows_text(rows, 0, 12), rows_int(rows, 0, 13));
	cell_number(sheet, Q_HANDOVERS, CELL_INT, (double)rows_int(rows, 0, 14));
	cell_number(sheet, Q_PING_PONG, CELL_INT, (double)rows_int(rows, 0, 15));
	cell_number(sheet, Q_REOPENED, CELL_INT, (double)rows_int(rows, 0, 16));
	if (!rows_null(rows, 0, 17)) {
		double score = (double)rows_int(rows, 0, 17);
		cell_number(sheet, Q_SCORE, CELL_INT, score);
		cell_number(sheet, Q_SCORE_SQUARED, CELL_INT, score * score);
	}
	if (!rows_null(rows, 0, 18))
		cell_number(sheet, Q_RECOMMEND, CELL_INT, (double)rows_int(rows, 0, 18));
	return book_good(report->book);
}

static void put_cell(const struct quality_report *report, const struct table *table, const struct rows *rows, int row, int column, const char *prefix)
{
	enum cell_style style = table->columns[column].style;
	const char *text = rows_text(rows, row, column);
	int64_t day;
	if (!text)
		return;
	if (style == CELL_INSTANT)
		cell_instant(table->sheet, column, style, rows_instant(rows, row, column));
	else if ((style == CELL_DAY || style == CELL_MONTH) && day_parse(text, &day))
		cell_day(table->sheet, column, style, day);
	else if (style == CELL_INT || style == CELL_ID)
		cell_number(table->sheet, column, style, (double)rows_int(rows, row, column));
	else if (style == CELL_PERCENT_2)
		cell_number(table->sheet, column, style, (double)rows_int(rows, row, column) / 10000);
	else if (style == CELL_DECIMAL)
		cell_number(table->sheet, column, style, (double)rows_int(rows, row, column) / 100);
	else
		cell_text(table->sheet, column, style, prefix ? words_of(report->language, prefix, text) : text);
}

static bool write_rows(const struct quality_report *report, struct table *table, const struct rows *rows)
{
	bool handovers = table == &report->handover_table;
	for (int i = 0; i < rows_count(rows); i++) {
		if (!table_row(table))
			return false;
		for (int column = 0; column < table->column_count; column++)
			put_cell(report, table, rows, i, column,
				!handovers                 ? NULL
					: column == QH_REASON ? "HANDOVER"
					: column == QH_MODE   ? "HANDED_MODE"
					: column == QH_STATE  ? "HANDED_STATE"
										  : NULL);
	}
	return table_end(table);
}

static void fact(struct quality_report *report, enum word label, const char *text)
{
	struct sheet *sheet = report->method;
	sheet_row(sheet, sheet_row_now(sheet) + 1);
	sheet_row_height(sheet, LINE_POINTS * (double)(text_utf8_length(text) / TEXT_WIDTH + 1) + 4);
	cell_text(sheet, 0, CELL_LABEL, words_get(report->language, label));
	cell_text_across(sheet, 1, 8, CELL_WRAP, text);
}

static void write_method(struct quality_report *report)
{
	struct arena *arena = report->ctx->arena;
	enum words_language language = report->language;
	char from[INSTANT_TEXT_BYTES], to[INSTANT_TEXT_BYTES], now[INSTANT_TEXT_BYTES];
	book_day_text(report->book, report->period.from_day, from);
	book_day_text(report->book, report->period.to_day, to);
	book_instant_text(report->book, report->ctx->now, now);
	sheet_print(report->method, 0, false);
	sheet_width(report->method, 0, 24, 30);
	for (int column = 1; column <= 8; column++)
		sheet_width(report->method, column, 18, 18);
	sheet_row(report->method, 0);
	sheet_row_height(report->method, 30);
	cell_text(report->method, 0, CELL_TITLE, words_get(language, WORD_METHOD_TITLE));
	fact(report, WORD_METHOD_PERIOD, words_fill(arena, language, WORD_METHOD_PERIOD_TEXT, from, to, report->request.zone, NULL));
	fact(report, WORD_QUALITY_BASE, words_get(language, WORD_QUALITY_BASE_TEXT));
	fact(report, WORD_QUALITY_TIMES, words_get(language, WORD_QUALITY_TIMES_TEXT));
	if (report->ticket_table.sheet_count > 1)
		fact(report, WORD_METHOD_TIMES, words_get(language, WORD_METHOD_TIMES_SPLIT));
	fact(report, WORD_QUALITY_MOVES, words_get(language, WORD_QUALITY_MOVES_TEXT));
	fact(report, WORD_QUALITY_RATING, words_get(language, WORD_QUALITY_RATING_TEXT));
	fact(report, WORD_QUALITY_INTERVALS, words_get(language, WORD_QUALITY_INTERVALS_TEXT));
	fact(report, WORD_QUALITY_SAMPLES, words_get(language, WORD_QUALITY_SAMPLES_TEXT));
	fact(report, WORD_METHOD_MADE, words_fill(arena, language, WORD_METHOD_MADE_TEXT, now, report->request.made_by, VAKHTA_VERSION, NULL));
}

bool quality_workbook_make(struct ctx *ctx, const struct sla_request *request, int *fd_r)
{
	struct quality_report *report;
	if (!tx_begin_snapshot(ctx) || !quality_load(ctx, request, &report) || !open_book(report) || !lay_out(report) ||
		!quality_tickets_read(report, ticket_row) || !table_end(&report->ticket_table) ||
		!write_rows(report, &report->handover_table, report->handover_rows) || !write_rows(report, &report->sample_table, report->sample_rows) ||
		!write_rows(report, &report->kpi_table, report->kpi_rows))
		return false;
	quality_figures(report);
	quality_summary_write(report);
	write_method(report);
	return tx_commit(ctx) && book_close(report->book, fd_r);
}
