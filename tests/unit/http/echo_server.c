/* http_echo_server: the HTTP server with a few routes, for the tests of the transport.
 * Configured by the environment as the program itself (VAKHTA_HTTP_PORT=0 …); with VAKHTA_ECHO_DATABASE set its workers
 * use the database. Writes "port stream_port" to standard output;
 * SIGHUP reads the certificate again, SIGTERM ends it. */
#include "assets_data.h"
#include "base/config.h"
#include "base/log.h"
#include "http/body.h"
#include "http/server.h"
#include "http/stream.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define CHANGES_MAX 4096
#define KEPT_FROM_STALE 5000 /* positions below this number are told to be too old */

static struct {
	pthread_mutex_t mutex;
	struct {
		char position[24], data[96];
		int64_t reporter_id;
	} item[CHANGES_MAX];
	int count;
} changes = { .mutex = PTHREAD_MUTEX_INITIALIZER };

static atomic_bool revoked;
static struct server *server;

static bool authenticate(struct request *req)
{
	const char *cookie = request_cookie(req, "sid"), *bearer = request_header(req, "authorization");
	const char *who = bearer && strncmp(bearer, "Bearer ", 7) == 0 ? bearer + 7 : cookie;
	struct actor *actor = &req->ctx.actor;
	if (!who)
		return true;
	if (strcmp(who, "broken") == 0)
		return fail_internal(&req->ctx, ERROR_UNAVAILABLE, "no database");
	if (strcmp(who, "alice") == 0 && !atomic_load(&revoked))
		*actor = (struct actor){ .id = 1, .roles = ROLE_EMPLOYEE | ROLE_AGENT, .name = "Alice A", .language = "en" };
	else if (strcmp(who, "reader") == 0)
		*actor = (struct actor){ .id = 2, .roles = ROLE_AUDITOR, .name = "Rita R", .language = "en" };
	if (actor->id != 0 && who == cookie)
		actor->session_id = 100 + actor->id;
	return true;
}

static bool echo_get(struct request *req)
{
	struct json_out json;
	const char *query = request_query(req, "q"), *header = request_header(req, "x-test");
	json_begin(&json, req->ctx.arena, 256);
	json_open_object(&json, NULL);
	json_text(&json, "name", req->path_arg[0]);
	json_text(&json, "q", query);
	json_text(&json, "x_test", header);
	json_text(&json, "peer", req->peer);
	json_int(&json, "actor", req->ctx.actor.id);
	json_bool(&json, "secure", req->secure);
	json_close_object(&json);
	return reply_json_out(req, 200, &json);
}

static bool echo_post(struct request *req)
{
	struct json_out json;
	struct body *body = body_open(req);
	if (!body)
		return false;
	const char *text = body_text(body, "text", BODY_OPTIONAL, 0, 60000);
	if (!body_close(body))
		return false;
	json_begin(&json, req->ctx.arena, 256);
	json_open_object(&json, NULL);
	json_int(&json, "length", (int64_t)req->body_length);
	json_text(&json, "text", text);
	json_close_object(&json);
	reply_location(req, "/api/v1/echo/%d", 7);
	return reply_json_out(req, 201, &json);
}

static bool echo_slow(struct request *req)
{
	int64_t wait_ms = query_int(req, "ms", 100, 0, 60000);
	struct timespec pause = { wait_ms / 1000, (wait_ms % 1000) * 1000000 };
	nanosleep(&pause, NULL);
	return reply_json(req, 200, "{\"slow\":true}", 13);
}

static bool echo_big(struct request *req)
{
	struct json_out json;
	int64_t count = query_int(req, "n", 400, 0, 2000000);
	json_begin(&json, req->ctx.arena, 32768);
	json_open_array(&json, NULL);
	for (int64_t i = 0; i < count; i++)
		json_text(&json, NULL, "the quick brown fox jumps over the lazy dog");
	json_close_array(&json);
	reply_etag(req, 7);
	return reply_json_out(req, 200, &json);
}

static bool echo_patch(struct request *req)
{
	int64_t version;
	if (!request_if_match(req, &version))
		return false;
	reply_etag(req, version + 1);
	return reply_json(req, 200, "{}", 2);
}

static bool echo_upload(struct request *req)
{
	struct upload upload;
	struct json_out json;
	if (!body_upload(req, &upload))
		return false;
	json_begin(&json, req->ctx.arena, 256);
	json_open_object(&json, NULL);
	json_text(&json, "name", upload.name);
	json_text(&json, "type", upload.content_type);
	json_int(&json, "length", (int64_t)upload.length);
	json_close_object(&json);
	return reply_json_out(req, 201, &json);
}

static bool echo_file(struct request *req)
{
	int fd = memfd_create("echo", MFD_CLOEXEC);
	static char block[65536];
	if (fd < 0)
		return fail_internal(&req->ctx, ERROR_INTERNAL, "no memfd");
	for (int i = 0; i < 16; i++)
		if (write(fd, block, sizeof(block)) != (ssize_t)sizeof(block))
			return fail_internal(&req->ctx, ERROR_INTERNAL, "memfd is full");
	reply_header(req, "Content-Disposition", "attachment; filename=\"a\r\nSet-Cookie: x\"");
	return reply_file(req, "application/octet-stream", fd);
}

static bool echo_list(struct request *req)
{
	static const char *const names[] = { "limit", "cursor", NULL };
	struct page page;
	struct json_out json;
	if (!page_read(req, &page) || !query_done(req, names))
		return false;
	int64_t from = 0;
	if (page.count > 0 && !text_parse_int64(page.value[0], &from))
		return fail_field(&req->ctx, "cursor", "is not a number");
	json_begin(&json, req->ctx.arena, 256);
	json_open_object(&json, NULL);
	json_open_array(&json, "items");
	for (int64_t i = from; i < from + page.limit; i++)
		json_int(&json, NULL, i);
	json_close_array(&json);
	const char *value = arena_printf(req->ctx.arena, "%lld", (long long)(from + page.limit));
	json_text(&json, "next", page_cursor(req, &value, 1));
	json_close_object(&json);
	return reply_json_out(req, 200, &json);
}

static bool echo_internal(struct request *req)
{
	return fail_internal(&req->ctx, ERROR_INTERNAL, "relation \"secret_table\" does not exist");
}

static bool echo_change(struct request *req)
{
	struct body *body = body_open(req);
	if (!body)
		return false;
	int64_t reporter = body_id(body, "reporter", BODY_OPTIONAL),
			count = body_int(body, "count", BODY_OPTIONAL, 1, 1000, 1);
	if (!body_close(body))
		return false;
	pthread_mutex_lock(&changes.mutex);
	for (int64_t i = 0; i < count && changes.count < CHANGES_MAX; i++) {
		int n = changes.count++;
		snprintf(changes.item[n].position, sizeof(changes.item[n].position), "%d", 10000 + n + 1);
		snprintf(changes.item[n].data, sizeof(changes.item[n].data), "{\"n\":%d}", n + 1);
		changes.item[n].reporter_id = reporter;
	}
	pthread_mutex_unlock(&changes.mutex);
	return reply_empty(req, 204);
}

static bool echo_revoke(struct request *req)
{
	atomic_store(&revoked, true);
	return reply_empty(req, 204);
}

static bool source_read(struct ctx *ctx, const char *position, int limit, const struct stream_change **changes_r,
	int *count_r, const char **next_r)
{
	int64_t from = 0;
	*count_r = 0;
	if (position && (!text_parse_int64(position, &from) || from > 20000))
		return fail(ctx, ERROR_UNREADABLE, "no position");
	if (position && from < KEPT_FROM_STALE)
		return fail(ctx, ERROR_STALE, "too old");
	pthread_mutex_lock(&changes.mutex);
	int first = position ? (int)(from - 10000) : changes.count;
	struct stream_change *out = arena_array(ctx->arena, (size_t)limit + 1, sizeof(*out));
	for (int i = first; i < changes.count && *count_r < limit; i++)
		out[(*count_r)++] = (struct stream_change){
			.position = arena_strdup(ctx->arena, changes.item[i].position),
			.type = "ticket",
			.data = arena_strdup(ctx->arena, changes.item[i].data),
			.reporter_id = changes.item[i].reporter_id,
		};
	*next_r = arena_printf(ctx->arena, "%d", 10000 + first + *count_r);
	pthread_mutex_unlock(&changes.mutex);
	*changes_r = out;
	return true;
}

static bool source_may_see(const struct actor *actor, const struct stream_change *change)
{
	return change->reporter_id == 0 || change->reporter_id == actor->id;
}

static const struct stream_source source = { source_read, source_may_see };

static const struct route routes[] = {
	ROUTE(GET, "/api/v1/echo/{name}", RIGHT_PUBLIC, POOL_API, TX_READ, 0, echo_get),
	ROUTE(GET, "/api/v1/inline/{name}", RIGHT_PUBLIC, POOL_INLINE, TX_READ, 0, echo_get),
	ROUTE(GET, "/api/v1/me/{name}", RIGHT_SIGNED_IN, POOL_API, TX_READ, 0, echo_get),
	ROUTE(POST, "/api/v1/echo", RIGHT_PUBLIC, POOL_API, TX_WRITE, 65536, echo_post),
	ROUTE(POST, "/api/v1/work", ROLE_AGENT, POOL_API, TX_WRITE, 65536, echo_post),
	ROUTE(GET, "/api/v1/slow", RIGHT_PUBLIC, POOL_API, TX_READ, 0, echo_slow),
	ROUTE(GET, "/api/v1/big", RIGHT_PUBLIC, POOL_API, TX_READ, 0, echo_big),
	ROUTE(GET, "/api/v1/file", RIGHT_PUBLIC, POOL_REPORT, TX_READ, 0, echo_file),
	ROUTE(GET, "/api/v1/list", RIGHT_PUBLIC, POOL_API, TX_READ, 0, echo_list),
	ROUTE(GET, "/api/v1/internal", RIGHT_PUBLIC, POOL_API, TX_READ, 0, echo_internal),
	ROUTE(PATCH, "/api/v1/thing", RIGHT_PUBLIC, POOL_API, TX_WRITE, 1024, echo_patch),
	ROUTE(POST, "/api/v1/upload", RIGHT_PUBLIC, POOL_API, TX_WRITE, 33554432, echo_upload),
	ROUTE(POST, "/api/v1/change", RIGHT_PUBLIC, POOL_API, TX_SELF, 1024, echo_change),
	ROUTE(POST, "/api/v1/revoke", RIGHT_PUBLIC, POOL_DIRECTORY, TX_SELF, 1024, echo_revoke),
	ROUTE(GET, "/api/v1/stream", RIGHT_SIGNED_IN, POOL_STREAM, TX_READ, 0, NULL),
	ROUTE(GET, "/healthz", RIGHT_PUBLIC, POOL_INLINE, TX_READ, 0, health_live),
	ROUTE(GET, "/readyz", RIGHT_PUBLIC, POOL_API, TX_READ, 0, health_ready),
	ROUTE(GET, "/metrics", RIGHT_PUBLIC, POOL_INLINE, TX_READ, 0, health_metrics),
};

static const unsigned char page[] = "<!doctype html><title>echo</title>";
static const unsigned char script[] = "export const answer = 42;";
static const struct asset assets[] = {
	{ "/assets/app-AB12CD34.js", "text/javascript; charset=utf-8", "\"js1\"", script, sizeof(script) - 1, NULL, 0,
		true },
	{ "/index.html", "text/html; charset=utf-8", "\"page1\"", page, sizeof(page) - 1, NULL, 0, false },
};

int main(void)
{
	char why[256];
	sigset_t signals;
	int received = 0;
	struct config *config = config_load("/dev/null", why, sizeof(why));
	if (!config) {
		fprintf(stderr, "%s\n", why);
		return 2;
	}
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	struct server_options options = {
		.config = config,
		.routes = routes,
		.route_count = (int)(sizeof(routes) / sizeof(routes[0])),
		.authenticate = authenticate,
		.stream = &source,
		.without_database = getenv("VAKHTA_ECHO_DATABASE") == NULL,
		.assets = assets,
		.asset_count = 2,
	};
	server = server_start(&options, why, sizeof(why));
	if (!server) {
		fprintf(stderr, "%s\n", why);
		config_destroy(config);
		return 1;
	}
	printf("%d %d\n", server_port(server), server_stream_port(server));
	fflush(stdout);
	while (sigwait(&signals, &received) == 0 && received == SIGHUP)
		server_reload_tls(server);
	server_stop(server, 10000);
	config_destroy(config);
	return 0;
}
