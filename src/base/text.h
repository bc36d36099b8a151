/* Text as it comes from outside: UTF-8, no NUL, bounded; and growing output text.
 * Source: trust.md (NUL and invalid UTF-8 are refused wherever text comes in). */
#ifndef VAKHTA_BASE_TEXT_H
#define VAKHTA_BASE_TEXT_H

#include "base/arena.h"
#include "base/instant.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Well-formed UTF-8 (no surrogates, no overlongs) without NUL. */
bool text_utf8_valid(const char *bytes, size_t length);
/* Code points; the text must be valid. */
size_t text_utf8_length(const char *text);
/* True when it has a control character other than tab and line feed. */
bool text_has_control(const char *text);
bool text_parse_int64(const char *text, int64_t *value_r);
/* Without leading and trailing white space, in the arena. */
char *text_trim(struct arena *arena, const char *text);
bool text_equal_time_constant(const char *a, const char *b, size_t length);
void text_hex(const unsigned char *bytes, size_t length, char *out /* 2*length+1 */);

/* URL-safe base64 without padding (base64.c). Decoding: NULL when the text is not exactly what encoding gives; bounded by the caller. */
char *text_base64url(struct arena *arena, const unsigned char *bytes, size_t length);
unsigned char *text_base64url_decode(struct arena *arena, const char *text, size_t *length_r);

/* Append-only text in an arena. Always NUL-terminated. */
struct text_out {
	struct arena *arena;
	char *data;
	size_t length, capacity;
};
void text_begin(struct text_out *out, struct arena *arena, size_t capacity_hint);
void text_append(struct text_out *out, const char *bytes, size_t length);
void text_append_z(struct text_out *out, const char *text);
void text_append_char(struct text_out *out, char c);
void text_append_int(struct text_out *out, int64_t value);
void text_append_printf(struct text_out *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Append-only JSON (RFC 8259) over text_out; commas are placed by itself. Keys must be plain ASCII.
 * Values: NULL text writes null. */
struct json_out {
	struct text_out text;
	uint64_t has_item; /* one bit a level */
	int depth;
};
void json_begin(struct json_out *out, struct arena *arena, size_t capacity_hint);
void json_open_object(struct json_out *out, const char *key_or_null);
void json_close_object(struct json_out *out);
void json_open_array(struct json_out *out, const char *key_or_null);
void json_close_array(struct json_out *out);
void json_text(struct json_out *out, const char *key_or_null, const char *value_or_null);
void json_int(struct json_out *out, const char *key_or_null, int64_t value);
void json_bool(struct json_out *out, const char *key_or_null, bool value);
void json_put_null(struct json_out *out, const char *key_or_null);
void json_instant(struct json_out *out, const char *key_or_null, instant at_or_none);
/* Already JSON: a number or a nested object from SQL. NULL writes null. */
void json_raw(struct json_out *out, const char *key_or_null, const char *json_or_null);
/* {"id":…,"name":…} or null when `id` is NULL; both as PostgreSQL text. */
void json_ref(struct json_out *out, const char *key, const char *id_or_null, const char *name);

#endif
