/* Reads the mailbox: looks at an interval, takes in message after message, marks them when they are recorded. One node at a time. */
#ifndef VAKHTA_POST_RECEIVER_H
#define VAKHTA_POST_RECEIVER_H

#include "post/settings.h"

#include <stdatomic.h>

struct receiver;

struct receiver *receiver_start(const struct post_settings *settings, const atomic_bool *stopping);
/* NULL is allowed. */
void receiver_stop(struct receiver *receiver);

#endif
