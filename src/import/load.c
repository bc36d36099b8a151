/* Owns: reading the file, the loop over batches, the progress line. */
#include "import/load.h"

#include "db/command.h"
#include "db/query.h"
#include "import/import.sql.h"
#include "import/table.h"

#include <string.h>

#define PROGRESS_EVERY_MS 200
#define PROGRESS_WIDTH 30

void trail_refuse(struct trail_run *run, int line, const char *number_or_null, const char *reason)
{
	struct trail_shared *shared = run->shared;
	pthread_mutex_lock(&shared->mutex);
	if (shared->refusals_shown++ < shared->refusals_most)
		fprintf(shared->refusals, "line %d: %s%s%s\n", line, number_or_null ? number_or_null : "",
			number_or_null ? ": " : "", reason);
	else if (shared->refusals_shown == shared->refusals_most + 1)
		fprintf(shared->refusals, "more are not listed here; --refusals FILE has them all\n");
	pthread_mutex_unlock(&shared->mutex);
}

static void progress(const struct trail_run *run, const char *what, double share, int64_t rows)
{
	int64_t *shown_ms = &run->shared->progress_ms;
	int64_t now_ms = monotonic_ms();
	int64_t spent_ms = now_ms - run->began_ms + 1;
	int filled = (int)(share * PROGRESS_WIDTH + 0.5);
	if (!run->show_progress || (now_ms - *shown_ms < PROGRESS_EVERY_MS && share < 1))
		return;
	*shown_ms = now_ms;
	filled = filled > PROGRESS_WIDTH ? PROGRESS_WIDTH : filled;
	fprintf(stderr, "\r%-8s [%.*s%.*s] %3d %%  %lld rows  %lld rows/s ", what, filled, "##############################",
		PROGRESS_WIDTH - filled, "..............................", (int)(100 * share), (long long)rows,
		(long long)(rows * 1000 / spent_ms));
}

static void row_refused(struct trail_run *run, int line, const char *number, const char *reason)
{
	run->counts.rows_refused++;
	trail_refuse(run, line, number, reason);
}

/* A first row must say all that opens a ticket. */
static const char *first_row_fault(const struct trail_row *row)
{
	if (!row->priority && (!row->impact || !row->urgency))
		return "priority: is missing in the first row, and impact and urgency do not make up for it";
	return NULL;
}

/* One record into the spool, or among the refused; `work` is reset for each. */
static bool record_take(struct trail_run *run, struct arena *work, const struct trail_record *record, int cells_wanted)
{
	struct csv cells;
	struct trail_row row = { 0 };
	const char *why = NULL, *number;
	int first_line;
	run->counts.rows_read++;
	bool whole = trail_record_cells(work, record->bytes, record->length, run->delimiter, &cells, &why);
	bool good = whole;
	if (whole && cells.cell_count != cells_wanted) {
		why = arena_printf(work, "has %d columns, not %d", cells.cell_count, cells_wanted);
		good = false;
	}
	good = good && trail_row_read(run->map, work, &cells, record->line, run->keeper->now, &row, &why);
	number = row.text[FIELD_CASE];
	if (!number) {
		row_refused(run, record->line, NULL, why);
		return true;
	}
	enum trail_spool_case seen = trail_spool_look(run->spool, number, &first_line);
	if (seen == SPOOL_REFUSED)
		why = arena_printf(work, "its first row, line %d, was refused", first_line);
	else if (good && seen == SPOOL_NEW)
		why = first_row_fault(&row);
	if (!why) {
		trail_names_note(run->names, &row);
		return trail_spool_add(run->keeper, run->spool, number, record->bytes, record->length, record->line);
	}
	if (seen == SPOOL_NEW) {
		trail_spool_refuse(run->spool, number, record->line);
		run->counts.tickets_refused++;
	}
	row_refused(run, record->line, number, why);
	return true;
}

/* Binds the map to the first record; it is the heading, or tells how many columns there are. */
static bool heading_take(struct trail_run *run, struct trail_table *table, struct trail_record *record, int *cells_r)
{
	struct csv cells;
	const char *why;
	if (!trail_table_next(run->keeper, table, record))
		return false;
	if (!trail_record_cells(run->keeper->arena, record->bytes, record->length, run->delimiter, &cells, &why))
		return fail(run->keeper, ERROR_INVALID, "line %d: %s", record->line, why);
	*cells_r = cells.cell_count;
	for (int i = 0; i < FIELD_COUNT; i++)
		if (!run->map->has_heading && run->map->field[i].heading)
			return fail_field(run->keeper, "/file/heading", "is false, so columns can be named by their position only");
	return trail_map_bind(run->keeper, run->map, cells.cell, cells.cell_count);
}

static bool file_read(struct trail_run *run)
{
	struct trail_record record;
	int cells;
	struct trail_table *table = trail_table_open(run->keeper, run->path, run->map->encoding, run->map->delimiter);
	run->spool = trail_spool_create(run->keeper);
	if (!table || !run->spool)
		return false;
	run->delimiter = trail_table_delimiter(table);
	if (!heading_take(run, table, &record, &cells))
		return false;
	struct arena *work = arena_create(64 * 1024);
	bool good = run->map->has_heading || record_take(run, work, &record, cells);
	while (good && (good = trail_table_next(run->keeper, table, &record)) && record.length > 0) {
		good = record_take(run, work, &record, cells);
		arena_reset(work);
		progress(run, "reading", trail_table_share(table), run->counts.rows_read);
	}
	arena_destroy(work);
	return good && trail_spool_finish(run->keeper, run->spool);
}

static bool setting_read(struct trail_run *run)
{
	struct ctx *ctx = run->ctx;
	struct rows *rows = query_run(ctx, QUERY_IMPORT_MATRIX, NULL);
	if (!rows)
		return false;
	for (int i = 0; i < rows_count(rows); i++)
		run->setting.matrix[rows_int(rows, i, 0)][rows_int(rows, i, 1)] = (int)rows_int(rows, i, 2);
	for (int i = 1; i <= TRAIL_PRIORITIES; i++)
		run->setting.introduces = run->setting.introduces || run->map->targets[i].response_s > 0;
	if (!run->map->has_targets || run->trial)
		return true;
	struct query_args args = query_args(ctx);
	arg_text(&args, run->map->source);
	arg_text(&args, run->map->calendar_key);
	arg_text(&args, run->map->calendar_body);
	arg_instant(&args, ctx->now);
	rows = query_one(ctx, QUERY_IMPORT_CALENDAR, &args);
	if (rows)
		run->calendar_version = rows_int(rows, 0, 0);
	return rows != NULL;
}

static bool lock(struct trail_run *run)
{
	struct query_args args = query_args(run->ctx);
	arg_text(&args, run->map->source);
	struct rows *rows = query_one(run->ctx, QUERY_IMPORT_LOCK, &args);
	return rows &&
		(rows_bool(rows, 0, 0) ||
			fail(run->ctx, ERROR_CONFLICT, "another import of %s is running; wait for its end", run->map->source));
}

/* Names and settings once, before the batches, so that no two connections make the same name. */
static bool prepare(struct trail_run *run)
{
	ctx_begin(run->ctx);
	if (!lock(run) || !tx_begin(run->ctx) || !setting_read(run) || !trail_names_resolve(run->ctx, run->names) ||
		!tx_commit(run->ctx))
		return false;
	run->setting.nobody = trail_names_nobody(run->names);
	run->setting.no_team = trail_names_no_team(run->names);
	return true;
}

/* A batch in its transaction. */
static bool batch_run(struct trail_run *run, int first, int count)
{
	ctx_begin(run->ctx);
	if (run->trial) {
		bool good = tx_begin_snapshot(run->ctx) && trail_batch_write(run, first, count);
		tx_rollback(run->ctx);
		return good;
	}
	return tx_begin(run->ctx) && trail_batch_write(run, first, count) && tx_commit(run->ctx);
}

/* The next cases that nobody has taken; 0: none, or another thread has failed. */
static int batch_take(struct trail_run *run, int *first_r, int64_t *rows_r)
{
	struct trail_shared *shared = run->shared;
	int cases = trail_spool_cases(run->spool), count = 0;
	*rows_r = 0;
	pthread_mutex_lock(&shared->mutex);
	*first_r = shared->next_case;
	while (!shared->failed && count < TRAIL_BATCH_TICKETS && *first_r + count < cases) {
		int more = trail_spool_case_rows(run->spool, *first_r + count);
		if (count > 0 && *rows_r + more > TRAIL_BATCH_ROWS)
			break;
		*rows_r += more;
		count++;
	}
	shared->next_case += count;
	pthread_mutex_unlock(&shared->mutex);
	return count;
}

static bool batches_run(struct trail_run *run)
{
	struct trail_shared *shared = run->shared;
	int64_t rows, all = trail_spool_rows(run->spool);
	int first, count;
	while ((count = batch_take(run, &first, &rows)) > 0) {
		bool good = batch_run(run, first, count);
		pthread_mutex_lock(&shared->mutex);
		shared->failed = shared->failed || !good;
		shared->rows_done += rows;
		if (good)
			progress(run, run->trial ? "trying" : "writing", (double)shared->rows_done / (double)(all > 0 ? all : 1),
				shared->rows_done);
		pthread_mutex_unlock(&shared->mutex);
		if (!good)
			return false;
	}
	return true;
}

/* A thread beside the first, with a connection and memory of its own. */
struct helper {
	struct trail_run run;
	struct ctx ctx;
	pthread_t thread;
	bool started;
};

static void *helper_run(void *object)
{
	struct helper *helper = object;
	if (!batches_run(&helper->run) && helper->ctx.error.kind != ERROR_NONE)
		command_print_error(&helper->ctx);
	tx_rollback(&helper->ctx);
	return NULL;
}

static void counts_add(struct trail_counts *to, const struct trail_counts *from)
{
	to->rows_in += from->rows_in;
	to->rows_refused += from->rows_refused;
	to->tickets_new += from->tickets_new;
	to->tickets_continued += from->tickets_continued;
	to->tickets_unchanged += from->tickets_unchanged;
	to->tickets_refused += from->tickets_refused;
	to->events += from->events;
	to->handovers += from->handovers;
}

static void helper_start(struct helper *helper, const struct trail_run *run)
{
	helper->ctx = (struct ctx){ .config = run->ctx->config, .arena = arena_create(1024 * 1024) };
	helper->ctx.db = db_conn_create(run->ctx->config, DB_RUNTIME, run->statement_ms, true);
	ctx_begin(&helper->ctx);
	helper->run = *run;
	helper->run.ctx = &helper->ctx;
	helper->run.counts = (struct trail_counts){ 0 };
	helper->started = pthread_create(&helper->thread, NULL, helper_run, helper) == 0;
}

static void helper_end(struct helper *helper, struct trail_run *run)
{
	if (helper->started)
		pthread_join(helper->thread, NULL);
	counts_add(&run->counts, &helper->run.counts);
	db_conn_destroy(helper->ctx.db);
	arena_destroy(helper->ctx.arena);
}

/* A thread that cannot be had makes it slower, no more. */
static bool write_all(struct trail_run *run)
{
	struct helper *helpers = arena_array(run->keeper->arena, TRAIL_JOBS_MAX, sizeof(*helpers));
	int batches = trail_spool_cases(run->spool) / TRAIL_BATCH_TICKETS + 1;
	int others = (run->jobs < batches ? run->jobs : batches) - 1;
	for (int i = 0; i < others; i++)
		helper_start(&helpers[i], run);
	bool good = batches_run(run);
	for (int i = 0; i < others; i++)
		helper_end(&helpers[i], run);
	return good && !run->shared->failed;
}

bool trail_run(struct trail_run *run)
{
	run->began_ms = monotonic_ms();
	run->names = trail_names_create(run->keeper->arena, run->map, run->trial);
	bool good = file_read(run) && prepare(run) && write_all(run);
	if (run->show_progress)
		fputs("\r\033[K", stderr);
	return good;
}
