/* The tickets that make the queues of the announced sign-ins look alive at the history's end: overdue ones and some
 * due within the hour, new ones that nobody has taken, offers to accept, cases in every open state, and the
 * employees' own.
 * Owns: the list of wishes. */
#ifndef VAKHTA_DEMO_TODAY_H
#define VAKHTA_DEMO_TODAY_H

#include "demo/arrivals.h"

extern const int today_count;
/* Adds today_count arrivals to the end of the array, which has room for them; not in order. */
void today_plan(struct world *world, struct arrival *into);
void today_tell(struct story *story, const struct wish *wish);
/* Opens the ticket as the wish says. */
void today_open(struct story *story, const struct arrival *arrival);

#endif
