/* Hearing of changes made elsewhere: LISTEN on a connection of its own, with a thread that reconnects for ever.
 * Refuses: to promise delivery. What is notified while the connection is down is lost; after each connect the callback is called
 * with channel NULL, and the listener must then look for itself. */
#ifndef VAKHTA_DB_LISTEN_H
#define VAKHTA_DB_LISTEN_H

#include "base/ctx.h"
#include "db/statement.h"

struct listener;

#define LISTEN_CHANNELS_MAX 8

/* Runs on the listener's thread and must not take long. `channel` NULL: connected anew, anything may have changed; else the
 * notification with its payload ("" when it has none). */
typedef void listen_callback(const char *channel, const char *payload, void *user);

/* `listens` are named statements "LISTEN channel", each marked "-- prepare: no"; they are copied. Returns at once; a
 * database that is not there yet is waited for. */
struct listener *listen_start(
	const struct config *config, const struct query *const *listens, int count, listen_callback *callback, void *user);
/* Is it connected now, as far as it knows? A host that vanished is noticed within half a minute. Any thread. */
bool listen_connected(const struct listener *listener);
/* Ends the thread; afterwards the callback is not called. NULL is allowed. */
void listen_stop(struct listener *listener);

#endif
