/* Owns: Idempotency-Key: the key is claimed and the answer stored in the transaction of the work itself, so that a
 * retry finds either both or neither. A second request with the same key waits at the unique index until the first
 * has ended.
 * Refuses: to keep anything but 2xx answers (the others roll back). */
#include "http/internal.h"

#include "db/query.h"
#include "http/body.h"
#include "http/http.sql.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <string.h>
#include <strings.h>

#define KEY_BYTES_MAX 255
#define SHA256_BYTES 32

bool idempotency_key_valid(const char *key)
{
	size_t length = strlen(key);
	for (size_t i = 0; i < length; i++)
		if (key[i] < 0x21 || key[i] > 0x7e)
			return false;
	return length > 0 && length <= KEY_BYTES_MAX;
}

static bool hash_part(gnutls_hash_hd_t hash, const void *bytes, size_t length)
{
	uint64_t prefix = length;
	return gnutls_hash(hash, &prefix, sizeof(prefix)) == 0 && gnutls_hash(hash, bytes, length) == 0;
}

/* The boundary of a multipart body differs with every try, so of an upload its file counts. */
static bool hash_content(struct request *req, gnutls_hash_hd_t hash)
{
	struct upload upload;
	if (!req->content_type || strncasecmp(req->content_type, "multipart/form-data", 19) != 0)
		return hash_part(hash, req->body, req->body_length);
	if (!body_upload(req, &upload))
		return false;
	return hash_part(hash, upload.name, strlen(upload.name)) && hash_part(hash, upload.bytes, upload.length);
}

const char *idempotency_fingerprint(struct request *req)
{
	unsigned char digest[SHA256_BYTES];
	gnutls_hash_hd_t hash;
	const char *method = router_method_name(req->method);
	char *hex = arena_alloc(req->ctx.arena, 2 * SHA256_BYTES + 1);
	if (gnutls_hash_init(&hash, GNUTLS_DIG_SHA256) != 0) {
		fail_internal(&req->ctx, ERROR_INTERNAL, "SHA-256 does not start");
		return NULL;
	}
	bool good = hash_part(hash, method, strlen(method)) && hash_part(hash, req->path, strlen(req->path)) &&
		hash_content(req, hash);
	gnutls_hash_deinit(hash, digest);
	if (!good) {
		if (req->ctx.error.kind == ERROR_NONE)
			fail_internal(&req->ctx, ERROR_INTERNAL, "SHA-256 failed");
		return NULL;
	}
	text_hex(digest, sizeof(digest), hex);
	return hex;
}

static enum idempotency replay(struct request *req, const struct rows *rows)
{
	struct arena *arena = req->ctx.arena;
	if (rows_null(rows, 0, 1)) {
		fail_internal(&req->ctx, ERROR_INTERNAL, "a claimed Idempotency-Key has no stored answer");
		return IDEMPOTENCY_FAILED;
	}
	req->reply.status = (int)rows_int(rows, 0, 1);
	if (!rows_null(rows, 0, 2))
		reply_header(req, "Location", arena_strdup(arena, rows_text(rows, 0, 2)));
	if (!rows_null(rows, 0, 3))
		reply_header(req, "ETag", arena_strdup(arena, rows_text(rows, 0, 3)));
	if (!rows_null(rows, 0, 4))
		reply_json(req, req->reply.status, rows_text(rows, 0, 4), rows_length(rows, 0, 4));
	reply_header(req, "Idempotency-Replayed", "true");
	return IDEMPOTENCY_REPLAYED;
}

enum idempotency idempotency_claim(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	const char *key = req->method == HTTP_POST ? request_header(req, "idempotency-key") : NULL;
	if (!key || ctx->actor.id == 0)
		return IDEMPOTENCY_NONE;
	const char *fingerprint = idempotency_fingerprint(req);
	if (!fingerprint)
		return IDEMPOTENCY_FAILED;
	struct query_args args = query_args(ctx);
	arg_int(&args, ctx->actor.id);
	arg_text(&args, key);
	arg_text(&args, fingerprint);
	struct rows *rows = query_one(ctx, QUERY_IDEMPOTENCY_CLAIM, &args);
	if (!rows)
		return IDEMPOTENCY_FAILED;
	const char *state = rows_text(rows, 0, 0);
	if (state && strcmp(state, "new") == 0)
		return IDEMPOTENCY_FIRST;
	if (state && strcmp(state, "same") == 0)
		return replay(req, rows);
	fail_rule(ctx, ERROR_INVALID, "idempotency-key-reused", NULL, "this Idempotency-Key was used for another request");
	return IDEMPOTENCY_FAILED;
}

bool idempotency_store(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	const struct reply *reply = &req->reply;
	bool text = reply->body && reply->length > 0 && reply->fd == 0 && !reply->compressed &&
		text_utf8_valid(reply->body, reply->length);
	struct query_args args = query_args(ctx);
	arg_int(&args, ctx->actor.id);
	arg_text(&args, request_header(req, "idempotency-key"));
	arg_int(&args, reply->status);
	arg_text(&args, reply_find_header(reply, "Location"));
	arg_text(&args, reply_find_header(reply, "ETag"));
	arg_text(&args, text ? arena_strndup(ctx->arena, reply->body, reply->length) : NULL);
	return query_later(ctx, QUERY_IDEMPOTENCY_STORE, &args);
}
