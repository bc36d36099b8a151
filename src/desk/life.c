/* The life of a ticket between take and end: replies, waiting, resolution, what the reporter says to it.
 * Owns: nothing. Refuses: the rules of states (ticket_move) and of who may (ticket_can). */
#include "base/config.h"
#include "desk/actions.h"
#include "desk/desk.h"
#include "desk/life.sql.h"
#include "people/link.h"
#include "sla/calendar_days.h"
#include "sla/subject.h"

#include <string.h>

static const char *const visibilities[] = { "public", "internal", NULL };
static const char *const parties[] = { "reporter", "supplier", NULL };

/* Actor, then the ticket of the path. */
static bool ticket_args(struct request *req, struct query_args *args_r, int64_t *ticket_r)
{
	if (!ticket_number_parse(req, req->path_arg[0], ticket_r))
		return false;
	*args_r = query_args(&req->ctx);
	arg_actor(args_r);
	arg_int(args_r, *ticket_r);
	return true;
}

bool ticket_reply(struct request *req)
{
	struct query_args args;
	int64_t ticket;
	struct body *body = body_open(req);
	if (!body)
		return false;
	const char *text = body_text(body, "body", BODY_REQUIRED, 1, TICKET_BODY_MAX);
	const char *visibility = body_choice(body, "visibility", BODY_REQUIRED, visibilities);
	if (!body_close(body) || !ticket_args(req, &args, &ticket))
		return false;
	arg_text(&args, text);
	arg_text(&args, visibility);
	if (!query_one(&req->ctx, QUERY_TICKET_REPLY, &args))
		return false;
	return strcmp(visibility, "public") == 0 ? ticket_changed(req, 201, ticket) : ticket_answer(req, 201, ticket);
}

bool ticket_wait(struct request *req)
{
	struct query_args args;
	int64_t ticket;
	struct body *body = body_open(req);
	if (!body)
		return false;
	const char *party = body_choice(body, "for", BODY_REQUIRED, parties);
	const char *note = body_text(body, "note", BODY_OPTIONAL, 1, TICKET_BODY_MAX);
	if (!body_close(body) || !ticket_args(req, &args, &ticket))
		return false;
	arg_text(&args, party);
	arg_text(&args, note);
	return query_one(&req->ctx, QUERY_TICKET_WAIT, &args) && ticket_changed(req, 200, ticket);
}

/* Operations whose body is empty. */
static bool simple(struct request *req, const struct query *query)
{
	struct query_args args;
	int64_t ticket;
	struct body *body = body_open(req);
	if (!body || !body_close(body) || !ticket_args(req, &args, &ticket))
		return false;
	return query_one(&req->ctx, query, &args) && ticket_changed(req, 200, ticket);
}

bool ticket_resume(struct request *req)
{
	return simple(req, QUERY_TICKET_RESUME);
}

bool ticket_confirm(struct request *req)
{
	return simple(req, QUERY_TICKET_CONFIRM);
}

/* Operations whose body is one text. */
static bool with_text(struct request *req, const char *field, const struct query *query)
{
	struct query_args args;
	int64_t ticket;
	struct body *body = body_open(req);
	if (!body)
		return false;
	const char *text = body_text(body, field, BODY_REQUIRED, 1, TICKET_BODY_MAX);
	if (!body_close(body) || !ticket_args(req, &args, &ticket))
		return false;
	arg_text(&args, text);
	return query_one(&req->ctx, query, &args) && ticket_changed(req, 200, ticket);
}

bool ticket_reopen(struct request *req)
{
	return with_text(req, "body", QUERY_TICKET_REOPEN);
}

bool ticket_cancel(struct request *req)
{
	return with_text(req, "reason", QUERY_TICKET_CANCEL);
}

/* When silence closes the ticket, and the address under which the reporter rates this resolution (NULL: links are not set up). */
static bool resolve_terms(struct request *req, int64_t ticket, instant *close_at_r, const char **rate_link_r)
{
	struct ctx *ctx = &req->ctx;
	struct query_args args = query_args(ctx);
	arg_int(&args, ticket);
	struct rows *rows = query_run(ctx, QUERY_TICKET_CLOSE_TERMS, &args);
	if (!rows)
		return false;
	*close_at_r = ctx->now + 3 * 86400; /* no calendar is defined at all */
	*rate_link_r = NULL;
	if (rows_count(rows) == 0)
		return true;
	const struct secret_claim claim = { ticket, rows_int(rows, 0, 2),
		ctx->now + ctx->config->desk_rating_days * 86400 };
	*rate_link_r = link_signed(ctx, RATING_LINK_PATH, RATING_LINK_PURPOSE, &claim);
	if (rows_null(rows, 0, 1))
		return true;
	const struct calendar *calendar = calendar_of_version(ctx, rows_int(rows, 0, 1));
	return calendar && calendar_add_days(ctx, calendar, ctx->now, (int)rows_int(rows, 0, 0), close_at_r);
}

bool ticket_resolve(struct request *req)
{
	struct query_args args;
	int64_t ticket;
	instant close;
	const char *rate_link;
	struct body *body = body_open(req);
	if (!body)
		return false;
	const char *cause = body_text(body, "cause", BODY_REQUIRED, 1, TICKET_BODY_MAX);
	const char *fix = body_text(body, "fix", BODY_REQUIRED, 1, TICKET_BODY_MAX);
	const char *prevention = body_text(body, "prevention", BODY_OPTIONAL, 1, TICKET_BODY_MAX);
	bool no_prevention = body_bool(body, "no_prevention", false);
	const char *no_ci_reason = body_text(body, "no_ci_reason", BODY_OPTIONAL, 1, TICKET_REASON_MAX);
	if (!body_has(body, "prevention") && !no_prevention)
		body_wrong(body, "prevention", "say what prevents it next time, or set no_prevention to true: nothing can");
	if (prevention && no_prevention)
		body_wrong(body, "no_prevention", "contradicts prevention: give one of the two");
	if (!body_close(body) || !ticket_args(req, &args, &ticket) || !resolve_terms(req, ticket, &close, &rate_link))
		return false;
	arg_text(&args, cause);
	arg_text(&args, fix);
	arg_text(&args, prevention);
	arg_bool(&args, no_prevention);
	arg_text(&args, no_ci_reason);
	arg_instant(&args, close);
	arg_text(&args, rate_link);
	return query_one(&req->ctx, QUERY_TICKET_RESOLVE, &args) && ticket_changed(req, 200, ticket);
}

bool ticket_rate(struct request *req)
{
	struct query_args args;
	int64_t ticket;
	struct body *body = body_open(req);
	if (!body)
		return false;
	int64_t score = body_int(body, "score", BODY_REQUIRED, 0, 10, 0);
	bool recommends = body_has(body, "recommend");
	int64_t recommend = body_int(body, "recommend", BODY_OPTIONAL, 0, 10, 0);
	const char *comment = body_text(body, "comment", BODY_OPTIONAL, 1, 4000);
	if (!body_close(body) || !ticket_args(req, &args, &ticket))
		return false;
	arg_int(&args, score);
	arg_int_or_null(&args, recommend, !recommends);
	arg_text(&args, comment);
	return query_one(&req->ctx, QUERY_TICKET_RATE, &args) && ticket_answer(req, 201, ticket);
}
