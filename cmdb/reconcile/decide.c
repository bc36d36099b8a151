/* Owns: what only people decide: ambiguous items, merging, and the rules of recognition, authority and junk.
 * Refuses: to judge by itself; the rules stand in rules/34_reconcile_people.sql. */
#include "cmdb/model.h"
#include "cmdb/reconcile/reconcile.h"

#include "cmdb/reconcile/decide.sql.h"
#include "db/query.h"
#include "http/body.h"

#include <stdlib.h>
#include <string.h>

/* Fields of one merge. */
#define TAKE_MAX 500

static bool reply_row(struct request *req, int status, const struct rows *rows, const char *missing)
{
	if (!rows)
		return false;
	if (rows_count(rows) == 0 || rows_null(rows, 0, 0))
		return fail(&req->ctx, ERROR_NOT_FOUND, "%s", missing);
	return reply_json(req, status, rows_text(rows, 0, 0), rows_length(rows, 0, 0));
}

bool ambiguous_list(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct page page;
	struct json_out json;
	const char *state = query_choice(req, "state", (const char *const[]){ "open", "decided", NULL });
	int64_t batch = query_int(req, "batch", 0, 1, INT64_MAX);
	if (!page_read(req, &page) || !query_done(req, (const char *const[]){ "state", "batch", "limit", "cursor", NULL }))
		return false;
	struct query_args args = query_args(ctx);
	arg_text(&args, state ? state : "open");
	arg_int_or_null(&args, batch, batch == 0);
	arg_text(&args, page.count ? page.value[0] : NULL);
	arg_int(&args, page.limit + 1);
	struct rows *rows = query_run(ctx, QUERY_AMBIGUOUS_LIST, &args);
	if (!rows)
		return false;
	int count = rows_count(rows), shown = count > page.limit ? page.limit : count;
	json_begin(&json, ctx->arena, 8192);
	json_open_object(&json, NULL);
	json_open_array(&json, "items");
	for (int i = 0; i < shown; i++)
		json_raw(&json, NULL, rows_text(rows, i, 1));
	json_close_array(&json);
	const char *last = count > shown ? rows_text(rows, shown - 1, 0) : NULL;
	json_text(&json, "next", last ? page_cursor(req, &last, 1) : NULL);
	json_close_object(&json);
	return reply_json_out(req, 200, &json);
}

static bool reply_case(struct request *req, int64_t id)
{
	struct query_args args = query_args(&req->ctx);
	arg_int(&args, id);
	arg_text(&args, req->ctx.actor.language);
	return reply_row(req, 200, query_run(&req->ctx, QUERY_AMBIGUOUS_GET, &args), "there is no such item");
}

bool ambiguous_get(struct request *req)
{
	int64_t id;
	return query_done(req, (const char *const[]){ NULL }) && path_id(req, 0, &id) && reply_case(req, id);
}

bool ambiguous_decide(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	int64_t id;
	struct body *body = body_open(req);
	if (!body)
		return false;
	const char *decision = body_choice(body, "decision", BODY_REQUIRED, (const char *const[]){ "this", "new", "ignore", NULL });
	int64_t ci = body_id(body, "ci", BODY_OPTIONAL);
	if (decision && strcmp(decision, "this") == 0 && ci == 0)
		body_wrong(body, "ci", "is required");
	if (!body_close(body) || !path_id(req, 0, &id))
		return false;
	struct query_args args = query_args(ctx);
	arg_int(&args, id);
	arg_text(&args, decision);
	arg_int_or_null(&args, ci, ci == 0);
	arg_int(&args, ctx->actor.id);
	arg_instant(&args, ctx->now);
	return query_one(ctx, QUERY_AMBIGUOUS_DECIDE, &args) && reply_case(req, id);
}

bool merge_preview(struct request *req)
{
	int64_t id, other = query_int(req, "other", 0, 1, INT64_MAX);
	if (!request_query(req, "other"))
		fail_field(&req->ctx, "other", "is required");
	if (!query_done(req, (const char *const[]){ "other", NULL }) || !path_id(req, 0, &id))
		return false;
	struct query_args args = query_args(&req->ctx);
	arg_int(&args, id);
	arg_int(&args, other);
	arg_text(&args, req->ctx.actor.language);
	return reply_row(req, 200, query_run(&req->ctx, QUERY_MERGE_PREVIEW, &args), "there is no such CI");
}

bool merge_do(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	const char *take[TAKE_MAX];
	int take_count = 0;
	int64_t id;
	size_t index;
	json_t *field;
	struct body *body = body_open(req);
	if (!body)
		return false;
	int64_t other = body_id(body, "other", BODY_REQUIRED);
	json_t *fields = body_array(body, "take", BODY_OPTIONAL, TAKE_MAX);
	json_array_foreach(fields, index, field)
	{
		if (json_is_string(field))
			take[take_count++] = json_string_value(field);
		else
			body_wrong(body, "take", "holds names of fields, such as /location");
	}
	if (!body_close(body) || !path_id(req, 0, &id))
		return false;
	struct query_args args = query_args(ctx);
	arg_int(&args, id);
	arg_int(&args, other);
	arg_texts(&args, take, take_count);
	arg_int(&args, ctx->actor.id);
	arg_instant(&args, ctx->now);
	struct rows *merged = query_one(ctx, QUERY_MERGE_DO, &args);
	if (!merged)
		return false;
	args = query_args(ctx);
	arg_int(&args, rows_int(merged, 0, 0));
	return reply_row(req, 200, query_run(ctx, QUERY_MERGE_SHOW, &args), "there is no such merge");
}

bool reconciliation_get(struct request *req)
{
	return query_done(req, (const char *const[]){ NULL }) &&
		reply_row(req, 200, query_run(&req->ctx, QUERY_RECONCILIATION_GET, NULL), "there are no rules");
}

/* Texts, numbers and lists of the right kind; what they say is judged in the database, which knows classes and sources. */
static json_t *list_of(struct ctx *ctx, struct body *body, const char *name, const char *const *members)
{
	json_t *list = body_array(body, name, BODY_REQUIRED, 5000), *item, *value;
	const char *member;
	size_t index;
	json_array_foreach(list, index, item)
	{
		const char *place = arena_printf(ctx->arena, "%s/%zu", name, index);
		if (!json_is_object(item)) {
			body_wrong(body, place, "must be an object");
			continue;
		}
		json_object_foreach(item, member, value)
		{
			bool known = false;
			for (int i = 0; members[i]; i++)
				known = known || strcmp(members[i], member) == 0;
			if (!known)
				body_wrong(body, arena_printf(ctx->arena, "%s/%s", place, member), "is not known");
		}
	}
	return list;
}

bool reconciliation_put(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct body *body = body_open(req);
	if (!body)
		return false;
	const char *version = body_text(body, "version", BODY_REQUIRED, 1, 100);
	json_t *document = json_object();
	json_t *sources = list_of(ctx, body, "sources", (const char *const[]){ "name", "label", "kind", "rank", NULL });
	json_t *identity = list_of(ctx, body, "identity", (const char *const[]){ "class", "keys", NULL });
	json_t *authority = list_of(ctx, body, "authority", (const char *const[]){ "source", "kind", "class", "field", "may_set", "rank", NULL });
	json_t *junk = list_of(ctx, body, "junk", (const char *const[]){ "value", "note", NULL });
	bool made = document && json_object_set(document, "sources", sources) == 0 && json_object_set(document, "identity", identity) == 0 &&
		json_object_set(document, "authority", authority) == 0 && json_object_set(document, "junk", junk) == 0;
	char *text = made ? json_dumps(document, JSON_COMPACT) : NULL;
	json_decref(document);
	const char *kept = text ? arena_strdup(ctx->arena, text) : NULL;
	free(text);
	if (!body_close(body))
		return false;
	if (!kept)
		return fail_internal(ctx, ERROR_INTERNAL, "rules could not be written as JSON");
	struct query_args args = query_args(ctx);
	arg_text(&args, kept);
	arg_text(&args, version);
	return query_one(ctx, QUERY_RECONCILIATION_PUT, &args) &&
		reply_row(req, 200, query_run(ctx, QUERY_RECONCILIATION_GET, NULL), "there are no rules");
}
