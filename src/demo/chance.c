/* See chance.h. */
#include "demo/chance.h"

#include "base/ctx.h"

#include <math.h>

static uint64_t splitmix(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15u);
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

void chance_seed(struct chance *chance, uint64_t seed, uint64_t stream)
{
	uint64_t state = seed;
	state = splitmix(&state) ^ stream;
	for (int i = 0; i < 4; i++)
		chance->state[i] = splitmix(&state);
}

static uint64_t rotate(uint64_t value, int by)
{
	return (value << by) | (value >> (64 - by));
}

uint64_t chance_bits(struct chance *chance)
{
	uint64_t *s = chance->state;
	uint64_t result = rotate(s[1] * 5, 7) * 9, t = s[1] << 17;
	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotate(s[3], 45);
	return result;
}

double chance_unit(struct chance *chance)
{
	return (double)(chance_bits(chance) >> 11) * 0x1.0p-53;
}

int chance_below(struct chance *chance, int n)
{
	INVARIANT(n > 0);
	return (int)(chance_unit(chance) * n);
}

int64_t chance_between(struct chance *chance, int64_t from, int64_t to)
{
	return to <= from ? from : from + (int64_t)(chance_unit(chance) * (double)(to - from + 1));
}

bool chance_of(struct chance *chance, double probability)
{
	return chance_unit(chance) < probability;
}

double chance_spread(struct chance *chance, double median, double sigma)
{
	/* Box and Muller; the first draw is never 0. */
	double radius = sqrt(-2 * log(1 - chance_unit(chance)));
	return median * exp(sigma * radius * cos(2 * M_PI * chance_unit(chance)));
}

int chance_weighted(struct chance *chance, const double *weights, int count)
{
	double total = 0, at;
	int last = -1;
	for (int i = 0; i < count; i++)
		total += weights[i];
	INVARIANT(total > 0);
	at = chance_unit(chance) * total;
	for (int i = 0; i < count; i++) {
		if (weights[i] <= 0)
			continue;
		last = i;
		if ((at -= weights[i]) < 0)
			break;
	}
	return last;
}
