/* Owns: what a handler's answer gets on its way out: headers every answer has, 304, compression.
 * Refuses: header values with control characters; they are replaced, so that no name or subject injects a header. */
#include "http/internal.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define GZIP_FROM_BYTES 1024
#define GZIP_TO_BYTES ((size_t)67108864)

bool reply_json(struct request *req, int status, const char *json, size_t length)
{
	req->reply.status = status;
	req->reply.content_type = "application/json";
	req->reply.body = json;
	req->reply.length = length;
	return true;
}

bool reply_json_out(struct request *req, int status, struct json_out *json)
{
	return reply_json(req, status, json->text.data, json->text.length);
}

bool reply_empty(struct request *req, int status)
{
	req->reply.status = status;
	req->reply.content_type = NULL;
	req->reply.body = NULL;
	req->reply.length = 0;
	return true;
}

bool reply_bytes(struct request *req, int status, const char *content_type, const void *bytes, size_t length)
{
	req->reply.status = status;
	req->reply.content_type = content_type;
	req->reply.body = bytes;
	req->reply.length = length;
	return true;
}

bool reply_file(struct request *req, const char *content_type, int fd)
{
	struct stat status;
	if (fstat(fd, &status) != 0 || fd == 0) {
		close(fd);
		return fail_internal(&req->ctx, ERROR_INTERNAL, "the file of an answer cannot be read");
	}
	req->reply.status = 200;
	req->reply.content_type = content_type;
	req->reply.fd = fd;
	req->reply.length = (size_t)status.st_size;
	return true;
}

void reply_header(struct request *req, const char *name, const char *value)
{
	struct reply *reply = &req->reply;
	char *clean = arena_strdup(req->ctx.arena, value);
	INVARIANT(reply->header_count < REPLY_HEADERS_MAX);
	for (char *c = clean; *c; c++)
		if ((unsigned char)*c < 0x20 || (unsigned char)*c > 0x7e)
			*c = '_';
	reply->header[reply->header_count].name = name;
	reply->header[reply->header_count].value = clean;
	reply->header_count++;
}

const char *reply_find_header(const struct reply *reply, const char *name)
{
	for (int i = 0; i < reply->header_count; i++)
		if (strcasecmp(reply->header[i].name, name) == 0)
			return reply->header[i].value;
	return NULL;
}

void reply_etag(struct request *req, int64_t version)
{
	reply_header(req, "ETag", arena_printf(req->ctx.arena, "\"%lld\"", (long long)version));
}

void reply_location(struct request *req, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	const char *location = arena_vprintf(req->ctx.arena, format, args);
	va_end(args);
	reply_header(req, "Location", location);
}

/* Forgets a handler's answer; Allow stays, it belongs to the refusal. */
void reply_reset(struct request *req)
{
	const char *allow = reply_find_header(&req->reply, "Allow");
	if (req->reply.fd > 0)
		close(req->reply.fd);
	memset(&req->reply, 0, sizeof(req->reply));
	if (allow)
		reply_header(req, "Allow", allow);
}

/* If-None-Match compares weakly (RFC 9110 13.1.2). */
static bool etag_listed(const char *list, const char *etag)
{
	size_t length = strlen(etag);
	if (strcmp(list, "*") == 0)
		return true;
	for (const char *at = list; *at;) {
		at += strspn(at, " \t,");
		if (strncmp(at, "W/", 2) == 0)
			at += 2;
		if (strncmp(at, etag, length) == 0 && (at[length] == '\0' || strchr(" \t,", at[length])))
			return true;
		const char *quote = *at == '"' ? strchr(at + 1, '"') : NULL;
		at = quote ? quote + 1 : at + strcspn(at, ",");
	}
	return false;
}

static bool not_modified(struct request *req)
{
	const char *etag = reply_find_header(&req->reply, "ETag"), *known = request_header(req, "if-none-match");
	return req->method == HTTP_GET && req->reply.status == 200 && etag && known && etag_listed(known, etag);
}

static bool compressible(const struct reply *reply)
{
	static const char *const kinds[] = { "text/", "application/json", "application/problem+json", "application/xml",
		"application/yaml", "application/javascript", "image/svg+xml", NULL };
	if (!reply->content_type || reply->fd > 0 || reply->compressed || reply->length < GZIP_FROM_BYTES ||
		reply->length > GZIP_TO_BYTES)
		return false;
	for (const char *const *kind = kinds; *kind; kind++)
		if (strncmp(reply->content_type, *kind, strlen(*kind)) == 0)
			return true;
	return false;
}

/* True when gzip is acceptable (a weight of zero is not). */
bool reply_accepts_gzip(struct request *req)
{
	const char *accept = request_header(req, "accept-encoding");
	for (const char *at = accept; at && *at; at += strspn(at, ", ")) {
		size_t length = strcspn(at, ",");
		if (strncasecmp(at, "gzip", 4) == 0 && (length == 4 || at[4] == ';' || at[4] == ' ')) {
			const char *weight = memmem(at, length, "q=", 2);
			return !weight || strtod(weight + 2, NULL) > 0;
		}
		at += length;
	}
	return false;
}

static void compress_body(struct request *req, struct gzip *gzip)
{
	struct reply *reply = &req->reply;
	z_stream *stream = &gzip->stream;
	union {
		const char *in;
		unsigned char *out;
	} body = { .in = reply->body };
	if (!gzip->ready && deflateInit2(stream, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		return;
	gzip->ready = true;
	if (deflateReset(stream) != Z_OK)
		return;
	size_t bound = deflateBound(stream, (uLong)reply->length);
	unsigned char *out = arena_alloc(req->ctx.arena, bound);
	stream->next_in = body.out;
	stream->avail_in = (uInt)reply->length;
	stream->next_out = out;
	stream->avail_out = (uInt)bound;
	if (deflate(stream, Z_FINISH) != Z_STREAM_END || stream->total_out >= reply->length)
		return;
	reply->body = (const char *)out;
	reply->length = stream->total_out;
	reply->compressed = true;
}

void gzip_end(struct gzip *gzip)
{
	if (gzip->ready)
		deflateEnd(&gzip->stream);
	gzip->ready = false;
}

static void add_default(struct request *req, const char *name, const char *value)
{
	if (!reply_find_header(&req->reply, name))
		reply_header(req, name, value);
}

static void add_security(struct request *req)
{
	add_default(req, "X-Content-Type-Options", "nosniff");
	add_default(req, "Referrer-Policy", "no-referrer");
	add_default(req, "Cache-Control", "no-store");
	add_default(req, "Cross-Origin-Resource-Policy", "same-origin");
	add_default(req, "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; sandbox");
	if (req->secure)
		add_default(req, "Strict-Transport-Security", "max-age=31536000");
	reply_header(req, "X-Request-Id", req->ctx.request_id);
}

void reply_finish(struct request *req, struct gzip *gzip_or_null)
{
	struct reply *reply = &req->reply;
	bool text = compressible(reply) || reply->compressed;
	if (not_modified(req)) {
		if (reply->fd > 0)
			close(reply->fd);
		reply->fd = 0;
		reply_empty(req, 304);
	} else if (gzip_or_null && compressible(reply) && reply_accepts_gzip(req)) {
		compress_body(req, gzip_or_null);
	}
	if (reply->compressed && reply->status != 304)
		reply_header(req, "Content-Encoding", "gzip");
	if (text)
		reply_header(req, "Vary", "Accept-Encoding");
	add_security(req);
}
