/* Owns: what other programs' words mean here. Refuses: to guess where two meanings are possible; the cell then stays as it is. */
#include "cmdb/reconcile/words.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

struct pair {
	const char *word, *means;
};

static const struct pair headings[] = {
#define HEADING(word_, means_) { word_, means_ },
#include "cmdb/reconcile/headings.def"
};

/* States of iTop and GLPI, and of Russian tables, for the states that every class has. */
static const struct pair states[] = { { "production", "in_use" }, { "en production", "in_use" }, { "in use", "in_use" }, { "used", "in_use" },
	{ "utilisé", "in_use" }, { "en service", "in_use" }, { "active", "in_use" }, { "implementation", "planned" }, { "implémentation", "planned" },
	{ "en cours d'implémentation", "planned" }, { "to order", "planned" }, { "stock", "spare" }, { "en stock", "spare" }, { "available", "spare" },
	{ "disponible", "spare" }, { "repair", "in_repair" }, { "in repair", "in_repair" }, { "en réparation", "in_repair" }, { "en panne", "in_repair" },
	{ "obsolete", "retired" }, { "obsolète", "retired" }, { "disposed", "retired" }, { "réformé", "retired" }, { "retired", "retired" },
	{ "в работе", "in_use" }, { "в эксплуатации", "in_use" }, { "эксплуатируется", "in_use" }, { "на складе", "spare" }, { "резерв", "spare" },
	{ "ремонт", "in_repair" }, { "списан", "retired" }, { "списана", "retired" } };

static const struct pair classes[] = { { "pc", "workstation" }, { "computer", "workstation" }, { "ordinateur", "workstation" }, { "laptop", "workstation" },
	{ "desktop", "workstation" }, { "компьютер", "workstation" }, { "ноутбук", "workstation" }, { "serveur", "server" }, { "virtualmachine", "virtual_machine" },
	{ "machine virtuelle", "virtual_machine" }, { "networkdevice", "network_device" }, { "network equipment", "network_device" },
	{ "matériel réseau", "network_device" }, { "équipement réseau", "network_device" }, { "imprimante", "printer" }, { "téléphone", "phone" },
	{ "mobilephone", "phone" }, { "ip phone", "phone" }, { "applicationsolution", "application" }, { "application solution", "application" } };

char *words_lower(struct arena *arena, const char *text)
{
	char *out = arena_strdup(arena, text);
	for (unsigned char *c = (unsigned char *)out; *c; c++) {
		if (*c < 0x80) {
			*c = (unsigned char)tolower(*c);
		} else if (c[0] == 0xd0 && c[1] >= 0x90 && c[1] <= 0xaf) { /* А–Я */
			unsigned code = 0x410u + (c[1] - 0x90u) + 0x20u;
			c[0] = (unsigned char)(0xc0 | (code >> 6));
			c[1] = (unsigned char)(0x80 | (code & 0x3f));
			c++;
		} else if (c[0] == 0xd0 && c[1] == 0x81) { /* Ё */
			c[0] = 0xd1;
			c[1] = 0x91;
			c++;
		} else if (c[0] == 0xc3 && c[1] >= 0x80 && c[1] <= 0x9e && c[1] != 0x97) { /* À–Þ */
			c[1] = (unsigned char)(c[1] + 0x20);
			c++;
		}
	}
	return out;
}

static const char *find(const struct pair *pairs, size_t count, const char *word)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(pairs[i].word, word) == 0)
			return pairs[i].means;
	return NULL;
}
#define FIND(pairs, word) find(pairs, sizeof(pairs) / sizeof((pairs)[0]), word)

const char *words_heading(struct arena *arena, const struct model *model, const char *heading)
{
	static const char *const fields[] = { "name", "class", "status", "owner", "location", "external_key" };
	const char *word = words_lower(arena, heading), *means;
	if (model_attribute(model, word))
		return word;
	for (int i = 0; i < model->attribute_count; i++) {
		const struct attribute *attribute = &model->attributes[i];
		if (!attribute->retired && (strcmp(words_lower(arena, attribute->label_en), word) == 0 || strcmp(words_lower(arena, attribute->label_ru), word) == 0))
			return attribute->name;
	}
	means = FIND(headings, word);
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (strcmp(fields[i], means ? means : word) == 0)
			return fields[i];
	return means && model_attribute(model, means) ? means : NULL;
}

static const char *class_word(struct arena *arena, const struct model *model, const char *cell)
{
	const char *word = words_lower(arena, cell), *means;
	if (model_class(model, cell))
		return cell;
	for (int i = 0; i < model->class_count; i++)
		if (strcmp(words_lower(arena, model->classes[i].label_en), word) == 0 || strcmp(words_lower(arena, model->classes[i].label_ru), word) == 0 ||
			strcmp(model->classes[i].name, word) == 0)
			return model->classes[i].name;
	means = FIND(classes, word);
	return means && model_class(model, means) ? means : cell;
}

static const char *state_word(struct arena *arena, const struct model *model, const struct class *class, const char *cell)
{
	const char *word = words_lower(arena, cell), *means;
	if (!class || class_state(model, class, cell))
		return cell;
	for (int i = 0; i < model->state_count; i++) {
		const struct state *state = &model->states[i];
		if ((strcmp(words_lower(arena, state->label_en), word) == 0 || strcmp(words_lower(arena, state->label_ru), word) == 0) &&
			class_state(model, class, state->name))
			return state->name;
	}
	means = FIND(states, word);
	return means && class_state(model, class, means) ? means : cell;
}

static void release_json(void *json)
{
	json_decref(json);
}

static const char *choice_word(struct arena *arena, const struct attribute *attribute, const char *cell)
{
	const char *word = words_lower(arena, cell);
	json_t *choices = attribute->choices ? json_loads(attribute->choices, 0, NULL) : NULL;
	if (!choices)
		return cell;
	arena_on_release(arena, release_json, choices);
	for (size_t i = 0; i < json_array_size(choices); i++) {
		const json_t *choice = json_array_get(choices, i);
		const char *value = json_string_value(json_object_get(choice, "value"));
		const char *en = json_string_value(json_object_get(choice, "label_en")), *ru = json_string_value(json_object_get(choice, "label_ru"));
		if (value && (strcmp(words_lower(arena, value), word) == 0 || (en && strcmp(words_lower(arena, en), word) == 0) ||
						 (ru && strcmp(words_lower(arena, ru), word) == 0)))
			return value;
	}
	return cell;
}

/* 31.12.2025, 31/12/2025 and 31-12-2025; a time of day behind a date is left out. Day and month that could be either are day first. */
static const char *date_word(struct arena *arena, const char *cell)
{
	int day, month, year, used = 0;
	char first, second;
	if (sscanf(cell, "%2d%c%2d%c%4d%n", &day, &first, &month, &second, &year, &used) == 5 && first == second && strchr("./-", first) && year >= 1000 &&
		(cell[used] == '\0' || cell[used] == ' ')) {
		if (month > 12 && day <= 12) {
			int swap = day;
			day = month;
			month = swap;
		}
		return arena_printf(arena, "%04d-%02d-%02d", year, month, day);
	}
	size_t length = strlen(cell);
	if (length > 10 && cell[4] == '-' && cell[7] == '-' && (cell[10] == ' ' || cell[10] == 'T'))
		return arena_strndup(arena, cell, 10);
	if (length >= 10 && cell[4] == '/' && cell[7] == '/')
		return arena_printf(arena, "%.4s-%.2s-%.2s", cell, cell + 5, cell + 8);
	return cell;
}

/* "16 384", with plain, unbreakable and narrow spaces between thousands. */
static const char *number_word(struct arena *arena, const char *cell)
{
	char *out = arena_strdup(arena, cell), *to = out;
	for (const char *c = cell; *c; c++) {
		if (*c == ' ' && isdigit((unsigned char)c[1]) && c > cell)
			continue;
		if (strncmp(c, "\xc2\xa0", 2) == 0) {
			c++;
			continue;
		}
		if (strncmp(c, "\xe2\x80\xaf", 3) == 0) {
			c += 2;
			continue;
		}
		*to++ = *c;
	}
	*to = '\0';
	return out;
}

static const char *boolean_word(struct arena *arena, const char *cell)
{
	static const struct pair words[] = { { "oui", "true" }, { "non", "false" }, { "vrai", "true" }, { "faux", "false" }, { "y", "true" }, { "n", "false" },
		{ "on", "true" }, { "off", "false" }, { "+", "true" }, { "есть", "true" } };
	const char *means = FIND(words, words_lower(arena, cell));
	return means ? means : cell;
}

const char *words_cell(struct arena *arena, const struct import_plan *plan, const struct class *class, enum column_kind kind,
	const struct attribute *attribute, const char *cell)
{
	if (kind == COLUMN_CLASS)
		return class_word(arena, plan->model, cell);
	if (kind == COLUMN_STATUS)
		return state_word(arena, plan->model, class, cell);
	if (kind != COLUMN_ATTRIBUTE || !attribute)
		return cell;
	switch (attribute->type) {
	case VALUE_DATE:
		return date_word(arena, cell);
	case VALUE_INTEGER:
	case VALUE_DECIMAL:
		return number_word(arena, cell);
	case VALUE_BOOLEAN:
		return boolean_word(arena, cell);
	case VALUE_ENUM:
		return choice_word(arena, attribute, cell);
	default:
		return cell;
	}
}
