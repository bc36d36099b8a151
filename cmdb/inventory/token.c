/* Enrolment tokens: made, listed, revoked by administrators of the CMDB.
 * Refuses: to show a token a second time, also to a repeated request with the same Idempotency-Key; then it says so (409). */
#include "cmdb/inventory/inventory.h"
#include "cmdb/inventory/inventory.sql.h"

#include "db/query.h"
#include "http/body.h"
#include "http/http.sql.h"
#include "people/secret.h"

#include <string.h>

#define ENROL_PREFIX "vke_"

bool inventory_token_list(struct request *req)
{
	static const char *const known[] = { "limit", "cursor", NULL };
	struct ctx *ctx = &req->ctx;
	struct query_args args = query_args(ctx);
	struct page page;
	struct json_out json;
	int64_t before = 0;
	if (!page_read(req, &page) || !query_done(req, known))
		return false;
	if (page.count > 0 && !text_parse_int64(page.value[0], &before))
		return fail_field(ctx, "cursor", "is not one that this list gave");
	arg_int_or_null(&args, before, page.count == 0);
	arg_int(&args, page.limit + 1);
	struct rows *rows = query_run(ctx, QUERY_INVENTORY_TOKEN_LIST, &args);
	if (!rows)
		return false;
	int shown = rows_count(rows) > page.limit ? page.limit : rows_count(rows);
	json_begin(&json, ctx->arena, 256 * (size_t)shown + 128);
	json_open_object(&json, NULL);
	json_open_array(&json, "items");
	for (int i = 0; i < shown; i++)
		json_raw(&json, NULL, rows_text(rows, i, 0));
	json_close_array(&json);
	json_text(&json, "next", rows_count(rows) > page.limit ? page_cursor(req, (const char *[]){ rows_text(rows, shown - 1, 1) }, 1) : NULL);
	json_close_object(&json);
	return reply_json_out(req, 200, &json);
}

/* Only that it was used is kept with the key, never the answer. */
static bool claim_key(struct request *req, const char *label, instant expires_at)
{
	struct ctx *ctx = &req->ctx;
	const char *key = request_header(req, "idempotency-key");
	struct query_args args = query_args(ctx);
	if (!key)
		return true;
	arg_int(&args, ctx->actor.id);
	arg_text(&args, key);
	arg_text(&args, secret_key(ctx->arena, "enrolment", arena_printf(ctx->arena, "%lld %s", (long long)expires_at, label)));
	struct rows *rows = query_one(ctx, QUERY_IDEMPOTENCY_CLAIM, &args);
	if (!rows)
		return false;
	if (strcmp(rows_text(rows, 0, 0), "other") == 0)
		return fail_rule(ctx, ERROR_INVALID, "idempotency-key-reused", NULL, "this Idempotency-Key was used for another request");
	if (strcmp(rows_text(rows, 0, 0), "same") == 0)
		return fail_rule(ctx, ERROR_CONFLICT, "shown-once", NULL,
			"This request was done already, and a token is shown once; revoke it and make another if you did not see it");
	args = query_args(ctx);
	arg_int(&args, ctx->actor.id);
	arg_text(&args, key);
	arg_int(&args, 201);
	arg_text(&args, NULL);
	arg_text(&args, NULL);
	arg_text(&args, NULL);
	return query_run(ctx, QUERY_IDEMPOTENCY_STORE, &args) != NULL;
}

bool inventory_token_create(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct query_args args = query_args(ctx);
	unsigned char hash[SECRET_HASH_BYTES];
	struct json_out json;
	struct body *body = body_open(req);
	if (!body)
		return false;
	const char *label = body_text(body, "label", BODY_REQUIRED, 1, 100), *token = secret_make(ctx->arena, ENROL_PREFIX);
	instant expires_at = body_instant(body, "expires_at", BODY_OPTIONAL);
	if (expires_at != INSTANT_NONE && expires_at <= ctx->now)
		body_wrong(body, "expires_at", "must lie in the future");
	if (!body_close(body))
		return false;
	secret_hash(token, hash);
	arg_text(&args, label);
	arg_bytes(&args, hash, sizeof(hash));
	arg_instant(&args, ctx->now);
	arg_int(&args, ctx->actor.id);
	arg_instant(&args, expires_at);
	if (!tx_begin(ctx) || !claim_key(req, label, expires_at))
		return false;
	struct rows *rows = query_one(ctx, QUERY_INVENTORY_TOKEN_CREATE, &args);
	if (!rows || !tx_commit(ctx))
		return false;
	json_begin(&json, ctx->arena, 256);
	json_open_object(&json, NULL);
	json_int(&json, "id", rows_int(rows, 0, 0));
	json_text(&json, "token", token);
	json_text(&json, "label", label);
	json_instant(&json, "created_at", ctx->now);
	json_instant(&json, "expires_at", expires_at);
	json_close_object(&json);
	reply_header(req, "Cache-Control", "no-store");
	return reply_json_out(req, 201, &json);
}

bool inventory_token_delete(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct query_args args = query_args(ctx);
	int64_t id;
	if (!text_parse_int64(req->path_arg[0], &id))
		return fail(ctx, ERROR_NOT_FOUND, "There is no such token");
	arg_int(&args, id);
	arg_int(&args, ctx->actor.id);
	arg_instant(&args, ctx->now);
	struct rows *rows = query_one(ctx, QUERY_INVENTORY_TOKEN_REVOKE, &args);
	if (!rows)
		return false;
	return rows_bool(rows, 0, 0) ? reply_empty(req, 204) : fail(ctx, ERROR_NOT_FOUND, "There is no such token");
}
