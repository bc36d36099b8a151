/* Objections of suppliers: listed, read, decided; and what a supplier said by phone or mail, entered for it by one of us. Owns nothing.
 * Refuses: an edit of what was objected to; an upheld objection is followed by a correction (contest_decide in 52_ledger.sql). */
#include "desk/desk.h"
#include "http/body.h"
#include "sla/subject.h"
#include "supply/pause.sql.h"
#include "supply/supply.h"
#include "supply/terms.h"

#include <string.h>

static const char *const states[] = { "open", "upheld", "rejected", NULL };

bool contest_list(struct request *req)
{
	static const char *const names[] = { "state", "supplier", "case", "limit", "cursor", NULL };
	struct query_args args = query_args(&req->ctx);
	struct page page;
	int64_t case_id = 0;
	const char *state = query_choice(req, "state", states), *number = request_query(req, "case");
	int64_t supplier = query_int(req, "supplier", 0, 1, INT64_MAX);
	if (!query_done(req, names) || !page_read(req, &page) || (number && !case_number_parse(req, number, &case_id)))
		return false;
	arg_actor(&args);
	arg_text(&args, state);
	arg_int_or_null(&args, supplier, supplier == 0);
	arg_int_or_null(&args, case_id, case_id == 0);
	return terms_list(req, QUERY_CONTEST_LIST, &args, &page);
}

static bool answer(struct request *req, int64_t id)
{
	struct query_args args = query_args(&req->ctx);
	arg_actor(&args);
	arg_int(&args, id);
	struct rows *row = query_run(&req->ctx, QUERY_CONTEST_READ, &args);
	if (!row)
		return false;
	if (rows_count(row) == 0)
		return fail(&req->ctx, ERROR_NOT_FOUND, "There is no such objection");
	return reply_json(req, 200, rows_text(row, 0, 0), rows_length(row, 0, 0));
}

bool contest_read(struct request *req)
{
	int64_t id;
	return terms_id(req, "There is no such objection", &id) && answer(req, id);
}

bool contest_decide(struct request *req)
{
	static const char *const outcomes[] = { "upheld", "rejected", NULL };
	struct query_args args = query_args(&req->ctx);
	int64_t id;
	struct body *body = body_open(req);
	if (!body)
		return false;
	const char *outcome = body_choice(body, "outcome", BODY_REQUIRED, outcomes);
	const char *note = body_text(body, "note", BODY_REQUIRED, 1, 4000);
	instant right = body_instant(body, "occurred_at", BODY_OPTIONAL);
	bool is_void = body_bool(body, "void", false);
	if (outcome && strcmp(outcome, "rejected") == 0 && (right != INSTANT_NONE || is_void))
		body_wrong(body, right != INSTANT_NONE ? "occurred_at" : "void", "goes with outcome: upheld");
	if (right != INSTANT_NONE && is_void)
		body_wrong(body, "void", "either it happened at another instant, or not at all");
	if (!body_close(body) || !terms_id(req, "There is no such objection", &id))
		return false;
	arg_actor(&args);
	arg_int(&args, id);
	arg_text(&args, outcome);
	arg_text(&args, note);
	arg_instant(&args, right);
	arg_bool(&args, is_void);
	struct rows *decided = query_one(&req->ctx, QUERY_CONTEST_DECIDE, &args);
	return decided && clocks_refresh_case(&req->ctx, rows_int(decided, 0, 1)) && clocks_refresh_ticket(&req->ctx, rows_int(decided, 0, 0))
		&& answer(req, id);
}

/* The event that a path names: of this case, or nowhere. */
static bool seq_of_path(struct request *req, const char *text, int64_t *seq_r)
{
	if (text_parse_int64(text, seq_r) && *seq_r > 0 && *seq_r <= INT32_MAX)
		return true;
	return fail(&req->ctx, ERROR_NOT_FOUND, "There is no such pause of this case");
}

bool pause_agree(struct request *req)
{
	struct query_args args = query_args(&req->ctx);
	int64_t id, seq;
	struct body *body = body_open(req);
	if (!body)
		return false;
	const char *name = body_text(body, "name", BODY_REQUIRED, 1, 100);
	const char *said = body_text(body, "body", BODY_REQUIRED, 1, 20000);
	int64_t file = body_id(body, "attachment", BODY_OPTIONAL);
	if (!body_close(body) || !case_number_parse(req, req->path_arg[0], &id) || !seq_of_path(req, req->path_arg[1], &seq))
		return false;
	arg_actor(&args);
	arg_int(&args, id);
	arg_int(&args, seq);
	arg_text(&args, said);
	arg_text(&args, name);
	arg_int_or_null(&args, file, file == 0);
	return query_one(&req->ctx, QUERY_PAUSE_AGREE_ENTER, &args) && case_reply(req, 201, id);
}

bool contest_create(struct request *req)
{
	static const char *const wanted_choices[] = { "void", "instant", NULL };
	struct query_args args = query_args(&req->ctx);
	int64_t id;
	struct body *body = body_open(req);
	if (!body)
		return false;
	int64_t seq = body_int(body, "event", BODY_REQUIRED, 1, INT32_MAX, 0);
	int64_t pause = body_int(body, "pause", BODY_OPTIONAL, 1, INT32_MAX, 0);
	const char *reason = body_text(body, "reason", BODY_REQUIRED, 1, 4000);
	const char *wanted = body_choice(body, "wanted", BODY_REQUIRED, wanted_choices);
	bool instant_wanted = wanted && strcmp(wanted, "instant") == 0;
	instant occurred_at = body_instant(body, "occurred_at", instant_wanted ? BODY_REQUIRED : BODY_OPTIONAL);
	if (!instant_wanted && occurred_at != INSTANT_NONE)
		body_wrong(body, "occurred_at", "goes with wanted: instant");
	const char *name = body_text(body, "name", BODY_REQUIRED, 1, 100);
	int64_t file = body_id(body, "attachment", BODY_OPTIONAL);
	if (!body_close(body) || !case_number_parse(req, req->path_arg[0], &id))
		return false;
	arg_actor(&args);
	arg_int(&args, id);
	arg_int(&args, seq);
	arg_int_or_null(&args, pause, pause == 0);
	arg_text(&args, reason);
	arg_instant(&args, occurred_at);
	arg_text(&args, name);
	arg_int_or_null(&args, file, file == 0);
	return query_one(&req->ctx, QUERY_CONTEST_ENTER, &args) && case_reply(req, 201, id);
}
