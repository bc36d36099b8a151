/* Owns: who is hit when a CI fails, or on what it depends, with a shortest path to each. The walk is the database's
 * (function cmdb_impact); here the paths are written from the parents of its rows.
 * Refuses: more than 20,000 CIs; the answer says when it was cut. */
#include "cmdb/cmdb.h"
#include "cmdb/model.h"

#include "cmdb/impact.sql.h"
#include "db/query.h"

#include <string.h>

#define REACHED_MAX 20000
#define DEPTH_MAX 50
#define DEPTH_DEFAULT 10

static void write_path(struct json_out *json, const struct rows *rows, int row)
{
	int steps[DEPTH_MAX], count = 0;
	for (int at = row; at >= 0; at = (int)rows_int(rows, at, 7) - 1) {
		INVARIANT(count < DEPTH_MAX);
		steps[count++] = at;
	}
	json_open_array(json, "path");
	while (count-- > 0) {
		json_open_object(json, NULL);
		json_ref(json, "ci", rows_text(rows, steps[count], 0), rows_text(rows, steps[count], 1));
		json_text(json, "relation", rows_text(rows, steps[count], 8));
		json_close_object(json);
	}
	json_close_array(json);
}

static void write_reached(struct json_out *json, const struct ctx *ctx, const struct rows *rows, int row)
{
	json_open_object(json, NULL);
	json_open_object(json, "ci");
	json_raw(json, "id", rows_text(rows, row, 0));
	json_text(json, "name", rows_text(rows, row, 1));
	json_open_object(json, "class");
	json_raw(json, "id", rows_text(rows, row, 2));
	json_text(json, "name", rows_text(rows, row, 3));
	json_text(json, "label", rows_text(rows, row, strcmp(ctx->actor.language, "ru") == 0 ? 5 : 4));
	json_close_object(json);
	json_close_object(json);
	json_raw(json, "depth", rows_text(rows, row, 6));
	write_path(json, rows, row);
	json_close_object(json);
}

/* Services and people hit, open tickets: of the CI itself and of all reached. Tickets that the caller may not see do
 * not count. */
static struct rows *count_hit(struct ctx *ctx, int64_t id, const struct rows *reached, int count, instant at)
{
	int64_t *ids = arena_array(ctx->arena, (size_t)count + 1, sizeof(int64_t));
	ids[0] = id;
	for (int i = 0; i < count; i++)
		ids[i + 1] = rows_int(reached, i, 0);
	struct query_args args = query_args(ctx);
	arg_ints(&args, ids, count + 1);
	arg_instant(&args, at);
	arg_ints(&args, ctx->actor.teams, ctx->actor.team_count);
	arg_bool(&args, CTX_HAS_ROLE(ctx, ROLES_READ_ALL));
	return query_one(ctx, QUERY_IMPACT_TOTALS, &args);
}

bool ci_impact(struct request *req)
{
	static const char *const directions[] = { "up", "down", NULL };
	struct ctx *ctx = &req->ctx;
	struct json_out json;
	int64_t id;
	const char *direction = query_choice(req, "direction", directions);
	int64_t depth = query_int(req, "depth", DEPTH_DEFAULT, 1, DEPTH_MAX);
	instant at = query_instant(req, "at", INSTANT_NONE);
	if (!query_done(req, (const char *const[]){ "direction", "depth", "at", NULL }) || !path_id(req, 0, &id))
		return false;
	struct query_args exists = query_args(ctx), args = query_args(ctx);
	arg_int(&exists, id);
	arg_instant(&exists, at);
	arg_int(&args, id);
	arg_bool(&args, !direction || strcmp(direction, "up") == 0);
	arg_int(&args, depth);
	arg_instant(&args, at);
	arg_int(&args, REACHED_MAX);
	struct query_step steps[2] = { { QUERY_CI_EXISTED, &exists, NULL }, { QUERY_IMPACT, &args, NULL } };
	if (!query_pipeline(ctx, steps, 2))
		return false;
	if (rows_count(steps[0].rows) == 0)
		return fail(ctx, ERROR_NOT_FOUND, "there is no such CI");
	const struct rows *rows = steps[1].rows;
	int count = rows_count(rows) > REACHED_MAX ? REACHED_MAX : rows_count(rows);
	struct rows *totals = count_hit(ctx, id, rows, count, at);
	if (!totals)
		return false;
	json_begin(&json, ctx->arena, 1024 + 256 * (size_t)count);
	json_open_object(&json, NULL);
	json_open_array(&json, "items");
	for (int i = 0; i < count; i++)
		write_reached(&json, ctx, rows, i);
	json_close_array(&json);
	json_raw(&json, "services", rows_text(totals, 0, 0));
	json_raw(&json, "people", rows_text(totals, 0, 1));
	json_raw(&json, "open_tickets", rows_text(totals, 0, 2));
	json_bool(&json, "truncated", rows_count(rows) > REACHED_MAX);
	json_close_object(&json);
	return reply_json_out(req, 200, &json);
}
