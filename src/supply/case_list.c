/* Lists of cases and their timelines. Owns nothing. Refuses: cases of tickets that the caller may not see (in the query). */
#include "desk/desk.h"
#include "supply/case.sql.h"
#include "supply/supply.h"

#include <string.h>

static const char *const list_names[] = { "supplier", "status", "overdue", "limit", "cursor", NULL };
static const char *const event_names[] = { "limit", "cursor", NULL };

static const char *const statuses[] = { "open", "waiting_us", "verifying", "closed", "withdrawn", NULL };

/* "open,verifying" → texts; "active" is the three that still run. */
static int statuses_read(struct request *req, const char *const **list_r)
{
	static const char *const active[] = { "open", "waiting_us", "verifying" };
	const char *text = request_query(req, "status");
	int count = 0;
	if (!text)
		return 0;
	if (strcmp(text, "active") == 0) {
		*list_r = active;
		return 3;
	}
	const char **list = arena_array(req->ctx.arena, 5, sizeof(char *));
	char *copy = arena_strdup(req->ctx.arena, text), *rest = copy;
	for (char *word = strsep(&rest, ","); word; word = strsep(&rest, ",")) {
		int known = 0;
		while (statuses[known] && strcmp(statuses[known], word) != 0)
			known++;
		if (!statuses[known] || count == 5) {
			fail_field(&req->ctx, "status", "must be open, waiting_us, verifying, closed, withdrawn or active, separated by commas");
			return 0;
		}
		list[count++] = statuses[known];
	}
	*list_r = list;
	return count;
}

static void case_item(struct json_out *json, const struct rows *rows, int i)
{
	json_open_object(json, NULL);
	json_text(json, "number", rows_text(rows, i, 1));
	json_open_object(json, "ticket");
	json_text(json, "number", rows_text(rows, i, 2));
	json_text(json, "subject", rows_text(rows, i, 3));
	json_close_object(json);
	json_ref(json, "supplier", rows_text(rows, i, 4), rows_text(rows, i, 5));
	json_ref(json, "contract", rows_text(rows, i, 6), rows_text(rows, i, 7));
	json_text(json, "status", rows_text(rows, i, 8));
	json_int(json, "priority", rows_int(rows, i, 9));
	json_text(json, "summary", rows_text(rows, i, 10));
	json_text(json, "supplier_ref", rows_text(rows, i, 11));
	json_instant(json, "sent_at", rows_instant(rows, i, 12));
	json_instant(json, "updated_at", rows_instant(rows, i, 13));
	json_instant(json, "next_due_at", rows_instant(rows, i, 14));
	json_ref(json, "owner", rows_text(rows, i, 15), rows_text(rows, i, 16));
	json_bool(json, "breached", rows_bool(rows, i, 17));
	json_close_object(json);
}

static bool cursor_id(struct request *req, const struct page *page, int64_t *id_r)
{
	*id_r = 0;
	if (page->count == 0 || text_parse_int64(page->value[0], id_r))
		return true;
	return fail_field(&req->ctx, "cursor", "is not one that this list gave");
}

static void list_close(struct request *req, struct json_out *json, const struct rows *rows, int shown, int limit, int id_column)
{
	json_close_array(json);
	if (rows_count(rows) > limit) {
		const char *last = rows_text(rows, shown - 1, id_column);
		json_text(json, "next", page_cursor(req, &last, 1));
	} else {
		json_put_null(json, "next");
	}
	json_close_object(json);
}

bool case_list(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct query_args args = query_args(ctx);
	const char *const *wanted = NULL;
	struct page page;
	struct json_out json;
	int64_t before;
	int64_t supplier = query_int(req, "supplier", 0, 1, INT64_MAX);
	int wanted_count = statuses_read(req, &wanted);
	bool overdue = query_flag(req, "overdue");
	if (!query_done(req, list_names) || !page_read(req, &page) || !cursor_id(req, &page, &before))
		return false;
	arg_actor(&args);
	arg_int_or_null(&args, supplier, supplier == 0);
	if (wanted_count > 0)
		arg_texts(&args, wanted, wanted_count);
	else
		arg_text(&args, NULL);
	arg_bool(&args, overdue);
	arg_int_or_null(&args, before, page.count == 0);
	arg_int(&args, page.limit + 1);
	struct rows *rows = query_run(ctx, QUERY_CASE_LIST, &args);
	if (!rows)
		return false;
	int shown = rows_count(rows) > page.limit ? page.limit : rows_count(rows);
	json_begin(&json, ctx->arena, 512 * (size_t)shown + 256);
	json_open_object(&json, NULL);
	json_open_array(&json, "items");
	for (int i = 0; i < shown; i++)
		case_item(&json, rows, i);
	list_close(req, &json, rows, shown, page.limit, 0);
	return reply_json_out(req, 200, &json);
}

bool case_events(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct query_args args = query_args(ctx);
	struct page page;
	struct json_out json;
	int64_t id, after;
	if (!query_done(req, event_names) || !page_read(req, &page) || !cursor_id(req, &page, &after)
		|| !case_number_parse(req, req->path_arg[0], &id))
		return false;
	arg_actor(&args);
	arg_int(&args, id);
	arg_int(&args, after);
	arg_int(&args, page.limit + 1);
	struct rows *rows = query_run(ctx, QUERY_CASE_EVENTS, &args);
	if (!rows)
		return false;
	/* Every case has its first event: none on the first page means that it is not there or not the caller's. */
	if (rows_count(rows) == 0 && page.count == 0)
		return fail(ctx, ERROR_NOT_FOUND, "There is no such case, or it is not yours");
	int shown = rows_count(rows) > page.limit ? page.limit : rows_count(rows);
	json_begin(&json, ctx->arena, 512 * (size_t)shown + 256);
	json_open_object(&json, NULL);
	json_open_array(&json, "items");
	for (int i = 0; i < shown; i++)
		case_event_json(&json, rows, i);
	list_close(req, &json, rows, shown, page.limit, 0);
	return reply_json_out(req, 200, &json);
}
