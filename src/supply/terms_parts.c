/* Targets, credits, reasons of pauses, escalation steps and filters of classes. Owns nothing.
 * Refuses: the same twice; a lower compliance with a smaller credit; filters that no CI of the class can fit. */
#include "supply/terms_parts.h"

#include "cmdb/model.h"
#include "cmdb/value.h"
#include "supply/terms.h"

#include <string.h>

#define TARGETS_MAX 20 /* four priorities × five metrics */
#define CREDITS_MAX 50
#define REASONS_MAX 30
#define STEPS_MAX 40
#define FILTER_MAX 20

static const char *const metrics[] = { "acknowledge", "response", "workaround", "resolution", "update", NULL };
static const char *const waits[] = { "us", "supplier", NULL };
static const char *const step_roles[] = { "owner", "lead", "coordinator", "supplier_manager", NULL };

static bool same(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

void terms_targets_read(struct request *req, struct body *body, json_t *terms)
{
	json_t *targets = body_array(body, "targets", BODY_OPTIONAL, TARGETS_MAX), *value, *list;
	const char *metric[TARGETS_MAX] = { NULL };
	int64_t priority[TARGETS_MAX] = { 0 };
	size_t i;
	double goal;
	if (!targets)
		return;
	list = json_array();
	json_array_foreach(targets, i, value)
	{
		struct body *item = body_open_nested(body, arena_printf(req->ctx.arena, "/targets/%zu", i), value);
		priority[i] = body_int(item, "priority", BODY_REQUIRED, 1, 4, 0);
		metric[i] = body_choice(item, "metric", BODY_REQUIRED, metrics);
		int64_t target_s = body_int(item, "target_s", BODY_REQUIRED, 1, TERMS_TARGET_MAX_S, 0);
		const char *goal_pct = terms_percent(req, item, "goal_pct", BODY_REQUIRED, &goal);
		for (size_t k = 0; k < i; k++)
			if (priority[i] > 0 && priority[k] == priority[i] && same(metric[k], metric[i]))
				body_wrong(item, "metric", "priority %d has a target for %s already", (int)priority[i], metric[i]);
		if (priority[i] > 0 && metric[i] && target_s > 0 && goal_pct)
			json_array_append_new(list,
				json_pack("{s:I,s:s,s:I,s:s}", "priority", (json_int_t)priority[i], "metric", metric[i], "target_s",
					(json_int_t)target_s, "goal_pct", goal_pct));
	}
	json_object_set_new(terms, "targets", list);
}

struct credit {
	const char *metric, *below, *credit;
	double below_value, credit_value;
};

static void credit_against(struct body *item, const struct credit *mine, const struct credit *other)
{
	if (!same(mine->metric, other->metric) || !mine->below || !other->below)
		return;
	if (other->below_value == mine->below_value)
		body_wrong(item, "below_pct", "%s has a step below %s already", mine->metric, mine->below);
	else if (mine->credit && other->credit && mine->credit_value != other->credit_value &&
		(other->below_value < mine->below_value) == (other->credit_value < mine->credit_value))
		body_wrong(item, "credit_pct",
			"contradicts the step below %s: a lower compliance must not give a smaller credit", other->below);
}

void terms_credits_read(struct request *req, struct body *body, json_t *terms)
{
	json_t *credits = body_array(body, "credits", BODY_OPTIONAL, CREDITS_MAX), *value, *list;
	struct credit read[CREDITS_MAX] = { 0 };
	size_t i;
	if (!credits)
		return;
	list = json_array();
	json_array_foreach(credits, i, value)
	{
		struct body *item = body_open_nested(body, arena_printf(req->ctx.arena, "/credits/%zu", i), value);
		struct credit *one = &read[i];
		one->metric = body_choice(item, "metric", BODY_REQUIRED, metrics);
		one->below = terms_percent(req, item, "below_pct", BODY_REQUIRED, &one->below_value);
		one->credit = terms_percent(req, item, "credit_pct", BODY_REQUIRED, &one->credit_value);
		if (one->below && one->below_value == 0)
			body_wrong(item, "below_pct", "must be more than 0");
		if (one->credit && one->credit_value == 0)
			body_wrong(item, "credit_pct", "must be more than 0");
		for (size_t k = 0; k < i; k++)
			credit_against(item, one, &read[k]);
		if (one->metric && one->below && one->credit)
			json_array_append_new(list,
				json_pack("{s:s,s:s,s:s}", "metric", one->metric, "below_pct", one->below, "credit_pct", one->credit));
	}
	json_object_set_new(terms, "credits", list);
}

static bool key_valid(const char *key)
{
	if (!(key[0] >= 'a' && key[0] <= 'z') || strlen(key) > 41)
		return false;
	return strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(key);
}

void terms_reasons_read(struct request *req, struct body *body, json_t *terms)
{
	json_t *reasons = body_array(body, "pause_reasons", BODY_OPTIONAL, REASONS_MAX), *value, *list;
	const char *keys[REASONS_MAX] = { NULL };
	size_t i;
	if (!reasons)
		return;
	list = json_array();
	json_array_foreach(reasons, i, value)
	{
		struct body *item = body_open_nested(body, arena_printf(req->ctx.arena, "/pause_reasons/%zu", i), value);
		keys[i] = body_text(item, "key", BODY_REQUIRED, 1, 41);
		const char *en = body_text(item, "name_en", BODY_REQUIRED, 1, 100),
				   *ru = body_text(item, "name_ru", BODY_REQUIRED, 1, 100);
		const char *waits_for = body_choice(item, "waits_for", BODY_REQUIRED, waits);
		if (keys[i] && !key_valid(keys[i]))
			body_wrong(item, "key", "must be a-z, then a-z, 0-9 or _");
		for (size_t k = 0; k < i; k++)
			if (same(keys[k], keys[i]))
				body_wrong(item, "key", "stands here twice");
		if (keys[i] && en && ru && waits_for)
			json_array_append_new(list,
				json_pack("{s:s,s:s,s:s,s:s}", "key", keys[i], "name_en", en, "name_ru", ru, "waits_for", waits_for));
	}
	json_object_set_new(terms, "pause_reasons", list);
}

void terms_steps_read(struct request *req, struct body *body, json_t *terms)
{
	json_t *steps = body_array(body, "escalation_steps", BODY_OPTIONAL, STEPS_MAX), *value, *list;
	const char *role[STEPS_MAX] = { NULL };
	int64_t at_pct[STEPS_MAX] = { 0 };
	size_t i;
	if (!steps)
		return;
	list = json_array();
	json_array_foreach(steps, i, value)
	{
		struct body *item = body_open_nested(body, arena_printf(req->ctx.arena, "/escalation_steps/%zu", i), value);
		at_pct[i] = body_int(item, "at_pct", BODY_REQUIRED, 1, 200, 0);
		role[i] = body_choice(item, "role", BODY_REQUIRED, step_roles);
		for (size_t k = 0; k < i; k++)
			if (at_pct[i] > 0 && at_pct[k] == at_pct[i] && same(role[k], role[i]))
				body_wrong(item, "role", "stands here twice at %d %%", (int)at_pct[i]);
		if (at_pct[i] > 0 && role[i])
			json_array_append_new(list, json_pack("{s:I,s:s}", "at_pct", (json_int_t)at_pct[i], "role", role[i]));
	}
	json_object_set_new(terms, "escalation_steps", list);
}

static const struct attribute *attribute_named(const struct model *scope, const char *name)
{
	for (int i = 0; i < scope->attribute_count; i++)
		if (strcmp(scope->attributes[i].name, name) == 0)
			return &scope->attributes[i];
	return NULL;
}

json_t *terms_filter_read(struct request *req, struct body *item, int64_t class_id)
{
	struct ctx *ctx = &req->ctx;
	struct model scope;
	json_t *given = body_json(item, "filter", BODY_OPTIONAL), *filter = json_object(), *value;
	const char *name;
	INVARIANT(filter != NULL);
	if (class_id <= 0 || !model_load_scope(ctx, arena_printf(ctx->arena, "%lld", (long long)class_id), &scope))
		return filter;
	if (scope.class_count == 0)
		body_wrong(item, "class", "there is no such class");
	if (!given || scope.class_count == 0)
		return filter;
	if (!json_is_object(given) || json_object_size(given) > FILTER_MAX) {
		body_wrong(item, "filter", "must be an object of at most %d attributes and their values", FILTER_MAX);
		return filter;
	}
	json_object_foreach(given, name, value)
	{
		const struct attribute *attribute = attribute_named(&scope, name);
		const char *why = "no attribute of this class has this name", *form = NULL;
		if (attribute && attribute->type == VALUE_JSON)
			why = "attributes of type json cannot be filtered by";
		else if (attribute)
			form = json_is_string(value) ? value_check_text(ctx->arena, attribute, json_string_value(value), &why)
										 : value_check(ctx->arena, attribute, value, &why);
		if (form)
			json_object_set_new(filter, name, json_loads(form, JSON_DECODE_ANY, NULL));
		else
			body_wrong(item, "filter", "%s: %s", name, why);
	}
	return filter;
}
