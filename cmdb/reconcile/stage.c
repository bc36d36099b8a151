/* Owns: taking a table in as it is: encoding and separator found or given, rows kept as they came, what each column holds.
 * Refuses: more than RECONCILE_ROWS_MAX rows, a table without a heading; broken rows are kept as such and reported. */
#include "cmdb/reconcile/encoding.h"
#include "cmdb/reconcile/reconcile.h"
#include "cmdb/reconcile/words.h"

#include "cmdb/reconcile/stage.sql.h"
#include "db/query.h"
#include "http/body.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#define SKETCH_BITS 8192
#define SAMPLES 5
#define SAMPLE_BYTES 80
#define COPY_CHUNK_BYTES (256 * 1024)

/* What a column holds. Different values are counted by a sketch: bits set in a table of SKETCH_BITS. */
struct column {
	const char *heading;
	int64_t filled;
	const char *sample[SAMPLES];
	int sample_count;
	uint64_t *sketch;
};

struct staging {
	struct ctx *ctx;
	struct csv csv;
	struct column *columns;
	int column_count;
	const char **headings;
	int64_t rows;
	struct text_out copy;
	int64_t id;
};

static bool read_bytes(struct request *req, struct upload *upload)
{
	const char *type = req->content_type ? req->content_type : "";
	*upload = (struct upload){ .bytes = req->body ? req->body : "", .length = req->body_length };
	if (strncasecmp(type, "multipart/form-data", 19) == 0)
		return body_upload(req, upload);
	if (strncasecmp(type, "text/csv", 8) != 0 && strncasecmp(type, "text/tab-separated-values", 25) != 0 && strncasecmp(type, "text/plain", 10) != 0)
		return fail(&req->ctx, ERROR_MEDIA_TYPE, "send text/csv, or multipart/form-data with a file");
	return true;
}

/* A heading is there once and not empty: its place is added where the table has it otherwise. */
static const char *unique_heading(struct staging *stage, const char *cell, int index)
{
	struct arena *arena = stage->ctx->arena;
	const char *name = text_trim(arena, cell);
	int times = 1;
	if (*name == '\0')
		name = arena_printf(arena, "(%d)", index + 1);
	if (text_utf8_length(name) > 180)
		name = arena_printf(arena, "(%d) %.100s", index + 1, text_utf8_valid(name, 100) ? name : "");
	for (int i = 0; i < index; i++)
		times += strcmp(text_trim(arena, stage->csv.cell[i]), text_trim(arena, cell)) == 0 && *text_trim(arena, cell) != '\0';
	return times > 1 ? arena_printf(arena, "%s (%d)", name, times) : name;
}

static bool read_headings(struct staging *stage)
{
	struct ctx *ctx = stage->ctx;
	if (csv_next(&stage->csv) != CSV_RECORD)
		return fail_field(ctx, "/file", "%s", stage->csv.why ? stage->csv.why : "the table has no heading");
	stage->column_count = stage->csv.cell_count;
	stage->columns = arena_array(ctx->arena, (size_t)stage->column_count, sizeof(*stage->columns));
	stage->headings = arena_array(ctx->arena, (size_t)stage->column_count, sizeof(char *));
	for (int i = 0; i < stage->column_count; i++) {
		stage->headings[i] = stage->columns[i].heading = unique_heading(stage, stage->csv.cell[i], i);
		stage->columns[i].sketch = arena_array(ctx->arena, SKETCH_BITS / 64, sizeof(uint64_t));
	}
	return true;
}

static void note_cell(struct ctx *ctx, struct column *column, const char *cell)
{
	uint64_t hash = 14695981039346656037u;
	size_t length = 0;
	for (const char *c = cell; *c; c++, length++)
		hash = (hash ^ (unsigned char)*c) * 1099511628211u;
	hash ^= hash >> 29;
	column->filled++;
	uint64_t *word = &column->sketch[hash % SKETCH_BITS / 64], bit = UINT64_C(1) << (hash % 64);
	bool fresh = (*word & bit) == 0;
	*word |= bit;
	if (fresh && column->sample_count < SAMPLES) {
		while (length > SAMPLE_BYTES || ((unsigned char)cell[length] & 0xc0) == 0x80)
			length = length > SAMPLE_BYTES ? SAMPLE_BYTES : length - 1;
		column->sample[column->sample_count++] = arena_strndup(ctx->arena, cell, length);
	}
}

static int64_t count_distinct(const struct column *column)
{
	int unset = 0;
	for (int i = 0; i < SKETCH_BITS / 64; i++)
		unset += 64 - __builtin_popcountll(column->sketch[i]);
	if (unset == 0)
		return column->filled;
	double estimate = -(double)SKETCH_BITS * log((double)unset / SKETCH_BITS);
	return estimate > (double)column->filled ? column->filled : (int64_t)(estimate + 0.5);
}

/* One line of COPY: batch, line, cells as an array. A broken record has one cell of NULL and its reason. */
static void put_row(struct staging *stage, const char *why)
{
	struct text_out array;
	text_begin(&array, stage->csv.arena, 512);
	text_append_char(&array, '{');
	for (int i = 0; i < (why ? 2 : stage->csv.cell_count); i++) {
		const char *cell = why ? (i == 0 ? NULL : why) : stage->csv.cell[i];
		text_append_z(&array, i > 0 ? "," : "");
		if (!cell) {
			text_append_z(&array, "NULL");
			continue;
		}
		text_append_char(&array, '"');
		for (const char *c = cell; *c; c++) {
			if (*c == '"' || *c == '\\')
				text_append_char(&array, '\\');
			text_append_char(&array, *c);
		}
		text_append_char(&array, '"');
	}
	text_append_char(&array, '}');
	text_append_printf(&stage->copy, "%lld\t%d\t", (long long)stage->id, stage->csv.record_line);
	copy_escape(&stage->copy, array.data);
	text_append_char(&stage->copy, '\n');
}

static bool flush(struct staging *stage, size_t over)
{
	if (stage->copy.length <= over)
		return true;
	if (!copy_put(stage->ctx, stage->copy.data, stage->copy.length))
		return false;
	stage->copy.length = 0;
	return true;
}

static void release_arena(void *arena)
{
	arena_destroy(arena);
}

static bool read_rows(struct staging *stage)
{
	struct ctx *ctx = stage->ctx;
	struct arena *scratch = arena_create(256 * 1024);
	arena_on_release(ctx->arena, release_arena, scratch);
	text_begin(&stage->copy, ctx->arena, COPY_CHUNK_BYTES * 2);
	stage->csv.arena = scratch;
	stage->csv.lenient = true;
	for (;;) {
		enum csv_result result = csv_next(&stage->csv);
		if (result == CSV_END)
			break;
		if (++stage->rows > RECONCILE_ROWS_MAX)
			return fail(ctx, ERROR_TOO_LARGE, "a table may have at most %d rows", RECONCILE_ROWS_MAX);
		for (int i = 0; result == CSV_RECORD && i < stage->csv.cell_count && i < stage->column_count; i++) {
			const char *cell = text_trim(scratch, stage->csv.cell[i]);
			if (*cell)
				note_cell(ctx, &stage->columns[i], cell);
		}
		put_row(stage, result == CSV_RECORD ? NULL : stage->csv.why);
		if (!flush(stage, COPY_CHUNK_BYTES))
			return false;
		arena_reset(scratch);
	}
	stage->csv.arena = ctx->arena;
	return flush(stage, 0);
}

static const char *columns_json(struct staging *stage)
{
	struct json_out json;
	json_begin(&json, stage->ctx->arena, 4096);
	json_open_array(&json, NULL);
	for (int i = 0; i < stage->column_count; i++) {
		const struct column *column = &stage->columns[i];
		json_open_object(&json, NULL);
		json_text(&json, "heading", column->heading);
		json_int(&json, "filled", column->filled);
		json_int(&json, "distinct", count_distinct(column));
		json_open_array(&json, "sample");
		for (int j = 0; j < column->sample_count; j++)
			json_text(&json, NULL, column->sample[j]);
		json_close_array(&json);
		json_close_object(&json);
	}
	json_close_array(&json);
	return json.text.data;
}

/* Headings that say what they are; each meaning once. A remembered mapping is preferred by the statement that stores it. */
static const char *suggest(struct staging *stage, const struct model *model)
{
	struct json_out json;
	const char *used[CSV_CELLS_MAX];
	int count = 0;
	json_begin(&json, stage->ctx->arena, 1024);
	json_open_array(&json, NULL);
	for (int i = 0; i < stage->column_count; i++) {
		const char *target = words_heading(stage->ctx->arena, model, stage->columns[i].heading);
		bool taken = !target || stage->columns[i].filled == 0;
		for (int j = 0; j < count && !taken; j++)
			taken = strcmp(used[j], target) == 0;
		if (taken)
			continue;
		used[count++] = target;
		json_open_array(&json, NULL);
		json_text(&json, NULL, stage->columns[i].heading);
		json_text(&json, NULL, target);
		json_close_array(&json);
	}
	json_close_array(&json);
	return json.text.data;
}

static bool open_table(struct request *req, struct staging *stage, const struct upload *upload, enum encoding *encoding_r)
{
	struct ctx *ctx = &req->ctx;
	const char *named = query_choice(req, "encoding", encoding_names), *separator = request_query(req, "separator"), *why = NULL;
	size_t length = 0;
	if (separator && (strlen(separator) != 1 || *separator == '"' || *separator == '\n' || *separator == '\r' || (unsigned char)*separator >= 0x80))
		return fail_field(ctx, "separator", "must be one character other than a quote");
	*encoding_r = encoding_detect(upload->bytes, upload->length);
	for (int i = 0; named && i < ENCODINGS; i++)
		if (strcmp(encoding_names[i], named) == 0)
			*encoding_r = (enum encoding)i;
	const char *text = encoding_convert(ctx->arena, *encoding_r, upload->bytes, upload->length, &length, &why);
	if (!text)
		return fail_field(ctx, "/file", "%s", why);
	if (!csv_open(&stage->csv, ctx->arena, text, length))
		return fail_field(ctx, "/file", "%s", stage->csv.why);
	if (separator)
		stage->csv.separator = *separator;
	return read_headings(stage);
}

static bool store_head(struct request *req, struct staging *stage, const char *source, const char *file, enum encoding encoding)
{
	struct ctx *ctx = &req->ctx;
	struct query_args args = query_args(ctx);
	arg_text(&args, source);
	arg_int(&args, ctx->actor.id);
	arg_instant(&args, ctx->now);
	arg_text(&args, file);
	arg_text(&args, encoding_names[encoding]);
	arg_text(&args, arena_strndup(ctx->arena, &stage->csv.separator, 1));
	arg_texts(&args, stage->headings, stage->column_count);
	struct rows *rows = query_one(ctx, QUERY_STAGE_OPEN, &args);
	if (!rows)
		return false;
	stage->id = rows_int(rows, 0, 0);
	return true;
}

static bool store_tail(struct staging *stage, const struct model *model)
{
	struct ctx *ctx = stage->ctx;
	struct query_args args = query_args(ctx);
	arg_int(&args, stage->id);
	arg_int(&args, stage->rows);
	arg_text(&args, columns_json(stage));
	arg_text(&args, suggest(stage, model));
	return query_run(ctx, QUERY_STAGE_CLOSE, &args) != NULL;
}

bool batch_create(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct staging stage = { .ctx = ctx };
	struct upload upload;
	struct model model;
	enum encoding encoding;
	int64_t copied;
	const char *source = request_query(req, "source"), *file = request_query(req, "file");
	source = source ? text_trim(ctx->arena, source) : "";
	if (*source == '\0' || text_utf8_length(source) > 60 || text_has_control(source) || strcmp(source, "manual") == 0)
		fail_field(ctx, "source", "must have 1 to 60 characters, and not be \"manual\"");
	if (file && (text_utf8_length(file) > 200 || text_has_control(file)))
		fail_field(ctx, "file", "may have at most 200 characters");
	if (!query_done(req, (const char *const[]){ "source", "file", "encoding", "separator", NULL }) || !read_bytes(req, &upload))
		return false;
	if (!open_table(req, &stage, &upload, &encoding) || !model_load(ctx, false, &model))
		return false;
	if (!store_head(req, &stage, source, file ? file : upload.name, encoding) || !copy_begin(ctx, QUERY_STAGE_COPY) || !read_rows(&stage) ||
		!copy_end(ctx, &copied))
		return false;
	if (stage.rows == 0)
		return fail_field(ctx, "/file", "the table has a heading and no rows");
	if (!store_tail(&stage, &model))
		return false;
	reply_location(req, "/api/v1/cmdb/batches/%lld", (long long)stage.id);
	struct query_args args = query_args(ctx);
	arg_int(&args, stage.id);
	struct rows *rows = query_one(ctx, QUERY_STAGE_SHOW, &args);
	return rows && reply_json(req, 201, rows_text(rows, 0, 0), rows_length(rows, 0, 0));
}
