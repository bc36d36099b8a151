/* KPI and formulas over HTTP. Owns nothing. Refuses: a formula that cannot be read, with the place; one for months that are over. */
#include "quality/kpi.h"

#include "http/body.h"
#include "quality/kpi.sql.h"
#include "supply/terms.h"

#include <string.h>

/* A month of a parameter; false: it is none. NULL when absent. */
static bool month_query(struct request *req, const char *name, const char **month_r)
{
	const char *text = request_query(req, name);
	*month_r = text ? quality_month(req->ctx.arena, text) : NULL;
	if (text && !*month_r)
		fail_field(&req->ctx, name, "is a month, YYYY-MM");
	return !text || *month_r;
}

bool quality_kpi_list(struct request *req)
{
	static const char *const names[] = { "from", "to", "person", "team", NULL };
	struct ctx *ctx = &req->ctx;
	struct query_args args = query_args(ctx);
	const char *from, *to, *today;
	int64_t person = query_int(req, "person", 0, 1, INT64_MAX), team = query_int(req, "team", 0, 1, INT64_MAX);
	bool good = month_query(req, "from", &from);
	good = month_query(req, "to", &to) && good;
	if (!query_done(req, names) || !good || !quality_today(ctx, &today))
		return false;
	quality_actor(&args);
	arg_text(&args, from);
	arg_text(&args, to);
	arg_int_or_null(&args, person, person == 0);
	arg_int_or_null(&args, team, team == 0);
	arg_text(&args, today);
	struct rows *rows = query_one(ctx, QUERY_QUALITY_KPI_LIST, &args);
	return rows && quality_reply_row(req, 200, rows);
}

bool quality_kpi_compute(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	const char *today, *month = quality_month(ctx->arena, req->path_arg[0]);
	struct json_out json;
	int count;
	struct body *body = body_open(req);
	if (!body || !body_close(body) || !quality_today(ctx, &today))
		return false;
	if (!month)
		return fail(ctx, ERROR_NOT_FOUND, "There is no such month; it is written YYYY-MM");
	if (strncmp(month, today, 7) >= 0)
		return fail_rule(
			ctx, ERROR_CONFLICT, "month-not-over", NULL, "The month is not over; its figures would change");
	if (!kpi_compute(ctx, month, &count))
		return false;
	json_begin(&json, ctx->arena, 64);
	json_open_object(&json, NULL);
	json_text(&json, "month", req->path_arg[0]);
	json_int(&json, "computed", count);
	json_close_object(&json);
	return reply_json_out(req, 200, &json);
}

bool quality_formula_list(struct request *req)
{
	static const char *const names[] = { NULL };
	if (!query_done(req, names))
		return false;
	struct rows *rows = query_one(&req->ctx, QUERY_QUALITY_FORMULA_LIST, NULL);
	return rows && quality_reply_row(req, 200, rows);
}

static const struct formula *expression_read(struct request *req, struct body *body, const char **text_r)
{
	struct formula_fault fault;
	const struct formula *formula;
	*text_r = body_text(body, "expression", BODY_REQUIRED, 1, FORMULA_BYTES_MAX);
	if (!*text_r)
		return NULL;
	formula = formula_parse(req->ctx.arena, *text_r, &fault);
	if (!formula)
		body_wrong(body, "expression", "%s (at character %zu)", fault.why,
			text_utf8_length(arena_strndup(req->ctx.arena, *text_r, fault.at)) + 1);
	return formula;
}

static const char *month_body(struct request *req, struct body *body, const char *name, enum body_need need)
{
	const char *text = body_text(body, name, need, 7, 7), *month = text ? quality_month(req->ctx.arena, text) : NULL;
	if (text && !month)
		body_wrong(body, name, "is a month, YYYY-MM");
	return month;
}

bool quality_formula_create(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct query_args args = query_args(ctx);
	const char *text, *today;
	struct body *body = body_open(req);
	if (!body)
		return false;
	expression_read(req, body, &text);
	const char *month = month_body(req, body, "valid_from", BODY_REQUIRED);
	const char *note = body_text(body, "note", BODY_OPTIONAL, 1, QUALITY_NOTE_MAX);
	if (!body_close(body) || !quality_today(ctx, &today))
		return false;
	arg_int(&args, ctx->actor.id);
	arg_instant(&args, ctx->now);
	arg_text(&args, text);
	arg_text(&args, month);
	arg_text(&args, arena_printf(ctx->arena, "%.7s-01", today));
	arg_text(&args, note);
	struct rows *rows = query_one(ctx, QUERY_QUALITY_FORMULA_ADD, &args);
	return rows && quality_reply_row(req, 201, rows);
}

bool quality_formula_check(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct json_out json;
	const char *text;
	struct body *body = body_open(req);
	if (!body)
		return false;
	const struct formula *formula = expression_read(req, body, &text);
	const char *month = month_body(req, body, "month", BODY_REQUIRED);
	if (!body_close(body))
		return false;
	json_begin(&json, ctx->arena, 1024);
	json_open_object(&json, NULL);
	json_text(&json, "month", arena_strndup(ctx->arena, month, 7));
	if (!kpi_preview(ctx, month, formula, &json))
		return false;
	json_put_null(&json, "next");
	json_close_object(&json);
	return reply_json_out(req, 200, &json);
}
