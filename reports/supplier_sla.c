/* The supplier SLA workbook as a whole: opens it, lays out its sheets, fills them from one snapshot, closes it.
 * Owns nothing that outlives the call but the finished file. A further sheet is a line in lay_out and a call in fill. */
#include "reports/supplier_sla.h"

static bool open_book(struct sla_report *report)
{
	struct arena *arena = report->ctx->arena;
	char from[INSTANT_TEXT_BYTES], to[INSTANT_TEXT_BYTES];
	day_format(report->period.from_day, from);
	day_format(report->period.to_day, to);
	struct book_options options = {
		.language = report->language == WORDS_RU ? "ru" : "en",
		.zone = report->request.zone,
		.title = words_get(report->language, WORD_TITLE),
		.subject = words_fill(arena, report->language, WORD_SUBJECT, from, to, NULL),
		.author = report->request.made_by,
		.comments = words_get(report->language, WORD_COMMENTS),
		.cut_mark = words_get(report->language, WORD_CUT_MARK),
	};
	report->book = book_open(report->ctx, &options);
	return report->book != NULL;
}

/* The order in which sheets are added is the order in which they stand. */
static bool lay_out(struct sla_report *report)
{
	report->summary = sheet_add(report->book, words_get(report->language, WORD_SHEET_SUMMARY));
	sla_supplier_sheets_add(report);
	report->trend = sheet_add(report->book, words_get(report->language, WORD_SHEET_TREND));
	sla_tables_begin(report);
	sla_money_tables_begin(report);
	sla_outage_tables_begin(report);
	report->method = sheet_add(report->book, words_get(report->language, WORD_SHEET_METHOD));
	return book_good(report->book);
}

static bool fill(struct sla_report *report)
{
	sla_names_share(report);
	/* The first sheets tell what the rows of the others come to. */
	if (!book_good(report->book) || !sla_details_write(report))
		return false;
	sla_figures_finish(report);
	if (!sla_credits_write(report) || !sla_outages_write(report))
		return false;
	sla_summary_write(report);
	sla_supplier_sheets_write(report);
	sla_trend_write(report);
	return book_good(report->book) && sla_method_write(report);
}

bool sla_workbook_make(struct ctx *ctx, const struct sla_request *request, int *fd_r)
{
	struct sla_report *report;
	/* The snapshot ends before the file is put together, which takes seconds and needs no database. */
	return tx_begin_snapshot(ctx) && sla_report_load(ctx, request, true, &report) && open_book(report) &&
		lay_out(report) && fill(report) && tx_commit(ctx) && book_close(report->book, fd_r);
}
