/* Owns: the one place where an error becomes an answer (RFC 9457).
 * Refuses: to show log_detail, and to tell more of a server's fault than its title and the request id. */
#include "http/internal.h"

#include <string.h>

/* `extra` is a JSON object; its members join the problem's. */
static void add_extra(struct json_out *json, const char *extra)
{
	size_t length = strlen(extra);
	INVARIANT(length >= 2 && extra[0] == '{' && extra[length - 1] == '}');
	if (length == 2)
		return;
	text_append_char(&json->text, ',');
	text_append(&json->text, extra + 1, length - 2);
}

static void add_fields(struct json_out *json, const struct error *error)
{
	json_open_array(json, "errors");
	for (const struct error_field *field = error->fields; field; field = field->next) {
		json_open_object(json, NULL);
		json_text(json, "pointer", field->pointer);
		json_text(json, "detail", field->detail);
		json_close_object(json);
	}
	json_close_array(json);
}

static void add_headers(struct request *req, const struct error *error, int status)
{
	int retry_after_s = error->retry_after_s;
	if (retry_after_s == 0 && (status == 503 || status == 429))
		retry_after_s = status == 503 ? 2 : 30;
	if (retry_after_s > 0)
		reply_header(req, "Retry-After", arena_printf(req->ctx.arena, "%d", retry_after_s));
	if (status == 401)
		reply_header(req, "WWW-Authenticate", error->challenge ? error->challenge : "Bearer");
}

void problem_render(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	const struct error *error = &ctx->error;
	const char *type = error->type ? error->type : error_type(error->kind);
	int status = error_status(error->kind);
	struct json_out json;
	reply_reset(req);
	json_begin(&json, ctx->arena, 512);
	json_open_object(&json, NULL);
	json_text(&json, "type", arena_printf(ctx->arena, "/problems/%s", type));
	json_text(&json, "code", type);
	json_text(&json, "title", error_title(error->kind));
	json_int(&json, "status", status);
	json_text(
		&json, "detail", error->detail && error->kind != ERROR_INTERNAL ? error->detail : error_title(error->kind));
	json_text(&json, "instance", arena_printf(ctx->arena, "urn:vakhta:request:%s", ctx->request_id));
	json_text(&json, "request_id", ctx->request_id);
	if (error->fields)
		add_fields(&json, error);
	if (error->extra)
		add_extra(&json, error->extra);
	json_close_object(&json);
	reply_json(req, status, json.text.data, json.text.length);
	req->reply.content_type = "application/problem+json";
	add_headers(req, error, status);
}
