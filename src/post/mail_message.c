/* Messages as people look at them: lists, one message as text, its bytes as a download.
 * Refuses: to show a message to anybody who may not (mail_visible), and to give a browser anything that it would render. */
#include "post/mime.h"
#include "post/pages.h"
#include "post/post.h"

#include "desk/desk.h"
#include "post/mail_message.sql.h"

#include <string.h>

static const char missing[] = "There is no such message, or it is not yours";

#define HEADERS_BYTES 60000

bool mail_list(struct request *req)
{
	static const char *const names[] = { "direction", "case", "ticket", "limit", "cursor", NULL };
	static const char *const directions[] = { "in", "out", NULL };
	struct query_args args = query_args(&req->ctx);
	const char *direction = query_choice(req, "direction", directions);
	if (!query_done(req, names))
		return false;
	arg_actor(&args);
	arg_text(&args, direction);
	arg_text(&args, request_query(req, "case"));
	arg_text(&args, request_query(req, "ticket"));
	return pages_list(req, QUERY_MAIL_LIST, &args);
}

bool mail_quarantine_list(struct request *req)
{
	static const char *const names[] = { "state", "reason", "limit", "cursor", NULL };
	static const char *const states[] = { "waiting", "assigned", "discarded", NULL };
	static const char *const reasons[] = { "unknown_sender", "not_the_supplier", "no_thread", "ambiguous", "loop", "duplicate", "too_many",
		"bounce_unmatched", "unreadable", "too_large", "case_ended", "automatic", "not_accepted", "auth_failed", NULL };
	struct query_args args = query_args(&req->ctx);
	const char *state = query_choice(req, "state", states), *reason = query_choice(req, "reason", reasons);
	if (!query_done(req, names))
		return false;
	arg_text(&args, state);
	arg_text(&args, reason);
	return pages_list(req, QUERY_MAIL_QUARANTINE_LIST, &args);
}

static struct rows *raw(struct request *req, int64_t id)
{
	struct query_args args = query_args(&req->ctx);
	arg_actor(&args);
	arg_int(&args, id);
	struct rows *rows = query_run(&req->ctx, QUERY_MAIL_RAW, &args);
	if (rows && rows_count(rows) == 0) {
		fail(&req->ctx, ERROR_NOT_FOUND, "%s", missing);
		return NULL;
	}
	return rows;
}

bool mail_read(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct query_args args = query_args(ctx);
	struct json_out json;
	int64_t id;
	if (!pages_id(req, missing, &id))
		return false;
	arg_actor(&args);
	arg_int(&args, id);
	struct rows *rows = query_run(ctx, QUERY_MAIL_MESSAGE_READ, &args);
	if (!rows)
		return false;
	if (rows_count(rows) == 0 || rows_null(rows, 0, 0))
		return fail(ctx, ERROR_NOT_FOUND, "%s", missing);
	size_t length;
	const char *head = (const char *)rows_bytes(ctx, rows, 0, 1, &length), *whole = rows_text(rows, 0, 0);
	json_begin(&json, ctx->arena, strlen(whole) + length + 256);
	json_open_object(&json, NULL);
	json_raw(&json, "message", whole);
	json_text(&json, "headers", mime_headers(ctx->arena, head, length, HEADERS_BYTES));
	json_close_object(&json);
	return reply_json_out(req, 200, &json);
}

bool mail_raw(struct request *req)
{
	int64_t id;
	size_t length;
	if (!pages_id(req, missing, &id))
		return false;
	struct rows *rows = raw(req, id);
	if (!rows)
		return false;
	const unsigned char *bytes = rows_bytes(&req->ctx, rows, 0, 0, &length);
	reply_header(req, "Content-Disposition", arena_printf(req->ctx.arena, "attachment; filename=\"message-%lld.eml\"", (long long)id));
	return reply_bytes(req, 200, "application/octet-stream", bytes, length);
}
