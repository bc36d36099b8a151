/* "This is already known": what an employee is told while typing, before a report is sent.
 * Refuses: to show a report that the desk has not published (ticket_known in 41_desk_ticket.sql), and anything of
 * it but subject, owner, number of people and promise. */
#include "desk/desk.h"
#include "desk/known.sql.h"

#define TYPED_MAX 2000

bool known_list(struct request *req)
{
	static const char *const names[] = { "q", NULL };
	struct ctx *ctx = &req->ctx;
	struct query_args args = query_args(ctx);
	struct json_out json;
	const char *typed = request_query(req, "q");
	if (!query_done(req, names))
		return false;
	if (typed && text_utf8_length(typed) > TYPED_MAX)
		return fail_field(ctx, "q", "may have at most %d characters", TYPED_MAX);
	arg_actor(&args);
	arg_text(&args, typed);
	struct rows *rows = query_run(ctx, QUERY_KNOWN_LIST, &args);
	if (!rows)
		return false;
	json_begin(&json, ctx->arena, 1024);
	json_open_object(&json, NULL);
	json_open_array(&json, "outages");
	for (int i = 0; i < rows_count(rows); i++) {
		json_open_object(&json, NULL);
		json_text(&json, "number", rows_text(rows, i, 0));
		json_text(&json, "subject", rows_text(rows, i, 1));
		json_ref(&json, "owner", rows_text(rows, i, 2), rows_text(rows, i, 3));
		json_int(&json, "count", rows_int(rows, i, 4));
		json_instant(&json, "promised_at", rows_instant(rows, i, 5));
		json_bool(&json, "told_to_all", rows_bool(rows, i, 6));
		json_close_object(&json);
	}
	json_close_array(&json);
	json_open_array(&json, "articles");
	json_close_array(&json);
	json_close_object(&json);
	return reply_json_out(req, 200, &json);
}
