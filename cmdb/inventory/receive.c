/* A message of an agent: limits, who it is, what it says, what becomes of it.
 * Owns nothing. Refuses: what comes too often; tokens that are not ours; agents that are banned, or that enrolled with a token and come
 * without one. A large inventory is kept at once and worked on by jobs.c, so that nobody waits behind it. */
#include "cmdb/inventory/answer.h"
#include "cmdb/inventory/apply.h"
#include "cmdb/inventory/inventory.h"
#include "cmdb/inventory/inventory.sql.h"
#include "cmdb/inventory/limit.h"

#include "base/config.h"
#include "db/query.h"
#include "people/secret.h"

#include <string.h>
#include <strings.h>

/* Work beyond this is done behind the answer. */
#define AT_ONCE_BYTES ((size_t)512 * 1024)
#define AGAIN_S 5

struct met {
	int64_t id;
	const char *state, *refusal;
	bool kept;
	int period_s;
};

/* The password of Basic, or a Bearer token: agents can be configured with the first, scripts like the second. NULL: none, or not readable. */
static const char *token_of_header(struct request *req)
{
	const char *header = request_header(req, "authorization");
	if (!header)
		return NULL;
	if (strncasecmp(header, "Bearer ", 7) == 0)
		return header + 7;
	if (strncasecmp(header, "Basic ", 6) != 0)
		return NULL;
	char *coded = arena_strdup(req->ctx.arena, header + 6);
	size_t length = strcspn(coded, "=");
	coded[length] = '\0';
	for (char *c = coded; *c; c++)
		*c = *c == '+' ? '-' : *c == '/' ? '_' : *c;
	unsigned char *bytes = text_base64url_decode(req->ctx.arena, coded, &length);
	char *text = bytes ? arena_strndup(req->ctx.arena, (const char *)bytes, length) : NULL;
	char *colon = text ? strchr(text, ':') : NULL;
	return colon && colon[1] ? colon + 1 : NULL;
}

static const char *token_of(struct request *req)
{
	return req->path_arg[0] ? req->path_arg[0] : token_of_header(req);
}

static bool too_often(struct request *req, const char *text)
{
	req->ctx.error.retry_after_s = 60;
	return answer_refuse(req, ERROR_TOO_MANY, "too-many-reports", text);
}

static bool refuse(struct request *req, const char *refusal)
{
	if (strcmp(refusal, "token") == 0) {
		if (!inventory_limit("wrong", req->peer ? req->peer : "", req->ctx.now, LIMIT_WRONG_A_MINUTE))
			return too_often(req, "Too many wrong enrolment tokens from this address");
		return answer_refuse(req, ERROR_UNAUTHENTICATED, "token-unknown", "This enrolment token is not one of ours");
	}
	if (strcmp(refusal, "needs-token") == 0)
		return answer_refuse(req, ERROR_UNAUTHENTICATED, "token-missing", "This agent enrolled with a token and must send it with every report");
	if (strcmp(refusal, "full") == 0)
		return too_often(req, "Too many unknown agents wait for a decision");
	return answer_refuse(req, ERROR_UNAUTHENTICATED, "agent-unknown", "Unknown agents are not accepted here; an enrolment token is needed");
}

static bool meet(struct request *req, const struct inventory_message *message, struct met *met_r)
{
	struct ctx *ctx = &req->ctx;
	struct query_args args = query_args(ctx);
	unsigned char hash[SECRET_HASH_BYTES];
	const char *token = token_of(req);
	arg_text(&args, answer_agent_uuid(req));
	arg_text(&args, message->device_id);
	if (token) {
		secret_hash(token, hash);
		arg_bytes(&args, hash, sizeof(hash));
	} else {
		arg_text(&args, NULL);
	}
	arg_text(&args, message->protocol == INVENTORY_GLPI || answer_agent_uuid(req) ? "glpi" : "fusion");
	arg_text(&args, message->machine);
	arg_text(&args, message->program);
	arg_text(&args, message->tag);
	arg_text(&args, req->peer ? req->peer : "");
	arg_instant(&args, ctx->now);
	struct rows *row = query_one(ctx, QUERY_INVENTORY_MEET, &args);
	if (!row)
		return false;
	*met_r = (struct met){
		.id = rows_int(row, 0, 0),
		.state = rows_text(row, 0, 1),
		.refusal = rows_text(row, 0, 2),
		.kept = rows_bool(row, 0, 3),
		.period_s = (int)rows_int(row, 0, 4),
	};
	if (met_r->refusal)
		return refuse(req, met_r->refusal);
	if (strcmp(met_r->state, "banned") == 0)
		return answer_refuse(req, ERROR_FORBIDDEN, "agent-banned", "This agent is not accepted here");
	return true;
}

static bool keep(struct ctx *ctx, int64_t agent, const struct inventory_message *message)
{
	struct query_args args = query_args(ctx);
	arg_int(&args, agent);
	arg_text(&args, message->facts);
	arg_instant(&args, ctx->now);
	return query_one(ctx, QUERY_INVENTORY_KEEP, &args) != NULL;
}

static bool answer_question(struct request *req, const struct inventory_message *message, const struct met *met)
{
	if (strcmp(met->state, "rejected") == 0)
		return answer_asked(req, message, false, met->period_s, "Inventories of this agent are not wanted");
	if (strcmp(met->state, "quarantine") == 0)
		return answer_asked(req, message, !met->kept, met->period_s, "This agent waits for somebody's approval");
	return answer_asked(req, message, true, met->period_s, NULL);
}

static bool receive(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct inventory_message message;
	struct met met;
	if (!inventory_limit("address", req->peer ? req->peer : "", ctx->now, LIMIT_ADDRESS_A_MINUTE))
		return too_often(req, "Too many reports from this address in a minute");
	if (!inventory_message_read(ctx, req->body, req->body_length, ctx->config->inventory_charset, &message))
		return false;
	if (!inventory_limit("agent", message.device_id, ctx->now, LIMIT_AGENT_A_MINUTE))
		return too_often(req, "Too many reports of this agent in a minute");
	if (!meet(req, &message, &met))
		return false;
	if (message.query == INVENTORY_ASKS)
		return answer_question(req, &message, &met);
	if (strcmp(met.state, "rejected") == 0)
		return answer_taken(req, &message, met.period_s);
	if (!keep(ctx, met.id, &message))
		return false;
	if (strcmp(met.state, "known") != 0)
		return answer_taken(req, &message, met.period_s);
	if (message.facts_length > AT_ONCE_BYTES) {
		ctx->after_commit = inventory_jobs_wake;
		return answer_pending(req, &message, met.period_s, AGAIN_S);
	}
	return inventory_apply(ctx, met.id) && answer_taken(req, &message, met.period_s);
}

bool inventory_receive(struct request *req)
{
	return receive(req);
}

/* Agents send user and password only when they are asked for them. */
bool inventory_receive_challenged(struct request *req)
{
	if (!token_of_header(req))
		return answer_refuse(req, ERROR_UNAUTHENTICATED, "token-missing", "Set user and password of the agent: the password is the enrolment token");
	return receive(req);
}

bool inventory_progress(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct query_args args = query_args(ctx);
	const struct inventory_message message = { .protocol = INVENTORY_GLPI };
	const char *uuid = answer_agent_uuid(req);
	if (!inventory_limit("address", req->peer ? req->peer : "", ctx->now, LIMIT_ADDRESS_A_MINUTE))
		return too_often(req, "Too many reports from this address in a minute");
	if (!uuid)
		return answer_refuse(req, ERROR_NOT_FOUND, "agent-unknown", "Only an agent that names itself in GLPI-Agent-ID can ask");
	arg_text(&args, uuid);
	struct rows *row = query_run(ctx, QUERY_INVENTORY_PROGRESS, &args);
	if (!row)
		return false;
	if (rows_count(row) == 0)
		return answer_refuse(req, ERROR_NOT_FOUND, "agent-unknown", "There is no such agent");
	int period_s = (int)rows_int(row, 0, 1);
	if (strcmp(rows_text(row, 0, 0), "waiting") == 0)
		return answer_pending(req, &message, period_s, AGAIN_S);
	if (strcmp(rows_text(row, 0, 0), "failed") == 0)
		return answer_refuse(req, ERROR_CONFLICT, "inventory-failed", "The inventory could not be taken in; an administrator sees why");
	return answer_taken(req, &message, period_s);
}
