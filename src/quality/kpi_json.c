/* How a KPI came about, as JSON; and which measures have too few facts. Pure. */
#include "quality/kpi.h"

enum need { NEED_TICKETS, NEED_RATINGS, NEED_SAMPLES, NEED_ALWAYS };

static const enum need needed[] = {
#define MEASURE(name, needs) NEED_##needs,
#include "quality/measures.def"
#undef MEASURE
};

static int64_t least(const struct kpi_needs *needs, int measure)
{
	switch (needed[measure]) {
	case NEED_TICKETS:
		return needs->tickets;
	case NEED_RATINGS:
		return needs->ratings;
	case NEED_SAMPLES:
		return needs->samples;
	default:
		return 0;
	}
}

void kpi_apply_needs(struct kpi_subject *subject, const struct kpi_needs *needs)
{
	for (int i = 0; i < MEASURE_COUNT; i++)
		if (subject->facts[i] < least(needs, i))
			subject->measured[i].known = false;
}

const char *kpi_parts_json(struct arena *arena, const struct kpi_subject *subject, const struct formula_result *result)
{
	struct json_out json;
	json_begin(&json, arena, 1024);
	json_open_object(&json, NULL);
	json_open_object(&json, "measures");
	for (int i = 0; i < MEASURE_COUNT; i++) {
		json_open_object(&json, measure_name((enum measure)i));
		quality_number(&json, "value", subject->measured[i].known, subject->measured[i].value);
		json_int(&json, "n", subject->facts[i]);
		json_close_object(&json);
	}
	json_close_object(&json);
	json_open_array(&json, "terms");
	for (int i = 0; i < result->term_count; i++) {
		const struct formula_term *term = &result->term[i];
		json_open_object(&json, NULL);
		json_text(
			&json, "text", arena_printf(arena, "%s%.*s", term->negative ? "- " : "", (int)term->length, term->text));
		quality_number(&json, "value", term->value.known, term->value.value);
		json_close_object(&json);
	}
	json_close_array(&json);
	json_close_object(&json);
	return json.text.data;
}

const char *kpi_missing_json(struct arena *arena, const struct kpi_subject *subject, const struct kpi_needs *needs,
	const struct formula_result *result)
{
	struct json_out json;
	json_begin(&json, arena, 256);
	json_open_array(&json, NULL);
	for (int i = 0; result->outcome == FORMULA_MISSING && i < MEASURE_COUNT; i++) {
		if (!(result->missing >> i & 1))
			continue;
		json_open_object(&json, NULL);
		json_text(&json, "measure", measure_name((enum measure)i));
		json_int(&json, "n", subject->facts[i]);
		json_int(&json, "needs", least(needs, i) > 0 ? least(needs, i) : 1);
		json_close_object(&json);
	}
	if (result->outcome == FORMULA_DIVISION || result->outcome == FORMULA_TOO_LARGE) {
		json_open_object(&json, NULL);
		json_text(&json, "error", result->outcome == FORMULA_DIVISION ? "division" : "too_large");
		json_close_object(&json);
	}
	json_close_array(&json);
	return json.text.data;
}
