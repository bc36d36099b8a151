/* The detail sheets: cases, clocks, earlier clocks, pauses; one row of the database is one row of a sheet, in constant memory.
 * Owns nothing. Refuses: rows that the plan did not count (the snapshot makes sure that there are none). */
#include "reports/supplier_sla.h"

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

static const struct column *keep(struct sla_report *report, const struct column *columns, int count)
{
	struct column *copy = arena_array(report->ctx->arena, (size_t)count, sizeof(*copy));
	memcpy(copy, columns, (size_t)count * sizeof(*copy));
	return copy;
}

static const struct column *clock_columns(struct sla_report *report, int count)
{
	enum words_language language = report->language;
	const struct column columns[CLOCKS_COLUMNS] = {
		COLUMN(CLOCKS_CASE, CASE, TEXT, 12, 16),
		COLUMN(CLOCKS_TICKET, TICKET, TEXT, 11, 16),
		COLUMN(CLOCKS_SUPPLIER_NO, NO, ID, 5, 12),
		COLUMN(CLOCKS_SUPPLIER, SUPPLIER, TEXT, 14, 36),
		COLUMN(CLOCKS_METRIC, METRIC, TEXT, 12, 24),
		COLUMN(CLOCKS_ORDINAL, ORDINAL, INT, 6, 9),
		COLUMN(CLOCKS_PRIORITY, PRIORITY, INT, 8, 13),
		COLUMN(CLOCKS_VERDICT, VERDICT, SIGN, 11, 16),
		COLUMN(CLOCKS_DECIDED, DECIDED, INSTANT, 17, 20),
		COLUMN(CLOCKS_TARGET, TARGET, DURATION, 9, 14),
		COLUMN(CLOCKS_WORKED, WORKED, DURATION, 10, 14),
		COLUMN(CLOCKS_STATE, STATE, TEXT, 11, 16),
		COLUMN(CLOCKS_GOAL, GOAL, PERCENT, 9, 12),
		COLUMN(CLOCKS_STARTED, STARTED, INSTANT, 17, 20),
		COLUMN(CLOCKS_DUE, DUE, INSTANT, 17, 20),
		COLUMN(CLOCKS_STOPPED, STOPPED, INSTANT, 17, 20),
		COLUMN(CLOCKS_OVER, OVER, DURATION, 10, 14),
		COLUMN(CLOCKS_BREACHED_AT, BREACHED_AT, INSTANT, 17, 20),
		COLUMN(CLOCKS_PAUSED_US, PAUSED_US, DURATION, 12, 18),
		COLUMN(CLOCKS_PAUSED_OTHER, PAUSED_OTHER, DURATION, 10, 14),
		COLUMN(CLOCKS_RETARGETED, RETARGETED, INT, 11, 14),
		COLUMN(CLOCKS_RETARGETED_BY, RETARGETED_BY, TEXT, 14, 30),
		COLUMN(CLOCKS_CASE_ONCE, CASE_ONCE, INT, 9, 14),
		COLUMN(CLOCKS_SERVICE, SERVICE, TEXT, 14, 30),
		COLUMN(CLOCKS_CI, CI, TEXT, 12, 30),
		COLUMN(CLOCKS_CONTRACT, CONTRACT, TEXT, 12, 24),
		COLUMN(CLOCKS_CALENDAR, CALENDAR, TEXT, 14, 30),
		COLUMN(CLOCKS_EVIDENCE, EVIDENCE, CODE, 24, 24),
	};
	return keep(report, columns, count);
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
		COLUMN(CASES_SENT, SENT, INSTANT, 17, 20),
		COLUMN(CASES_ACKNOWLEDGED, ACKNOWLEDGED, INSTANT, 17, 20),
		COLUMN(CASES_FIXED, FIXED, INSTANT, 17, 20),
		COLUMN(CASES_ENDED, ENDED, INSTANT, 17, 20),
		COLUMN(CASES_OWNER_THEN, OWNER_THEN, TEXT, 14, 30),
		COLUMN(CASES_OWNER_NOW, OWNER_NOW, TEXT, 14, 30),
		COLUMN(CASES_EVENTS, EVENTS, INT, 9, 14),
		COLUMN(CASES_EVIDENCE, EVIDENCE, CODE, 24, 24),
	};
	return keep(report, columns, CASES_COLUMNS);
}

enum pause_column {
	P_CASE,
	P_NO,
	P_SUPPLIER,
	P_METRIC,
	P_ORDINAL,
	P_FROM,
	P_TO,
	P_WORKED,
	P_LIMIT,
	P_LONG,
	P_REASON,
	P_WHO,
	P_BEGUN_BY,
	P_BEGUN_LATE,
	P_ENDED_BY,
	P_ENDED_LATE,
	P_COLUMNS
};

static const struct column *pause_columns(struct sla_report *report)
{
	enum words_language language = report->language;
	const struct column columns[P_COLUMNS] = {
		COLUMN(P_CASE, CASE, TEXT, 12, 16),
		COLUMN(P_NO, NO, ID, 5, 12),
		COLUMN(P_SUPPLIER, SUPPLIER, TEXT, 14, 36),
		COLUMN(P_METRIC, METRIC, TEXT, 12, 24),
		COLUMN(P_ORDINAL, ORDINAL, INT, 6, 9),
		COLUMN(P_FROM, PAUSE_FROM, INSTANT, 17, 20),
		COLUMN(P_TO, PAUSE_TO, INSTANT, 17, 20),
		COLUMN(P_WORKED, PAUSE_WORKED, DURATION, 10, 16),
		COLUMN(P_LIMIT, PAUSE_LIMIT, DURATION, 11, 16),
		COLUMN(P_LONG, PAUSE_LONG, SIGN, 9, 13),
		COLUMN(P_REASON, PAUSE_REASON, TEXT, 18, 36),
		COLUMN(P_WHO, PAUSE_WHO, TEXT, 18, 30),
		COLUMN(P_BEGUN_BY, BEGUN_BY, TEXT, 14, 30),
		COLUMN(P_BEGUN_LATE, BEGUN_LATE, DURATION, 11, 16),
		COLUMN(P_ENDED_BY, ENDED_BY, TEXT, 14, 30),
		COLUMN(P_ENDED_LATE, ENDED_LATE, DURATION, 11, 16),
	};
	return keep(report, columns, P_COLUMNS);
}

static void verdict_rules(struct sla_report *report, struct table *table)
{
	char letters[4];
	column_letters(CLOCKS_VERDICT, letters);
	for (int i = 0; i < table->sheet_count; i++) {
		int64_t last = table->rows[i] > 0 ? table->rows[i] : 1;
		sheet_rule(table->sheets[i], 1, CLOCKS_VERDICT, last, CLOCKS_VERDICT, RULE_BAD,
			arena_printf(
				report->ctx->arena, "=$%s2=\"%s\"", letters, words_get(report->language, WORD_VERDICT_BREACHED)));
		sheet_rule(table->sheets[i], 1, CLOCKS_VERDICT, last, CLOCKS_VERDICT, RULE_GOOD,
			arena_printf(report->ctx->arena, "=$%s2=\"%s\"", letters, words_get(report->language, WORD_VERDICT_KEPT)));
	}
}

void sla_tables_begin(struct sla_report *report)
{
	struct book *book = report->book;
	enum words_language language = report->language;
	int64_t most = report->request.rows_per_sheet > 0 ? report->request.rows_per_sheet : TABLE_ROWS_MAX;
	table_begin(&report->cases, book, case_columns(report), CASES_COLUMNS, most);
	table_begin(&report->clocks, book, clock_columns(report, CLOCKS_COLUMNS), CLOCKS_COLUMNS, most);
	table_begin(&report->earlier, book, clock_columns(report, CLOCKS_SHARED), CLOCKS_SHARED, most);
	table_begin(&report->pauses, book, pause_columns(report), P_COLUMNS, most);
	table_plan(&report->cases, report->case_count);
	for (int i = 0; i < report->group_count; i++) {
		report->groups[i].clock_sheet = table_plan(&report->clocks, report->groups[i].here);
		table_plan(&report->earlier, report->groups[i].earlier);
	}
	table_plan(&report->pauses, report->pause_count);
	if (!book_good(book))
		return;
	table_create(&report->cases, words_get(language, WORD_SHEET_CASES));
	table_create(&report->clocks, words_get(language, WORD_SHEET_CLOCKS));
	table_create(&report->earlier, words_get(language, WORD_SHEET_EARLIER));
	table_create(&report->pauses, words_get(language, WORD_SHEET_PAUSES));
	verdict_rules(report, &report->clocks);
	verdict_rules(report, &report->earlier);
}

/* The few words of a column, found once and not for each of a million rows. */
struct known_word {
	const char *prefix, *word;
	char value[24];
};
#define KNOWN_WORDS 24

struct stream {
	struct sla_report *report;
	struct table *table;
	gnutls_hash_hd_t hash; /* cases */
	int64_t last_case;     /* clocks: the last that counted */
	char last_metric[24];
	struct known_word known[KNOWN_WORDS];
	int known_count;
};

static const char *word_of(struct stream *stream, const char *prefix, const char *value)
{
	for (int i = 0; i < stream->known_count; i++)
		if (stream->known[i].prefix == prefix && strcmp(stream->known[i].value, value) == 0)
			return stream->known[i].word;
	const char *word = words_of(stream->report->language, prefix, value);
	if (stream->known_count < KNOWN_WORDS && word != value && strlen(value) < sizeof(stream->known->value)) {
		struct known_word *known = &stream->known[stream->known_count++];
		known->prefix = prefix;
		known->word = word;
		memcpy(known->value, value, strlen(value) + 1);
	}
	return word;
}

static const char word_metric[] = "METRIC", word_verdict[] = "VERDICT", word_state[] = "STATE";

static bool next_row(struct stream *stream)
{
	struct sla_report *report = stream->report;
	if (++report->done % PROGRESS_ROWS == 0 && report->request.progress &&
		!report->request.progress(report->request.user, report->done,
			report->case_count + report->clock_count + report->earlier_count + report->pause_count))
		return fail_internal(report->ctx, ERROR_UNAVAILABLE, "stopped while the report was made");
	return table_row(stream->table);
}

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

static bool case_row(struct ctx *ctx, const struct rows *rows, void *stream_)
{
	struct stream *stream = stream_;
	struct table *table = stream->table;
	const char *head = rows_text(rows, 0, CASES_EVIDENCE);
	unsigned char bytes[HASH_BYTES];
	if (!next_row(stream))
		return false;
	for (int column = 0; column < CASES_COLUMNS; column++) {
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
	for (int i = 0; head && i < HASH_BYTES; i++) {
		unsigned value;
		INVARIANT(sscanf(head + 2 * i, "%2x", &value) == 1);
		bytes[i] = (unsigned char)value;
	}
	if (head && gnutls_hash(stream->hash, bytes, HASH_BYTES) != 0)
		return fail_internal(ctx, ERROR_INTERNAL, "SHA-256 failed");
	return true;
}

static void put_shared(struct stream *stream, const struct rows *rows, int decided, int target, int64_t worked_s)
{
	struct table *table = stream->table;
	put_text(table, CLOCKS_CASE, rows_text(rows, 0, 0));
	put_text(table, CLOCKS_TICKET, rows_text(rows, 0, 1));
	put_int(table, CLOCKS_SUPPLIER_NO, rows, 2);
	put_text(table, CLOCKS_SUPPLIER, rows_text(rows, 0, 3));
	put_text(table, CLOCKS_METRIC, word_of(stream, word_metric, rows_text(rows, 0, 4)));
	put_int(table, CLOCKS_ORDINAL, rows, 5);
	put_int(table, CLOCKS_PRIORITY, rows, 6);
	put_text(table, CLOCKS_VERDICT, word_of(stream, word_verdict, rows_text(rows, 0, 7)));
	/* Never empty: see the formulas of the summary. A text counts in no comparison with a date. */
	if (rows_null(rows, 0, decided))
		cell_text(table->sheet, CLOCKS_DECIDED, CELL_SIGN, "–");
	else
		put_instant(table, CLOCKS_DECIDED, rows, decided);
	put_seconds(table, CLOCKS_TARGET, rows_int(rows, 0, target));
	put_seconds(table, CLOCKS_WORKED, worked_s);
}

enum {
	C_METRIC = 4,
	C_VERDICT = 7,
	C_DECIDED = 8,
	C_STATE,
	C_TARGET,
	C_GOAL,
	C_STARTED,
	C_DUE,
	C_STOPPED,
	C_ELAPSED,
	C_EVALUATED,
	C_CALENDAR,
	C_BREACHED_AT,
	C_PAUSED,
	C_PAUSED_OTHER,
	C_RETARGETS,
	C_RETARGETED_BY,
	C_COUNTED,
	C_SERVICE,
	C_CI,
	C_CONTRACT,
	C_CALENDAR_NAME,
	C_HEAD,
	C_CASE_ID
};

/* Each case counts once for a metric, however many of its clocks do. */
static bool is_first_of_case(struct stream *stream, const struct rows *rows)
{
	const char *metric = rows_text(rows, 0, C_METRIC);
	int64_t case_id = rows_int(rows, 0, C_CASE_ID);
	if (!rows_bool(rows, 0, C_COUNTED) || (stream->last_case == case_id && strcmp(stream->last_metric, metric) == 0))
		return false;
	stream->last_case = case_id;
	snprintf(stream->last_metric, sizeof(stream->last_metric), "%s", metric);
	return true;
}

static bool clock_row(struct ctx *ctx, const struct rows *rows, void *stream_)
{
	struct stream *stream = stream_;
	struct table *table = stream->table;
	const char *state = rows_text(rows, 0, C_STATE), *goal = rows_text(rows, 0, C_GOAL);
	int64_t elapsed = rows_int(rows, 0, C_ELAPSED), target = rows_int(rows, 0, C_TARGET), since = 0;
	int64_t paused = rows_int(rows, 0, C_PAUSED), others = rows_int(rows, 0, C_PAUSED_OTHER);
	bool running = strcmp(state, "running") == 0, waits = strcmp(state, "paused") == 0;
	if (!next_row(stream) || ((running || waits) && !worked_since(ctx, rows, C_CALENDAR, C_EVALUATED, &since)))
		return false;
	elapsed += running ? since : 0;
	paused += waits ? since : 0;
	put_shared(stream, rows, C_DECIDED, C_TARGET, elapsed);
	put_text(table, CLOCKS_STATE, word_of(stream, word_state, state));
	if (goal)
		cell_number(table->sheet, CLOCKS_GOAL, CELL_PERCENT, strtod(goal, NULL) / 100);
	put_instant(table, CLOCKS_STARTED, rows, C_STARTED);
	put_instant(table, CLOCKS_DUE, rows, C_DUE);
	put_instant(table, CLOCKS_STOPPED, rows, C_STOPPED);
	if (strcmp(rows_text(rows, 0, C_VERDICT), "breached") == 0)
		put_seconds(table, CLOCKS_OVER, elapsed - target);
	put_instant(table, CLOCKS_BREACHED_AT, rows, C_BREACHED_AT);
	put_seconds(table, CLOCKS_PAUSED_US, paused - others);
	put_seconds(table, CLOCKS_PAUSED_OTHER, others);
	put_int(table, CLOCKS_RETARGETED, rows, C_RETARGETS);
	put_text(table, CLOCKS_RETARGETED_BY, rows_text(rows, 0, C_RETARGETED_BY));
	cell_number(table->sheet, CLOCKS_CASE_ONCE, CELL_INT, is_first_of_case(stream, rows));
	put_text(table, CLOCKS_SERVICE, rows_text(rows, 0, C_SERVICE));
	put_text(table, CLOCKS_CI, rows_text(rows, 0, C_CI));
	put_text(table, CLOCKS_CONTRACT, rows_text(rows, 0, C_CONTRACT));
	put_text(table, CLOCKS_CALENDAR, rows_text(rows, 0, C_CALENDAR_NAME));
	put_text(table, CLOCKS_EVIDENCE, rows_text(rows, 0, C_HEAD));
	return book_good(stream->report->book);
}

static bool earlier_row(struct ctx *ctx, const struct rows *rows, void *stream_)
{
	struct stream *stream = stream_;
	(void)ctx;
	if (!next_row(stream))
		return false;
	put_shared(stream, rows, 8, 9, rows_int(rows, 0, 10));
	return book_good(stream->report->book);
}

static bool pause_row(struct ctx *ctx, const struct rows *rows, void *stream_)
{
	struct stream *stream = stream_;
	struct table *table = stream->table;
	enum words_language language = stream->report->language;
	int64_t worked = rows_int(rows, 0, 7), since = 0, limit = rows_int(rows, 0, 10);
	if (!next_row(stream) || (rows_null(rows, 0, 6) && !worked_since(ctx, rows, 9, 8, &since)))
		return false;
	worked += since;
	put_text(table, P_CASE, rows_text(rows, 0, 0));
	put_int(table, P_NO, rows, 1);
	put_text(table, P_SUPPLIER, rows_text(rows, 0, 2));
	put_text(table, P_METRIC, words_of(language, "METRIC", rows_text(rows, 0, 3)));
	put_int(table, P_ORDINAL, rows, 4);
	put_instant(table, P_FROM, rows, 5);
	put_instant(table, P_TO, rows, 6);
	put_seconds(table, P_WORKED, worked);
	put_seconds(table, P_LIMIT, limit);
	put_text(table, P_LONG, words_get(language, worked > limit ? WORD_LONG_YES : WORD_LONG_NO));
	put_text(table, P_REASON, words_of(language, "REASON", rows_text(rows, 0, 11)));
	put_text(table, P_WHO, words_of(language, "WAITS", rows_text(rows, 0, 12)));
	put_text(table, P_BEGUN_BY, rows_text(rows, 0, 13));
	if (!rows_null(rows, 0, 14))
		put_seconds(table, P_BEGUN_LATE, rows_int(rows, 0, 14));
	put_text(table, P_ENDED_BY, rows_text(rows, 0, 15));
	if (!rows_null(rows, 0, 16))
		put_seconds(table, P_ENDED_LATE, rows_int(rows, 0, 16));
	return book_good(stream->report->book);
}

static bool write_table(struct sla_report *report, enum query query, struct table *table,
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
	return write_cases(report) && write_table(report, QUERY_REPORT_SLA_CLOCKS, &report->clocks, clock_row, NULL) &&
		write_table(report, QUERY_REPORT_SLA_EARLIER, &report->earlier, earlier_row, NULL) &&
		write_table(report, QUERY_REPORT_SLA_PAUSES, &report->pauses, pause_row, NULL);
}
