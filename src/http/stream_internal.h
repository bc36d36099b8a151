/* What stream_feed.c and stream_listener.c share. */
#ifndef VAKHTA_HTTP_STREAM_INTERNAL_H
#define VAKHTA_HTTP_STREAM_INTERNAL_H

#include "http/internal.h"
#include "http/stream.h"

/* One open event stream. The registry (feed thread) and libmicrohttpd's response hold a reference each.
 * Thread: what stands under the mutex is shared; the rest belongs to the feed thread once registered. */
struct listener {
	atomic_int references;
	struct feed *feed;
	enum loop_kind kind;

	pthread_mutex_t mutex;
	struct loop *loop;
	struct MHD_Connection *mhd;
	char *pending;
	size_t pending_length, pending_sent, pending_capacity;
	bool suspended, closing, gone, slow;

	struct actor actor; /* without its texts */
	const struct route *route;
	char *cookie, *authorization, *host, *peer, *last_id;
	bool secure, started;
	int64_t validated_ms, ping_at_ms;
	struct listener *next;
};

/* NULL: no memory. */
struct listener *listener_create(struct exchange *exchange);
void listener_unref(struct listener *listener);
/* False: over the bound; the listener is closed as too slow. */
bool listener_append(struct listener *listener, const char *text, size_t length);
/* Lets the I/O thread read what was appended. True: its loop must be woken. */
bool listener_flush(struct listener *listener);
void listener_close(struct listener *listener);
bool listener_gone(struct listener *listener);
/* Bytes not yet taken by the client. */
size_t listener_backlog(struct listener *listener);

/* Registers; takes the registry's reference. False: stopping, or no room at the main port. */
bool feed_add(struct feed *feed, struct listener *listener, bool *full_r);
/* The connection of a registered listener has gone. */
void feed_left(struct feed *feed, enum loop_kind kind);

#endif
