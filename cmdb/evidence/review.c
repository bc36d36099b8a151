/* The review of attributes: what is proposed, why, and how it was decided. Owns nothing.
 * Refuses: a decision without a reason, and one on figures that were never computed. */
#include "cmdb/evidence/evidence.h"
#include "cmdb/evidence/column.h"
#include "cmdb/evidence/store.h"

#include "cmdb/evidence/review.sql.h"
#include "cmdb/model.h"
#include "http/body.h"

#include <string.h>

#define REASON_MAX 2000

static const char *const decisions[] = { "keep", "drop", "watch", NULL };
static const char *const column_decisions[] = { "add", "ignore", NULL };
static const char *const all_decisions[] = { "keep", "drop", "watch", "add", "ignore", NULL };

static const char *label(const struct ctx *ctx, const struct rows *rows, int row, int en, int ru)
{
	return rows_text(rows, row, strcmp(ctx->actor.language, "ru") == 0 ? ru : en);
}

/* Parameter class: 0 when it is not given. */
static bool read_class(struct request *req, int64_t *class_id_r)
{
	struct ctx *ctx = &req->ctx;
	const char *key = request_query(req, "class");
	*class_id_r = 0;
	if (!key)
		return true;
	struct query_args args = query_args(ctx);
	arg_text(&args, key);
	struct rows *rows = query_run(ctx, QUERY_REVIEW_CLASS, &args);
	if (!rows)
		return false;
	if (rows_count(rows) == 0)
		return fail_field(ctx, "class", "there is no such class");
	*class_id_r = rows_int(rows, 0, 0);
	return true;
}

static void put_computation(struct json_out *json, const struct computation *computation, const struct evidence *evidence)
{
	json_text(json, "day", computation->day);
	json_instant(json, "at", computation->known ? computation->at : INSTANT_NONE);
	json_open_object(json, "under_way");
	json_bool(json, "running", computation->under_way);
	json_int(json, "steps", computation->steps);
	json_int(json, "of", computation->steps_of);
	json_close_object(json);
	json_raw(json, "rule", computation->rule);
	json_int(json, "compared", evidence ? evidence->compared : 0);
}

static void put_column(struct json_out *json, struct ctx *ctx, const struct rows *rows, int i)
{
	const char *const *sample;
	int64_t total = rows_int(rows, i, 7), filled = rows_int(rows, i, 8);
	bool worth = filled * 2 >= total && rows_int(rows, i, 9) >= 2 && rows_bool(rows, i, 19);
	int count = rows_array(ctx, rows, i, 10, &sample);
	json_open_object(json, NULL);
	json_raw(json, "id", rows_text(rows, i, 0));
	json_text(json, "source", rows_text(rows, i, 1));
	if (rows_null(rows, i, 2)) {
		json_put_null(json, "class");
	} else {
		json_open_object(json, "class");
		json_raw(json, "id", rows_text(rows, i, 2));
		json_text(json, "name", rows_text(rows, i, 3));
		json_text(json, "label", label(ctx, rows, i, 4, 5));
		json_close_object(json);
	}
	json_text(json, "name", rows_text(rows, i, 6));
	json_text(json, "proposal", worth ? "add" : NULL);
	json_int(json, "rows", total);
	json_int(json, "filled", filled);
	json_int(json, "distinct_estimate", rows_int(rows, i, 9));
	json_open_array(json, "sample");
	for (int s = 0; s < count; s++)
		json_text(json, NULL, sample[s]);
	json_close_array(json);
	json_instant(json, "last_at", rows_instant(rows, i, 11));
	json_open_object(json, "suggested");
	json_text(json, "name", column_attribute_name(ctx->arena, rows_text(rows, i, 6)));
	json_text(json, "type", column_type(ctx->arena, sample, count));
	json_close_object(json);
	if (rows_null(rows, i, 12)) {
		json_put_null(json, "decision");
	} else {
		json_open_object(json, "decision");
		json_raw(json, "id", rows_text(rows, i, 12));
		json_text(json, "decision", rows_text(rows, i, 13));
		json_text(json, "reason", rows_text(rows, i, 14));
		json_ref(json, "decided_by", rows_text(rows, i, 15), rows_text(rows, i, 16));
		json_instant(json, "decided_at", rows_instant(rows, i, 17));
		json_instant(json, "holds_until", rows_instant(rows, i, 18));
		json_close_object(json);
	}
	json_close_object(json);
}

bool review_read(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct computation computation;
	struct evidence evidence = { 0 };
	struct json_out json;
	int64_t class_id;
	if (!read_class(req, &class_id) || !query_done(req, (const char *const[]){ "class", NULL }) || !computation_read(ctx, &computation))
		return false;
	if (computation.known && !evidence_load(ctx, &computation, class_id, &evidence))
		return false;
	struct query_args args = query_args(ctx);
	arg_int_or_null(&args, class_id, class_id == 0);
	arg_instant(&args, ctx->now);
	struct rows *columns = query_run(ctx, QUERY_REVIEW_COLUMNS, &args);
	if (!columns)
		return false;
	json_begin(&json, ctx->arena, 65536);
	json_open_object(&json, NULL);
	put_computation(&json, &computation, &evidence);
	json_int(&json, "counted_days", computation.counted_days);
	json_open_array(&json, "items");
	for (int i = 0; i < evidence.count; i++) {
		json_open_object(&json, NULL);
		evidence_put_attribute(&json, ctx, &evidence, i);
		evidence_put_verdict(&json, &evidence, i);
		json_close_object(&json);
	}
	json_close_array(&json);
	json_open_array(&json, "columns");
	for (int i = 0; i < rows_count(columns); i++)
		put_column(&json, ctx, columns, i);
	json_close_array(&json);
	json_put_null(&json, "next");
	json_close_object(&json);
	return reply_json_out(req, 200, &json);
}

/* The attribute of the path and where its evidence is; -1: none. */
static bool find_attribute(struct request *req, struct computation *computation_r, struct evidence *evidence_r, int64_t *id_r, int *index_r)
{
	struct ctx *ctx = &req->ctx;
	struct query_args args = query_args(ctx);
	if (!path_id(req, 0, id_r))
		return false;
	arg_int(&args, *id_r);
	if (!query_one(ctx, QUERY_REVIEW_ATTRIBUTE_THERE, &args) || !computation_read(ctx, computation_r))
		return false;
	*evidence_r = (struct evidence){ 0 };
	if (computation_r->known && !evidence_load(ctx, computation_r, 0, evidence_r))
		return false;
	*index_r = evidence_find(evidence_r, *id_r);
	return true;
}

static void put_classes(struct json_out *json, struct ctx *ctx, const struct rows *rows)
{
	json_open_array(json, "classes");
	for (int i = 0; i < rows_count(rows); i++) {
		struct facts facts = evidence_read_facts(rows, i, 4);
		json_open_object(json, NULL);
		json_open_object(json, "class");
		json_raw(json, "id", rows_text(rows, i, 0));
		json_text(json, "name", rows_text(rows, i, 1));
		json_text(json, "label", label(ctx, rows, i, 2, 3));
		json_close_object(json);
		evidence_put_facts(json, &facts);
		json_raw(json, "age_median_d", rows_text(rows, i, 22));
		json_raw(json, "examples", rows_text(rows, i, 23));
		json_close_object(json);
	}
	json_close_array(json);
}

static void put_days(struct json_out *json, const struct rows *rows)
{
	static const char *const names[] = { "cis", "filled", "reviewed", "fresh", "changes", "uses" };
	json_open_array(json, "days");
	for (int i = 0; i < rows_count(rows); i++) {
		json_open_object(json, NULL);
		json_text(json, "day", rows_text(rows, i, 0));
		for (int c = 0; c < 6; c++)
			json_int(json, names[c], rows_int(rows, i, c + 1));
		json_close_object(json);
	}
	json_close_array(json);
}

bool review_attribute(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct computation computation;
	struct evidence evidence;
	struct json_out json;
	int64_t id;
	int at;
	if (!query_done(req, (const char *const[]){ NULL }) || !find_attribute(req, &computation, &evidence, &id, &at))
		return false;
	struct query_args of_day = query_args(ctx), of_days = query_args(ctx), of_decisions = query_args(ctx);
	arg_text(&of_day, computation.day);
	arg_int(&of_day, id);
	arg_int(&of_days, id);
	arg_text(&of_days, computation.day);
	arg_int(&of_decisions, id);
	arg_text(&of_decisions, ctx->actor.language);
	struct query_step steps[] = { { QUERY_REVIEW_ATTRIBUTE_CLASSES, &of_day, NULL }, { QUERY_REVIEW_ATTRIBUTE_DAYS, &of_days, NULL },
		{ QUERY_REVIEW_ATTRIBUTE_DECISIONS, &of_decisions, NULL } };
	if (!query_pipeline(ctx, steps, 3))
		return false;
	json_begin(&json, ctx->arena, 16384);
	json_open_object(&json, NULL);
	put_computation(&json, &computation, &evidence);
	json_int(&json, "id", id);
	json_bool(&json, "computed", at >= 0);
	if (at >= 0) {
		evidence_put_attribute(&json, ctx, &evidence, at);
		evidence_put_verdict(&json, &evidence, at);
	}
	put_classes(&json, ctx, steps[0].rows);
	put_days(&json, steps[1].rows);
	json_open_array(&json, "decisions");
	for (int i = 0; i < rows_count(steps[2].rows); i++)
		json_raw(&json, NULL, rows_text(steps[2].rows, i, 0));
	json_close_array(&json);
	json_close_object(&json);
	return reply_json_out(req, 200, &json);
}

static bool reply_decision(struct request *req, const struct rows *made)
{
	struct ctx *ctx = &req->ctx;
	struct query_args args = query_args(ctx);
	arg_int(&args, rows_int(made, 0, 0));
	arg_text(&args, ctx->actor.language);
	struct rows *rows = query_one(ctx, QUERY_REVIEW_DECISION, &args);
	return rows && reply_json(req, 201, rows_text(rows, 0, 0), rows_length(rows, 0, 0));
}

/* The evidence as it is now, for the record. A retired attribute has none any more. */
static const char *snapshot(struct ctx *ctx, const struct computation *computation, const struct evidence *evidence, int at)
{
	struct json_out json;
	json_begin(&json, ctx->arena, 2048);
	json_open_object(&json, NULL);
	put_computation(&json, computation, evidence);
	if (at >= 0)
		evidence_put_verdict(&json, evidence, at);
	json_close_object(&json);
	return json.text.data;
}

bool review_decide(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct computation computation;
	struct evidence evidence;
	int64_t id;
	int at;
	struct body *body = body_open(req);
	if (!body)
		return false;
	const char *decision = body_choice(body, "decision", BODY_REQUIRED, decisions);
	const char *reason = body_text(body, "reason", BODY_REQUIRED, 1, REASON_MAX);
	if (!body_close(body) || !find_attribute(req, &computation, &evidence, &id, &at))
		return false;
	struct query_args args = query_args(ctx);
	arg_int(&args, id);
	arg_text(&args, decision);
	arg_text(&args, at >= 0 ? proposal_names[evidence.verdict[at].proposal] : NULL);
	arg_text(&args, reason);
	arg_text(&args, snapshot(ctx, &computation, &evidence, at));
	arg_int(&args, ctx->actor.id);
	arg_instant(&args, ctx->now);
	struct rows *made = query_one(ctx, QUERY_REVIEW_DECIDE, &args);
	return made && reply_decision(req, made);
}

bool review_column_decide(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	int64_t id;
	struct body *body = body_open(req);
	if (!body)
		return false;
	const char *decision = body_choice(body, "decision", BODY_REQUIRED, column_decisions);
	const char *reason = body_text(body, "reason", BODY_REQUIRED, 1, REASON_MAX);
	if (!body_close(body) || !path_id(req, 0, &id))
		return false;
	struct query_args args = query_args(ctx);
	arg_int(&args, id);
	arg_text(&args, decision);
	arg_text(&args, reason);
	arg_int(&args, ctx->actor.id);
	arg_instant(&args, ctx->now);
	struct rows *made = query_one(ctx, QUERY_REVIEW_COLUMN_DECIDE, &args);
	return made && reply_decision(req, made);
}

bool review_decision_list(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct page page;
	struct json_out json;
	const char *decision = query_choice(req, "decision", all_decisions), *last = NULL;
	if (!page_read(req, &page) || !query_done(req, (const char *const[]){ "decision", "limit", "cursor", NULL }))
		return false;
	struct query_args args = query_args(ctx);
	arg_text(&args, ctx->actor.language);
	arg_text(&args, page.count ? page.value[0] : NULL);
	arg_text(&args, decision);
	arg_int(&args, page.limit + 1);
	struct rows *rows = query_run(ctx, QUERY_REVIEW_DECISIONS, &args);
	if (!rows)
		return false;
	int count = rows_count(rows), shown = count > page.limit ? page.limit : count;
	json_begin(&json, ctx->arena, 16384);
	json_open_object(&json, NULL);
	json_open_array(&json, "items");
	for (int i = 0; i < shown; i++)
		json_raw(&json, NULL, rows_text(rows, i, 1));
	json_close_array(&json);
	if (count > shown)
		last = rows_text(rows, shown - 1, 0);
	json_text(&json, "next", last ? page_cursor(req, &last, 1) : NULL);
	json_close_object(&json);
	return reply_json_out(req, 200, &json);
}
