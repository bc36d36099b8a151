/* Owns: saved queries: a person's own, a team's, everyone's. Refuses: queries that do not fit the model, sharing with a team that one
 * is not in, and changes by others than their owner (administrators may). */
#include "cmdb/query/query.h"

#include "cmdb/query/query.sql.h"
#include "db/query.h"
#include "http/body.h"

#include <string.h>

#define COLUMNS_MAX 20

static const char *const shares[] = { "person", "team", "all", NULL };

struct saved {
	const char *name, *text, *shared;
	const char *const *columns;
	int column_count;
	int64_t team_id;
};

static void write_saved(struct json_out *json, const struct rows *rows, int row)
{
	json_open_object(json, NULL);
	json_raw(json, "id", rows_text(rows, row, 0));
	json_text(json, "name", rows_text(rows, row, 1));
	json_text(json, "query", rows_text(rows, row, 2));
	json_raw(json, "columns", rows_text(rows, row, 3));
	json_ref(json, "owner", rows_text(rows, row, 4), rows_text(rows, row, 5));
	json_text(json, "shared", rows_text(rows, row, 6));
	json_ref(json, "team", rows_text(rows, row, 7), rows_text(rows, row, 8));
	json_raw(json, "version", rows_text(rows, row, 9));
	json_instant(json, "updated_at", rows_instant(rows, row, 10));
	json_bool(json, "mine", rows_bool(rows, row, 11));
	json_close_object(json);
}

bool ci_query_saved_list(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct page page;
	struct json_out json;
	if (!page_read(req, &page) || !query_done(req, (const char *const[]){ "limit", "cursor", NULL }))
		return false;
	struct query_args args = query_args(ctx);
	arg_int(&args, ctx->actor.id);
	arg_ints(&args, ctx->actor.teams, ctx->actor.team_count);
	arg_text(&args, page.count ? page.value[0] : NULL);
	arg_text(&args, page.count ? page.value[1] : NULL);
	arg_int(&args, page.limit + 1);
	struct rows *rows = query_run(ctx, QUERY_CIQL_SAVED_LIST, &args);
	if (!rows)
		return false;
	int count = rows_count(rows), shown = count > page.limit ? page.limit : count;
	json_begin(&json, ctx->arena, 8192);
	json_open_object(&json, NULL);
	json_open_array(&json, "items");
	for (int i = 0; i < shown; i++)
		write_saved(&json, rows, i);
	json_close_array(&json);
	const char *last[2] = { NULL, NULL };
	if (count > shown) {
		last[0] = rows_text(rows, shown - 1, 1);
		last[1] = rows_text(rows, shown - 1, 0);
	}
	json_text(&json, "next", last[0] ? page_cursor(req, last, 2) : NULL);
	json_close_object(&json);
	return reply_json_out(req, 200, &json);
}

static bool reply_saved(struct request *req, int status, int64_t id)
{
	struct ctx *ctx = &req->ctx;
	struct query_args args = query_args(ctx);
	struct json_out json;
	arg_int(&args, ctx->actor.id);
	arg_ints(&args, ctx->actor.teams, ctx->actor.team_count);
	arg_int(&args, id);
	struct rows *rows = query_run(ctx, QUERY_CIQL_SAVED_GET, &args);
	if (!rows)
		return false;
	if (rows_count(rows) == 0)
		return fail(ctx, ERROR_NOT_FOUND, "there is no such query, or it is not shared with you");
	json_begin(&json, ctx->arena, 512);
	write_saved(&json, rows, 0);
	reply_etag(req, rows_int(rows, 0, 9));
	return reply_json_out(req, status, &json);
}

bool ci_query_saved_get(struct request *req)
{
	int64_t id;
	return query_done(req, (const char *const[]){ NULL }) && path_id(req, 0, &id) && reply_saved(req, 200, id);
}

/* Names of fields and attributes; which of them a CI has depends on its class, so only the form is judged. */
static void read_columns(struct ctx *ctx, struct body *body, struct saved *saved)
{
	json_t *list = body_array(body, "columns", BODY_OPTIONAL, COLUMNS_MAX);
	if (!list)
		return;
	const char **columns = arena_array(ctx->arena, json_array_size(list) + 1, sizeof(char *));
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *name = json_string_value(json_array_get(list, i));
		if (!name || !model_name_valid(name)) {
			body_wrong(body, "columns", "must be names of fields and attributes");
			return;
		}
		columns[i] = name;
	}
	saved->columns = columns;
	saved->column_count = (int)json_array_size(list);
}

/* What the body gives; the rest stays NULL or 0. */
static bool read_body(struct request *req, bool new, struct saved *given)
{
	struct body *body = body_open(req);
	if (!body)
		return false;
	given->name = body_text(body, "name", new ? BODY_REQUIRED : BODY_OPTIONAL, 1, 100);
	given->text = body_text(body, "query", new ? BODY_REQUIRED : BODY_OPTIONAL, 1, CIQL_CHARACTERS_MAX);
	given->shared = body_choice(body, "shared", BODY_OPTIONAL, shares);
	given->team_id = body_id(body, "team", BODY_OPTIONAL);
	read_columns(&req->ctx, body, given);
	return body_close(body);
}

/* The saved one as it will be. */
static bool judge(struct ctx *ctx, struct saved *saved)
{
	struct ciql_compiled compiled;
	struct model model;
	bool team = strcmp(saved->shared, "team") == 0, mine = false;
	if (!team)
		saved->team_id = 0;
	for (int i = 0; i < ctx->actor.team_count; i++)
		mine = mine || ctx->actor.teams[i] == saved->team_id;
	bool good = !team || mine || fail_field(ctx, "/team", "must be a team that you are in");
	return ciql_read(ctx, "/query", saved->text, NULL, &model, &compiled) && good;
}

bool ci_query_saved_create(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct saved saved = { 0 };
	if (!read_body(req, true, &saved))
		return false;
	saved.shared = saved.shared ? saved.shared : "person";
	if (!judge(ctx, &saved))
		return false;
	struct query_args args = query_args(ctx);
	arg_text(&args, saved.name);
	arg_text(&args, saved.text);
	arg_texts(&args, saved.columns, saved.column_count);
	arg_int(&args, ctx->actor.id);
	arg_text(&args, saved.shared);
	arg_int_or_null(&args, saved.team_id, saved.team_id == 0);
	arg_instant(&args, ctx->now);
	struct rows *rows = query_one(ctx, QUERY_CIQL_SAVED_CREATE, &args);
	if (!rows)
		return false;
	reply_location(req, "/api/v1/cmdb/queries/%s", rows_text(rows, 0, 0));
	return reply_saved(req, 201, rows_int(rows, 0, 0));
}

static struct rows *lock_saved(struct request *req, int64_t *id_r)
{
	struct ctx *ctx = &req->ctx;
	struct query_args args = query_args(ctx);
	if (!path_id(req, 0, id_r))
		return NULL;
	arg_int(&args, *id_r);
	arg_int(&args, ctx->actor.id);
	arg_ints(&args, ctx->actor.teams, ctx->actor.team_count);
	struct rows *rows = query_run(ctx, QUERY_CIQL_SAVED_LOCK, &args);
	if (!rows)
		return NULL;
	if (rows_count(rows) == 0 || !rows_bool(rows, 0, 7)) {
		fail(ctx, ERROR_NOT_FOUND, "there is no such query, or it is not shared with you");
		return NULL;
	}
	if (!rows_bool(rows, 0, 1) && !CTX_HAS_ROLE(ctx, ROLE_ADMIN)) {
		fail(ctx, ERROR_FORBIDDEN, "a query is changed by who saved it");
		return NULL;
	}
	return rows;
}

bool ci_query_saved_change(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct saved saved = { 0 };
	int64_t id, if_match;
	if (!request_if_match(req, &if_match) || !read_body(req, false, &saved))
		return false;
	struct rows *old = lock_saved(req, &id);
	if (!old)
		return false;
	if (if_match >= 0 && if_match != rows_int(old, 0, 0))
		return fail(ctx, ERROR_STALE, "the query was changed meanwhile; read it again");
	saved.name = saved.name ? saved.name : rows_text(old, 0, 2);
	saved.text = saved.text ? saved.text : rows_text(old, 0, 3);
	saved.shared = saved.shared ? saved.shared : rows_text(old, 0, 5);
	saved.team_id = saved.team_id ? saved.team_id : rows_int(old, 0, 6);
	if (!saved.columns)
		saved.column_count = rows_array(ctx, old, 0, 4, &saved.columns);
	if (!judge(ctx, &saved))
		return false;
	struct query_args args = query_args(ctx);
	arg_int(&args, id);
	arg_text(&args, saved.name);
	arg_text(&args, saved.text);
	arg_texts(&args, saved.columns, saved.column_count);
	arg_text(&args, saved.shared);
	arg_int_or_null(&args, saved.team_id, saved.team_id == 0);
	arg_instant(&args, ctx->now);
	return query_one(ctx, QUERY_CIQL_SAVED_CHANGE, &args) && reply_saved(req, 200, id);
}

bool ci_query_saved_delete(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	int64_t id;
	if (!lock_saved(req, &id))
		return false;
	struct query_args args = query_args(ctx);
	arg_int(&args, id);
	return query_one(ctx, QUERY_CIQL_SAVED_DELETE, &args) && reply_empty(req, 204);
}
