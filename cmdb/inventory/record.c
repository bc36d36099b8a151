/* See record.h. */
#include "cmdb/inventory/record.h"

#include "base/text.h"

#include <ctype.h>
#include <string.h>

/* What is longer than a name may be is no name that anybody asks for. */
static void copy_name(char to[static INVENTORY_NAME_MAX], const char *name, size_t length)
{
	if (length >= INVENTORY_NAME_MAX)
		length = INVENTORY_NAME_MAX - 1;
	for (size_t i = 0; i < length; i++)
		to[i] = (char)tolower((unsigned char)name[i]);
	to[length] = '\0';
}

void inventory_record_begin(struct inventory_record *record, const char *section, size_t length)
{
	record->count = 0;
	copy_name(record->section, section, length);
}

void inventory_record_add(struct inventory_record *record, const char *name, size_t name_length, const char *value, size_t value_length)
{
	if (record->count == INVENTORY_FIELDS_MAX)
		return;
	if (value_length > INVENTORY_VALUE_MAX) {
		value_length = INVENTORY_VALUE_MAX;
		while (value_length > 0 && ((unsigned char)value[value_length] & 0xc0) == 0x80)
			value_length--;
	}
	copy_name(record->field[record->count].name, name, name_length);
	memcpy(record->field[record->count].value, value, value_length);
	record->field[record->count].value[value_length] = '\0';
	record->count++;
}

/* The first of several of the same name that says something. */
static const char *find(const struct inventory_record *record, const char *name)
{
	for (int i = 0; i < record->count; i++)
		if (strcmp(record->field[i].name, name) == 0 && record->field[i].value[0] != '\0')
			return record->field[i].value;
	return NULL;
}

/* Blanks are those of ASCII, the C1 controls and the no-break space. */
static size_t blank(const unsigned char *at)
{
	if (*at <= 0x20 || *at == 0x7f)
		return 1;
	return at[0] == 0xc2 && (at[1] <= 0x9f || at[1] == 0xa0) ? 2 : 0;
}

const char *inventory_record_get(struct arena *arena, const struct inventory_record *record, const char *name)
{
	const unsigned char *at = (const unsigned char *)find(record, name);
	struct text_out out;
	size_t wide;
	bool gap = false;
	if (!at)
		return NULL;
	text_begin(&out, arena, strlen((const char *)at) + 1);
	while (*at) {
		if ((wide = blank(at)) > 0) {
			gap = out.length > 0;
			at += wide;
			continue;
		}
		if (gap)
			text_append_char(&out, ' ');
		gap = false;
		text_append_char(&out, (char)*at++);
	}
	return out.length > 0 ? out.data : NULL;
}

int64_t inventory_record_number(const struct inventory_record *record, const char *name)
{
	const char *text = find(record, name);
	int64_t value = 0;
	if (!text)
		return -1;
	text += strspn(text, " ");
	size_t digits = strspn(text, "0123456789");
	if (digits == 0 || digits > 15)
		return -1;
	for (size_t i = 0; i < digits; i++)
		value = value * 10 + (text[i] - '0');
	return value;
}
