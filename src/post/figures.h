/* Counters and gauges of the post for /metrics, kept by the senders and the receiver of this node. Thread: any. */
#ifndef VAKHTA_POST_FIGURES_H
#define VAKHTA_POST_FIGURES_H

#include "base/text.h"

void figures_count_try(bool sent);
void figures_count_received(bool quarantined);
void figures_set(int64_t queued, int64_t oldest_s, int64_t failed, int64_t quarantined);
void figures_mailbox(bool good, int64_t checked_at);
/* Prometheus text. */
void figures_write(struct text_out *out);

#endif
