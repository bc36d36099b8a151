/* Sends what lies in the outbox. Each sender is a thread with a connection of its own, so that a slow server holds up nobody; any number of
 * nodes may run them. */
#ifndef VAKHTA_POST_SENDER_H
#define VAKHTA_POST_SENDER_H

#include "db/rounds.h"
#include "post/settings.h"

#include <stdatomic.h>

struct sender {
	const struct post_settings *settings;
	const atomic_bool *stopping;
	struct delivery *delivery;
	struct rounds *rounds;
	bool first; /* this one also counts for /metrics */
	int64_t counted_ms;
};

/* False: libcurl does not start. */
bool sender_start(struct sender *sender, const struct post_settings *settings, const atomic_bool *stopping, bool first);
void sender_stop(struct sender *sender);
/* One row, if any is due; done_r says whether there was one. For commands and tests, without a thread. */
bool sender_round(struct sender *sender, struct ctx *ctx, bool *done_r) MUST_CHECK;

#endif
