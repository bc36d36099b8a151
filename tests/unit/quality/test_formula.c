/* The arithmetic of the KPI: values, refusals with their places, missing measures, summands; and random formulas, written with their value. */
#include "test_quality.h"

#include "base/text.h"
#include "quality/formula.h"

#include <math.h>
#include <stdio.h>

static struct measured sample[MEASURE_COUNT];

static void fill(void)
{
	for (int i = 0; i < MEASURE_COUNT; i++)
		sample[i] = (struct measured){ true, 10.0 * i + 1 };
	sample[MEASURE_handovers].known = false;
	sample[MEASURE_answered].known = false;
}

static struct formula_result run(struct arena *arena, const char *text)
{
	struct formula_fault fault;
	struct formula_result result;
	const struct formula *formula = formula_parse(arena, text, &fault);
	if (!formula)
		fail_msg("\"%s\": %s at %zu", text, fault.why, fault.at);
	formula_evaluate(formula, sample, &result);
	return result;
}

void test_formula_values(void **state)
{
	static const struct {
		const char *text;
		double value;
	} cases[] = { { "1", 1 }, { " 1.5 ", 1.5 }, { ".25", 0.25 }, { "1+2*3", 7 }, { "(1+2)*3", 9 }, { "8-3-2", 3 },
		{ "8/4/2", 1 }, { "-2*3", -6 }, { "2*-3", -6 }, { "--4", 4 }, { "-(1+2)", -3 }, { "min(3,1,2)", 1 },
		{ "max(3, 1, 2)", 3 }, { "clamp(11, 0, 10)", 10 }, { "clamp(-1,0,10)", 0 }, { "clamp(5,0,10)", 5 },
		{ "round(2.5)", 3 }, { "abs(-2)", 2 }, { "if(1 < 2, 10, 20)", 10 }, { "if(2<=2,10,20)", 10 },
		{ "if(2 > 2, 10, 20)", 20 }, { "if(2 >= 2, 10, 20)", 10 }, { "satisfaction", 21 },
		{ "satisfaction * 2 - response_kept", 41 }, { "given(handovers, 7)", 7 }, { "given(satisfaction, 7)", 21 },
		{ "given(1 / 0, 7)", 7 }, { "if(1 < 2, 1, handovers)", 1 }, { "given(given(handovers, answered), 3)", 3 },
		{ "999999999999999 / 1000000000000000 * 1", 999999999999999e-15 } };
	struct arena *arena = arena_create(65536);
	(void)state;
	fill();
	for (size_t i = 0; i + 1 < sizeof(cases) / sizeof(*cases); i++) {
		struct formula_result result = run(arena, cases[i].text);
		if (result.outcome != FORMULA_GOOD || fabs(result.value - cases[i].value) > 1e-9)
			fail_msg("\"%s\": %f, outcome %d", cases[i].text, result.value, result.outcome);
	}
	assert_int_equal(run(arena, "1/0").outcome, FORMULA_DIVISION);
	assert_int_equal(run(arena, "1/(satisfaction-21)").outcome, FORMULA_DIVISION);
	assert_int_equal(run(arena, "100*100").outcome, FORMULA_TOO_LARGE);
	assert_int_equal(run(arena, "-10000").outcome, FORMULA_TOO_LARGE);
	arena_destroy(arena);
}

void test_formula_faults(void **state)
{
	static const struct {
		const char *text;
		size_t at;
	} cases[] = { { "", 0 }, { "  ", 2 }, { "1+", 2 }, { "1 2", 2 }, { "(1", 2 }, { "1)", 1 }, { "1..2", 0 },
		{ "1.", 0 }, { ".", 0 }, { "foo", 0 }, { "1 + foo", 4 }, { "foo(1)", 0 }, { "min(1)", 0 }, { "round(1,2)", 0 },
		{ "clamp(1,2)", 0 }, { "if(1,2,3)", 4 }, { "if(1<2,3)", 0 }, { "1 < 2", 2 }, { "1e5", 1 }, { "0x10", 1 },
		{ "*2", 0 }, { "2**3", 2 }, { "SATISFACTION", 0 }, { "satisfaction()", 0 }, { "1234567890123456", 0 },
		{ "1;2", 1 }, { "'a'", 0 }, { "1,2", 1 }, { "min(1,)", 6 }, { "min(1,2", 7 }, { "min", 0 }, { "\xd0\xb0", 0 } };
	struct arena *arena = arena_create(65536);
	struct formula_fault fault;
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		if (formula_parse(arena, cases[i].text, &fault))
			fail_msg("\"%s\" was taken", cases[i].text);
		if (!fault.why || fault.at != cases[i].at)
			fail_msg("\"%s\": at %zu: %s", cases[i].text, fault.at, fault.why);
	}
	/* Depth and length are bounded. */
	struct text_out deep;
	text_begin(&deep, arena, 4096);
	for (int i = 0; i < 900; i++)
		text_append_char(&deep, '(');
	assert_null(formula_parse(arena, deep.data, &fault));
	text_begin(&deep, arena, 4096);
	for (int i = 0; i < 900; i++)
		text_append_char(&deep, '-');
	assert_null(formula_parse(arena, deep.data, &fault));
	text_begin(&deep, arena, 4096);
	for (int i = 0; i < 900; i++)
		text_append_z(&deep, "1+");
	text_append_z(&deep, "1");
	assert_null(formula_parse(arena, deep.data, &fault));
	text_append_printf(&deep, "%0900d", 1);
	assert_null(formula_parse(arena, deep.data, &fault));
	arena_destroy(arena);
}

void test_formula_missing(void **state)
{
	struct arena *arena = arena_create(65536);
	struct formula_fault fault;
	(void)state;
	fill();
	struct formula_result result = run(arena, "handovers + satisfaction * answered");
	assert_int_equal(result.outcome, FORMULA_MISSING);
	assert_true(result.missing == (UINT64_C(1) << MEASURE_handovers | UINT64_C(1) << MEASURE_answered));
	assert_int_equal(run(arena, "if(handovers > 1, 2, 3)").outcome, FORMULA_MISSING);
	assert_int_equal(run(arena, "0 * handovers").outcome, FORMULA_MISSING);
	assert_int_equal(run(arena, "given(handovers, answered)").missing, UINT64_C(1) << MEASURE_answered);
	const struct formula *formula = formula_parse(arena, "given(handovers, 0) + tickets", &fault);
	assert_true(formula_uses(formula, MEASURE_handovers) && formula_uses(formula, MEASURE_tickets) &&
		!formula_uses(formula, MEASURE_answered));
	arena_destroy(arena);
}

void test_formula_terms(void **state)
{
	struct arena *arena = arena_create(65536);
	(void)state;
	fill();
	struct formula_result result = run(arena, " 0.5 * satisfaction  + (1 + 2) - min(3, 4) * 2 + handovers ");
	static const char *const texts[] = { "0.5 * satisfaction", "(1 + 2)", "min(3, 4) * 2", "handovers" };
	static const double values[] = { 10.5, 3, -6, 0 };
	assert_int_equal(result.term_count, 4);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(result.term[i].length, strlen(texts[i]));
		assert_memory_equal(result.term[i].text, texts[i], result.term[i].length);
		assert_true(result.term[i].negative == (i == 2));
		assert_true(result.term[i].value.known == (i != 3));
		if (i != 3)
			assert_true(fabs(result.term[i].value.value - values[i]) < 1e-9);
	}
	assert_int_equal(run(arena, "(1 + 2) - 3").term_count, 2);
	assert_int_equal(run(arena, "(1 + 2)").term_count, 1);
	assert_int_equal(run(arena, "-1 + 2").term_count, 2);
	struct text_out many;
	text_begin(&many, arena, 1024);
	for (int i = 0; i < 100; i++)
		text_append_z(&many, i ? " + 1" : "1");
	result = run(arena, many.data);
	assert_int_equal(result.term_count, FORMULA_TERMS_MAX);
	double sum = 0;
	for (int i = 0; i < result.term_count; i++)
		sum += result.term[i].value.value;
	assert_true(sum == 100 && result.value == 100);
	arena_destroy(arena);
}

static uint64_t seed;

static unsigned pick(unsigned below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % below;
}

static void space(struct text_out *out)
{
	for (unsigned i = pick(3); i > 0; i--)
		text_append_char(out, pick(4) ? ' ' : '\n');
}

/* Appends a random formula and returns what it must come to; everything in parentheses, so that the writer needs no ranks. */
static double write_random(struct text_out *out, int depth)
{
	unsigned kind = depth == 0 ? pick(2) : pick(9);
	double left, right;
	space(out);
	if (kind == 0) {
		unsigned whole = pick(1000), part = pick(100);
		text_append_printf(out, "%u.%02u", whole, part);
		return whole + part / 100.0;
	}
	if (kind == 1) {
		enum measure measure = pick(2) ? MEASURE_satisfaction : MEASURE_tickets;
		text_append_z(out, measure_name(measure));
		space(out);
		return sample[measure].value;
	}
	if (kind <= 4) {
		static const char signs[] = "+-*";
		text_append_char(out, '(');
		left = write_random(out, depth - 1);
		text_append_char(out, signs[kind - 2]);
		right = write_random(out, depth - 1);
		space(out);
		text_append_char(out, ')');
		return kind == 2 ? left + right : kind == 3 ? left - right : left * right;
	}
	if (kind == 5) {
		text_append_z(out, "(-");
		left = -write_random(out, depth - 1);
		text_append_char(out, ')');
		return left;
	}
	if (kind == 6) {
		text_append_z(out, "if(");
		left = write_random(out, depth - 1);
		text_append_char(out, '<');
		right = write_random(out, depth - 1);
		text_append_char(out, ',');
		double yes = write_random(out, depth - 1);
		text_append_char(out, ',');
		double no = write_random(out, depth - 1);
		text_append_char(out, ')');
		return left < right ? yes : no;
	}
	text_append_z(out, kind == 7 ? "max(" : "given(");
	left = write_random(out, depth - 1);
	text_append_char(out, ',');
	right = write_random(out, depth - 1);
	text_append_char(out, ')');
	return kind == 7 && right > left ? right : left;
}

void test_formula_random(void **state)
{
	struct arena *arena = arena_create(65536);
	int taken = 0;
	(void)state;
	fill();
	for (int round = 0; round < 3000; round++) {
		struct text_out text;
		struct formula_fault fault;
		struct formula_result result;
		seed = (uint64_t)round;
		text_begin(&text, arena, 512);
		double wanted = write_random(&text, 1 + (int)pick(4));
		const struct formula *formula = formula_parse(arena, text.data, &fault);
		if (!formula) {
			assert_string_equal(fault.why, "the formula is too long");
			continue;
		}
		taken++;
		formula_evaluate(formula, sample, &result);
		if (fabs(wanted) > FORMULA_VALUE_MAX)
			assert_int_equal(result.outcome, FORMULA_TOO_LARGE);
		else if (result.outcome != FORMULA_GOOD || fabs(result.value - wanted) > 1e-6)
			fail_msg("%s = %f, not %f", text.data, wanted, result.value);
		arena_reset(arena);
	}
	assert_true(taken > 2500);
	arena_destroy(arena);
}
