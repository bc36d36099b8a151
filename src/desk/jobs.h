/* What happens by itself in time: lent tickets return, resolved ones close by silence, served-out rows are swept.
 * Any number of nodes may run it; each ticket is taken under its own lock and skipped when another holds it. */
#ifndef VAKHTA_DESK_JOBS_H
#define VAKHTA_DESK_JOBS_H

#include "db/rounds.h"

/* At most once in a process. */
struct rounds *jobs_start(const struct config *config);

/* One round; how many tickets moved in done_r. Without a thread, for commands. */
bool jobs_round(struct ctx *ctx, int *done_r) MUST_CHECK;

#endif
