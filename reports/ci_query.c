/* The CIs of a query as a workbook: one sheet, a row a CI, the columns that were chosen. Owns nothing that outlives the call but the file.
 * Refuses: more CIs than CIQL_EXPORT_MAX, attributes that the model does not have. */
#include "cmdb/query/query.h"
#include "cmdb/usage.h"
#include "db/query.h"
#include "reports/ci_query.sql.h"
#include "reports/make.h"
#include "reports/reports.h"
#include "reports/sheet.h"
#include "reports/words.h"

#include <stdlib.h>
#include <string.h>

#define FIELDS 10
#define CHOSEN_MAX 20

struct export
{
	struct book *book;
	struct table table;
	enum words_language language;
	const struct attribute *chosen[CHOSEN_MAX];
	const char *names[CHOSEN_MAX];
	int chosen_count;
};

/* columns=memory_gb,os: attributes by name; fields of every CI are in the sheet anyway. */
static bool read_columns(struct ctx *ctx, const char *text, const struct model *model, struct export *export)
{
	const char *rest = text ? text : "";
	while (*rest) {
		size_t length = strcspn(rest, ",");
		const char *name = arena_strndup(ctx->arena, rest, length);
		const struct attribute *attribute = model_attribute(model, name);
		if (!attribute)
			return fail_field(ctx, "columns", "there is no attribute called %s", name);
		if (export->chosen_count == CHOSEN_MAX)
			return fail_field(ctx, "columns", "may have at most %d attributes", CHOSEN_MAX);
		export->chosen[export->chosen_count] = attribute;
		export->names[export->chosen_count++] = name;
		rest += length + (rest[length] == ',');
	}
	return true;
}

static enum cell_style style_of(const struct attribute *attribute)
{
	switch (attribute->type) {
	case VALUE_INTEGER:
		return CELL_INT;
	case VALUE_DECIMAL:
		return CELL_DECIMAL;
	case VALUE_DATE:
		return CELL_DAY;
	case VALUE_INSTANT:
		return CELL_INSTANT;
	default:
		return CELL_TEXT;
	}
}

static void lay_out(struct ctx *ctx, struct export *export)
{
	enum words_language language = export->language;
	struct column *columns = arena_array(ctx->arena, (size_t)(FIELDS + export->chosen_count), sizeof(*columns));
	const struct column fixed[FIELDS] = {
		{ words_get(language, WORD_NO), CELL_ID, 6, 12 },
		{ words_get(language, WORD_CI_NAME), CELL_TEXT, 20, 50 },
		{ words_get(language, WORD_CI_CLASS), CELL_TEXT, 14, 30 },
		{ words_get(language, WORD_CI_STATE), CELL_TEXT, 12, 20 },
		{ words_get(language, WORD_CI_LOCATION), CELL_TEXT, 14, 40 },
		{ words_get(language, WORD_CI_OWNER), CELL_TEXT, 14, 34 },
		{ words_get(language, WORD_CI_KEY), CELL_TEXT, 12, 30 },
		{ words_get(language, WORD_CI_SOURCE), CELL_TEXT, 10, 24 },
		{ words_get(language, WORD_CI_CREATED), CELL_INSTANT, 17, 20 },
		{ words_get(language, WORD_CI_UPDATED), CELL_INSTANT, 17, 20 },
	};
	memcpy(columns, fixed, sizeof(fixed));
	for (int i = 0; i < export->chosen_count; i++) {
		const struct attribute *attribute = export->chosen[i];
		const char *label = language == WORDS_RU ? attribute->label_ru : attribute->label_en;
		columns[FIELDS + i] = (struct column){ attribute->unit ? arena_printf(ctx->arena, "%s, %s", label, attribute->unit) : label, style_of(attribute), 10, 40 };
	}
	table_begin(&export->table, export->book, columns, FIELDS + export->chosen_count, TABLE_ROWS_MAX);
	export->table.fast = true;
}

static void put_value(struct sheet *sheet, int column, const struct attribute *attribute, const char *value)
{
	int64_t day;
	instant at;
	char *end;
	enum cell_style style = style_of(attribute);
	double number = value ? strtod(value, &end) : 0;
	if (!value)
		cell_blank(sheet, column, style);
	else if ((style == CELL_INT || style == CELL_DECIMAL) && *end == '\0')
		cell_number(sheet, column, style, number);
	else if (style == CELL_DAY && day_parse(value, &day))
		cell_day(sheet, column, style, day);
	else if (style == CELL_INSTANT && instant_parse(value, &at))
		cell_instant(sheet, column, style, at);
	else
		cell_text(sheet, column, CELL_TEXT, value);
}

static bool put_rows(struct ctx *ctx, struct export *export, const struct rows *rows)
{
	for (int i = 0; i < rows_count(rows); i++) {
		const char *const *values;
		if (!table_row(&export->table))
			return false;
		struct sheet *sheet = export->table.sheet;
		cell_number(sheet, 0, CELL_ID, (double)rows_int(rows, i, 0));
		cell_text(sheet, 1, CELL_TEXT, rows_text(rows, i, 1));
		cell_text(sheet, 2, CELL_TEXT, rows_text(rows, i, export->language == WORDS_RU ? 3 : 2));
		for (int column = 3; column < 8; column++)
			cell_text(sheet, column, CELL_TEXT, rows_text(rows, i, column + 1));
		cell_instant(sheet, 8, CELL_INSTANT, rows_instant(rows, i, 9));
		cell_instant(sheet, 9, CELL_INSTANT, rows_instant(rows, i, 10));
		int count = rows_array(ctx, rows, i, 11, &values);
		for (int k = 0; k < count && k < export->chosen_count; k++)
			put_value(sheet, FIELDS + k, export->chosen[k], values[k]);
	}
	return table_end(&export->table);
}

static struct rows *find(struct ctx *ctx, const struct export *export, const char *tree, instant at)
{
	struct query_args args = query_args(ctx);
	arg_text(&args, tree);
	arg_instant(&args, at);
	arg_int(&args, CIQL_EXPORT_MAX);
	arg_ints(&args, ctx->actor.teams, ctx->actor.team_count);
	arg_bool(&args, CTX_HAS_ROLE(ctx, ROLES_READ_ALL));
	arg_int(&args, ctx->actor.id);
	arg_texts(&args, export->names, export->chosen_count);
	arg_text(&args, export->language == WORDS_RU ? "ru" : "en");
	return query_run(ctx, QUERY_CI_QUERY_ROWS, &args);
}

bool report_ci_query_xlsx(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct ciql_compiled compiled;
	struct model model;
	struct export export = { .language = strcmp(ctx->actor.language, "ru") == 0 ? WORDS_RU : WORDS_EN };
	const char *text = request_query(req, "query"), *class = request_query(req, "class"), *columns = request_query(req, "columns");
	char today[INSTANT_TEXT_BYTES];
	instant at = query_instant(req, "at", INSTANT_NONE);
	int fd;
	if (!query_done(req, (const char *const[]){ "query", "class", "columns", "at", NULL }) ||
		!ciql_read(ctx, "query", text ? text : "", class, &model, &compiled) || !read_columns(ctx, columns, &model, &export))
		return false;
	struct rows *rows = find(ctx, &export, compiled.tree, at);
	if (!rows)
		return false;
	for (int i = 0; i < export.chosen_count; i++)
		usage_note(ctx, USAGE_REPORT, export.chosen[i]->id);
	struct book_options options = { .language = export.language == WORDS_RU ? "ru" : "en",
		.zone = ctx->actor.zone,
		.title = words_get(export.language, WORD_CI_TITLE),
		.subject = text ? text : "",
		.author = ctx->actor.name,
		.comments = words_get(export.language, WORD_COMMENTS),
		.cut_mark = words_get(export.language, WORD_CUT_MARK) };
	export.book = book_open(ctx, &options);
	if (!export.book)
		return false;
	lay_out(ctx, &export);
	table_plan(&export.table, rows_count(rows));
	table_create(&export.table, words_get(export.language, WORD_CI_TITLE));
	if (!put_rows(ctx, &export, rows) || !book_close(export.book, &fd))
		return false;
	day_format(ctx->now / 86400, today);
	reply_header(req, "Content-Disposition", arena_printf(ctx->arena, "attachment; filename=\"cmdb_%s.xlsx\"", today));
	reply_header(req, "Cache-Control", "no-store");
	return reply_file(req, REPORT_CONTENT_TYPE, fd);
}
