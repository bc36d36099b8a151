/* URL-safe base64 without padding (RFC 4648 §5). Refuses: text whose last bits are not zero, so that each value has one form. */
#include "base/text.h"

#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

char *text_base64url(struct arena *arena, const unsigned char *bytes, size_t length)
{
	char *out = arena_alloc(arena, (length + 2) / 3 * 4 + 1), *at = out;
	for (size_t i = 0; i < length; i += 3) {
		size_t left = length - i;
		unsigned int triple = (unsigned int)bytes[i] << 16;
		if (left > 1)
			triple |= (unsigned int)bytes[i + 1] << 8;
		if (left > 2)
			triple |= bytes[i + 2];
		*at++ = alphabet[triple >> 18];
		*at++ = alphabet[(triple >> 12) & 63];
		if (left > 1)
			*at++ = alphabet[(triple >> 6) & 63];
		if (left > 2)
			*at++ = alphabet[triple & 63];
	}
	*at = '\0';
	return out;
}

unsigned char *text_base64url_decode(struct arena *arena, const char *text, size_t *length_r)
{
	size_t length = strlen(text), written = 0;
	unsigned char *out = arena_alloc(arena, length + 1);
	unsigned int bits = 0;
	int held = 0;
	if (length % 4 == 1)
		return NULL;
	for (size_t i = 0; i < length; i++) {
		const char *found = strchr(alphabet, text[i]);
		if (!found)
			return NULL;
		bits = (bits << 6 | (unsigned int)(found - alphabet)) & 0xffffff;
		held += 6;
		if (held >= 8) {
			held -= 8;
			out[written++] = (unsigned char)(bits >> held & 0xff);
		}
	}
	if (held > 0 && (bits & ((1u << held) - 1)) != 0)
		return NULL;
	*length_r = written;
	return out;
}
