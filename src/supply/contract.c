/* Contracts and the editions of their terms, as forms edit them. Owns nothing.
 * Refuses: to alter an edition that judged cases (schema/rules/46_terms.sql); a change makes another. */
#include "supply/contract.h"

#include "supply/contract.sql.h"
#include "supply/supply.h"
#include "supply/terms.h"

#include <string.h>

static const char *const list_names[] = { "supplier", "on", "limit", "cursor", NULL };
static const char *const save_names[] = { "dry_run", NULL };
static const struct terms_reading by_id = { TERMS_BY_ID, NULL };

bool contract_list(struct request *req)
{
	struct query_args args = query_args(&req->ctx);
	struct page page;
	int64_t supplier = query_int(req, "supplier", 0, 1, INT64_MAX), day;
	const char *on = request_query(req, "on");
	if (on && !day_parse(on, &day))
		fail_field(&req->ctx, "on", "must be a date like 2026-03-02");
	if (!query_done(req, list_names) || !page_read(req, &page))
		return false;
	arg_instant(&args, req->ctx.now);
	arg_int_or_null(&args, supplier, supplier == 0);
	arg_text(&args, on);
	return terms_list(req, QUERY_CONTRACT_LIST, &args, &page);
}

bool contract_read(struct request *req)
{
	struct query_args args = query_args(&req->ctx);
	int64_t id;
	if (!terms_id(req, "There is no such contract", &id))
		return false;
	arg_int(&args, id);
	arg_instant(&args, req->ctx.now);
	return terms_read(req, QUERY_CONTRACT_READ, &args, "There is no such contract");
}

bool contract_edition_list(struct request *req)
{
	return terms_read_id(req, QUERY_CONTRACT_EDITIONS, "There is no such contract");
}

static void arg_json(struct query_args *args, struct ctx *ctx, const json_t *value_or_null)
{
	arg_text(args, value_or_null ? terms_json_text(ctx, (json_t *)value_or_null) : NULL);
}

bool contract_check(struct request *req, int64_t contract, const json_t *header, const json_t *terms,
	struct edition_days days, const char *prefix)
{
	struct ctx *ctx = &req->ctx;
	struct query_args args = query_args(ctx);
	arg_int_or_null(&args, contract, contract == 0);
	arg_json(&args, ctx, header);
	arg_json(&args, ctx, terms);
	arg_text(&args, days.from);
	arg_text(&args, days.to);
	arg_text(&args, prefix);
	arg_instant(&args, ctx->now);
	struct rows *wrong = query_run(ctx, QUERY_TERMS_CHECK, &args);
	if (!wrong)
		return false;
	for (int i = 0; i < rows_count(wrong); i++)
		(fail_field)(ctx, rows_text(wrong, i, 0), "%s", rows_text(wrong, i, 1));
	return ctx->error.kind == ERROR_NONE;
}

bool contract_dry_run(struct request *req, bool *dry_r)
{
	*dry_r = query_flag(req, "dry_run");
	return query_done(req, save_names);
}

bool contract_reply(struct request *req, const struct rows *saved, bool made, bool dry)
{
	if (!dry)
		reply_etag(req, rows_int(saved, 0, 1));
	if (made && !dry)
		reply_location(req, "/api/v1/contracts/%s", rows_text(saved, 0, 0));
	return reply_json(req, made && !dry ? 201 : 200, rows_text(saved, 0, 2), rows_length(saved, 0, 2));
}

/* Number, name, supplier and days, as far as the body has them. */
static json_t *header_read(struct request *req, struct body *body, enum body_need need)
{
	json_t *header = json_object();
	INVARIANT(header != NULL);
	arena_on_release(req->ctx.arena, (void (*)(void *))json_decref, header);
	const char *number = body_text(body, "number", need, 1, 100), *name = body_text(body, "name", need, 1, 300);
	int64_t supplier = body_id(body, "supplier", need);
	const char *from = body_day(body, "valid_from", need), *to = body_day(body, "valid_to", BODY_OPTIONAL);
	if (number)
		json_object_set_new(header, "number", json_string(number));
	if (name)
		json_object_set_new(header, "name", json_string(name));
	if (supplier > 0)
		json_object_set_new(header, "supplier", json_integer(supplier));
	if (from)
		json_object_set_new(header, "valid_from", json_string(from));
	if (to || body_null(body, "valid_to"))
		json_object_set_new(header, "valid_to", to ? json_string(to) : json_null());
	if (from && to && strcmp(to, from) <= 0)
		body_wrong(body, "valid_to", "must be after valid_from");
	return header;
}

struct change {
	int64_t id, version; /* id 0: a new contract */
	json_t *header, *terms;
	struct edition_days days;
	bool whole, dry;
};

static bool save(struct request *req, const struct change *change, bool made)
{
	struct ctx *ctx = &req->ctx;
	struct query_args args = query_args(ctx);
	arg_int(&args, ctx->actor.id);
	arg_instant(&args, ctx->now);
	arg_int_or_null(&args, change->id, change->id == 0);
	arg_int(&args, change->version);
	arg_json(&args, ctx, change->header);
	arg_json(&args, ctx, change->terms);
	arg_text(&args, change->days.from);
	arg_text(&args, change->days.to);
	arg_bool(&args, change->whole);
	arg_bool(&args, change->dry);
	struct rows *saved = query_one(ctx, QUERY_CONTRACT_SAVE, &args);
	return saved && contract_reply(req, saved, made, change->dry);
}

bool contract_create(struct request *req)
{
	struct change change = { .version = -1, .whole = true };
	struct body *body;
	if (!contract_dry_run(req, &change.dry) || !(body = body_open(req)))
		return false;
	change.header = header_read(req, body, BODY_REQUIRED);
	change.terms = terms_body_read(req, body, &by_id, BODY_REQUIRED);
	bool good = body_close(body);
	return contract_check(req, 0, change.header, change.terms, change.days, "") && good && save(req, &change, true);
}

bool contract_update(struct request *req)
{
	struct change change = { 0 };
	struct body *body;
	if (!terms_id(req, "There is no such contract", &change.id) || !request_if_match(req, &change.version) ||
		!contract_dry_run(req, &change.dry) || !(body = body_open(req)))
		return false;
	change.header = header_read(req, body, BODY_OPTIONAL);
	change.terms = terms_body_read(req, body, &by_id, BODY_OPTIONAL);
	change.days.from = body_day(body, "terms_from", BODY_OPTIONAL);
	bool good = body_close(body);
	return contract_check(req, change.id, change.header, change.terms, change.days, "") && good &&
		save(req, &change, false);
}

/* A whole edition: what it does not say is at its default, not as in the edition before. */
bool contract_edition_create(struct request *req)
{
	struct change change = { .whole = true };
	struct body *body;
	if (!terms_id(req, "There is no such contract", &change.id) || !request_if_match(req, &change.version) ||
		!contract_dry_run(req, &change.dry) || !(body = body_open(req)))
		return false;
	change.header = json_object();
	arena_on_release(req->ctx.arena, (void (*)(void *))json_decref, change.header);
	change.days.from = body_day(body, "valid_from", BODY_REQUIRED);
	change.days.to = body_day(body, "valid_to", BODY_OPTIONAL);
	change.terms = terms_body_read(req, body, &by_id, BODY_REQUIRED);
	bool good = body_close(body);
	return contract_check(req, change.id, change.header, change.terms, change.days, "") && good &&
		save(req, &change, true);
}
