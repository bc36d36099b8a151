/* Teams over HTTP. There are few, so the list is whole. */
#include "people/team.h"

#include "db/query.h"
#include "people/person.h"
#include "people/team.sql.h"

static void write_team(struct json_out *json, const struct rows *rows, int row)
{
	json_raw(json, "id", rows_text(rows, row, 0));
	json_text(json, "key", rows_text(rows, row, 1));
	json_text(json, "name", rows_text(rows, row, 2));
	json_raw(json, "level", rows_text(rows, row, 3));
	json_bool(json, "active", rows_bool(rows, row, 4));
}

bool team_list(struct request *req)
{
	static const char *const known[] = { "all", NULL };
	struct ctx *ctx = &req->ctx;
	struct json_out json;
	bool all = query_flag(req, "all");
	if (!query_done(req, known))
		return false;
	struct query_args args = query_args(ctx);
	arg_bool(&args, all);
	arg_text(&args, ctx->actor.language);
	struct rows *rows = query_run(ctx, QUERY_TEAM_LIST, &args);
	if (!rows)
		return false;
	json_begin(&json, ctx->arena, 128 + 128 * (size_t)rows_count(rows));
	json_open_object(&json, NULL);
	json_open_array(&json, "items");
	for (int row = 0; row < rows_count(rows); row++) {
		json_open_object(&json, NULL);
		write_team(&json, rows, row);
		json_raw(&json, "member_count", rows_text(rows, row, 5));
		json_close_object(&json);
	}
	json_close_array(&json);
	json_put_null(&json, "next");
	json_close_object(&json);
	return reply_json_out(req, 200, &json);
}

static void write_member(struct json_out *json, const struct rows *rows, int row, bool whole)
{
	json_open_object(json, NULL);
	json_raw(json, "id", rows_text(rows, row, 0));
	json_text(json, "name", rows_text(rows, row, 1));
	json_bool(json, "lead", rows_bool(rows, row, 2));
	if (whole) {
		json_text(json, "department", rows_text(rows, row, 3));
		json_text(json, "mail", rows_text(rows, row, 4));
		json_text(json, "phone", rows_text(rows, row, 5));
		json_instant(json, "absent_until", rows_instant(rows, row, 6));
		json_bool(json, "present", rows_bool(rows, row, 7));
		json_raw(json, "load", rows_text(rows, row, 8));
	}
	json_close_object(json);
}

bool team_read(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct json_out json;
	int64_t id;
	if (!text_parse_int64(req->path_arg[0], &id))
		return fail(ctx, ERROR_NOT_FOUND, "There is no such team");
	struct query_args team_args = query_args(ctx), member_args = query_args(ctx);
	arg_int(&team_args, id);
	arg_text(&team_args, ctx->actor.language);
	arg_int(&member_args, id);
	arg_instant(&member_args, ctx->now);
	struct query_step steps[] = { { QUERY_TEAM_READ, &team_args, NULL }, { QUERY_TEAM_MEMBERS, &member_args, NULL } };
	if (!query_pipeline(ctx, steps, 2))
		return false;
	const struct rows *team = steps[0].rows, *members = steps[1].rows;
	if (rows_count(team) == 0)
		return fail(ctx, ERROR_NOT_FOUND, "There is no such team");
	json_begin(&json, ctx->arena, 256 + 256 * (size_t)rows_count(members));
	json_open_object(&json, NULL);
	write_team(&json, team, 0);
	json_open_array(&json, "members");
	for (int row = 0; row < rows_count(members); row++)
		write_member(&json, members, row, CTX_HAS_ROLE(ctx, ROLES_SEE_PEOPLE));
	json_close_array(&json);
	json_close_object(&json);
	return reply_json_out(req, 200, &json);
}
