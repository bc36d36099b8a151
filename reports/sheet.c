/* Books and sheets: opening, rows and cells, closing. Owns libxlsxwriter's workbook and the file.
 * Refuses: formulas from anything but the caller's own text; see sheet.h. */
#include "reports/file.h"
#include "reports/sheet_internal.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define DAY_S 86400
#define EPOCH_SERIAL 25569 /* 1970-01-01 */
#define SCRATCH_RESET_BYTES 1048576
#define SPARE_BYTES 16777216

bool book_good(const struct book *book)
{
	return !book->failed;
}

bool book_fail(struct book *book, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	const char *why = arena_vprintf(book->ctx->arena, format, args);
	va_end(args);
	if (!book->failed)
		fail_internal(book->ctx, ERROR_INTERNAL, "workbook: %s", why);
	book->failed = true;
	return false;
}

bool book_limit(struct book *book, const char *why)
{
	if (!book->failed)
		fail(book->ctx, ERROR_INVALID,
			"The workbook would be larger than its format allows: %s. Choose a shorter period or one supplier.", why);
	book->failed = true;
	return false;
}

bool book_check(struct book *book, lxw_error error, const char *what)
{
	return error == LXW_NO_ERROR || book_fail(book, "%s: %s", what, lxw_strerror(error));
}

static void book_release(void *book_)
{
	struct book *book = book_;
	/* Only the library's own closing frees a workbook; for one that failed its result has nowhere to go. */
	if (book->workbook)
		lxw_workbook_free(book->workbook);
	if (book->fd >= 0)
		close(book->fd);
	if (book->zone)
		zone_destroy(book->zone);
	arena_destroy(book->scratch);
}

static bool set_properties(struct book *book)
{
	struct arena *arena = book->ctx->arena;
	const struct book_options *options = &book->options;
	lxw_doc_properties properties = { 0 };
	properties.title = arena_strdup(arena, options->title);
	properties.subject = arena_strdup(arena, options->subject);
	properties.author = arena_strdup(arena, options->author);
	properties.comments = arena_strdup(arena, options->comments);
	properties.created = (time_t)book->ctx->now;
	return book_check(book, workbook_set_properties(book->workbook, &properties), "document properties");
}

struct book *book_open(struct ctx *ctx, const struct book_options *options)
{
	char why[128];
	struct book *book = arena_alloc(ctx->arena, sizeof(*book));
	const char *folder = file_folder();
	book->ctx = ctx;
	book->options = *options;
	book->sheets_tail = &book->sheets;
	book->scratch = arena_create(65536);
	book->zone = zone_load(options->zone, why, sizeof(why));
	book->fd = file_unnamed();
	arena_on_release(ctx->arena, book_release, book);
	if (!book->zone) {
		fail_internal(ctx, ERROR_INTERNAL, "workbook: %s", why);
		return NULL;
	}
	if (book->fd < 0) {
		fail_internal(ctx, ERROR_INTERNAL, "workbook: no temporary file in %s: %s", folder, strerror(errno));
		return NULL;
	}
	lxw_workbook_options library = {
		.constant_memory = LXW_TRUE, .tmpdir = arena_strdup(ctx->arena, folder), .use_zip64 = LXW_TRUE
	};
	book->workbook = workbook_new_opt(arena_printf(ctx->arena, "/proc/self/fd/%d", book->fd), &library);
	if (!book->workbook) {
		book_fail(book, "out of memory");
		return NULL;
	}
	return set_properties(book) ? book : NULL;
}

/* What was written into each sheet's temporary file; a stream that had an error ends the book. */
static int64_t *sheets_written(struct book *book, int *count_r, int64_t *total_r)
{
	int count = 0;
	*total_r = 0;
	for (struct sheet *sheet = book->sheets; sheet; sheet = sheet->next)
		count++;
	int64_t *bytes = arena_array(book->ctx->arena, (size_t)count + 1, sizeof(*bytes));
	*count_r = 0;
	for (struct sheet *sheet = book->sheets; sheet; sheet = sheet->next) {
		if (sheet->fast)
			fast_row_end(sheet);
		else
			lxw_worksheet_write_single_row(sheet->worksheet);
		FILE *file = sheet->worksheet->optimize_tmpfile;
		if (file && (fflush(file) != 0 || ferror(file)))
			book_fail(book, "writing temporary rows: %s", strerror(errno));
		long at = file ? ftell(file) : 0;
		bytes[(*count_r)++] = at;
		*total_r += at;
	}
	return bytes;
}

/* While it closes, the library holds the rows twice and the finished file beside them. */
static bool has_room(struct book *book, int64_t total_bytes)
{
	struct statvfs volume;
	if (fstatvfs(book->fd, &volume) != 0)
		return book_fail(book, "the temporary folder: %s", strerror(errno));
	uint64_t left = (uint64_t)volume.f_bavail * volume.f_frsize;
	if (left < (uint64_t)total_bytes + (uint64_t)total_bytes / 2 + SPARE_BYTES)
		return book_fail(
			book, "not enough room in the temporary folder: %llu bytes are left", (unsigned long long)left);
	return true;
}

static void fit_columns(struct sheet *sheet)
{
	for (int column = 0; column < sheet->column_count; column++) {
		double width = sheet->width[column];
		if (sheet->most[column] > 0 && width > sheet->most[column])
			width = sheet->most[column];
		if (width < sheet->least[column])
			width = sheet->least[column];
		if (width > 0)
			book_check(sheet->book,
				worksheet_set_column(sheet->worksheet, (lxw_col_t)column, (lxw_col_t)column, width, NULL),
				"width of a column");
	}
}

bool book_close(struct book *book, int *fd_r)
{
	int count;
	int64_t total;
	for (struct sheet *sheet = book->sheets; sheet; sheet = sheet->next)
		fit_columns(sheet);
	const int64_t *bytes = sheets_written(book, &count, &total);
	if (book->failed || !has_room(book, total))
		return false;
	lxw_workbook *workbook = book->workbook;
	book->workbook = NULL;
	if (!book_check(book, workbook_close(workbook), "closing"))
		return false;
	if (!sheet_file_whole(book->fd, bytes, count))
		return book_fail(book, "the finished file is not whole; is the temporary folder full?");
	if (lseek(book->fd, 0, SEEK_SET) != 0)
		return book_fail(book, "%s", strerror(errno));
	*fd_r = book->fd;
	book->fd = -1;
	return true;
}

struct sheet *sheet_add(struct book *book, const char *name)
{
	struct arena *arena = book->ctx->arena;
	struct sheet *sheet = arena_alloc(arena, sizeof(*sheet));
	struct text_out quoted;
	sheet->book = book;
	sheet->name = sheet_name_clean(book, name);
	text_begin(&quoted, arena, 40);
	text_append_char(&quoted, '\'');
	for (const char *c = sheet->name; *c; c++)
		text_append(&quoted, *c == '\'' ? "''" : c, *c == '\'' ? 2 : 1);
	text_append_char(&quoted, '\'');
	sheet->quoted = quoted.data;
	sheet->row = -1;
	sheet->worksheet = workbook_add_worksheet(book->workbook, sheet->name);
	INVARIANT(sheet->worksheet != NULL); /* the name was made to suit */
	*book->sheets_tail = sheet;
	book->sheets_tail = &sheet->next;
	return sheet;
}

const char *sheet_quoted(const struct sheet *sheet)
{
	return sheet->quoted;
}

void sheet_row(struct sheet *sheet, int64_t row)
{
	if (row < sheet->row || row >= SHEET_ROWS_MAX) {
		book_fail(sheet->book, "row %lld of %s after row %lld", (long long)row, sheet->name, (long long)sheet->row);
		return;
	}
	if (sheet->fast && row != sheet->row)
		fast_row_end(sheet);
	sheet->row = row;
}

int64_t sheet_row_now(const struct sheet *sheet)
{
	return sheet->row;
}

void sheet_row_height(struct sheet *sheet, double points)
{
	if (!sheet->book->failed)
		book_check(
			sheet->book, worksheet_set_row(sheet->worksheet, (lxw_row_t)sheet->row, points, NULL), "height of a row");
}

static bool cell_ready(struct sheet *sheet, int column)
{
	INVARIANT(column >= 0 && column < SHEET_COLUMNS_MAX && sheet->row >= 0);
	if (column >= sheet->column_count)
		sheet->column_count = column + 1;
	return !sheet->book->failed;
}

static void widen(struct sheet *sheet, int column, double width)
{
	if (width > sheet->width[column])
		sheet->width[column] = width;
}

/* The longest line of a text, or of a heading the longest word, for it wraps. */
static double text_width(enum cell_style style, const char *text)
{
	bool heading = style >= CELL_HEAD && style <= CELL_HEAD_MONTH;
	const char *stops = heading ? " \n-" : "\n";
	double widest = 0, now = 0;
	for (; *text; text++) {
		if ((*text & 0xc0) == 0x80)
			continue;
		now = strchr(stops, *text) ? 0 : now + 1;
		widest = now > widest ? now : widest;
	}
	return heading ? widest + 3 : widest + 2; /* room for the filter's button */
}

double text_cell_width(const char *text)
{
	return text_width(CELL_TEXT, text);
}

void cell_text(struct sheet *sheet, int column, enum cell_style style, const char *text_or_null)
{
	struct book *book = sheet->book;
	if (!cell_ready(sheet, column) || !text_or_null)
		return;
	if (arena_used_bytes(book->scratch) > SCRATCH_RESET_BYTES)
		arena_reset(book->scratch);
	text_begin(&book->text, book->scratch, strlen(text_or_null) + 16);
	if (!cell_text_clean(&book->text, text_or_null, strlen(text_or_null), book->options.cut_mark)) {
		book_fail(book, "a text is not UTF-8");
		return;
	}
	if (style != CELL_TITLE && style != CELL_SECTION && style != CELL_NOTE && style != CELL_WARN)
		widen(sheet, column, text_width(style, book->text.data));
	if (book->text.length == 0)
		return;
	if (sheet->fast) {
		fast_text(sheet, column, style, book->text.data, book->text.length);
		return;
	}
	book_check(book,
		worksheet_write_string(
			sheet->worksheet, (lxw_row_t)sheet->row, (lxw_col_t)column, book->text.data, sheet_format(sheet, style)),
		"a text");
}

void cell_text_across(struct sheet *sheet, int column, int last_column, enum cell_style style, const char *text)
{
	lxw_row_t row = (lxw_row_t)sheet->row;
	if (!cell_ready(sheet, last_column))
		return;
	book_check(sheet->book,
		worksheet_merge_range(
			sheet->worksheet, row, (lxw_col_t)column, row, (lxw_col_t)last_column, "", sheet_format(sheet, style)),
		"cells in one");
	double width = sheet->width[column];
	cell_text(sheet, column, style, text);
	sheet->width[column] = width;
}

void cell_number(struct sheet *sheet, int column, enum cell_style style, double value)
{
	struct book *book = sheet->book;
	if (!cell_ready(sheet, column))
		return;
	if (!isfinite(value)) {
		book_fail(book, "a number is not finite");
		return;
	}
	widen(sheet, column, style_width(style));
	if (style == CELL_INT || style == CELL_ID)
		widen(sheet, column, value >= 1e6 ? 13 : value >= 1e4 ? 9 : 6);
	if (sheet->fast) {
		fast_number(sheet, column, style, value);
		return;
	}
	book_check(book,
		worksheet_write_number(
			sheet->worksheet, (lxw_row_t)sheet->row, (lxw_col_t)column, value, sheet_format(sheet, style)),
		"a number");
}

double book_serial(struct book *book, instant at)
{
	/* The stretch of the last look-up answers nearly all of them. */
	if (at < book->offset_from || at >= book->offset_until) {
		book->offset_s = zone_stretch(book->zone, at, &book->offset_until);
		book->offset_from = at;
	}
	return (double)(at + book->offset_s) / DAY_S + EPOCH_SERIAL;
}

void book_day_text(const struct book *book, int64_t day, char out[static INSTANT_TEXT_BYTES])
{
	int year, month, mday;
	day_to_civil(day, &year, &month, &mday);
	bool russian = strcmp(book->options.language, "ru") == 0;
	snprintf(
		out, INSTANT_TEXT_BYTES, russian ? "%3$02d.%2$02d.%1$04d" : "%1$04d-%2$02d-%3$02d", year % 10000, month, mday);
}

void book_instant_text(struct book *book, instant at, char out[static INSTANT_TEXT_BYTES])
{
	char day[INSTANT_TEXT_BYTES];
	int64_t minutes = (int64_t)floor((book_serial(book, at) - EPOCH_SERIAL) * 1440 + 1e-6);
	book_day_text(book, minutes / 1440, day);
	snprintf(out, INSTANT_TEXT_BYTES, "%.12s %02d:%02d", day, (int)(minutes % 1440 / 60), (int)(minutes % 60));
}

double serial_of_day(int64_t day)
{
	return (double)(day + EPOCH_SERIAL);
}

void cell_instant(struct sheet *sheet, int column, enum cell_style style, instant at_or_none)
{
	if (at_or_none == INSTANT_NONE)
		return;
	double serial = book_serial(sheet->book, at_or_none);
	if (!sheet->fast) {
		cell_number(sheet, column, style, serial);
	} else if (cell_ready(sheet, column)) {
		widen(sheet, column, style_width(style));
		fast_seconds(sheet, column, style, at_or_none + sheet->book->offset_s + (int64_t)EPOCH_SERIAL * DAY_S);
	}
}

void cell_day(struct sheet *sheet, int column, enum cell_style style, int64_t day)
{
	cell_number(sheet, column, style, serial_of_day(day));
}

void cell_seconds(struct sheet *sheet, int column, enum cell_style style, int64_t seconds)
{
	if (!sheet->fast) {
		cell_number(sheet, column, style, (double)seconds / DAY_S);
	} else if (cell_ready(sheet, column)) {
		widen(sheet, column, style_width(style));
		fast_seconds(sheet, column, style, seconds);
	}
}

void cell_blank(struct sheet *sheet, int column, enum cell_style style)
{
	struct book *book = sheet->book;
	if (cell_ready(sheet, column))
		book_check(book,
			worksheet_write_blank(
				sheet->worksheet, (lxw_row_t)sheet->row, (lxw_col_t)column, sheet_format(sheet, style)),
			"an empty cell");
}

static bool formula_ready(struct sheet *sheet, int column, const char *formula)
{
	INVARIANT(!sheet->fast);
	/* The format's limit is 8,192 characters. */
	return cell_ready(sheet, column) &&
		(text_utf8_length(formula) <= 8192 || book_limit(sheet->book, "a formula over so many sheets is too long"));
}

void cell_formula(struct sheet *sheet, int column, enum cell_style style, const char *formula, double value)
{
	struct book *book = sheet->book;
	if (!formula_ready(sheet, column, formula))
		return;
	if (!isfinite(value)) {
		book_fail(book, "the value of a formula is not finite");
		return;
	}
	widen(sheet, column, style_width(style));
	book_check(book,
		worksheet_write_formula_num(
			sheet->worksheet, (lxw_row_t)sheet->row, (lxw_col_t)column, formula, sheet_format(sheet, style), value),
		"a formula");
}

void cell_formula_across(struct sheet *sheet, int column, int last_column, enum cell_style style, const char *formula, double value)
{
	lxw_row_t row = (lxw_row_t)sheet->row;
	if (!cell_ready(sheet, last_column))
		return;
	book_check(sheet->book,
		worksheet_merge_range(
			sheet->worksheet, row, (lxw_col_t)column, row, (lxw_col_t)last_column, "", sheet_format(sheet, style)),
		"cells in one");
	double width = sheet->width[column];
	cell_formula(sheet, column, style, formula, value);
	sheet->width[column] = width;
}

void cell_formula_text(struct sheet *sheet, int column, enum cell_style style, const char *formula, const char *value)
{
	struct book *book = sheet->book;
	if (!formula_ready(sheet, column, formula))
		return;
	widen(sheet, column, text_width(style, value));
	book_check(book,
		worksheet_write_formula_str(
			sheet->worksheet, (lxw_row_t)sheet->row, (lxw_col_t)column, formula, sheet_format(sheet, style), value),
		"a formula");
}

void cell_formula_array(struct sheet *sheet, int column, enum cell_style style, const char *formula, double value)
{
	struct book *book = sheet->book;
	lxw_row_t row = (lxw_row_t)sheet->row;
	if (!formula_ready(sheet, column, formula))
		return;
	if (!isfinite(value)) {
		book_fail(book, "the value of a formula is not finite");
		return;
	}
	widen(sheet, column, style_width(style));
	book_check(book,
		worksheet_write_array_formula_num(sheet->worksheet, row, (lxw_col_t)column, row, (lxw_col_t)column, formula,
			sheet_format(sheet, style), value),
		"an array formula");
}
