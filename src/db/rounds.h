/* Work that comes by itself in time: a thread with a connection of its own that does a round, sleeps until the next is due, and goes on
 * trying while the database is away.
 * Refuses: to let nodes agree who works; each round takes what it works on under locks that others skip. */
#ifndef VAKHTA_DB_ROUNDS_H
#define VAKHTA_DB_ROUNDS_H

#include "base/ctx.h"

/* One round with a fresh ctx: connection outside of a transaction, deadline set. In sleep_ms_r how long to sleep after it (0: not at all;
 * set to longest_sleep_ms before the call). False: ctx->error says why; what was open is rolled back. */
typedef bool rounds_function(struct ctx *ctx, void *user, int64_t *sleep_ms_r);

struct rounds_plan {
	const char *name; /* in the log: NAME.failed, NAME.recovered; a literal */
	rounds_function *round;
	void *user;
	int64_t longest_sleep_ms;
	int64_t retry_ms;    /* after a round that failed */
	int64_t deadline_ms; /* a round may take so long */
	int statement_ms;    /* limit of one statement; 0: as configured */
};

struct rounds;

/* The first round begins at once. `plan` is copied. */
struct rounds *rounds_start(const struct config *config, const struct rounds_plan *plan);
/* The next round begins at once; any thread. */
void rounds_wake(struct rounds *rounds);
/* Ends after the round at hand. NULL is allowed. */
void rounds_stop(struct rounds *rounds);
/* The same, for rounds that take long: false when the round at hand did not end in time; its thread goes on, and with it all it uses. */
bool rounds_stop_within(struct rounds *rounds, int limit_ms) MUST_CHECK;

#endif
