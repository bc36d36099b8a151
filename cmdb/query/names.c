/* Owns: classes by name, patterns for LIKE, the nearest name to a misspelt one. Refuses: nothing. */
#include "cmdb/query/internal.h"

#include <string.h>

#define NEAR_MAX 2
#define NAME_MAX_BYTES 64
/* Shorter than three characters there are no trigrams to look up. */
#define WORDS_MIN 3

const struct class *ciql_class(const struct model *model, const char *name)
{
	for (int i = 0; i < model->class_count; i++)
		if (strcmp(model->classes[i].name, name) == 0)
			return &model->classes[i];
	for (int i = 0; i < model->class_count; i++)
		if (strcmp(model->classes[i].label_en, name) == 0 || strcmp(model->classes[i].label_ru, name) == 0)
			return &model->classes[i];
	return NULL;
}

void ciql_class_mark(const struct model *model, const struct class *class, bool *marks)
{
	for (int i = 0; i < model->class_count; i++)
		for (int k = 0; k < model->classes[i].lineage_count; k++) {
			int64_t id;
			if (text_parse_int64(model->classes[i].lineage[k], &id) && id == class->id)
				marks[i] = true;
		}
}

bool ciql_classes_of(struct compiler *compiler, const struct ciql_node *node, bool *marks)
{
	const struct model *model = compiler->words->model;
	if (node->kind == CIQL_NAMED) {
		ciql_class_mark(model, ciql_class(model, node->name), marks);
		return true;
	}
	for (const struct ciql_value *value = node->value; value; value = value->next) {
		const struct class *class =
			value->form == CIQL_WORD || value->form == CIQL_STRING ? ciql_class(model, value->text) : NULL;
		if (!class)
			return ciql_refuse(compiler, value->at, value->length, "there is no such class%s", ciql_nearest(compiler, value->text));
		ciql_class_mark(model, class, marks);
	}
	return true;
}

const char *ciql_class_json(struct compiler *compiler, const bool *wanted)
{
	const struct model *model = compiler->words->model;
	struct json_out json;
	json_begin(&json, compiler->arena, 100);
	json_open_object(&json, NULL);
	json_text(&json, "k", "class");
	json_open_array(&json, "classes");
	for (int i = 0; i < model->class_count; i++)
		if (wanted[i] && !model->classes[i].abstract)
			json_int(&json, NULL, model->classes[i].id);
	json_close_array(&json);
	json_close_object(&json);
	return json.text.data;
}

const char *ciql_pattern(struct arena *arena, const char *text, bool anywhere)
{
	struct text_out out;
	text_begin(&out, arena, strlen(text) + 8);
	if (anywhere)
		text_append_char(&out, '%');
	for (const char *c = text; *c; c++) {
		if (!anywhere && (*c == '*' || *c == '?')) {
			text_append_char(&out, *c == '*' ? '%' : '_');
			continue;
		}
		if (strchr("%_\\", *c))
			text_append_char(&out, '\\');
		text_append_char(&out, *c);
	}
	if (anywhere)
		text_append_char(&out, '%');
	return out.data;
}

/* Values stand in the words as JSON writes them: what it escapes ends a part. */
const char *ciql_words_pattern(struct arena *arena, const char *text, bool anywhere)
{
	size_t best = 0, best_length = 0;
	for (size_t from = 0; text[from];) {
		size_t length = 0;
		while (text[from + length] && (unsigned char)text[from + length] >= 0x20 && text[from + length] != 0x7f &&
			!strchr(anywhere ? "\"\\" : "\"\\*?", text[from + length]))
			length++;
		if (length > best_length) {
			best = from;
			best_length = length;
		}
		from += length + (text[from + length] ? 1 : 0);
	}
	const char *part = arena_strndup(arena, text + best, best_length);
	return text_utf8_length(part) >= WORDS_MIN ? ciql_pattern(arena, part, true) : NULL;
}

/* Edit distance, as far as it matters. */
static int distance(const char *one, const char *other)
{
	int row[NAME_MAX_BYTES + 1];
	size_t width = strlen(other), height = strlen(one);
	if (width > NAME_MAX_BYTES || height > NAME_MAX_BYTES)
		return NEAR_MAX + 1;
	for (size_t i = 0; i <= width; i++)
		row[i] = (int)i;
	for (size_t y = 1; y <= height; y++) {
		int corner = row[0];
		row[0] = (int)y;
		for (size_t x = 1; x <= width; x++) {
			int above = row[x], best = corner + (one[y - 1] != other[x - 1]);
			best = above + 1 < best ? above + 1 : best;
			row[x] = row[x - 1] + 1 < best ? row[x - 1] + 1 : best;
			corner = above;
		}
	}
	return row[width];
}

const char *ciql_nearest(struct compiler *compiler, const char *name)
{
	static const char *const fields[] = { "name", "class", "status", "phase", "location", "owner", "user", "external_key", "source", "created_at", "updated_at" };
	const struct model *model = compiler->words->model;
	const char *best = NULL;
	int least = strlen(name) < 4 ? 2 : NEAR_MAX + 1;
	for (int i = 0; i < model->attribute_count; i++)
		if (!model->attributes[i].retired && distance(name, model->attributes[i].name) < least) {
			best = model->attributes[i].name;
			least = distance(name, best);
		}
	for (int i = 0; i < model->class_count; i++)
		if (distance(name, model->classes[i].name) < least) {
			best = model->classes[i].name;
			least = distance(name, best);
		}
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		if (distance(name, fields[i]) < least) {
			best = fields[i];
			least = distance(name, best);
		}
	return best ? arena_printf(compiler->arena, "; did you mean %s?", best) : "";
}
