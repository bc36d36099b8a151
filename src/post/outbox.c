/* The outbox as administrators see it: what waits, what failed, why; again, or not at all.
 * Refuses: to change a text; what is wrong is written anew by its cause. */
#include "post/outbox.sql.h"
#include "post/pages.h"
#include "post/post.h"

static const char missing[] = "There is no such message in the outbox";

bool outbox_list(struct request *req)
{
	static const char *const names[] = { "state", "kind", "case", "ticket", "limit", "cursor", NULL };
	static const char *const states[] = { "queued", "sending", "sent", "failed", "cancelled", NULL };
	static const char *const kinds[] = { "mail", "webhook", NULL };
	struct query_args args = query_args(&req->ctx);
	const char *state = query_choice(req, "state", states), *kind = query_choice(req, "kind", kinds);
	if (!query_done(req, names))
		return false;
	arg_text(&args, state);
	arg_text(&args, kind);
	arg_text(&args, request_query(req, "case"));
	arg_text(&args, request_query(req, "ticket"));
	return pages_list(req, QUERY_OUTBOX_LIST, &args);
}

static bool answer(struct request *req, int64_t id)
{
	struct query_args args = query_args(&req->ctx);
	arg_int(&args, id);
	return pages_one(req, QUERY_OUTBOX_READ, &args, missing);
}

bool outbox_read(struct request *req)
{
	int64_t id;
	return pages_id(req, missing, &id) && answer(req, id);
}

static bool decide(struct request *req, const struct query *query)
{
	struct query_args args = query_args(&req->ctx);
	int64_t id;
	struct body *body = pages_id(req, missing, &id) ? body_open(req) : NULL;
	if (!body || !body_close(body))
		return false;
	arg_int(&args, req->ctx.actor.id);
	arg_instant(&args, req->ctx.now);
	arg_int(&args, id);
	return query_one(&req->ctx, query, &args) && answer(req, id);
}

bool outbox_retry(struct request *req)
{
	return decide(req, QUERY_OUTBOX_RETRY);
}

bool outbox_cancel(struct request *req)
{
	return decide(req, QUERY_OUTBOX_CANCEL);
}

bool mail_state(struct request *req)
{
	struct query_args args = query_args(&req->ctx);
	arg_instant(&args, req->ctx.now);
	return pages_one(req, QUERY_MAIL_STATE, &args, missing);
}
