/* The figures on the quality of the desk: counted from the tickets as they pass, the same for the workbook and for JSON.
 * Intervals are of 95 %: Wilson's for shares, the normal approximation for the mean of scores and for NPS. Owns nothing.
 * Source: E. B. Wilson, JASA 22 (1927), 209-212. */
#include "reports/desk_quality.h"
#include "reports/desk_quality.sql.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const quality_reasons[] = { "sick", "overloaded", "level_escalation", "expertise", "shift_end", "other", "returned", "imported", NULL };

enum { T_LEVEL = 3, T_TEAM, T_TEAM_NAME, T_PERSON, T_PERSON_NAME, T_RESPONSE = 10, T_RESPONSE_S, T_RESOLUTION, T_RESOLUTION_S, T_HANDOVERS, T_PING_PONG,
	T_REOPENED, T_SCORE, T_RECOMMEND };

static int32_t name_index(struct arena *arena, struct quality_name **list, int *count, int64_t id, const char *name, int level)
{
	for (int i = 0; i < *count; i++)
		if ((*list)[i].id == id)
			return i;
	/* Grows by doubling; what was before stays in the arena. */
	if ((*count & (*count - 1)) == 0) {
		struct quality_name *more = arena_array(arena, (size_t)(*count > 0 ? 2 * *count : 1), sizeof(*more));
		if (*count > 0)
			memcpy(more, *list, (size_t)*count * sizeof(*more));
		*list = more;
	}
	(*list)[*count] = (struct quality_name){ id, arena_strdup(arena, name), level };
	return (*count)++;
}

static int8_t verdict(const char *text)
{
	return !text ? 0 : strcmp(text, "kept") == 0 ? 1 : 2;
}

static int32_t seconds(const struct rows *rows, int column)
{
	int64_t value = rows_int(rows, 0, column);
	return value > INT32_MAX ? INT32_MAX : (int32_t)value;
}

struct reading {
	struct quality_report *report;
	bool (*row)(struct quality_report *report, const struct rows *rows);
};

static bool read_ticket(struct ctx *ctx, const struct rows *rows, void *reading_)
{
	struct reading *reading = reading_;
	struct quality_report *report = reading->report;
	INVARIANT(report->done < report->ticket_count);
	struct quality_ticket *ticket = &report->tickets[report->done++];
	int level = (int)rows_int(rows, 0, T_LEVEL);
	*ticket = (struct quality_ticket){
		.team = name_index(ctx->arena, &report->teams, &report->team_count, rows_int(rows, 0, T_TEAM), rows_text(rows, 0, T_TEAM_NAME), level),
		.person = rows_null(rows, 0, T_PERSON) ? -1
											   : name_index(ctx->arena, &report->persons, &report->person_count, rows_int(rows, 0, T_PERSON),
													 rows_text(rows, 0, T_PERSON_NAME), 0),
		.level = (int8_t)level,
		.response = verdict(rows_text(rows, 0, T_RESPONSE)),
		.resolution = verdict(rows_text(rows, 0, T_RESOLUTION)),
		.score = rows_null(rows, 0, T_SCORE) ? -1 : (int8_t)rows_int(rows, 0, T_SCORE),
		.recommend = rows_null(rows, 0, T_RECOMMEND) ? -1 : (int8_t)rows_int(rows, 0, T_RECOMMEND),
		.handovers = (int16_t)rows_int(rows, 0, T_HANDOVERS),
		.ping_pong = (int16_t)rows_int(rows, 0, T_PING_PONG),
		.reopened = (int16_t)rows_int(rows, 0, T_REOPENED),
		.response_s = seconds(rows, T_RESPONSE_S),
		.resolution_s = seconds(rows, T_RESOLUTION_S)
	};
	if (report->done % 10000 == 0 && report->request.progress && !report->request.progress(report->request.user, report->done, report->ticket_count))
		return fail_internal(ctx, ERROR_UNAVAILABLE, "stopped while the report was made");
	return !reading->row || reading->row(report, rows);
}

static struct query_args period_args(struct quality_report *report)
{
	struct query_args args = query_args(report->ctx);
	arg_instant(&args, report->period.from);
	arg_instant(&args, report->period.to);
	return args;
}

static void arg_days(struct query_args *args, const struct quality_report *report)
{
	char from[INSTANT_TEXT_BYTES], to[INSTANT_TEXT_BYTES];
	day_format(report->period.from_day, from);
	day_format(report->period.to_day, to);
	arg_text(args, from);
	arg_text(args, to);
}

bool quality_load(struct ctx *ctx, const struct sla_request *request, struct quality_report **report_r)
{
	char why[128];
	struct quality_report *report = *report_r = arena_alloc(ctx->arena, sizeof(*report));
	report->ctx = ctx;
	report->request = *request;
	report->language = words_language(request->language);
	struct zone *zone = zone_name_valid(request->zone) ? zone_load(request->zone, why, sizeof(why)) : NULL;
	if (!zone)
		return fail_field(ctx, "zone", "there is no such time zone");
	period_make(zone, request->from_day, request->to_day, ctx->now, &report->period);
	zone_destroy(zone);
	struct query_args counts = period_args(report), plain = period_args(report), months = query_args(ctx);
	arg_days(&counts, report);
	arg_days(&months, report);
	struct query_step steps[] = { { QUERY_REPORT_QUALITY_COUNT, &counts, NULL }, { QUERY_REPORT_QUALITY_SAMPLES, &plain, NULL },
		{ QUERY_REPORT_QUALITY_KPI, &months, NULL }, { QUERY_REPORT_QUALITY_HANDOVERS, &plain, NULL } };
	if (!query_pipeline(ctx, steps, 4))
		return false;
	report->ticket_count = rows_int(steps[0].rows, 0, 0);
	report->sample_rows = steps[1].rows;
	report->kpi_rows = steps[2].rows;
	report->handover_rows = steps[3].rows;
	report->sample_count = rows_count(report->sample_rows);
	report->kpi_count = rows_count(report->kpi_rows);
	report->handover_count = rows_count(report->handover_rows);
	report->tickets = arena_array(ctx->arena, (size_t)report->ticket_count + 1, sizeof(*report->tickets));
	return true;
}

bool quality_tickets_read(struct quality_report *report, bool (*row)(struct quality_report *report, const struct rows *rows))
{
	struct reading reading = { report, row };
	struct query_args args = period_args(report);
	return query_each(report->ctx, QUERY_REPORT_QUALITY_TICKETS, &args, read_ticket, &reading);
}

/* The order of the sheet's formulas, so that both give the same digits. */
static void wilson(struct quality_share *share)
{
	double n = (double)share->of, z = QUALITY_Z;
	share->has = share->of > 0;
	if (!share->has)
		return;
	share->value = (double)share->count / n;
	double middle = share->value + z * z / (2 * n), half = z * sqrt(share->value * (1 - share->value) / n + z * z / (4 * n * n));
	share->low = (middle - half) / (1 + z * z / n);
	share->high = (middle + half) / (1 + z * z / n);
}

static bool belongs(const struct quality_report *report, const struct quality_line *line, const struct quality_ticket *ticket)
{
	switch (line->by) {
	case BY_TEAM:
		return report->teams[ticket->team].id == line->id;
	case BY_LEVEL:
		return ticket->level == line->id;
	case BY_PERSON:
		return ticket->person >= 0 && report->persons[ticket->person].id == line->id;
	default:
		return true;
	}
}

static int by_size(const void *a, const void *b)
{
	int32_t left = *(const int32_t *)a, right = *(const int32_t *)b;
	return left < right ? -1 : left > right;
}

static double percentile(const int32_t *sorted, int64_t count, double part)
{
	double place = part * (double)(count - 1);
	int64_t below = (int64_t)place;
	double low = sorted[below];
	return below + 1 < count ? low + (place - (double)below) * (sorted[below + 1] - low) : low;
}

static void finish_times(int32_t *times, int64_t count, bool *has_r, double *median_r, double *p90_r)
{
	*has_r = count > 0;
	if (count == 0)
		return;
	qsort(times, (size_t)count, sizeof(*times), by_size);
	*median_r = percentile(times, count, 0.5);
	*p90_r = percentile(times, count, 0.9);
}

/* Scores of samples and months of the KPI that belong to the line. */
static void add_quality(const struct quality_report *report, struct quality_line *line)
{
	int64_t samples = 0, kpis = 0;
	for (int i = 0; i < rows_count(report->sample_rows); i++) {
		const struct rows *rows = report->sample_rows;
		int column = line->by == BY_TEAM ? QS_TEAM_NO : line->by == BY_LEVEL ? QS_LEVEL : QS_PERSON_NO;
		if (line->by != BY_ALL && rows_int(rows, i, column) != line->id)
			continue;
		line->samples++;
		samples += rows_int(rows, i, QS_SCORE);
	}
	for (int i = 0; (line->by == BY_TEAM || line->by == BY_PERSON) && i < rows_count(report->kpi_rows); i++) {
		const struct rows *rows = report->kpi_rows;
		int column = line->by == BY_TEAM ? QK_TEAM_NO : QK_PERSON_NO;
		if (rows_null(rows, i, column) || rows_int(rows, i, column) != line->id)
			continue;
		line->kpis++;
		kpis += rows_int(rows, i, QK_VALUE);
	}
	line->has_quality = line->samples > 0;
	line->quality_pct = line->has_quality ? (double)samples / (double)line->samples / 10000 : 0;
	line->has_kpi = line->kpis > 0;
	line->kpi = line->has_kpi ? (double)kpis / 100 / (double)line->kpis : 0;
}

static void finish_scores(struct quality_line *line, double sum, double squares, int64_t promoters, int64_t detractors, int64_t recommends)
{
	double n = (double)line->rated, z = QUALITY_Z;
	line->answered = (struct quality_share){ .count = line->rated, .of = line->tickets };
	wilson(&line->answered);
	line->has_mean = line->rated > 0;
	line->has_mean_interval = line->rated > 1;
	if (line->has_mean)
		line->mean = sum / n;
	if (line->has_mean_interval) {
		double variance = (squares - sum * sum / n) / (n - 1);
		double half = z * sqrt((variance > 0 ? variance : 0) / n);
		line->mean_low = line->mean - half;
		line->mean_high = line->mean + half;
	}
	line->has_nps = recommends > 0;
	if (line->has_nps) {
		double all = (double)recommends, score = (double)(promoters - detractors) / all;
		double variance = (double)(promoters + detractors) / all - score * score;
		double half = z * sqrt((variance > 0 ? variance : 0) / all);
		line->nps = 100 * score;
		line->nps_low = 100 * (score - half);
		line->nps_high = 100 * (score + half);
	}
}

static void figure(struct quality_report *report, struct quality_line *line, int32_t *responses, int32_t *resolutions)
{
	int64_t response_count = 0, resolution_count = 0, promoters = 0, detractors = 0, recommends = 0;
	double sum = 0, squares = 0;
	for (int64_t i = 0; i < report->ticket_count; i++) {
		const struct quality_ticket *ticket = &report->tickets[i];
		if (!belongs(report, line, ticket))
			continue;
		line->tickets++;
		line->handovers += ticket->handovers;
		line->ping_pong += ticket->ping_pong;
		line->reopened.count += ticket->reopened > 0;
		line->response.of += ticket->response > 0;
		line->response.count += ticket->response == 1;
		line->resolution.of += ticket->resolution > 0;
		line->resolution.count += ticket->resolution == 1;
		if (ticket->response > 0)
			responses[response_count++] = ticket->response_s;
		if (ticket->resolution > 0)
			resolutions[resolution_count++] = ticket->resolution_s;
		if (ticket->score >= 0) {
			line->rated++;
			sum += ticket->score;
			squares += (double)ticket->score * ticket->score;
		}
		recommends += ticket->recommend >= 0;
		promoters += ticket->recommend >= 9;
		detractors += ticket->recommend >= 0 && ticket->recommend <= 6;
	}
	line->reopened.of = line->tickets;
	wilson(&line->response);
	wilson(&line->resolution);
	wilson(&line->reopened);
	finish_times(responses, response_count, &line->has_response_times, &line->response_median_s, &line->response_p90_s);
	finish_times(resolutions, resolution_count, &line->has_resolution_times, &line->resolution_median_s, &line->resolution_p90_s);
	finish_scores(line, sum, squares, promoters, detractors, recommends);
	add_quality(report, line);
}

static int by_name(const void *a, const void *b)
{
	const struct quality_line *left = a, *right = b;
	int order = strcoll(left->name ? left->name : "", right->name ? right->name : "");
	return order ? order : left->id < right->id ? -1 : left->id > right->id;
}

void quality_figures(struct quality_report *report)
{
	struct arena *arena = report->ctx->arena;
	int32_t *responses = arena_array(arena, (size_t)report->ticket_count + 1, sizeof(*responses));
	int32_t *resolutions = arena_array(arena, (size_t)report->ticket_count + 1, sizeof(*resolutions));
	report->lines = arena_array(arena, (size_t)(report->team_count + report->person_count) + 5, sizeof(*report->lines));
	report->lines[report->line_count++] = (struct quality_line){ .by = BY_ALL };
	for (int i = 0; i < report->team_count; i++)
		report->lines[report->line_count++] = (struct quality_line){ .by = BY_TEAM, .id = report->teams[i].id, .name = report->teams[i].name };
	qsort(report->lines + 1, (size_t)report->team_count, sizeof(*report->lines), by_name);
	for (int level = 1; level <= 3; level++)
		for (int i = 0; i < report->team_count; i++)
			if (report->teams[i].level == level) {
				report->lines[report->line_count++] = (struct quality_line){ .by = BY_LEVEL, .id = level };
				break;
			}
	int first = report->line_count;
	for (int i = 0; i < report->person_count; i++)
		report->lines[report->line_count++] = (struct quality_line){ .by = BY_PERSON, .id = report->persons[i].id, .name = report->persons[i].name };
	qsort(report->lines + first, (size_t)report->person_count, sizeof(*report->lines), by_name);
	for (int i = 0; i < report->line_count; i++)
		figure(report, &report->lines[i], responses, resolutions);
}
