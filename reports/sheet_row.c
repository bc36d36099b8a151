/* Rows of long tables as text of the format, written at once: the library spends most of its time on cells that nobody will touch again.
 * Owns: the text of the current row. Refuses: formulas, merged cells, and columns that do not ascend.
 * Source: ECMA-376 part 1, 18.3.1.73 (row), 18.3.1.4 (c), 18.18.11 (types of cells). */
#include "reports/sheet_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define DAY_S 86400
/* A second is 1.16e-5 days; eleven decimals keep it whole for as long as there are years. */
#define DECIMALS 11
#define DECIMALS_ONE ((int64_t)100000000000)

void sheet_fast(struct sheet *sheet)
{
	if (sheet->book->failed)
		return;
	lxw_worksheet_write_single_row(sheet->worksheet); /* the heading */
	sheet->fast = true;
	sheet->fast_column = -1;
	text_begin(&sheet->fast_row, sheet->book->ctx->arena, 4096);
	for (int style = 0; style < CELL_STYLES; style++)
		sheet->fast_format[style] = -1;
}

void fast_row_end(struct sheet *sheet)
{
	struct text_out *row = &sheet->fast_row;
	lxw_worksheet *worksheet = sheet->worksheet;
	if (sheet->fast_column < 0)
		return;
	text_append(row, "</row>", 6);
	if (fwrite(row->data, 1, row->length, worksheet->optimize_tmpfile) != row->length)
		book_fail(sheet->book, "writing temporary rows");
	if ((int64_t)worksheet->dim_rowmax < sheet->row)
		worksheet->dim_rowmax = (lxw_row_t)sheet->row;
	if (worksheet->dim_colmax < (lxw_col_t)sheet->fast_column)
		worksheet->dim_colmax = (lxw_col_t)sheet->fast_column;
	row->length = 0;
	sheet->fast_column = -1;
}

/* <c r="B12" s="5" */
static struct text_out *cell_begin(struct sheet *sheet, int column, enum cell_style style)
{
	struct text_out *row = &sheet->fast_row;
	char letters[4];
	INVARIANT(column > sheet->fast_column);
	if (sheet->fast_column < 0) {
		text_append(row, "<row r=\"", 8);
		text_append_int(row, sheet->row + 1);
		text_append(row, "\">", 2);
	}
	sheet->fast_column = column;
	if (sheet->fast_format[style] < 0)
		sheet->fast_format[style] = lxw_format_get_xf_index(sheet_format(sheet, style));
	column_letters(column, letters);
	text_append(row, "<c r=\"", 6);
	text_append_z(row, letters);
	text_append_int(row, sheet->row + 1);
	text_append(row, "\" s=\"", 5);
	text_append_int(row, sheet->fast_format[style]);
	text_append_char(row, '"');
	return row;
}

static void escape(struct text_out *out, const char *text, size_t length)
{
	for (size_t at = 0; at < length;) {
		size_t plain = strcspn(text + at, "&<>");
		text_append(out, text + at, plain);
		at += plain;
		if (at < length) {
			text_append_z(out, text[at] == '&' ? "&amp;" : text[at] == '<' ? "&lt;" : "&gt;");
			at++;
		}
	}
}

void fast_text(struct sheet *sheet, int column, enum cell_style style, const char *text, size_t length)
{
	struct text_out *row = cell_begin(sheet, column, style);
	bool keep = text[0] == ' ' || text[length - 1] == ' ' || memchr(text, '\n', length) || memchr(text, '\t', length);
	text_append_z(row, keep ? " t=\"inlineStr\"><is><t xml:space=\"preserve\">" : " t=\"inlineStr\"><is><t>");
	escape(row, text, length);
	text_append_z(row, "</t></is></c>");
}

void fast_number(struct sheet *sheet, int column, enum cell_style style, double value)
{
	struct text_out *row = cell_begin(sheet, column, style);
	if (value == floor(value) && fabs(value) < 1e15) {
		text_append(row, "><v>", 4);
		text_append_int(row, (int64_t)value);
	} else {
		text_append_printf(row, "><v>%.16g", value);
	}
	text_append_z(row, "</v></c>");
}

void fast_seconds(struct sheet *sheet, int column, enum cell_style style, int64_t seconds)
{
	struct text_out *row = cell_begin(sheet, column, style);
	char digits[DECIMALS + 1];
	int64_t days = seconds / DAY_S, rest = seconds % DAY_S;
	text_append(row, "><v>", 4);
	if (seconds < 0)
		text_append_char(row, '-');
	text_append_int(row, days < 0 ? -days : days);
	/* Rounded; less than a whole day stays less. */
	int64_t part = ((rest < 0 ? -rest : rest) * DECIMALS_ONE + DAY_S / 2) / DAY_S;
	if (part > 0) {
		int length = DECIMALS;
		for (int i = DECIMALS - 1; i >= 0; i--, part /= 10)
			digits[i] = (char)('0' + part % 10);
		while (digits[length - 1] == '0')
			length--;
		text_append_char(row, '.');
		text_append(row, digits, (size_t)length);
	}
	text_append_z(row, "</v></c>");
}

int book_shared(struct book *book, const char *text)
{
	struct text_out clean;
	if (book->failed)
		return -1;
	text_begin(&clean, book->ctx->arena, strlen(text) + 16);
	if (!cell_text_clean(&clean, text, strlen(text), book->options.cut_mark)) {
		book_fail(book, "a text is not UTF-8");
		return -1;
	}
	if (clean.length == 0)
		return -1;
	struct sst_element *element = lxw_get_sst_index(book->workbook->sst, clean.data, LXW_FALSE);
	INVARIANT(element != NULL);
	return (int)element->index;
}

void cell_shared(struct sheet *sheet, int column, enum cell_style style, int shared, double width)
{
	if (sheet->book->failed || shared < 0)
		return;
	INVARIANT(sheet->fast);
	if (width > sheet->width[column])
		sheet->width[column] = width;
	struct text_out *row = cell_begin(sheet, column, style);
	text_append_z(row, " t=\"s\"><v>");
	text_append_int(row, shared);
	text_append_z(row, "</v></c>");
	sheet->book->workbook->sst->string_count++;
}
