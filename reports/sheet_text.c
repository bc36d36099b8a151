/* Text and names as the format allows them. Owns nothing. Refuses: invalid UTF-8. */
#include "reports/sheet_internal.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define NAME_MAX_UNITS 31

/* Bytes of the character at `at`; the text is valid UTF-8. */
static size_t character_bytes(const char *at)
{
	unsigned char c = (unsigned char)*at;
	return c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

/* UTF-16 units, which is how the format counts. */
static size_t character_units(const char *at)
{
	return character_bytes(at) == 4 ? 2 : 1;
}

static size_t text_units(const char *text)
{
	size_t units = 0;
	for (; *text; text += character_bytes(text))
		units += character_units(text);
	return units;
}

/* Readers take _x0041_ for an escaped "A"; its underscore must then be escaped itself. */
static bool looks_escaped(const char *at, size_t left)
{
	return left >= 7 && at[0] == '_' && at[1] == 'x' && isxdigit((unsigned char)at[2]) &&
		isxdigit((unsigned char)at[3]) && isxdigit((unsigned char)at[4]) && isxdigit((unsigned char)at[5]) &&
		at[6] == '_';
}

/* C0 controls but tab and line feed, DEL, C1, and the two code points that XML 1.0 forbids. */
static bool is_forbidden(const char *at, size_t bytes)
{
	unsigned char c = (unsigned char)at[0];
	if (bytes == 1)
		return (c < 0x20 && c != '\t' && c != '\n') || c == 0x7f;
	if (bytes == 2)
		return c == 0xc2 && (unsigned char)at[1] < 0xa0;
	return bytes == 3 && c == 0xef && (unsigned char)at[1] == 0xbf && (unsigned char)at[2] >= 0xbe;
}

/* The length of the longest beginning of at most `units` UTF-16 units as a reader of the cell will count them. */
static size_t bytes_within(const char *text, size_t length, size_t units)
{
	size_t at = 0, used = 0;
	while (at < length) {
		size_t bytes = character_bytes(text + at);
		size_t wide = is_forbidden(text + at, bytes) ? 0
			: looks_escaped(text + at, length - at)  ? 7
													 : character_units(text + at);
		if (used + wide > units)
			break;
		used += wide;
		at += bytes;
	}
	return at;
}

static void append_clean(struct text_out *out, const char *text, size_t length, bool escape)
{
	for (size_t at = 0; at < length;) {
		size_t bytes = character_bytes(text + at);
		if (escape && looks_escaped(text + at, length - at))
			text_append(out, "_x005F_", 7);
		else if (!is_forbidden(text + at, bytes))
			text_append(out, text + at, bytes);
		at += bytes;
	}
}

bool cell_text_clean(struct text_out *out, const char *text, size_t length, const char *cut_mark)
{
	if (!text_utf8_valid(text, length))
		return false;
	size_t fits = bytes_within(text, length, CELL_TEXT_MAX);
	if (fits < length)
		fits = bytes_within(text, length, CELL_TEXT_MAX - text_units(cut_mark));
	append_clean(out, text, fits, true);
	if (fits < length)
		text_append_z(out, cut_mark);
	return true;
}

bool chart_text_clean(struct text_out *out, const char *text)
{
	if (!text_utf8_valid(text, strlen(text)))
		return false;
	append_clean(out, text, strlen(text), false);
	return true;
}

static bool name_taken(const struct book *book, const char *name)
{
	for (const struct sheet *sheet = book->sheets; sheet; sheet = sheet->next)
		if (strcasecmp(sheet->name, name) == 0)
			return true;
	return false;
}

/* The wanted name without what is forbidden, at most `units` long. */
static char *name_part(struct arena *arena, const char *wanted, size_t units)
{
	char *name = arena_strdup(arena, wanted), *to = name;
	size_t used = 0;
	for (const char *at = wanted; *at;) {
		size_t bytes = character_bytes(at);
		if (used + character_units(at) > units)
			break;
		used += character_units(at);
		if ((bytes == 1 && strchr("[]:*?/\\", *at)) || looks_escaped(at, strlen(at)))
			*to++ = '-';
		else if (is_forbidden(at, bytes) || *at == '\t' || *at == '\n')
			*to++ = ' ';
		else
			to = (char *)memcpy(to, at, bytes) + bytes;
		at += bytes;
	}
	*to = '\0';
	while (*name == '\'' || *name == ' ')
		name++;
	while (to > name && (to[-1] == '\'' || to[-1] == ' '))
		*--to = '\0';
	return name;
}

const char *sheet_name_clean(struct book *book, const char *wanted)
{
	struct arena *arena = book->ctx->arena;
	const char *source = text_utf8_valid(wanted, strlen(wanted)) ? wanted : "-";
	char *name = name_part(arena, source, NAME_MAX_UNITS);
	/* "History" is the format's own. */
	if (!*name || strcasecmp(name, "History") == 0)
		name = arena_printf(arena, "%s_", *name ? name : "-");
	for (int number = 2; name_taken(book, name); number++) {
		const char *suffix = arena_printf(arena, " %d", number);
		name = arena_printf(arena, "%s%s", name_part(arena, source, NAME_MAX_UNITS - strlen(suffix)), suffix);
	}
	return name;
}

void column_letters(int column, char out[static 4])
{
	INVARIANT(column >= 0 && column < 702);
	int at = 0;
	if (column >= 26)
		out[at++] = (char)('A' + column / 26 - 1);
	out[at++] = (char)('A' + column % 26);
	out[at] = '\0';
}
