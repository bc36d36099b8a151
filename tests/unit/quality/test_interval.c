/* Intervals against published values, at their edges, and by trial: of many samples 95 in a hundred must contain the truth. */
#include "test_quality.h"

#include "quality/interval.h"

#include <math.h>
#include <stdlib.h>

static void near(double found, double wanted, double within)
{
	if (fabs(found - wanted) > within)
		fail_msg("%.6f is not %.6f", found, wanted);
}

void test_interval_share(void **state)
{
	struct interval i = interval_of_share(81, 263); /* Newcombe 1998, example 1a, method 3 */
	(void)state;
	near(i.low, 0.2553, 0.00005);
	near(i.high, 0.3662, 0.00005);
	i = interval_of_share(15, 148); /* example 1b */
	near(i.low, 0.0624, 0.00005);
	near(i.high, 0.1605, 0.00005);
	i = interval_of_share(0, 20); /* example 1c */
	near(i.low, 0, 1e-12);
	near(i.high, 0.1611, 0.00005);
	i = interval_of_share(20, 20);
	near(i.high, 1, 1e-12);
	near(i.low, 1 - 0.1611, 0.00005);
	assert_false(interval_of_share(0, 0).known);
}

void test_interval_t(void **state)
{
	static const struct {
		int degrees;
		double t;
	} table[] = { { 1, 12.7062 }, { 2, 4.3027 }, { 3, 3.1824 }, { 4, 2.7764 }, { 5, 2.5706 }, { 9, 2.2622 },
		{ 10, 2.2281 }, { 19, 2.0930 }, { 30, 2.0423 }, { 60, 2.0003 }, { 120, 1.9799 }, { 100000, 1.9600 } };
	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		near(interval_t(table[i].degrees), table[i].t, 0.00006);
	for (int n = 1; n < 3000; n++)
		assert_true(interval_t(n) > interval_t(n + 1));
}

void test_interval_mean(void **state)
{
	/* 8 9 10 7: mean 8.5, deviation 1.29099, t(3) = 3.18245, half 2.0543; cut at the end of the scale. */
	struct interval i = interval_of_mean(4, 34, 64 + 81 + 100 + 49, 10);
	(void)state;
	near(i.low, 8.5 - 2.0543, 0.0005);
	near(i.high, 10, 1e-9);
	assert_false(interval_of_mean(0, 0, 0, 10).known);
	assert_false(interval_of_mean(1, 9, 81, 10).known);
	/* Three tens prove little: the interval must not be a point. */
	i = interval_of_mean(3, 30, 300, 10);
	assert_true(i.known);
	near(i.high, 10, 1e-9);
	assert_true(i.low < 5);
	/* A hundred prove more. */
	i = interval_of_mean(100, 1000, 10000, 10);
	assert_true(i.low > 9.5);
}

void test_interval_nps(void **state)
{
	struct interval i = interval_of_nps(50, 30, 20);
	(void)state;
	assert_true(i.known && i.low > 10 && i.low < 30 && i.high > 30 && i.high < 50);
	/* (50.75, 20.75) of 103: difference 0.29126, variance (0.69417 - 0.08483) / 103, half 0.15075 */
	near(i.low, 14.05, 0.02);
	near(i.high, 44.20, 0.02);
	i = interval_of_nps(3, 0, 0);
	near(i.high, 100, 1e-9);
	assert_true(i.low < 60);
	assert_false(interval_of_nps(1, 0, 0).known);
	assert_false(interval_of_nps(0, 0, 0).known);
	i = interval_of_nps(0, 7, 0);
	near(i.low, -i.high, 1e-9);
}

static double chance(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (double)(*seed >> 11) / 9007199254740992.0;
}

/* How often 4,000 samples of `n` answers contain the truth. */
static void trial(int n, const double *weights, double *mean_r, double *nps_r, uint64_t seed)
{
	double truth = 0, up = 0, down = 0;
	int mean_good = 0, nps_good = 0;
	for (int score = 0; score <= 10; score++) {
		truth += weights[score] * score;
		up += score >= 9 ? weights[score] : 0;
		down += score <= 6 ? weights[score] : 0;
	}
	for (int round = 0; round < 4000; round++) {
		double sum = 0, squares = 0;
		int ups = 0, downs = 0;
		for (int i = 0; i < n; i++) {
			double at = chance(&seed);
			int score = 0;
			while (score < 10 && at >= weights[score])
				at -= weights[score++];
			sum += score;
			squares += score * score;
			ups += score >= 9;
			downs += score <= 6;
		}
		struct interval mean = interval_of_mean(n, sum, squares, 10),
						nps = interval_of_nps(ups, n - ups - downs, downs);
		mean_good += mean.low <= truth + 1e-9 && mean.high >= truth - 1e-9;
		nps_good += nps.low <= 100 * (up - down) + 1e-9 && nps.high >= 100 * (up - down) - 1e-9;
	}
	*mean_r = mean_good / 4000.0;
	*nps_r = nps_good / 4000.0;
}

void test_interval_covers(void **state)
{
	static const double usual[11] = { 0.01, 0, 0.02, 0.02, 0.03, 0.05, 0.07, 0.12, 0.2, 0.24, 0.24 };
	static const double even[11] = { 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.05, 0.05 };
	(void)state;
	for (int n = 10; n <= 160; n *= 2) {
		double mean, nps;
		trial(n, usual, &mean, &nps, (uint64_t)n);
		if (mean < 0.915 || nps < 0.925)
			fail_msg("of %d usual answers: mean %.3f, nps %.3f", n, mean, nps);
		trial(n, even, &mean, &nps, (uint64_t)n + 7);
		if (mean < 0.93 || nps < 0.925)
			fail_msg("of %d even answers: mean %.3f, nps %.3f", n, mean, nps);
	}
}
