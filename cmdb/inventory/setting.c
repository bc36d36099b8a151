/* How agents are treated, as one object with an ETag. */
#include "cmdb/inventory/inventory.h"
#include "cmdb/inventory/inventory.sql.h"

#include "db/query.h"
#include "http/body.h"

bool inventory_setting_read(struct request *req)
{
	struct rows *rows = query_one(&req->ctx, QUERY_INVENTORY_SETTING_JSON, NULL);
	if (!rows)
		return false;
	reply_etag(req, rows_int(rows, 0, 1));
	return reply_json(req, 200, rows_text(rows, 0, 0), rows_length(rows, 0, 0));
}

bool inventory_setting_change(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct query_args args = query_args(ctx);
	int64_t version;
	struct body *body = request_if_match(req, &version) ? body_open(req) : NULL;
	if (!body)
		return false;
	int64_t period_s = body_int(body, "period_s", BODY_OPTIONAL, 60, 31536000, 0);
	int64_t stale_after_s = body_int(body, "stale_after_s", BODY_OPTIONAL, 1, 31536000, 0);
	int64_t quarantine_max = body_int(body, "quarantine_max", BODY_OPTIONAL, 0, 100000, -1);
	bool unknown_said = body_has(body, "accept_unknown"), accept_unknown = body_bool(body, "accept_unknown", true);
	if (!body_close(body))
		return false;
	arg_int(&args, version);
	arg_int_or_null(&args, period_s, period_s == 0);
	arg_int_or_null(&args, stale_after_s, stale_after_s == 0);
	if (unknown_said)
		arg_bool(&args, accept_unknown);
	else
		arg_text(&args, NULL);
	arg_int_or_null(&args, quarantine_max, quarantine_max < 0);
	struct rows *rows = query_run(ctx, QUERY_INVENTORY_SETTING_CHANGE, &args);
	if (!rows)
		return false;
	if (rows_count(rows) == 0)
		return fail(ctx, ERROR_STALE, "Somebody else changed these settings meanwhile");
	ctx->after_commit = inventory_jobs_wake;
	return inventory_setting_read(req);
}
