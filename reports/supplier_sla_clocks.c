/* The sheets Clocks and Earlier clocks, row by row in constant memory, and the figures that follow from the rows as they pass.
 * Owns nothing. Refuses: rows that the plan did not count (the snapshot makes sure that there are none). */
#include "reports/supplier_sla.h"

#include "reports/supplier_sla.sql.h"
#include "sla/subject.h"

#include <stdlib.h>
#include <string.h>

#define COLUMN(place, word, style, least, most) \
	[place] = { words_get(language, WORD_##word), CELL_##style, least, most }

static const struct column *clock_columns(struct sla_report *report, int count)
{
	enum words_language language = report->language;
	const struct column columns[CLOCKS_COLUMNS] = {
		COLUMN(CLOCKS_CASE, CASE, TEXT, 12, 16),
		COLUMN(CLOCKS_TICKET, TICKET, TEXT, 11, 16),
		COLUMN(CLOCKS_SUPPLIER_NO, NO, ID, 5, 12),
		COLUMN(CLOCKS_SUPPLIER, SUPPLIER, TEXT, 14, 36),
		COLUMN(CLOCKS_METRIC, METRIC, TEXT, 12, 24),
		COLUMN(CLOCKS_ORDINAL, ORDINAL, INT, 6, 9),
		COLUMN(CLOCKS_PRIORITY, PRIORITY, INT, 8, 13),
		COLUMN(CLOCKS_VERDICT, VERDICT, SIGN, 11, 16),
		COLUMN(CLOCKS_DECIDED, DECIDED, INSTANT, 17, 20),
		COLUMN(CLOCKS_CONTRACT_NO, CONTRACT_NO, ID, 9, 12),
		COLUMN(CLOCKS_CONTRACT, CONTRACT, TEXT, 12, 24),
		COLUMN(CLOCKS_EDITION, EDITION, INT, 8, 12),
		COLUMN(CLOCKS_TARGET, TARGET, DURATION, 9, 14),
		COLUMN(CLOCKS_WORKED, WORKED, DURATION, 10, 14),
		COLUMN(CLOCKS_STATE, STATE, TEXT, 11, 16),
		COLUMN(CLOCKS_GOAL, GOAL, PERCENT, 9, 12),
		COLUMN(CLOCKS_STARTED, STARTED, INSTANT, 17, 20),
		COLUMN(CLOCKS_DUE, DUE, INSTANT, 17, 20),
		COLUMN(CLOCKS_STOPPED, STOPPED, INSTANT, 17, 20),
		COLUMN(CLOCKS_OVER, OVER, DURATION, 10, 14),
		COLUMN(CLOCKS_BREACHED_AT, BREACHED_AT, INSTANT, 17, 20),
		COLUMN(CLOCKS_PAUSED_US, PAUSED_US, DURATION, 12, 18),
		COLUMN(CLOCKS_PAUSED_OTHER, PAUSED_OTHER, DURATION, 10, 14),
		COLUMN(CLOCKS_RETARGETED, RETARGETED, INT, 11, 14),
		COLUMN(CLOCKS_RETARGETED_BY, RETARGETED_BY, TEXT, 14, 30),
		COLUMN(CLOCKS_CASE_ONCE, CASE_ONCE, INT, 9, 14),
		COLUMN(CLOCKS_SERVICE, SERVICE, TEXT, 14, 30),
		COLUMN(CLOCKS_CI, CI, TEXT, 12, 30),
		COLUMN(CLOCKS_CALENDAR, CALENDAR, TEXT, 14, 30),
		COLUMN(CLOCKS_EVIDENCE, EVIDENCE, CODE, 24, 24),
	};
	return sla_columns_keep(report, columns, count);
}

static void verdict_rules(struct sla_report *report, struct table *table)
{
	char letters[4];
	column_letters(CLOCKS_VERDICT, letters);
	for (int i = 0; i < table->sheet_count; i++) {
		int64_t last = table->rows[i] > 0 ? table->rows[i] : 1;
		sheet_rule(table->sheets[i], 1, CLOCKS_VERDICT, last, CLOCKS_VERDICT, RULE_BAD,
			arena_printf(
				report->ctx->arena, "=$%s2=\"%s\"", letters, words_get(report->language, WORD_VERDICT_BREACHED)));
		sheet_rule(table->sheets[i], 1, CLOCKS_VERDICT, last, CLOCKS_VERDICT, RULE_GOOD,
			arena_printf(report->ctx->arena, "=$%s2=\"%s\"", letters, words_get(report->language, WORD_VERDICT_KEPT)));
	}
}

void sla_clock_tables_begin(struct sla_report *report, int64_t most)
{
	table_begin(&report->clocks, report->book, clock_columns(report, CLOCKS_COLUMNS), CLOCKS_COLUMNS, most);
	table_begin(&report->earlier, report->book, clock_columns(report, CLOCKS_SHARED), CLOCKS_SHARED, most);
	report->clocks.fast = report->earlier.fast = true;
	for (int i = 0; i < report->group_count; i++) {
		report->groups[i].clock_sheet = table_plan(&report->clocks, report->groups[i].here);
		table_plan(&report->earlier, report->groups[i].earlier);
	}
}

void sla_clock_tables_create(struct sla_report *report)
{
	table_create(&report->clocks, words_get(report->language, WORD_SHEET_CLOCKS));
	table_create(&report->earlier, words_get(report->language, WORD_SHEET_EARLIER));
	verdict_rules(report, &report->clocks);
	verdict_rules(report, &report->earlier);
}

/* The few words of a column, shared by a million cells. */
enum { V_KEPT, V_BREACHED, V_OPEN, V_CANCELLED, V_COUNT };
enum { S_RUNNING, S_PAUSED, S_STOPPED, S_CANCELLED, S_COUNT };
static const char *const verdict_names[V_COUNT] = { "kept", "breached", "open", "cancelled" };
static const char *const state_names[S_COUNT] = { "running", "paused", "stopped", "cancelled" };

struct word_shared {
	int shared;
	double width;
};

struct stream {
	struct sla_report *report;
	struct table *table;
	struct sla_group *group; /* of the row before; rows of a group stand together */
	struct sla_supplier *supplier;
	const struct sla_terms *terms; /* likewise */
	struct word_shared metric[SLA_METRICS], verdict[V_COUNT], state[S_COUNT];
};

static struct word_shared share_word(struct sla_report *report, const char *prefix, const char *value)
{
	const char *word = words_of(report->language, prefix, value);
	return (struct word_shared){ book_shared(report->book, word), text_cell_width(word) };
}

static struct stream stream_begin(struct sla_report *report, struct table *table)
{
	struct stream stream = { .report = report, .table = table };
	for (int i = 0; i < SLA_METRICS; i++)
		stream.metric[i] = share_word(report, "METRIC", sla_metrics[i]);
	for (int i = 0; i < V_COUNT; i++)
		stream.verdict[i] = share_word(report, "VERDICT", verdict_names[i]);
	for (int i = 0; i < S_COUNT; i++)
		stream.state[i] = share_word(report, "STATE", state_names[i]);
	return stream;
}

static int place_of(const char *const *names, int count, const char *name)
{
	for (int i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	INVARIANT(!"a word that the schema does not have");
}

static void put_word(struct table *table, int column, struct word_shared word)
{
	cell_shared(table->sheet, column, table->columns[column].style, word.shared, word.width);
}

static void put_named(struct table *table, int column, const struct sla_named *named)
{
	if (!named)
		return;
	if (named->shared >= 0)
		cell_shared(table->sheet, column, table->columns[column].style, named->shared, named->width);
	else
		cell_text(table->sheet, column, table->columns[column].style, named->name);
}

static void put_seconds(struct table *table, int column, int64_t seconds)
{
	cell_seconds(table->sheet, column, table->columns[column].style, seconds);
}

static void put_instant(struct table *table, int column, instant at)
{
	cell_instant(table->sheet, column, table->columns[column].style, at);
}

/* What both sheets have: number, ticket, supplier, metric, ordinal, priority, verdict, decided, terms are columns 0 to 8 of the rows. */
struct shared_row {
	int64_t supplier_id, priority, target_s, worked_s;
	int metric, verdict;
	instant decided;
};

static void find_row(struct stream *stream, const struct rows *rows, struct shared_row *row)
{
	int64_t terms = rows_int(rows, 0, 8);
	const char *metric = rows_text(rows, 0, 3);
	row->supplier_id = rows_int(rows, 0, 2);
	row->metric = sla_metric_index(metric);
	row->priority = rows_int(rows, 0, 5);
	row->verdict = place_of(verdict_names, V_COUNT, rows_text(rows, 0, 6));
	row->decided = rows_instant(rows, 0, 7);
	if (!stream->group || stream->group->supplier_id != row->supplier_id || strcmp(stream->group->metric, metric) != 0) {
		stream->group = sla_group_find(stream->report, row->supplier_id, metric);
		stream->supplier = sla_supplier_find(stream->report, row->supplier_id);
	}
	if (!stream->terms || stream->terms->id != terms)
		stream->terms = sla_terms_find(stream->report, terms);
	INVARIANT(stream->group && stream->supplier && stream->terms);
}

static void put_shared(struct stream *stream, const struct rows *rows, const struct shared_row *row)
{
	struct table *table = stream->table;
	struct sheet *sheet = table->sheet;
	const struct sla_terms *terms = stream->terms;
	cell_text(sheet, CLOCKS_CASE, CELL_TEXT, rows_text(rows, 0, 0));
	cell_text(sheet, CLOCKS_TICKET, CELL_TEXT, rows_text(rows, 0, 1));
	cell_number(sheet, CLOCKS_SUPPLIER_NO, CELL_ID, (double)row->supplier_id);
	cell_shared(sheet, CLOCKS_SUPPLIER, CELL_TEXT, stream->supplier->shared, stream->supplier->width);
	put_word(table, CLOCKS_METRIC, stream->metric[row->metric]);
	cell_number(sheet, CLOCKS_ORDINAL, CELL_INT, (double)rows_int(rows, 0, 4));
	cell_number(sheet, CLOCKS_PRIORITY, CELL_INT, (double)row->priority);
	put_word(table, CLOCKS_VERDICT, stream->verdict[row->verdict]);
	/* Never empty: see the formulas of the summary. A text counts in no comparison with a date. */
	if (row->decided == INSTANT_NONE)
		cell_text(sheet, CLOCKS_DECIDED, CELL_SIGN, "–");
	else
		put_instant(table, CLOCKS_DECIDED, row->decided);
	cell_number(sheet, CLOCKS_CONTRACT_NO, CELL_ID, (double)terms->contract_id);
	cell_shared(sheet, CLOCKS_CONTRACT, CELL_TEXT, terms->shared, terms->width);
	cell_number(sheet, CLOCKS_EDITION, CELL_INT, (double)terms->version);
	put_seconds(table, CLOCKS_TARGET, row->target_s);
	put_seconds(table, CLOCKS_WORKED, row->worked_s);
}

enum {
	C_TARGET = 9,
	C_STATE,
	C_STARTED,
	C_DUE,
	C_STOPPED,
	C_ELAPSED,
	C_EVALUATED,
	C_CALENDAR,
	C_BREACHED_AT,
	C_PAUSED,
	C_PAUSED_OTHER,
	C_RETARGETS,
	C_RETARGETED_BY,
	C_COUNTED,
	C_UNFINISHED,
	C_SERVICE,
	C_CI,
	C_HEAD,
	C_CASE_ID
};

static void times_add(struct sla_report *report, struct sla_group *group, int64_t seconds)
{
	struct sla_times *times = &group->times;
	INVARIANT(times->count < group->here);
	if (!times->seconds)
		times->seconds = arena_array(report->ctx->arena, (size_t)group->here, sizeof(*times->seconds));
	times->seconds[times->count++] = seconds > INT32_MAX ? INT32_MAX : (int32_t)seconds;
}

/* The longest overruns; of equal ones the first. */
static void worst_add(struct stream *stream, const struct rows *rows, const struct shared_row *row)
{
	struct sla_supplier *supplier = stream->supplier;
	struct arena *arena = stream->report->ctx->arena;
	int64_t over = row->worked_s - row->target_s;
	int place = supplier->worst_count;
	while (place > 0 && supplier->worst[place - 1].elapsed_s - supplier->worst[place - 1].target_s < over)
		place--;
	if (place == SLA_WORST)
		return;
	int last = supplier->worst_count < SLA_WORST ? supplier->worst_count++ : SLA_WORST - 1;
	memmove(&supplier->worst[place + 1], &supplier->worst[place], (size_t)(last - place) * sizeof(*supplier->worst));
	supplier->worst[place] = (struct sla_worst){ .number = arena_strdup(arena, rows_text(rows, 0, 0)),
		.metric = sla_metrics[row->metric],
		.ordinal = (int)rows_int(rows, 0, 4),
		.target_s = row->target_s,
		.elapsed_s = row->worked_s,
		.decided = row->decided };
}

/* A clock decided before: for the comparison and the twelve months. */
static void tally_decided(struct stream *stream, const struct shared_row *row)
{
	struct sla_report *report = stream->report;
	struct sla_group *group = stream->group;
	bool kept = row->verdict == V_KEPT;
	if (row->verdict > V_BREACHED || row->decided == INSTANT_NONE)
		return;
	int month = sla_month_of(report, row->decided);
	if (month >= 0)
		(kept ? group->month_kept : group->month_breached)[month]++;
	if (row->decided >= report->period.previous && row->decided < report->period.from)
		(*(kept ? &group->previous_kept : &group->previous_breached))++;
	sla_credits_count(report, stream->terms, row->metric, row->decided, kept);
}

/* Returns whether it is the first counted clock of its case for the metric. */
static bool tally(struct stream *stream, const struct rows *rows, const struct shared_row *row, int state)
{
	struct sla_group *group = stream->group;
	bool kept = row->verdict == V_KEPT, counted = rows_bool(rows, 0, C_COUNTED);
	tally_decided(stream, row);
	group->open += row->verdict == V_OPEN;
	group->overdue += row->verdict == V_BREACHED && rows_bool(rows, 0, C_UNFINISHED);
	if (!counted)
		return false;
	(*(kept ? &group->kept : &group->breached))++;
	(kept ? group->priority_kept : group->priority_breached)[row->priority - 1]++;
	int goal = stream->terms->goal_bp[row->priority - 1][row->metric];
	if (goal >= 0) {
		group->goal_sum_bp += goal;
		group->goal_count++;
	}
	if (state == S_STOPPED)
		times_add(stream->report, group, row->worked_s);
	if (!kept)
		worst_add(stream, rows, row);
	if (group->last_case == rows_int(rows, 0, C_CASE_ID))
		return false;
	group->last_case = rows_int(rows, 0, C_CASE_ID);
	group->cases++;
	return true;
}

static bool clock_row(struct ctx *ctx, const struct rows *rows, void *stream_)
{
	struct stream *stream = stream_;
	struct sla_report *report = stream->report;
	struct table *table = stream->table;
	struct shared_row row;
	int state = place_of(state_names, S_COUNT, rows_text(rows, 0, C_STATE));
	int64_t since = 0, paused = rows_int(rows, 0, C_PAUSED), others = rows_int(rows, 0, C_PAUSED_OTHER);
	if (!sla_row_next(report, table))
		return false;
	if (state == S_RUNNING || state == S_PAUSED) {
		const struct calendar *calendar = calendar_of_version(ctx, rows_int(rows, 0, C_CALENDAR));
		if (!calendar)
			return false;
		since = calendar_worked_s(calendar, rows_instant(rows, 0, C_EVALUATED), ctx->now);
	}
	find_row(stream, rows, &row);
	row.target_s = rows_int(rows, 0, C_TARGET);
	row.worked_s = rows_int(rows, 0, C_ELAPSED) + (state == S_RUNNING ? since : 0);
	paused += state == S_PAUSED ? since : 0;
	bool once = tally(stream, rows, &row, state);
	put_shared(stream, rows, &row);
	put_word(table, CLOCKS_STATE, stream->state[state]);
	int goal = stream->terms->goal_bp[row.priority - 1][row.metric];
	if (goal >= 0)
		cell_number(table->sheet, CLOCKS_GOAL, CELL_PERCENT, goal / 10000.0);
	put_instant(table, CLOCKS_STARTED, rows_instant(rows, 0, C_STARTED));
	put_instant(table, CLOCKS_DUE, rows_instant(rows, 0, C_DUE));
	put_instant(table, CLOCKS_STOPPED, rows_instant(rows, 0, C_STOPPED));
	if (row.verdict == V_BREACHED)
		put_seconds(table, CLOCKS_OVER, row.worked_s - row.target_s);
	put_instant(table, CLOCKS_BREACHED_AT, rows_instant(rows, 0, C_BREACHED_AT));
	put_seconds(table, CLOCKS_PAUSED_US, paused - others);
	put_seconds(table, CLOCKS_PAUSED_OTHER, others);
	cell_number(table->sheet, CLOCKS_RETARGETED, CELL_INT, (double)rows_int(rows, 0, C_RETARGETS));
	cell_text(table->sheet, CLOCKS_RETARGETED_BY, CELL_TEXT, rows_text(rows, 0, C_RETARGETED_BY));
	cell_number(table->sheet, CLOCKS_CASE_ONCE, CELL_INT, once);
	put_named(table, CLOCKS_SERVICE, sla_named_find(report->cis, report->ci_count, rows_int(rows, 0, C_SERVICE)));
	put_named(table, CLOCKS_CI, sla_named_find(report->cis, report->ci_count, rows_int(rows, 0, C_CI)));
	put_named(table, CLOCKS_CALENDAR, sla_named_find(report->calendars, report->calendar_count, rows_int(rows, 0, C_CALENDAR)));
	cell_text(table->sheet, CLOCKS_EVIDENCE, CELL_CODE, rows_text(rows, 0, C_HEAD));
	return book_good(report->book);
}

static bool earlier_row(struct ctx *ctx, const struct rows *rows, void *stream_)
{
	struct stream *stream = stream_;
	struct shared_row row;
	(void)ctx;
	if (!sla_row_next(stream->report, stream->table))
		return false;
	find_row(stream, rows, &row);
	row.target_s = rows_int(rows, 0, 9);
	row.worked_s = rows_int(rows, 0, 10);
	tally_decided(stream, &row);
	put_shared(stream, rows, &row);
	return book_good(stream->report->book);
}

static bool write_table(struct sla_report *report, const struct query *query, struct table *table,
	bool (*row)(struct ctx *ctx, const struct rows *rows, void *user))
{
	struct stream stream = stream_begin(report, table);
	struct query_args args = sla_report_args(report);
	return query_each(report->ctx, query, &args, row, &stream) && table_end(table);
}

bool sla_clocks_write(struct sla_report *report)
{
	return write_table(report, QUERY_REPORT_SLA_CLOCKS, &report->clocks, clock_row) &&
		write_table(report, QUERY_REPORT_SLA_EARLIER, &report->earlier, earlier_row);
}
