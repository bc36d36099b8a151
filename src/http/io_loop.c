/* Owns: one libmicrohttpd daemon, the thread that runs it, its listening socket and its eventfd.
 * Refuses: libmicrohttpd's own polling thread, which blocks with exactly 128 connections ready, and to share an
 * eventfd.
 * Source: limits.md. */
#include "http/internal.h"

#include "base/log.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define API_POOL_BYTES ((size_t)32768)
#define STREAM_POOL_BYTES ((size_t)8192)
#define CONNECTIONS_SPARE 64
#define DEADLINE_EVERY_MS 50
#define ACCEPT_ROUNDS 64

static int bind_address(const struct addrinfo *address, int *port_r)
{
	struct sockaddr_storage bound = { 0 };
	socklen_t length = sizeof(bound);
	char service[16];
	int one = 1;
	int fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) != 0 ||
		bind(fd, address->ai_addr, address->ai_addrlen) != 0 || listen(fd, SOMAXCONN) != 0 ||
		getsockname(fd, (struct sockaddr *)&bound, &length) != 0 ||
		getnameinfo((struct sockaddr *)&bound, length, NULL, 0, service, sizeof(service), NI_NUMERICSERV) != 0) {
		int reason = errno;
		close(fd);
		errno = reason;
		return -1;
	}
	*port_r = atoi(service);
	return fd;
}

static int listen_on(const char *host, int port, int *port_r, char *why, size_t why_bytes)
{
	struct addrinfo hints = {
		.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV
	};
	struct addrinfo *found = NULL;
	char service[16];
	snprintf(service, sizeof(service), "%d", port);
	int failed = getaddrinfo(host, service, &hints, &found);
	if (failed) {
		snprintf(why, why_bytes, "http.address %s: %s", host, gai_strerror(failed));
		return -1;
	}
	int fd = -1;
	for (const struct addrinfo *address = found; address && fd < 0; address = address->ai_next)
		fd = bind_address(address, port_r);
	if (fd < 0)
		snprintf(why, why_bytes, "cannot listen on %s port %d: %s", host, port, strerror(errno));
	freeaddrinfo(found);
	return fd;
}

static void notify_connection(
	void *cls, struct MHD_Connection *mhd, void **socket_context, enum MHD_ConnectionNotificationCode code)
{
	struct connection *connection = *socket_context;
	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		const union MHD_ConnectionInfo *info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
		int one = 1;
		connection = calloc(1, sizeof(*connection));
		if (!connection || !info) {
			/* Without a record there is no deadline: such a connection must not live. */
			if (info)
				shutdown(info->connect_fd, SHUT_RDWR);
			free(connection);
			return;
		}
		connection->loop = cls;
		connection->mhd = mhd;
		connection->fd = info->connect_fd;
		setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		*socket_context = connection;
		connection_opened(connection);
		return;
	}
	if (!connection)
		return;
	connection_closed(connection);
	free(connection);
	*socket_context = NULL;
}

static void log_library(void *cls, const char *format, va_list args)
{
	char text[256];
	(void)cls;
	vsnprintf(text, sizeof(text), format, args);
	text[strcspn(text, "\r\n")] = '\0';
	log_event(LOG_DEBUG, "http.library", LOG_TEXT("text", text));
}

static size_t keep_escaped(void *cls, struct MHD_Connection *mhd, char *text)
{
	(void)cls;
	(void)mhd;
	return strlen(text);
}

/* MHD_OPTION_STRICT_FOR_CLIENT stays off: it finds less than framing.c, and its answer for a missing Host is sent
 * twice. */
static struct MHD_Daemon *start_daemon(struct loop *loop, int listen_fd)
{
	struct server *server = loop->server;
	bool tls = server->tls != NULL;
	unsigned int flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
	struct MHD_OptionItem tls_options[] = {
		{ MHD_OPTION_HTTPS_CERT_CALLBACK, 0, (void *)(intptr_t)tls_retrieve },
		{ MHD_OPTION_HTTPS_PRIORITIES, 0, "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:%SERVER_PRECEDENCE" },
		{ MHD_OPTION_END, 0, NULL },
	};
	struct MHD_OptionItem no_options[] = { { MHD_OPTION_END, 0, NULL } };
	return MHD_start_daemon(flags | (tls ? MHD_USE_TLS : 0u), 0, NULL, NULL, &exchange_handle, loop,
		MHD_OPTION_EXTERNAL_LOGGER, &log_library, NULL, MHD_OPTION_LISTEN_SOCKET, listen_fd,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, loop->kind == LOOP_API ? API_POOL_BYTES : STREAM_POOL_BYTES,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned int)(server->config->http_connections + CONNECTIONS_SPARE),
		MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, MHD_OPTION_NOTIFY_CONNECTION, &notify_connection, loop,
		MHD_OPTION_URI_LOG_CALLBACK, &exchange_begin, loop, MHD_OPTION_NOTIFY_COMPLETED, &exchange_completed, loop,
		MHD_OPTION_UNESCAPE_CALLBACK, &keep_escaped, NULL, MHD_OPTION_ARRAY, tls ? tls_options : no_options,
		MHD_OPTION_END);
}

/* The listening socket goes, the connections stay. What already waits to be accepted is accepted first. */
static void quiesce(struct loop *loop)
{
	for (int i = 0; i < ACCEPT_ROUNDS; i++)
		MHD_run(loop->daemon);
	int listen_fd = MHD_quiesce_daemon(loop->daemon);
	if (listen_fd >= 0)
		close(listen_fd);
}

static void run_once(struct loop *loop, int64_t *deadlines_at_ms)
{
	struct pollfd fds[2] = { { loop->epoll_fd, POLLIN, 0 }, { loop->event_fd, POLLIN, 0 } };
	MHD_UNSIGNED_LONG_LONG wanted_ms;
	uint64_t wakes;
	int64_t now_ms = monotonic_ms();
	int64_t timeout_ms = *deadlines_at_ms > now_ms ? *deadlines_at_ms - now_ms : 0;
	if (MHD_get_timeout(loop->daemon, &wanted_ms) == MHD_YES && (int64_t)wanted_ms < timeout_ms)
		timeout_ms = (int64_t)wanted_ms;
	if (poll(fds, 2, (int)timeout_ms) < 0 && errno != EINTR)
		log_event(LOG_ERROR, "http.poll_failed", LOG_INT("errno", errno));
	if ((fds[1].revents & POLLIN) && read(loop->event_fd, &wakes, sizeof(wakes)) < 0 && errno != EAGAIN)
		log_event(LOG_ERROR, "http.wake_failed", LOG_INT("errno", errno));
	MHD_run(loop->daemon);
	now_ms = monotonic_ms();
	if (now_ms >= *deadlines_at_ms) {
		int64_t next_ms = deadlines_run(&loop->deadlines, now_ms);
		if (next_ms < 0 || next_ms > 1000)
			next_ms = 1000;
		*deadlines_at_ms = now_ms + (next_ms < DEADLINE_EVERY_MS ? DEADLINE_EVERY_MS : next_ms);
	}
}

/* libmicrohttpd aborts when it is stopped with a suspended connection. */
static void abandon_running(struct loop *loop)
{
	struct connection *connection = loop->deadlines.list[PHASE_RUNNING].first;
	for (; connection; connection = connection->next) {
		struct exchange *exchange = connection->exchange;
		if (!exchange || !exchange->pool)
			continue;
		pool_lock(exchange->pool);
		if (exchange->state == EXCHANGE_QUEUED) {
			exchange->abandoned = true;
			MHD_resume_connection(connection->mhd);
		}
		pool_unlock(exchange->pool);
	}
}

static void *loop_run(void *loop_)
{
	struct loop *loop = loop_;
	int64_t deadlines_at_ms = 0;
	bool quiesced = false;
	while (atomic_load(&loop->stopping) < 2) {
		if (atomic_load(&loop->stopping) == 1) {
			if (!quiesced)
				quiesce(loop);
			quiesced = true;
			deadlines_drop_idle(&loop->deadlines);
		}
		int64_t soon_ms = monotonic_ms() + DEADLINE_EVERY_MS;
		if (loop->deadlines.changed && deadlines_at_ms > soon_ms)
			deadlines_at_ms = soon_ms;
		loop->deadlines.changed = false;
		run_once(loop, &deadlines_at_ms);
	}
	abandon_running(loop);
	MHD_run(loop->daemon);
	MHD_run(loop->daemon);
	if (!quiesced)
		quiesce(loop);
	MHD_stop_daemon(loop->daemon);
	linger_close_all(&loop->deadlines);
	loop->daemon = NULL;
	return NULL;
}

bool loop_start(struct loop *loop, struct server *server, enum loop_kind kind, int port, char *why, size_t why_bytes)
{
	sigset_t all, before;
	loop->server = server;
	loop->kind = kind;
	loop->event_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	deadlines_init(&loop->deadlines, server->config);
	int listen_fd = listen_on(server->config->http_address, port, &loop->port, why, why_bytes);
	if (listen_fd < 0)
		return false;
	loop->daemon = loop->event_fd >= 0 ? start_daemon(loop, listen_fd) : NULL;
	const union MHD_DaemonInfo *info =
		loop->daemon ? MHD_get_daemon_info(loop->daemon, MHD_DAEMON_INFO_EPOLL_FD) : NULL;
	if (!info) {
		snprintf(why, why_bytes, "the HTTP library does not start");
		if (!loop->daemon)
			close(listen_fd);
		return false;
	}
	loop->epoll_fd = info->epoll_fd;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int failed = pthread_create(&loop->thread, NULL, loop_run, loop);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (failed) {
		snprintf(why, why_bytes, "no thread for the HTTP server: %s", strerror(failed));
		return false;
	}
	loop->thread_started = true;
	return true;
}

void loop_wake(struct loop *loop)
{
	uint64_t one = 1;
	/* EAGAIN: the counter is full, so the loop is going to wake anyway. */
	if (write(loop->event_fd, &one, sizeof(one)) < 0 && errno != EAGAIN)
		log_event(LOG_ERROR, "http.wake_failed", LOG_INT("errno", errno));
}

bool loop_stopping(struct loop *loop)
{
	return atomic_load(&loop->stopping) > 0;
}

void loop_drain(struct loop *loop)
{
	int running = 0;
	if (loop->thread_started && atomic_compare_exchange_strong(&loop->stopping, &running, 1))
		loop_wake(loop);
}

void loop_end(struct loop *loop)
{
	if (loop->thread_started) {
		atomic_store(&loop->stopping, 2);
		loop_wake(loop);
		pthread_join(loop->thread, NULL);
		loop->thread_started = false;
	} else if (loop->daemon) {
		MHD_stop_daemon(loop->daemon);
		loop->daemon = NULL;
	}
	if (loop->event_fd > 0)
		close(loop->event_fd);
	loop->event_fd = 0;
}
