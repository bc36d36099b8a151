/* The address of a request, decoded once and strictly.
 * Refuses: NUL, control characters, invalid UTF-8, bad or ambiguous escapes (%2F), "." and ".." segments, anything
 * but an absolute path. Pure.
 * Source: RFC 3986, trust.md. */
#ifndef VAKHTA_HTTP_URI_H
#define VAKHTA_HTTP_URI_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>

#define URI_PARAMS_MAX 64

struct uri_param {
	const char *name, *value;
};

struct uri {
	const char *path;
	struct uri_param *params;
	int param_count;
};

/* False with a reason that may be told to the client. */
bool uri_parse(struct arena *arena, const char *raw, struct uri *uri_r, const char **why_r);
/* The body of a plain form: parameters alone. */
bool uri_parse_form(struct arena *arena, const char *text, struct uri *uri_r, const char **why_r);

#endif
