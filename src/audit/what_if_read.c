/* What is to be other: calendars and terms from files, bodies and the database. */
#include "audit/what_if.h"

#include "audit/audit.sql.h"
#include "db/query.h"
#include "sla/calendar_json.h"
#include "sla/subject.h"

#include <stdlib.h>
#include <string.h>

static void destroy(void *calendar)
{
	calendar_destroy(calendar);
}

bool what_if_calendar_json(struct ctx *ctx, const json_t *json, const char *pointer, struct what_if *what)
{
	char why[1000];
	if (json_is_integer(json))
		return what_if_calendar_id(ctx, json_integer_value(json), pointer, what);
	if (json_is_object(json) && json_is_integer(json_object_get(json, "id")) && !json_object_get(json, "week"))
		return what_if_calendar_id(ctx, json_integer_value(json_object_get(json, "id")), pointer, what);
	/* An exported calendar has a name and more beside its hours. */
	json_t *hours = json_object();
	static const char *const members[] = { "zone", "week", "exceptions" };
	for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++)
		if (json_object_get(json, members[i]))
			json_object_set(hours, members[i], json_object_get(json, members[i]));
	char *text = json_dumps(hours, JSON_COMPACT);
	json_decref(hours);
	INVARIANT(text != NULL);
	arena_on_release(ctx->arena, free, text);
	struct calendar *calendar = calendar_from_json(text, strlen(text), why, sizeof(why));
	if (!calendar)
		return fail_field(ctx, pointer, "%s", why);
	arena_on_release(ctx->arena, destroy, calendar);
	what->calendar = calendar;
	return true;
}

bool what_if_calendar_id(struct ctx *ctx, int64_t id, const char *pointer, struct what_if *what)
{
	struct query_args args = query_args(ctx);
	arg_int(&args, id);
	struct rows *rows = query_run(ctx, QUERY_WHAT_IF_CALENDAR, &args);
	if (!rows)
		return false;
	if (rows_count(rows) == 0)
		return fail_field(ctx, pointer, "there is no such calendar");
	what->calendar = calendar_of_version(ctx, rows_int(rows, 0, 0));
	return what->calendar != NULL;
}

static bool target_json(struct ctx *ctx, const json_t *item, size_t i, const char *pointer, struct what_if *what)
{
	const char *name = json_string_value(json_object_get(item, "metric"));
	enum sla_metric metric = name ? sla_metric_parse(name) : METRIC_COUNT;
	int64_t priority = json_integer_value(json_object_get(item, "priority")), target_s = json_integer_value(json_object_get(item, "target_s"));
	if (metric == METRIC_COUNT || metric == METRIC_OLA || priority < 1 || priority > 4 || target_s <= 0)
		return fail_field(ctx, pointer, "target %zu needs a priority of 1 to 4, a metric of cases and target_s above 0", i + 1);
	if (what->target_s[priority][metric] != 0)
		return fail_field(ctx, pointer, "target %zu: priority %lld has %s already", i + 1, (long long)priority, name);
	what->target_s[priority][metric] = target_s;
	return true;
}

static bool credit_json(struct ctx *ctx, const json_t *item, size_t i, const char *pointer)
{
	const char *name = json_string_value(json_object_get(item, "metric"));
	double below = json_number_value(json_object_get(item, "below_pct")), credit = json_number_value(json_object_get(item, "credit_pct"));
	if (name && sla_metric_parse(name) != METRIC_COUNT && below > 0 && below <= 100 && credit > 0 && credit <= 100)
		return true;
	return fail_field(ctx, pointer, "credit %zu needs a metric, below_pct and credit_pct above 0 and at most 100", i + 1);
}

bool what_if_terms_json(struct ctx *ctx, const json_t *json, const char *pointer, struct what_if *what)
{
	const json_t *targets = json_object_get(json, "targets"), *credits = json_object_get(json, "credits"), *calendar = json_object_get(json, "calendar");
	json_t *item;
	size_t i;
	if (json_is_integer(json))
		return what_if_terms_id(ctx, json_integer_value(json), pointer, what);
	if (json_array_size(targets) == 0)
		return fail_field(ctx, pointer, "needs targets: [{priority, metric, target_s}]");
	json_array_foreach (targets, i, item)
		if (!target_json(ctx, item, i, pointer, what))
			return false;
	json_array_foreach (credits, i, item)
		if (!credit_json(ctx, item, i, pointer))
			return false;
	char *text = credits ? json_dumps(credits, JSON_COMPACT) : NULL;
	if (text)
		arena_on_release(ctx->arena, free, text);
	what->credits = text ? text : "[]";
	what->has_terms = true;
	return !calendar || what->calendar || what_if_calendar_json(ctx, calendar, pointer, what);
}

bool what_if_terms_id(struct ctx *ctx, int64_t id, const char *pointer, struct what_if *what)
{
	struct query_args args = query_args(ctx);
	arg_int(&args, id);
	struct rows *rows = query_run(ctx, QUERY_WHAT_IF_TERMS, &args);
	if (!rows)
		return false;
	if (rows_count(rows) == 0)
		return fail_field(ctx, pointer, "there is no such edition of terms");
	json_t *json = json_loads(rows_text(rows, 0, 0), 0, NULL);
	INVARIANT(json != NULL);
	arena_on_release(ctx->arena, (void (*)(void *))json_decref, json);
	if (what->contract_id == 0)
		what->contract_id = rows_int(rows, 0, 1);
	return what_if_terms_json(ctx, json, pointer, what);
}
