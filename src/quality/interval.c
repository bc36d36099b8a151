/* See interval.h. */
#include "quality/interval.h"

#include <math.h>

#define Z 1.959963984540054
#define SPREAD_MIN 1e-9

static struct interval cut(double low, double high, double bottom, double top)
{
	return (struct interval){ true, low < bottom ? bottom : low, high > top ? top : high };
}

static struct interval wilson(double share, double total)
{
	double z2 = Z * Z, middle = (share + z2 / (2 * total)) / (1 + z2 / total);
	double half = Z / (1 + z2 / total) * sqrt(share * (1 - share) / total + z2 / (4 * total * total));
	return cut(middle - half, middle + half, 0, 1);
}

struct interval interval_of_share(int64_t count, int64_t total)
{
	if (total <= 0)
		return (struct interval){ 0 };
	return wilson((double)count / (double)total, (double)total);
}

/* Algorithm 396 for 5 % on both sides; exact for one and two degrees. */
double interval_t(int64_t degrees)
{
	double n = (double)degrees;
	if (degrees == 1)
		return tan(M_PI / 2 * 0.95);
	if (degrees == 2)
		return sqrt(2 / (0.05 * 1.95) - 2);
	double a = 1 / (n - 0.5), b = 48 / (a * a), c = ((20700 * a / b - 98) * a - 16) * a + 96.36;
	double d = ((94.5 / (b + c) - 3) / b + 1) * sqrt(a * M_PI / 2) * n, y = pow(d * 0.05, 2 / n);
	if (y > 0.05 + a) {
		double x = -Z;
		y = x * x;
		if (degrees < 5)
			c += 0.3 * (n - 4.5) * (x + 0.6);
		c = (((0.05 * d * x - 5) * x - 7) * x - 2) * x + b + c;
		y = (((((0.4 * y + 6.3) * y + 36) * y + 94.5) / c - y - 3) / b + 1) * x;
		y = expm1(a * y * y);
	} else {
		y = ((1 / (((n + 6) / (n * y) - 0.089 * d - 0.822) * (n + 2) * 3) + 0.5 / (n + 4)) * y - 1) * (n + 1) /
				(n + 2) +
			1 / y;
	}
	return sqrt(n * y);
}

struct interval interval_of_mean(int64_t count, double sum, double sum_of_squares, double top)
{
	double n = (double)count, mean, variance;
	if (count < 2)
		return (struct interval){ 0 };
	mean = sum / n;
	variance = (sum_of_squares - sum * mean) / (n - 1);
	if (variance < SPREAD_MIN) {
		struct interval share = wilson(mean / top, n);
		return cut(share.low * top, share.high * top, 0, top);
	}
	double half = interval_t(count - 1) * sqrt(variance / n);
	return cut(mean - half, mean + half, 0, top);
}

struct interval interval_of_nps(int64_t promoters, int64_t passives, int64_t detractors)
{
	double n = (double)(promoters + passives + detractors);
	if (n < 2)
		return (struct interval){ 0 };
	double up = ((double)promoters + 0.75) / (n + 3), down = ((double)detractors + 0.75) / (n + 3);
	double half = Z * sqrt((up + down - (up - down) * (up - down)) / (n + 3));
	return cut(100 * (up - down - half), 100 * (up - down + half), -100, 100);
}
