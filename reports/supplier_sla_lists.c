/* Three short detail sheets: late entries, rejected fixes, contests with their outcome. Owns nothing.
 * Refuses: rows that were not counted (the snapshot makes sure that there are none). */
#include "reports/supplier_sla.h"
#include "reports/supplier_sla.sql.h"

#include <string.h>

#define LATE_ENTRY_S 900
#define COLUMN(place, word, style, least, most) \
	[place] = { words_get(language, WORD_##word), CELL_##style, least, most }

/* Which words a column's value is one of; NULL: it is shown as it is. */
struct list {
	const struct query *query;
	bool late;
	struct table *table;
	const char *const *words;
};

static const char *const late_words[] = { NULL, NULL, NULL, "EVENT", NULL, NULL, NULL, NULL, "FAVOURS" };
static const char *const rejected_words[] = { NULL, NULL, NULL, NULL, NULL, NULL, NULL };
static const char *const contest_words[] = { NULL, NULL, NULL, "CONTEST_KIND", "EVENT", NULL, NULL, NULL, "CONTEST", NULL, NULL, NULL };

void sla_list_tables_begin(struct sla_report *report, int64_t most)
{
	enum words_language language = report->language;
	const struct column late[] = { COLUMN(0, CASE, TEXT, 12, 16), COLUMN(1, NO, ID, 5, 12), COLUMN(2, SUPPLIER, TEXT, 14, 36),
		COLUMN(3, EVENT, TEXT, 16, 30), COLUMN(4, OCCURRED, INSTANT, 17, 20), COLUMN(5, RECORDED, INSTANT, 17, 20), COLUMN(6, LATE_BY, DURATION, 11, 15),
		COLUMN(7, RECORDED_BY, TEXT, 14, 30), COLUMN(8, FAVOURS, TEXT, 14, 30) };
	const struct column rejected[] = { COLUMN(0, CASE, TEXT, 12, 16), COLUMN(1, NO, ID, 5, 12), COLUMN(2, SUPPLIER, TEXT, 14, 36),
		COLUMN(3, FIXED, INSTANT, 17, 20), COLUMN(4, REJECTED_AT, INSTANT, 17, 20), COLUMN(5, REJECTED_BY, TEXT, 14, 30), COLUMN(6, REJECTED_WHY, TEXT, 24, 60) };
	const struct column contests[] = { COLUMN(0, CASE, TEXT, 12, 16), COLUMN(1, NO, ID, 5, 12), COLUMN(2, SUPPLIER, TEXT, 14, 36),
		COLUMN(3, CONTESTED, TEXT, 12, 20), COLUMN(4, EVENT, TEXT, 16, 30), COLUMN(5, CONTEST_REASON, TEXT, 24, 60), COLUMN(6, RAISED_BY, TEXT, 14, 36),
		COLUMN(7, RAISED_AT, INSTANT, 17, 20), COLUMN(8, OUTCOME, SIGN, 12, 20), COLUMN(9, DECIDED_BY, TEXT, 14, 30), COLUMN(10, DECIDED_AT, INSTANT, 17, 20),
		COLUMN(11, DECISION, TEXT, 24, 60) };
#define BEGIN(table, columns, count, word) \
	do { \
		int n = (int)(sizeof(columns) / sizeof(*(columns))); \
		table_begin(&report->table, report->book, sla_columns_keep(report, columns, n), n, most); \
		table_plan(&report->table, report->count); \
		if (book_good(report->book)) \
			table_create(&report->table, words_get(language, word)); \
	} while (0)
	BEGIN(late_entries, late, late_entry_count, WORD_SHEET_LATE);
	BEGIN(rejected, rejected, rejected_count, WORD_SHEET_REJECTED);
	BEGIN(contests, contests, contest_count, WORD_SHEET_CONTESTS);
#undef BEGIN
}

static void put_cell(const struct sla_report *report, const struct list *list, const struct rows *rows, int row, int column)
{
	struct sheet *sheet = list->table->sheet;
	enum cell_style style = list->table->columns[column].style;
	const char *text = rows_text(rows, row, column);
	if (!text)
		return;
	if (style == CELL_INSTANT)
		cell_instant(sheet, column, style, rows_instant(rows, row, column));
	else if (style == CELL_DURATION)
		cell_seconds(sheet, column, style, rows_int(rows, row, column));
	else if (style == CELL_ID)
		cell_number(sheet, column, style, (double)rows_int(rows, row, column));
	else
		cell_text(sheet, column, style, list->words[column] ? words_of(report->language, list->words[column], text) : text);
}

static bool write_list(struct sla_report *report, const struct list *list)
{
	struct query_args args = sla_report_args(report);
	if (list->late)
		arg_int(&args, LATE_ENTRY_S);
	struct rows *rows = query_run(report->ctx, list->query, &args);
	if (!rows)
		return false;
	for (int i = 0; i < rows_count(rows); i++) {
		struct sla_supplier *supplier = sla_supplier_find(report, rows_int(rows, i, LISTS_NO));
		if (!table_row(list->table))
			return false;
		for (int column = 0; column < list->table->column_count; column++)
			put_cell(report, list, rows, i, column);
		supplier->late_entries += list->table == &report->late_entries;
		supplier->rejected_fixes += list->table == &report->rejected;
		supplier->contests += list->table == &report->contests;
		supplier->contests_upheld += list->table == &report->contests && strcmp(rows_text(rows, i, CONTESTS_STATE), "upheld") == 0;
	}
	return table_end(list->table);
}

bool sla_lists_write(struct sla_report *report)
{
	const struct list lists[] = { { QUERY_REPORT_SLA_LATE_ENTRIES, true, &report->late_entries, late_words },
		{ QUERY_REPORT_SLA_REJECTED, false, &report->rejected, rejected_words },
		{ QUERY_REPORT_SLA_CONTESTS, false, &report->contests, contest_words } };
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
		if (!write_list(report, &lists[i]))
			return false;
	return true;
}
