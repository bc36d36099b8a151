/* Contracts with their measurable terms. Owns nothing.
 * Refuses: terms that contradict each other: a target twice, steps of credit that do not grow as compliance falls. */
#include "supply/supply.h"

#include "supply/terms.h"

#include <math.h>
#include <string.h>

#define TARGETS_MAX 20 /* four priorities × five metrics */
#define CREDITS_MAX 50
#define COVERAGE_MAX 1000
#define TARGET_MAX_S (10LL * 366 * 86400)

static const char *const metrics[] = { "acknowledge", "response", "workaround", "resolution", "update", NULL };
static const char *const periods[] = { "month", "quarter", "year", NULL };
static const char *const list_names[] = { "supplier", "on", "limit", "cursor", NULL };

struct terms {
	int64_t priority[TARGETS_MAX], target_s[TARGETS_MAX];
	const char *metric[TARGETS_MAX], *goal[TARGETS_MAX];
	int targets;
	const char *credit_metric[CREDITS_MAX], *below[CREDITS_MAX], *credit[CREDITS_MAX];
	double below_value[CREDITS_MAX], credit_value[CREDITS_MAX];
	int credits;
};

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

/* A percentage with at most two decimals, exact as text. */
static const char *percent(struct request *req, struct body *item, const char *name, double *value_r)
{
	json_t *value = body_json(item, name, BODY_REQUIRED);
	double number = json_number_value(value), hundredths = number * 100;
	*value_r = number;
	if (!value)
		return NULL;
	if (!json_is_number(value) || !(number >= 0 && number <= 100) || fabs(hundredths - nearbyint(hundredths)) > 1e-6) {
		body_wrong(item, name, "must be a number from 0 to 100 with at most two decimals");
		return NULL;
	}
	return arena_printf(req->ctx.arena, "%.2f", number);
}

static void targets_read(struct request *req, struct body *body, struct terms *terms)
{
	json_t *targets = body_array(body, "targets", BODY_OPTIONAL, TARGETS_MAX), *value;
	size_t i;
	double goal;
	if (!targets)
		return;
	json_array_foreach (targets, i, value) {
		struct body *item = body_open_nested(body, arena_printf(req->ctx.arena, "/targets/%zu", i), value);
		int n = terms->targets++;
		terms->priority[n] = body_int(item, "priority", BODY_REQUIRED, 1, 4, 0);
		terms->metric[n] = body_choice(item, "metric", BODY_REQUIRED, metrics);
		terms->target_s[n] = body_int(item, "target_s", BODY_REQUIRED, 1, TARGET_MAX_S, 0);
		terms->goal[n] = percent(req, item, "goal_pct", &goal);
		for (int k = 0; k < n; k++)
			if (terms->metric[n] && terms->metric[k] && terms->priority[k] == terms->priority[n] && strcmp(terms->metric[k], terms->metric[n]) == 0)
				body_wrong(item, "metric", "priority %d has a target for %s already", (int)terms->priority[n], terms->metric[n]);
	}
}

static void credits_read(struct request *req, struct body *body, struct terms *terms)
{
	json_t *credits = body_array(body, "credits", BODY_OPTIONAL, CREDITS_MAX), *value;
	size_t i;
	if (!credits)
		return;
	json_array_foreach (credits, i, value) {
		struct body *item = body_open_nested(body, arena_printf(req->ctx.arena, "/credits/%zu", i), value);
		int n = terms->credits++;
		terms->credit_metric[n] = body_choice(item, "metric", BODY_REQUIRED, metrics);
		terms->below[n] = percent(req, item, "below_pct", &terms->below_value[n]);
		terms->credit[n] = percent(req, item, "credit_pct", &terms->credit_value[n]);
		if (terms->below[n] && terms->below_value[n] == 0)
			body_wrong(item, "below_pct", "must be more than 0");
		if (terms->credit[n] && terms->credit_value[n] == 0)
			body_wrong(item, "credit_pct", "must be more than 0");
		for (int k = 0; k < n; k++) {
			if (!terms->credit_metric[n] || !terms->credit_metric[k] || strcmp(terms->credit_metric[k], terms->credit_metric[n]) != 0)
				continue;
			if (terms->below_value[k] == terms->below_value[n])
				body_wrong(item, "below_pct", "%s has a step below %s already", terms->credit_metric[n], terms->below[n]);
			else if ((terms->below_value[k] < terms->below_value[n]) != (terms->credit_value[k] > terms->credit_value[n]))
				body_wrong(item, "credit_pct", "a lower compliance must give a higher credit");
		}
	}
}

static void arg_terms(struct query_args *args, const struct terms *terms, bool targets_given, bool credits_given)
{
	if (targets_given) {
		arg_ints(args, terms->priority, terms->targets);
		arg_texts(args, terms->metric, terms->targets);
		arg_ints(args, terms->target_s, terms->targets);
		arg_texts(args, terms->goal, terms->targets);
	} else {
		for (int i = 0; i < 4; i++)
			arg_text(args, NULL);
	}
	if (credits_given) {
		arg_texts(args, terms->credit_metric, terms->credits);
		arg_texts(args, terms->below, terms->credits);
		arg_texts(args, terms->credit, terms->credits);
	} else {
		for (int i = 0; i < 3; i++)
			arg_text(args, NULL);
	}
}

static bool save(struct request *req, int64_t id, int64_t version, enum body_need need)
{
	struct query_args args = query_args(&req->ctx);
	struct terms *terms = arena_alloc(req->ctx.arena, sizeof(*terms));
	const char *amount = NULL, *currency = NULL;
	const int64_t *coverage = NULL;
	struct body *body = body_open(req);
	if (!body)
		return false;
	const char *number = body_text(body, "number", need, 1, 100);
	const char *name = body_text(body, "name", need, 1, 300);
	int64_t supplier = body_id(body, "supplier", need);
	const char *from = body_day(body, "valid_from", need);
	const char *to = body_day(body, "valid_to", BODY_OPTIONAL);
	bool to_away = body_null(body, "valid_to");
	body_money(body, "price", BODY_OPTIONAL, &amount, &currency);
	bool price_away = body_null(body, "price");
	const char *period = body_choice(body, "price_period", BODY_OPTIONAL, periods);
	int64_t calendar = body_id(body, "calendar", need);
	int64_t pause_limit_s = body_int(body, "pause_limit_s", BODY_OPTIONAL, 1, TARGET_MAX_S, 0);
	bool coverage_given = body_has(body, "coverage"), targets_given = body_has(body, "targets"), credits_given = body_has(body, "credits");
	int coverage_count = body_ids(body, "coverage", BODY_OPTIONAL, COVERAGE_MAX, &coverage);
	targets_read(req, body, terms);
	credits_read(req, body, terms);
	const char *terms_from = id == 0 ? NULL : body_day(body, "terms_from", BODY_OPTIONAL);
	if (from && to && strcmp(to, from) <= 0)
		body_wrong(body, "valid_to", "must be after valid_from");
	if (!body_close(body))
		return false;
	arg_int(&args, req->ctx.actor.id);
	arg_instant(&args, req->ctx.now);
	arg_int_or_null(&args, id, id == 0);
	arg_int(&args, version);
	arg_text(&args, number);
	arg_text(&args, name);
	arg_int_or_null(&args, supplier, supplier == 0);
	arg_text(&args, from);
	arg_text(&args, to);
	arg_bool(&args, to_away);
	arg_text(&args, amount);
	arg_text(&args, currency);
	arg_bool(&args, price_away);
	arg_text(&args, period);
	arg_int_or_null(&args, calendar, calendar == 0);
	arg_int_or_null(&args, pause_limit_s, pause_limit_s == 0);
	if (coverage_given)
		arg_ints(&args, coverage, coverage_count);
	else
		arg_text(&args, NULL);
	arg_terms(&args, terms, targets_given, credits_given);
	arg_text(&args, terms_from);
	struct rows *saved = query_one(&req->ctx, QUERY_CONTRACT_SAVE, &args);
	if (!saved)
		return false;
	struct query_args read_args = query_args(&req->ctx);
	arg_int(&read_args, rows_int(saved, 0, 0));
	arg_instant(&read_args, req->ctx.now);
	return terms_saved(req, QUERY_CONTRACT_READ, &read_args, id == 0 ? "contracts" : NULL);
}

bool contract_create(struct request *req)
{
	return save(req, 0, -1, BODY_REQUIRED);
}

bool contract_update(struct request *req)
{
	int64_t id, version;
	return terms_id(req, "There is no such contract", &id) && request_if_match(req, &version) && save(req, id, version, BODY_OPTIONAL);
}
