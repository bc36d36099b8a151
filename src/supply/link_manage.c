/* Links of a supplier as managers see them: made, listed, withdrawn. The address is told once, when the link is made.
 * Owns nothing. Refuses: to show an address again; a new link costs nothing. */
#include "supply/supplier_link.h"

#include "base/config.h"
#include "http/body.h"
#include "supply/link.sql.h"
#include "supply/supply.h"
#include "supply/terms.h"

static bool case_of_number(struct request *req, struct body *body, int64_t supplier, int64_t *case_r)
{
	const char *number = body_text(body, "case", BODY_OPTIONAL, 1, 40);
	struct query_args args = query_args(&req->ctx);
	*case_r = 0;
	if (!number)
		return true;
	arg_text(&args, number);
	struct rows *found = query_run(&req->ctx, QUERY_LINK_CASE_OF_NUMBER, &args);
	if (!found)
		return false;
	if (rows_count(found) == 0 || rows_int(found, 0, 1) != supplier)
		body_wrong(body, "case", "is not a case of this supplier");
	else
		*case_r = rows_int(found, 0, 0);
	return true;
}

bool link_create(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct query_args args = query_args(ctx);
	struct json_out json;
	int64_t supplier, case_id;
	struct body *body = body_open(req);
	if (!body)
		return false;
	const char *recipient = body_text(body, "recipient", BODY_OPTIONAL, 1, 320);
	int64_t days = body_int(body, "days", BODY_OPTIONAL, 1, 365, 0);
	if (!terms_id(req, "There is no such supplier", &supplier) || !case_of_number(req, body, supplier, &case_id) || !body_close(body))
		return false;
	if (!tx_begin(ctx))
		return false;
	if (!*ctx->config->http_link_key)
		return fail_rule(ctx, ERROR_CONFLICT, "no-link-key", NULL, "Links need http.link_key_file in the configuration");
	arg_int(&args, ctx->actor.id);
	arg_instant(&args, ctx->now);
	arg_int(&args, supplier);
	arg_int_or_null(&args, case_id, case_id == 0);
	arg_text(&args, recipient);
	arg_int_or_null(&args, days, days == 0);
	struct rows *made = query_one(ctx, QUERY_LINK_MAKE, &args);
	if (!made || !tx_commit(ctx))
		return false;
	const char *url = supplier_link_url(ctx, rows_int(made, 0, 0), rows_int(made, 0, 1), rows_instant(made, 0, 2));
	json_begin(&json, ctx->arena, 512);
	json_open_object(&json, NULL);
	json_raw(&json, "link", rows_text(made, 0, 3));
	json_text(&json, "url", url);
	json_close_object(&json);
	reply_location(req, "/api/v1/suppliers/%lld/links/%s", (long long)supplier, rows_text(made, 0, 0));
	return reply_json_out(req, 201, &json);
}

bool link_list(struct request *req)
{
	static const char *const names[] = { "purpose", "case", "alive", "limit", "cursor", NULL };
	static const char *const purposes[] = { "case", "coordinator", NULL };
	struct query_args args = query_args(&req->ctx);
	struct page page;
	int64_t supplier, case_id = 0;
	const char *number = request_query(req, "case");
	const char *purpose = query_choice(req, "purpose", purposes);
	bool alive = query_flag(req, "alive");
	if (!query_done(req, names) || !page_read(req, &page) || !terms_id(req, "There is no such supplier", &supplier)
		|| (number && !case_number_parse(req, number, &case_id)))
		return false;
	arg_int(&args, supplier);
	arg_int_or_null(&args, case_id, case_id == 0);
	arg_text(&args, purpose);
	arg_bool(&args, alive);
	arg_instant(&args, req->ctx.now);
	return terms_list(req, QUERY_LINK_LIST, &args, &page);
}

bool link_revoke(struct request *req)
{
	struct query_args args = query_args(&req->ctx);
	int64_t supplier, id;
	if (!terms_id(req, "There is no such supplier", &supplier))
		return false;
	if (!text_parse_int64(req->path_arg[1], &id))
		return fail(&req->ctx, ERROR_NOT_FOUND, "There is no such link");
	arg_int(&args, req->ctx.actor.id);
	arg_int(&args, supplier);
	arg_int(&args, id);
	arg_instant(&args, req->ctx.now);
	struct rows *gone = query_run(&req->ctx, QUERY_LINK_REVOKE, &args);
	if (!gone)
		return false;
	return rows_count(gone) > 0 ? reply_empty(req, 204) : fail(&req->ctx, ERROR_NOT_FOUND, "There is no such link");
}
