/* How sheets look: formats, rules, printing, charts. Owns nothing beside the book's formats.
 * Colours are those of the interface (light): a colour never says anything that a sign or a word does not say too. */
#include "reports/sheet_internal.h"

#include <string.h>

#define COLOUR_TEXT 0x16202b
#define COLOUR_MUTED 0x52606d
#define COLOUR_ACCENT 0x0b5fce
#define COLOUR_HEAD 0x1f3a5f
#define COLOUR_LINE 0xd5dbe1
#define COLOUR_RAISED 0xf1f4f7
#define COLOUR_GOOD 0x1a6b3c
#define COLOUR_GOOD_GROUND 0xe2f3e8
#define COLOUR_BAD 0xb3261e
#define COLOUR_BAD_GROUND 0xfbe4e2

#define FONT "Arial"

struct look {
	const char *number; /* English form; NULL: text */
	const char *number_ru;
	double size;
	uint32_t colour;
	bool bold, wrap, top, left, centre;
	double width;
};

#define DATE_EN "yyyy-mm-dd"
#define DATE_RU "dd.mm.yyyy"
/* Up and down are told by the arrow. */
#define CHANGE "\"▲ \"0.0;\"▼ \"0.0;0.0"

static const struct look looks[CELL_STYLES] = {
	[CELL_TEXT] = { .number = NULL },
	[CELL_WRAP] = { .wrap = true, .top = true },
	[CELL_CODE] = { .colour = COLOUR_MUTED },
	[CELL_SIGN] = { .number = "General", .centre = true },
	[CELL_INT] = { .number = "#,##0" },
	[CELL_ID] = { .number = "0", .colour = COLOUR_MUTED, .left = true },
	[CELL_INSTANT] = { .number = DATE_EN " hh:mm", .number_ru = DATE_RU " hh:mm", .width = 17 },
	[CELL_DAY] = { .number = DATE_EN, .number_ru = DATE_RU, .width = 12 },
	[CELL_MONTH] = { .number = "[$-409]mmm yyyy", .number_ru = "[$-419]mmm yyyy", .width = 10 },
	[CELL_DURATION] = { .number = "[h]:mm", .width = 9 },
	[CELL_PERCENT] = { .number = "0.0%", .width = 9 },
	[CELL_PERCENT_2] = { .number = "0.00%", .width = 9 },
	[CELL_DECIMAL] = { .number = "0.00", .width = 8 },
	[CELL_MONEY] = { .number = "#,##0.00", .width = 14 },
	[CELL_CHANGE] = { .number = CHANGE, .width = 9 },
	[CELL_TITLE] = { .size = 18, .bold = true, .colour = COLOUR_HEAD },
	[CELL_SECTION] = { .size = 12, .bold = true, .colour = COLOUR_HEAD },
	[CELL_LABEL] = { .colour = COLOUR_MUTED, .wrap = true, .top = true },
	[CELL_FACT] = { .left = true },
	[CELL_FACT_DAY] = { .number = DATE_EN, .number_ru = DATE_RU, .left = true, .width = 12 },
	[CELL_FACT_INSTANT] = { .number = DATE_EN " hh:mm", .number_ru = DATE_RU " hh:mm", .left = true, .width = 17 },
	[CELL_NOTE] = { .colour = COLOUR_MUTED },
	[CELL_WARN] = { .bold = true, .colour = COLOUR_BAD },
	[CELL_HEAD] = { .bold = true, .wrap = true },
	[CELL_HEAD_NUMBER] = { .bold = true, .wrap = true },
	[CELL_HEAD_CENTRE] = { .bold = true, .wrap = true },
	[CELL_HEAD_MONTH] = { .number = "[$-409]mmm yyyy", .number_ru = "[$-419]mmm yyyy", .bold = true, .width = 10 },
	[CELL_TOTAL_TEXT] = { .bold = true },
	[CELL_TOTAL_INT] = { .number = "#,##0", .bold = true },
	[CELL_TOTAL_PERCENT] = { .number = "0.0%", .bold = true, .width = 9 },
	[CELL_TOTAL_CHANGE] = { .number = CHANGE, .bold = true, .width = 9 },
	[CELL_TOTAL_SIGN] = { .number = "General", .bold = true, .centre = true },
};

double style_width(enum cell_style style)
{
	return looks[style].width;
}

static bool is_head(enum cell_style style)
{
	return style >= CELL_HEAD && style <= CELL_HEAD_MONTH;
}

static bool is_total(enum cell_style style)
{
	return style >= CELL_TOTAL_TEXT && style <= CELL_TOTAL_SIGN;
}

enum cell_style head_of(enum cell_style style)
{
	switch (style) {
	case CELL_INT:
	case CELL_INSTANT:
	case CELL_DAY:
	case CELL_MONTH:
	case CELL_DURATION:
	case CELL_PERCENT:
	case CELL_PERCENT_2:
	case CELL_MONEY:
	case CELL_DECIMAL:
	case CELL_CHANGE:
		return CELL_HEAD_NUMBER;
	case CELL_SIGN:
		return CELL_HEAD_CENTRE;
	default:
		return CELL_HEAD;
	}
}

lxw_format *sheet_format(struct sheet *sheet, enum cell_style style)
{
	struct book *book = sheet->book;
	lxw_format **place = &book->formats[sheet->plain][style], *format = *place;
	const struct look *look = &looks[style];
	if (format)
		return format;
	format = *place = workbook_add_format(book->workbook);
	INVARIANT(format != NULL);
	bool russian = strcmp(book->options.language, "ru") == 0;
	const char *number = russian && look->number_ru ? look->number_ru : look->number;
	format_set_font_name(format, style == CELL_CODE ? "Courier New" : FONT);
	format_set_font_size(format, look->size > 0 ? look->size : 10);
	format_set_font_color(format, is_head(style) ? 0xffffff : look->colour ? look->colour : COLOUR_TEXT);
	if (look->bold)
		format_set_bold(format);
	/* Text is text: a reader that edits the cell must not make a formula of it. */
	format_set_num_format(format, number ? number : "@");
	if (look->wrap)
		format_set_text_wrap(format);
	format_set_align(format, look->top ? LXW_ALIGN_VERTICAL_TOP : LXW_ALIGN_VERTICAL_CENTER);
	if (style == CELL_TEXT || style == CELL_HEAD)
		format_set_indent(format, 1);
	if (look->left)
		format_set_align(format, LXW_ALIGN_LEFT);
	if (look->centre)
		format_set_align(format, LXW_ALIGN_CENTER);
	if (is_head(style)) {
		format_set_bg_color(format, COLOUR_HEAD);
		format_set_align(format,
			style == CELL_HEAD              ? LXW_ALIGN_LEFT
				: style == CELL_HEAD_CENTRE ? LXW_ALIGN_CENTER
											: LXW_ALIGN_RIGHT);
	} else if (is_total(style)) {
		format_set_bg_color(format, COLOUR_RAISED);
		format_set_top(format, LXW_BORDER_THIN);
		format_set_top_color(format, COLOUR_MUTED);
	} else if (style < CELL_TITLE && !sheet->plain) {
		format_set_bottom(format, LXW_BORDER_HAIR);
		format_set_bottom_color(format, COLOUR_LINE);
	}
	return format;
}

lxw_format *book_rule(struct book *book, enum rule_colour colour)
{
	static const uint32_t letters[] = { COLOUR_GOOD, COLOUR_BAD, COLOUR_MUTED };
	static const uint32_t grounds[] = { COLOUR_GOOD_GROUND, COLOUR_BAD_GROUND, COLOUR_RAISED };
	if (!book->rules[colour]) {
		book->rules[colour] = workbook_add_format(book->workbook);
		INVARIANT(book->rules[colour] != NULL);
		format_set_font_color(book->rules[colour], letters[colour]);
		format_set_bg_color(book->rules[colour], grounds[colour]);
	}
	return book->rules[colour];
}

void sheet_print_whole(struct sheet *sheet)
{
	worksheet_fit_to_pages(sheet->worksheet, 1, 1);
}

void sheet_print(struct sheet *sheet, int heading_rows, bool wide)
{
	struct book *book = sheet->book;
	worksheet_set_landscape(sheet->worksheet);
	worksheet_set_paper(sheet->worksheet, wide ? 8 : 9);
	worksheet_fit_to_pages(sheet->worksheet, 1, 0);
	worksheet_set_margins(sheet->worksheet, 0.4, 0.4, 0.5, 0.6);
	worksheet_gridlines(sheet->worksheet, sheet->plain ? LXW_SHOW_SCREEN_GRIDLINES : LXW_HIDE_ALL_GRIDLINES);
	if (heading_rows > 0)
		book_check(book, worksheet_repeat_rows(sheet->worksheet, 0, (lxw_row_t)heading_rows - 1), "print titles");
	book_check(book, worksheet_set_footer(sheet->worksheet, "&L&8&F&C&8&A&R&8&P / &N"), "a footer");
}

void sheet_plain(struct sheet *sheet)
{
	sheet->plain = true;
}

void sheet_freeze(struct sheet *sheet, int rows, int columns)
{
	worksheet_freeze_panes(sheet->worksheet, (lxw_row_t)rows, (lxw_col_t)columns);
}

void sheet_filter(struct sheet *sheet, int64_t first_row, int first_column, int64_t last_row, int last_column)
{
	if (!sheet->book->failed)
		book_check(sheet->book,
			worksheet_autofilter(sheet->worksheet, (lxw_row_t)first_row, (lxw_col_t)first_column, (lxw_row_t)last_row,
				(lxw_col_t)last_column),
			"a filter");
}

void sheet_width(struct sheet *sheet, int column, double least, double most)
{
	INVARIANT(column >= 0 && column < SHEET_COLUMNS_MAX);
	if (column >= sheet->column_count)
		sheet->column_count = column + 1;
	sheet->least[column] = least;
	sheet->most[column] = most;
}

void sheet_tab(struct sheet *sheet, uint32_t rgb)
{
	worksheet_set_tab_color(sheet->worksheet, rgb);
}

void sheet_rule(struct sheet *sheet, int64_t first_row, int first_column, int64_t last_row, int last_column,
	enum rule_colour colour, const char *formula)
{
	struct book *book = sheet->book;
	lxw_conditional_format rule = { 0 };
	if (book->failed)
		return;
	rule.type = LXW_CONDITIONAL_TYPE_FORMULA;
	rule.value_string = arena_strdup(book->ctx->arena, formula);
	rule.format = book_rule(book, colour);
	book_check(book,
		worksheet_conditional_format_range(sheet->worksheet, (lxw_row_t)first_row, (lxw_col_t)first_column,
			(lxw_row_t)last_row, (lxw_col_t)last_column, &rule),
		"a rule");
}

/* Told apart by lightness too, for printers and eyes without colours. */
static const uint32_t series_colours[] = { 0x0b5fce, 0x8a4b00, 0x6b3fa0, 0x1a6b3c, 0xb3261e, 0x7b8794, 0x6cb2ff,
	0xf0b155 };

static void chart_look(lxw_chart *chart, const char *title, bool russian)
{
	lxw_chart_font heading = { .size = 11, .bold = LXW_TRUE, .color = COLOUR_HEAD };
	lxw_chart_font small = { .size = 9, .color = COLOUR_MUTED };
	lxw_chart_line line = { .color = COLOUR_LINE, .width = 0.75 };
	chart_title_set_name(chart, title);
	chart_title_set_name_font(chart, &heading);
	chart_axis_set_num_format(chart->y_axis, "0%");
	chart_axis_set_min(chart->y_axis, 0);
	chart_axis_set_max(chart->y_axis, 1);
	chart_axis_set_major_unit(chart->y_axis, 0.2);
	chart_axis_set_num_font(chart->y_axis, &small);
	chart_axis_set_num_font(chart->x_axis, &small);
	chart_axis_set_num_format(chart->x_axis, russian ? looks[CELL_MONTH].number_ru : looks[CELL_MONTH].number);
	chart_axis_major_gridlines_set_line(chart->y_axis, &line);
	chart_legend_set_position(chart, LXW_CHART_LEGEND_BOTTOM);
}

/* A text that begins with "=" would be read as a reference. NULL: not UTF-8. */
static const char *chart_words(struct book *book, const char *text)
{
	struct text_out out;
	text_begin(&out, book->ctx->arena, strlen(text) + 16);
	if (text[0] == '=')
		text_append_char(&out, ' ');
	return chart_text_clean(&out, text) ? out.data : NULL;
}

void sheet_chart(struct sheet *sheet, int64_t at_row, int at_column, double width_px, double height_px,
	const char *title, const struct sheet *data, int64_t category_row, int first_column, int last_column,
	const struct chart_series *series, int series_count)
{
	struct book *book = sheet->book;
	lxw_row_t months = (lxw_row_t)category_row;
	lxw_col_t first = (lxw_col_t)first_column, last = (lxw_col_t)last_column;
	if (book->failed)
		return;
	lxw_chart *chart = workbook_add_chart(book->workbook, LXW_CHART_COLUMN);
	INVARIANT(chart != NULL);
	const char *heading = chart_words(book, title);
	if (!heading) {
		book_fail(book, "a name is not UTF-8");
		return;
	}
	chart_look(chart, heading, strcmp(book->options.language, "ru") == 0);
	for (int i = 0; i < series_count; i++) {
		lxw_row_t row = (lxw_row_t)series[i].row;
		lxw_chart_series *one = chart_add_series(chart, NULL, NULL);
		lxw_chart_fill fill = { .color = series_colours[i % (int)(sizeof(series_colours) / sizeof(*series_colours))] };
		INVARIANT(one != NULL);
		chart_series_set_categories(one, data->name, months, first, months, last);
		chart_series_set_values(one, data->name, row, first, row, last);
		chart_series_set_fill(one, &fill);
		const char *name = chart_words(book, series[i].name);
		if (!name) {
			book_fail(book, "a name is not UTF-8");
			return;
		}
		chart_series_set_name(one, name);
	}
	lxw_chart_options place = { .x_offset = 4,
		.y_offset = 6,
		.x_scale = width_px / 480,
		.y_scale = height_px / 288,
		.object_position = LXW_OBJECT_MOVE_DONT_SIZE };
	book_check(book,
		worksheet_insert_chart_opt(sheet->worksheet, (lxw_row_t)at_row, (lxw_col_t)at_column, chart, &place),
		"a chart");
}
