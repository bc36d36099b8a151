/* Re-attestation of the desk's people: what is due, what was done. Owns nothing: the rules stand in schema/rules/77_quality_figures.sql. */
#include "quality/quality.h"

#include "http/body.h"
#include "quality/attestation.sql.h"
#include "supply/terms.h"

static const char missing[] = "There is no such attestation, or it is not yours to see";
static const char *const results[] = { "passed", "conditional", "failed", NULL };

bool quality_attestation_list(struct request *req)
{
	static const char *const states[] = { "open", "done", NULL };
	static const char *const names[] = { "state", "person", "team", NULL };
	struct query_args args = query_args(&req->ctx);
	const char *today, *state = query_choice(req, "state", states);
	int64_t person = query_int(req, "person", 0, 1, INT64_MAX), team = query_int(req, "team", 0, 1, INT64_MAX);
	if (!query_done(req, names) || !quality_today(&req->ctx, &today))
		return false;
	quality_actor(&args);
	arg_text(&args, today);
	arg_text(&args, state);
	arg_int_or_null(&args, person, person == 0);
	arg_int_or_null(&args, team, team == 0);
	struct rows *rows = query_one(&req->ctx, QUERY_QUALITY_ATTESTATION_LIST, &args);
	return rows && quality_reply_row(req, 200, rows);
}

bool quality_attestation_record(struct request *req)
{
	struct query_args args = query_args(&req->ctx);
	const char *today;
	int64_t id;
	struct body *body = body_open(req);
	if (!body)
		return false;
	const char *done = body_day(body, "done_at", BODY_REQUIRED);
	const char *result = body_choice(body, "result", BODY_REQUIRED, results);
	const char *note = body_text(body, "note", BODY_OPTIONAL, 1, QUALITY_TEXT_MAX);
	if (!body_close(body) || !terms_id(req, missing, &id) || !quality_today(&req->ctx, &today))
		return false;
	quality_actor(&args);
	arg_instant(&args, req->ctx.now);
	arg_text(&args, today);
	arg_int(&args, id);
	arg_text(&args, done);
	arg_text(&args, result);
	arg_text(&args, note);
	struct rows *rows = query_one(&req->ctx, QUERY_QUALITY_ATTESTATION_RECORD, &args);
	return rows && quality_reply_row(req, 200, rows);
}

bool quality_attestation_move(struct request *req)
{
	struct query_args args = query_args(&req->ctx);
	const char *today;
	int64_t id;
	struct body *body = body_open(req);
	if (!body)
		return false;
	const char *due = body_day(body, "due", BODY_REQUIRED);
	if (!body_close(body) || !terms_id(req, missing, &id) || !quality_today(&req->ctx, &today))
		return false;
	quality_actor(&args);
	arg_text(&args, today);
	arg_int(&args, id);
	arg_text(&args, due);
	struct rows *rows = query_one(&req->ctx, QUERY_QUALITY_ATTESTATION_MOVE, &args);
	return rows && quality_reply_row(req, 200, rows);
}
