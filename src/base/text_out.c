/* Growing text in an arena; the old copy stays in the arena until its reset, so a good hint saves memory. */
#include "base/text.h"

#include "base/ctx.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void text_begin(struct text_out *out, struct arena *arena, size_t capacity_hint)
{
	out->arena = arena;
	out->capacity = capacity_hint < 64 ? 64 : capacity_hint;
	out->data = arena_reserve(arena, out->capacity);
	out->data[0] = '\0';
	out->length = 0;
}

static void reserve(struct text_out *out, size_t more)
{
	INVARIANT(more < SIZE_MAX / 4 && out->length < SIZE_MAX / 4);
	size_t need = out->length + more + 1;
	if (need <= out->capacity)
		return;
	size_t capacity = 2 * out->capacity;
	while (capacity < need)
		capacity *= 2;
	char *data = arena_reserve(out->arena, capacity);
	memcpy(data, out->data, out->length + 1);
	out->data = data;
	out->capacity = capacity;
}

void text_append(struct text_out *out, const char *bytes, size_t length)
{
	reserve(out, length);
	if (length > 0)
		memcpy(out->data + out->length, bytes, length);
	out->length += length;
	out->data[out->length] = '\0';
}

void text_append_z(struct text_out *out, const char *text)
{
	text_append(out, text, strlen(text));
}

void text_append_char(struct text_out *out, char c)
{
	reserve(out, 1);
	out->data[out->length++] = c;
	out->data[out->length] = '\0';
}

void text_append_int(struct text_out *out, int64_t value)
{
	char digits[21];
	size_t at = sizeof(digits);
	uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
	do {
		digits[--at] = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest > 0);
	if (value < 0)
		digits[--at] = '-';
	text_append(out, digits + at, sizeof(digits) - at);
}

void text_append_printf(struct text_out *out, const char *format, ...)
{
	va_list args, again;
	va_start(args, format);
	va_copy(again, args);
	int length = vsnprintf(NULL, 0, format, again);
	va_end(again);
	INVARIANT(length >= 0);
	reserve(out, (size_t)length);
	vsnprintf(out->data + out->length, (size_t)length + 1, format, args);
	out->length += (size_t)length;
	va_end(args);
}
