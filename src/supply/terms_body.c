/* Reading one edition of terms. Owns nothing. Refuses: members that contradict each other, each with its pointer. */
#include "supply/terms_body.h"

#include "supply/terms.h"
#include "supply/terms_parts.h"

#include <math.h>
#include <string.h>

#define COVERAGE_MAX 1000
#define CLASSES_MAX 50

static const char *const periods[] = { "month", "quarter", "year", NULL };

const char *terms_percent(
	struct request *req, struct body *body, const char *name, enum body_need need, double *value_r)
{
	json_t *value = body_json(body, name, need);
	double number = json_number_value(value), hundredths = number * 100;
	*value_r = number;
	if (!value)
		return NULL;
	if (!json_is_number(value) || !(number >= 0 && number <= 100) || fabs(hundredths - nearbyint(hundredths)) > 1e-6) {
		body_wrong(body, name, "must be a number from 0 to 100 with at most two decimals");
		return NULL;
	}
	return arena_printf(req->ctx.arena, "%.2f", number);
}

static int64_t by_key(struct body *body, const char *name, const json_t *ids, const char *what)
{
	const char *key = body_text(body, name, BODY_REQUIRED, 1, 200);
	const json_t *id = key ? json_object_get(ids, key) : NULL;
	if (key && !id)
		body_wrong(body, name, "there is no %s %s here", what, key);
	return json_integer_value(id);
}

static void calendar_read(struct body *body, const struct terms_reading *reading, enum body_need need, json_t *terms)
{
	int64_t id = 0;
	if (reading->refs == TERMS_BY_ID)
		id = body_id(body, "calendar", need);
	else
		id = by_key(body, "calendar", json_object_get(reading->keys, "calendars"), "calendar");
	if (id > 0)
		json_object_set_new(terms, "calendar", json_integer(id));
}

static void money_read(struct body *body, json_t *terms)
{
	const char *amount = NULL, *currency = NULL;
	if (body_money(body, "price", BODY_OPTIONAL, &amount, &currency))
		json_object_set_new(terms, "price", json_pack("{s:s,s:s}", "amount", amount, "currency", currency));
	else if (body_null(body, "price"))
		json_object_set_new(terms, "price", json_null());
}

static void cap_read(struct request *req, struct body *body, json_t *terms)
{
	double number;
	if (body_null(body, "credit_cap_pct")) {
		json_object_set_new(terms, "credit_cap_pct", json_null());
		return;
	}
	const char *cap = terms_percent(req, body, "credit_cap_pct", BODY_OPTIONAL, &number);
	if (cap && number == 0)
		body_wrong(body, "credit_cap_pct", "must be more than 0; null: no cap");
	else if (cap)
		json_object_set_new(terms, "credit_cap_pct", json_string(cap));
}

/* In files a CI has its name beside its id, and both must agree. */
static void coverage_items_read(struct request *req, struct body *body, json_t *terms)
{
	json_t *items = body_array(body, "coverage", BODY_OPTIONAL, COVERAGE_MAX), *value, *ids, *names;
	size_t i;
	if (!items)
		return;
	ids = json_array();
	names = json_object();
	json_array_foreach(items, i, value)
	{
		struct body *item = body_open_nested(body, arena_printf(req->ctx.arena, "/coverage/%zu", i), value);
		int64_t id = body_id(item, "id", BODY_REQUIRED);
		const char *name = body_text(item, "name", BODY_REQUIRED, 1, 1000);
		body_text(item, "class", BODY_OPTIONAL, 1, 63);
		json_array_append_new(ids, json_integer(id));
		if (id > 0 && name)
			json_object_set_new(names, arena_printf(req->ctx.arena, "%lld", (long long)id), json_string(name));
	}
	json_object_set_new(terms, "coverage", ids);
	json_object_set_new(terms, "coverage_names", names);
}

static void coverage_read(struct request *req, struct body *body, const struct terms_reading *reading, json_t *terms)
{
	const int64_t *coverage = NULL;
	if (reading->refs == TERMS_BY_KEY) {
		coverage_items_read(req, body, terms);
		return;
	}
	if (!body_has(body, "coverage"))
		return;
	int count = body_ids(body, "coverage", BODY_OPTIONAL, COVERAGE_MAX, &coverage);
	json_t *ids = json_array();
	for (int i = 0; i < count; i++)
		json_array_append_new(ids, json_integer(coverage[i]));
	json_object_set_new(terms, "coverage", ids);
}

static void classes_read(struct request *req, struct body *body, const struct terms_reading *reading, json_t *terms)
{
	json_t *items = body_array(body, "coverage_classes", BODY_OPTIONAL, CLASSES_MAX), *value, *classes;
	size_t i;
	if (!items)
		return;
	classes = json_array();
	json_array_foreach(items, i, value)
	{
		struct body *item = body_open_nested(body, arena_printf(req->ctx.arena, "/coverage_classes/%zu", i), value);
		int64_t id = reading->refs == TERMS_BY_ID
			? body_id(item, "class", BODY_REQUIRED)
			: by_key(item, "class", json_object_get(reading->keys, "classes"), "class");
		json_t *filter = terms_filter_read(req, item, id);
		json_t *row = json_pack("{s:I,s:o}", "class", (json_int_t)id, "filter", filter);
		for (size_t k = 0; k < json_array_size(classes); k++)
			if (id > 0 && json_equal(json_array_get(classes, k), row))
				body_wrong(item, "class", "this class stands here with the same filter already");
		json_array_append_new(classes, row);
	}
	json_object_set_new(terms, "coverage_classes", classes);
}

json_t *terms_body_read(
	struct request *req, struct body *body, const struct terms_reading *reading, enum body_need need)
{
	json_t *terms = json_object();
	INVARIANT(terms != NULL);
	arena_on_release(req->ctx.arena, (void (*)(void *))json_decref, terms);
	money_read(body, terms);
	const char *period = body_choice(body, "price_period", BODY_OPTIONAL, periods);
	calendar_read(body, reading, need, terms);
	int64_t pause_limit_s = body_int(body, "pause_limit_s", BODY_OPTIONAL, 1, TERMS_TARGET_MAX_S, 0);
	cap_read(req, body, terms);
	if (body_has(body, "automatic_acknowledges"))
		json_object_set_new(
			terms, "automatic_acknowledges", json_boolean(body_bool(body, "automatic_acknowledges", false)));
	const char *note = body_text(body, "note", BODY_OPTIONAL, 0, 2000);
	if (period)
		json_object_set_new(terms, "price_period", json_string(period));
	if (pause_limit_s > 0)
		json_object_set_new(terms, "pause_limit_s", json_integer(pause_limit_s));
	if (note)
		json_object_set_new(terms, "note", json_string(note));
	coverage_read(req, body, reading, terms);
	classes_read(req, body, reading, terms);
	terms_targets_read(req, body, terms);
	terms_credits_read(req, body, terms);
	terms_reasons_read(req, body, terms);
	terms_steps_read(req, body, terms);
	return json_object_size(terms) > 0 ? terms : NULL;
}
