/* How much more often trouble follows a change than chance would have it. Pure arithmetic.
 * Observed episodes over expected ones is a ratio of a count to a number that is known: the form of a standardised mortality ratio. The
 * count gets Garwood's exact Poisson limits: they hold their 95 % for small counts too, are never too narrow, and so do not shout when
 * three is all there is. (What falls into windows is a sum of binomials, whose spread is never more than Poisson's: the limits err to the
 * wide side.) Nothing expected: nothing known.
 * A hundred attributes looked at with 95 % intervals give some false alarms by themselves: which of them count is settled for all together
 * by Benjamini and Hochberg's step-up, so that of those named at most so great a share is expected to be false.
 * Source: Garwood, Biometrika 28 (1936); Breslow and Day, Statistical Methods in Cancer Research II (1987), 2.3; Benjamini and Hochberg,
 * JRSS B 57 (1995). */
#ifndef VAKHTA_CMDB_EVIDENCE_LIFT_H
#define VAKHTA_CMDB_EVIDENCE_LIFT_H

#include <stdbool.h>
#include <stdint.h>

struct lift {
	bool known;
	double value, low, high; /* times chance; 95 % */
	double p;                /* of so many or more by chance */
};

/* `observed` episodes, of which chance gives `expected`. */
struct lift lift_of(int64_t observed, double expected);

/* Which of `count` probabilities stand when at most `rate` of those named may be false. found_r[i] belongs to p[i]. */
void lift_discoveries(const double *p, int count, double rate, bool *found_r);

/* Regularised incomplete gamma function P(a, x), a > 0, x >= 0: the probability that a Poisson variable of mean x is at least a. */
double lift_gamma_p(double a, double x);

#endif
