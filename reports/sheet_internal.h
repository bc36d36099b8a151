/* What the files of the sheet writer share. */
#ifndef VAKHTA_REPORTS_SHEET_INTERNAL_H
#define VAKHTA_REPORTS_SHEET_INTERNAL_H

#include "reports/sheet.h"
#include "sla/zone.h"

#include <xlsxwriter.h>

struct sheet {
	struct book *book;
	struct sheet *next;
	lxw_worksheet *worksheet;
	const char *name, *quoted;
	int64_t row;
	double width[SHEET_COLUMNS_MAX], least[SHEET_COLUMNS_MAX], most[SHEET_COLUMNS_MAX];
	int column_count;
	bool plain; /* no lines below cells; the reader's grid shows them */
	bool fast;  /* sheet_row.c writes the rows */
	int fast_column; /* the last of the row; -1: none yet */
	int fast_format[CELL_STYLES];
	struct text_out fast_row;
};

struct book {
	struct ctx *ctx;
	struct book_options options;
	struct arena *scratch; /* of one cell's text */
	lxw_workbook *workbook;
	int fd;
	struct zone *zone;
	int offset_s; /* of the stretch that `offset_from` … `offset_until` covers */
	instant offset_from, offset_until;
	lxw_format *formats[2][CELL_STYLES]; /* with lines below the cells, and without */
	lxw_format *rules[3];
	struct sheet *sheets, **sheets_tail;
	struct text_out text;
	bool failed;
};

/* Remembers the failure of a call of the library. Returns false then. */
bool book_check(struct book *book, lxw_error error, const char *what);
lxw_format *sheet_format(struct sheet *sheet, enum cell_style style);
lxw_format *book_rule(struct book *book, enum rule_colour colour);
/* Width in characters of a style's values. */
double style_width(enum cell_style style);

/* sheet_row.c: cells of fast sheets; the row before is ended first. Text is clean and not empty. */
void fast_row_end(struct sheet *sheet);
void fast_text(struct sheet *sheet, int column, enum cell_style style, const char *text, size_t length);
void fast_number(struct sheet *sheet, int column, enum cell_style style, double value);
/* Days, from seconds. */
void fast_seconds(struct sheet *sheet, int column, enum cell_style style, int64_t seconds);

/* The same for text in charts, where _x0041_ is nothing special. */
bool chart_text_clean(struct text_out *out, const char *text);

/* The finished file holds every sheet whole. False: a part is shorter than what was written into it (a full disk is not
 * reported by the library). */
bool sheet_file_whole(int fd, const int64_t *sheet_bytes, int sheet_count);

#endif
