/* Tables of any length: planned first, then written row by row over as many sheets as they need. Owns the plan. */
#include "reports/sheet_internal.h"

#include <stdio.h>

void table_begin(
	struct table *table, struct book *book, const struct column *columns, int column_count, int64_t rows_max)
{
	INVARIANT(rows_max > 0 && rows_max <= TABLE_ROWS_MAX && column_count <= SHEET_COLUMNS_MAX);
	*table = (struct table){
		.book = book, .columns = columns, .column_count = column_count, .rows_max = rows_max, .sheet_count = 1
	};
}

static bool next_sheet(struct table *table)
{
	if (table->sheet_count == TABLE_SHEETS_MAX)
		return book_limit(table->book, "a table needs too many sheets");
	table->sheet_count++;
	return true;
}

int table_plan(struct table *table, int64_t rows)
{
	int64_t *last = &table->rows[table->sheet_count - 1];
	if (rows > table->rows_max - *last && *last > 0) {
		if (!next_sheet(table))
			return -1;
		last = &table->rows[table->sheet_count - 1];
	}
	if (rows <= table->rows_max - *last) {
		*last += rows;
		return table->sheet_count - 1;
	}
	while (rows > 0) {
		int64_t here = rows < table->rows_max ? rows : table->rows_max;
		table->rows[table->sheet_count - 1] = here;
		rows -= here;
		if (rows > 0 && !next_sheet(table))
			return -1;
	}
	return -1;
}

void table_create(struct table *table, const char *name)
{
	int last_column = table->column_count - 1;
	for (int i = 0; i < table->sheet_count; i++) {
		const char *own = i == 0 ? name : arena_printf(table->book->ctx->arena, "%s %d", name, i + 1);
		struct sheet *sheet = table->sheets[i] = sheet_add(table->book, own);
		sheet_plain(sheet);
		sheet_row(sheet, 0);
		sheet_row_height(sheet, 42);
		for (int column = 0; column <= last_column; column++) {
			sheet_width(sheet, column, table->columns[column].least, table->columns[column].most);
			cell_text(sheet, column, head_of(table->columns[column].style), table->columns[column].heading);
		}
		sheet_freeze(sheet, 1, 1);
		sheet_filter(sheet, 0, 0, table->rows[i] > 0 ? table->rows[i] : 1, last_column);
		sheet_print(sheet, 1, last_column > 14);
		if (table->fast)
			sheet_fast(sheet);
	}
	table->sheet = table->sheets[0];
}

bool table_row(struct table *table)
{
	while (table->row_count == table->rows[table->sheet_now] && table->sheet_now < table->sheet_count - 1) {
		table->sheet_now++;
		table->sheet = table->sheets[table->sheet_now];
		table->row_count = 0;
	}
	if (table->row_count == table->rows[table->sheet_now])
		return book_fail(table->book, "%s has more rows than were counted", table->sheet->name);
	sheet_row(table->sheet, ++table->row_count);
	return book_good(table->book);
}

bool table_end(struct table *table)
{
	if (!book_good(table->book))
		return false;
	if (table->sheet_now != table->sheet_count - 1 || table->row_count != table->rows[table->sheet_now])
		return book_fail(table->book, "%s has fewer rows than were counted", table->sheet->name);
	return true;
}

void table_range(struct text_out *out, const struct table *table, int sheet, int column)
{
	char letters[4];
	int64_t last = table->rows[sheet] > 0 ? table->rows[sheet] + 1 : 2;
	column_letters(column, letters);
	text_append_printf(out, "%s!$%s$2:$%s$%lld", table->sheets[sheet]->quoted, letters, letters, (long long)last);
}
