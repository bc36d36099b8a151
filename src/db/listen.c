/* The listening thread. It asks the server for a sign of life every few seconds, since a host that vanished is silent. */
#include "db/listen.h"

#include "base/log.h"
#include "db/conn.h"
#include "db/db.sql.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define STATEMENT_MS 5000
#define PING_MS 15000
#define PAUSE_MS 1000

struct listener {
	pthread_t thread;
	struct ctx ctx;
	int wake_fd;
	_Atomic bool stop;
	_Atomic bool connected;
	const struct query *listens[LISTEN_CHANNELS_MAX];
	int count;
	listen_callback *callback;
	void *user;
};

/* Waits for the socket (or -1: for the time alone) and for the wish to stop. */
static void wait_ms(struct listener *listener, int socket, int ms)
{
	struct pollfd fds[2] = { { listener->wake_fd, POLLIN, 0 }, { socket, POLLIN, 0 } };
	poll(fds, socket >= 0 ? 2 : 1, ms);
}

static bool connect_and_listen(struct listener *listener)
{
	struct ctx *ctx = &listener->ctx;
	ctx_begin(ctx);
	for (int i = 0; i < listener->count; i++)
		if (!query_run(ctx, listener->listens[i], NULL))
			return false;
	listener->callback(NULL, NULL, listener->user);
	atomic_store(&listener->connected, true);
	return true;
}

static void deliver(struct listener *listener)
{
	PGnotify *notify;
	while ((notify = PQnotifies(listener->ctx.db->pg)) != NULL) {
		if (!atomic_load(&listener->stop))
			listener->callback(notify->relname, notify->extra ? notify->extra : "", listener->user);
		PQfreemem(notify);
	}
}

/* Until the connection breaks or the end is wished. */
static void follow(struct listener *listener)
{
	struct ctx *ctx = &listener->ctx;
	struct db_conn *conn = ctx->db;
	int64_t ping_at_ms = monotonic_ms() + PING_MS;
	while (!atomic_load(&listener->stop)) {
		deliver(listener);
		int64_t left_ms = ping_at_ms - monotonic_ms();
		if (left_ms > 0) {
			wait_ms(listener, PQsocket(conn->pg), (int)left_ms);
			if (!PQconsumeInput(conn->pg))
				return;
			continue;
		}
		ctx_begin(ctx);
		if (!query_run(ctx, QUERY_DB_PING, NULL))
			return;
		ping_at_ms = monotonic_ms() + PING_MS;
	}
}

static void *run(void *user)
{
	struct listener *listener = user;
	while (!atomic_load(&listener->stop)) {
		if (connect_and_listen(listener))
			follow(listener);
		else
			log_event(LOG_WARN, "listen.failed", LOG_TEXT("why", listener->ctx.error.log_detail));
		atomic_store(&listener->connected, false);
		db_conn_drop(listener->ctx.db);
		if (!atomic_load(&listener->stop))
			wait_ms(listener, -1, PAUSE_MS);
	}
	return NULL;
}

struct listener *listen_start(
	const struct config *config, const struct query *const *listens, int count, listen_callback *callback, void *user)
{
	struct listener *listener = calloc(1, sizeof(*listener));
	INVARIANT(listener != NULL && count > 0 && count <= LISTEN_CHANNELS_MAX);
	memcpy(listener->listens, listens, (size_t)count * sizeof(*listens));
	listener->count = count;
	listener->callback = callback;
	listener->user = user;
	listener->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	INVARIANT(listener->wake_fd >= 0);
	listener->ctx.config = config;
	listener->ctx.arena = arena_create(8192);
	listener->ctx.db = db_conn_create(config, DB_RUNTIME, STATEMENT_MS, false);
	/* Signals are the main thread's. */
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	INVARIANT(pthread_create(&listener->thread, NULL, run, listener) == 0);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return listener;
}

bool listen_connected(const struct listener *listener)
{
	return atomic_load(&listener->connected);
}

void listen_stop(struct listener *listener)
{
	uint64_t one = 1;
	if (!listener)
		return;
	atomic_store(&listener->stop, true);
	INVARIANT(write(listener->wake_fd, &one, sizeof(one)) == (ssize_t)sizeof(one));
	pthread_join(listener->thread, NULL);
	db_conn_destroy(listener->ctx.db);
	arena_destroy(listener->ctx.arena);
	close(listener->wake_fd);
	free(listener);
}
