/* Owns: the thread that follows the committed changes with a connection of its own, the ring of recent changes, and
 * the registry of listeners. A change goes to those who may see it at that moment; who they are is asked anew every
 * few seconds.
 * Refuses: to hand out anything while it cannot ask.
 * Thread: feed_add, feed_left and feed_changed from any; the rest is the feed's own. */
#include "http/stream_internal.h"

#include "base/log.h"
#include "db/pool.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define POLL_MS 1000
#define BATCH_PAUSE_MS 20
#define READ_LIMIT 200
#define CATCH_UP_MAX 2000
#define RING_SIZE 1024
#define PING_MS 15000
#define VALIDATE_MS 8000

struct kept {
	struct stream_change change;
	char *frame;
	size_t frame_length;
};

struct feed {
	struct server *server;
	const struct stream_source *source;
	pthread_t thread;
	bool thread_started;
	int event_fd;
	atomic_bool changed, stopping;
	atomic_int listeners[2];
	pthread_mutex_t mutex;
	struct listener *arrived; /* under the mutex */
	struct listener *first;
	struct exchange probe; /* its request asks who a listener is; its ctx is the thread's */
	struct framing_field probe_fields[3];
	char *position;
	struct kept ring[RING_SIZE];
	uint64_t ring_end; /* entries ever written */
	bool failing, loops_to_wake[2];
};

struct feed *feed_create(struct server *server)
{
	struct feed *feed = calloc(1, sizeof(*feed));
	if (!feed)
		return NULL;
	feed->server = server;
	feed->source = server->options.stream;
	feed->event_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	pthread_mutex_init(&feed->mutex, NULL);
	return feed;
}

static void wake(struct feed *feed)
{
	uint64_t one = 1;
	if (write(feed->event_fd, &one, sizeof(one)) < 0 && errno != EAGAIN)
		log_event(LOG_ERROR, "stream.wake_failed", LOG_INT("errno", errno));
}

void feed_changed(struct feed *feed)
{
	if (atomic_load(&feed->listeners[LOOP_API]) + atomic_load(&feed->listeners[LOOP_STREAM]) == 0)
		return;
	if (!atomic_exchange(&feed->changed, true))
		wake(feed);
}

int feed_listeners(struct feed *feed, enum loop_kind kind)
{
	return atomic_load(&feed->listeners[kind]);
}

bool feed_add(struct feed *feed, struct listener *listener, bool *full_r)
{
	int before = atomic_fetch_add(&feed->listeners[listener->kind], 1);
	*full_r = listener->kind == LOOP_API && before >= STREAMS_ON_API_MAX;
	pthread_mutex_lock(&feed->mutex);
	bool good = !*full_r && !atomic_load(&feed->stopping);
	if (good) {
		atomic_fetch_add(&listener->references, 1);
		listener->next = feed->arrived;
		feed->arrived = listener;
	}
	pthread_mutex_unlock(&feed->mutex);
	if (good)
		wake(feed);
	else
		atomic_fetch_sub(&feed->listeners[listener->kind], 1);
	return good;
}

void feed_left(struct feed *feed, enum loop_kind kind)
{
	atomic_fetch_sub(&feed->listeners[kind], 1);
}

/* --- the ring --- */

static void kept_clear(struct kept *kept)
{
	free(kept->frame);
	memset(kept, 0, sizeof(*kept));
}

static void ring_clear(struct feed *feed)
{
	for (int i = 0; i < RING_SIZE; i++)
		kept_clear(&feed->ring[i]);
	feed->ring_end = 0;
	free(feed->position);
	feed->position = NULL;
}

/* The frame, then the position and the watchers, in one block. */
static struct kept kept_make(const struct stream_change *change)
{
	struct kept kept = { 0 };
	size_t frame_bytes = strlen(change->position) + strlen(change->type) + strlen(change->data) + 32;
	size_t position_bytes = (strlen(change->position) + 8) / 8 * 8;
	size_t watcher_bytes = (size_t)change->watcher_count * sizeof(int64_t);
	frame_bytes = (frame_bytes + 7) / 8 * 8;
	kept.frame = malloc(frame_bytes + position_bytes + watcher_bytes);
	INVARIANT(kept.frame != NULL);
	int length =
		snprintf(kept.frame, frame_bytes, "id: %s\nevent: %s\ndata: %s", change->position, change->type, change->data);
	kept.frame_length = (size_t)length;
	/* A line feed inside the data would end it; in JSON it can only be white space. */
	for (char *c = kept.frame + kept.frame_length - strlen(change->data); *c; c++)
		if (*c == '\n' || *c == '\r')
			*c = ' ';
	memcpy(kept.frame + kept.frame_length, "\n\n", 3);
	kept.frame_length += 2;
	char *position = kept.frame + frame_bytes;
	memcpy(position, change->position, strlen(change->position) + 1);
	int64_t *watchers = (int64_t *)(void *)(position + position_bytes);
	if (change->watcher_count > 0)
		memcpy(watchers, change->watcher_ids, watcher_bytes);
	kept.change = *change;
	kept.change.position = position;
	kept.change.type = kept.change.data = "";
	kept.change.watcher_ids = watchers;
	return kept;
}

static bool position_usable(const char *position)
{
	size_t length = strlen(position);
	for (size_t i = 0; i < length; i++)
		if (position[i] < 0x21 || position[i] > 0x7e)
			return false;
	return length > 0 && length <= 128;
}

/* --- handing out --- */

static void append(struct feed *feed, struct listener *listener, const char *text, size_t length)
{
	if (!listener_append(listener, text, length))
		atomic_fetch_add(&feed->server->metrics.stream_slow, 1);
}

static void offer(struct feed *feed, struct listener *listener, const struct kept *kept)
{
	if (!feed->source->may_see(&listener->actor, &kept->change))
		return;
	atomic_fetch_add(&feed->server->metrics.stream_events, 1);
	append(feed, listener, kept->frame, kept->frame_length);
}

static void publish(struct feed *feed, const struct stream_change *change)
{
	struct kept *slot = &feed->ring[feed->ring_end % RING_SIZE];
	kept_clear(slot);
	*slot = kept_make(change);
	feed->ring_end++;
	for (struct listener *listener = feed->first; listener; listener = listener->next)
		if (listener->started)
			offer(feed, listener, slot);
}

static void resync(struct feed *feed, struct listener *listener)
{
	char frame[256];
	int length = snprintf(frame, sizeof(frame), "id: %s\nevent: resync\ndata: {}\n\n", feed->position);
	atomic_fetch_add(&feed->server->metrics.stream_resyncs, 1);
	append(feed, listener, frame, (size_t)length);
}

/* --- reading --- */

static struct ctx *feed_ctx(struct feed *feed)
{
	struct ctx *ctx = &feed->probe.req.ctx;
	ctx_begin(ctx);
	ctx->deadline_ms = monotonic_ms() + feed->server->config->database_statement_ms;
	return ctx;
}

static bool transient(const struct ctx *ctx)
{
	return ctx->error.kind == ERROR_UNAVAILABLE || ctx->error.kind == ERROR_TIMEOUT ||
		ctx->error.kind == ERROR_INTERNAL;
}

static bool set_position(struct feed *feed, const char *position)
{
	if (!position || !position_usable(position)) {
		log_event(LOG_ERROR, "stream.bad_position", LOG_INT("length", position ? (int64_t)strlen(position) : -1));
		return false;
	}
	char *copy = strdup(position);
	if (!copy)
		return false;
	free(feed->position);
	feed->position = copy;
	return true;
}

static bool find_now(struct feed *feed)
{
	const struct stream_change *changes;
	const char *next = NULL;
	int count = 0;
	struct ctx *ctx = feed_ctx(feed);
	return feed->source->read(ctx, NULL, 0, &changes, &count, &next) && set_position(feed, next);
}

/* Everything committed since the last time. */
static bool advance(struct feed *feed)
{
	int count = READ_LIMIT;
	if (!feed->position)
		return find_now(feed);
	while (count == READ_LIMIT && !atomic_load(&feed->stopping)) {
		const struct stream_change *changes = NULL;
		const char *next = NULL;
		struct ctx *ctx = feed_ctx(feed);
		count = 0;
		if (!feed->source->read(ctx, feed->position, READ_LIMIT, &changes, &count, &next)) {
			if (transient(ctx))
				return false;
			/* The place we stood at is gone (an older database was put back): everybody reads anew. */
			ring_clear(feed);
			if (!find_now(feed))
				return false;
			for (struct listener *listener = feed->first; listener; listener = listener->next)
				if (listener->started)
					resync(feed, listener);
			return true;
		}
		for (int i = 0; i < count; i++)
			if (position_usable(changes[i].position))
				publish(feed, &changes[i]);
		if (!set_position(feed, next))
			return false;
	}
	return true;
}

/* From the ring if the place is in it. */
static bool catch_up_from_ring(struct feed *feed, struct listener *listener)
{
	uint64_t from = feed->ring_end > RING_SIZE ? feed->ring_end - RING_SIZE : 0;
	if (strcmp(listener->last_id, feed->position) == 0)
		return true;
	for (uint64_t i = feed->ring_end; i-- > from;) {
		if (strcmp(feed->ring[i % RING_SIZE].change.position, listener->last_id) != 0)
			continue;
		for (uint64_t later = i + 1; later < feed->ring_end; later++)
			offer(feed, listener, &feed->ring[later % RING_SIZE]);
		return true;
	}
	return false;
}

enum caught { CAUGHT_UP, CAUGHT_NOTHING, CAUGHT_LATER };

static enum caught catch_up_from_source(struct feed *feed, struct listener *listener)
{
	char *position = strdup(listener->last_id);
	enum caught result = CAUGHT_NOTHING;
	for (int total = 0, count = READ_LIMIT; position && total <= CATCH_UP_MAX; total += count) {
		const struct stream_change *changes = NULL;
		const char *next = NULL;
		bool arrived = false;
		struct ctx *ctx = feed_ctx(feed);
		count = 0;
		if (!feed->source->read(ctx, position, READ_LIMIT, &changes, &count, &next)) {
			result = transient(ctx) ? CAUGHT_LATER : CAUGHT_NOTHING;
			break;
		}
		for (int i = 0; i < count && !arrived; i++) {
			struct kept kept = kept_make(&changes[i]);
			/* Half the buffer, so that the live events still find room. */
			if (listener_backlog(listener) < 32768)
				offer(feed, listener, &kept);
			else
				total = CATCH_UP_MAX;
			kept_clear(&kept);
			arrived = strcmp(changes[i].position, feed->position) == 0;
		}
		if (total < CATCH_UP_MAX && (arrived || count < READ_LIMIT)) {
			result = CAUGHT_UP;
			break;
		}
		free(position);
		position = next ? strdup(next) : NULL;
	}
	free(position);
	return result;
}

/* False: try again later. */
static bool start_listener(struct feed *feed, struct listener *listener)
{
	char hello[256];
	int length;
	if (!listener->last_id) {
		length = snprintf(hello, sizeof(hello), "retry: 3000\nid: %s\n\n", feed->position);
		append(feed, listener, hello, (size_t)length);
	} else if (!position_usable(listener->last_id)) {
		resync(feed, listener);
	} else if (!catch_up_from_ring(feed, listener)) {
		enum caught caught = catch_up_from_source(feed, listener);
		if (caught == CAUGHT_LATER)
			return false;
		if (caught == CAUGHT_NOTHING)
			resync(feed, listener);
	}
	listener->started = true;
	listener->ping_at_ms = monotonic_ms() + PING_MS;
	/* A first line at once, so that the client (and a proxy) knows that it is connected. */
	append(feed, listener, ": connected\n\n", 13);
	return true;
}

/* --- who they are --- */

static void set_probe(struct feed *feed, const struct listener *listener)
{
	struct exchange *probe = &feed->probe;
	const struct {
		const char *name, *value;
	} fields[] = { { "cookie", listener->cookie }, { "authorization", listener->authorization },
		{ "host", listener->host } };
	probe->header_count = 0;
	probe->headers = feed->probe_fields;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (fields[i].value)
			feed->probe_fields[probe->header_count++] = (struct framing_field){ fields[i].name, fields[i].value,
				strlen(fields[i].name), strlen(fields[i].value) };
	probe->req.method = HTTP_GET;
	probe->req.route = listener->route;
	probe->req.path = listener->route->pattern;
	probe->req.peer = listener->peer ? listener->peer : "";
	probe->req.secure = listener->secure;
	probe->req.body = "";
}

/* False: cannot be known now. */
static bool validate(struct feed *feed, struct listener *listener)
{
	struct ctx *ctx = feed_ctx(feed);
	set_probe(feed, listener);
	memset(&feed->probe.req.reply, 0, sizeof(feed->probe.req.reply));
	if (!feed->server->options.authenticate(&feed->probe.req))
		return false;
	uint32_t right = listener->route->right;
	bool still = ctx->actor.id == listener->actor.id && ctx->actor.id != 0 &&
		(right == RIGHT_SIGNED_IN || CTX_HAS_ROLE(ctx, right));
	if (!still) {
		listener_close(listener);
		return true;
	}
	listener->actor = ctx->actor;
	listener->actor.name = listener->actor.language = listener->actor.zone = "";
	listener->validated_ms = monotonic_ms();
	return true;
}

static bool validate_due(struct feed *feed)
{
	for (struct listener *listener = feed->first; listener; listener = listener->next) {
		if (listener->route->right == RIGHT_PUBLIC || monotonic_ms() - listener->validated_ms < VALIDATE_MS)
			continue;
		if (!validate(feed, listener))
			return false;
	}
	return true;
}

/* --- the thread --- */

static void take_arrived(struct feed *feed)
{
	pthread_mutex_lock(&feed->mutex);
	while (feed->arrived) {
		struct listener *listener = feed->arrived;
		feed->arrived = listener->next;
		listener->next = feed->first;
		feed->first = listener;
	}
	pthread_mutex_unlock(&feed->mutex);
}

static void drop_gone(struct feed *feed)
{
	for (struct listener **at = &feed->first; *at;) {
		struct listener *listener = *at;
		if (!listener_gone(listener)) {
			at = &listener->next;
			continue;
		}
		*at = listener->next;
		listener_unref(listener);
	}
}

static bool follow(struct feed *feed)
{
	struct ctx *ctx = feed_ctx(feed);
	if (ctx->db && !db_conn_ready(ctx))
		return false;
	if (!validate_due(feed) || !advance(feed))
		return false;
	for (struct listener *listener = feed->first; listener; listener = listener->next)
		if (!listener->started && !start_listener(feed, listener))
			return false;
	return true;
}

static void ping_due(struct feed *feed)
{
	char frame[192];
	int64_t now_ms = monotonic_ms();
	/* The id moves on with what a listener may not see, so that it need not read that again after a break. */
	int length = feed->position && !feed->failing ? snprintf(frame, sizeof(frame), ": ping\nid: %s\n\n", feed->position)
												  : snprintf(frame, sizeof(frame), ": ping\n\n");
	for (struct listener *listener = feed->first; listener; listener = listener->next) {
		if (!listener->started || listener->ping_at_ms > now_ms)
			continue;
		listener->ping_at_ms = now_ms + PING_MS;
		append(feed, listener, frame, (size_t)length);
	}
}

static void flush_all(struct feed *feed)
{
	bool to_wake[2] = { false, false };
	for (struct listener *listener = feed->first; listener; listener = listener->next)
		if (listener_flush(listener))
			to_wake[listener->kind] = true;
	if (to_wake[LOOP_API])
		loop_wake(&feed->server->api);
	if (to_wake[LOOP_STREAM])
		loop_wake(&feed->server->stream);
}

static void note_outcome(struct feed *feed, bool good)
{
	if (good == !feed->failing)
		return;
	feed->failing = !good;
	const struct error *error = &feed->probe.req.ctx.error;
	if (good)
		log_event(LOG_INFO, "stream.recovered", LOG_INT("listeners", feed_listeners(feed, LOOP_STREAM)));
	else
		log_event(LOG_WARN, "stream.interrupted", LOG_TEXT("problem", error_type(error->kind)),
			LOG_TEXT("why", error->log_detail));
}

static void feed_wait(struct feed *feed)
{
	struct pollfd fd = { feed->event_fd, POLLIN, 0 };
	uint64_t wakes;
	if (poll(&fd, 1, POLL_MS) > 0 && read(feed->event_fd, &wakes, sizeof(wakes)) > 0) {
		/* What is committed within a moment goes out together: each resume walks all suspended connections. */
		struct timespec pause = { 0, BATCH_PAUSE_MS * 1000000 };
		nanosleep(&pause, NULL);
	}
	atomic_store(&feed->changed, false);
}

static void *feed_run(void *feed_)
{
	struct feed *feed = feed_;
	while (!atomic_load(&feed->stopping)) {
		take_arrived(feed);
		drop_gone(feed);
		if (feed->first) {
			note_outcome(feed, follow(feed));
			ping_due(feed);
			flush_all(feed);
		} else if (feed->position) {
			/* Nobody listens: nothing is read, and the next one starts from the then present. */
			ring_clear(feed);
		}
		feed_wait(feed);
	}
	take_arrived(feed);
	for (struct listener *listener = feed->first; listener; listener = listener->next)
		listener_close(listener);
	flush_all(feed);
	return NULL;
}

bool feed_start(struct feed *feed)
{
	struct server *server = feed->server;
	sigset_t all, before;
	if (feed->event_fd < 0)
		return false;
	feed->probe.server = server;
	feed->probe.loop = &server->stream;
	feed->probe.req.transport = &feed->probe;
	feed->probe.req.ctx.config = server->config;
	feed->probe.req.ctx.arena = arena_create(ARENA_BLOCK_BYTES);
	if (!server->options.without_database) {
		feed->probe.req.ctx.db =
			db_conn_create(server->config, DB_RUNTIME, server->config->database_statement_ms, true);
		if (!feed->probe.req.ctx.db)
			return false;
	}
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	feed->thread_started = pthread_create(&feed->thread, NULL, feed_run, feed) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return feed->thread_started;
}

void feed_stop(struct feed *feed)
{
	pthread_mutex_lock(&feed->mutex);
	atomic_store(&feed->stopping, true);
	pthread_mutex_unlock(&feed->mutex);
	wake(feed);
	if (feed->thread_started)
		pthread_join(feed->thread, NULL);
	feed->thread_started = false;
}

void feed_destroy(struct feed *feed)
{
	if (!feed)
		return;
	for (struct listener *listener = feed->first, *next; listener; listener = next) {
		next = listener->next;
		listener_unref(listener);
	}
	ring_clear(feed);
	if (feed->probe.req.ctx.db)
		db_conn_destroy(feed->probe.req.ctx.db);
	if (feed->probe.req.ctx.arena)
		arena_destroy(feed->probe.req.ctx.arena);
	if (feed->event_fd >= 0)
		close(feed->event_fd);
	pthread_mutex_destroy(&feed->mutex);
	free(feed);
}
