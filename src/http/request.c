/* Owns: how a handler reads the head of its request: headers, cookies, query parameters, If-Match.
 * Refuses: parameters nobody asked for and parameters given twice. */
#include "http/internal.h"

#include <string.h>
#include <strings.h>

const char *request_header(struct request *req, const char *name)
{
	const struct exchange *exchange = exchange_of(req);
	for (int i = 0; i < exchange->header_count; i++)
		if (strcasecmp(exchange->headers[i].name, name) == 0)
			return exchange->headers[i].value;
	return NULL;
}

/* HTTP/1.1 clients send one Cookie field, but a proxy may cut it in several. */
const char *request_cookie(struct request *req, const char *name)
{
	const struct exchange *exchange = exchange_of(req);
	size_t name_length = strlen(name);
	for (int i = 0; i < exchange->header_count; i++) {
		if (strcasecmp(exchange->headers[i].name, "cookie") != 0)
			continue;
		for (const char *at = exchange->headers[i].value; *at;) {
			at += strspn(at, "; ");
			size_t length = strcspn(at, ";");
			if (length > name_length && at[name_length] == '=' && strncmp(at, name, name_length) == 0) {
				const char *value = at + name_length + 1;
				size_t value_length = length - name_length - 1;
				if (value_length >= 2 && value[0] == '"' && value[value_length - 1] == '"')
					return arena_strndup(req->ctx.arena, value + 1, value_length - 2);
				return arena_strndup(req->ctx.arena, value, value_length);
			}
			at += length;
		}
	}
	return NULL;
}

const char *request_query(struct request *req, const char *name)
{
	const struct uri *uri = &exchange_of(req)->uri;
	for (int i = 0; i < uri->param_count; i++)
		if (strcmp(uri->params[i].name, name) == 0)
			return uri->params[i].value;
	return NULL;
}

int64_t query_int(struct request *req, const char *name, int64_t fallback, int64_t min, int64_t max)
{
	const char *text = request_query(req, name);
	int64_t value;
	if (!text)
		return fallback;
	if (text_parse_int64(text, &value) && value >= min && value <= max)
		return value;
	fail_field(&req->ctx, name, "must be a whole number from %lld to %lld", (long long)min, (long long)max);
	return fallback;
}

instant query_instant(struct request *req, const char *name, instant fallback)
{
	const char *text = request_query(req, name);
	instant at;
	if (!text)
		return fallback;
	if (instant_parse(text, &at))
		return at;
	fail_field(&req->ctx, name, "must be an instant such as 2026-03-02T08:00:00Z (a plus sign is written %%2B)");
	return fallback;
}

bool query_flag(struct request *req, const char *name)
{
	const char *text = request_query(req, name);
	if (!text)
		return false;
	if (strcmp(text, "true") == 0 || strcmp(text, "1") == 0)
		return true;
	if (strcmp(text, "false") != 0 && strcmp(text, "0") != 0)
		fail_field(&req->ctx, name, "must be true or false");
	return false;
}

static const char *join(struct arena *arena, const char *const *choices)
{
	struct text_out out;
	text_begin(&out, arena, 128);
	for (int i = 0; choices[i]; i++) {
		if (i > 0)
			text_append_z(&out, ", ");
		text_append_z(&out, choices[i]);
	}
	return out.data;
}

const char *query_choice(struct request *req, const char *name, const char *const *choices)
{
	const char *text = request_query(req, name);
	if (!text)
		return NULL;
	for (int i = 0; choices[i]; i++)
		if (strcmp(text, choices[i]) == 0)
			return choices[i];
	fail_field(&req->ctx, name, "must be one of: %s", join(req->ctx.arena, choices));
	return NULL;
}

bool query_done(struct request *req, const char *const *names)
{
	const struct uri *uri = &exchange_of(req)->uri;
	for (int i = 0; i < uri->param_count; i++) {
		const char *name = uri->params[i].name;
		bool known = false;
		for (int n = 0; names[n] && !known; n++)
			known = strcmp(names[n], name) == 0;
		if (!known)
			fail_field(&req->ctx, name, "there is no such parameter; known are: %s", join(req->ctx.arena, names));
		for (int earlier = 0; earlier < i && known; earlier++) {
			if (strcmp(uri->params[earlier].name, name) == 0) {
				fail_field(&req->ctx, name, "is given more than once");
				break;
			}
		}
	}
	return req->ctx.error.kind == ERROR_NONE;
}

/* "5" as we send it, or W/"5" as a compressing proxy hands it back. */
bool request_if_match(struct request *req, int64_t *version_r)
{
	const char *text = request_header(req, "if-match");
	*version_r = 0;
	if (!text)
		return fail(&req->ctx, ERROR_NO_IF_MATCH, "send the ETag of the object in If-Match");
	if (strcmp(text, "*") == 0) {
		*version_r = -1;
		return true;
	}
	if (strncmp(text, "W/", 2) == 0)
		text += 2;
	size_t length = strlen(text);
	if (length >= 3 && text[0] == '"' && text[length - 1] == '"' && text[1] != '-' &&
		text_parse_int64(arena_strndup(req->ctx.arena, text + 1, length - 2), version_r))
		return true;
	return fail(&req->ctx, ERROR_UNREADABLE, "If-Match must be one ETag in quotes, as it was sent");
}

const char *request_stream_url(struct request *req)
{
	const struct server *server = exchange_of(req)->server;
	const char *host = request_header(req, "host");
	if (server->config->http_stream_url[0])
		return server->config->http_stream_url;
	if (!server->has_stream || !host)
		return "/api/v1/stream";
	const char *bracket = strchr(host, ']');
	const char *colon = strchr(bracket ? bracket : host, ':');
	int length = (int)(colon ? (size_t)(colon - host) : strlen(host));
	return arena_printf(req->ctx.arena, "%s://%.*s:%d/api/v1/stream", req->secure ? "https" : "http", length, host,
		server->stream.port);
}
