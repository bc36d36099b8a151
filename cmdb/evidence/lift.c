/* See lift.h. */
#include "cmdb/evidence/lift.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#define TAIL 0.025
#define TERMS_MAX 100000
#define HALVINGS 200

/* Below a + 1 the series is short, above it the continued fraction (Lentz) is. */
static double gamma_series(double a, double x, double factor)
{
	double term = 1 / a, sum = term;
	for (int n = 1; n < TERMS_MAX && term > sum * DBL_EPSILON; n++) {
		term *= x / (a + n);
		sum += term;
	}
	return sum * factor;
}

static double gamma_fraction(double a, double x, double factor)
{
	double b = x + 1 - a, c = 1 / DBL_MIN, d = 1 / b, h = d;
	for (int n = 1; n < TERMS_MAX; n++) {
		double an = -n * (n - a);
		b += 2;
		d = an * d + b;
		d = 1 / (fabs(d) < DBL_MIN ? DBL_MIN : d);
		c = b + an / c;
		c = fabs(c) < DBL_MIN ? DBL_MIN : c;
		h *= d * c;
		if (fabs(d * c - 1) < 4 * DBL_EPSILON)
			break;
	}
	return h * factor;
}

double lift_gamma_p(double a, double x)
{
	int sign;
	if (x <= 0)
		return 0;
	double factor = exp(a * log(x) - x - lgamma_r(a, &sign));
	return x < a + 1 ? gamma_series(a, x, factor) : 1 - gamma_fraction(a, x, factor);
}

/* The x with P(a, x) = share. */
static double gamma_inverse(double a, double share)
{
	double low = 0, high = a + 10 * sqrt(a) + 20;
	for (int i = 0; i < HALVINGS && high - low > high * 4 * DBL_EPSILON; i++) {
		double middle = (low + high) / 2;
		if (lift_gamma_p(a, middle) < share)
			low = middle;
		else
			high = middle;
	}
	return (low + high) / 2;
}

struct lift lift_of(int64_t observed, double expected)
{
	double n = (double)observed;
	if (!(expected > 0) || observed < 0)
		return (struct lift){ .p = 1 };
	return (struct lift){
		.known = true,
		.value = n / expected,
		.low = observed == 0 ? 0 : gamma_inverse(n, TAIL) / expected,
		.high = gamma_inverse(n + 1, 1 - TAIL) / expected,
		.p = observed == 0 ? 1 : lift_gamma_p(n, expected),
	};
}

static int by_value(const void *one, const void *other)
{
	double a = **(const double *const *)one, b = **(const double *const *)other;
	return (a > b) - (a < b);
}

void lift_discoveries(const double *p, int count, double rate, bool *found_r)
{
	const double **order = calloc((size_t)count + 1, sizeof(*order));
	int last = -1;
	for (int i = 0; i < count; i++) {
		found_r[i] = false;
		if (order)
			order[i] = &p[i];
	}
	/* Without memory nothing is named, which is the careful side. */
	if (!order)
		return;
	qsort(order, (size_t)count, sizeof(*order), by_value);
	for (int i = 0; i < count; i++)
		if (*order[i] <= rate * (i + 1) / count)
			last = i;
	for (int i = 0; i <= last; i++)
		found_r[order[i] - p] = true;
	free(order);
}
