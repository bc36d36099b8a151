/* One request and its answer, as handlers see them: no libmicrohttpd here.
 * Owns: nothing; everything lives in req->ctx.arena until the answer is sent.
 * A handler returns true when it has set an answer, false when ctx.error says why not; it never renders errors. */
#ifndef VAKHTA_HTTP_REQUEST_H
#define VAKHTA_HTTP_REQUEST_H

#include "base/ctx.h"
#include "base/text.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum http_method { HTTP_GET, HTTP_POST, HTTP_PUT, HTTP_PATCH, HTTP_DELETE };

/* Which pool runs it: API workers; the directory pool (may wait for LDAP); the report pool (long statements);
 * STREAM is answered by the event-stream thread; INLINE by the I/O thread (no database: assets, health). */
enum route_pool { POOL_API, POOL_DIRECTORY, POOL_REPORT, POOL_STREAM, POOL_INLINE };

/* TX_READ: no transaction, statements see their own snapshots. TX_WRITE: the server opens a transaction before the
 * handler, settles the Idempotency-Key in it and commits after it; only then is a 2xx sent. TX_SELF: the handler does
 * it all. */
enum route_tx { TX_READ, TX_WRITE, TX_SELF };

/* Who may call. ROLES_* masks, or one of: */
#define RIGHT_PUBLIC 0x80000000u /* nobody need be signed in */
#define RIGHT_SIGNED_IN ((uint32_t)ROLES_ALL)

struct request;

struct route {
	enum http_method method;
	const char *pattern; /* "/api/v1/tickets/{number}/take"; at most four {…} segments */
	uint32_t right;      /* required: a route without one does not compile (ROUTE macro) */
	enum route_pool pool;
	enum route_tx tx;
	size_t body_max_bytes; /* 0: no body accepted */
	bool (*handler)(struct request *req);
};

/* ROUTE(GET, "/api/v1/tickets/{number}", RIGHT_SIGNED_IN, POOL_API, TX_READ, 0, ticket_read). POOL_STREAM needs no
 * handler. */
#define ROUTE(method_, pattern_, right_, pool_, tx_, body_max_bytes_, handler_) \
	{ \
		.method = HTTP_##method_, .pattern = (pattern_), .right = (right_), .pool = (pool_), .tx = (tx_), \
		.body_max_bytes = (body_max_bytes_), .handler = (handler_) \
	}

#define REQUEST_PATH_ARGS 4
#define REPLY_HEADERS_MAX 24

struct reply {
	int status; /* 0: none set */
	const char *content_type;
	const char *body; /* in the arena, or static (body_static) */
	size_t length;
	int fd;           /* > 0: send this file instead (closed by the server) */
	bool body_static; /* outlives the request: embedded assets */
	bool compressed;  /* body is already gzip */
	struct {
		const char *name, *value;
	} header[REPLY_HEADERS_MAX];
	int header_count;
};

struct request {
	struct ctx ctx;
	const struct route *route;
	enum http_method method;
	const char *path; /* decoded once; valid UTF-8 without NUL */
	const char *path_arg[REQUEST_PATH_ARGS];
	const char *body;
	size_t body_length;
	const char *content_type;
	const char *peer; /* address of the client */
	bool secure;      /* came over TLS, here or at the trusted proxy */
	struct reply reply;
	void *transport; /* http/server.c's */
};

/* Headers and query string. NULL: absent. Values are valid UTF-8 without NUL. */
const char *request_header(struct request *req, const char *name);
const char *request_cookie(struct request *req, const char *name);
const char *request_query(struct request *req, const char *name);
/* Query parameters checked: wrong ones add a field error (pointer = the name) and give the fallback. */
int64_t query_int(struct request *req, const char *name, int64_t fallback, int64_t min, int64_t max);
instant query_instant(struct request *req, const char *name, instant fallback);
bool query_flag(struct request *req, const char *name); /* "true"/"1", "false"/"0" */
/* A value out of `choices` (NULL-terminated); returns its text or NULL when absent or wrong (then a field error). */
const char *query_choice(struct request *req, const char *name, const char *const *choices);
/* Refuses parameters that are not in `names` (NULL-terminated), so that a misspelt filter is not ignored; false when
 * any query error was collected. Call it after reading the parameters. */
bool query_done(struct request *req, const char *const *names) MUST_CHECK;

/* Keyset pages: limit 1–200 (default 50) and an opaque cursor of up to four text values. */
struct page {
	int limit;
	int count; /* values in the cursor; 0: first page */
	const char *value[4];
};
bool page_read(struct request *req, struct page *page_r) MUST_CHECK;
/* The cursor of the next page, URL-safe base64 with a check sum. */
const char *page_cursor(struct request *req, const char *const *values, int count);

/* Where a browser finds the event stream: http.stream_url, or this request's host with the stream's port. */
const char *request_stream_url(struct request *req);

/* Whether a browser says that a page of ours makes this request; for calls that carry their right in the address instead of a session.
 * Fails: 403 foreign-origin, also when nothing is said. */
bool request_from_our_page(struct request *req) MUST_CHECK;

/* If-Match: "V" of a PATCH or PUT. Fails: 428 absent, 400 malformed. `*` gives -1. */
bool request_if_match(struct request *req, int64_t *version_r) MUST_CHECK;

/* Answers. JSON text must live in the arena or in rows. */
bool reply_json(struct request *req, int status, const char *json, size_t length);
bool reply_json_out(struct request *req, int status, struct json_out *json);
bool reply_empty(struct request *req, int status); /* 204 */
bool reply_bytes(struct request *req, int status, const char *content_type, const void *bytes, size_t length);
bool reply_file(struct request *req, const char *content_type, int fd);
/* Whether the client takes gzip: for bodies that are there compressed (reply.compressed). */
bool reply_accepts_gzip(struct request *req);
void reply_header(struct request *req, const char *name, const char *value);
/* ETag: "version". With If-None-Match equal on GET the server sends 304. */
void reply_etag(struct request *req, int64_t version);
void reply_location(struct request *req, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
