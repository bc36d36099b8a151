/* Owns: the order of start and stop, and what all parts share. The parts themselves: io_loop.c (daemon and thread),
 * exchange.c (a request's way in), dispatch.c (what is done with it), send.c (its way out), pools.c, stream_feed.c.
 * Refuses: to start half. */
#include "http/internal.h"

#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define REPORT_QUEUE 32
#define DESCRIPTORS_SPARE 512

struct arena *server_arena_take(struct server *server)
{
	struct arena *arena = NULL;
	pthread_mutex_lock(&server->arena_mutex);
	if (server->arena_count > 0)
		arena = server->arenas[--server->arena_count];
	pthread_mutex_unlock(&server->arena_mutex);
	return arena ? arena : arena_create(ARENA_BLOCK_BYTES);
}

void server_arena_give(struct server *server, struct arena *arena)
{
	arena_reset(arena);
	pthread_mutex_lock(&server->arena_mutex);
	bool kept = server->arena_count < ARENAS_KEPT;
	if (kept)
		server->arenas[server->arena_count++] = arena;
	pthread_mutex_unlock(&server->arena_mutex);
	if (!kept)
		arena_destroy(arena);
}

/* Two daemons, both full, and what else is open. A lower limit of the system is no reason not to start. */
static void raise_descriptors(const struct config *config)
{
	struct rlimit limit;
	rlim_t wanted = (rlim_t)(2 * config->http_connections + DESCRIPTORS_SPARE);
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
		return;
	limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
	if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < wanted)
		log_event(LOG_WARN, "http.few_descriptors", LOG_INT("wanted", wanted), LOG_INT("allowed", limit.rlim_cur));
}

static void destroy(struct server *server)
{
	for (int i = 0; i < 3; i++)
		pool_destroy(server->pool[i]);
	feed_destroy(server->feed);
	tls_destroy(server->tls);
	router_destroy(server->router);
	metrics_free(&server->metrics);
	for (int i = 0; i < server->arena_count; i++)
		arena_destroy(server->arenas[i]);
	pthread_mutex_destroy(&server->arena_mutex);
	free(server);
}

static bool make_parts(struct server *server, char *why, size_t why_bytes)
{
	const struct config *config = server->config;
	bool has_certificate = config->http_tls_certificate[0], has_key = config->http_tls_key[0];
	server->router = router_create(server->options.routes, server->options.route_count, why, why_bytes);
	if (!server->router)
		return false;
	if (has_certificate != has_key) {
		snprintf(why, why_bytes, "http.tls_certificate and http.tls_key are only useful together");
		return false;
	}
	if (has_certificate && !(server->tls = tls_create(config, why, why_bytes)))
		return false;
	server->pool[POOL_API] = pool_create(server, "api", (int)config->http_workers, (int)config->http_queue,
		config->database_statement_ms, config->http_request_ms);
	server->pool[POOL_DIRECTORY] = pool_create(server, "directory", (int)config->http_directory_workers,
		(int)config->http_queue, config->database_statement_ms, config->http_request_ms);
	server->pool[POOL_REPORT] = pool_create(
		server, "report", (int)config->http_report_workers, REPORT_QUEUE, config->database_report_statement_ms, 0);
	server->feed = server->options.stream ? feed_create(server) : NULL;
	server->has_stream = server->feed != NULL;
	bool good = server->pool[POOL_API] && server->pool[POOL_DIRECTORY] && server->pool[POOL_REPORT] &&
		metrics_init(&server->metrics, server->options.route_count) && (server->feed || !server->options.stream);
	if (!good)
		snprintf(why, why_bytes, "no memory for the HTTP server");
	return good;
}

static bool start_parts(struct server *server, char *why, size_t why_bytes)
{
	const struct config *config = server->config;
	int port = (int)config->http_port, stream_port = (int)config->http_stream_port;
	for (int i = 0; i < 3; i++) {
		if (!pool_start(server->pool[i])) {
			snprintf(why, why_bytes, "the workers do not start");
			return false;
		}
	}
	if (server->feed && !feed_start(server->feed)) {
		snprintf(why, why_bytes, "the event stream does not start");
		return false;
	}
	/* The stream first: pages name its port from their first answer on. */
	if (stream_port < 0)
		stream_port = port == 0 ? 0 : port + 1;
	if (server->has_stream && !loop_start(&server->stream, server, LOOP_STREAM, stream_port, why, why_bytes))
		return false;
	return loop_start(&server->api, server, LOOP_API, port, why, why_bytes);
}

struct server *server_start(const struct server_options *options, char *why, size_t why_bytes)
{
	struct server *server = calloc(1, sizeof(*server));
	if (!server) {
		snprintf(why, why_bytes, "no memory for the HTTP server");
		return NULL;
	}
	server->options = *options;
	server->config = options->config;
	pthread_mutex_init(&server->arena_mutex, NULL);
	raise_descriptors(server->config);
	if (!make_parts(server, why, why_bytes)) {
		destroy(server);
		return NULL;
	}
	if (!start_parts(server, why, why_bytes)) {
		server_stop(server, 3000);
		return NULL;
	}
	log_event(LOG_INFO, "http.listening", LOG_TEXT("address", server->config->http_address),
		LOG_INT("port", server->api.port), LOG_INT("stream_port", server->has_stream ? server->stream.port : 0),
		LOG_TEXT("tls", server->tls ? "yes" : "no"));
	return server;
}

int server_port(const struct server *server)
{
	return server->api.port;
}

int server_stream_port(const struct server *server)
{
	return server->has_stream ? server->stream.port : 0;
}

/* Waits until no request is unanswered. */
static void wait_answered(struct server *server, int64_t until_ms)
{
	struct timespec pause = { .tv_sec = 0, .tv_nsec = 10000000 };
	while (monotonic_ms() < until_ms &&
		(atomic_load(&server->api.exchanges) > 0 || atomic_load(&server->stream.exchanges) > 0))
		nanosleep(&pause, NULL);
}

void server_stop(struct server *server, int64_t limit_ms)
{
	int64_t until_ms = monotonic_ms() + limit_ms;
	bool ended = true;
	loop_drain(&server->stream);
	loop_drain(&server->api);
	if (server->feed)
		feed_stop(server->feed);
	wait_answered(server, until_ms);
	for (int i = 0; i < 3; i++)
		ended = pool_stop(server->pool[i], until_ms) && ended;
	/* What the workers finished just now still wants to be sent. */
	wait_answered(server, monotonic_ms() + (limit_ms > 0 ? 500 : 0));
	loop_end(&server->stream);
	loop_end(&server->api);
	log_event(LOG_INFO, "http.stopped", LOG_TEXT("clean", ended ? "yes" : "no"));
	/* A worker that did not end still uses all this; the process is about to end. */
	if (ended)
		destroy(server);
}

bool server_reload_tls(struct server *server)
{
	char why[256];
	if (!server->tls)
		return true;
	if (tls_reload(server->tls, server->config, why, sizeof(why))) {
		log_event(LOG_INFO, "http.tls_reloaded", LOG_INT("port", server->api.port));
		return true;
	}
	log_event(LOG_ERROR, "http.tls_not_reloaded", LOG_TEXT("why", why));
	return false;
}

void server_changed(struct server *server)
{
	if (server->feed)
		feed_changed(server->feed);
}
