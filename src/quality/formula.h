/* The arithmetic of the KPI: numbers, measures by name, + - * /, parentheses, and the functions
 *     min(a, b, …)  max(a, b, …)  clamp(x, low, high)  round(x)  abs(x)
 *     given(x, otherwise)            x, or the other where a measure in x is missing
 *     if(a >= b, then, otherwise)    with < <= > >=; only the branch that is taken counts
 * A missing measure makes the whole missing, and the answer says which one: no figure rather than a wrong one.
 * Refuses: anything else, so that a formula can be typed by people: it cannot loop, reach anything or grow beyond its bounds.
 * Thread: a parsed formula is immutable. */
#ifndef VAKHTA_QUALITY_FORMULA_H
#define VAKHTA_QUALITY_FORMULA_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FORMULA_BYTES_MAX 2000
#define FORMULA_NODES_MAX 600
#define FORMULA_DEPTH_MAX 40
#define FORMULA_TERMS_MAX 64

enum measure {
#define MEASURE(name, needs) MEASURE_##name,
#include "quality/measures.def"
#undef MEASURE
	MEASURE_COUNT
};

const char *measure_name(enum measure measure);
/* MEASURE_COUNT: there is none of this name. */
enum measure measure_find(const char *name, size_t length);

struct formula;

struct formula_fault {
	size_t at; /* byte in the text */
	const char *why;
};

/* NULL: `fault_r` says where and why. Owns: the arena. The text must live as long as the formula. */
const struct formula *formula_parse(struct arena *arena, const char *text, struct formula_fault *fault_r)
	__attribute__((warn_unused_result));
bool formula_uses(const struct formula *formula, enum measure measure);

struct measured {
	bool known;
	double value;
};

enum formula_outcome {
	FORMULA_GOOD,
	FORMULA_MISSING,   /* `missing` has the measures */
	FORMULA_DIVISION,  /* by zero */
	FORMULA_TOO_LARGE, /* beyond FORMULA_VALUE_MAX, or no number at all */
};

#define FORMULA_VALUE_MAX 9999.99

/* A summand of the formula as written, and what it came to. */
struct formula_term {
	const char *text; /* in the formula's own text */
	size_t length;
	bool negative; /* it is subtracted */
	struct measured value;
};

struct formula_result {
	enum formula_outcome outcome;
	double value;
	uint64_t missing; /* one bit a measure */
	struct formula_term term[FORMULA_TERMS_MAX];
	int term_count;
};

/* `measured` has MEASURE_COUNT entries. */
void formula_evaluate(const struct formula *formula, const struct measured *measured, struct formula_result *result_r);

#endif
