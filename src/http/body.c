/* Owns: opening and closing a JSON body: content type, text, depth, duplicate keys, fields nobody asked for.
 * Refuses: to guess; every wrong field is named. The fields themselves are read in body_fields.c. */
#include "http/body_internal.h"

#include <string.h>
#include <strings.h>

#define DEPTH_MAX 32
#define UNKNOWN_MAX 20
#define NAME_SHOWN_BYTES 80

/* jansson follows 2048 levels; this looks before it leaps. Not a parser: brackets outside strings are counted. */
static bool depth_allowed(const char *text, size_t length)
{
	int depth = 0;
	bool in_string = false;
	for (size_t i = 0; i < length; i++) {
		char c = text[i];
		if (in_string) {
			if (c == '\\')
				i++;
			else if (c == '"')
				in_string = false;
		} else if (c == '"') {
			in_string = true;
		} else if (c == '{' || c == '[') {
			if (++depth > DEPTH_MAX)
				return false;
		} else if (c == '}' || c == ']') {
			depth--;
		}
	}
	return true;
}

static bool is_json_type(const char *content_type)
{
	size_t length = strcspn(content_type, "; \t");
	if (length == 16 && strncasecmp(content_type, "application/json", 16) == 0)
		return true;
	return length > 17 && strncasecmp(content_type, "application/", 12) == 0 &&
		strncasecmp(content_type + length - 5, "+json", 5) == 0;
}

static void release_json(void *json)
{
	json_decref(json);
}

static json_t *parse(struct request *req)
{
	json_error_t error;
	if (!text_utf8_valid(req->body, req->body_length)) {
		fail(&req->ctx, ERROR_UNREADABLE, "the body is not valid UTF-8, or contains NUL");
		return NULL;
	}
	if (!depth_allowed(req->body, req->body_length)) {
		fail(&req->ctx, ERROR_UNREADABLE, "the body is nested deeper than %d levels", DEPTH_MAX);
		return NULL;
	}
	json_t *json = json_loadb(req->body, req->body_length, JSON_REJECT_DUPLICATES, &error);
	if (!json) {
		fail(
			&req->ctx, ERROR_UNREADABLE, "the body is not readable JSON: line %d, column %d", error.line, error.column);
		return NULL;
	}
	arena_on_release(req->ctx.arena, release_json, json);
	return json;
}

static struct body *make(struct request *req, const char *prefix, json_t *object)
{
	struct body *body = arena_alloc(req->ctx.arena, sizeof(*body));
	body->req = req;
	body->prefix = prefix;
	body->object = object;
	return body;
}

struct body *body_open(struct request *req)
{
	if (req->body_length == 0) {
		json_t *empty = json_object();
		INVARIANT(empty != NULL);
		arena_on_release(req->ctx.arena, release_json, empty);
		return make(req, "", empty);
	}
	if (!req->content_type || !is_json_type(req->content_type)) {
		fail(&req->ctx, ERROR_MEDIA_TYPE, "send application/json");
		return NULL;
	}
	json_t *json = parse(req);
	if (!json)
		return NULL;
	if (!json_is_object(json)) {
		fail(&req->ctx, ERROR_UNREADABLE, "the body must be a JSON object");
		return NULL;
	}
	return make(req, "", json);
}

struct body *body_open_nested(struct body *parent, const char *pointer, json_t *object)
{
	const char *prefix = pointer[0] == '/' ? arena_printf(parent->req->ctx.arena, "%s%s", parent->prefix, pointer)
										   : body_pointer(parent, pointer);
	if (!json_is_object(object)) {
		fail_field(&parent->req->ctx, prefix, "must be an object");
		object = NULL;
	}
	struct body *body = make(parent->req, prefix, object);
	body->next_child = parent->children;
	parent->children = body;
	return body;
}

/* RFC 6901: ~ and / are escaped. Long names are cut, between characters. */
const char *body_pointer(struct body *body, const char *name)
{
	struct text_out out;
	text_begin(&out, body->req->ctx.arena, 64);
	text_append_z(&out, body->prefix);
	text_append_char(&out, '/');
	for (const char *c = name; *c; c++) {
		if (c - name >= NAME_SHOWN_BYTES && ((unsigned char)*c & 0xc0) != 0x80) {
			text_append_z(&out, "…");
			break;
		}
		if (*c == '~')
			text_append_z(&out, "~0");
		else if (*c == '/')
			text_append_z(&out, "~1");
		else
			text_append_char(&out, *c);
	}
	return out.data;
}

void body_wrong(struct body *body, const char *name, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	const char *detail = arena_vprintf(body->req->ctx.arena, format, args);
	va_end(args);
	fail_field(&body->req->ctx, body_pointer(body, name), "%s", detail);
}

json_t *body_ask(struct body *body, const char *name)
{
	bool asked = false;
	for (int i = 0; i < body->asked_count && !asked; i++)
		asked = strcmp(body->asked[i], name) == 0;
	if (!asked) {
		INVARIANT(body->asked_count < BODY_ASKED_MAX);
		body->asked[body->asked_count++] = name;
	}
	json_t *value = body->object ? json_object_get(body->object, name) : NULL;
	return json_is_null(value) ? NULL : value;
}

static void check_unknown(struct body *body)
{
	const char *key;
	json_t *value;
	int unknown = 0;
	if (body->object) {
		json_object_foreach(body->object, key, value)
		{
			bool asked = false;
			for (int i = 0; i < body->asked_count && !asked; i++)
				asked = strcmp(body->asked[i], key) == 0;
			if (!asked && unknown++ < UNKNOWN_MAX)
				body_wrong(body, key, "there is no such field");
		}
	}
	for (struct body *child = body->children; child; child = child->next_child)
		check_unknown(child);
}

bool body_close(struct body *body)
{
	check_unknown(body);
	return body->req->ctx.error.kind == ERROR_NONE;
}
