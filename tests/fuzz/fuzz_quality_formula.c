/* Feeds any text as a formula: a formula or one reason with its place; a value, or why there is none; summands that lie in the text and add up. */
#include "quality/formula.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_create(65536);
	const char *text = arena_strndup(arena, (const char *)data, size);
	struct measured measured[MEASURE_COUNT];
	struct formula_fault fault;
	struct formula_result result;
	for (int i = 0; i < MEASURE_COUNT; i++)
		measured[i] = (struct measured){ i % 3 != 0, i * 7.25 - 20 };
	const struct formula *formula = formula_parse(arena, text, &fault);
	if ((formula == NULL) != (fault.why != NULL) || (!formula && fault.at > strlen(text)))
		abort();
	if (formula) {
		double sum = 0;
		bool known = true;
		formula_evaluate(formula, measured, &result);
		if ((result.outcome == FORMULA_MISSING) != (result.missing != 0) || result.term_count < 1 ||
			result.term_count > FORMULA_TERMS_MAX)
			abort();
		for (int i = 0; i < result.term_count; i++) {
			const struct formula_term *term = &result.term[i];
			if (term->text < text || term->text + term->length > text + strlen(text) || term->length == 0)
				abort();
			known = known && term->value.known;
			sum += term->value.value;
		}
		if (result.outcome == FORMULA_GOOD && (!known || fabs(sum - result.value) > 1e-6 * (1 + fabs(sum)) + 1e-3))
			abort();
	}
	arena_destroy(arena);
	return 0;
}
