/* The monthly KPI: measures of the database, the formula of the month, a value or why there is none. */
#ifndef VAKHTA_QUALITY_KPI_H
#define VAKHTA_QUALITY_KPI_H

#include "quality/formula.h"
#include "quality/quality.h"

/* Computes a month ("2026-03-01") for everybody and every team by its formula, in the caller's transaction. */
bool kpi_compute(struct ctx *ctx, const char *month, int *count_r) MUST_CHECK;

/* What a formula would give for the teams of a month, as "items"; nothing is kept. */
bool kpi_preview(struct ctx *ctx, const char *month, const struct formula *formula, struct json_out *json) MUST_CHECK;

/* One subject: what was measured, with how many facts stand behind each. */
struct kpi_subject {
	const char *person_id, *team_id; /* one is NULL */
	const char *name;
	struct measured measured[MEASURE_COUNT];
	int64_t facts[MEASURE_COUNT];
};
struct kpi_needs {
	int64_t tickets, ratings, samples;
};

/* Measures with too few facts become missing. */
void kpi_apply_needs(struct kpi_subject *subject, const struct kpi_needs *needs);
/* {"measures":{…},"terms":[…]} of a result. */
const char *kpi_parts_json(struct arena *arena, const struct kpi_subject *subject, const struct formula_result *result);
/* [{"measure","n","needs"}] or [{"error"}]; "[]" when there is a value. */
const char *kpi_missing_json(struct arena *arena, const struct kpi_subject *subject, const struct kpi_needs *needs,
	const struct formula_result *result);

#endif
