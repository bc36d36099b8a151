/* Reviews of low ratings and complaints. Owns nothing: the rules stand in schema/rules/75_quality.sql.
 * Refuses: a review without a finding to be closed, and one to be seen by the person concerned (in the rules). */
#include "quality/quality.h"

#include "desk/desk.h"
#include "quality/review.sql.h"
#include "supply/terms.h"

static const char missing[] = "There is no such review, or it is not yours to see";
static const char *const outcomes[] = { "our_fault", "supplier_fault", "misunderstanding", "no_fault", NULL };

bool complaint_create(struct request *req)
{
	struct query_args args = query_args(&req->ctx);
	int64_t ticket;
	struct body *body = body_open(req);
	if (!body)
		return false;
	const char *said = body_text(body, "body", BODY_REQUIRED, 1, QUALITY_TEXT_MAX);
	if (!body_close(body) || !ticket_number_parse(req, req->path_arg[0], &ticket))
		return false;
	arg_actor(&args);
	arg_int(&args, ticket);
	arg_text(&args, said);
	struct rows *rows = query_one(&req->ctx, QUERY_QUALITY_COMPLAIN, &args);
	/* Whoever complains does not see the review; that somebody looks into it is all there is to answer. */
	return rows && quality_reply_row(req, 201, rows);
}

bool quality_review_list(struct request *req)
{
	static const char *const states[] = { "open", "closed", NULL };
	static const char *const names[] = { "state", "mine", "ticket", "team", "person", "limit", "cursor", NULL };
	struct query_args args = query_args(&req->ctx);
	struct page page;
	int64_t ticket_id = 0;
	const char *state = query_choice(req, "state", states), *ticket = request_query(req, "ticket");
	bool mine = query_flag(req, "mine");
	int64_t team = query_int(req, "team", 0, 1, INT64_MAX), person = query_int(req, "person", 0, 1, INT64_MAX);
	if (!query_done(req, names) || !page_read(req, &page) || (ticket && !ticket_number_parse(req, ticket, &ticket_id)))
		return false;
	quality_actor(&args);
	arg_text(&args, state);
	arg_bool(&args, mine);
	arg_int_or_null(&args, ticket_id, ticket_id == 0);
	arg_int_or_null(&args, team, team == 0);
	arg_int_or_null(&args, person, person == 0);
	return terms_list(req, QUERY_QUALITY_REVIEW_LIST, &args, &page);
}

bool quality_review_read(struct request *req)
{
	struct query_args args = query_args(&req->ctx);
	int64_t id;
	if (!terms_id(req, missing, &id))
		return false;
	quality_actor(&args);
	arg_int(&args, id);
	return terms_read(req, QUERY_QUALITY_REVIEW_READ, &args, missing);
}

/* Arguments of a change: actor, roles, at, id. */
static bool change_args(struct request *req, struct query_args *args_r)
{
	int64_t id;
	*args_r = query_args(&req->ctx);
	if (!terms_id(req, missing, &id))
		return false;
	quality_actor(args_r);
	arg_instant(args_r, req->ctx.now);
	arg_int(args_r, id);
	return true;
}

bool quality_review_edit(struct request *req)
{
	struct query_args args;
	int64_t version;
	struct json_out wanted;
	if (!change_args(req, &args) || !request_if_match(req, &version))
		return false;
	struct body *body = body_open(req);
	if (!body)
		return false;
	bool has_assignee = body_has(body, "assignee") || body_null(body, "assignee");
	int64_t assignee = body_id(body, "assignee", BODY_OPTIONAL);
	const char *finding = body_text(body, "finding", BODY_OPTIONAL, 1, QUALITY_TEXT_MAX);
	const char *action = body_text(body, "action", BODY_OPTIONAL, 1, QUALITY_TEXT_MAX);
	if (!body_close(body))
		return false;
	json_begin(&wanted, req->ctx.arena, 512);
	json_open_object(&wanted, NULL);
	if (has_assignee && assignee == 0)
		json_put_null(&wanted, "assignee");
	else if (has_assignee)
		json_int(&wanted, "assignee", assignee);
	if (finding)
		json_text(&wanted, "finding", finding);
	if (action)
		json_text(&wanted, "action", action);
	json_close_object(&wanted);
	arg_int(&args, version);
	arg_text(&args, wanted.text.data);
	struct rows *rows = query_one(&req->ctx, QUERY_QUALITY_REVIEW_EDIT, &args);
	return rows && quality_reply_row(req, 200, rows);
}

bool quality_review_close(struct request *req)
{
	struct query_args args;
	struct body *body = body_open(req);
	if (!body)
		return false;
	const char *finding = body_text(body, "finding", BODY_OPTIONAL, 1, QUALITY_TEXT_MAX);
	const char *action = body_text(body, "action", BODY_OPTIONAL, 1, QUALITY_TEXT_MAX);
	const char *outcome = body_choice(body, "outcome", BODY_REQUIRED, outcomes);
	const char *reason = body_text(body, "reason", BODY_REQUIRED, 1, QUALITY_TEXT_MAX);
	if (!body_close(body) || !change_args(req, &args))
		return false;
	arg_text(&args, finding);
	arg_text(&args, action);
	arg_text(&args, outcome);
	arg_text(&args, reason);
	struct rows *rows = query_one(&req->ctx, QUERY_QUALITY_REVIEW_CLOSE, &args);
	return rows && quality_reply_row(req, 200, rows);
}

bool quality_review_reopen(struct request *req)
{
	struct query_args args;
	struct body *body = body_open(req);
	if (!body)
		return false;
	const char *reason = body_text(body, "reason", BODY_REQUIRED, 1, QUALITY_TEXT_MAX);
	if (!body_close(body) || !change_args(req, &args))
		return false;
	arg_text(&args, reason);
	struct rows *rows = query_one(&req->ctx, QUERY_QUALITY_REVIEW_REOPEN, &args);
	return rows && quality_reply_row(req, 200, rows);
}

bool quality_summary(struct request *req)
{
	static const char *const names[] = { NULL };
	struct query_args args = query_args(&req->ctx);
	const char *today;
	if (!query_done(req, names) || !quality_today(&req->ctx, &today))
		return false;
	quality_actor(&args);
	arg_text(&args, today);
	struct rows *rows = query_one(&req->ctx, QUERY_QUALITY_SUMMARY, &args);
	return rows && quality_reply_row(req, 200, rows);
}
