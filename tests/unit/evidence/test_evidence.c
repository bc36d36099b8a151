/* Lift over chance and what is proposed: against tables, against plain sums, and that small numbers do not shout. */
#include "unit.h"

#include "cmdb/evidence/judge.h"

#include <math.h>
#include <string.h>

/* Garwood's limits as they stand in tables. */
static void test_limits_of_tables(void **state)
{
	static const struct {
		int observed;
		double low, high;
	} table[] = { { 0, 0, 3.6889 }, { 1, 0.0253, 5.5716 }, { 2, 0.2422, 7.2247 }, { 3, 0.6187, 8.7673 }, { 5, 1.6235, 11.6683 },
		{ 10, 4.7954, 18.3904 }, { 20, 12.2165, 30.8884 }, { 100, 81.3640, 121.6268 } };
	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct lift lift = lift_of(table[i].observed, 1);
		assert_true(lift.known);
		assert_true(fabs(lift.low - table[i].low) < 0.00006);
		assert_true(fabs(lift.high - table[i].high) < 0.00006);
	}
}

/* P(X >= n) of a Poisson variable, term by term. */
static double at_least(int64_t n, double mean)
{
	double term = exp(-mean), below = 0;
	for (int64_t k = 0; k < n; k++) {
		below += term;
		term *= mean / (double)(k + 1);
	}
	return 1 - below;
}

static void test_limits_by_sums(void **state)
{
	(void)state;
	for (int64_t n = 1; n <= 60; n++)
		for (double expected = 0.3; expected < 50; expected *= 1.7) {
			struct lift lift = lift_of(n, expected);
			assert_true(fabs(lift.value * expected - (double)n) < 1e-9);
			assert_true(fabs(at_least(n, lift.low * expected) - 0.025) < 1e-9);
			assert_true(fabs(1 - at_least(n + 1, lift.high * expected) - 0.025) < 1e-9);
			assert_true(fabs(lift.p - at_least(n, expected)) < 1e-9);
			assert_true(lift.low < lift.value && lift.value < lift.high);
		}
}

static void test_nothing_expected(void **state)
{
	(void)state;
	assert_false(lift_of(3, 0).known);
	assert_false(lift_of(3, NAN).known);
	assert_false(lift_of(-1, 2).known);
	assert_true(lift_of(0, 2).known && lift_of(0, 2).p == 1 && lift_of(0, 2).low == 0);
	/* Far out the sums must still end. */
	assert_true(fabs(lift_of(1000000, 1e6).value - 1) < 1e-12);
	assert_true(lift_of(1000000, 1e6).low > 0.997 && lift_of(1000000, 1e6).high < 1.003);
}

/* The example of Benjamini and Hochberg (1995): of fifteen probabilities four stand at 5 %. */
static void test_discoveries(void **state)
{
	static const double p[] = { 0.0344, 0.0001, 0.7590, 0.0004, 0.0095, 0.0019, 0.0201, 0.0278, 1, 0.0298, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528 };
	bool found[15];
	int count = 0;
	(void)state;
	lift_discoveries(p, 15, 0.05, found);
	for (int i = 0; i < 15; i++) {
		assert_int_equal(found[i], p[i] <= 0.0095);
		count += found[i];
	}
	assert_int_equal(count, 4);
	lift_discoveries(p, 0, 0.05, found);
}

static struct facts used_facts(void)
{
	return (struct facts){ .cis = 100, .filled = 100, .reviewed = 100, .fresh = 100, .distinct_count = 50, .filters = 3, .opened = 10,
		.counted_days = 365, .created_days = 365 };
}

static void with_trouble(struct facts *facts, int64_t observed, double expected, int64_t cis)
{
	facts->observed = observed;
	facts->expected = expected;
	facts->observed_cis = cis;
	facts->changed_cis = 30;
	facts->lift = lift_of(observed, expected);
	facts->named = true;
}

static void test_watch(void **state)
{
	struct facts facts = used_facts();
	(void)state;
	with_trouble(&facts, 20, 5, 12);
	assert_int_equal(judge(&facts).proposal, PROPOSAL_WATCH);
	assert_true(judge(&facts).why[REASON_PRECEDES]);
	facts.named = false; /* one of a hundred that were compared */
	assert_int_equal(judge(&facts).proposal, PROPOSAL_KEEP);
	with_trouble(&facts, 4, 0.1, 4); /* forty times chance, and four cases */
	assert_int_equal(judge(&facts).proposal, PROPOSAL_KEEP);
	with_trouble(&facts, 20, 5, 2); /* two machines */
	assert_int_equal(judge(&facts).proposal, PROPOSAL_KEEP);
	with_trouble(&facts, 8, 5, 8); /* what chance does give */
	assert_int_equal(judge(&facts).proposal, PROPOSAL_KEEP);
	with_trouble(&facts, 20, 5, 12); /* also what nobody looks at */
	facts.filters = 0;
	assert_int_equal(judge(&facts).proposal, PROPOSAL_WATCH);
}

static void test_drop(void **state)
{
	struct facts facts = used_facts();
	(void)state;
	facts.filters = 0;
	assert_int_equal(judge(&facts).proposal, PROPOSAL_KEEP);
	assert_true(judge(&facts).why[REASON_IN_SIGHT]);
	facts.opened = 0;
	assert_int_equal(judge(&facts).proposal, PROPOSAL_DROP);
	assert_true(judge(&facts).why[REASON_UNUSED] && judge(&facts).why[REASON_UNSEEN]);
	facts.counted_days = 59;
	assert_int_equal(judge(&facts).proposal, PROPOSAL_KEEP);
	assert_true(judge(&facts).why[REASON_EARLY] && !judge(&facts).why[REASON_UNUSED]);
	facts.counted_days = 365;
	facts.created_days = 3;
	assert_int_equal(judge(&facts).proposal, PROPOSAL_KEEP);
	facts.created_days = 365;
	facts.needed = true;
	assert_int_equal(judge(&facts).proposal, PROPOSAL_KEEP);
	facts.needed = false;
	facts.opened = 50;
	facts.filled = 49;
	assert_int_equal(judge(&facts).proposal, PROPOSAL_DROP);
	assert_true(judge(&facts).why[REASON_SPARSE] && !judge(&facts).why[REASON_INCOMPLETE]);
	facts.filled = 100;
	facts.distinct_count = 1;
	assert_true(judge(&facts).why[REASON_CONSTANT]);
	facts.programs = 1;
	assert_int_equal(judge(&facts).proposal, PROPOSAL_KEEP);
	facts.programs = 0;
	facts.cis = facts.filled = 0;
	assert_int_equal(judge(&facts).proposal, PROPOSAL_KEEP);
	assert_true(judge(&facts).why[REASON_EMPTY]);
}

static void test_problems(void **state)
{
	struct facts facts = used_facts();
	(void)state;
	struct verdict verdict = judge(&facts);
	for (int i = REASON_PROBLEMS; i < REASONS; i++)
		assert_false(verdict.why[i]);
	facts.filled = 80;
	facts.fresh = 70;
	facts.claimed = 20;
	facts.disagreed = 2;
	verdict = judge(&facts);
	assert_true(verdict.why[REASON_INCOMPLETE] && verdict.why[REASON_STALE] && verdict.why[REASON_DISAGREES]);
	assert_int_equal(verdict.proposal, PROPOSAL_KEEP);
	facts.disagreed = 1; /* one of twenty */
	assert_false(judge(&facts).why[REASON_DISAGREES]);
	for (int i = 0; i < REASONS; i++)
		assert_non_null(reason_names[i]);
	assert_null(reason_names[REASONS]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_limits_of_tables),
		cmocka_unit_test(test_limits_by_sums),
		cmocka_unit_test(test_nothing_expected),
		cmocka_unit_test(test_discoveries),
		cmocka_unit_test(test_watch),
		cmocka_unit_test(test_drop),
		cmocka_unit_test(test_problems),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
