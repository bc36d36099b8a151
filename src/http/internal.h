/* What the files of http/ share: the exchange behind a request, the loop of a daemon, the pools and the server.
 * Nothing here is for handlers; they see request.h. */
#ifndef VAKHTA_HTTP_INTERNAL_H
#define VAKHTA_HTTP_INTERNAL_H

#include "base/config.h"
#include "http/framing.h"
#include "http/request.h"
#include "http/router.h"
#include "http/server.h"
#include "http/uri.h"

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <zlib.h>

struct loop;
struct exchange;
struct listener;

/* --- deadlines: where a connection stands, and until when it may stand there (deadline.c) --- */

enum phase {
	PHASE_HEADER,      /* from accept to the end of the first header: http.header_ms */
	PHASE_KEEPALIVE,   /* between requests */
	PHASE_NEXT_HEADER, /* from a later request line to the end of its header: http.header_ms */
	PHASE_BODY,        /* http.body_ms */
	PHASE_RUNNING,     /* with a worker or its queue; the request's own deadline counts */
	PHASE_REPLY,       /* until the client has taken the answer */
	PHASE_STREAM,      /* an event stream; pings find out who is gone */
	PHASE_GONE,        /* shut down, waiting for libmicrohttpd to notice */
	PHASES
};

struct connection {
	struct loop *loop;
	struct MHD_Connection *mhd;
	int fd;
	enum phase phase;
	int64_t deadline_ms; /* 0: none */
	struct connection *previous, *next;
	struct exchange *exchange; /* of the current request, or NULL */
};

struct connection_list {
	struct connection *first, *last;
	int count;
};

#define LINGER_MAX 256

/* Descriptors kept a second longer than libmicrohttpd keeps them, so that a refusal is not lost in a reset caused by
 * bytes nobody read. */
struct lingering {
	int fd[LINGER_MAX];
	int64_t until_ms[LINGER_MAX];
	int first, count;
};

struct deadlines {
	struct connection_list list[PHASES];
	int64_t limit_ms[PHASES];
	int open, open_max;
	bool changed; /* a connection got a new deadline since the last run */
	struct lingering linger;
};

void deadlines_init(struct deadlines *deadlines, const struct config *config);
void connection_opened(struct connection *connection);
void connection_closed(struct connection *connection);
/* `extra_ms` is added to the phase's limit. */
void connection_enter(struct connection *connection, enum phase phase, int64_t extra_ms);
/* Shuts down what is past its deadline; returns the time to the next one, or -1. */
int64_t deadlines_run(struct deadlines *deadlines, int64_t now_ms);
/* Shuts down all connections between requests. */
void deadlines_drop_idle(struct deadlines *deadlines);
void connection_linger(struct connection *connection);
void linger_close_all(struct deadlines *deadlines);

/* --- a daemon, its thread and its wake-up (io_loop.c) --- */

enum loop_kind { LOOP_API, LOOP_STREAM };

struct loop {
	struct server *server;
	enum loop_kind kind;
	struct MHD_Daemon *daemon;
	int epoll_fd, event_fd;
	int port;
	pthread_t thread;
	bool thread_started;
	struct deadlines deadlines;
	atomic_int stopping;  /* 1: drain; 2: end at once */
	atomic_int exchanges; /* requests not yet answered */
};

bool loop_start(struct loop *loop, struct server *server, enum loop_kind kind, int port, char *why, size_t why_bytes);
void loop_wake(struct loop *loop);
/* Stops accepting; the thread goes on until loop_end. Idle connections are dropped, answers close theirs. */
void loop_drain(struct loop *loop);
/* Ends the thread and the daemon. Requests still with a worker are abandoned. */
void loop_end(struct loop *loop);
bool loop_stopping(struct loop *loop);

/* --- an exchange: a request with what the transport needs (exchange.c, send.c) --- */

enum exchange_state {
	EXCHANGE_NEW,       /* the request line is there */
	EXCHANGE_RECEIVING, /* its body comes in */
	EXCHANGE_REFUSED,   /* the answer is known, the rest of the body is thrown away */
	EXCHANGE_QUEUED,    /* suspended: with a worker or its queue */
	EXCHANGE_ANSWERED,  /* the worker is done: send */
	EXCHANGE_SENDING
};

struct exchange {
	struct request req; /* first: req->transport points back here */
	struct server *server;
	struct loop *loop;
	struct connection *connection; /* NULL for the requests the stream makes to check its listeners */
	_Atomic enum exchange_state state;
	struct pool *pool;
	bool abandoned; /* under the pool's mutex: the connection is gone, the worker frees */

	char *raw_uri;
	const char *uri_at;      /* where libmicrohttpd has it, for the layout check */
	const char *method_name; /* NULL: none of ours */
	bool head, close_after;
	int route_index; /* -1: none matched */

	struct framing_field *headers;
	int header_count;
	struct uri uri;

	char *body;
	size_t body_expected, body_capacity, budget_bytes;

	int64_t started_ms, queued_ms;
	struct listener *listener;
	struct exchange *queue_next;
};

struct exchange *exchange_of(const struct request *req);
/* libmicrohttpd's callbacks. */
void *exchange_begin(void *cls, const char *uri, struct MHD_Connection *mhd);
enum MHD_Result exchange_handle(void *cls, struct MHD_Connection *mhd, const char *url, const char *method,
	const char *version, const char *upload_data, size_t *upload_data_size, void **con_cls);
void exchange_completed(void *cls, struct MHD_Connection *mhd, void **con_cls, enum MHD_RequestTerminationCode code);
void exchange_free(struct exchange *exchange);
/* Hands the answer back to the I/O thread; the exchange must not be touched afterwards. */
void exchange_finish(struct exchange *exchange);

enum MHD_Result exchange_send(struct exchange *exchange);

/* --- what happens to a request once it is whole (dispatch.c, idempotency.c, csrf.c, problem.c, reply.c) --- */

struct gzip {
	z_stream stream;
	bool ready;
};
void gzip_end(struct gzip *gzip);

/* Runs a request on a worker whose connection is in ctx.db. */
void dispatch_run(struct exchange *exchange, struct gzip *gzip);
/* Runs an INLINE route on the I/O thread. */
void dispatch_inline(struct exchange *exchange);
/* Turns ctx.error into the answer, logs and counts it, adds what every answer has. */
void exchange_answer(struct exchange *exchange, bool good, struct gzip *gzip_or_null);

bool csrf_check_origin(struct request *req) MUST_CHECK;
bool csrf_check_session(struct request *req) MUST_CHECK;
/* "https://host:port" as the browser sees this server; NULL without a Host. */
const char *csrf_own_origin(struct request *req);
/* True when `origin` is this server's main address, as seen from the stream's port. */
bool csrf_origin_is_ours(struct request *req, const char *origin);
/* scheme://host:port of an address, or NULL. */
const char *csrf_origin_of_url(struct arena *arena, const char *url);

enum idempotency { IDEMPOTENCY_NONE, IDEMPOTENCY_FIRST, IDEMPOTENCY_REPLAYED, IDEMPOTENCY_FAILED };
bool idempotency_key_valid(const char *key);
enum idempotency idempotency_claim(struct request *req);
bool idempotency_store(struct request *req) MUST_CHECK;
/* SHA-256 of method, path and content as hex. */
const char *idempotency_fingerprint(struct request *req);

void problem_render(struct request *req);
/* ETag, compression and headers; the last step before sending. */
void reply_finish(struct request *req, struct gzip *gzip_or_null);
const char *reply_find_header(const struct reply *reply, const char *name);
void reply_reset(struct request *req);

/* Serves a file of the interface, or index.html for its addresses. */
bool assets_serve(struct request *req);

/* --- pools (pools.c) --- */

struct pool;
struct pool *pool_create(
	struct server *server, const char *name, int workers, int queue_max, int64_t statement_ms, int64_t request_ms);
bool pool_start(struct pool *pool);
/* False: full (or stopping); the caller answers. Otherwise the connection is suspended and a worker has it. */
bool pool_submit(struct pool *pool, struct exchange *exchange);
void pool_lock(struct pool *pool);
void pool_unlock(struct pool *pool);
/* Waits for the workers until `until_ms`; then breaks their connections. False: some did not end. */
bool pool_stop(struct pool *pool, int64_t until_ms);
void pool_destroy(struct pool *pool);
int pool_waiting(struct pool *pool);
int pool_busy(struct pool *pool);
int pool_workers(const struct pool *pool);
const char *pool_name(const struct pool *pool);

/* --- TLS (tls.c) --- */

struct tls;
struct tls *tls_create(const struct config *config, char *why, size_t why_bytes);
bool tls_reload(struct tls *tls, const struct config *config, char *why, size_t why_bytes);
void tls_destroy(struct tls *tls);
int tls_retrieve(gnutls_session_t session, const gnutls_datum_t *authorities, int authority_count,
	const gnutls_pk_algorithm_t *algorithms, int algorithm_count, gnutls_pcert_st **chain_r,
	unsigned int *chain_length_r, gnutls_privkey_t *key_r);
/* tls_retrieve has no argument of its own: it serves the identity published last. */

/* --- event stream (stream_feed.c, stream_listener.c) --- */

struct feed;
struct feed *feed_create(struct server *server);
bool feed_start(struct feed *feed);
void feed_changed(struct feed *feed);
/* Ends all listeners and the thread. */
void feed_stop(struct feed *feed);
void feed_destroy(struct feed *feed);
int feed_listeners(struct feed *feed, enum loop_kind kind);

/* On the worker, after rights: makes the listener of this exchange. */
bool stream_open(struct exchange *exchange) MUST_CHECK;
/* On the I/O thread: sends the head of the stream and starts it. */
enum MHD_Result stream_send(struct exchange *exchange);
void listener_release(struct listener *listener);

/* --- metrics (metrics.c) --- */

#define METRIC_BUCKETS 12

struct route_metric {
	atomic_uint_fast64_t status[6]; /* by hundreds; [0] unused */
	atomic_uint_fast64_t bucket[METRIC_BUCKETS];
	atomic_uint_fast64_t sum_us;
};

struct metrics {
	struct route_metric *route; /* route_count + 1; the last counts what matched none */
	atomic_uint_fast64_t refused_framing, refused_full, deadline_closed, evicted, body_bytes_budget, stream_events,
		stream_resyncs, stream_slow;
};

bool metrics_init(struct metrics *metrics, int route_count);
void metrics_free(struct metrics *metrics);
void metrics_count(struct exchange *exchange, int status, int64_t duration_ms);

/* --- the server (server.c) --- */

#define ARENAS_KEPT 128
#define ARENA_BLOCK_BYTES 16384
#define URI_BYTES_MAX 8192
#define HEADER_BYTES_MAX 32768
#define BODY_BUDGET_BYTES ((uint64_t)268435456)
#define DRAIN_BYTES_MAX 262144
#define STREAMS_ON_API_MAX 64

struct server {
	struct server_options options;
	const struct config *config;
	struct router *router;
	struct loop api, stream;
	bool has_stream;
	struct pool *pool[3]; /* POOL_API, POOL_DIRECTORY, POOL_REPORT */
	struct feed *feed;
	struct tls *tls;
	struct metrics metrics;
	atomic_uint_fast64_t body_bytes; /* promised by requests being received */
	pthread_mutex_t arena_mutex;
	struct arena *arenas[ARENAS_KEPT];
	int arena_count;
};

struct arena *server_arena_take(struct server *server);
void server_arena_give(struct server *server, struct arena *arena);

#endif
