/* What the handlers of quality share. Owns nothing. */
#include "quality/quality.h"

#include "base/config.h"
#include "quality/common.sql.h"

#include <stdio.h>
#include <string.h>

void quality_actor(struct query_args *args)
{
	arg_int(args, args->ctx->actor.id);
	arg_int(args, args->ctx->actor.roles);
}

bool quality_today(struct ctx *ctx, const char **today_r)
{
	struct query_args args = query_args(ctx);
	arg_instant(&args, ctx->now);
	arg_text(&args, ctx->config->desk_zone);
	struct rows *rows = query_one(ctx, QUERY_QUALITY_TODAY, &args);
	if (!rows)
		return false;
	*today_r = rows_text(rows, 0, 0);
	return true;
}

bool quality_reply_row(struct request *req, int status, const struct rows *rows)
{
	if (rows_count(rows) == 0)
		return fail(&req->ctx, ERROR_NOT_FOUND, "There is no such thing, or it is not yours to see");
	return reply_json(req, status, rows_text(rows, 0, 0), rows_length(rows, 0, 0));
}

const char *quality_month(struct arena *arena, const char *text)
{
	int64_t day;
	const char *first = arena_printf(arena, "%s-01", text);
	return strlen(text) == 7 && day_parse(first, &day) ? first : NULL;
}

void quality_number(struct json_out *json, const char *key, bool known, double value)
{
	char text[64];
	if (!known) {
		json_put_null(json, key);
		return;
	}
	snprintf(text, sizeof(text), "%.2f", value);
	/* -0.00 is 0. */
	json_raw(json, key, strcmp(text, "-0.00") == 0 ? "0.00" : arena_strdup(json->text.arena, text));
}
