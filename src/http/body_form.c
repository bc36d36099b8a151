/* Owns: the body of a plain HTML form (application/x-www-form-urlencoded), for pages that work without JavaScript.
 * Refuses: NUL, invalid UTF-8, a field given twice. Source: the WHATWG URL standard, chapter 5. */
#include "http/body.h"
#include "http/uri.h"

#include <string.h>
#include <strings.h>

struct form {
	struct uri fields;
};

const struct form *form_open(struct request *req)
{
	static const char wanted[] = "application/x-www-form-urlencoded";
	struct ctx *ctx = &req->ctx;
	struct form *form = arena_alloc(ctx->arena, sizeof(*form));
	const char *why, *type = req->content_type;
	size_t length = sizeof(wanted) - 1;
	if (!type || strncasecmp(type, wanted, length) != 0 || (type[length] != '\0' && type[length] != ';')) {
		fail(ctx, ERROR_MEDIA_TYPE, "send application/x-www-form-urlencoded");
		return NULL;
	}
	const char *text = arena_strndup(ctx->arena, req->body_length ? req->body : "", req->body_length);
	if (strlen(text) != req->body_length) {
		fail(ctx, ERROR_UNREADABLE, "the form contains NUL");
		return NULL;
	}
	if (!uri_parse_form(ctx->arena, text, &form->fields, &why)) {
		fail(ctx, ERROR_UNREADABLE, "the form cannot be read: %s", why);
		return NULL;
	}
	for (int i = 0; i < form->fields.param_count; i++)
		for (int j = 0; j < i; j++)
			if (strcmp(form->fields.params[i].name, form->fields.params[j].name) == 0) {
				fail(ctx, ERROR_UNREADABLE, "a field of the form is given twice");
				return NULL;
			}
	return form;
}

const char *form_text(const struct form *form, const char *name)
{
	for (int i = 0; i < form->fields.param_count; i++)
		if (strcmp(form->fields.params[i].name, name) == 0)
			return form->fields.params[i].value;
	return NULL;
}
