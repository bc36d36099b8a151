/* Owns: the fixture of a request. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

static struct config test_config = { .http_public_url = "https://desk.example.org/", .http_stream_url = "" };

static bool no_handler(struct request *req)
{
	(void)req;
	return true;
}

static const struct route test_route = { HTTP_GET, "/api/v1/things", RIGHT_PUBLIC, POOL_API, TX_READ, 4096,
	no_handler };

struct exchange *fixture(const char *uri)
{
	struct exchange *exchange = calloc(1, sizeof(*exchange));
	struct server *server = calloc(1, sizeof(*server));
	const char *why;
	assert_non_null(exchange);
	assert_non_null(server);
	server->config = &test_config;
	server->api.port = 8080;
	server->stream.port = 8081;
	server->has_stream = true;
	exchange->server = server;
	exchange->loop = &server->api;
	exchange->req.transport = exchange;
	exchange->req.route = &test_route;
	exchange->req.body = "";
	exchange->req.ctx.config = &test_config;
	exchange->req.ctx.arena = arena_create(4096);
	ctx_begin(&exchange->req.ctx);
	exchange->headers = arena_array(exchange->req.ctx.arena, FRAMING_FIELDS_MAX, sizeof(struct framing_field));
	assert_true(uri_parse(exchange->req.ctx.arena, uri, &exchange->uri, &why));
	exchange->req.path = exchange->uri.path;
	return exchange;
}

void fixture_header(struct exchange *exchange, const char *name, const char *value)
{
	exchange->headers[exchange->header_count++] = (struct framing_field){ name, value, strlen(name), strlen(value) };
}

void fixture_body(struct exchange *exchange, const char *content_type, const char *body, size_t length)
{
	exchange->req.content_type = content_type;
	exchange->req.body = body;
	exchange->req.body_length = length;
	exchange->req.method = HTTP_POST;
}

void fixture_free(struct exchange *exchange)
{
	arena_destroy(exchange->req.ctx.arena);
	free(exchange->server);
	free(exchange);
}

const char *field_error(const struct exchange *exchange, const char *pointer)
{
	for (const struct error_field *field = exchange->req.ctx.error.fields; field; field = field->next)
		if (strcmp(field->pointer, pointer) == 0)
			return field->detail;
	return NULL;
}
