/* Owns: encodings of tables. Refuses: NUL, halves of surrogate pairs, bytes that an encoding does not have. */
#include "cmdb/reconcile/encoding.h"

#include "base/text.h"

#include <stdint.h>
#include <string.h>

const char *const encoding_names[ENCODINGS + 1] = { "utf-8", "utf-16le", "utf-16be", "windows-1251", "windows-1252", NULL };

/* 0x80 to 0xbf; 0: no such character. From 0xc0 on Windows-1251 has the Russian alphabet in order. */
static const uint16_t upper_1251[64] = { 0x0402, 0x0403, 0x201a, 0x0453, 0x201e, 0x2026, 0x2020, 0x2021, 0x20ac, 0x2030, 0x0409, 0x2039, 0x040a,
	0x040c, 0x040b, 0x040f, 0x0452, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0, 0x2122, 0x0459, 0x203a, 0x045a, 0x045c, 0x045b,
	0x045f, 0x00a0, 0x040e, 0x045e, 0x0408, 0x00a4, 0x0490, 0x00a6, 0x00a7, 0x0401, 0x00a9, 0x0404, 0x00ab, 0x00ac, 0x00ad, 0x00ae, 0x0407,
	0x00b0, 0x00b1, 0x0406, 0x0456, 0x0491, 0x00b5, 0x00b6, 0x00b7, 0x0451, 0x2116, 0x0454, 0x00bb, 0x0458, 0x0405, 0x0455, 0x0457 };
/* 0x80 to 0x9f; the rest is as Unicode. */
static const uint16_t upper_1252[32] = { 0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017d,
	0, 0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0, 0x017e, 0x0178 };

static enum encoding detect_wide(const unsigned char *bytes, size_t length)
{
	size_t even = 0, odd = 0, seen = length < 4096 ? length : 4096;
	for (size_t i = 0; i < seen; i++) {
		if (bytes[i] == 0)
			(i % 2 == 0 ? even++ : odd++);
	}
	if (odd > seen / 8 && even < odd / 4)
		return ENCODING_UTF_16LE;
	if (even > seen / 8 && odd < even / 4)
		return ENCODING_UTF_16BE;
	return ENCODINGS;
}

static enum encoding detect_single(const unsigned char *bytes, size_t length)
{
	size_t together = 0, alone = 0;
	for (size_t i = 0; i < length; i++) {
		if (bytes[i] < 0xc0)
			continue;
		if ((i > 0 && bytes[i - 1] >= 0xc0) || (i + 1 < length && bytes[i + 1] >= 0xc0))
			together++;
		else
			alone++;
	}
	return together >= alone ? ENCODING_CP1251 : ENCODING_CP1252;
}

enum encoding encoding_detect(const char *bytes, size_t length)
{
	const unsigned char *b = (const unsigned char *)bytes;
	if (length >= 3 && memcmp(b, "\xef\xbb\xbf", 3) == 0)
		return ENCODING_UTF_8;
	if (length >= 2 && b[0] == 0xff && b[1] == 0xfe)
		return ENCODING_UTF_16LE;
	if (length >= 2 && b[0] == 0xfe && b[1] == 0xff)
		return ENCODING_UTF_16BE;
	enum encoding wide = detect_wide(b, length);
	if (wide != ENCODINGS)
		return wide;
	return text_utf8_valid(bytes, length) ? ENCODING_UTF_8 : detect_single(b, length);
}

static size_t put(char *out, uint32_t c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | (c >> 6));
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | (c >> 12));
		out[1] = (char)(0x80 | ((c >> 6) & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | (c >> 18));
	out[1] = (char)(0x80 | ((c >> 12) & 0x3f));
	out[2] = (char)(0x80 | ((c >> 6) & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

static const char *convert_wide(struct arena *arena, bool big, const unsigned char *b, size_t length, size_t *length_r, const char **why_r)
{
	char *out = arena_alloc(arena, length / 2 * 3 + 4);
	size_t at = 0;
	if (length % 2 != 0) {
		*why_r = "UTF-16 has an even number of bytes, this table an odd one";
		return NULL;
	}
	for (size_t i = 0; i < length; i += 2) {
		uint32_t c = big ? (uint32_t)(b[i] << 8 | b[i + 1]) : (uint32_t)(b[i + 1] << 8 | b[i]);
		if (i == 0 && c == 0xfeff)
			continue;
		if (c >= 0xd800 && c < 0xdc00 && i + 3 < length) {
			uint32_t low = big ? (uint32_t)(b[i + 2] << 8 | b[i + 3]) : (uint32_t)(b[i + 3] << 8 | b[i + 2]);
			if (low < 0xdc00 || low > 0xdfff) {
				*why_r = "the table is not valid UTF-16: half a character";
				return NULL;
			}
			c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
			i += 2;
		} else if (c >= 0xd800 && c < 0xe000) {
			*why_r = "the table is not valid UTF-16: half a character";
			return NULL;
		}
		if (c == 0) {
			*why_r = "the table contains NUL";
			return NULL;
		}
		at += put(out + at, c);
	}
	out[at] = '\0';
	*length_r = at;
	return out;
}

static uint32_t single(enum encoding encoding, unsigned char b)
{
	if (b < 0x80)
		return b;
	if (encoding == ENCODING_CP1251)
		return b >= 0xc0 ? 0x0410u + (b - 0xc0u) : upper_1251[b - 0x80];
	return b < 0xa0 ? upper_1252[b - 0x80] : b;
}

const char *encoding_convert(
	struct arena *arena, enum encoding encoding, const char *bytes, size_t length, size_t *length_r, const char **why_r)
{
	const unsigned char *b = (const unsigned char *)bytes;
	*why_r = NULL;
	if (encoding == ENCODING_UTF_8) {
		size_t mark = length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
		if (!text_utf8_valid(bytes + mark, length - mark)) {
			*why_r = "the table is not valid UTF-8, or contains NUL";
			return NULL;
		}
		*length_r = length - mark;
		return arena_strndup(arena, bytes + mark, length - mark);
	}
	if (encoding == ENCODING_UTF_16LE || encoding == ENCODING_UTF_16BE)
		return convert_wide(arena, encoding == ENCODING_UTF_16BE, b, length, length_r, why_r);
	char *out = arena_alloc(arena, length * 3 + 1);
	size_t at = 0;
	for (size_t i = 0; i < length; i++) {
		uint32_t c = single(encoding, b[i]);
		if (c == 0) {
			*why_r = b[i] == 0 ? "the table contains NUL" : "the table has bytes that this encoding does not know";
			return NULL;
		}
		at += put(out + at, c);
	}
	out[at] = '\0';
	*length_r = at;
	return out;
}
