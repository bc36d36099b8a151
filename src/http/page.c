/* Owns: cursors of keyset pages: the last row's sort values, in URL-safe base64, with a check sum that also covers the
 * route, so that a cut or borrowed cursor is refused and not followed to a wrong place.
 * Refuses: offsets. */
#include "http/internal.h"

#include <string.h>

#define LIMIT_DEFAULT 50
#define LIMIT_MAX 200
#define VALUES_MAX 4
#define VALUE_BYTES_MAX 1024
#define CURSOR_BYTES_MAX 8192
#define SUM_BYTES 4

static uint32_t check_sum(const struct request *req, const unsigned char *bytes, size_t length)
{
	const char *pattern = req->route->pattern;
	uLong sum = crc32(0, (const Bytef *)pattern, (uInt)strlen(pattern));
	return (uint32_t)crc32(sum, bytes, (uInt)length);
}

/* sum (4 bytes), then each value with its NUL. */
static bool decode_cursor(struct request *req, const char *text, struct page *page)
{
	size_t length = 0;
	unsigned char *bytes =
		strlen(text) <= CURSOR_BYTES_MAX ? text_base64url_decode(req->ctx.arena, text, &length) : NULL;
	if (!bytes || length <= SUM_BYTES || bytes[length - 1] != '\0')
		return false;
	uint32_t sum = check_sum(req, bytes + SUM_BYTES, length - SUM_BYTES);
	for (int i = 0; i < SUM_BYTES; i++)
		if (bytes[i] != (unsigned char)(sum >> (8 * i) & 0xff))
			return false;
	for (size_t at = SUM_BYTES; at < length;) {
		const char *value = (const char *)bytes + at;
		size_t value_length = strlen(value);
		if (page->count == VALUES_MAX || !text_utf8_valid(value, value_length))
			return false;
		page->value[page->count++] = value;
		at += value_length + 1;
	}
	return true;
}

bool page_read(struct request *req, struct page *page_r)
{
	const char *cursor = request_query(req, "cursor");
	*page_r = (struct page){ 0 };
	page_r->limit = (int)query_int(req, "limit", LIMIT_DEFAULT, 1, LIMIT_MAX);
	if (cursor && !decode_cursor(req, cursor, page_r)) {
		*page_r = (struct page){ .limit = page_r->limit };
		fail_field(&req->ctx, "cursor", "is not one this list gave out");
	}
	return req->ctx.error.kind == ERROR_NONE;
}

const char *page_cursor(struct request *req, const char *const *values, int count)
{
	struct text_out out;
	INVARIANT(count >= 1 && count <= VALUES_MAX);
	text_begin(&out, req->ctx.arena, 128);
	text_append(&out, "\0\0\0\0", SUM_BYTES);
	for (int i = 0; i < count; i++) {
		size_t length = strlen(values[i]);
		INVARIANT(length <= VALUE_BYTES_MAX);
		text_append(&out, values[i], length + 1);
	}
	unsigned char *bytes = (unsigned char *)out.data;
	uint32_t sum = check_sum(req, bytes + SUM_BYTES, out.length - SUM_BYTES);
	for (int i = 0; i < SUM_BYTES; i++)
		bytes[i] = (unsigned char)(sum >> (8 * i) & 0xff);
	return text_base64url(req->ctx.arena, bytes, out.length);
}
