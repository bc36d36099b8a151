/* Owns: libmicrohttpd's callbacks for a request: its head is judged at the first call, its body collected, and at the
 * last call it goes to a pool (suspended) or is answered at once.
 * Refuses: to run anything that may wait.
 * Thread: the I/O thread, except exchange_finish and exchange_free. */
#include "http/internal.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define LIBRARY_LAST_LENIENT "0.9.75"
#define BODY_FIRST_BYTES ((size_t)65536)

struct exchange *exchange_of(const struct request *req)
{
	return req->transport;
}

static struct connection *connection_of(struct MHD_Connection *mhd)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	return info ? info->socket_context : NULL;
}

void *exchange_begin(void *cls, const char *uri, struct MHD_Connection *mhd)
{
	struct loop *loop = cls;
	struct connection *connection = connection_of(mhd);
	struct exchange *exchange = connection ? calloc(1, sizeof(*exchange)) : NULL;
	if (!exchange)
		return NULL;
	exchange->raw_uri = strdup(uri ? uri : "");
	if (!exchange->raw_uri) {
		free(exchange);
		return NULL;
	}
	exchange->uri_at = uri;
	exchange->server = loop->server;
	exchange->loop = loop;
	exchange->connection = connection;
	exchange->route_index = -1;
	exchange->started_ms = monotonic_ms();
	exchange->req.transport = exchange;
	connection->exchange = exchange;
	atomic_fetch_add(&loop->exchanges, 1);
	if (connection->phase == PHASE_KEEPALIVE)
		connection_enter(connection, PHASE_NEXT_HEADER, 0);
	return exchange;
}

void exchange_free(struct exchange *exchange)
{
	if (exchange->listener)
		listener_release(exchange->listener);
	if (exchange->budget_bytes > 0)
		atomic_fetch_sub(&exchange->server->body_bytes, exchange->budget_bytes);
	if (exchange->req.ctx.arena)
		server_arena_give(exchange->server, exchange->req.ctx.arena);
	free(exchange->body);
	free(exchange->raw_uri);
	atomic_fetch_sub(&exchange->loop->exchanges, 1);
	free(exchange);
}

void exchange_completed(void *cls, struct MHD_Connection *mhd, void **con_cls, enum MHD_RequestTerminationCode code)
{
	struct exchange *exchange = *con_cls;
	struct connection *connection = connection_of(mhd);
	bool ours = true;
	(void)cls;
	(void)code;
	*con_cls = NULL;
	if (connection) {
		connection->exchange = NULL;
		if (connection->phase != PHASE_GONE)
			connection_enter(connection, PHASE_KEEPALIVE, 0);
	}
	if (!exchange)
		return;
	if (exchange->pool) {
		pool_lock(exchange->pool);
		ours = !exchange->abandoned;
		pool_unlock(exchange->pool);
	}
	if (ours)
		exchange_free(exchange);
}

void exchange_finish(struct exchange *exchange)
{
	struct loop *loop = exchange->loop;
	struct pool *pool = exchange->pool;
	pool_lock(pool);
	bool abandoned = exchange->abandoned;
	if (!abandoned) {
		exchange->state = EXCHANGE_ANSWERED;
		MHD_resume_connection(exchange->connection->mhd);
	}
	pool_unlock(pool);
	if (abandoned)
		exchange_free(exchange);
	else
		loop_wake(loop);
}

struct collected {
	struct framing_field *fields;
	int count;
	bool too_many;
};

static enum MHD_Result collect_field(
	void *cls, enum MHD_ValueKind kind, const char *name, size_t name_length, const char *value, size_t value_length)
{
	struct collected *collected = cls;
	(void)kind;
	if (collected->count == FRAMING_FIELDS_MAX) {
		collected->too_many = true;
		return MHD_NO;
	}
	collected->fields[collected->count++] =
		(struct framing_field){ name, value ? value : "", name_length, value ? value_length : 0 };
	return MHD_YES;
}

/* Into the arena, because a worker may outlive the connection at a forced stop. White space after a value is none of
 * it. */
static void keep_fields(struct exchange *exchange)
{
	struct arena *arena = exchange->req.ctx.arena;
	for (int i = 0; i < exchange->header_count; i++) {
		struct framing_field *field = &exchange->headers[i];
		size_t length = field->value_length;
		while (length > 0 && (field->value[length - 1] == ' ' || field->value[length - 1] == '\t'))
			length--;
		field->name = arena_strndup(arena, field->name, field->name_length);
		field->value = arena_strndup(arena, field->value, length);
		field->value_length = length;
	}
}

static bool read_head(struct exchange *exchange, struct MHD_Connection *mhd, const char *method, const char *version,
	uint64_t *content_length_r)
{
	struct request *req = &exchange->req;
	struct collected collected = { arena_array(req->ctx.arena, FRAMING_FIELDS_MAX, sizeof(struct framing_field)), 0,
		false };
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
	struct framing_result result;
	MHD_get_connection_values_n(mhd, MHD_HEADER_KIND, &collect_field, &collected);
	exchange->headers = collected.fields;
	exchange->header_count = collected.count;
	if (collected.too_many)
		return fail(&req->ctx, ERROR_HEADERS_TOO_LARGE, "the header may have %d fields", FRAMING_FIELDS_MAX);
	bool check_layout = strverscmp(MHD_get_version(), LIBRARY_LAST_LENIENT) <= 0;
	if (check_layout && (!info || !exchange->uri_at))
		return fail(&req->ctx, ERROR_UNREADABLE, "the request line is not readable");
	struct framing_head head = {
		.method = method,
		.version = version,
		.fields = collected.fields,
		.field_count = collected.count,
		.bytes = info ? info->header_size : 0,
		.uri_at = check_layout ? exchange->uri_at : NULL,
		.uri_length = strlen(exchange->raw_uri),
	};
	framing_check(&head, &result);
	if (result.kind != ERROR_NONE)
		return fail(&req->ctx, result.kind, "%s", result.detail);
	*content_length_r = result.content_length;
	keep_fields(exchange);
	return true;
}

static bool method_known(struct exchange *exchange, const char *method)
{
	static const struct {
		const char *name;
		enum http_method method;
		bool head;
	} methods[] = {
		{ "GET", HTTP_GET, false },
		{ "HEAD", HTTP_GET, true },
		{ "POST", HTTP_POST, false },
		{ "PUT", HTTP_PUT, false },
		{ "PATCH", HTTP_PATCH, false },
		{ "DELETE", HTTP_DELETE, false },
	};
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		if (strcmp(method, methods[i].name) != 0)
			continue;
		exchange->req.method = methods[i].method;
		exchange->head = methods[i].head;
		exchange->method_name = methods[i].name;
		return true;
	}
	return false;
}

static const char *peer_address(struct request *req, struct MHD_Connection *mhd)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const struct sockaddr *address = info ? info->client_addr : NULL;
	char text[INET6_ADDRSTRLEN] = "";
	if (address && address->sa_family == AF_INET)
		inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)address)->sin_addr, text, sizeof(text));
	else if (address && address->sa_family == AF_INET6)
		inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr, text, sizeof(text));
	return arena_strdup(req->ctx.arena, strncmp(text, "::ffff:", 7) == 0 ? text + 7 : text);
}

/* The nearest proxy appends the address it saw, so the last one of the last field counts. */
static const char *forwarded_address(struct exchange *exchange)
{
	unsigned char binary[sizeof(struct in6_addr)];
	const char *last = NULL;
	for (int i = 0; i < exchange->header_count; i++)
		if (strcasecmp(exchange->headers[i].name, "x-forwarded-for") == 0)
			last = exchange->headers[i].value;
	if (!last)
		return NULL;
	const char *comma = strrchr(last, ',');
	char *address = text_trim(exchange->req.ctx.arena, comma ? comma + 1 : last);
	return inet_pton(AF_INET, address, binary) == 1 || inet_pton(AF_INET6, address, binary) == 1 ? address : NULL;
}

static void read_origin(struct exchange *exchange, struct MHD_Connection *mhd)
{
	struct request *req = &exchange->req;
	req->peer = peer_address(req, mhd);
	req->secure = exchange->server->tls != NULL;
	req->content_type = request_header(req, "content-type");
	if (!exchange->server->config->http_behind_proxy)
		return;
	const char *forwarded = forwarded_address(exchange), *protocol = request_header(req, "x-forwarded-proto");
	if (forwarded)
		req->peer = forwarded;
	if (protocol && strcasecmp(protocol, "https") == 0)
		req->secure = true;
}

static const struct route assets_route = { HTTP_GET, "/{file}", RIGHT_PUBLIC, POOL_INLINE, TX_READ, 0, assets_serve };

/* Addresses outside the API belong to the interface, which has its own "not found". */
static bool find_route(struct exchange *exchange, const char *method)
{
	struct server *server = exchange->server;
	struct request *req = &exchange->req;
	bool known = method_known(exchange, method);
	const char *allow = NULL;
	bool api_path = strncmp(req->path, "/api/", 5) == 0 || strcmp(req->path, "/api") == 0;
	enum router_found found = ROUTER_NO_METHOD;
	if (known)
		found = router_match(
			server->router, req->ctx.arena, req->method, req->path, &exchange->route_index, req->path_arg, &allow);
	else if (!(allow = router_allowed(server->router, req->ctx.arena, req->path)))
		found = ROUTER_NO_PATH;
	if (found == ROUTER_FOUND) {
		req->route = &server->options.routes[exchange->route_index];
		if (exchange->loop->kind == LOOP_STREAM && req->route->pool != POOL_STREAM)
			return fail(&req->ctx, ERROR_NOT_FOUND, "only the event stream is at this port");
		if (req->route->pool == POOL_STREAM && !server->feed)
			return fail(&req->ctx, ERROR_NOT_FOUND, "there is no event stream");
		return true;
	}
	if (found == ROUTER_NO_PATH && !api_path && exchange->loop->kind == LOOP_API) {
		if (known && req->method == HTTP_GET) {
			req->route = &assets_route;
			return true;
		}
		allow = "GET, HEAD";
	}
	if (!allow)
		return fail(&req->ctx, ERROR_NOT_FOUND, "there is nothing at this address");
	reply_header(req, "Allow", allow);
	return fail(&req->ctx, ERROR_METHOD, "allowed: %s", allow);
}

/* What can be refused before a byte of the body is read. */
static bool accept_body(struct exchange *exchange, uint64_t length)
{
	struct server *server = exchange->server;
	struct request *req = &exchange->req;
	if (length > req->route->body_max_bytes) {
		if (req->route->body_max_bytes == 0)
			return fail(&req->ctx, ERROR_TOO_LARGE, "no content is accepted here");
		return fail(&req->ctx, ERROR_TOO_LARGE, "at most %zu bytes are accepted here", req->route->body_max_bytes);
	}
	if (req->route->right != RIGHT_PUBLIC && !request_header(req, "authorization") && !request_header(req, "cookie"))
		return fail(&req->ctx, ERROR_UNAUTHENTICATED, "sign in, or send a token");
	exchange->budget_bytes = (size_t)length;
	exchange->body_expected = (size_t)length;
	if (atomic_fetch_add(&server->body_bytes, exchange->budget_bytes) + length > BODY_BUDGET_BYTES) {
		atomic_fetch_add(&server->metrics.body_bytes_budget, 1);
		req->ctx.error.retry_after_s = 5;
		return fail(&req->ctx, ERROR_UNAVAILABLE, "too much is being uploaded at this moment");
	}
	return true;
}

/* The first call. `now_r`: the rest cannot be trusted or is too long to read; answer and close. */
static bool exchange_open(
	struct exchange *exchange, struct MHD_Connection *mhd, const char *method, const char *version, bool *now_r)
{
	struct request *req = &exchange->req;
	const char *why = NULL;
	uint64_t length = 0;
	req->ctx.arena = server_arena_take(exchange->server);
	req->ctx.config = exchange->server->config;
	ctx_begin(&req->ctx);
	*now_r = true;
	if (strlen(exchange->raw_uri) > URI_BYTES_MAX)
		return fail(&req->ctx, ERROR_URI_TOO_LONG, "the address may have %d bytes", URI_BYTES_MAX);
	if (!read_head(exchange, mhd, method, version, &length))
		return false;
	read_origin(exchange, mhd);
	if (!uri_parse(req->ctx.arena, exchange->raw_uri, &exchange->uri, &why))
		return fail(&req->ctx, ERROR_UNREADABLE, "the address is not readable: %s", why);
	req->path = exchange->uri.path;
	*now_r = length > DRAIN_BYTES_MAX;
	return find_route(exchange, method) && accept_body(exchange, length);
}

static enum MHD_Result first_call(
	struct exchange *exchange, struct MHD_Connection *mhd, const char *method, const char *version)
{
	bool now;
	if (exchange_open(exchange, mhd, method, version, &now)) {
		exchange->state = EXCHANGE_RECEIVING;
		if (exchange->body_expected > 0)
			connection_enter(exchange->connection, PHASE_BODY, 0);
		return MHD_YES;
	}
	now = now || exchange->req.ctx.error.kind == ERROR_TOO_LARGE;
	if (now) {
		exchange->close_after = true;
		atomic_fetch_add(&exchange->server->metrics.refused_framing, 1);
	}
	exchange_answer(exchange, false, NULL);
	if (now) {
		connection_linger(exchange->connection);
		return exchange_send(exchange);
	}
	exchange->state = EXCHANGE_REFUSED;
	connection_enter(exchange->connection, PHASE_BODY, 0);
	return MHD_YES;
}

static bool append_body(struct exchange *exchange, const char *bytes, size_t length)
{
	struct request *req = &exchange->req;
	size_t needed = req->body_length + length;
	if (needed > exchange->body_expected)
		return false;
	if (needed > exchange->body_capacity || !exchange->body) {
		size_t capacity = exchange->body_capacity * 2;
		if (capacity < BODY_FIRST_BYTES)
			capacity = BODY_FIRST_BYTES;
		if (capacity < needed)
			capacity = needed;
		if (capacity > exchange->body_expected)
			capacity = exchange->body_expected;
		char *grown = realloc(exchange->body, capacity + 1);
		if (!grown)
			return false;
		exchange->body = grown;
		exchange->body_capacity = capacity;
	}
	memcpy(exchange->body + req->body_length, bytes, length);
	req->body_length = needed;
	exchange->body[needed] = '\0';
	return true;
}

static enum MHD_Result last_call(struct exchange *exchange)
{
	struct request *req = &exchange->req;
	struct server *server = exchange->server;
	enum route_pool which = req->route->pool == POOL_STREAM ? POOL_API : req->route->pool;
	req->body = exchange->body ? exchange->body : "";
	if (which == POOL_INLINE) {
		dispatch_inline(exchange);
		return exchange_send(exchange);
	}
	connection_enter(exchange->connection, PHASE_RUNNING, 0);
	if (pool_submit(server->pool[which], exchange))
		return MHD_YES;
	atomic_fetch_add(&server->metrics.refused_full, 1);
	req->ctx.error.retry_after_s = 1;
	exchange_answer(exchange, fail(&req->ctx, ERROR_UNAVAILABLE, "too many requests are waiting"), NULL);
	return exchange_send(exchange);
}

enum MHD_Result exchange_handle(void *cls, struct MHD_Connection *mhd, const char *url, const char *method,
	const char *version, const char *upload_data, size_t *upload_data_size, void **con_cls)
{
	struct exchange *exchange = *con_cls;
	size_t length = *upload_data_size;
	(void)cls;
	(void)url;
	if (!exchange)
		return MHD_NO;
	switch (atomic_load(&exchange->state)) {
	case EXCHANGE_NEW:
		return first_call(exchange, mhd, method, version);
	case EXCHANGE_RECEIVING:
		if (length == 0)
			return last_call(exchange);
		*upload_data_size = 0;
		return append_body(exchange, upload_data, length) ? MHD_YES : MHD_NO;
	case EXCHANGE_REFUSED:
		*upload_data_size = 0;
		return length == 0 ? exchange_send(exchange) : MHD_YES;
	case EXCHANGE_ANSWERED:
		return exchange_send(exchange);
	case EXCHANGE_QUEUED:
	case EXCHANGE_SENDING:
		break;
	}
	return MHD_NO;
}
