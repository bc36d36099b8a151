/* Owns: one listener: its bounded buffer, and the hand-over between the feed's thread, which fills it, and the I/O
 * thread, which empties it into the socket.
 * Refuses: to buffer for those who do not read; they are closed and come back with Last-Event-ID.
 * Source: limits.md (a reader suspends before it returns 0, or it spins); HTML, server-sent events. */
#include "http/stream_internal.h"

#include <stdlib.h>
#include <string.h>

#define BUFFER_MAX ((size_t)65536)
#define BUFFER_KEPT ((size_t)1024)
#define READ_BLOCK ((size_t)4096)

static char *copy_or_null(const char *text)
{
	return text ? strdup(text) : NULL;
}

struct listener *listener_create(struct exchange *exchange)
{
	struct request *req = &exchange->req;
	struct listener *listener = calloc(1, sizeof(*listener));
	if (!listener)
		return NULL;
	pthread_mutex_init(&listener->mutex, NULL);
	atomic_store(&listener->references, 1);
	listener->feed = exchange->server->feed;
	listener->kind = exchange->loop->kind;
	listener->loop = exchange->loop;
	listener->mhd = exchange->connection->mhd;
	listener->actor = req->ctx.actor;
	listener->actor.name = listener->actor.language = listener->actor.zone = "";
	listener->route = req->route;
	listener->secure = req->secure;
	listener->cookie = copy_or_null(request_header(req, "cookie"));
	listener->authorization = copy_or_null(request_header(req, "authorization"));
	listener->host = copy_or_null(request_header(req, "host"));
	listener->peer = copy_or_null(req->peer);
	listener->last_id = copy_or_null(request_header(req, "last-event-id"));
	listener->validated_ms = monotonic_ms();
	return listener;
}

void listener_unref(struct listener *listener)
{
	if (atomic_fetch_sub(&listener->references, 1) > 1)
		return;
	pthread_mutex_destroy(&listener->mutex);
	free(listener->pending);
	free(listener->cookie);
	free(listener->authorization);
	free(listener->host);
	free(listener->peer);
	free(listener->last_id);
	free(listener);
}

void listener_release(struct listener *listener)
{
	pthread_mutex_lock(&listener->mutex);
	listener->gone = true;
	listener->suspended = false;
	pthread_mutex_unlock(&listener->mutex);
	feed_left(listener->feed, listener->kind);
	listener_unref(listener);
}

static bool grow(struct listener *listener, size_t needed)
{
	size_t capacity = listener->pending_capacity ? listener->pending_capacity : 256;
	while (capacity < needed)
		capacity *= 2;
	if (capacity == listener->pending_capacity)
		return true;
	char *grown = realloc(listener->pending, capacity);
	if (!grown)
		return false;
	listener->pending = grown;
	listener->pending_capacity = capacity;
	return true;
}

bool listener_append(struct listener *listener, const char *text, size_t length)
{
	bool good = true;
	pthread_mutex_lock(&listener->mutex);
	if (!listener->closing && !listener->gone) {
		good = listener->pending_length - listener->pending_sent + length <= BUFFER_MAX &&
			grow(listener, listener->pending_length + length);
		if (good) {
			memcpy(listener->pending + listener->pending_length, text, length);
			listener->pending_length += length;
		} else {
			listener->closing = listener->slow = true;
		}
	}
	pthread_mutex_unlock(&listener->mutex);
	return good;
}

bool listener_flush(struct listener *listener)
{
	bool wake = false;
	pthread_mutex_lock(&listener->mutex);
	if (listener->suspended && (listener->pending_length > listener->pending_sent || listener->closing)) {
		listener->suspended = false;
		MHD_resume_connection(listener->mhd);
		wake = true;
	}
	pthread_mutex_unlock(&listener->mutex);
	return wake;
}

void listener_close(struct listener *listener)
{
	pthread_mutex_lock(&listener->mutex);
	listener->closing = true;
	pthread_mutex_unlock(&listener->mutex);
}

bool listener_gone(struct listener *listener)
{
	pthread_mutex_lock(&listener->mutex);
	bool gone = listener->gone;
	pthread_mutex_unlock(&listener->mutex);
	return gone;
}

size_t listener_backlog(struct listener *listener)
{
	pthread_mutex_lock(&listener->mutex);
	size_t backlog = listener->pending_length - listener->pending_sent;
	pthread_mutex_unlock(&listener->mutex);
	return backlog;
}

static ssize_t take(struct listener *listener, char *out, size_t max)
{
	size_t length = listener->pending_length - listener->pending_sent;
	if (length > max)
		length = max;
	memcpy(out, listener->pending + listener->pending_sent, length);
	listener->pending_sent += length;
	if (listener->pending_sent < listener->pending_length)
		return (ssize_t)length;
	listener->pending_sent = listener->pending_length = 0;
	if (listener->pending_capacity > BUFFER_KEPT) {
		free(listener->pending);
		listener->pending = NULL;
		listener->pending_capacity = 0;
	}
	return (ssize_t)length;
}

/* A slow listener is closed without the rest: it has missed something anyway. */
static ssize_t read_stream(void *listener_, uint64_t position, char *out, size_t max)
{
	struct listener *listener = listener_;
	ssize_t length = 0;
	(void)position;
	pthread_mutex_lock(&listener->mutex);
	if (listener->slow) {
		length = MHD_CONTENT_READER_END_WITH_ERROR;
	} else if (listener->pending_length > listener->pending_sent) {
		length = take(listener, out, max);
	} else if (listener->closing) {
		length = MHD_CONTENT_READER_END_OF_STREAM;
	} else {
		listener->suspended = true;
		MHD_suspend_connection(listener->mhd);
	}
	pthread_mutex_unlock(&listener->mutex);
	return length;
}

static void stream_ended(void *listener)
{
	listener_release(listener);
}

/* The origin of our pages may read the stream from its own port, with the cookie. */
static bool allow_origin(struct request *req)
{
	const char *origin = request_header(req, "origin");
	if (!origin || exchange_of(req)->loop->kind != LOOP_STREAM)
		return true;
	if (!csrf_origin_is_ours(req, origin))
		return fail_rule(&req->ctx, ERROR_FORBIDDEN, "foreign-origin", NULL, "the request comes from another site");
	reply_header(req, "Access-Control-Allow-Origin", origin);
	reply_header(req, "Access-Control-Allow-Credentials", "true");
	reply_header(req, "Vary", "Origin");
	return true;
}

bool stream_open(struct exchange *exchange)
{
	struct request *req = &exchange->req;
	struct ctx *ctx = &req->ctx;
	bool full = false;
	if (!allow_origin(req))
		return false;
	reply_header(req, "X-Accel-Buffering", "no");
	reply_bytes(req, 200, "text/event-stream", "", 0);
	if (exchange->head)
		return true;
	struct listener *listener = listener_create(exchange);
	if (!listener)
		return fail_internal(ctx, ERROR_UNAVAILABLE, "no memory for a listener");
	if (!feed_add(exchange->server->feed, listener, &full)) {
		listener_unref(listener);
		ctx->error.retry_after_s = 10;
		return full ? fail(ctx, ERROR_UNAVAILABLE, "too many streams here; listen at %s", request_stream_url(req))
					: fail(ctx, ERROR_UNAVAILABLE, "the server is stopping");
	}
	exchange->listener = listener;
	return true;
}

enum MHD_Result stream_send(struct exchange *exchange)
{
	struct reply *reply = &exchange->req.reply;
	struct connection *connection = exchange->connection;
	struct MHD_Response *response = MHD_create_response_from_callback(
		MHD_SIZE_UNKNOWN, READ_BLOCK, &read_stream, exchange->listener, &stream_ended);
	if (!response)
		return MHD_NO;
	exchange->listener = NULL;
	bool good = MHD_add_response_header(response, "Content-Type", reply->content_type) == MHD_YES;
	for (int i = 0; i < reply->header_count && good; i++)
		good = MHD_add_response_header(response, reply->header[i].name, reply->header[i].value) == MHD_YES;
	exchange->state = EXCHANGE_SENDING;
	connection_enter(connection, PHASE_STREAM, 0);
	/* An idle stream shall not hold a request's memory. */
	server_arena_give(exchange->server, exchange->req.ctx.arena);
	exchange->req.ctx.arena = NULL;
	enum MHD_Result queued = good ? MHD_queue_response(connection->mhd, 200, response) : MHD_NO;
	MHD_destroy_response(response);
	return queued;
}
