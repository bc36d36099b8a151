/* POST /audit/what-if: reads, computes, answers; it is a POST because terms and hours do not fit into an address. */
#include "audit/run.h"
#include "audit/what_if.h"
#include "base/config.h"
#include "db/pool.h"
#include "db/query.h"
#include "http/body.h"

#define YEARS_MAX_DAYS 3653

static void side_end(void *object)
{
	struct ctx *side = object;
	db_conn_destroy(side->db);
	arena_destroy(side->arena);
}

static struct ctx *side_begin(struct ctx *ctx)
{
	struct ctx *side = arena_alloc(ctx->arena, sizeof(*side));
	*side = (struct ctx){ .arena = arena_create(64 * 1024), .config = ctx->config };
	side->db = db_conn_create(ctx->config, DB_RUNTIME, ctx->config->database_statement_ms, true);
	ctx_begin(side);
	arena_on_release(ctx->arena, side_end, side);
	return side;
}

static bool body_read(struct request *req, struct what_if *what_r)
{
	struct ctx *ctx = &req->ctx;
	struct body *body = body_open(req);
	int64_t from, to;
	if (!body)
		return false;
	*what_r = (struct what_if){ .from = body_day(body, "from", BODY_REQUIRED), .to = body_day(body, "to", BODY_REQUIRED), .zone = ctx->actor.zone,
		.supplier_id = body_id(body, "supplier", BODY_OPTIONAL), .contract_id = body_id(body, "contract", BODY_OPTIONAL) };
	const json_t *calendar = body_json(body, "calendar", BODY_OPTIONAL), *terms = body_json(body, "terms", BODY_OPTIONAL);
	if (what_r->from && what_r->to && day_parse(what_r->from, &from) && day_parse(what_r->to, &to) && (to <= from || to - from > YEARS_MAX_DAYS))
		body_wrong(body, "to", "must be after from, at most ten years; it is the first day that no longer belongs to the period");
	if (calendar && !json_is_integer(calendar) && !json_is_object(calendar))
		body_wrong(body, "calendar", "must be the id of a calendar or its hours");
	if (terms && !json_is_integer(terms) && !json_is_object(terms))
		body_wrong(body, "terms", "must be the id of an edition or terms");
	if (!calendar && !terms)
		body_wrong(body, "terms", "say another calendar, other terms, or both");
	if (!body_close(body))
		return false;
	return (!calendar || what_if_calendar_json(ctx, calendar, "/calendar", what_r)) && (!terms || what_if_terms_json(ctx, terms, "/terms", what_r));
}

bool audit_what_if(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct what_if what;
	struct json_out json;
	json_begin(&json, ctx->arena, 16384);
	return body_read(req, &what) && tx_begin_snapshot(ctx) && what_if_write(ctx, side_begin(ctx), &what, &json) && tx_commit(ctx) &&
		reply_json_out(req, 200, &json);
}
