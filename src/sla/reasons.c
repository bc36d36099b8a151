/* Why an input was refused (reasons.h). Owns nothing. */
#include "sla/reasons.h"

#include <stdarg.h>
#include <stdio.h>

void reasons_begin(struct reasons *reasons, char *text, size_t size_bytes)
{
	*reasons = (struct reasons){ .text = text, .size_bytes = text ? size_bytes : 0 };
	if (text && size_bytes > 0)
		text[0] = '\0';
}

/* A cut in the middle of a UTF-8 character would make the text unfit for JSON. */
static void cut_between_characters(struct reasons *reasons)
{
	size_t end = reasons->length;
	size_t start = end;
	while (start > 0 && ((unsigned char)reasons->text[start - 1] & 0xc0) == 0x80)
		start--;
	if (start == 0)
		return;
	unsigned char lead = (unsigned char)reasons->text[start - 1];
	size_t expected = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
	if (end - (start - 1) < expected)
		reasons->text[reasons->length = start - 1] = '\0';
}

bool reasons_add(struct reasons *reasons, const char *format, ...)
{
	bool first = reasons->count++ == 0;
	if (reasons->length + 1 >= reasons->size_bytes)
		return false;
	if (!first) {
		size_t room = reasons->size_bytes - reasons->length;
		int written = snprintf(reasons->text + reasons->length, room, "; ");
		reasons->length += (size_t)written < room ? (size_t)written : room - 1;
	}
	size_t room = reasons->size_bytes - reasons->length;
	va_list args;
	va_start(args, format);
	int written = vsnprintf(reasons->text + reasons->length, room, format, args);
	va_end(args);
	if (written < 0)
		return false;
	if ((size_t)written < room) {
		reasons->length += (size_t)written;
		return false;
	}
	reasons->length += room - 1;
	cut_between_characters(reasons);
	return false;
}

void reasons_place(char *out, size_t size_bytes, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(out, size_bytes, format, args);
	va_end(args);
}
