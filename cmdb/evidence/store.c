/* See store.h. */
#include "cmdb/evidence/store.h"

#include "base/config.h"
#include "cmdb/evidence/store.sql.h"
#include "sla/zone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY_S 86400

/* Columns of evidence_attributes. */
enum {
	AT_ID, AT_NAME, AT_LABEL_EN, AT_LABEL_RU, AT_TYPE, AT_UNIT, AT_REQUIRED, AT_PURPOSE, AT_OWNER, AT_SOURCE, AT_REVIEW_DAYS,
	AT_CLASS, AT_CLASS_NAME, AT_CLASS_EN, AT_CLASS_RU,
	AT_FACTS,
	AT_AGE = AT_FACTS + 18,
	AT_OPENED, AT_READS, AT_FILTERS, AT_REPORTS, AT_PROGRAMS, AT_PEOPLE, AT_NEEDED, AT_CREATED_DAYS,
	AT_DECISION, AT_DECISION_NAME, AT_DECISION_REASON, AT_DECIDED_BY, AT_DECIDED_NAME, AT_DECIDED_AT, AT_HOLDS_UNTIL
};

bool evidence_today(struct ctx *ctx, const char **day_r)
{
	char why[128], day[INSTANT_TEXT_BYTES];
	struct zone *zone = zone_load(ctx->config->desk_zone, why, sizeof(why));
	if (!zone)
		return fail_internal(ctx, ERROR_INTERNAL, "desk.zone: %s", why);
	day_format((ctx->now + zone_offset_s(zone, ctx->now)) / DAY_S, day);
	zone_destroy(zone);
	*day_r = arena_strdup(ctx->arena, day);
	return true;
}

bool computation_read(struct ctx *ctx, struct computation *computation_r)
{
	struct rows *rows = query_one(ctx, QUERY_EVIDENCE_COMPUTATION, NULL);
	if (!rows)
		return false;
	*computation_r = (struct computation){
		.known = !rows_null(rows, 0, 0),
		.day = rows_text(rows, 0, 0),
		.rule = rows_text(rows, 0, 1),
		.at = rows_instant(rows, 0, 2),
		.under_way = rows_bool(rows, 0, 3),
		.steps = rows_int(rows, 0, 4),
		.steps_of = rows_int(rows, 0, 5),
		.counted_days = rows_int(rows, 0, 6),
	};
	return true;
}

static double number(const struct rows *rows, int row, int column)
{
	const char *text = rows_text(rows, row, column);
	return text ? strtod(text, NULL) : 0;
}

struct facts evidence_read_facts(const struct rows *rows, int row, int first)
{
	struct facts facts = {
		.cis = rows_int(rows, row, first),
		.filled = rows_int(rows, row, first + 1),
		.reviewed = rows_int(rows, row, first + 2),
		.fresh = rows_int(rows, row, first + 3),
		.distinct_count = rows_int(rows, row, first + 4),
		.changes = rows_int(rows, row, first + 5),
		.fills = rows_int(rows, row, first + 6),
		.batch_changes = rows_int(rows, row, first + 7),
		.answer_changes = rows_int(rows, row, first + 8),
		.changed_cis = rows_int(rows, row, first + 9),
		.ci_days = number(rows, row, first + 10),
		.exposed_days = number(rows, row, first + 11),
		.expected = number(rows, row, first + 12),
		.episodes = rows_int(rows, row, first + 13),
		.observed = rows_int(rows, row, first + 14),
		.observed_cis = rows_int(rows, row, first + 15),
		.claimed = rows_int(rows, row, first + 16),
		.disagreed = rows_int(rows, row, first + 17),
	};
	facts.lift = lift_of(facts.observed, facts.expected);
	return facts;
}

static struct rows *load_rows(struct ctx *ctx, const char *day, int64_t class_id)
{
	struct query_args args = query_args(ctx);
	arg_text(&args, day);
	arg_int_or_null(&args, class_id, class_id == 0);
	return query_run(ctx, QUERY_EVIDENCE_ATTRIBUTES, &args);
}

static struct facts facts_of(const struct rows *rows, int i, int64_t counted_days)
{
	struct facts facts = evidence_read_facts(rows, i, AT_FACTS);
	facts.opened = rows_int(rows, i, AT_OPENED);
	facts.reads = rows_int(rows, i, AT_READS);
	facts.filters = rows_int(rows, i, AT_FILTERS);
	facts.reports = rows_int(rows, i, AT_REPORTS);
	facts.programs = rows_int(rows, i, AT_PROGRAMS);
	facts.counted_days = counted_days;
	facts.created_days = rows_null(rows, i, AT_CREATED_DAYS) ? counted_days : rows_int(rows, i, AT_CREATED_DAYS);
	facts.needed = strcmp(rows_text(rows, i, AT_NEEDED), "{}") != 0;
	return facts;
}

/* Names those attributes of the whole company whose lift stands; returns how many were compared. */
static int name_lifts(struct ctx *ctx, struct facts *facts, int count)
{
	double *p = arena_array(ctx->arena, (size_t)count + 1, sizeof(*p));
	bool *found = arena_array(ctx->arena, (size_t)count + 1, sizeof(*found));
	int *index = arena_array(ctx->arena, (size_t)count + 1, sizeof(*index)), compared = 0;
	for (int i = 0; i < count; i++)
		if (judge_compares(&facts[i])) {
			index[compared] = i;
			p[compared++] = facts[i].lift.p;
		}
	lift_discoveries(p, compared, JUDGE_FALSE_RATE, found);
	for (int i = 0; i < compared; i++)
		facts[index[i]].named = found[i];
	return compared;
}

bool evidence_load(struct ctx *ctx, const struct computation *computation, int64_t class_id, struct evidence *evidence_r)
{
	struct rows *all = load_rows(ctx, computation->day, 0), *rows = all;
	if (!all || (class_id != 0 && !(rows = load_rows(ctx, computation->day, class_id))))
		return false;
	int total = rows_count(all), count = rows_count(rows);
	struct facts *facts_all = arena_array(ctx->arena, (size_t)total + 1, sizeof(*facts_all)), *facts = facts_all;
	for (int i = 0; i < total; i++)
		facts_all[i] = facts_of(all, i, computation->counted_days);
	*evidence_r = (struct evidence){ .count = count, .rows = rows, .compared = name_lifts(ctx, facts_all, total) };
	if (class_id != 0) {
		facts = arena_array(ctx->arena, (size_t)count + 1, sizeof(*facts));
		for (int i = 0; i < count; i++) {
			facts[i] = facts_of(rows, i, computation->counted_days);
			for (int j = 0; j < total; j++)
				if (rows_int(all, j, AT_ID) == rows_int(rows, i, AT_ID))
					facts[i].named = facts_all[j].named;
		}
	}
	evidence_r->facts = facts;
	evidence_r->verdict = arena_array(ctx->arena, (size_t)count + 1, sizeof(*evidence_r->verdict));
	for (int i = 0; i < count; i++)
		evidence_r->verdict[i] = judge(&facts[i]);
	return true;
}

int evidence_find(const struct evidence *evidence, int64_t attribute_id)
{
	for (int i = 0; i < evidence->count; i++)
		if (rows_int(evidence->rows, i, AT_ID) == attribute_id)
			return i;
	return -1;
}

static void put_number(struct json_out *json, const char *key, bool known, double value)
{
	json_raw(json, key, known ? arena_printf(json->text.arena, "%.6g", value) : NULL);
}

void evidence_put_facts(struct json_out *json, const struct facts *facts)
{
	json_int(json, "cis", facts->cis);
	json_int(json, "filled", facts->filled);
	json_int(json, "reviewed", facts->reviewed);
	json_int(json, "fresh", facts->fresh);
	json_int(json, "distinct_count", facts->distinct_count);
	json_int(json, "changes", facts->changes);
	json_int(json, "fills", facts->fills);
	json_int(json, "batch_changes", facts->batch_changes);
	json_int(json, "answer_changes", facts->answer_changes);
	json_int(json, "changed_cis", facts->changed_cis);
	put_number(json, "changes_per_ci_year", facts->ci_days > 0, facts->ci_days > 0 ? (double)facts->changes / facts->ci_days * 365.25 : 0);
	json_open_object(json, "incidents");
	json_int(json, "episodes", facts->episodes);
	json_int(json, "observed", facts->observed);
	json_int(json, "observed_cis", facts->observed_cis);
	put_number(json, "expected", true, facts->expected);
	put_number(json, "exposed_days", true, facts->exposed_days);
	put_number(json, "lift", facts->lift.known, facts->lift.value);
	put_number(json, "low", facts->lift.known, facts->lift.low);
	put_number(json, "high", facts->lift.known, facts->lift.high);
	put_number(json, "p", facts->lift.known, facts->lift.p);
	json_close_object(json);
	json_int(json, "claimed", facts->claimed);
	json_int(json, "disagreed", facts->disagreed);
}

static void put_class(struct json_out *json, const struct ctx *ctx, const struct rows *rows, int i)
{
	json_open_object(json, "class");
	json_raw(json, "id", rows_text(rows, i, AT_CLASS));
	json_text(json, "name", rows_text(rows, i, AT_CLASS_NAME));
	json_text(json, "label", rows_text(rows, i, strcmp(ctx->actor.language, "ru") == 0 ? AT_CLASS_RU : AT_CLASS_EN));
	json_close_object(json);
}

static void put_decision(struct json_out *json, const struct rows *rows, int i)
{
	if (rows_null(rows, i, AT_DECISION)) {
		json_put_null(json, "decision");
		return;
	}
	json_open_object(json, "decision");
	json_raw(json, "id", rows_text(rows, i, AT_DECISION));
	json_text(json, "decision", rows_text(rows, i, AT_DECISION_NAME));
	json_text(json, "reason", rows_text(rows, i, AT_DECISION_REASON));
	json_ref(json, "decided_by", rows_text(rows, i, AT_DECIDED_BY), rows_text(rows, i, AT_DECIDED_NAME));
	json_instant(json, "decided_at", rows_instant(rows, i, AT_DECIDED_AT));
	json_instant(json, "holds_until", rows_instant(rows, i, AT_HOLDS_UNTIL));
	json_close_object(json);
}

void evidence_put_attribute(struct json_out *json, const struct ctx *ctx, const struct evidence *evidence, int i)
{
	const struct rows *rows = evidence->rows;
	json_open_object(json, "attribute");
	json_raw(json, "id", rows_text(rows, i, AT_ID));
	json_text(json, "name", rows_text(rows, i, AT_NAME));
	json_text(json, "label", rows_text(rows, i, strcmp(ctx->actor.language, "ru") == 0 ? AT_LABEL_RU : AT_LABEL_EN));
	json_text(json, "type", rows_text(rows, i, AT_TYPE));
	json_text(json, "unit", rows_text(rows, i, AT_UNIT));
	json_bool(json, "required", rows_bool(rows, i, AT_REQUIRED));
	json_text(json, "purpose", rows_text(rows, i, AT_PURPOSE));
	json_text(json, "owner", rows_text(rows, i, AT_OWNER));
	json_text(json, "source", rows_text(rows, i, AT_SOURCE));
	json_raw(json, "review_days", rows_text(rows, i, AT_REVIEW_DAYS));
	json_close_object(json);
	put_class(json, ctx, rows, i);
	put_decision(json, rows, i);
}

void evidence_put_verdict(struct json_out *json, const struct evidence *evidence, int i)
{
	const struct verdict *verdict = &evidence->verdict[i];
	const struct rows *rows = evidence->rows;
	const char *const *needed;
	json_text(json, "proposal", proposal_names[verdict->proposal]);
	json_open_array(json, "reasons");
	for (int r = 0; r < REASON_PROBLEMS; r++)
		if (verdict->why[r])
			json_text(json, NULL, reason_names[r]);
	json_close_array(json);
	json_open_array(json, "problems");
	for (int r = REASON_PROBLEMS; r < REASONS; r++)
		if (verdict->why[r])
			json_text(json, NULL, reason_names[r]);
	json_close_array(json);
	json_open_object(json, "evidence");
	evidence_put_facts(json, &evidence->facts[i]);
	json_raw(json, "age_median_d", rows_text(rows, i, AT_AGE));
	json_open_object(json, "use");
	json_int(json, "counted_days", evidence->facts[i].counted_days);
	json_int(json, "opened", evidence->facts[i].opened);
	json_int(json, "reads", evidence->facts[i].reads);
	json_int(json, "filters", evidence->facts[i].filters);
	json_int(json, "reports", evidence->facts[i].reports);
	json_int(json, "programs", evidence->facts[i].programs);
	json_int(json, "people", rows_int(rows, i, AT_PEOPLE));
	json_open_array(json, "needed_by");
	struct ctx plain = { .arena = json->text.arena };
	int count = rows_array(&plain, rows, i, AT_NEEDED, &needed);
	for (int n = 0; n < count; n++)
		json_text(json, NULL, needed[n]);
	json_close_array(json);
	json_close_object(json);
	json_close_object(json);
}
