/* The first sheet of the report on the quality of the desk: all, by team, by level, by person, and why tickets were handed over. Every figure is
 * a formula over the detail sheets, stored with the value that the program computed. Owns nothing. */
#include "reports/desk_quality.h"

#include <string.h>

enum {
	C_NO,
	C_NAME,
	C_TICKETS,
	C_RESPONSE,
	C_RESPONSE_LOW,
	C_RESPONSE_HIGH,
	C_RESPONSE_MEDIAN,
	C_RESPONSE_P90,
	C_RESOLUTION,
	C_RESOLUTION_LOW,
	C_RESOLUTION_HIGH,
	C_RESOLUTION_MEDIAN,
	C_RESOLUTION_P90,
	C_HANDOVERS,
	C_PING_PONG,
	C_REOPENED,
	C_REOPENED_LOW,
	C_REOPENED_HIGH,
	C_RATED,
	C_RATE,
	C_RATE_LOW,
	C_RATE_HIGH,
	C_MEAN,
	C_MEAN_LOW,
	C_MEAN_HIGH,
	C_NPS,
	C_NPS_LOW,
	C_NPS_HIGH,
	C_QUALITY,
	C_SAMPLES,
	C_KPI,
	C_COLUMNS
};

struct view {
	struct quality_report *report;
	struct sheet *sheet;
	struct arena *arena;
	enum words_language language;
	const struct quality_line *line;
	struct condition of[1]; /* which tickets: column and criterion; all: a priority, which each has */
};

static const char *word(const struct view *view, enum word key)
{
	return words_get(view->language, key);
}

static struct text_out formula_begin(const struct view *view, const char *text)
{
	struct text_out out;
	text_begin(&out, view->arena, 512);
	text_append_z(&out, text);
	return out;
}

static const char *cell(const struct view *view, int column)
{
	char letters[4];
	column_letters(column, letters);
	return arena_printf(view->arena, "$%s%lld", letters, (long long)sheet_row_now(view->sheet) + 1);
}

/* How many of the line's tickets have more: a column and a criterion. */
static void append_count(const struct view *view, struct text_out *out, int column, const char *criterion)
{
	struct condition conditions[] = { view->of[0], { column, criterion } };
	formula_count(out, &view->report->ticket_table, conditions, column < 0 ? 1 : 2);
}

static void append_sum(const struct view *view, struct text_out *out, int column)
{
	formula_sum(out, &view->report->ticket_table, column, view->of, 1);
}

static void put(const struct view *view, int column, enum cell_style style, const char *formula, bool has, double value)
{
	if (has)
		cell_formula(view->sheet, column, style, formula, value);
	else
		cell_formula_text(view->sheet, column, style, formula, "");
}

/* Wilson's bounds over the cell with the share; `n` is how many it is of. */
static void put_bounds(const struct view *view, int share, const char *n, const struct quality_share *value)
{
	const char *s = cell(view, share), *z = QUALITY_Z_TEXT;
	for (int high = 0; high < 2; high++)
		put(view, share + 1 + high, CELL_PERCENT,
			arena_printf(view->arena, "=IF(%s=\"\",\"\",(%s+%s^2/(2*(%s))%s%s*SQRT(%s*(1-%s)/(%s)+%s^2/(4*(%s)^2)))/(1+%s^2/(%s)))", s, s, z, n,
				high ? "+" : "-", z, s, s, n, z, n, z, n),
			value->has, high ? value->high : value->low);
}

static void put_kept(const struct view *view, int column, int verdict, const struct quality_share *value)
{
	const char *kept = arena_printf(view->arena, "\"%s\"", word(view, WORD_VERDICT_KEPT)),
			   *breached = arena_printf(view->arena, "\"%s\"", word(view, WORD_VERDICT_BREACHED));
	struct text_out n = formula_begin(view, ""), formula = formula_begin(view, "=IFERROR((");
	append_count(view, &n, verdict, kept);
	text_append_char(&n, '+');
	append_count(view, &n, verdict, breached);
	append_count(view, &formula, verdict, kept);
	text_append_printf(&formula, ")/(%s),\"\")", n.data);
	put(view, column, CELL_PERCENT, formula.data, value->has, value->value);
	put_bounds(view, column, n.data, value);
}

/* As on the supplier report's summary: plain where there is nothing to count, an array formula without a condition around it elsewhere. */
static void put_times(const struct view *view, int column, int verdict, int time, bool has, double median_s, double p90_s)
{
	const struct table *table = &view->report->ticket_table;
	for (int i = 0; i < 2; i++) {
		struct text_out out = formula_begin(view, i == 0 ? "=MEDIAN(" : "=PERCENTILE(");
		for (int sheet = 0; has && sheet < table->sheet_count; sheet++) {
			text_append_z(&out, sheet > 0 ? ",IF((" : "IF((");
			table_range(&out, table, sheet, view->of[0].column);
			text_append_printf(&out, view->line->by == BY_ALL ? ">=1)*(" : "=%s)*(", view->of[0].criterion);
			table_range(&out, table, sheet, verdict);
			text_append_printf(&out, "<>\"%s\"),", word(view, WORD_NONE_SIGN));
			table_range(&out, table, sheet, time);
			text_append_char(&out, ')');
		}
		text_append_z(&out, i == 0 ? ")" : ",0.9)");
		double value = (i == 0 ? median_s : p90_s) / 86400;
		if (!has)
			cell_text(view->sheet, column + i, CELL_SIGN, word(view, WORD_NONE_SIGN));
		else if (i == 1 && table->sheet_count > 1)
			cell_number(view->sheet, column + i, CELL_DURATION, value); /* PERCENTILE takes one array; Method says so */
		else
			cell_formula_array(view->sheet, column + i, CELL_DURATION, out.data, value);
	}
}

static void put_moves(const struct view *view)
{
	const struct quality_line *line = view->line;
	const char *n = cell(view, C_TICKETS);
	struct text_out handovers = formula_begin(view, "=IFERROR(("), ping_pong = formula_begin(view, "="), reopened = formula_begin(view, "=IFERROR((");
	append_sum(view, &handovers, Q_HANDOVERS);
	text_append_printf(&handovers, ")/%s,\"\")", n);
	append_sum(view, &ping_pong, Q_PING_PONG);
	append_count(view, &reopened, Q_REOPENED, "\">0\"");
	text_append_printf(&reopened, ")/%s,\"\")", n);
	put(view, C_HANDOVERS, CELL_DECIMAL, handovers.data, line->tickets > 0, line->tickets > 0 ? (double)line->handovers / (double)line->tickets : 0);
	put(view, C_PING_PONG, CELL_INT, ping_pong.data, true, (double)line->ping_pong);
	put(view, C_REOPENED, CELL_PERCENT, reopened.data, line->reopened.has, line->reopened.value);
	put_bounds(view, C_REOPENED, n, &line->reopened);
}

static void put_scores(const struct view *view)
{
	const struct quality_line *line = view->line;
	const char *tickets = cell(view, C_TICKETS), *n = cell(view, C_RATED), *mean = cell(view, C_MEAN);
	struct text_out rated = formula_begin(view, "="), sum = formula_begin(view, ""), squares = formula_begin(view, "");
	append_count(view, &rated, Q_SCORE, "\">=0\"");
	append_sum(view, &sum, Q_SCORE);
	append_sum(view, &squares, Q_SCORE_SQUARED);
	put(view, C_RATED, CELL_INT, rated.data, true, (double)line->rated);
	put(view, C_RATE, CELL_PERCENT, arena_printf(view->arena, "=IFERROR(%s/%s,\"\")", n, tickets), line->answered.has, line->answered.value);
	put_bounds(view, C_RATE, tickets, &line->answered);
	put(view, C_MEAN, CELL_DECIMAL, arena_printf(view->arena, "=IFERROR((%s)/%s,\"\")", sum.data, n), line->has_mean, line->mean);
	for (int high = 0; high < 2; high++)
		put(view, C_MEAN_LOW + high, CELL_DECIMAL,
			arena_printf(view->arena, "=IF(%s<2,\"\",%s%s%s*SQRT(MAX(0,(%s)-(%s)^2/%s)/(%s-1)/%s))", n, mean, high ? "+" : "-", QUALITY_Z_TEXT, squares.data,
				sum.data, n, n, n),
			line->has_mean_interval, high ? line->mean_high : line->mean_low);
}

static void put_nps(const struct view *view)
{
	const struct quality_line *line = view->line;
	const char *nps = cell(view, C_NPS);
	struct text_out promoters = formula_begin(view, ""), detractors = formula_begin(view, ""), all = formula_begin(view, "");
	append_count(view, &promoters, Q_RECOMMEND, "\">=9\"");
	append_count(view, &detractors, Q_RECOMMEND, "\"<=6\"");
	append_count(view, &all, Q_RECOMMEND, "\">=0\"");
	put(view, C_NPS, CELL_DECIMAL, arena_printf(view->arena, "=IFERROR(100*((%s)-(%s))/(%s),\"\")", promoters.data, detractors.data, all.data), line->has_nps,
		line->nps);
	for (int high = 0; high < 2; high++)
		put(view, C_NPS_LOW + high, CELL_DECIMAL,
			arena_printf(view->arena, "=IF(%s=\"\",\"\",%s%s100*%s*SQRT(MAX(0,((%s)+(%s))/(%s)-(%s/100)^2)/(%s)))", nps, nps, high ? "+" : "-", QUALITY_Z_TEXT,
				promoters.data, detractors.data, all.data, nps, all.data),
			line->has_nps, high ? line->nps_high : line->nps_low);
}

static void put_quality(const struct view *view)
{
	static const int samples[QUALITY_BYS] = { QS_SCORE, QS_TEAM_NO, QS_LEVEL, QS_PERSON_NO };
	const struct quality_line *line = view->line;
	struct condition mine = { samples[line->by], line->by == BY_ALL ? "\">=0\"" : view->of[0].criterion };
	struct text_out mean = formula_begin(view, "=IFERROR(("), count = formula_begin(view, "=");
	formula_count(&count, &view->report->sample_table, &mine, 1);
	formula_sum(&mean, &view->report->sample_table, QS_SCORE, &mine, 1);
	text_append_printf(&mean, ")/%s,\"\")", cell(view, C_SAMPLES));
	put(view, C_QUALITY, CELL_PERCENT, mean.data, line->has_quality, line->quality_pct);
	put(view, C_SAMPLES, CELL_INT, count.data, true, (double)line->samples);
	if (line->by != BY_TEAM && line->by != BY_PERSON)
		return;
	struct condition kpi = { line->by == BY_TEAM ? QK_TEAM_NO : QK_PERSON_NO, view->of[0].criterion };
	struct text_out value = formula_begin(view, "=IFERROR((");
	formula_sum(&value, &view->report->kpi_table, QK_VALUE, &kpi, 1);
	text_append_z(&value, ")/(");
	formula_count(&value, &view->report->kpi_table, &kpi, 1);
	text_append_z(&value, "),\"\")");
	put(view, C_KPI, CELL_DECIMAL, value.data, line->has_kpi, line->kpi);
}

static void put_line(struct view *view, const struct quality_line *line)
{
	static const int columns[QUALITY_BYS] = { Q_PRIORITY, Q_TEAM_NO, Q_LEVEL, Q_PERSON_NO };
	sheet_row(view->sheet, sheet_row_now(view->sheet) + 1);
	view->line = line;
	view->of[0] = (struct condition){ columns[line->by], line->by == BY_ALL ? "\">=1\"" : cell(view, C_NO) };
	struct text_out tickets = formula_begin(view, "=");
	append_count(view, &tickets, -1, NULL);
	if (line->by != BY_ALL)
		cell_number(view->sheet, C_NO, CELL_ID, (double)line->id);
	cell_text(view->sheet, C_NAME, CELL_TEXT,
		line->by == BY_ALL         ? word(view, WORD_WHOLE_DESK)
			: line->by == BY_LEVEL ? words_fill(view->arena, view->language, WORD_LEVEL_N, arena_printf(view->arena, "%lld", (long long)line->id), NULL)
								   : line->name);
	put(view, C_TICKETS, CELL_INT, tickets.data, true, (double)line->tickets);
	put_kept(view, C_RESPONSE, Q_RESPONSE, &line->response);
	put_times(view, C_RESPONSE_MEDIAN, Q_RESPONSE, Q_RESPONSE_TIME, line->has_response_times, line->response_median_s, line->response_p90_s);
	put_kept(view, C_RESOLUTION, Q_RESOLUTION, &line->resolution);
	put_times(view, C_RESOLUTION_MEDIAN, Q_RESOLUTION, Q_RESOLUTION_TIME, line->has_resolution_times, line->resolution_median_s,
		line->resolution_p90_s);
	put_moves(view);
	put_scores(view);
	put_nps(view);
	put_quality(view);
}

static void heading(const struct view *view, enum word title)
{
	static const enum word words[C_COLUMNS] = { WORD_NO, WORD_NAME, WORD_TICKETS, WORD_RESPONSE_KEPT, WORD_LOW, WORD_HIGH, WORD_MEDIAN, WORD_P90,
		WORD_RESOLUTION_KEPT, WORD_LOW, WORD_HIGH, WORD_MEDIAN, WORD_P90, WORD_HANDOVERS_EACH, WORD_PING_PONG, WORD_REOPENED, WORD_LOW, WORD_HIGH,
		WORD_RATED, WORD_RESPONSE_RATE, WORD_LOW, WORD_HIGH, WORD_SCORE_MEAN, WORD_LOW, WORD_HIGH, WORD_NPS, WORD_LOW, WORD_HIGH, WORD_QUALITY_SCORE,
		WORD_SAMPLES, WORD_KPI };
	sheet_row(view->sheet, sheet_row_now(view->sheet) + 2);
	cell_text(view->sheet, 0, CELL_SECTION, word(view, title));
	sheet_row(view->sheet, sheet_row_now(view->sheet) + 1);
	sheet_row_height(view->sheet, 42);
	for (int column = 0; column < C_COLUMNS; column++)
		cell_text(view->sheet, column, column < C_TICKETS ? CELL_HEAD : CELL_HEAD_NUMBER, word(view, words[column]));
}

static void put_reasons(const struct view *view)
{
	const struct quality_report *report = view->report;
	sheet_row(view->sheet, sheet_row_now(view->sheet) + 2);
	cell_text(view->sheet, 0, CELL_SECTION, word(view, WORD_HANDOVER_REASONS));
	sheet_row(view->sheet, sheet_row_now(view->sheet) + 1);
	cell_text(view->sheet, C_NAME, CELL_HEAD, word(view, WORD_PAUSE_REASON));
	cell_text(view->sheet, C_TICKETS, CELL_HEAD_NUMBER, word(view, WORD_HANDOVERS));
	for (int i = 0; quality_reasons[i]; i++) {
		int64_t count = 0;
		for (int row = 0; row < rows_count(report->handover_rows); row++)
			count += strcmp(rows_text(report->handover_rows, row, QH_REASON), quality_reasons[i]) == 0;
		sheet_row(view->sheet, sheet_row_now(view->sheet) + 1);
		cell_text(view->sheet, C_NAME, CELL_TEXT, words_of(view->language, "HANDOVER", quality_reasons[i]));
		struct condition one = { QH_REASON, cell(view, C_NAME) };
		struct text_out out = formula_begin(view, "=");
		formula_count(&out, &report->handover_table, &one, 1);
		cell_formula(view->sheet, C_TICKETS, CELL_INT, out.data, (double)count);
	}
}

static void put_facts(const struct view *view)
{
	const struct quality_report *report = view->report;
	static const enum word labels[] = { WORD_FROM, WORD_TO, WORD_ZONE, WORD_MADE_AT, WORD_MADE_BY };
	sheet_row(view->sheet, 0);
	sheet_row_height(view->sheet, 30);
	cell_text(view->sheet, 0, CELL_TITLE, word(view, WORD_QUALITY_TITLE));
	for (int i = 0; i < 5; i++) {
		sheet_row(view->sheet, 2 + i);
		cell_text(view->sheet, C_NAME, CELL_LABEL, word(view, labels[i]));
		if (i < 2)
			cell_day(view->sheet, C_TICKETS, CELL_FACT_DAY, i == 0 ? report->period.from_day : report->period.to_day);
		else if (i == 3)
			cell_instant(view->sheet, C_TICKETS, CELL_FACT_INSTANT, report->ctx->now);
		else
			cell_text(view->sheet, C_TICKETS, CELL_FACT, i == 2 ? report->request.zone : report->request.made_by);
	}
	if (report->period.unfinished) {
		char at[INSTANT_TEXT_BYTES];
		book_instant_text(report->book, report->ctx->now, at);
		sheet_row(view->sheet, sheet_row_now(view->sheet) + 2);
		cell_text(view->sheet, 0, CELL_WARN, words_fill(view->arena, view->language, WORD_UNFINISHED, at, NULL));
	}
}

void quality_summary_write(struct quality_report *report)
{
	static const enum word titles[QUALITY_BYS] = { WORD_WHOLE_DESK, WORD_BY_TEAM, WORD_BY_LEVEL, WORD_BY_PERSON };
	struct view view = { .report = report, .sheet = report->summary, .arena = report->ctx->arena, .language = report->language };
	sheet_print(view.sheet, 0, true);
	for (int column = 0; column < C_COLUMNS; column++)
		sheet_width(view.sheet, column, column == C_NAME ? 30 : column == C_NO ? 5 : 10, column == C_NAME ? 44 : 17);
	put_facts(&view);
	if (report->ticket_count == 0) {
		sheet_row(view.sheet, sheet_row_now(view.sheet) + 2);
		cell_text(view.sheet, 0, CELL_SECTION, word(&view, WORD_QUALITY_EMPTY));
		return;
	}
	for (int i = 0; i < report->line_count; i++) {
		if (i == 0 || report->lines[i].by != report->lines[i - 1].by)
			heading(&view, titles[report->lines[i].by]);
		put_line(&view, &report->lines[i]);
	}
	put_reasons(&view);
}
