/* Computes the KPI of a month and keeps it. Owns nothing.
 * Refuses: a figure from too few facts; it is then missing, with the reason. */
#include "quality/kpi.h"

#include "base/config.h"
#include "quality/kpi.sql.h"

#include <stdlib.h>
#include <string.h>

static bool same_subject(const struct rows *rows, int a, int b)
{
	for (int column = 0; column < 2; column++) {
		const char *left = rows_text(rows, a, column), *right = rows_text(rows, b, column);
		if (!left != !right || (left && strcmp(left, right) != 0))
			return false;
	}
	return true;
}

/* Rows of one subject stand together; returns the row after them. */
static int subject_read(const struct rows *rows, int from, struct kpi_subject *subject_r)
{
	int i = from;
	*subject_r = (struct kpi_subject){
		.person_id = rows_text(rows, from, 0), .team_id = rows_text(rows, from, 1), .name = rows_text(rows, from, 5)
	};
	for (; i < rows_count(rows) && same_subject(rows, from, i); i++) {
		const char *name = rows_text(rows, i, 2), *value = rows_text(rows, i, 3);
		enum measure measure = measure_find(name, strlen(name));
		if (measure == MEASURE_COUNT)
			continue;
		subject_r->measured[measure] = (struct measured){ value != NULL, value ? strtod(value, NULL) : 0 };
		subject_r->facts[measure] = rows_int(rows, i, 4);
	}
	return i;
}

struct month {
	const char *first;
	const char *formula_version;
	const struct formula *formula;
	struct kpi_needs needs;
};

static bool month_read(struct ctx *ctx, const char *first, struct month *month_r)
{
	struct query_args args = query_args(ctx);
	struct formula_fault fault;
	arg_text(&args, first);
	struct rows *rows = query_one(ctx, QUERY_QUALITY_KPI_TERMS, &args);
	if (!rows)
		return false;
	*month_r = (struct month){ .first = first,
		.formula_version = rows_text(rows, 0, 0),
		.needs = { rows_int(rows, 0, 2), rows_int(rows, 0, 3), rows_int(rows, 0, 4) } };
	month_r->formula = formula_parse(ctx->arena, rows_text(rows, 0, 1), &fault);
	if (!month_r->formula)
		return fail_internal(
			ctx, ERROR_INTERNAL, "formula %s of the KPI: %s at %zu", month_r->formula_version, fault.why, fault.at);
	return true;
}

static struct rows *measures(struct ctx *ctx, const char *first)
{
	struct query_args args = query_args(ctx);
	arg_text(&args, first);
	arg_text(&args, ctx->config->desk_zone);
	arg_text(&args, ctx->actor.language ? ctx->actor.language : ctx->config->desk_language);
	return query_run(ctx, QUERY_QUALITY_KPI_MEASURES, &args);
}

static bool keep(struct ctx *ctx, const struct month *month, struct kpi_subject *subject)
{
	struct query_args args = query_args(ctx);
	struct formula_result result;
	kpi_apply_needs(subject, &month->needs);
	formula_evaluate(month->formula, subject->measured, &result);
	arg_text(&args, month->first);
	arg_text(&args, subject->person_id);
	arg_text(&args, subject->team_id);
	arg_text(&args, month->formula_version);
	arg_text(&args, result.outcome == FORMULA_GOOD ? arena_printf(ctx->arena, "%.2f", result.value) : NULL);
	arg_text(&args, kpi_parts_json(ctx->arena, subject, &result));
	arg_text(&args, kpi_missing_json(ctx->arena, subject, &month->needs, &result));
	arg_instant(&args, ctx->now);
	return query_one(ctx, QUERY_QUALITY_KPI_PUT, &args) != NULL;
}

bool kpi_compute(struct ctx *ctx, const char *month, int *count_r)
{
	struct month terms;
	struct rows *rows;
	*count_r = 0;
	if (!month_read(ctx, month, &terms) || !(rows = measures(ctx, month)))
		return false;
	for (int i = 0; i < rows_count(rows); ++*count_r) {
		struct kpi_subject subject;
		i = subject_read(rows, i, &subject);
		if (!keep(ctx, &terms, &subject))
			return false;
	}
	return true;
}

bool kpi_preview(struct ctx *ctx, const char *month, const struct formula *formula, struct json_out *json)
{
	struct month terms;
	struct rows *rows;
	if (!month_read(ctx, month, &terms) || !(rows = measures(ctx, month)))
		return false;
	json_open_array(json, "items");
	for (int i = 0; i < rows_count(rows);) {
		struct kpi_subject subject;
		struct formula_result result;
		i = subject_read(rows, i, &subject);
		if (!subject.team_id)
			continue;
		kpi_apply_needs(&subject, &terms.needs);
		formula_evaluate(formula, subject.measured, &result);
		json_open_object(json, NULL);
		json_ref(json, "team", subject.team_id, subject.name);
		quality_number(json, "value", result.outcome == FORMULA_GOOD, result.value);
		json_raw(json, "why_missing", kpi_missing_json(ctx->arena, &subject, &terms.needs, &result));
		json_close_object(json);
	}
	json_close_array(json);
	return true;
}
