/* The forecast: how many kept cases a goal still needs, and what is missed if nothing changes, against a search by brute force. */
#include "unit.h"

#include "supply/forecast.h"

#include <stdio.h>

#define GOAL(kept_, breached_, open_, pct_hundredths) \
	(&(struct forecast_goal){ .kept = (kept_), .breached = (breached_), .open = (open_), .goal_sum = (pct_hundredths), .goal_count = 1 })

static void needed_by_hand(void **state)
{
	(void)state;
	assert_int_equal(forecast_needed(GOAL(0, 0, 0, 9500)), 0);
	assert_int_equal(forecast_needed(GOAL(19, 1, 0, 9500)), 0);
	assert_int_equal(forecast_needed(GOAL(18, 1, 0, 9500)), 1);
	assert_int_equal(forecast_needed(GOAL(0, 1, 0, 9500)), 19);
	assert_int_equal(forecast_needed(GOAL(0, 1, 0, 9999)), 9999);
	assert_int_equal(forecast_needed(GOAL(5, 0, 0, 10000)), 0);
	assert_int_equal(forecast_needed(GOAL(5, 1, 3, 10000)), -1);
	assert_int_equal(forecast_needed(GOAL(0, 7, 0, 0)), 0);
}

/* The mean of several goals is not rounded: 95 % and 96 % are 95.5 %. */
static void goals_are_means(void **state)
{
	struct forecast_goal goal = { .kept = 191, .breached = 9, .goal_sum = 9500 + 9600, .goal_count = 2 };
	(void)state;
	assert_int_equal(forecast_needed(&goal), 0);
	goal.kept = 190;
	assert_int_equal(forecast_needed(&goal), 1);
	goal = (struct forecast_goal){ .kept = 2, .breached = 1, .goal_sum = 10000 + 10000 + 0, .goal_count = 3 };
	assert_int_equal(forecast_needed(&goal), 0); /* exactly two thirds */
}

static bool reaches(int64_t kept, int64_t all, int64_t hundredths)
{
	return kept * 10000 >= hundredths * all;
}

static void against_brute_force(void **state)
{
	(void)state;
	for (int64_t kept = 0; kept <= 12; kept++)
		for (int64_t breached = 0; breached <= 6; breached++)
			for (int64_t pct = 0; pct <= 10000; pct += 625) {
				int64_t n = 0;
				while (n < 1000 && !reaches(kept + n, kept + breached + n, pct))
					n++;
				for (int64_t open = 0; open <= 9; open += 3) {
					const struct forecast_goal *goal = GOAL(kept, breached, open, pct);
					bool safe = n == 0 && reaches(kept, kept + breached + open, pct);
					assert_int_equal(forecast_needed(goal), n == 1000 ? -1 : n);
					assert_int_equal(forecast_judge(goal),
						n == 1000 ? FORECAST_IMPOSSIBLE : n > open ? FORECAST_TOO_FEW : safe ? FORECAST_SAFE : FORECAST_AT_RISK);
				}
			}
}

static void outlooks(void **state)
{
	(void)state;
	assert_int_equal(forecast_judge(GOAL(20, 0, 1, 9500)), FORECAST_SAFE);
	assert_int_equal(forecast_judge(GOAL(18, 0, 1, 9500)), FORECAST_AT_RISK);
	assert_int_equal(forecast_judge(GOAL(17, 1, 1, 9500)), FORECAST_TOO_FEW);
	assert_int_equal(forecast_judge(GOAL(17, 1, 2, 9500)), FORECAST_AT_RISK);
	assert_int_equal(forecast_judge(GOAL(99, 1, 50, 10000)), FORECAST_IMPOSSIBLE);
	assert_int_equal(forecast_judge(GOAL(0, 0, 2, 10000)), FORECAST_AT_RISK);
	assert_string_equal(forecast_outlook_name[FORECAST_TOO_FEW], "too_few");
}

static void compliance_rounds_half_up(void **state)
{
	(void)state;
	assert_int_equal(forecast_compliance(GOAL(0, 0, 0, 9500), false), -1);
	assert_int_equal(forecast_so_far(GOAL(0, 0, 4, 9500)), -1);
	assert_int_equal(forecast_so_far(GOAL(2, 1, 0, 9500)), 6667);
	assert_int_equal(forecast_so_far(GOAL(1, 2, 0, 9500)), 3333);
	assert_int_equal(forecast_so_far(GOAL(1, 799, 0, 9500)), 13); /* 0.125 % */
	assert_int_equal(forecast_compliance(GOAL(2, 0, 2, 9500), false), 5000);
	assert_int_equal(forecast_compliance(GOAL(2, 0, 2, 9500), true), 10000);
}

static void of_the_open_ones(void **state)
{
	(void)state;
	assert_int_equal(forecast_needed_of_open(GOAL(0, 0, 1, 9000)), 1);
	assert_int_equal(forecast_needed_of_open(GOAL(9, 0, 1, 9000)), 0);
	assert_int_equal(forecast_needed_of_open(GOAL(0, 1, 0, 9500)), -1);
	assert_int_equal(forecast_needed_of_open(GOAL(8, 0, 2, 9000)), 1);
	assert_int_equal(forecast_needed_of_open(GOAL(5, 1, 3, 10000)), -1);
	for (int64_t kept = 0; kept < 8; kept++)
		for (int64_t breached = 0; breached < 4; breached++)
			for (int64_t open = 0; open < 8; open++) {
				int64_t found = -1, all = kept + breached + open;
				for (int64_t n = open; n >= 0 && (kept + n) * 10000 >= 8750 * all; n--)
					found = n;
				assert_int_equal(forecast_needed_of_open(GOAL(kept, breached, open, 8750)), found);
			}
}

/* Equal is kept: a clock that ends exactly at its target is not late. */
static void clocks_breach_after_their_target(void **state)
{
	(void)state;
	assert_false(forecast_breaches(28800, 0, 28800));
	assert_true(forecast_breaches(28800, 1, 28800));
	assert_false(forecast_breaches(28800, 0, 3600));
	assert_true(forecast_breaches(28800, 28801, 0));
	assert_false(forecast_breaches(28800, 28800, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(needed_by_hand),
		cmocka_unit_test(goals_are_means),
		cmocka_unit_test(against_brute_force),
		cmocka_unit_test(outlooks),
		cmocka_unit_test(of_the_open_ones),
		cmocka_unit_test(compliance_rounds_half_up),
		cmocka_unit_test(clocks_breach_after_their_target),
	};
	return cmocka_run_group_tests_name("forecast", tests, NULL, NULL);
}
