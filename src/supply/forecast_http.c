/* GET /reports/forecast. Owns nothing. Who may call stands in the route table; those readers may see every ticket. */
#include "base/config.h"
#include "db/query.h"
#include "http/request.h"
#include "supply/forecast_load.h"
#include "supply/supply.h"

bool forecast_read(struct request *req)
{
	static const char *const names[] = { "hours", "supplier", NULL };
	struct ctx *ctx = &req->ctx;
	struct json_out json;
	bool concerns;
	struct forecast_request request = { .hours = query_int(req, "hours", ctx->config->forecast_hours, 1, FORECAST_HOURS_MAX),
		.supplier_id = query_int(req, "supplier", 0, 1, INT64_MAX),
		.zone = ctx->actor.zone };
	if (!query_done(req, names))
		return false;
	json_begin(&json, ctx->arena, 8192);
	return tx_begin_snapshot(ctx) && forecast_write(ctx, &request, &json, &concerns) && tx_commit(ctx) && reply_json_out(req, 200, &json);
}
