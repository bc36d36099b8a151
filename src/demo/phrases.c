/* See phrases.h. Refuses: a slot that is not in the file (broken invariant: the file is the program's). */
#include "demo/phrases.h"

#include "base/text.h"

#include <string.h>

void phrases_set(struct phrases *phrases, const char *name, const char *value)
{
	for (int t = 0; t < TONGUES; t++) {
		int i = 0;
		while (i < phrases->slot_count &&
			(phrases->slot[i].tongue != (enum tongue)t || strcmp(phrases->slot[i].name, name) != 0))
			i++;
		INVARIANT(i < SLOTS_MAX);
		phrases->slot[i].name = name;
		phrases->slot[i].tongue = (enum tongue)t;
		phrases->slot[i].value = value;
		if (i == phrases->slot_count)
			phrases->slot_count++;
	}
}

/* '#' becomes any digit, '%' one from 1 to 9. */
static const char *draw(struct phrases *phrases, const char *name, enum tongue tongue)
{
	const json_t *values = json_object_get(json_object_get(phrases->world->slots, name), tongue_name[tongue]);
	INVARIANT(json_array_size(values) > 0);
	char *text = arena_strdup(phrases->arena,
		json_string_value(json_array_get(values, (size_t)chance_below(phrases->chance, (int)json_array_size(values)))));
	for (char *c = text; *c; c++)
		if (*c == '#')
			*c = (char)('0' + chance_below(phrases->chance, 10));
		else if (*c == '%')
			*c = (char)('1' + chance_below(phrases->chance, 9));
	return text;
}

static const char *slot_value(struct phrases *phrases, const char *name, size_t length, enum tongue tongue)
{
	for (int i = 0; i < phrases->slot_count; i++)
		if (phrases->slot[i].tongue == tongue && strlen(phrases->slot[i].name) == length &&
			strncmp(phrases->slot[i].name, name, length) == 0)
			return phrases->slot[i].value;
	INVARIANT(phrases->slot_count < SLOTS_MAX);
	const char *kept = arena_strndup(phrases->arena, name, length), *value = draw(phrases, kept, tongue);
	phrases->slot[phrases->slot_count].name = kept;
	phrases->slot[phrases->slot_count].tongue = tongue;
	phrases->slot[phrases->slot_count++].value = value;
	return value;
}

const char *phrases_fill(struct phrases *phrases, const char *text, enum tongue tongue)
{
	struct text_out out;
	text_begin(&out, phrases->arena, strlen(text) + 64);
	for (;;) {
		size_t plain = strcspn(text, "{");
		text_append(&out, text, plain);
		text += plain;
		const char *end = strchr(text, '}');
		if (!*text || !end)
			break;
		text_append_z(&out, slot_value(phrases, text + 1, (size_t)(end - text - 1), tongue));
		text = end + 1;
	}
	text_append_z(&out, text);
	return out.data;
}

const char *phrases_pick(struct phrases *phrases, const json_t *texts, int index, enum tongue tongue)
{
	int count = (int)json_array_size(texts);
	if (count == 0)
		return NULL;
	if (index < 0)
		index = chance_below(phrases->chance, count);
	return phrases_fill(
		phrases, json_string_value(json_array_get(texts, (size_t)(index < count ? index : count - 1))), tongue);
}

const char *phrases_shared(struct phrases *phrases, const char *name, const char *part_or_null, enum tongue tongue)
{
	const json_t *texts = json_object_get(phrases->world->shared, name);
	if (part_or_null)
		texts = json_object_get(texts, part_or_null);
	const char *text = phrases_pick(phrases, json_object_get(texts, tongue_name[tongue]), -1, tongue);
	INVARIANT(text != NULL);
	return text;
}

const char *phrases_render(struct arena *arena, const char *text, const char *const *pairs)
{
	struct text_out out;
	text_begin(&out, arena, strlen(text) + 128);
	for (;;) {
		size_t plain = strcspn(text, "{");
		text_append(&out, text, plain);
		text += plain;
		const char *end = strchr(text, '}');
		if (!*text || !end)
			break;
		for (int i = 0; pairs[i]; i += 2)
			if (strlen(pairs[i]) == (size_t)(end - text - 1) && strncmp(pairs[i], text + 1, strlen(pairs[i])) == 0 &&
				pairs[i + 1])
				text_append_z(&out, pairs[i + 1]);
		text = end + 1;
	}
	text_append_z(&out, text);
	return out.data;
}
