/* Owns: the first file of a multipart/form-data body, found in place: nothing is copied but its name and type.
 * The body is in memory already and bounded by its route, so a parser over the buffer is smaller than any library's
 * streaming one and can refuse what browsers never send.
 * Refuses: a body without its closing boundary, folded part headers, names with a path (the path is cut).
 * Source: RFC 7578, RFC 2046 5.1, the WHATWG form encoding. */
#include "http/internal.h"

#include "http/body.h"

#include <string.h>
#include <strings.h>

#define BOUNDARY_MAX 70
#define PARTS_MAX 32
#define PART_HEADER_BYTES 4096
#define NAME_BYTES_MAX 255

/* The value of a parameter in "type; name=value; name=\"value\"", or NULL. Quoted values end at the next quote:
 * browsers write %22 for a quote in a name, and a backslash is part of old Windows paths. */
static char *parameter(struct arena *arena, const char *field, const char *name)
{
	size_t name_length = strlen(name);
	const char *at = field + strcspn(field, ";");
	while (*at == ';') {
		at += 1 + strspn(at + 1, " \t");
		bool wanted = strncasecmp(at, name, name_length) == 0 && at[name_length] == '=';
		at += strcspn(at, "=;");
		if (*at != '=')
			continue;
		bool quoted = at[1] == '"';
		const char *value = at + (quoted ? 2 : 1);
		size_t length = strcspn(value, quoted ? "\"" : "; \t");
		if (quoted && value[length] != '"')
			return NULL;
		if (wanted)
			return arena_strndup(arena, value, length);
		at = value + length + (quoted ? 1 : 0);
		at += strcspn(at, ";");
	}
	return NULL;
}

static const char *read_boundary(struct request *req)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'()+_,-./:=? ";
	if (!req->content_type || strncasecmp(req->content_type, "multipart/form-data", 19) != 0 ||
		!strchr("; \t", req->content_type[19])) {
		fail(&req->ctx, ERROR_MEDIA_TYPE, "send multipart/form-data");
		return NULL;
	}
	const char *boundary = parameter(req->ctx.arena, req->content_type, "boundary");
	size_t length = boundary ? strlen(boundary) : 0;
	if (length == 0 || length > BOUNDARY_MAX || strspn(boundary, allowed) != length) {
		fail(&req->ctx, ERROR_UNREADABLE, "the boundary of the form is missing or not usable");
		return NULL;
	}
	return boundary;
}

struct part {
	const char *disposition, *content_type;
	const char *bytes;
	size_t length;
};

/* Reads the header lines of a part up to and with the empty line; NULL when they are not readable. */
static const char *read_part_header(struct request *req, const char *at, const char *end, struct part *part)
{
	struct arena *arena = req->ctx.arena;
	const char *limit = end - at > PART_HEADER_BYTES ? at + PART_HEADER_BYTES : end;
	while (at < limit) {
		const char *line_end = memmem(at, (size_t)(limit - at), "\r\n", 2);
		if (!line_end)
			return NULL;
		if (line_end == at)
			return at + 2;
		const char *colon = memchr(at, ':', (size_t)(line_end - at));
		if (!colon || !framing_is_token(at, (size_t)(colon - at)) || !text_utf8_valid(at, (size_t)(line_end - at)))
			return NULL;
		char *value = text_trim(arena, arena_strndup(arena, colon + 1, (size_t)(line_end - colon - 1)));
		if (text_has_control(value))
			return NULL;
		if (colon - at == 19 && strncasecmp(at, "content-disposition", 19) == 0)
			part->disposition = value;
		else if (colon - at == 12 && strncasecmp(at, "content-type", 12) == 0)
			part->content_type = value;
		at = line_end + 2;
	}
	return NULL;
}

/* The part after the delimiter at `at`; the next delimiter in *next_r. False: not readable, or the last one. */
static bool read_part(struct request *req, const char *at, const char *end, const char *delimiter, struct part *part_r,
	const char **next_r)
{
	size_t delimiter_length = strlen(delimiter);
	*part_r = (struct part){ 0 };
	*next_r = NULL;
	at += strspn(at, " \t");
	if (end - at < 2 || memcmp(at, "\r\n", 2) != 0)
		return false;
	const char *content = read_part_header(req, at + 2, end, part_r);
	if (!content)
		return false;
	/* An empty part has its delimiter right after the empty line, whose CRLF is then the delimiter's. */
	const char *from = content - 2;
	const char *found = memmem(from, (size_t)(end - from), delimiter, delimiter_length);
	if (!found)
		return false;
	part_r->bytes = content;
	part_r->length = found < content ? 0 : (size_t)(found - content);
	*next_r = found + delimiter_length;
	return true;
}

/* Cuts a path, as old browsers sent one, and what a file system would stumble over. */
static const char *clean_name(struct arena *arena, const char *name)
{
	const char *slash = strrchr(name, '/'), *backslash = strrchr(name, '\\');
	if (slash && slash + 1 > name)
		name = slash + 1;
	if (backslash && backslash + 1 > name)
		name = backslash + 1;
	size_t length = strlen(name);
	if (length > NAME_BYTES_MAX) {
		length = NAME_BYTES_MAX;
		while (length > 0 && ((unsigned char)name[length] & 0xc0) == 0x80)
			length--;
	}
	char *clean = arena_strndup(arena, name, length);
	for (char *c = clean; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = '_';
	return text_trim(arena, clean);
}

/* "type/subtype" of tokens, or what says nothing. */
static const char *clean_type(struct arena *arena, const char *type)
{
	size_t length = type ? strcspn(type, "; \t") : 0;
	const char *slash = type ? memchr(type, '/', length) : NULL;
	if (!slash || length > 127 || !framing_is_token(type, (size_t)(slash - type)) ||
		!framing_is_token(slash + 1, length - (size_t)(slash - type) - 1))
		return "application/octet-stream";
	return arena_strndup(arena, type, length);
}

static bool unreadable(struct request *req)
{
	return fail(&req->ctx, ERROR_UNREADABLE, "the form is not readable");
}

static bool take_file(struct request *req, const struct part *part, const char *name, struct upload *upload_r)
{
	upload_r->name = clean_name(req->ctx.arena, name);
	upload_r->content_type = clean_type(req->ctx.arena, part->content_type);
	upload_r->bytes = part->bytes;
	upload_r->length = part->length;
	if (upload_r->name[0] == '\0')
		return fail_field(&req->ctx, "/file", "no file was chosen, or it has no name");
	return true;
}

bool body_upload(struct request *req, struct upload *upload_r)
{
	const char *boundary = read_boundary(req);
	if (!boundary)
		return false;
	const char *delimiter = arena_printf(req->ctx.arena, "\r\n--%s", boundary);
	size_t first_length = strlen(delimiter) - 2;
	const char *at = req->body, *end = req->body + req->body_length;
	struct part file = { 0 };
	const char *file_name = NULL;
	if (req->body_length < first_length || memcmp(at, delimiter + 2, first_length) != 0)
		return unreadable(req);
	at += first_length;
	for (int parts = 0; !(end - at >= 2 && memcmp(at, "--", 2) == 0); parts++) {
		struct part part;
		if (parts == PARTS_MAX || !read_part(req, at, end, delimiter, &part, &at) || !part.disposition ||
			strncasecmp(part.disposition, "form-data", 9) != 0)
			return unreadable(req);
		const char *name = parameter(req->ctx.arena, part.disposition, "filename");
		if (name && !file_name) {
			file = part;
			file_name = name;
		}
	}
	if (!file_name)
		return fail_field(&req->ctx, "/file", "the form contains no file");
	return take_file(req, &file, file_name, upload_r);
}
