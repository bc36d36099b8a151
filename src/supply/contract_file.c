/* Contracts as files (format vakhta-contract-1): the whole contract with all its editions, keys instead of ids. Owns
 * nothing.
 * Refuses: files whose editions overlap, and those that would alter an edition that judged cases. */
#include "supply/contract_file.h"

#include "supply/contract.h"
#include "supply/contract.sql.h"
#include "supply/supply.h"
#include "supply/terms.h"

#include <string.h>

#define EDITIONS_MAX 100

struct edition {
	struct edition_days days; /* `to` as given */
	json_t *terms;
};

static int64_t supplier_of_key(struct body *body, const json_t *keys)
{
	const char *key = body_text(body, "supplier", BODY_REQUIRED, 1, 200);
	const json_t *id = key ? json_object_get(json_object_get(keys, "suppliers"), key) : NULL;
	if (key && !id)
		body_wrong(body, "supplier", "there is no supplier %s here", key);
	return json_integer_value(id);
}

static json_t *header_read(struct request *req, struct body *body, const json_t *keys, struct edition_days *days_r)
{
	json_t *header = json_object();
	INVARIANT(header != NULL);
	arena_on_release(req->ctx.arena, (void (*)(void *))json_decref, header);
	const char *format = body_text(body, "format", BODY_REQUIRED, 1, 100);
	if (format && strcmp(format, "vakhta-contract-1") != 0)
		body_wrong(body, "format", "must be vakhta-contract-1");
	const char *number = body_text(body, "number", BODY_REQUIRED, 1, 100),
			   *name = body_text(body, "name", BODY_REQUIRED, 1, 300);
	days_r->from = body_day(body, "valid_from", BODY_REQUIRED);
	days_r->to = body_day(body, "valid_to", BODY_OPTIONAL);
	if (number)
		json_object_set_new(header, "number", json_string(number));
	if (name)
		json_object_set_new(header, "name", json_string(name));
	/* A supplier that is missing or unknown is named once, here. */
	int64_t supplier = supplier_of_key(body, keys);
	if (supplier != 0)
		json_object_set_new(header, "supplier", json_integer(supplier));
	if (days_r->from)
		json_object_set_new(header, "valid_from", json_string(days_r->from));
	json_object_set_new(header, "valid_to", days_r->to ? json_string(days_r->to) : json_null());
	if (days_r->from && days_r->to && strcmp(days_r->to, days_r->from) <= 0)
		body_wrong(body, "valid_to", "must be after valid_from");
	return header;
}

static void edition_read(struct request *req, struct body *item, const struct terms_reading *reading,
	struct edition_days contract, struct edition *edition)
{
	int64_t number = body_int(item, "edition", BODY_OPTIONAL, 1, 1000000, 0);
	edition->days.from = body_day(item, "valid_from", BODY_REQUIRED);
	edition->days.to = body_day(item, "valid_to", BODY_OPTIONAL);
	edition->terms = terms_body_read(req, item, reading, BODY_REQUIRED);
	if (!edition->terms || !edition->days.from)
		return;
	if (number > 0)
		json_object_set_new(edition->terms, "edition", json_integer(number));
	json_object_set_new(edition->terms, "valid_from", json_string(edition->days.from));
	if (edition->days.to && strcmp(edition->days.to, edition->days.from) <= 0)
		body_wrong(item, "valid_to", "must be after valid_from");
	if ((contract.from && strcmp(edition->days.from, contract.from) < 0) ||
		(contract.to && strcmp(edition->days.from, contract.to) >= 0))
		body_wrong(item, "valid_from", "must lie within the contract");
	if (contract.to && edition->days.to && strcmp(edition->days.to, contract.to) > 0)
		body_wrong(item, "valid_to", "must not be after the end of the contract");
}

/* An open end reaches to the next beginning; any other overlap is refused. */
static void ends_settle(struct body *items[], struct edition *editions, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *next = NULL, *from = editions[i].days.from, *to = editions[i].days.to;
		if (!from || !editions[i].terms)
			continue;
		for (size_t k = 0; k < count; k++) {
			const char *other = editions[k].days.from;
			if (k == i || !other)
				continue;
			if (k < i && strcmp(other, from) == 0)
				body_wrong(items[i], "valid_from", "terms %zu begin on this day too", k + 1);
			if (strcmp(other, from) > 0 && to && strcmp(to, other) > 0)
				body_wrong(items[i], "valid_to", "overlaps terms %zu, which begin on %s", k + 1, other);
			if (strcmp(other, from) > 0 && (!next || strcmp(other, next) < 0))
				next = other;
		}
		const char *until = to ? to : next;
		json_object_set_new(editions[i].terms, "until", until ? json_string(until) : json_null());
	}
}

static json_t *editions_read(
	struct request *req, struct body *body, const struct terms_reading *reading, struct edition_days contract)
{
	struct edition editions[EDITIONS_MAX] = { 0 };
	struct body *items[EDITIONS_MAX] = { NULL };
	json_t *given = body_array(body, "terms", BODY_REQUIRED, EDITIONS_MAX), *value, *list = json_array();
	size_t i, count = json_array_size(given);
	INVARIANT(list != NULL);
	arena_on_release(req->ctx.arena, (void (*)(void *))json_decref, list);
	if (given && count == 0)
		body_wrong(body, "terms", "must have at least one edition");
	json_array_foreach(given, i, value)
	{
		items[i] = body_open_nested(body, arena_printf(req->ctx.arena, "/terms/%zu", i), value);
		edition_read(req, items[i], reading, contract, &editions[i]);
	}
	ends_settle(items, editions, count);
	for (i = 0; i < count; i++) {
		json_array_append(list, editions[i].terms ? editions[i].terms : json_null());
		/* Its errors join the others; what it returns is asked again by body_close. */
		if (editions[i].terms &&
			!contract_check(
				req, 0, NULL, editions[i].terms, editions[i].days, arena_printf(req->ctx.arena, "/terms/%zu", i)))
			continue;
	}
	return list;
}

/* Errors of the database about the editions join those of the file. */
static bool judged_check(struct request *req, int64_t id, json_t *editions)
{
	struct query_args args = query_args(&req->ctx);
	arg_int_or_null(&args, id, id == 0);
	arg_text(&args, terms_json_text(&req->ctx, editions));
	struct rows *wrong = query_run(&req->ctx, QUERY_DOCUMENT_CHECK, &args);
	if (!wrong)
		return false;
	for (int i = 0; i < rows_count(wrong); i++)
		(fail_field)(&req->ctx, rows_text(wrong, i, 0), "%s", rows_text(wrong, i, 1));
	return req->ctx.error.kind == ERROR_NONE;
}

struct rows *contract_file_put(struct request *req, int64_t id, int64_t version, bool dry)
{
	struct ctx *ctx = &req->ctx;
	struct query_args args = query_args(ctx);
	struct edition_days days;
	struct rows *keys = query_one(ctx, QUERY_CONTRACT_KEYS, NULL);
	struct body *body = keys ? body_open(req) : NULL;
	if (!body)
		return NULL;
	json_t *known = json_loads(rows_text(keys, 0, 0), 0, NULL);
	INVARIANT(known != NULL);
	arena_on_release(ctx->arena, (void (*)(void *))json_decref, known);
	const struct terms_reading reading = { TERMS_BY_KEY, known };
	json_t *header = header_read(req, body, known, &days);
	json_t *editions = editions_read(req, body, &reading, days);
	bool good = body_close(body);
	good = contract_check(req, id, header, NULL, (struct edition_days){ 0 }, "") && good;
	if (!good || !judged_check(req, id, editions))
		return NULL;
	arg_int_or_null(&args, ctx->actor.id, ctx->actor.id == 0);
	arg_instant(&args, ctx->now);
	arg_int_or_null(&args, id, id == 0);
	arg_int(&args, version);
	arg_text(&args, terms_json_text(ctx, header));
	arg_text(&args, terms_json_text(ctx, editions));
	arg_bool(&args, dry);
	return query_one(ctx, QUERY_CONTRACT_DOCUMENT_PUT, &args);
}

bool contract_document_read(struct request *req)
{
	return terms_read_id(req, QUERY_CONTRACT_DOCUMENT, "There is no such contract");
}

bool contract_document_update(struct request *req)
{
	int64_t id, version;
	bool dry;
	if (!terms_id(req, "There is no such contract", &id) || !request_if_match(req, &version) ||
		!contract_dry_run(req, &dry))
		return false;
	struct rows *saved = contract_file_put(req, id, version, dry);
	return saved && contract_reply(req, saved, false, dry);
}

bool contract_document_create(struct request *req)
{
	bool dry;
	if (!contract_dry_run(req, &dry))
		return false;
	struct rows *saved = contract_file_put(req, 0, -1, dry);
	return saved && contract_reply(req, saved, true, dry);
}
