/* Tokens over HTTP. Creating one handles its Idempotency-Key itself: the server would keep the answer, and the token in it. */
#include "people/token.h"

#include "db/query.h"
#include "http/body.h"
#include "http/http.sql.h"
#include "people/secret.h"
#include "people/session_cache.h"
#include "people/token.sql.h"
#include "people/token_store.h"

#include <stdio.h>
#include <string.h>

bool token_find_person(
	struct ctx *ctx, const char *login, const char *pointer, int64_t *person_id_r, const char **name_r)
{
	struct query_args args = query_args(ctx);
	arg_text(&args, login);
	struct rows *rows = query_run(ctx, QUERY_TOKEN_PERSON, &args);
	if (!rows)
		return false;
	if (rows_count(rows) == 0)
		return fail_field(ctx, pointer, "nobody has the login \"%.60s\"", login);
	if (!rows_bool(rows, 0, 2))
		return fail_field(ctx, pointer, "\"%.60s\" is no longer active", login);
	*person_id_r = rows_int(rows, 0, 0);
	*name_r = rows_text(rows, 0, 1);
	return true;
}

bool token_store(
	struct ctx *ctx, int64_t person_id, const char *label, instant expires_at, int64_t *id_r, const char **token_r)
{
	unsigned char hash[SECRET_HASH_BYTES];
	const char *token = secret_make(ctx->arena, TOKEN_PREFIX);
	secret_hash(token, hash);
	struct query_args args = query_args(ctx);
	arg_bytes(&args, hash, sizeof(hash));
	arg_int(&args, person_id);
	arg_text(&args, label ? label : "");
	arg_instant(&args, ctx->now);
	arg_int_or_null(&args, ctx->actor.id, ctx->actor.id == 0);
	arg_instant(&args, expires_at);
	struct rows *rows = query_one(ctx, QUERY_TOKEN_CREATE, &args);
	if (!rows)
		return false;
	*id_r = rows_int(rows, 0, 0);
	*token_r = token;
	return true;
}

bool token_end(struct ctx *ctx, int64_t id, int64_t owner_id)
{
	struct query_args args = query_args(ctx);
	arg_int(&args, id);
	arg_instant(&args, ctx->now);
	arg_int_or_null(&args, owner_id, owner_id == 0);
	struct rows *rows = query_run(ctx, QUERY_TOKEN_REVOKE, &args);
	if (!rows)
		return false;
	if (rows_count(rows) == 0)
		return fail(ctx, ERROR_NOT_FOUND, "There is no such token");
	session_cache_forget_token(id);
	return true;
}

/* Only that it was used is kept with the key, never the answer. */
static bool claim_key(struct request *req, int64_t person_id, const char *label, instant expires_at)
{
	struct ctx *ctx = &req->ctx;
	const char *key = request_header(req, "idempotency-key");
	if (!key)
		return true;
	struct query_args args = query_args(ctx);
	arg_int(&args, ctx->actor.id);
	arg_text(&args, key);
	arg_text(&args,
		secret_key(ctx->arena, "token",
			arena_printf(ctx->arena, "%lld %lld %s", (long long)person_id, (long long)expires_at, label ? label : "")));
	struct rows *rows = query_one(ctx, QUERY_IDEMPOTENCY_CLAIM, &args);
	if (!rows)
		return false;
	const char *state = rows_text(rows, 0, 0);
	if (strcmp(state, "other") == 0)
		return fail_rule(
			ctx, ERROR_INVALID, "idempotency-key-reused", NULL, "this Idempotency-Key was used for another request");
	if (strcmp(state, "same") == 0)
		return fail_rule(ctx, ERROR_CONFLICT, "shown-once", NULL,
			"This request was done already, and a token is shown once; revoke it and make another if you did not see "
			"it");
	args = query_args(ctx);
	arg_int(&args, ctx->actor.id);
	arg_text(&args, key);
	arg_int(&args, 201);
	arg_text(&args, NULL);
	arg_text(&args, NULL);
	arg_text(&args, NULL);
	return query_run(ctx, QUERY_IDEMPOTENCY_STORE, &args) != NULL;
}

static bool read_person(struct request *req, const char *login, int64_t *person_id_r, const char **name_r)
{
	struct ctx *ctx = &req->ctx;
	*person_id_r = ctx->actor.id;
	*name_r = ctx->actor.name;
	if (!login)
		return true;
	if (!CTX_HAS_ROLE(ctx, ROLE_ADMIN))
		return fail(ctx, ERROR_FORBIDDEN, "Only administrators deal with the tokens of others");
	return token_find_person(ctx, login, "/login", person_id_r, name_r);
}

bool token_create(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct body *body = body_open(req);
	if (!body)
		return false;
	const char *label = body_text(body, "label", BODY_OPTIONAL, 0, TOKEN_LABEL_MAX), *name, *token;
	const char *login = body_text(body, "login", BODY_OPTIONAL, 1, 200);
	instant expires_at = body_instant(body, "expires_at", BODY_OPTIONAL);
	int64_t person_id, id;
	if (expires_at != INSTANT_NONE && expires_at <= ctx->now)
		body_wrong(body, "expires_at", "must lie in the future");
	if (!body_close(body) || !read_person(req, login, &person_id, &name))
		return false;
	if (!tx_begin(ctx) || !claim_key(req, person_id, label, expires_at) ||
		!token_store(ctx, person_id, label, expires_at, &id, &token) || !tx_commit(ctx))
		return false;
	struct json_out json;
	json_begin(&json, ctx->arena, 256);
	json_open_object(&json, NULL);
	json_int(&json, "id", id);
	json_text(&json, "token", token);
	json_text(&json, "label", label ? label : "");
	json_ref(&json, "person", arena_printf(ctx->arena, "%lld", (long long)person_id), name);
	json_instant(&json, "created_at", ctx->now);
	json_instant(&json, "expires_at", expires_at);
	json_close_object(&json);
	reply_location(req, "/api/v1/tokens/%lld", (long long)id);
	reply_header(req, "Cache-Control", "no-store");
	return reply_json_out(req, 201, &json);
}

static void write_token(struct json_out *json, const struct rows *rows, int row)
{
	json_open_object(json, NULL);
	json_raw(json, "id", rows_text(rows, row, 0));
	json_text(json, "label", rows_text(rows, row, 1));
	json_instant(json, "created_at", rows_instant(rows, row, 2));
	json_instant(json, "expires_at", rows_instant(rows, row, 3));
	json_instant(json, "last_used_at", rows_instant(rows, row, 4));
	json_instant(json, "revoked_at", rows_instant(rows, row, 5));
	json_ref(json, "person", rows_text(rows, row, 6), rows_text(rows, row, 7));
	json_close_object(json);
}

bool token_list(struct request *req)
{
	static const char *const known[] = { "login", "limit", "cursor", NULL };
	struct ctx *ctx = &req->ctx;
	struct page page;
	struct json_out json;
	int64_t person_id, before = 0;
	const char *name;
	const char *login = request_query(req, "login");
	if (!page_read(req, &page) || !query_done(req, known) || !read_person(req, login, &person_id, &name))
		return false;
	if (page.count > 0 && !text_parse_int64(page.value[0], &before))
		return fail_field(ctx, "cursor", "is not one this list gave out");
	struct query_args args = query_args(ctx);
	arg_int(&args, person_id);
	arg_int_or_null(&args, before, page.count == 0);
	arg_int(&args, page.limit + 1);
	struct rows *rows = query_run(ctx, QUERY_TOKEN_LIST, &args);
	if (!rows)
		return false;
	int count = rows_count(rows) > page.limit ? page.limit : rows_count(rows);
	json_begin(&json, ctx->arena, 256 + 256 * (size_t)count);
	json_open_object(&json, NULL);
	json_open_array(&json, "items");
	for (int row = 0; row < count; row++)
		write_token(&json, rows, row);
	json_close_array(&json);
	json_text(&json, "next",
		rows_count(rows) > page.limit ? page_cursor(req, (const char *[]){ rows_text(rows, count - 1, 0) }, 1) : NULL);
	json_close_object(&json);
	return reply_json_out(req, 200, &json);
}

bool token_revoke(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	int64_t id;
	if (!text_parse_int64(req->path_arg[0], &id))
		return fail(ctx, ERROR_NOT_FOUND, "There is no such token");
	if (!token_end(ctx, id, CTX_HAS_ROLE(ctx, ROLE_ADMIN) ? 0 : ctx->actor.id))
		return false;
	return reply_empty(req, 204);
}
