/* The watch: sleeps until the next clock reaches 50, 75, 90 % or breaches, then gives the notice.
 * Any number of nodes may run one: each subject is taken under its own lock and skipped when another holds it. */
#ifndef VAKHTA_SLA_WATCH_H
#define VAKHTA_SLA_WATCH_H

#include "db/rounds.h"

/* rounds_wake: an earlier notice may have come. */
struct rounds *watch_start(const struct config *config);

/* One round: gives all notices due by ctx->now; how many subjects were looked at in done_r. Without a thread, for tests and commands. */
bool watch_round(struct ctx *ctx, int *done_r) MUST_CHECK;

#endif
