/* Owns: reading the file, the loop over batches, the progress line. */
#include "import/load.h"

#include "db/query.h"
#include "import/table.h"

#include <string.h>

#define PROGRESS_EVERY_MS 200
#define PROGRESS_WIDTH 30

void trail_refuse(struct trail_run *run, int line, const char *number_or_null, const char *reason)
{
	if (run->refusals_shown++ < run->refusals_most)
		fprintf(run->refusals, "line %d: %s%s%s\n", line, number_or_null ? number_or_null : "", number_or_null ? ": " : "", reason);
	else if (run->refusals_shown == run->refusals_most + 1)
		fprintf(run->refusals, "more are not listed here; --refusals FILE has them all\n");
}

static void progress(struct trail_run *run, const char *what, double share, int64_t rows, int64_t *shown_ms)
{
	int64_t now_ms = monotonic_ms();
	int64_t spent_ms = now_ms - run->began_ms + 1;
	int filled = (int)(share * PROGRESS_WIDTH + 0.5);
	if (!run->show_progress || (now_ms - *shown_ms < PROGRESS_EVERY_MS && share < 1))
		return;
	*shown_ms = now_ms;
	filled = filled > PROGRESS_WIDTH ? PROGRESS_WIDTH : filled;
	fprintf(stderr, "\r%-8s [%.*s%.*s] %3d %%  %lld rows  %lld rows/s ", what, filled, "##############################", PROGRESS_WIDTH - filled,
		"..............................", (int)(100 * share), (long long)rows, (long long)(rows * 1000 / spent_ms));
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
	if (!why)
		return trail_spool_add(run->keeper, run->spool, number, record->bytes, record->length, record->line);
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
	int64_t shown_ms = 0;
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
		progress(run, "reading", trail_table_share(table), run->counts.rows_read, &shown_ms);
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
	return query_run(run->ctx, QUERY_IMPORT_LOCK, &args) != NULL;
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
	return tx_begin(run->ctx) && lock(run) && trail_batch_write(run, first, count) && tx_commit(run->ctx);
}

static bool batches_run(struct trail_run *run)
{
	int cases = trail_spool_cases(run->spool);
	int64_t rows_done = 0, shown_ms = 0, rows = trail_spool_rows(run->spool);
	for (int first = 0, count; first < cases; first += count) {
		int64_t batch_rows = trail_spool_case_rows(run->spool, first);
		for (count = 1; count < TRAIL_BATCH_TICKETS && first + count < cases; count++) {
			int more = trail_spool_case_rows(run->spool, first + count);
			if (batch_rows + more > TRAIL_BATCH_ROWS)
				break;
			batch_rows += more;
		}
		if (!batch_run(run, first, count))
			return false;
		rows_done += batch_rows;
		progress(run, run->trial ? "trying" : "writing", (double)rows_done / (double)(rows > 0 ? rows : 1), rows_done, &shown_ms);
	}
	return true;
}

bool trail_run(struct trail_run *run)
{
	run->began_ms = monotonic_ms();
	bool good = file_read(run);
	if (good) {
		run->names = trail_names_create(run->keeper->arena, run->map, run->trial);
		ctx_begin(run->ctx);
		good = tx_begin(run->ctx) && lock(run) && setting_read(run) && tx_commit(run->ctx) && batches_run(run);
	}
	if (run->show_progress && run->began_ms > 0)
		fputs("\r\033[K", stderr);
	return good;
}
