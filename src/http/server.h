/* The HTTP server: framing, limits, routing, rights, pools, transactions, errors, compression, assets, streams.
 * Owns: libmicrohttpd's daemons, the I/O threads, the worker pools and their connections.
 * Source: limits.md (own epoll loop, suspend/resume, an eventfd per daemon), trust.md (framing, deadlines). */
#ifndef VAKHTA_HTTP_SERVER_H
#define VAKHTA_HTTP_SERVER_H

#include "http/request.h"

struct server;
struct asset;

struct server_options {
	const struct config *config;
	const struct route *routes;
	int route_count;
	/* Fills req->ctx.actor from cookie or bearer token; leaves id 0 when there is none or it is not valid. Runs on
	 * the worker. Fails only when it cannot know (database down). */
	bool (*authenticate)(struct request *req);
	/* Changes since `cursor` that `actor` may see, as SSE text; called by the stream thread with its own ctx and
	 * connection. See http/stream.h. NULL: no stream. */
	const struct stream_source *stream;
	/* What other rooms add to /metrics; runs on the I/O thread and must not wait. May be NULL. */
	void (*more_metrics)(struct text_out *out);
	/* Called with each worker's ctx before its first request and after a reconnect; may be NULL. */
	void (*worker_started)(struct ctx *ctx);
	/* Workers get no connection (ctx.db NULL), TX_WRITE opens no transaction. For programs that test the server
	 * alone. */
	bool without_database;
	/* The interface's files, sorted by path; NULL: those of assets_data.h. */
	const struct asset *assets;
	int asset_count;
};

/* Binds and starts. NULL with one line in `why` (a taken port, an unreadable certificate). */
struct server *server_start(const struct server_options *options, char *why, size_t why_bytes);
int server_port(const struct server *server);
int server_stream_port(const struct server *server);
/* No new connections; running requests finish (up to limit_ms); then stops. */
void server_stop(struct server *server, int64_t limit_ms);
/* Reads certificate and key again (SIGHUP). */
bool server_reload_tls(struct server *server);

/* Prometheus text of the server's counters: requests by route and status, latency histogram, queue depth, pools,
 * streams. */
void server_metrics(const struct server *server, struct text_out *out);

/* Wakes the stream thread: something was committed. Any thread. The server does it itself after a TX_WRITE route. */
void server_changed(struct server *server);

/* Handlers for the route table. Live: the process answers (POOL_INLINE). Ready: a worker has a database with the
 * schema of this program (POOL_API, TX_READ). Metrics: server_metrics as text (POOL_INLINE). */
bool health_live(struct request *req);
bool health_ready(struct request *req);
bool health_metrics(struct request *req);

#endif
