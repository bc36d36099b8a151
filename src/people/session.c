/* Sign-in, sign-out and who am I. */
#include "people/session.h"

#include "base/config.h"
#include "base/log.h"
#include "db/query.h"
#include "http/body.h"
#include "people/directory.h"
#include "people/secret.h"
#include "people/session.sql.h"
#include "people/session_cache.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define LOGIN_CODE_POINTS_MAX 200
#define PASSWORD_CODE_POINTS_MAX 1000
/* A refusal takes at least so long. What remains to be seen is the directory's own work, which is made alike (directory.c). */
#define REFUSAL_MS 120

struct attempt {
	const char *login, *password;
	const char *login_key, *address_key;
	int64_t started_ms;
};

/* One household or attacker has a whole /64 of IPv6. */
static const char *address_network(struct request *req)
{
	struct in6_addr address;
	const char *peer = req->peer ? req->peer : "";
	if (inet_pton(AF_INET6, peer, &address) != 1 || IN6_IS_ADDR_V4MAPPED(&address))
		return peer;
	char hex[17];
	text_hex(address.s6_addr, 8, hex);
	return arena_strdup(req->ctx.arena, hex);
}

static bool count_attempt(struct request *req, const struct attempt *attempt)
{
	struct ctx *ctx = &req->ctx;
	struct query_args args = query_args(ctx);
	arg_text(&args, attempt->login_key);
	arg_text(&args, attempt->address_key);
	arg_instant(&args, ctx->now);
	arg_int(&args, ctx->config->session_tries_per_minute);
	struct rows *rows = query_one(ctx, QUERY_SESSION_TRY, &args);
	if (!rows)
		return false;
	int wait_s = (int)rows_int(rows, 0, 0);
	if (wait_s == 0)
		return true;
	fail(ctx, ERROR_TOO_MANY, "Too many attempts to sign in; try again in %d seconds", wait_s);
	ctx->error.retry_after_s = wait_s;
	return false;
}

/* Told nothing to a guesser: the attempt does not count. Runs also after a failure, whose error it keeps. */
static void give_back(struct request *req, const struct attempt *attempt)
{
	struct ctx *ctx = &req->ctx;
	struct error before = ctx->error;
	struct query_args args = query_args(ctx);
	error_clear(ctx);
	arg_text(&args, attempt->login_key);
	arg_text(&args, attempt->address_key);
	arg_instant(&args, ctx->now);
	if (!query_run(ctx, QUERY_SESSION_GIVE_BACK, &args))
		log_event(LOG_WARN, "session.give_back_failed", LOG_TEXT("request", ctx->request_id),
			LOG_TEXT("why", ctx->error.log_detail));
	ctx->error = before;
}

static bool refuse(struct request *req, const struct attempt *attempt)
{
	int64_t left_ms = attempt->started_ms + REFUSAL_MS - monotonic_ms();
	if (left_ms > 0)
		nanosleep(&(struct timespec){ left_ms / 1000, (left_ms % 1000) * 1000000 }, NULL);
	return fail_rule(&req->ctx, ERROR_UNAUTHENTICATED, "wrong-credentials", NULL, "Login or password is wrong");
}

/* The directory's word about the person, fresh. */
static bool refresh_person(struct ctx *ctx, const struct directory_person *person)
{
	struct json_out json;
	json_begin(&json, ctx->arena, 512);
	json_open_array(&json, NULL);
	directory_person_json(&json, person);
	json_close_array(&json);
	struct query_args args = query_args(ctx);
	arg_text(&args, json.text.data);
	arg_text(&args, ctx->config->desk_language);
	arg_text(&args, ctx->config->desk_zone);
	arg_instant(&args, ctx->now);
	if (!query_one(ctx, QUERY_SESSION_PUT_PERSON, &args))
		return false;
	if (!ctx->config->directory_team_base[0])
		return true;
	args = query_args(ctx);
	arg_text(&args, person->key);
	arg_texts(&args, person->groups, person->group_count);
	arg_bool(&args, (person->roles & ROLE_LEAD) != 0);
	return query_one(ctx, QUERY_SESSION_PUT_MEMBERS, &args) != NULL;
}

/* The session that this browser had before is not carried over. */
static bool end_former(struct request *req)
{
	const char *former = request_cookie(req, session_cookie_name(req));
	unsigned char hash[SECRET_HASH_BYTES];
	if (!former)
		return true;
	secret_hash(former, hash);
	struct query_args args = query_args(&req->ctx);
	arg_bytes(&args, hash, sizeof(hash));
	arg_instant(&args, req->ctx.now);
	return query_run(&req->ctx, QUERY_SESSION_END_OTHER, &args) != NULL;
}

static bool store_session(
	struct request *req, const struct directory_person *person, const char *token, int64_t *person_id_r)
{
	struct ctx *ctx = &req->ctx;
	unsigned char hash[SECRET_HASH_BYTES];
	if (!tx_begin(ctx) || !refresh_person(ctx, person) || !end_former(req))
		return false;
	secret_hash(token, hash);
	struct query_args args = query_args(ctx);
	arg_bytes(&args, hash, sizeof(hash));
	arg_text(&args, person->key);
	arg_instant(&args, ctx->now);
	arg_int(&args, ctx->config->session_absolute_s);
	arg_text(&args, req->peer ? req->peer : "");
	struct rows *rows = query_run(ctx, QUERY_SESSION_CREATE, &args);
	if (!rows)
		return false;
	if (rows_count(rows) == 0)
		/* The login belongs to a row that is not a person of the directory (people_put leaves it alone). */
		return fail_rule(ctx, ERROR_CONFLICT, "login-taken", NULL,
			"This login is taken by something that is not a person of the directory; tell your administrator");
	*person_id_r = rows_int(rows, 0, 0);
	return tx_commit(ctx);
}

static void set_cookie(struct request *req, const char *token, int64_t age_s)
{
	reply_header(req, "Set-Cookie",
		arena_printf(req->ctx.arena, "%s=%s; Path=/; Max-Age=%lld; HttpOnly; SameSite=Strict%s",
			session_cookie_name(req), token, (long long)age_s, req->secure ? "; Secure" : ""));
}

static bool reply_session(struct request *req, int64_t person_id)
{
	struct ctx *ctx = &req->ctx;
	struct json_out json;
	struct query_args args = query_args(ctx);
	arg_int(&args, person_id);
	struct rows *rows = query_one(ctx, QUERY_SESSION_PERSON, &args);
	if (!rows)
		return false;
	json_begin(&json, ctx->arena, 1024);
	json_open_object(&json, NULL);
	json_raw(&json, "person", rows_text(rows, 0, 0));
	json_raw(&json, "roles", rows_text(rows, 0, 1));
	json_text(&json, "stream_url", request_stream_url(req));
	json_int(&json, "undo_s", ctx->config->desk_undo_s);
	json_close_object(&json);
	reply_header(req, "Cache-Control", "no-store");
	return reply_json_out(req, 200, &json);
}

static bool read_attempt(struct request *req, struct attempt *attempt)
{
	struct arena *arena = req->ctx.arena;
	struct body *body = body_open(req);
	if (!body)
		return false;
	attempt->started_ms = monotonic_ms();
	attempt->login = body_text(body, "login", BODY_REQUIRED, 1, LOGIN_CODE_POINTS_MAX);
	attempt->password = body_secret(body, "password", BODY_REQUIRED, PASSWORD_CODE_POINTS_MAX);
	if (attempt->password && !attempt->password[0])
		body_wrong(body, "password", "must not be empty");
	if (!body_close(body))
		return false;
	char *folded = arena_strdup(arena, attempt->login);
	for (char *c = folded; *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	attempt->login_key = secret_key(arena, "login", folded);
	attempt->address_key = secret_key(arena, "address", address_network(req));
	return true;
}

bool session_create(struct request *req)
{
	struct attempt attempt;
	struct directory_person *person;
	int64_t person_id;
	if (!read_attempt(req, &attempt) || !count_attempt(req, &attempt))
		return false;
	if (!directory_sign_in(&req->ctx, attempt.login, attempt.password, &person)) {
		give_back(req, &attempt);
		return false;
	}
	if (!person)
		return refuse(req, &attempt);
	const char *token = secret_make(req->ctx.arena, "");
	if (!store_session(req, person, token, &person_id))
		return false;
	give_back(req, &attempt);
	set_cookie(req, token, req->ctx.config->session_absolute_s);
	return reply_session(req, person_id);
}

bool session_read(struct request *req)
{
	return reply_session(req, req->ctx.actor.id);
}

bool session_delete(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	if (ctx->actor.session_id == 0)
		return fail_rule(ctx, ERROR_CONFLICT, "no-session", NULL,
			"A token is not signed out but revoked: DELETE /api/v1/tokens/{id}");
	struct query_args args = query_args(ctx);
	arg_int(&args, ctx->actor.session_id);
	arg_instant(&args, ctx->now);
	if (!query_run(ctx, QUERY_SESSION_END, &args))
		return false;
	session_cache_forget_session(ctx->actor.session_id);
	set_cookie(req, "", 0);
	return reply_empty(req, 204);
}

bool session_purge(struct ctx *ctx, int64_t *deleted_r)
{
	struct query_args args = query_args(ctx);
	arg_instant(&args, ctx->now);
	struct rows *rows = query_one(ctx, QUERY_SESSION_PURGE, &args);
	*deleted_r = rows ? rows_int(rows, 0, 0) : 0;
	return rows != NULL;
}
