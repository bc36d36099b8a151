/* What quality does by itself in time: the draw of the week that is over, the KPI of the month that is over, attestations and their reminders.
 * Any number of nodes may run it; each piece of work is done once. */
#ifndef VAKHTA_QUALITY_JOBS_H
#define VAKHTA_QUALITY_JOBS_H

#include "db/rounds.h"

struct rounds *quality_jobs_start(const struct config *config);

/* One round; what was done in done_r. */
bool quality_jobs_round(struct ctx *ctx, int *done_r) MUST_CHECK;

#endif
