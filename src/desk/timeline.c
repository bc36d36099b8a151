/* The timeline of a ticket, oldest first, in pages by seq.
 * Owns: how an event is written. Refuses: to decide what the caller may see; the query does (timeline.sql). */
#include "desk/desk.h"
#include "desk/timeline.sql.h"

#include <string.h>

/* A page ends early rather than grow beyond this: two hundred long mails are not one answer. */
#define PAGE_BYTES_MAX ((size_t)2097152)

enum column { SEQ, TYPE, OCCURRED, RECORDED, ACTOR, ACTOR_NAME, ROLE, VISIBILITY, BODY, DATA };

static void write_event(struct ctx *ctx, struct json_out *json, const struct rows *rows, int i)
{
	instant occurred = rows_instant(rows, i, OCCURRED), recorded = rows_instant(rows, i, RECORDED);
	const char *body = rows_text(rows, i, BODY);
	json_open_object(json, NULL);
	json_int(json, "seq", rows_int(rows, i, SEQ));
	json_text(json, "type", rows_text(rows, i, TYPE));
	json_instant(json, "occurred_at", occurred);
	json_instant(json, "recorded_at", recorded);
	json_int(json, "late_s", recorded - occurred);
	json_ref(json, "author", rows_text(rows, i, ACTOR), rows_text(rows, i, ACTOR_NAME));
	json_text(json, "author_role", rows_text(rows, i, ROLE));
	json_text(json, "visibility", rows_text(rows, i, VISIBILITY));
	json_text(json, "body", body);
	json_text(json, "body_html", body && *body ? text_html(ctx->arena, body) : NULL);
	json_raw(json, "data", rows_text(rows, i, DATA));
	json_close_object(json);
}

static bool write_page(struct request *req, const struct rows *rows, int limit)
{
	struct ctx *ctx = &req->ctx;
	struct json_out json;
	int count = rows_count(rows), written = 0;
	json_begin(&json, ctx->arena, 16384);
	json_open_object(&json, NULL);
	json_open_array(&json, "items");
	while (written < count && written < limit && json.text.length < PAGE_BYTES_MAX)
		write_event(ctx, &json, rows, written++);
	json_close_array(&json);
	if (written < count) {
		const char *last = rows_text(rows, written - 1, SEQ);
		json_text(&json, "next", page_cursor(req, &last, 1));
	} else {
		json_put_null(&json, "next");
	}
	json_close_object(&json);
	return reply_json_out(req, 200, &json);
}

bool ticket_events(struct request *req)
{
	static const char *const names[] = { "after", "limit", "cursor", NULL };
	struct ctx *ctx = &req->ctx;
	struct query_args seen = query_args(ctx), args = query_args(ctx);
	struct query_step steps[] = { { QUERY_TICKET_SEEN, &seen, NULL }, { QUERY_TICKET_EVENTS, &args, NULL } };
	struct page page;
	int64_t id, after;
	if (!ticket_number_parse(req, req->path_arg[0], &id) || !page_read(req, &page))
		return false;
	after = query_int(req, "after", 0, 0, INT32_MAX);
	if (!query_done(req, names))
		return false;
	if (page.count > 0 &&
		(page.count != 1 || !text_parse_int64(page.value[0], &after) || after < 0 || after > INT32_MAX))
		return fail_field(ctx, "cursor", "is not a cursor of this list");
	arg_actor(&seen);
	arg_int(&seen, id);
	arg_text(&seen, req->path_arg[0]);
	arg_actor(&args);
	arg_int(&args, id);
	arg_text(&args, req->path_arg[0]);
	arg_int(&args, after);
	arg_int(&args, page.limit + 1);
	arg_text(&args, ctx->actor.language);
	if (!query_pipeline(ctx, steps, 2))
		return false;
	if (rows_count(steps[0].rows) == 0)
		return fail(ctx, ERROR_NOT_FOUND, "There is no such ticket, or it is not yours");
	return write_page(req, steps[1].rows, page.limit);
}
