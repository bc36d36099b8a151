/* Random numbers of the history: seeded, the same on every machine. Not for secrets.
 * Source: xoshiro256** (Blackman, Vigna), seeded by splitmix64. */
#ifndef VAKHTA_DEMO_CHANCE_H
#define VAKHTA_DEMO_CHANCE_H

#include <stdbool.h>
#include <stdint.h>

struct chance {
	uint64_t state[4];
};

/* A stream of its own for each (seed, stream), so that one ticket's draws never shift another's. */
void chance_seed(struct chance *chance, uint64_t seed, uint64_t stream);
uint64_t chance_bits(struct chance *chance);
/* In [0, 1). */
double chance_unit(struct chance *chance);
/* In [0, n); n > 0. */
int chance_below(struct chance *chance, int n);
/* In [from, to]. */
int64_t chance_between(struct chance *chance, int64_t from, int64_t to);
/* True with this probability. */
bool chance_of(struct chance *chance, double probability);
/* Log-normal with this median; sigma is the spread of its logarithm. */
double chance_spread(struct chance *chance, double median, double sigma);
/* An index with the probability of its weight; the sum must be > 0. */
int chance_weighted(struct chance *chance, const double *weights, int count);

#endif
