/* Who is asking. Most requests are answered from the cache; the rest cost one statement. */
#include "people/session.h"

#include "base/config.h"
#include "base/log.h"
#include "db/query.h"
#include "people/secret.h"
#include "people/session.sql.h"
#include "people/session_cache.h"

#include <string.h>
#include <strings.h>

#define CREDENTIAL_BYTES_MAX 200

const char *session_cookie_name(const struct request *req)
{
	return req->secure ? "__Host-vakhta_session" : "vakhta_session";
}

/* "Bearer vkh_…": the scheme in any case, one space or more (RFC 9110, 11.4). NULL: another scheme or none. */
static const char *bearer_token(struct request *req)
{
	const char *header = request_header(req, "authorization");
	if (!header || strncasecmp(header, "Bearer ", 7) != 0)
		return NULL;
	return header + 7 + strspn(header + 7, " ");
}

static struct rows *find(struct request *req, const unsigned char *hash, bool bearer)
{
	struct query_args args = query_args(&req->ctx);
	arg_bytes(&args, hash, SECRET_HASH_BYTES);
	arg_instant(&args, req->ctx.now);
	if (!bearer)
		arg_int(&args, req->ctx.config->session_idle_s);
	return query_run(&req->ctx, bearer ? QUERY_SESSION_FIND_TOKEN : QUERY_SESSION_FIND, &args);
}

static void read_facts(struct ctx *ctx, const struct rows *rows, bool bearer, struct session_facts *facts)
{
	const char *const *teams;
	struct actor *actor = &facts->actor;
	*facts = (struct session_facts){ 0 };
	if (bearer)
		facts->token_id = rows_int(rows, 0, 0);
	else
		actor->session_id = rows_int(rows, 0, 0);
	actor->id = rows_int(rows, 0, 1);
	actor->roles = (uint32_t)rows_int(rows, 0, 2);
	actor->name = rows_text(rows, 0, 3);
	actor->language = rows_text(rows, 0, 4);
	actor->zone = rows_text(rows, 0, 5);
	facts->last_seen_at = rows_instant(rows, 0, 6);
	facts->expires_at = rows_instant(rows, 0, 7);
	int count = rows_array(ctx, rows, 0, 8, &teams);
	for (int i = 0; i < count && actor->team_count < ACTOR_TEAMS_MAX; i++)
		if (text_parse_int64(teams[i], &actor->teams[actor->team_count]))
			actor->team_count++;
}

/* A failure to note the use is no reason to refuse the work; the database's trouble, if it is one, shows in the next statement. */
static void touch(struct ctx *ctx, const struct session_facts *facts)
{
	struct query_args args = query_args(ctx);
	arg_int(&args, facts->actor.session_id);
	arg_int(&args, facts->token_id);
	arg_instant(&args, ctx->now);
	if (query_run(ctx, QUERY_SESSION_TOUCH, &args))
		return;
	log_event(
		LOG_WARN, "session.touch_failed", LOG_TEXT("request", ctx->request_id), LOG_TEXT("why", ctx->error.log_detail));
	error_clear(ctx);
}

static bool is_over(const struct ctx *ctx, const struct session_facts *facts)
{
	if (facts->expires_at != INSTANT_NONE && facts->expires_at <= ctx->now)
		return true;
	return facts->token_id == 0 && facts->last_seen_at + ctx->config->session_idle_s <= ctx->now;
}

bool session_authenticate(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	const char *bearer = bearer_token(req);
	const char *credential = bearer ? bearer : request_cookie(req, session_cookie_name(req));
	unsigned char hash[SECRET_HASH_BYTES];
	struct session_facts facts;
	bool touch_due = false;
	if (!credential || !credential[0] || strlen(credential) > CREDENTIAL_BYTES_MAX)
		return true;
	if (bearer && strncmp(bearer, TOKEN_PREFIX, strlen(TOKEN_PREFIX)) != 0)
		return true;
	secret_hash(credential, hash);
	if (!session_cache_get(ctx, hash, &facts, &touch_due)) {
		uint64_t generation = session_cache_generation();
		struct rows *rows = find(req, hash, bearer != NULL);
		if (!rows)
			return false;
		if (rows_count(rows) == 0)
			return true;
		read_facts(ctx, rows, bearer != NULL, &facts);
		touch_due = facts.last_seen_at == INSTANT_NONE || ctx->now - facts.last_seen_at >= SESSION_TOUCH_S;
		if (touch_due)
			facts.last_seen_at = ctx->now;
		session_cache_put(generation, hash, &facts);
	}
	if (is_over(ctx, &facts))
		return true;
	if (touch_due)
		touch(ctx, &facts);
	ctx->actor = facts.actor;
	return true;
}
