/* The detail sheets: cases and pauses here, clocks in supplier_sla_clocks.c; one row of the database is one row of a sheet, in constant
 * memory. Owns nothing. Refuses: rows that the plan did not count (the snapshot makes sure that there are none). */
#include "reports/supplier_sla.h"

#include "reports/supplier_sla.sql.h"
#include "sla/subject.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HASH_BYTES 32
#define PROGRESS_ROWS 10000

/* Column, heading, style, narrowest, widest. */
#define COLUMN(place, word, style, least, most) \
	[place] = { words_get(language, WORD_##word), CELL_##style, least, most }

const struct column *sla_columns_keep(struct sla_report *report, const struct column *columns, int count)
{
	struct column *copy = arena_array(report->ctx->arena, (size_t)count, sizeof(*copy));
	memcpy(copy, columns, (size_t)count * sizeof(*copy));
	return copy;
}

static const struct column *case_columns(struct sla_report *report)
{
	enum words_language language = report->language;
	const struct column columns[CASES_COLUMNS] = {
		COLUMN(CASES_NUMBER, CASE, TEXT, 12, 16),
		COLUMN(CASES_TICKET, TICKET, TEXT, 11, 16),
		COLUMN(CASES_SUPPLIER_NO, NO, ID, 5, 12),
		COLUMN(CASES_SUPPLIER, SUPPLIER, TEXT, 14, 36),
		COLUMN(CASES_STATUS, STATUS, TEXT, 11, 18),
		COLUMN(CASES_PRIORITY, PRIORITY, INT, 8, 13),
		COLUMN(CASES_SUMMARY, SUMMARY, TEXT, 24, 50),
		COLUMN(CASES_COUNTED, COUNTED, INT, 11, 14),
		COLUMN(CASES_BREACHED, BREACHED, INT, 11, 14),
		COLUMN(CASES_REFERENCE, REFERENCE, TEXT, 12, 24),
		COLUMN(CASES_CI, CI, TEXT, 12, 30),
		COLUMN(CASES_SERVICE, SERVICE, TEXT, 14, 30),
		COLUMN(CASES_CONTRACT, CONTRACT, TEXT, 12, 24),
		COLUMN(CASES_EDITION, EDITION, INT, 8, 12),
		COLUMN(CASES_SENT, SENT, INSTANT, 17, 20),
		COLUMN(CASES_ACKNOWLEDGED, ACKNOWLEDGED, INSTANT, 17, 20),
		COLUMN(CASES_FIXED, FIXED, INSTANT, 17, 20),
		COLUMN(CASES_ENDED, ENDED, INSTANT, 17, 20),
		COLUMN(CASES_THEIRS, THEIRS, DURATION, 11, 15),
		COLUMN(CASES_OURS, OURS, DURATION, 11, 15),
		COLUMN(CASES_VERIFY, VERIFY, DURATION, 11, 15),
		COLUMN(CASES_OWNER_THEN, OWNER_THEN, TEXT, 14, 30),
		COLUMN(CASES_OWNER_NOW, OWNER_NOW, TEXT, 14, 30),
		COLUMN(CASES_EVENTS, EVENTS, INT, 9, 14),
		COLUMN(CASES_EVIDENCE, EVIDENCE, CODE, 24, 24),
	};
	return sla_columns_keep(report, columns, CASES_COLUMNS);
}

static const struct column *pause_columns(struct sla_report *report)
{
	enum words_language language = report->language;
	const struct column columns[PAUSES_COLUMNS] = {
		COLUMN(PAUSES_CASE, CASE, TEXT, 12, 16),
		COLUMN(PAUSES_NO, NO, ID, 5, 12),
		COLUMN(PAUSES_SUPPLIER, SUPPLIER, TEXT, 14, 36),
		COLUMN(PAUSES_METRIC, METRIC, TEXT, 12, 24),
		COLUMN(PAUSES_ORDINAL, ORDINAL, INT, 6, 9),
		COLUMN(PAUSES_FROM, PAUSE_FROM, INSTANT, 17, 20),
		COLUMN(PAUSES_TO, PAUSE_TO, INSTANT, 17, 20),
		COLUMN(PAUSES_WORKED, PAUSE_WORKED, DURATION, 10, 16),
		COLUMN(PAUSES_LIMIT, PAUSE_LIMIT, DURATION, 11, 16),
		COLUMN(PAUSES_LONG, PAUSE_LONG, SIGN, 9, 13),
		COLUMN(PAUSES_REASON, PAUSE_REASON, TEXT, 18, 36),
		COLUMN(PAUSES_WHO, PAUSE_WHO, TEXT, 18, 30),
		COLUMN(PAUSES_BEGUN_BY, BEGUN_BY, TEXT, 14, 30),
		COLUMN(PAUSES_BEGUN_LATE, BEGUN_LATE, DURATION, 11, 16),
		COLUMN(PAUSES_ENDED_BY, ENDED_BY, TEXT, 14, 30),
		COLUMN(PAUSES_ENDED_LATE, ENDED_LATE, DURATION, 11, 16),
		COLUMN(PAUSES_CONSENT, CONSENT, SIGN, 12, 20),
	};
	return sla_columns_keep(report, columns, PAUSES_COLUMNS);
}

void sla_tables_begin(struct sla_report *report)
{
	struct book *book = report->book;
	enum words_language language = report->language;
	int64_t most = report->request.rows_per_sheet > 0 ? report->request.rows_per_sheet : TABLE_ROWS_MAX;
	table_begin(&report->cases, book, case_columns(report), CASES_COLUMNS, most);
	table_begin(&report->pauses, book, pause_columns(report), PAUSES_COLUMNS, most);
	report->cases.fast = report->pauses.fast = true;
	sla_clock_tables_begin(report, most);
	table_plan(&report->cases, report->case_count);
	table_plan(&report->pauses, report->pause_count);
	if (!book_good(book))
		return;
	table_create(&report->cases, words_get(language, WORD_SHEET_CASES));
	sla_clock_tables_create(report);
	table_create(&report->pauses, words_get(language, WORD_SHEET_PAUSES));
	sla_list_tables_begin(report, most);
}

bool sla_row_next(struct sla_report *report, struct table *table)
{
	if (++report->done % PROGRESS_ROWS == 0 && report->request.progress &&
		!report->request.progress(report->request.user, report->done,
			report->case_count + report->clock_count + report->earlier_count + report->pause_count))
		return fail_internal(report->ctx, ERROR_UNAVAILABLE, "stopped while the report was made");
	return table_row(table);
}

struct stream {
	struct sla_report *report;
	struct table *table;
	gnutls_hash_hd_t hash; /* cases */
};

static void put_text(struct table *table, int column, const char *text)
{
	cell_text(table->sheet, column, table->columns[column].style, text);
}

static void put_int(struct table *table, int column, const struct rows *rows, int from)
{
	if (!rows_null(rows, 0, from))
		cell_number(table->sheet, column, table->columns[column].style, (double)rows_int(rows, 0, from));
}

static void put_instant(struct table *table, int column, const struct rows *rows, int from)
{
	cell_instant(table->sheet, column, table->columns[column].style, rows_instant(rows, 0, from));
}

static void put_seconds(struct table *table, int column, int64_t seconds)
{
	cell_seconds(table->sheet, column, table->columns[column].style, seconds);
}

/* Working time since the row was last evaluated. */
static bool worked_since(struct ctx *ctx, const struct rows *rows, int calendar, int evaluated, int64_t *worked_r)
{
	const struct calendar *found = calendar_of_version(ctx, rows_int(rows, 0, calendar));
	if (!found)
		return false;
	*worked_r = calendar_worked_s(found, rows_instant(rows, 0, evaluated), ctx->now);
	return true;
}

/* Columns of the rows of report_sla_cases beyond those that a sheet has as they are. */
enum { K_ELAPSED = 18, K_PAUSED, K_PAUSED_US, K_STATE, K_EVALUATED, K_CALENDAR, K_VERIFY, K_OWNER_THEN, K_OWNER_NOW, K_EVENTS, K_HEAD };

/* "1700000000d,1700003600j": declared, judged. What is not judged yet counts up to now. */
static int64_t verified_s(const struct calendar *calendar, const char *marks, instant now)
{
	instant declared = INSTANT_NONE;
	int64_t sum = 0;
	while (*marks) {
		char *end;
		instant at = strtoll(marks, &end, 10);
		INVARIANT(*end == 'd' || *end == 'j');
		if (*end == 'd' && declared == INSTANT_NONE) {
			declared = at;
		} else if (*end == 'j' && declared != INSTANT_NONE) {
			sum += calendar_worked_s(calendar, declared, at);
			declared = INSTANT_NONE;
		}
		marks = end[1] == ',' ? end + 2 : end + 1;
	}
	return declared == INSTANT_NONE ? sum : sum + calendar_worked_s(calendar, declared, now);
}

/* How the time of the case's resolution was spent: by the supplier, waiting for us, by our verification. */
static bool put_split(struct ctx *ctx, struct stream *stream, const struct rows *rows)
{
	struct sla_supplier *supplier = sla_supplier_find(stream->report, rows_int(rows, 0, CASES_SUPPLIER_NO));
	if (rows_null(rows, 0, K_CALENDAR))
		return true; /* the contract promises no resolution */
	const struct calendar *calendar = calendar_of_version(ctx, rows_int(rows, 0, K_CALENDAR));
	if (!calendar)
		return false;
	const char *state = rows_text(rows, 0, K_STATE), *marks = rows_text(rows, 0, K_VERIFY);
	bool runs = strcmp(state, "running") == 0, waits = strcmp(state, "paused") == 0;
	int64_t since = runs || waits ? calendar_worked_s(calendar, rows_instant(rows, 0, K_EVALUATED), ctx->now) : 0;
	int64_t theirs = rows_int(rows, 0, K_ELAPSED) + (runs ? since : 0), ours = rows_int(rows, 0, K_PAUSED_US) + (waits ? since : 0);
	int64_t verify = marks ? verified_s(calendar, marks, ctx->now) : 0;
	put_seconds(stream->table, CASES_THEIRS, theirs);
	put_seconds(stream->table, CASES_OURS, ours);
	put_seconds(stream->table, CASES_VERIFY, verify);
	if (supplier) {
		supplier->theirs_s += theirs;
		supplier->ours_s += ours;
		supplier->verify_s += verify;
	}
	return true;
}

static bool hash_head(struct ctx *ctx, gnutls_hash_hd_t hash, const char *head)
{
	unsigned char bytes[HASH_BYTES];
	for (int i = 0; i < HASH_BYTES; i++) {
		unsigned value;
		INVARIANT(sscanf(head + 2 * i, "%2x", &value) == 1);
		bytes[i] = (unsigned char)value;
	}
	return gnutls_hash(hash, bytes, HASH_BYTES) == 0 || fail_internal(ctx, ERROR_INTERNAL, "SHA-256 failed");
}

static bool case_row(struct ctx *ctx, const struct rows *rows, void *stream_)
{
	struct stream *stream = stream_;
	struct table *table = stream->table;
	const char *head = rows_text(rows, 0, K_HEAD);
	if (!sla_row_next(stream->report, table))
		return false;
	for (int column = 0; column < CASES_THEIRS; column++) {
		switch (table->columns[column].style) {
		case CELL_INSTANT:
			put_instant(table, column, rows, column);
			break;
		case CELL_INT:
		case CELL_ID:
			put_int(table, column, rows, column);
			break;
		default:
			put_text(table, column,
				column == CASES_STATUS ? words_of(stream->report->language, "STATUS", rows_text(rows, 0, column))
									   : rows_text(rows, 0, column));
		}
	}
	struct sla_supplier *supplier = sla_supplier_find(stream->report, rows_int(rows, 0, CASES_SUPPLIER_NO));
	if (supplier && rows_int(rows, 0, CASES_COUNTED) > 0)
		supplier->cases++;
	if (!put_split(ctx, stream, rows))
		return false;
	put_text(table, CASES_OWNER_THEN, rows_text(rows, 0, K_OWNER_THEN));
	put_text(table, CASES_OWNER_NOW, rows_text(rows, 0, K_OWNER_NOW));
	put_int(table, CASES_EVENTS, rows, K_EVENTS);
	put_text(table, CASES_EVIDENCE, head);
	return !head || hash_head(ctx, stream->hash, head);
}

/* The reason by the contract's own list in the book's language, where the event names one. */
static const char *pause_reason(const struct sla_report *report, const struct rows *rows)
{
	const char *named = rows_text(rows, 0, report->language == WORDS_RU ? 18 : 17);
	return named ? named : words_of(report->language, "REASON", rows_text(rows, 0, 11));
}

static bool pause_row(struct ctx *ctx, const struct rows *rows, void *stream_)
{
	struct stream *stream = stream_;
	struct table *table = stream->table;
	struct sla_report *report = stream->report;
	enum words_language language = report->language;
	struct sla_supplier *supplier = sla_supplier_find(report, rows_int(rows, 0, 1));
	int64_t worked = rows_int(rows, 0, 7), since = 0, limit = rows_int(rows, 0, 10);
	if (!sla_row_next(report, table) || (rows_null(rows, 0, 6) && !worked_since(ctx, rows, 9, 8, &since)))
		return false;
	worked += since;
	put_text(table, PAUSES_CASE, rows_text(rows, 0, 0));
	put_int(table, PAUSES_NO, rows, 1);
	put_text(table, PAUSES_SUPPLIER, rows_text(rows, 0, 2));
	put_text(table, PAUSES_METRIC, words_of(language, "METRIC", rows_text(rows, 0, 3)));
	put_int(table, PAUSES_ORDINAL, rows, 4);
	put_instant(table, PAUSES_FROM, rows, 5);
	put_instant(table, PAUSES_TO, rows, 6);
	put_seconds(table, PAUSES_WORKED, worked);
	put_seconds(table, PAUSES_LIMIT, limit);
	put_text(table, PAUSES_LONG, words_get(language, worked > limit ? WORD_LONG_YES : WORD_LONG_NO));
	put_text(table, PAUSES_REASON, pause_reason(report, rows));
	put_text(table, PAUSES_WHO, words_of(language, "WAITS", rows_text(rows, 0, 12)));
	put_text(table, PAUSES_BEGUN_BY, rows_text(rows, 0, 13));
	if (!rows_null(rows, 0, 14))
		put_seconds(table, PAUSES_BEGUN_LATE, rows_int(rows, 0, 14));
	put_text(table, PAUSES_ENDED_BY, rows_text(rows, 0, 15));
	if (!rows_null(rows, 0, 16))
		put_seconds(table, PAUSES_ENDED_LATE, rows_int(rows, 0, 16));
	put_text(table, PAUSES_CONSENT, words_of(language, "CONSENT", rows_text(rows, 0, 19)));
	if (supplier)
		supplier->long_pauses += worked > limit;
	return book_good(report->book);
}

static bool write_table(struct sla_report *report, const struct query *query, struct table *table,
	bool (*row)(struct ctx *ctx, const struct rows *rows, void *user), gnutls_hash_hd_t hash)
{
	struct stream stream = { .report = report, .table = table, .hash = hash };
	struct query_args args = sla_report_args(report);
	return query_each(report->ctx, query, &args, row, &stream) && table_end(table);
}

static bool write_cases(struct sla_report *report)
{
	gnutls_hash_hd_t hash;
	unsigned char digest[HASH_BYTES];
	if (gnutls_hash_init(&hash, GNUTLS_DIG_SHA256) != 0)
		return fail_internal(report->ctx, ERROR_INTERNAL, "SHA-256 is not to be had");
	bool good = write_table(report, QUERY_REPORT_SLA_CASES, &report->cases, case_row, hash);
	gnutls_hash_deinit(hash, digest);
	text_hex(digest, HASH_BYTES, report->evidence);
	return good;
}

bool sla_details_write(struct sla_report *report)
{
	return write_cases(report) && sla_clocks_write(report) &&
		write_table(report, QUERY_REPORT_SLA_PAUSES, &report->pauses, pause_row, NULL) && sla_lists_write(report);
}
