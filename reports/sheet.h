/* Workbooks in the .xlsx format, written in constant memory: the only caller of libxlsxwriter.
 * Text is always a string, never a formula; instants are real dates in the book's zone; durations are days as [h]:mm.
 * A failure is remembered by the book and ends it: later calls do nothing, book_close gives the error. So cells need no check each,
 * and a long loop asks book_good now and then (table_row does).
 * Refuses: NaN and infinity, invalid UTF-8, rows that do not ascend within a sheet, more rows than were planned.
 * Source: ECMA-376; limits.md and trust.md (constant_memory, _x0041_, 32,767 characters, sheet names). */
#ifndef VAKHTA_REPORTS_SHEET_H
#define VAKHTA_REPORTS_SHEET_H

#include "base/ctx.h"
#include "base/text.h"

/* Rows of a sheet in the format, and those of a table under its heading. */
#define SHEET_ROWS_MAX ((int64_t)1048576)
#define TABLE_ROWS_MAX (SHEET_ROWS_MAX - 1)
#define SHEET_COLUMNS_MAX 64
#define TABLE_SHEETS_MAX 64
/* UTF-16 units of a cell's text. */
#define CELL_TEXT_MAX 32767

enum cell_style {
	CELL_TEXT,
	CELL_WRAP, /* text that may take several lines */
	CELL_CODE, /* hashes and the like */
	CELL_SIGN, /* short text in the middle */
	CELL_INT,
	CELL_ID, /* a number without separators, muted */
	CELL_INSTANT,
	CELL_DAY,
	CELL_MONTH,
	CELL_DURATION,
	CELL_PERCENT,
	CELL_PERCENT_2, /* two decimals, as contracts have */
	CELL_MONEY,
	CELL_DECIMAL,
	CELL_CHANGE, /* percentage points with an arrow */
	CELL_TITLE,
	CELL_SECTION,
	CELL_LABEL,
	CELL_FACT, /* what a label names, at the left */
	CELL_FACT_DAY,
	CELL_FACT_INSTANT,
	CELL_NOTE, /* muted text that runs over the cells beside it */
	CELL_WARN,
	CELL_HEAD,
	CELL_HEAD_NUMBER, /* at the right, as the figures below it */
	CELL_HEAD_CENTRE,
	CELL_HEAD_MONTH,
	CELL_TOTAL_TEXT,
	CELL_TOTAL_INT,
	CELL_TOTAL_PERCENT,
	CELL_TOTAL_CHANGE,
	CELL_TOTAL_SIGN,
	CELL_STYLES
};

struct book;
struct sheet;

struct book_options {
	const char *language; /* "en" or "ru": forms of dates */
	const char *zone;
	const char *title, *subject, *author, *comments; /* document properties */
	const char *cut_mark;                            /* stands at the end of a text that was cut */
};

/* Released with the arena. NULL: see ctx->error (unknown zone, no temporary file). */
struct book *book_open(struct ctx *ctx, const struct book_options *options) MUST_CHECK;
/* False once something failed. */
bool book_good(const struct book *book);
/* Remembers a failure of the caller's. */
bool book_fail(struct book *book, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Remembers that the format cannot hold the book; the caller is told why. */
bool book_limit(struct book *book, const char *why);
/* Writes the file; the descriptor is the caller's, at offset 0, of a file that has no name. Takes seconds for a million rows. */
bool book_close(struct book *book, int *fd_r) MUST_CHECK;

/* A name that the format allows: 31 characters, none of []:*?/\, no apostrophe at an end, not taken in this book. */
const char *sheet_name_clean(struct book *book, const char *wanted);
/* Text as it may stand in a cell, in `out` (grown as needed): control characters gone, _x0041_ made harmless, cut at the limit.
 * False: not UTF-8. */
bool cell_text_clean(struct text_out *out, const char *text, size_t length, const char *cut_mark);

struct sheet *sheet_add(struct book *book, const char *name);
/* 'Name' in quotes, as formulas need it. */
const char *sheet_quoted(const struct sheet *sheet);
/* Across, as wide as the page (A4, or A3 for `wide` ones); rows up to `heading_rows` repeat on every page. */
void sheet_print(struct sheet *sheet, int heading_rows, bool wide);
/* After sheet_print: the whole sheet on one page, so that no page break cuts a chart; for sheets of few rows. */
void sheet_print_whole(struct sheet *sheet);
/* Long tables: the reader's grid instead of lines of our own. */
void sheet_plain(struct sheet *sheet);
/* From the next row on: cells of text, numbers and times alone, in columns that ascend, written many times faster. */
void sheet_fast(struct sheet *sheet);
void sheet_freeze(struct sheet *sheet, int rows, int columns);
void sheet_filter(struct sheet *sheet, int64_t first_row, int first_column, int64_t last_row, int last_column);
/* Bounds of a column's width in characters; between them it fits what was written. */
void sheet_width(struct sheet *sheet, int column, double least, double most);
void sheet_tab(struct sheet *sheet, uint32_t rgb);

/* Cells of the current row; rows ascend from 0. */
void sheet_row(struct sheet *sheet, int64_t row);
int64_t sheet_row_now(const struct sheet *sheet);
void sheet_row_height(struct sheet *sheet, double points);
void cell_text(struct sheet *sheet, int column, enum cell_style style, const char *text_or_null);
/* A text that many cells of fast sheets share, kept once in the book; -1: empty. */
int book_shared(struct book *book, const char *text);
/* `width`: of the text, as text_cell_width gives it. */
void cell_shared(struct sheet *sheet, int column, enum cell_style style, int shared, double width);
double text_cell_width(const char *text);
/* One cell over several columns. */
void cell_text_across(struct sheet *sheet, int column, int last_column, enum cell_style style, const char *text);
/* The style of the heading over cells of a style. */
enum cell_style head_of(enum cell_style style);
void cell_number(struct sheet *sheet, int column, enum cell_style style, double value);
void cell_instant(struct sheet *sheet, int column, enum cell_style style, instant at_or_none);
void cell_day(struct sheet *sheet, int column, enum cell_style style, int64_t day);
void cell_seconds(struct sheet *sheet, int column, enum cell_style style, int64_t seconds);
void cell_blank(struct sheet *sheet, int column, enum cell_style style);
/* Formulas ("=A1+B1") with the value that the program computed. Never from people's text. */
void cell_formula(struct sheet *sheet, int column, enum cell_style style, const char *formula, double value);
/* In one cell over several columns. */
void cell_formula_across(struct sheet *sheet, int column, int last_column, enum cell_style style, const char *formula, double value);
void cell_formula_text(struct sheet *sheet, int column, enum cell_style style, const char *formula, const char *value);
/* The same, evaluated as an array formula. */
void cell_formula_array(struct sheet *sheet, int column, enum cell_style style, const char *formula, double value);

/* Days since 1899-12-30, as the format counts, in the book's zone. */
double book_serial(struct book *book, instant at);
double serial_of_day(int64_t day);
/* The same as text, in the form of the book's language. */
void book_instant_text(struct book *book, instant at, char out[static INSTANT_TEXT_BYTES]);
void book_day_text(const struct book *book, int64_t day, char out[static INSTANT_TEXT_BYTES]);

/* Rules that colour cells; the sign in the cell says the same. */
enum rule_colour { RULE_GOOD, RULE_BAD, RULE_MUTED };
/* `formula` is written for the range's first cell. */
void sheet_rule(struct sheet *sheet, int64_t first_row, int first_column, int64_t last_row, int last_column,
	enum rule_colour colour, const char *formula);

/* A column chart of shares; series are rows of a sheet, one value a column. */
struct chart_series {
	const char *name; /* person's text is allowed */
	int64_t row;
};
void sheet_chart(struct sheet *sheet, int64_t at_row, int at_column, double width_px, double height_px,
	const char *title, const struct sheet *data, int64_t category_row, int first_column, int last_column,
	const struct chart_series *series, int series_count);

struct column {
	const char *heading;
	enum cell_style style;
	double least, most; /* width in characters */
};

/* A table under a frozen heading that goes on in further sheets ("Clocks 2") when one is full. Plan first: formulas need the ranges. */
struct table {
	struct book *book;
	const struct column *columns;
	int column_count;
	bool fast;        /* set before table_create: no formulas in its rows */
	int64_t rows_max; /* a sheet; at most TABLE_ROWS_MAX */
	int sheet_count, sheet_now;
	int64_t rows[TABLE_SHEETS_MAX]; /* planned */
	int64_t row_count;              /* written into the current sheet */
	struct sheet *sheets[TABLE_SHEETS_MAX];
	struct sheet *sheet; /* the current one */
};

void table_begin(
	struct table *table, struct book *book, const struct column *columns, int column_count, int64_t rows_max);
/* Plans rows that stay together on one sheet if one can hold them. Returns the sheet's index, or -1 when they need several. */
int table_plan(struct table *table, int64_t rows);
/* Adds the sheets with their headings. */
void table_create(struct table *table, const char *name);
/* Goes to the next row. False: the book failed. */
bool table_row(struct table *table) MUST_CHECK;
/* Rows that were planned are all written. False: too few (the book failed). */
bool table_end(struct table *table) MUST_CHECK;
/* 'Clocks'!$C$2:$C$101 */
void table_range(struct text_out *out, const struct table *table, int sheet, int column);

/* "A", "AB" */
void column_letters(int column, char out[static 4]);

#endif
