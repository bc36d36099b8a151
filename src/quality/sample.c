/* Samples of closed tickets and the draws they come from. Owns nothing: draw, facts and scores stand in schema/rules/76_quality_samples.sql. */
#include "quality/quality.h"

#include "http/body.h"
#include "quality/sample.sql.h"
#include "supply/terms.h"

#define ANSWERS_MAX 100

static const char missing[] = "There is no such sample, or it is not yours to see";
static const char *const answers_known[] = { "yes", "partly", "no", "none", NULL };

bool quality_sample_list(struct request *req)
{
	static const char *const states[] = { "open", "scored", "calibrate", NULL };
	static const char *const names[] = { "state", "week", "person", "team", "ticket", "limit", "cursor", NULL };
	struct query_args args = query_args(&req->ctx);
	struct page page;
	int64_t day;
	const char *state = query_choice(req, "state", states), *week = request_query(req, "week");
	int64_t person = query_int(req, "person", 0, 1, INT64_MAX), team = query_int(req, "team", 0, 1, INT64_MAX);
	if (week && !day_parse(week, &day))
		fail_field(&req->ctx, "week", "is the Monday of a week, YYYY-MM-DD");
	if (!query_done(req, names) || !page_read(req, &page))
		return false;
	quality_actor(&args);
	arg_text(&args, req->ctx.actor.language);
	arg_text(&args, state);
	arg_text(&args, week);
	arg_int_or_null(&args, person, person == 0);
	arg_int_or_null(&args, team, team == 0);
	arg_text(&args, request_query(req, "ticket"));
	return terms_list(req, QUERY_QUALITY_SAMPLE_LIST, &args, &page);
}

static bool answer(struct request *req, int64_t id)
{
	struct query_args args = query_args(&req->ctx);
	quality_actor(&args);
	arg_text(&args, req->ctx.actor.language);
	arg_int(&args, id);
	struct rows *rows = query_run(&req->ctx, QUERY_QUALITY_SAMPLE_READ, &args);
	return rows && quality_reply_row(req, 200, rows);
}

bool quality_sample_read(struct request *req)
{
	int64_t id;
	return terms_id(req, missing, &id) && answer(req, id);
}

/* [{"item", "answer", "comment"}] checked and written again for the rules. */
static const char *answers_read(struct request *req, struct body *body)
{
	struct json_out out;
	json_t *list = body_array(body, "answers", BODY_REQUIRED, ANSWERS_MAX), *entry;
	size_t i;
	json_begin(&out, req->ctx.arena, 1024);
	json_open_array(&out, NULL);
	json_array_foreach(list, i, entry)
	{
		struct body *one = body_open_nested(body, arena_printf(req->ctx.arena, "/answers/%zu", i), entry);
		if (!one)
			break;
		int64_t item = body_id(one, "item", BODY_REQUIRED);
		const char *answer_text = body_choice(one, "answer", BODY_REQUIRED, answers_known);
		const char *comment = body_text(one, "comment", BODY_OPTIONAL, 1, QUALITY_NOTE_MAX);
		json_open_object(&out, NULL);
		json_int(&out, "item", item);
		json_text(&out, "answer", answer_text);
		json_text(&out, "comment", comment);
		json_close_object(&out);
	}
	json_close_array(&out);
	return out.text.data;
}

bool quality_sample_score(struct request *req)
{
	struct query_args args = query_args(&req->ctx);
	int64_t id;
	struct body *body = body_open(req);
	if (!body)
		return false;
	const char *answers = answers_read(req, body);
	const char *feedback = body_text(body, "feedback", BODY_OPTIONAL, 1, QUALITY_TEXT_MAX);
	if (!body_close(body) || !terms_id(req, missing, &id))
		return false;
	quality_actor(&args);
	arg_instant(&args, req->ctx.now);
	arg_int(&args, id);
	arg_text(&args, answers);
	arg_text(&args, feedback);
	return query_one(&req->ctx, QUERY_QUALITY_SAMPLE_SCORE, &args) && answer(req, id);
}

bool quality_sample_calibrate(struct request *req)
{
	struct query_args args = query_args(&req->ctx);
	int64_t id;
	struct body *body = body_open(req);
	if (!body)
		return false;
	int64_t person = body_id(body, "person", BODY_REQUIRED);
	if (!body_close(body) || !terms_id(req, missing, &id))
		return false;
	quality_actor(&args);
	arg_instant(&args, req->ctx.now);
	arg_int(&args, id);
	arg_int(&args, person);
	return query_one(&req->ctx, QUERY_QUALITY_SAMPLE_CALIBRATE, &args) && answer(req, id);
}

bool quality_draw_list(struct request *req)
{
	static const char *const names[] = { "limit", "cursor", NULL };
	struct query_args args = query_args(&req->ctx);
	struct page page;
	return query_done(req, names) && page_read(req, &page) && terms_list(req, QUERY_QUALITY_DRAW_LIST, &args, &page);
}

bool quality_draw_read(struct request *req)
{
	struct query_args args = query_args(&req->ctx);
	int64_t day;
	if (!day_parse(req->path_arg[0], &day))
		return fail(&req->ctx, ERROR_NOT_FOUND, "There was no draw for this week");
	arg_text(&args, req->path_arg[0]);
	struct rows *rows = query_run(&req->ctx, QUERY_QUALITY_DRAW_READ, &args);
	return rows && quality_reply_row(req, 200, rows);
}
