/* What people decide about messages in quarantine: where one belongs, or that it belongs nowhere. Each decision has a name.
 * Refuses: to change or delete a message. */
#include "post/intake.h"
#include "post/pages.h"
#include "post/post.h"

#include "base/config.h"
#include "desk/desk.h"
#include "post/mail_quarantine.sql.h"
#include "sla/subject.h"

static const char missing[] = "There is no such message in quarantine";

static bool answer(struct request *req, int64_t id)
{
	struct query_args args = query_args(&req->ctx);
	arg_actor(&args);
	arg_int(&args, id);
	return pages_one(req, QUERY_MAIL_MESSAGE_JSON, &args, missing);
}

/* The files are in the message; it is read again from its bytes. */
static bool read_again(struct ctx *ctx, int64_t id, struct mime_read *read_r)
{
	struct query_args args = query_args(ctx);
	size_t length;
	arg_int(&args, id);
	struct rows *rows = query_one(ctx, QUERY_MAIL_BYTES, &args);
	if (!rows)
		return false;
	const char *bytes = (const char *)rows_bytes(ctx, rows, 0, 0, &length);
	mime_read(ctx->arena, bytes, length, ctx->config->mail_auth_server, read_r);
	/* Of a message that was too large only the head is here, and its files are none. */
	if (read_r->file_count > rows_int(rows, 0, 1))
		read_r->file_count = (int)rows_int(rows, 0, 1);
	return true;
}

bool mail_assign(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct query_args args = query_args(ctx);
	struct mime_read read;
	int64_t id;
	struct body *body = pages_id(req, missing, &id) ? body_open(req) : NULL;
	if (!body)
		return false;
	const char *to_case = body_text(body, "case", BODY_OPTIONAL, 1, 40), *to_ticket = body_text(body, "ticket", BODY_OPTIONAL, 1, 40);
	const char *note = body_text(body, "note", BODY_OPTIONAL, 1, 2000);
	if ((to_case != NULL) == (to_ticket != NULL))
		body_wrong(body, "case", "name the case or the ticket that the message belongs to");
	if (!body_close(body) || !read_again(ctx, id, &read))
		return false;
	arg_actor(&args);
	arg_int(&args, id);
	arg_text(&args, to_case);
	arg_text(&args, to_ticket);
	arg_text(&args, note);
	arg_text(&args, mime_subject_reference(ctx->arena, read.subject));
	struct rows *rows = query_one(ctx, QUERY_MAIL_ASSIGN, &args);
	if (!rows || !intake_files(ctx, id, &read))
		return false;
	if (!rows_null(rows, 0, 0) && !clocks_refresh_case(ctx, rows_int(rows, 0, 0)))
		return false;
	return clocks_refresh_ticket(ctx, rows_int(rows, 0, 1)) && answer(req, id);
}

bool mail_discard(struct request *req)
{
	struct query_args args = query_args(&req->ctx);
	int64_t id;
	struct body *body = pages_id(req, missing, &id) ? body_open(req) : NULL;
	if (!body)
		return false;
	const char *reason = body_text(body, "reason", BODY_REQUIRED, 1, 2000);
	if (!body_close(body))
		return false;
	arg_int(&args, req->ctx.actor.id);
	arg_instant(&args, req->ctx.now);
	arg_int(&args, id);
	arg_text(&args, reason);
	return query_one(&req->ctx, QUERY_MAIL_DISCARD, &args) && answer(req, id);
}
