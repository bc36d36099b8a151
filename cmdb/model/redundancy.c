/* Owns: the calls about redundancy groups. Refuses: members that the CI is not related to, more needed than there are,
 * changing a group: it is ended, and another is made, so that the past stays as it was. */
#include "cmdb/model/redundancy.h"

#include "cmdb/model.h"
#include "cmdb/model/redundancy.sql.h"
#include "db/query.h"
#include "http/body.h"

#define MEMBERS_MAX 200

bool redundancy_list(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct json_out json;
	int64_t id;
	instant at = query_instant(req, "at", INSTANT_NONE);
	if (!query_done(req, (const char *const[]){ "at", NULL }) || !path_id(req, 0, &id))
		return false;
	struct query_args args = query_args(ctx);
	arg_int(&args, id);
	arg_instant(&args, at);
	struct rows *rows = query_one(ctx, QUERY_REDUNDANCY_LIST, &args);
	if (!rows)
		return false;
	json_begin(&json, ctx->arena, 4096);
	json_open_object(&json, NULL);
	json_raw(&json, "items", rows_text(rows, 0, 0));
	json_put_null(&json, "next");
	json_close_object(&json);
	return reply_json_out(req, 200, &json);
}

bool redundancy_create(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	const int64_t *members;
	int64_t id;
	if (!path_id(req, 0, &id))
		return false;
	struct body *body = body_open(req);
	if (!body)
		return false;
	const char *name = body_text(body, "name", BODY_REQUIRED, 1, 200);
	const char *type = body_text(body, "type", BODY_REQUIRED, 1, 63);
	int64_t needed = body_int(body, "needed", BODY_REQUIRED, 1, MEMBERS_MAX, 1);
	int count = body_ids(body, "members", BODY_REQUIRED, MEMBERS_MAX, &members);
	if (count > 0 && count <= needed)
		body_wrong(body, "needed", "must be less than the members are: only then may one fail");
	if (!body_close(body))
		return false;
	struct query_args args = query_args(ctx);
	arg_int(&args, id);
	arg_text(&args, type);
	arg_text(&args, name);
	arg_int(&args, needed);
	arg_ints(&args, members, count);
	arg_int(&args, ctx->actor.id);
	arg_instant(&args, ctx->now);
	struct rows *rows = query_one(ctx, QUERY_REDUNDANCY_CREATE, &args);
	if (!rows)
		return false;
	reply_location(req, "/api/v1/cmdb/cis/%lld/redundancies", (long long)id);
	return reply_json(req, 201, rows_text(rows, 0, 0), rows_length(rows, 0, 0));
}

static bool settle(struct request *req, const struct query *query, bool member)
{
	struct ctx *ctx = &req->ctx;
	int64_t id, other = 0;
	if (!path_id(req, 0, &id) || (member && !path_id(req, 1, &other)))
		return false;
	struct query_args args = query_args(ctx);
	arg_int(&args, id);
	arg_int(&args, ctx->actor.id);
	arg_instant(&args, ctx->now);
	if (member)
		arg_int(&args, other);
	return query_run(ctx, query, &args) && reply_empty(req, 204);
}

bool redundancy_end(struct request *req)
{
	return settle(req, QUERY_REDUNDANCY_END, false);
}

bool redundancy_member_put(struct request *req)
{
	struct body *body = body_open(req);
	return body && body_close(body) && settle(req, QUERY_REDUNDANCY_MEMBER_PUT, true);
}

bool redundancy_member_end(struct request *req)
{
	return settle(req, QUERY_REDUNDANCY_MEMBER_END, true);
}
