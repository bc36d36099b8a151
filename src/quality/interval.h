/* 95 % intervals of what people answered. Pure arithmetic.
 * A share (response rate) gets the Wilson score interval: it stays inside 0..1 and keeps its coverage for few answers and for shares near
 * the ends, where the textbook interval p ± z·√(p(1-p)/n) has no width at all.
 * A mean of scores gets Student's t interval: the spread is estimated from the same few answers, and t says what that costs; it is cut at
 * the ends of the scale. When all answers are equal there is no spread to estimate, which for few answers proves nothing: then the widest
 * spread that such a mean can have is taken, which is Wilson's interval of the mean as a share of the scale.
 * The net promoter score, a difference of two shares, gets the adjusted Wald interval: three answers are added before the variance is
 * taken, 3/4 promoters, 3/4 detractors, 3/2 neither, which repairs the coverage for few answers.
 * Source: Wilson, JASA 22 (1927); Hill, CACM 13 (1970), algorithm 396; Agresti and Min, Statistics in Medicine 24 (2005); Rocks, The
 * American Statistician 70 (2016). */
#ifndef VAKHTA_QUALITY_INTERVAL_H
#define VAKHTA_QUALITY_INTERVAL_H

#include <stdbool.h>
#include <stdint.h>

struct interval {
	bool known; /* false: too few answers for any */
	double low, high;
};

/* `count` of `total`; units: 0..1. */
struct interval interval_of_share(int64_t count, int64_t total);
/* Mean of `count` answers on a scale from 0 to `top` with the given sums; at least two answers. */
struct interval interval_of_mean(int64_t count, double sum, double sum_of_squares, double top);
/* Units: -100..100; at least two answers. */
struct interval interval_of_nps(int64_t promoters, int64_t passives, int64_t detractors);

/* The t that 95 % of the distribution with so many degrees of freedom lies within. */
double interval_t(int64_t degrees);

#endif
