/* Owns: the decoding of addresses. Refuses: to normalise; an address that needs it is wrong. */
#include "http/uri.h"

#include "base/text.h"

#include <string.h>

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Decodes into `out` (at least `length` + 1 bytes). NULL when good, else the reason. */
static const char *decode(const char *in, size_t length, bool form, char *out)
{
	size_t written = 0;
	for (size_t i = 0; i < length; i++) {
		char c = in[i];
		if (c == '%') {
			int high = i + 2 < length ? hex_digit(in[i + 1]) : -1, low = i + 2 < length ? hex_digit(in[i + 2]) : -1;
			if (high < 0 || low < 0)
				return "a percent sign is not followed by two hexadecimal digits";
			c = (char)(high * 16 + low);
			i += 2;
			if (!form && c == '/')
				return "a slash must not be escaped in the path";
		} else if (form && c == '+') {
			c = ' ';
		}
		if (c == '\0')
			return "it contains NUL";
		if (((unsigned char)c < 0x20 && !(form && (c == '\n' || c == '\t' || c == '\r'))) || c == 0x7f)
			return "it contains a control character";
		out[written++] = c;
	}
	out[written] = '\0';
	return text_utf8_valid(out, written) ? NULL : "it is not valid UTF-8";
}

static const char *check_segments(const char *path)
{
	for (const char *at = path; *at;) {
		const char *segment = at + 1, *end = strchrnul(segment, '/');
		size_t length = (size_t)(end - segment);
		if ((length == 1 && segment[0] == '.') || (length == 2 && segment[0] == '.' && segment[1] == '.'))
			return "dot segments are not followed";
		at = end;
	}
	return NULL;
}

static const char *parse_params(struct arena *arena, const char *query, struct uri *uri)
{
	uri->params = arena_array(arena, URI_PARAMS_MAX, sizeof(struct uri_param));
	for (const char *at = query; *at;) {
		const char *end = strchrnul(at, '&');
		const char *equals = memchr(at, '=', (size_t)(end - at));
		size_t name_length = (size_t)((equals ? equals : end) - at);
		const char *value = equals ? equals + 1 : end;
		size_t value_length = (size_t)(end - value);
		if (end > at) {
			if (uri->param_count == URI_PARAMS_MAX)
				return "it has too many parameters";
			char *name = arena_alloc(arena, name_length + 1), *text = arena_alloc(arena, value_length + 1);
			const char *why = decode(at, name_length, true, name);
			if (!why)
				why = decode(value, value_length, true, text);
			if (why)
				return why;
			uri->params[uri->param_count++] = (struct uri_param){ name, text };
		}
		at = *end ? end + 1 : end;
	}
	return NULL;
}

bool uri_parse(struct arena *arena, const char *raw, struct uri *uri_r, const char **why_r)
{
	const char *query = strchr(raw, '?');
	size_t path_length = query ? (size_t)(query - raw) : strlen(raw);
	*uri_r = (struct uri){ NULL, NULL, 0 };
	*why_r = NULL;
	for (const char *c = raw; *c; c++)
		if ((unsigned char)*c <= 0x20 || (unsigned char)*c >= 0x7f || *c == '#' || *c == '\\')
			*why_r = "it contains a character that must be escaped";
	if (raw[0] != '/')
		*why_r = "it must begin with a slash";
	if (*why_r)
		return false;
	char *path = arena_alloc(arena, path_length + 1);
	*why_r = decode(raw, path_length, false, path);
	if (!*why_r)
		*why_r = check_segments(path);
	if (!*why_r && query)
		*why_r = parse_params(arena, query + 1, uri_r);
	uri_r->path = path;
	return *why_r == NULL;
}

bool uri_parse_form(struct arena *arena, const char *text, struct uri *uri_r, const char **why_r)
{
	*uri_r = (struct uri){ NULL, NULL, 0 };
	*why_r = parse_params(arena, text, uri_r);
	return *why_r == NULL;
}
