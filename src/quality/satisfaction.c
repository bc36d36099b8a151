/* Satisfaction: what those who answered said, always beside how many were asked, with 95 % intervals (interval.h says which and why).
 * Owns nothing. Refuses: a score of those who answered without the share that answered. */
#include "quality/quality.h"

#include "base/config.h"
#include "quality/interval.h"
#include "quality/satisfaction.sql.h"

#include <string.h>

#define DAYS_MAX 1100
#define DAYS_USUAL 91
#define SCORE_TOP 10.0

struct figures {
	int64_t asked, answered, recommends, promoters, detractors, low;
	double sum, squares;
};

/* Columns from `first` on, as the statement gives them. */
static struct figures figures_read(const struct rows *rows, int i, int first)
{
	return (struct figures){
		.asked = rows_int(rows, i, first),
		.answered = rows_int(rows, i, first + 1),
		.sum = (double)rows_int(rows, i, first + 2),
		.squares = (double)rows_int(rows, i, first + 3),
		.recommends = rows_int(rows, i, first + 4),
		.promoters = rows_int(rows, i, first + 5),
		.detractors = rows_int(rows, i, first + 6),
		.low = rows_int(rows, i, first + 7),
	};
}

static void put_interval(struct json_out *json, struct interval interval, double factor)
{
	quality_number(json, "low", interval.known, interval.low * factor);
	quality_number(json, "high", interval.known, interval.high * factor);
}

static void put_figures(struct json_out *json, const struct figures *f)
{
	int64_t passives = f->recommends - f->promoters - f->detractors;
	json_int(json, "asked", f->asked);
	json_int(json, "answered", f->answered);
	json_open_object(json, "response_rate");
	quality_number(json, "pct", f->asked > 0, f->asked > 0 ? 100.0 * (double)f->answered / (double)f->asked : 0);
	put_interval(json, interval_of_share(f->answered, f->asked), 100);
	json_close_object(json);
	json_open_object(json, "score");
	quality_number(json, "mean", f->answered > 0, f->answered > 0 ? f->sum / (double)f->answered : 0);
	put_interval(json, interval_of_mean(f->answered, f->sum, f->squares, SCORE_TOP), 1);
	json_close_object(json);
	json_open_object(json, "nps");
	json_int(json, "answered", f->recommends);
	json_int(json, "promoters", f->promoters);
	json_int(json, "passives", passives);
	json_int(json, "detractors", f->detractors);
	quality_number(json, "value", f->recommends > 0,
		f->recommends > 0 ? 100.0 * (double)(f->promoters - f->detractors) / (double)f->recommends : 0);
	put_interval(json, interval_of_nps(f->promoters, passives, f->detractors), 1);
	json_close_object(json);
	json_int(json, "low", f->low);
}

/* Rows of one sort: "total", "month", "team", "person"; "score" is the histogram. */
static void put_list(struct json_out *json, const struct rows *rows, const char *sort, const char *key)
{
	json_open_array(json, key);
	for (int i = 0; i < rows_count(rows); i++) {
		if (strcmp(rows_text(rows, i, 0), sort) != 0)
			continue;
		struct figures figures = figures_read(rows, i, 4);
		json_open_object(json, NULL);
		if (strcmp(sort, "month") == 0)
			json_text(json, "month", rows_text(rows, i, 1));
		else
			json_ref(json, sort, rows_text(rows, i, 1), rows_text(rows, i, 2));
		put_figures(json, &figures);
		json_close_object(json);
	}
	json_close_array(json);
}

static void put_histogram(struct json_out *json, const struct rows *rows)
{
	int64_t count[11] = { 0 };
	for (int i = 0; i < rows_count(rows); i++)
		if (strcmp(rows_text(rows, i, 0), "score") == 0)
			count[rows_int(rows, i, 3)] = rows_int(rows, i, 5);
	json_open_array(json, "histogram");
	for (int score = 0; score <= 10; score++)
		json_int(json, NULL, count[score]);
	json_close_array(json);
}

/* `from` and `to` (excluded) as days; the usual span is the quarter of a year up to today. */
static bool span(struct request *req, const char **from_r, const char **to_r)
{
	const char *today, *from = request_query(req, "from"), *to = request_query(req, "to");
	char text[INSTANT_TEXT_BYTES];
	int64_t to_day, from_day;
	if (!quality_today(&req->ctx, &today) || !day_parse(today, &to_day))
		return false;
	to_day++;
	if (to && !day_parse(to, &to_day))
		return fail_field(&req->ctx, "to", "is a day, YYYY-MM-DD");
	from_day = to_day - DAYS_USUAL;
	if (from && !day_parse(from, &from_day))
		return fail_field(&req->ctx, "from", "is a day, YYYY-MM-DD");
	if (from_day >= to_day)
		return fail_field(
			&req->ctx, "to", "must be after from; it is the first day that no longer belongs to the span");
	if (to_day - from_day > DAYS_MAX)
		return fail_field(&req->ctx, "from", "a span of %d days at most", DAYS_MAX);
	day_format(from_day, text);
	*from_r = arena_strdup(req->ctx.arena, text);
	day_format(to_day, text);
	*to_r = arena_strdup(req->ctx.arena, text);
	return true;
}

bool quality_satisfaction(struct request *req)
{
	static const char *const names[] = { "from", "to", "team", "person", NULL };
	struct ctx *ctx = &req->ctx;
	struct query_args args = query_args(ctx);
	struct json_out json;
	const char *from, *to;
	int64_t team = query_int(req, "team", 0, 1, INT64_MAX), person = query_int(req, "person", 0, 1, INT64_MAX);
	if (!query_done(req, names) || !span(req, &from, &to))
		return false;
	quality_actor(&args);
	arg_text(&args, from);
	arg_text(&args, to);
	arg_text(&args, ctx->config->desk_zone);
	arg_int_or_null(&args, team, team == 0);
	arg_int_or_null(&args, person, person == 0);
	struct rows *rows = query_run(ctx, QUERY_QUALITY_SATISFACTION, &args);
	if (!rows)
		return false;
	json_begin(&json, ctx->arena, 8192);
	json_open_object(&json, NULL);
	json_text(&json, "from", from);
	json_text(&json, "to", to);
	for (int i = 0; i < rows_count(rows); i++)
		if (strcmp(rows_text(rows, i, 0), "total") == 0) {
			struct figures figures = figures_read(rows, i, 4);
			put_figures(&json, &figures);
		}
	put_histogram(&json, rows);
	put_list(&json, rows, "month", "months");
	put_list(&json, rows, "team", "teams");
	put_list(&json, rows, "person", "people");
	json_close_object(&json);
	return reply_json_out(req, 200, &json);
}
