/* By what measure attributes are judged, and a computation asked for out of turn. Owns nothing. */
#include "cmdb/evidence/evidence.h"
#include "cmdb/evidence/store.h"

#include "cmdb/evidence/review.sql.h"
#include "http/body.h"

static const struct {
	const char *name;
	int min, max;
} numbers[] = { { "history_days", 30, 1825 }, { "window_days", 1, 60 }, { "reach_depth", 0, 5 }, { "batch_share_pct", 1, 100 }, { "batch_min", 2, 1000000 },
	{ "batch_max", 2, 1000000 }, { "use_days", 30, 730 }, { "agree_days", 1, 730 }, { "decision_days", 1, 1825 } };
#define NUMBERS ((int)(sizeof(numbers) / sizeof(numbers[0])))

static bool reply_rule(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct json_out json;
	struct rows *rows = query_one(ctx, QUERY_REVIEW_RULE, NULL);
	if (!rows)
		return false;
	json_begin(&json, ctx->arena, 512);
	json_open_object(&json, NULL);
	for (int i = 0; i < NUMBERS; i++)
		json_int(&json, numbers[i].name, rows_int(rows, 0, 1 + i));
	json_bool(&json, "reminders", rows_bool(rows, 0, 1 + NUMBERS));
	json_int(&json, "reminder_days", rows_int(rows, 0, 2 + NUMBERS));
	json_close_object(&json);
	reply_etag(req, rows_int(rows, 0, 0));
	return reply_json_out(req, 200, &json);
}

bool review_rule_read(struct request *req)
{
	return query_done(req, (const char *const[]){ NULL }) && reply_rule(req);
}

bool review_rule_change(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct query_args args = query_args(ctx);
	int64_t if_match;
	if (!request_if_match(req, &if_match))
		return false;
	struct body *body = body_open(req);
	struct rows *rows = body ? query_one(ctx, QUERY_REVIEW_RULE_LOCK, NULL) : NULL;
	if (!rows)
		return false;
	if (if_match >= 0 && if_match != rows_int(rows, 0, 0))
		return fail(ctx, ERROR_STALE, "the settings were changed meanwhile; read them again");
	for (int i = 0; i < NUMBERS; i++) {
		int64_t value = body_int(body, numbers[i].name, BODY_OPTIONAL, numbers[i].min, numbers[i].max, 0);
		arg_int_or_null(&args, value, !body_has(body, numbers[i].name));
	}
	arg_text(&args, body_has(body, "reminders") ? (body_bool(body, "reminders", true) ? "true" : "false") : NULL);
	int64_t reminder_days = body_int(body, "reminder_days", BODY_OPTIONAL, 30, 365, 0);
	arg_int_or_null(&args, reminder_days, !body_has(body, "reminder_days"));
	if (!body_close(body) || !query_one(ctx, QUERY_REVIEW_RULE_CHANGE, &args))
		return false;
	return reply_rule(req);
}

bool review_run(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct query_args args = query_args(ctx);
	const char *today;
	struct body *body = body_open(req);
	if (!body || !body_close(body) || !evidence_today(ctx, &today))
		return false;
	arg_text(&args, today);
	arg_instant(&args, ctx->now);
	if (!query_run(ctx, QUERY_REVIEW_RUN_AGAIN, &args))
		return false;
	ctx->after_commit = evidence_wake;
	return reply_json(req, 202, "{}", 2);
}
