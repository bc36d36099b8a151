/* Judging text from outside. */
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* Length of the well-formed sequence at `at` (RFC 3629), 0 when there is none. */
static size_t sequence_length(const unsigned char *at, size_t left)
{
	unsigned char first = at[0];
	if (first < 0x80)
		return first != 0;
	size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
	if (first < 0xc2 || first > 0xf4 || left < length)
		return 0;
	for (size_t i = 1; i < length; i++)
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	bool overlong = (first == 0xe0 && at[1] < 0xa0) || (first == 0xf0 && at[1] < 0x90);
	bool surrogate = first == 0xed && at[1] > 0x9f;
	bool beyond = first == 0xf4 && at[1] > 0x8f;
	return overlong || surrogate || beyond ? 0 : length;
}

bool text_utf8_valid(const char *bytes, size_t length)
{
	const unsigned char *at = (const unsigned char *)bytes;
	while (length > 0) {
		size_t step = sequence_length(at, length);
		if (step == 0)
			return false;
		at += step;
		length -= step;
	}
	return true;
}

size_t text_utf8_length(const char *text)
{
	size_t count = 0;
	for (; *text; text++)
		count += ((unsigned char)*text & 0xc0) != 0x80;
	return count;
}

bool text_has_control(const char *text)
{
	for (const unsigned char *at = (const unsigned char *)text; *at; at++) {
		if ((*at < 0x20 && *at != '\t' && *at != '\n') || *at == 0x7f)
			return true;
		if (*at == 0xc2 && at[1] >= 0x80 && at[1] <= 0x9f) /* U+0080..U+009F */
			return true;
	}
	return false;
}

bool text_parse_int64(const char *text, int64_t *value_r)
{
	bool negative = *text == '-';
	const char *at = text + negative;
	int64_t value = 0;
	if (*at == '\0')
		return false;
	for (; *at; at++) {
		if (*at < '0' || *at > '9')
			return false;
		if (__builtin_mul_overflow(value, (int64_t)10, &value) ||
			__builtin_sub_overflow(value, (int64_t)(*at - '0'), &value))
			return false;
	}
	/* Counted downwards, since INT64_MIN has no positive counterpart. */
	if (!negative && value == INT64_MIN)
		return false;
	*value_r = negative ? value : -value;
	return true;
}

/* Bytes of the white space character at `at`: ASCII, no-break space, U+2000..U+200B, U+3000, U+FEFF. */
static size_t space_length(const unsigned char *at)
{
	if (*at == ' ' || (*at >= '\t' && *at <= '\r'))
		return 1;
	if (at[0] == 0xc2 && at[1] == 0xa0)
		return 2;
	if (at[0] == 0xe2 && at[1] == 0x80 && at[2] >= 0x80 && at[2] <= 0x8b)
		return 3;
	if ((at[0] == 0xe3 && at[1] == 0x80 && at[2] == 0x80) || (at[0] == 0xef && at[1] == 0xbb && at[2] == 0xbf))
		return 3;
	return 0;
}

char *text_trim(struct arena *arena, const char *text)
{
	const unsigned char *at = (const unsigned char *)text;
	size_t space;
	while ((space = space_length(at)) > 0)
		at += space;
	const unsigned char *start = at, *end = at;
	while (*at) {
		space = space_length(at);
		at += space ? space : 1;
		if (space == 0)
			end = at;
	}
	return arena_strndup(arena, (const char *)start, (size_t)(end - start));
}

bool text_equal_time_constant(const char *a, const char *b, size_t length)
{
	unsigned char difference = 0;
	for (size_t i = 0; i < length; i++)
		difference |= (unsigned char)(a[i] ^ b[i]);
	return *(volatile unsigned char *)&difference == 0;
}

void text_hex(const unsigned char *bytes, size_t length, char *out)
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < length; i++) {
		*out++ = digits[bytes[i] >> 4];
		*out++ = digits[bytes[i] & 15];
	}
	*out = '\0';
}
