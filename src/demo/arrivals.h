/* When tickets come in, of what kind, from whom and about which CI.
 * Owns: nothing. */
#ifndef VAKHTA_DEMO_ARRIVALS_H
#define VAKHTA_DEMO_ARRIVALS_H

#include "demo/story.h"

struct arrival {
	instant at;
	const struct scenario *scenario;
	uint64_t stream;         /* of its random numbers */
	const struct wish *wish; /* today.h: a ticket made for a sign-in; NULL: an ordinary one */
};

/* `count` moments in the days before the end, by season, weekday and hour, in order. In the arena. */
struct arrival *arrivals_plan(struct world *world, int count);

/* Fills what a new ticket has: reporter, CI, words, priority, channel. `reporter`, `impact` and `urgency` as given,
 * NOBODY and 0: drawn. */
void arrival_open(struct story *story, const struct arrival *arrival, int reporter, int impact, int urgency);

#endif
