/* Subscriptions to reports, each person's own. Owns nothing.
 * Refuses: other people's subscriptions (they are not there); mail to somebody without an address. */
#include "reports/reports.h"

#include "reports/make.h"
#include "reports/run.sql.h"
#include "supply/terms.h"

static const char *const periods[] = { "monthly", "quarterly", NULL };
static const char *const deliveries[] = { "mail", "download", NULL };
static const char *const list_names[] = { "limit", "cursor", NULL };

#define MISSING "There is no such subscription"

bool report_subscription_list(struct request *req)
{
	struct query_args args = query_args(&req->ctx);
	struct page page;
	if (!query_done(req, list_names) || !page_read(req, &page))
		return false;
	arg_int(&args, req->ctx.actor.id);
	return terms_list(req, QUERY_REPORT_SUBSCRIPTION_LIST, &args, &page);
}

bool report_subscription_read(struct request *req)
{
	struct query_args args = query_args(&req->ctx);
	int64_t id;
	if (!terms_id(req, MISSING, &id))
		return false;
	arg_int(&args, id);
	arg_int(&args, req->ctx.actor.id);
	struct rows *rows = query_run(&req->ctx, QUERY_REPORT_SUBSCRIPTION_READ, &args);
	if (!rows)
		return false;
	if (rows_count(rows) == 0)
		return fail(&req->ctx, ERROR_NOT_FOUND, MISSING);
	reply_etag(req, rows_int(rows, 0, 1));
	return reply_json(req, 200, rows_text(rows, 0, 0), rows_length(rows, 0, 0));
}

static bool save(struct request *req, int64_t id, int64_t version, enum body_need need)
{
	struct ctx *ctx = &req->ctx;
	struct query_args args = query_args(ctx);
	struct body *body = body_open(req);
	if (!body)
		return false;
	const char *report = body_choice(body, "report", need, report_kinds);
	const char *period = body_choice(body, "period", need, periods);
	const char *language = body_choice(body, "language", BODY_OPTIONAL, report_languages);
	const char *zone = body_text(body, "zone", BODY_OPTIONAL, 1, ZONE_NAME_MAX);
	int64_t supplier = body_id(body, "supplier", BODY_OPTIONAL);
	bool supplier_taken_away = body_null(body, "supplier");
	const char *delivery = body_choice(body, "delivery", need, deliveries);
	bool active = body_bool(body, "active", true), active_given = body_has(body, "active");
	if (zone && !report_zone_exists(zone))
		body_wrong(body, "zone", "there is no such time zone");
	if (!body_close(body))
		return false;
	if (id == 0) {
		language = language ? language : ctx->actor.language;
		zone = zone ? zone : ctx->actor.zone;
	}
	arg_int_or_null(&args, id, id == 0);
	arg_int(&args, version);
	arg_int(&args, ctx->actor.id);
	arg_text(&args, report);
	arg_text(&args, period);
	arg_text(&args, language);
	arg_text(&args, zone);
	arg_int_or_null(&args, supplier, supplier == 0);
	arg_bool(&args, supplier_taken_away);
	arg_text(&args, delivery);
	arg_text(&args, active_given ? (active ? "true" : "false") : NULL);
	arg_instant(&args, ctx->now);
	return terms_saved(req, QUERY_REPORT_SUBSCRIPTION_SAVE, &args, id == 0 ? "report-subscriptions" : NULL);
}

bool report_subscription_create(struct request *req)
{
	return save(req, 0, -1, BODY_REQUIRED);
}

bool report_subscription_update(struct request *req)
{
	int64_t id, version;
	return terms_id(req, MISSING, &id) && request_if_match(req, &version) && save(req, id, version, BODY_OPTIONAL);
}

bool report_subscription_delete(struct request *req)
{
	struct query_args args = query_args(&req->ctx);
	int64_t id;
	if (!terms_id(req, MISSING, &id))
		return false;
	arg_int(&args, id);
	arg_int(&args, req->ctx.actor.id);
	struct rows *rows = query_run(&req->ctx, QUERY_REPORT_SUBSCRIPTION_DELETE, &args);
	if (!rows)
		return false;
	if (rows_count(rows) == 0)
		return fail(&req->ctx, ERROR_NOT_FOUND, MISSING);
	return reply_empty(req, 204);
}
