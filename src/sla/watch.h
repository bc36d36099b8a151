/* The watch: sleeps until the next clock reaches 50, 75, 90 % or breaches, then gives the notice.
 * Any number of nodes may run one: each subject is taken under its own lock and skipped when another holds it.
 * Owns: a thread and a connection. */
#ifndef VAKHTA_SLA_WATCH_H
#define VAKHTA_SLA_WATCH_H

#include "base/ctx.h"

struct watch;

struct watch *watch_start(const struct config *config);
void watch_stop(struct watch *watch);
/* An earlier notice may have come; any thread. */
void watch_wake(struct watch *watch);

/* One round: gives all notices due by ctx->now; how many subjects were looked at in done_r. Without a thread, for tests and commands. */
bool watch_round(struct ctx *ctx, int *done_r) MUST_CHECK;

#endif
