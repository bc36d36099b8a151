/* Owns: the long work on batches, each step one transaction: comparing, applying, undoing. What is killed in the middle leaves nothing: the
 * batch is found as it was, and says that it was interrupted.
 * Refuses: two at a time in the whole installation. */
#include "cmdb/reconcile/reconcile.h"
#include "cmdb/reconcile/words.h"

#include "base/log.h"
#include "cmdb/reconcile/work.sql.h"
#include "db/query.h"
#include "db/rounds.h"

#include <stdatomic.h>
#include <string.h>

#define SLEEP_MS 5000
#define RETRY_MS 5000
#define DEADLINE_MS (60 * 60 * 1000)
#define STATEMENT_MS (10 * 60 * 1000)
/* Rows in one statement; the progress counts in these (reconcile_batch_json). */
#define CHUNK 500

struct batch {
	int64_t id, class_id, actor;
	const char *state, *source, *mapping;
	const char *const *headings;
	int heading_count;
	bool interrupted;
};

/* Where in a row the cells of the mapped columns stand. */
struct layout {
	struct import_plan plan;
	int place[CSV_CELLS_MAX];
	int width;
};

static _Atomic(struct rounds *) running;
static atomic_bool stopping;

static void release_json(void *json)
{
	json_decref(json);
}

static void release_arena(void *arena)
{
	arena_destroy(arena);
}

static bool lay_out(struct ctx *ctx, const struct batch *batch, const struct model *model, struct layout *layout)
{
	static const char *const fields[] = { "name", "class", "status", "owner", "location", "external_key" };
	struct import_columns *columns = &layout->plan.columns;
	json_t *mapping = json_loads(batch->mapping, 0, NULL);
	if (!mapping)
		return fail(ctx, ERROR_INTERNAL, "the mapping of import %lld cannot be read", (long long)batch->id);
	arena_on_release(ctx->arena, release_json, mapping);
	*layout = (struct layout){ .plan = { .model = model, .source = batch->source, .reword = words_cell }, .width = batch->heading_count };
	if (batch->class_id)
		layout->plan.class = model_class(model, arena_printf(ctx->arena, "%lld", (long long)batch->class_id));
	for (int i = 0; i < batch->heading_count && i < CSV_CELLS_MAX; i++) {
		const char *target = json_string_value(json_object_get(mapping, batch->headings[i]));
		if (!target)
			continue;
		enum column_kind kind = COLUMN_ATTRIBUTE;
		for (int j = 0; j < COLUMN_ATTRIBUTE; j++)
			if (strcmp(fields[j], target) == 0)
				kind = (enum column_kind)j;
		columns->has_class = columns->has_class || kind == COLUMN_CLASS;
		columns->kind[columns->count] = kind;
		columns->name[columns->count] = target;
		layout->place[columns->count++] = i;
	}
	return true;
}

static const char *one_error(struct arena *arena, const char *pointer, const char *detail)
{
	struct json_out json;
	json_begin(&json, arena, 128);
	json_open_array(&json, NULL);
	json_open_object(&json, NULL);
	json_text(&json, "pointer", pointer);
	json_text(&json, "detail", detail);
	json_close_object(&json);
	json_close_array(&json);
	return json.text.data;
}

static const char *fields_json(struct arena *arena, const struct import_row *row)
{
	struct json_out json;
	json_begin(&json, arena, 128);
	json_open_object(&json, NULL);
	if (row->status)
		json_text(&json, "status", row->status);
	if (row->owner)
		json_text(&json, "owner", row->owner);
	if (row->location)
		json_text(&json, "location", row->location);
	json_close_object(&json);
	return json.text.data;
}

/* A row of cells as it came becomes what it says, or why it is refused. */
static void read_row(struct ctx *ctx, const struct layout *layout, const char *const *cells, int count, int line, struct import_row *row)
{
	struct csv *record = arena_alloc(ctx->arena, sizeof(*record));
	*row = (struct import_row){ .line = line };
	if (count == 2 && !cells[0]) {
		row->errors = one_error(ctx->arena, "", cells[1]);
		return;
	}
	memset(record, 0, sizeof(*record));
	record->record_line = line;
	record->cell_count = layout->plan.columns.count;
	for (int i = 0; i < record->cell_count; i++)
		record->cell[i] = layout->place[i] < count ? cells[layout->place[i]] : "";
	bool more = false;
	for (int i = layout->width; i < count; i++)
		more = more || *text_trim(ctx->arena, cells[i]) != '\0';
	import_row_read(ctx, &layout->plan, record, row);
	if (more)
		row->errors = one_error(ctx->arena, "",
			arena_printf(ctx->arena, "has %d cells, the heading has %d: a separator within a cell without quotes?", count, layout->width));
}

static void put_item(struct text_out *copy, struct arena *arena, int64_t id, const struct import_row *row)
{
	text_append_printf(copy, "%lld\t%d\t", (long long)id, row->line);
	if (row->errors)
		text_append_z(copy, "\\N");
	else
		text_append_int(copy, row->class_id);
	const char *const texts[] = { row->external_key, row->name, fields_json(arena, row), row->attributes ? row->attributes : "{}", row->errors };
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		text_append_char(copy, '\t');
		copy_escape(copy, texts[i]);
	}
	text_append_char(copy, '\n');
}

/* Cells of a chunk are read, judged and written as items. */
static bool convert_chunk(struct ctx *ctx, const struct batch *batch, const struct layout *layout, int64_t *line, bool *more_r)
{
	struct query_args args = query_args(ctx);
	struct text_out copy;
	int64_t copied;
	arg_int(&args, batch->id);
	arg_int(&args, *line);
	arg_int(&args, CHUNK * 4);
	struct rows *rows = query_run(ctx, QUERY_WORK_CELLS, &args);
	if (!rows)
		return false;
	*more_r = rows_count(rows) > 0;
	if (!*more_r)
		return true;
	text_begin(&copy, ctx->arena, 512 * 1024);
	for (int i = 0; i < rows_count(rows); i++) {
		const char *const *cells;
		struct import_row row;
		int count = rows_array(ctx, rows, i, 1, &cells);
		*line = rows_int(rows, i, 0);
		read_row(ctx, layout, cells, count, (int)*line, &row);
		put_item(&copy, ctx->arena, batch->id, &row);
	}
	return copy_begin(ctx, QUERY_WORK_COPY) && copy_put(ctx, copy.data, copy.length) && copy_end(ctx, &copied);
}

static bool convert(struct ctx *ctx, const struct batch *batch, const struct layout *layout)
{
	struct arena *kept = ctx->arena, *scratch = arena_create(1024 * 1024);
	int64_t line = 0;
	bool good = true, more = true;
	arena_on_release(kept, release_arena, scratch);
	ctx->arena = scratch;
	while (good && more) {
		good = convert_chunk(ctx, batch, layout, &line, &more);
		if (good)
			arena_reset(scratch);
	}
	ctx->arena = kept;
	return good;
}

static bool run_with_id(struct ctx *ctx, const struct query *query, int64_t id)
{
	struct query_args args = query_args(ctx);
	arg_int(&args, id);
	return query_run(ctx, query, &args) != NULL;
}

/* The program ends: what was begun is left to be found as interrupted. */
static bool may_go_on(struct ctx *ctx)
{
	return !atomic_load(&stopping) || fail(ctx, ERROR_UNAVAILABLE, "the program ends");
}

static bool run_rows(struct ctx *ctx, const struct batch *batch, bool really)
{
	int64_t line = 0;
	for (;;) {
		struct query_args args = query_args(ctx);
		arg_int(&args, batch->id);
		arg_int(&args, line);
		arg_int(&args, CHUNK);
		arg_bool(&args, really);
		arg_int_or_null(&args, batch->actor, batch->actor == 0);
		arg_instant(&args, ctx->now);
		struct rows *rows = query_one(ctx, QUERY_WORK_RUN, &args);
		if (!rows || !may_go_on(ctx))
			return false;
		if (rows_null(rows, 0, 0))
			break;
		line = rows_int(rows, 0, 0);
	}
	struct query_args args = query_args(ctx);
	arg_int(&args, batch->id);
	arg_int_or_null(&args, batch->actor, batch->actor == 0);
	arg_instant(&args, ctx->now);
	if (really && !query_run(ctx, QUERY_WORK_AGAIN, &args))
		return false;
	args = query_args(ctx);
	arg_int(&args, batch->id);
	arg_bool(&args, really);
	arg_int_or_null(&args, batch->actor, batch->actor == 0);
	arg_instant(&args, ctx->now);
	return query_run(ctx, QUERY_WORK_FINISH, &args) != NULL;
}

static bool compare(struct ctx *ctx, const struct batch *batch)
{
	struct model model;
	struct layout *layout = arena_alloc(ctx->arena, sizeof(*layout));
	return tx_begin(ctx) && query_run(ctx, QUERY_WORK_HOLD, NULL) && model_load(ctx, false, &model) && lay_out(ctx, batch, &model, layout) &&
		run_with_id(ctx, QUERY_WORK_CLEAR, batch->id) && convert(ctx, batch, layout) && run_with_id(ctx, QUERY_WORK_TWINS, batch->id) &&
		run_rows(ctx, batch, false) && tx_commit(ctx);
}

static bool apply(struct ctx *ctx, const struct batch *batch)
{
	return tx_begin(ctx) && query_run(ctx, QUERY_WORK_HOLD, NULL) && run_with_id(ctx, QUERY_WORK_CLEAR_ROWS, batch->id) && run_rows(ctx, batch, true) &&
		tx_commit(ctx);
}

static bool undo(struct ctx *ctx, const struct batch *batch)
{
	int64_t before = 0;
	if (!tx_begin(ctx) || !query_run(ctx, QUERY_WORK_HOLD, NULL))
		return false;
	for (;;) {
		struct query_args args = query_args(ctx);
		arg_int(&args, batch->id);
		arg_int_or_null(&args, before, before == 0);
		arg_int(&args, CHUNK);
		arg_int_or_null(&args, batch->actor, batch->actor == 0);
		arg_instant(&args, ctx->now);
		struct rows *rows = query_one(ctx, QUERY_WORK_UNDO, &args);
		if (!rows || !may_go_on(ctx))
			return false;
		if (rows_null(rows, 0, 0))
			return tx_commit(ctx);
		before = rows_int(rows, 0, 0);
	}
}

/* A batch that cannot be worked on goes back a step and says why; a database that is away is tried again later. */
static bool give_up(struct ctx *ctx, const struct batch *batch)
{
	enum error_kind kind = ctx->error.kind;
	const char *why = arena_strdup(ctx->arena, ctx->error.detail ? ctx->error.detail : error_title(ctx->error.kind));
	tx_rollback(ctx);
	if (kind == ERROR_UNAVAILABLE)
		return false;
	log_event(LOG_WARN, "reconcile.failed", LOG_INT("batch", batch->id), LOG_TEXT("why", why));
	error_clear(ctx);
	struct query_args args = query_args(ctx);
	arg_int(&args, batch->id);
	arg_text(&args, kind == ERROR_INTERNAL ? "failed" : why);
	return query_run(ctx, QUERY_WORK_FAILED, &args) != NULL;
}

static bool work_on(struct ctx *ctx, const struct batch *batch)
{
	if (batch->interrupted && strcmp(batch->state, "comparing") != 0)
		return run_with_id(ctx, QUERY_WORK_INTERRUPTED, batch->id);
	if (!run_with_id(ctx, QUERY_WORK_BEGIN, batch->id))
		return false;
	bool good = strcmp(batch->state, "comparing") == 0 ? compare(ctx, batch)
		: strcmp(batch->state, "applying") == 0			? apply(ctx, batch)
														: undo(ctx, batch);
	return good || give_up(ctx, batch);
}

static bool round_of_work(struct ctx *ctx, void *user, int64_t *sleep_ms_r)
{
	(void)user;
	struct rows *locked = query_run(ctx, QUERY_WORK_UNLOCK, NULL) ? query_one(ctx, QUERY_WORK_LOCK, NULL) : NULL;
	if (!locked)
		return false;
	if (!rows_bool(locked, 0, 0))
		return true;
	struct rows *rows = query_run(ctx, QUERY_WORK_NEXT, NULL);
	if (!rows)
		return false;
	if (rows_count(rows) > 0) {
		struct batch batch = { .id = rows_int(rows, 0, 0), .state = rows_text(rows, 0, 1), .source = rows_text(rows, 0, 2), .class_id = rows_int(rows, 0, 3),
			.mapping = rows_text(rows, 0, 4), .actor = rows_int(rows, 0, 6), .interrupted = rows_bool(rows, 0, 7) };
		batch.heading_count = rows_null(rows, 0, 5) ? 0 : rows_array(ctx, rows, 0, 5, &batch.headings);
		*sleep_ms_r = 0;
		if (!work_on(ctx, &batch))
			return false;
	} else {
		struct query_args args = query_args(ctx);
		arg_instant(&args, ctx->now);
		if (!query_run(ctx, QUERY_WORK_FORGET_OLD, &args))
			return false;
	}
	return query_run(ctx, QUERY_WORK_UNLOCK, NULL) != NULL;
}

struct rounds *reconcile_work_start(const struct config *config)
{
	const struct rounds_plan plan = {
		.name = "reconcile",
		.round = round_of_work,
		.longest_sleep_ms = SLEEP_MS,
		.retry_ms = RETRY_MS,
		.deadline_ms = DEADLINE_MS,
		.statement_ms = STATEMENT_MS,
	};
	struct rounds *rounds = rounds_start(config, &plan);
	atomic_store(&running, rounds);
	return rounds;
}

void reconcile_work_stop(struct rounds *rounds)
{
	atomic_store(&running, NULL);
	atomic_store(&stopping, true);
	rounds_stop(rounds);
}

void reconcile_work_wake(void)
{
	struct rounds *rounds = atomic_load(&running);
	if (rounds)
		rounds_wake(rounds);
}
