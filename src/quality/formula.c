/* Evaluates a parsed formula. See formula.h. */
#include "quality/formula_internal.h"

#include <math.h>

struct run {
	const struct formula *formula;
	const struct measured *measured;
	uint64_t missing;
	bool division;
};

static double value_of(struct run *run, int at);

static const struct node *child(const struct run *run, const struct node *node, int number)
{
	int at = node->first;
	while (number-- > 0)
		at = run->formula->node[at].next;
	return &run->formula->node[at];
}

static double argument(struct run *run, const struct node *node, int number)
{
	return value_of(run, (int)(child(run, node, number) - run->formula->node));
}

static bool holds(struct run *run, const struct node *node)
{
	double left = argument(run, node, 0), right = argument(run, node, 1);
	switch (node->kind) {
	case NODE_LESS:
		return left < right;
	case NODE_LESS_EQUAL:
		return left <= right;
	case NODE_GREATER:
		return left > right;
	default:
		return left >= right;
	}
}

static double divide(struct run *run, double left, double right)
{
	if (right == 0) {
		run->division = true;
		return 0;
	}
	return left / right;
}

static double extreme(struct run *run, const struct node *node, bool greatest)
{
	double best = argument(run, node, 0);
	for (int at = child(run, node, 0)->next; at >= 0; at = run->formula->node[at].next) {
		double value = value_of(run, at);
		if (greatest ? value > best : value < best)
			best = value;
	}
	return best;
}

/* What is missing in the first argument is not missing in the whole. */
static double given(struct run *run, const struct node *node)
{
	uint64_t before = run->missing;
	bool division = run->division;
	run->missing = 0;
	run->division = false;
	double value = argument(run, node, 0);
	bool known = run->missing == 0 && !run->division;
	run->missing = before;
	run->division = division;
	return known ? value : argument(run, node, 1);
}

static double choose(struct run *run, const struct node *node)
{
	uint64_t before = run->missing;
	bool taken = holds(run, child(run, node, 0));
	/* When the question itself cannot be answered neither branch is looked at. */
	return run->missing != before ? 0 : argument(run, node, taken ? 1 : 2);
}

static double clamp(struct run *run, const struct node *node)
{
	double value = argument(run, node, 0), low = argument(run, node, 1), high = argument(run, node, 2);
	return value < low ? low : value > high ? high : value;
}

static double measure_value(struct run *run, enum measure measure)
{
	if (run->measured[measure].known)
		return run->measured[measure].value;
	run->missing |= UINT64_C(1) << measure;
	return 0;
}

static double value_of(struct run *run, int at)
{
	const struct node *node = &run->formula->node[at];
	switch (node->kind) {
	case NODE_NUMBER:
		return node->number;
	case NODE_MEASURE:
		return measure_value(run, node->measure);
	case NODE_ADD:
		return argument(run, node, 0) + argument(run, node, 1);
	case NODE_SUBTRACT:
		return argument(run, node, 0) - argument(run, node, 1);
	case NODE_MULTIPLY:
		return argument(run, node, 0) * argument(run, node, 1);
	case NODE_DIVIDE:
		return divide(run, argument(run, node, 0), argument(run, node, 1));
	case NODE_NEGATE:
		return -argument(run, node, 0);
	case NODE_MIN:
	case NODE_MAX:
		return extreme(run, node, node->kind == NODE_MAX);
	case NODE_CLAMP:
		return clamp(run, node);
	case NODE_ROUND:
		return round(argument(run, node, 0));
	case NODE_ABS:
		return fabs(argument(run, node, 0));
	case NODE_GIVEN:
		return given(run, node);
	case NODE_IF:
		return choose(run, node);
	default:
		return holds(run, node) ? 1 : 0;
	}
}

static void add_term(struct run *run, int at, bool negative, struct formula_result *result)
{
	const struct node *node = &run->formula->node[at];
	struct formula_term *term = &result->term[result->term_count++];
	uint64_t missing = run->missing;
	bool division = run->division;
	run->missing = 0;
	run->division = false;
	double value = value_of(run, at);
	*term = (struct formula_term){ run->formula->text + node->from, node->to - node->from, negative,
		{ run->missing == 0 && !run->division && isfinite(value), negative ? -value : value } };
	run->missing = missing;
	run->division = division;
}

/* The outermost sum, in the order written. Parts beyond the bound stay together in the first one. */
static void add_terms(struct run *run, int at, int room, struct formula_result *result)
{
	const struct node *node = &run->formula->node[at];
	if ((node->kind != NODE_ADD && node->kind != NODE_SUBTRACT) || node->wrapped || room < 2) {
		add_term(run, at, false, result);
		return;
	}
	add_terms(run, node->first, room - 1, result);
	add_term(run, run->formula->node[node->first].next, node->kind == NODE_SUBTRACT, result);
}

void formula_evaluate(const struct formula *formula, const struct measured *measured, struct formula_result *result_r)
{
	struct run run = { .formula = formula, .measured = measured };
	result_r->term_count = 0;
	result_r->value = value_of(&run, formula->root);
	result_r->missing = run.missing;
	if (run.missing)
		result_r->outcome = FORMULA_MISSING;
	else if (run.division)
		result_r->outcome = FORMULA_DIVISION;
	else if (!isfinite(result_r->value) || fabs(result_r->value) > FORMULA_VALUE_MAX)
		result_r->outcome = FORMULA_TOO_LARGE;
	else
		result_r->outcome = FORMULA_GOOD;
	add_terms(&run, formula->root, FORMULA_TERMS_MAX, result_r);
}
