/* See column.h. */
#include "cmdb/evidence/column.h"

#include "base/text.h"
#include "cmdb/model.h"
#include "cmdb/value.h"

#include <string.h>

#define NAME_MAX_BYTES 63

/* Of the Russian letters а to я, in their order (ё apart), as in passports. */
static const char *const letters[32] = { "a", "b", "v", "g", "d", "e", "zh", "z", "i", "i", "k", "l", "m", "n", "o", "p", "r", "s", "t", "u", "f", "kh",
	"ts", "ch", "sh", "shch", "", "y", "", "e", "iu", "ia" };

/* The letters of one character, lower case; "_" for what separates. Length of the character in length_r. */
static const char *spell(const char *at, char plain[2], size_t *length_r)
{
	unsigned char c = (unsigned char)at[0], next = (unsigned char)at[1];
	*length_r = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
	plain[0] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
	if (c < 0x80)
		return (plain[0] >= 'a' && plain[0] <= 'z') || (c >= '0' && c <= '9') ? plain : "_";
	unsigned point = *length_r == 2 ? (c & 0x1fu) << 6 | (next & 0x3fu) : 0;
	if (point == 0x401 || point == 0x451)
		return "e";
	if (point >= 0x410 && point <= 0x42f)
		return letters[point - 0x410];
	if (point >= 0x430 && point <= 0x44f)
		return letters[point - 0x430];
	return "_";
}

const char *column_attribute_name(struct arena *arena, const char *heading)
{
	struct text_out out;
	char plain[2] = { 0 };
	text_begin(&out, arena, 64);
	for (size_t length; *heading; heading += length) {
		const char *piece = spell(heading, plain, &length);
		bool separator = *piece == '_', first = out.length == 0;
		if (separator && (first || out.data[out.length - 1] == '_'))
			continue;
		if (first && *piece >= '0' && *piece <= '9')
			text_append_z(&out, "n");
		if (out.length + strlen(piece) > NAME_MAX_BYTES)
			break;
		text_append_z(&out, piece);
	}
	while (out.length > 0 && out.data[out.length - 1] == '_')
		out.data[--out.length] = '\0';
	return model_name_valid(out.data) ? out.data : NULL;
}

static bool all_fit(struct arena *arena, enum value_type type, const char *const *sample, int count)
{
	const struct attribute attribute = { .type = type };
	const char *why;
	for (int i = 0; i < count; i++)
		if (!sample[i] || !value_check_text(arena, &attribute, sample[i], &why))
			return false;
	return count > 0;
}

const char *column_type(struct arena *arena, const char *const *sample, int count)
{
	static const enum value_type narrow[] = { VALUE_INTEGER, VALUE_DECIMAL, VALUE_DATE, VALUE_INSTANT, VALUE_IP, VALUE_MAC, VALUE_URL, VALUE_BOOLEAN };
	for (size_t i = 0; i < sizeof(narrow) / sizeof(narrow[0]); i++)
		if (all_fit(arena, narrow[i], sample, count))
			return value_type_names[narrow[i]];
	return value_type_names[VALUE_TEXT];
}
