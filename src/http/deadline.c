/* Owns: where each connection stands and until when, the eviction of idle ones when there are too many, and lingering.
 * Everything here runs on the I/O thread of its loop.
 * Refuses: libmicrohttpd's own time-outs, which a byte every two seconds keeps away for ever.
 * Source: limits.md, trust.md (absolute deadlines). */
#include "http/internal.h"

#include <sys/socket.h>
#include <unistd.h>

#define KEEPALIVE_MS 30000
#define REPLY_MS 60000
#define LINGER_MS 1000
/* libmicrohttpd keeps 32 kB for a connection that has had a request; beyond so many, those idle for a while go. */
#define KEEPALIVE_MAX 1024
#define KEEPALIVE_SURPLUS_MS 2000

void deadlines_init(struct deadlines *deadlines, const struct config *config)
{
	*deadlines = (struct deadlines){ .open_max = (int)config->http_connections };
	deadlines->limit_ms[PHASE_HEADER] = config->http_header_ms;
	deadlines->limit_ms[PHASE_NEXT_HEADER] = config->http_header_ms;
	deadlines->limit_ms[PHASE_KEEPALIVE] = KEEPALIVE_MS;
	deadlines->limit_ms[PHASE_BODY] = config->http_body_ms;
	deadlines->limit_ms[PHASE_REPLY] = REPLY_MS;
}

static void list_remove(struct connection_list *list, struct connection *connection)
{
	if (connection->previous)
		connection->previous->next = connection->next;
	else
		list->first = connection->next;
	if (connection->next)
		connection->next->previous = connection->previous;
	else
		list->last = connection->previous;
	connection->previous = connection->next = NULL;
	list->count--;
}

static void list_append(struct connection_list *list, struct connection *connection)
{
	connection->previous = list->last;
	connection->next = NULL;
	if (list->last)
		list->last->next = connection;
	else
		list->first = connection;
	list->last = connection;
	list->count++;
}

void connection_enter(struct connection *connection, enum phase phase, int64_t extra_ms)
{
	struct deadlines *deadlines = &connection->loop->deadlines;
	int64_t limit_ms = deadlines->limit_ms[phase];
	list_remove(&deadlines->list[connection->phase], connection);
	connection->phase = phase;
	connection->deadline_ms = limit_ms > 0 ? monotonic_ms() + limit_ms + extra_ms : 0;
	list_append(&deadlines->list[phase], connection);
	deadlines->changed = true;
}

static void drop(struct connection *connection)
{
	connection_enter(connection, PHASE_GONE, 0);
	shutdown(connection->fd, SHUT_RDWR);
}

/* The oldest of those who wait for nothing but themselves: first between requests, then slow with their header. */
static void evict_one(struct deadlines *deadlines)
{
	static const enum phase order[] = { PHASE_KEEPALIVE, PHASE_HEADER, PHASE_NEXT_HEADER, PHASE_BODY };
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		struct connection *oldest = deadlines->list[order[i]].first;
		if (!oldest)
			continue;
		atomic_fetch_add(&oldest->loop->server->metrics.evicted, 1);
		drop(oldest);
		return;
	}
}

void connection_opened(struct connection *connection)
{
	struct deadlines *deadlines = &connection->loop->deadlines;
	if (++deadlines->open - deadlines->list[PHASE_GONE].count > deadlines->open_max)
		evict_one(deadlines);
	connection->phase = PHASE_HEADER;
	connection->deadline_ms = monotonic_ms() + deadlines->limit_ms[PHASE_HEADER];
	list_append(&deadlines->list[PHASE_HEADER], connection);
	deadlines->changed = true;
}

void connection_closed(struct connection *connection)
{
	struct deadlines *deadlines = &connection->loop->deadlines;
	list_remove(&deadlines->list[connection->phase], connection);
	deadlines->open--;
}

void connection_linger(struct connection *connection)
{
	struct lingering *linger = &connection->loop->deadlines.linger;
	if (linger->count == LINGER_MAX)
		return;
	int fd = dup(connection->fd);
	if (fd < 0)
		return;
	int slot = (linger->first + linger->count++) % LINGER_MAX;
	linger->fd[slot] = fd;
	linger->until_ms[slot] = monotonic_ms() + LINGER_MS;
}

static void linger_close_first(struct lingering *linger)
{
	close(linger->fd[linger->first]);
	linger->first = (linger->first + 1) % LINGER_MAX;
	linger->count--;
}

void linger_close_all(struct deadlines *deadlines)
{
	while (deadlines->linger.count > 0)
		linger_close_first(&deadlines->linger);
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < 0 || (b >= 0 && b < a) ? b : a;
}

static void drop_surplus(struct deadlines *deadlines, int64_t now_ms)
{
	struct connection_list *idle = &deadlines->list[PHASE_KEEPALIVE];
	while (idle->count > KEEPALIVE_MAX && idle->first->deadline_ms - KEEPALIVE_MS + KEEPALIVE_SURPLUS_MS <= now_ms) {
		atomic_fetch_add(&idle->first->loop->server->metrics.evicted, 1);
		drop(idle->first);
	}
}

int64_t deadlines_run(struct deadlines *deadlines, int64_t now_ms)
{
	int64_t next_ms = -1;
	drop_surplus(deadlines, now_ms);
	for (int phase = 0; phase < PHASE_GONE; phase++) {
		struct connection *connection = deadlines->list[phase].first, *following;
		for (; connection; connection = following) {
			following = connection->next;
			if (connection->deadline_ms == 0)
				break;
			if (connection->deadline_ms <= now_ms) {
				atomic_fetch_add(&connection->loop->server->metrics.deadline_closed, 1);
				drop(connection);
				continue;
			}
			next_ms = earlier(next_ms, connection->deadline_ms - now_ms);
			/* A phase without extra time is in order of its deadlines. */
			if (phase != PHASE_REPLY)
				break;
		}
	}
	struct lingering *linger = &deadlines->linger;
	while (linger->count > 0 && linger->until_ms[linger->first] <= now_ms)
		linger_close_first(linger);
	if (linger->count > 0)
		next_ms = earlier(next_ms, linger->until_ms[linger->first] - now_ms);
	return next_ms;
}

/* Not those whose next request is already here: it is answered, with Connection: close. */
void deadlines_drop_idle(struct deadlines *deadlines)
{
	struct connection *connection = deadlines->list[PHASE_KEEPALIVE].first, *following;
	for (; connection; connection = following) {
		char byte;
		following = connection->next;
		if (recv(connection->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) <= 0)
			drop(connection);
	}
}
