/* Owns: one comparison: what its name means, whether its value fits, and its JSON. Refuses: values that do not fit, orders of
 * what has none, names that mean several things. */
#include "cmdb/query/internal.h"

#include "cmdb/value.h"

#include <string.h>

static const struct field {
	const char *name;
	enum { FIELD_CLASS, FIELD_STATUS, FIELD_TEXT, FIELD_INSTANT, FIELD_PERSON, FIELD_ID } form;
	bool in_words;
} fields[] = {
	{ "id", FIELD_ID, false },
	{ "name", FIELD_TEXT, true },
	{ "class", FIELD_CLASS, false },
	{ "status", FIELD_STATUS, false },
	{ "phase", FIELD_STATUS, false },
	{ "location", FIELD_TEXT, true },
	{ "owner", FIELD_PERSON, false },
	{ "user", FIELD_PERSON, false },
	{ "external_key", FIELD_TEXT, true },
	{ "source", FIELD_TEXT, false },
	{ "created_at", FIELD_INSTANT, false },
	{ "updated_at", FIELD_INSTANT, false },
};

static const struct field *field_of(const char *name)
{
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		if (strcmp(fields[i].name, name) == 0)
			return &fields[i];
	return NULL;
}

/* {"k":kind,"name":name,"op":op … left open for the value. */
static void begin(struct json_out *json, struct compiler *compiler, const char *kind, const char *name, enum ciql_op op)
{
	json_begin(json, compiler->arena, 200);
	json_open_object(json, NULL);
	json_text(json, "k", kind);
	if (name)
		json_text(json, "name", name);
	json_text(json, "op", ciql_op_name(op));
}

/* Closes it; `is empty` is the contrary of `is not empty`. */
static bool end(struct json_out *json, struct compiler *compiler, enum ciql_op op, int rank, struct piece *piece_r)
{
	json_close_object(json);
	*piece_r = (struct piece){ json->text.data, rank, NULL };
	if (op == CIQL_EMPTY)
		*piece_r = (struct piece){ ciql_negated(compiler->arena, json->text.data), RANK_OWN, NULL };
	return true;
}

static bool ordered(enum ciql_op op)
{
	return op == CIQL_LT || op == CIQL_LE || op == CIQL_GT || op == CIQL_GE;
}

static bool searched(enum ciql_op op)
{
	return op == CIQL_CONTAINS || op == CIQL_LIKE;
}

static bool class_leaf(struct compiler *compiler, const struct ciql_node *node, struct piece *piece_r)
{
	bool *marks = arena_array(compiler->arena, (size_t)compiler->words->model->class_count + 1, sizeof(bool));
	if (node->op != CIQL_EQ && node->op != CIQL_NE && node->op != CIQL_IN)
		return ciql_refuse(compiler, node->at, node->length, "a class is compared with =, != or in");
	if (!ciql_classes_of(compiler, node, marks))
		return false;
	const char *json = ciql_class_json(compiler, marks);
	*piece_r = (struct piece){ node->op == CIQL_NE ? ciql_negated(compiler->arena, json) : json, RANK_CLASS, node->op == CIQL_NE ? NULL : marks };
	return true;
}

/* States by name; a phase stands for all states of its kind. */
static bool status_leaf(struct compiler *compiler, const struct ciql_node *node, struct piece *piece_r)
{
	const struct model *model = compiler->words->model;
	bool phase = strcmp(node->name, "phase") == 0;
	struct json_out json;
	if (node->op != CIQL_EQ && node->op != CIQL_NE && node->op != CIQL_IN)
		return ciql_refuse(compiler, node->at, node->length, "a %s is compared with =, != or in", node->name);
	begin(&json, compiler, "field", "status", CIQL_IN);
	json_open_array(&json, "v");
	for (const struct ciql_value *value = node->value; value; value = value->next) {
		int known = 0;
		struct text_out names;
		text_begin(&names, compiler->arena, 100);
		for (int i = 0; i < model->state_count; i++) {
			const char *name = phase ? model->states[i].kind : model->states[i].name;
			if (strcmp(name, value->text) == 0) {
				known++;
				json_text(&json, NULL, model->states[i].name);
			} else if (!phase) {
				text_append_printf(&names, "%s%s", names.length ? ", " : "", name);
			}
		}
		if (!known)
			return ciql_refuse(compiler, value->at, value->length, "there is no such %s: %s", node->name,
				phase ? "planned, live, out, ended" : names.data);
	}
	json_close_array(&json);
	end(&json, compiler, CIQL_IN, RANK_OWN, piece_r);
	if (node->op == CIQL_NE)
		piece_r->json = ciql_negated(compiler->arena, piece_r->json);
	return true;
}

/* The text of a value of an instant or a day; NULL: refused. */
static const char *time_text(struct compiler *compiler, const struct ciql_value *value, bool day)
{
	char form[INSTANT_TEXT_BYTES];
	instant at = compiler->words->now;
	int64_t number;
	switch (value->form) {
	case CIQL_TODAY:
		at = at - at % 86400;
		break;
	case CIQL_NOW:
		break;
	case CIQL_DATE:
	case CIQL_STRING:
	case CIQL_INSTANT:
		if (day_parse(value->text, &number))
			at = number * 86400;
		else if (!instant_parse(value->text, &at))
			goto refused;
		break;
	default:
		goto refused;
	}
	at += value->shift_s;
	if (at < 0 || at >= 32503680000)
		goto refused;
	instant_format(at, form);
	if (day)
		form[10] = '\0';
	return arena_strdup(compiler->arena, form);
refused:
	ciql_refuse(compiler, value->at, value->length, "a date such as 2026-03-02, today - 30d%s is expected", day ? "" : ", an instant or now - 2h");
	return NULL;
}

static bool text_value(struct compiler *compiler, const struct ciql_value *value, const char **text_r)
{
	*text_r = value->text;
	if (value->form == CIQL_STRING || value->form == CIQL_WORD || value->form == CIQL_NUMBER)
		return true;
	return ciql_refuse(compiler, value->at, value->length, "a text in quotes is expected");
}

/* ~ and like: the pattern, and what the index of words can be asked for. */
static bool search_value(struct compiler *compiler, struct json_out *json, const struct ciql_node *node, bool in_words, bool beginning)
{
	const struct ciql_value *value = node->value;
	const char *text;
	if (!text_value(compiler, value, &text))
		return false;
	if (*text == '\0')
		return ciql_refuse(compiler, value->at, value->length, "the text is empty");
	bool anywhere = node->op == CIQL_CONTAINS;
	const char *words = in_words ? ciql_words_pattern(compiler->arena, text, anywhere) : NULL;
	json_text(json, "v", ciql_pattern(compiler->arena, text, anywhere));
	if (words)
		json_text(json, "words", words);
	if (beginning && !anywhere && strcspn(text, "*?") >= 2)
		json_bool(json, "begins", true);
	return true;
}

static bool field_leaf(struct compiler *compiler, const struct ciql_node *node, const struct field *field, struct piece *piece_r)
{
	bool instants = field->form == FIELD_INSTANT, ids = field->form == FIELD_ID;
	struct json_out json;
	if ((ordered(node->op) && !instants && !ids) || (searched(node->op) && (instants || ids)))
		return ciql_refuse(compiler, node->at, node->length, instants || ids ? "%s is no text: use = != < <= > >= or in" : "%s has no order: use = != ~ like or in", node->name);
	begin(&json, compiler, ids ? "id" : "field", node->name, node->op);
	if (searched(node->op) && !search_value(compiler, &json, node, field->in_words, strcmp(node->name, "name") == 0))
		return false;
	if (node->op == CIQL_IN)
		json_open_array(&json, "v");
	for (const struct ciql_value *value = searched(node->op) ? NULL : node->value; value; value = value->next) {
		const char *text = value->text;
		int64_t id;
		if (instants && !(text = time_text(compiler, value, false)))
			return false;
		if (ids && (value->form != CIQL_NUMBER || !text_parse_int64(text, &id)))
			return ciql_refuse(compiler, value->at, value->length, "a whole number is expected");
		if (!instants && !ids && !text_value(compiler, value, &text))
			return false;
		json_text(&json, node->op == CIQL_IN ? NULL : "v", text);
	}
	if (node->op == CIQL_IN)
		json_close_array(&json);
	bool key = ids || strcmp(node->name, "name") == 0 || strcmp(node->name, "external_key") == 0;
	return end(&json, compiler, node->op, searched(node->op) ? RANK_WORDS : key && !ordered(node->op) && node->op != CIQL_NE ? RANK_KEY : RANK_OWN, piece_r);
}

/* Owner and user: me, a login, a name. */
static bool person_leaf(struct compiler *compiler, const struct ciql_node *node, struct piece *piece_r)
{
	struct json_out json;
	const char *text;
	if (ordered(node->op) || node->op == CIQL_IN)
		return ciql_refuse(compiler, node->at, node->length, "a person is compared with =, !=, ~ or like");
	begin(&json, compiler, node->name, NULL, node->op);
	if (searched(node->op)) {
		if (!search_value(compiler, &json, node, false, false))
			return false;
	} else if (node->value) {
		if (!text_value(compiler, node->value, &text))
			return false;
		json_text(&json, "v", text);
	}
	return end(&json, compiler, node->op, node->op == CIQL_EQ ? RANK_KEY : RANK_PEOPLE, piece_r);
}

static bool is_number(enum value_type type)
{
	return type == VALUE_INTEGER || type == VALUE_DECIMAL || type == VALUE_REFERENCE;
}

/* What a name means within a scope: declarations of one type. */
struct meaning {
	const struct attribute *attribute; /* NULL: none */
	bool *classes;                     /* that have it */
	const int64_t *index;              /* ids of the declarations when all are indexed */
	int index_count;
};

static bool meaning_of(struct compiler *compiler, const struct ciql_node *node, const char *name, size_t at, const struct scope *scope, struct meaning *meaning_r)
{
	const struct model *model = compiler->words->model;
	int64_t *index = arena_array(compiler->arena, (size_t)model->attribute_count + 1, sizeof(int64_t));
	bool indexed = true;
	(void)node;
	*meaning_r = (struct meaning){ .classes = arena_array(compiler->arena, (size_t)model->class_count + 1, sizeof(bool)), .index = index };
	for (int i = 0; i < model->attribute_count; i++) {
		const struct attribute *attribute = &model->attributes[i], *first = meaning_r->attribute;
		bool here = false;
		if (attribute->retired || strcmp(attribute->name, name) != 0)
			continue;
		for (int c = 0; c < model->class_count; c++)
			if (scope->has[c] && class_has(&model->classes[c], attribute))
				here = meaning_r->classes[c] = true;
		if (!here)
			continue;
		if (first && first->type != attribute->type)
			return ciql_refuse(compiler, at, strlen(name), "%s is %s in %s and %s in %s: say which, as in %s.%s", name, value_type_names[first->type],
					first->declared_by, value_type_names[attribute->type], attribute->declared_by, attribute->declared_by, name);
		if (!first)
			meaning_r->attribute = attribute;
		indexed = indexed && (attribute->indexed || attribute->unique_within) && attribute->type != VALUE_JSON;
		index[meaning_r->index_count++] = attribute->id;
		if (compiler->compiled->used_count < CIQL_USED_MAX)
			compiler->compiled->used[compiler->compiled->used_count++] = attribute->id;
	}
	if (!indexed)
		meaning_r->index_count = 0;
	return true;
}

static void write_ids(struct json_out *json, const char *key, const struct model *model, const bool *marks)
{
	json_open_array(json, key);
	for (int i = 0; i < model->class_count; i++)
		if (marks[i] && !model->classes[i].abstract)
			json_int(json, NULL, model->classes[i].id);
	json_close_array(json);
}

/* An attribute's value in stored form as JSON; NULL: refused. */
static const char *stored_value(struct compiler *compiler, const struct attribute *attribute, const struct ciql_value *value)
{
	const char *why = NULL, *text = value->text, *form;
	if (attribute->type == VALUE_DATE || attribute->type == VALUE_INSTANT) {
		text = time_text(compiler, value, attribute->type == VALUE_DATE);
		return text ? value_quoted(compiler->arena, text) : NULL;
	}
	bool bare = value->form == CIQL_WORD || value->form == CIQL_STRING;
	if (is_number(attribute->type) ? value->form != CIQL_NUMBER
								   : !bare && !(value->form == CIQL_NUMBER && attribute->type == VALUE_TEXT)) {
		ciql_refuse(compiler, value->at, value->length, "%s is of type %s: %s is expected", attribute->name, value_type_names[attribute->type],
			is_number(attribute->type) ? "a number" : attribute->type == VALUE_BOOLEAN ? "true or false" : "a text in quotes");
		return NULL;
	}
	if (attribute->type == VALUE_INTEGER && strchr(text, '.')) {
		ciql_refuse(compiler, value->at, value->length, "%s is a whole number", attribute->name);
		return NULL;
	}
	if (*text == '\0') {
		ciql_refuse(compiler, value->at, value->length, "the text is empty; for what has no value write: %s is empty", attribute->name);
		return NULL;
	}
	form = value_check_text(compiler->arena, attribute, text, &why);
	if (!form)
		ciql_refuse(compiler, value->at, value->length, "%s %s", attribute->name, why);
	return form;
}

static const char *bare_text(struct arena *arena, const char *stored)
{
	json_t *value = json_loads(stored, JSON_DECODE_ANY, NULL);
	const char *text = json_is_string(value) ? arena_strdup(arena, json_string_value(value)) : arena_strdup(arena, stored);
	json_decref(value);
	return text;
}

static bool judge_op(struct compiler *compiler, const struct ciql_node *node, const struct attribute *attribute)
{
	bool text = attribute->type == VALUE_TEXT || attribute->type == VALUE_URL || attribute->type == VALUE_IP || attribute->type == VALUE_MAC ||
		attribute->type == VALUE_ENUM;
	bool order = attribute->type == VALUE_INTEGER || attribute->type == VALUE_DECIMAL || attribute->type == VALUE_DATE || attribute->type == VALUE_INSTANT;
	if (attribute->type == VALUE_JSON && node->op != CIQL_HAS && node->op != CIQL_EMPTY)
		return ciql_refuse(compiler, node->at, node->length, "%s is of type json: only is empty and is not empty can be asked", attribute->name);
	if (ordered(node->op) && !order)
		return ciql_refuse(compiler, node->at, node->length, "%s is of type %s, which has no order: use = != %sin", attribute->name,
			value_type_names[attribute->type], text ? "~ like " : "");
	if (searched(node->op) && !text)
		return ciql_refuse(compiler, node->at, node->length, "%s is of type %s: ~ and like are for texts", attribute->name, value_type_names[attribute->type]);
	return true;
}

static bool attribute_leaf(struct compiler *compiler, const struct ciql_node *node, const struct meaning *meaning, struct piece *piece_r)
{
	const struct attribute *attribute = meaning->attribute;
	bool key = node->op == CIQL_EQ || node->op == CIQL_IN;
	const char *stored = NULL;
	struct json_out json;
	if (!judge_op(compiler, node, attribute))
		return false;
	begin(&json, compiler, is_number(attribute->type) ? "number" : "word", attribute->name, node->op);
	write_ids(&json, "classes", compiler->words->model, meaning->classes);
	if (meaning->index_count) {
		json_open_array(&json, "index");
		for (int i = 0; i < meaning->index_count; i++)
			json_int(&json, NULL, meaning->index[i]);
		json_close_array(&json);
	}
	if (searched(node->op)) {
		if (!search_value(compiler, &json, node, true, false))
			return false;
		end(&json, compiler, node->op, RANK_WORDS, piece_r);
		piece_r->classes = meaning->classes;
		return true;
	}
	if (node->op == CIQL_IN)
		json_open_array(&json, "v");
	for (const struct ciql_value *value = node->value; value; value = value->next) {
		stored = stored_value(compiler, attribute, value);
		if (!stored)
			return false;
		json_text(&json, node->op == CIQL_IN ? NULL : "v", bare_text(compiler->arena, stored));
	}
	if (node->op == CIQL_IN)
		json_close_array(&json);
	else if (stored)
		json_raw(&json, "stored", stored);
	end(&json, compiler, node->op, !meaning->index_count ? RANK_OWN : key ? RANK_KEY : ordered(node->op) ? RANK_RANGE : RANK_OWN, piece_r);
	piece_r->classes = node->op == CIQL_EMPTY ? NULL : meaning->classes;
	return true;
}

/* What the other CI is called, or a condition on an attribute of its own, through a reference. */
static bool reference_leaf(struct compiler *compiler, const struct ciql_node *node, const struct meaning *meaning, struct piece *piece_r)
{
	const struct model *model = compiler->words->model;
	struct ciql_node inner = *node;
	struct scope scope = { NULL };
	bool *marks = arena_array(compiler->arena, (size_t)model->class_count + 1, sizeof(bool));
	struct piece piece;
	struct json_out json;
	for (int i = 0; i < model->class_count; i++)
		if (meaning->attribute->reference_class_id == 0 || model->classes[i].id == meaning->attribute->reference_class_id)
			ciql_class_mark(model, &model->classes[i], marks);
	scope.has = marks;
	inner.name = node->member ? node->member : "name";
	inner.at = node->member ? node->member_at : node->at;
	inner.member = NULL;
	if (!ciql_leaf(compiler, &inner, &scope, &piece))
		return false;
	begin(&json, compiler, "reference", meaning->attribute->name, CIQL_EQ);
	write_ids(&json, "classes", model, meaning->classes);
	json_raw(&json, "of", piece.json);
	end(&json, compiler, CIQL_EQ, RANK_REFERENCE, piece_r);
	piece_r->classes = meaning->classes;
	return true;
}

static bool unknown(struct compiler *compiler, const char *name, size_t at, const struct scope *scope)
{
	struct scope anything = { NULL };
	struct meaning elsewhere;
	bool *has = arena_array(compiler->arena, (size_t)compiler->words->model->class_count + 1, sizeof(bool));
	memset(has, 1, (size_t)compiler->words->model->class_count);
	anything.has = has;
	(void)scope;
	int used = compiler->compiled->used_count;
	bool there = meaning_of(compiler, NULL, name, at, &anything, &elsewhere) && elsewhere.attribute;
	compiler->compiled->used_count = used;
	if (there)
		return ciql_refuse(compiler, at, strlen(name), "the class asked for has no attribute %s (%s has)", name, elsewhere.attribute->declared_by);
	return ciql_refuse(compiler, at, strlen(name), "there is no attribute or field called %s%s", name, ciql_nearest(compiler, name));
}

/* class.attribute: of that class or one below it. */
static bool qualified_leaf(struct compiler *compiler, const struct ciql_node *node, const struct class *class, const struct scope *scope, struct piece *piece_r)
{
	const struct model *model = compiler->words->model;
	bool *marks = arena_array(compiler->arena, (size_t)model->class_count + 1, sizeof(bool));
	struct scope within = { marks };
	struct ciql_node inner = *node;
	struct meaning meaning;
	struct piece piece;
	ciql_class_mark(model, class, marks);
	for (int i = 0; i < model->class_count; i++)
		marks[i] = marks[i] && scope->has[i];
	if (!meaning_of(compiler, node, node->member, node->member_at, &within, &meaning))
		return false;
	inner.name = node->member;
	inner.member = NULL;
	inner.at = node->member_at;
	if (!meaning.attribute && !field_of(node->member))
		return unknown(compiler, node->member, node->member_at, &within);
	if (meaning.attribute ? !attribute_leaf(compiler, &inner, &meaning, &piece) : !ciql_leaf(compiler, &inner, &within, &piece))
		return false;
	piece_r->rank = piece.rank;
	piece_r->classes = marks;
	piece_r->json = arena_printf(compiler->arena, "{\"k\":\"and\",\"of\":[%s,%s]}", piece.json, ciql_class_json(compiler, marks));
	return true;
}

bool ciql_leaf(struct compiler *compiler, const struct ciql_node *node, const struct scope *scope, struct piece *piece_r)
{
	const struct field *field = node->member ? NULL : field_of(node->name);
	struct meaning meaning;
	if (field)
		switch (field->form) {
		case FIELD_CLASS:
			return class_leaf(compiler, node, piece_r);
		case FIELD_STATUS:
			return status_leaf(compiler, node, piece_r);
		case FIELD_PERSON:
			return person_leaf(compiler, node, piece_r);
		default:
			return field_leaf(compiler, node, field, piece_r);
		}
	const struct class *class = node->member ? ciql_class(compiler->words->model, node->name) : NULL;
	if (!meaning_of(compiler, node, node->name, node->at, scope, &meaning))
		return false;
	if (node->member && !(meaning.attribute && meaning.attribute->type == VALUE_REFERENCE)) {
		if (class)
			return qualified_leaf(compiler, node, class, scope, piece_r);
		return ciql_refuse(compiler, node->at, strlen(node->name), "before the point stands a class or an attribute that refers to a CI; %s is neither%s",
			node->name, ciql_nearest(compiler, node->name));
	}
	if (!meaning.attribute)
		return unknown(compiler, node->name, node->at, scope);
	bool by_name = meaning.attribute->type == VALUE_REFERENCE && node->value && node->value->form != CIQL_NUMBER;
	return node->member || by_name ? reference_leaf(compiler, node, &meaning, piece_r) : attribute_leaf(compiler, node, &meaning, piece_r);
}

bool ciql_named(struct compiler *compiler, const struct ciql_node *node, const struct scope *scope, struct piece *piece_r)
{
	static struct ciql_value yes = { .form = CIQL_WORD, .text = "true" };
	const struct class *class = node->member ? NULL : ciql_class(compiler->words->model, node->name);
	struct meaning meaning;
	const char *name = node->member ? node->member : node->name;
	if (!meaning_of(compiler, node, name, node->member ? node->member_at : node->at, scope, &meaning))
		return false;
	if (meaning.attribute && meaning.attribute->type == VALUE_BOOLEAN) {
		struct ciql_node compared = *node;
		compared.op = CIQL_EQ;
		compared.value = &yes;
		return ciql_leaf(compiler, &compared, scope, piece_r);
	}
	if (class) {
		bool *marks = arena_array(compiler->arena, (size_t)compiler->words->model->class_count + 1, sizeof(bool));
		ciql_class_mark(compiler->words->model, class, marks);
		*piece_r = (struct piece){ ciql_class_json(compiler, marks), RANK_CLASS, marks };
		return true;
	}
	if (meaning.attribute || field_of(name))
		return ciql_refuse(compiler, node->at + node->length, 0, "an operator is expected: = != < <= > >= ~ like in is");
	return ciql_refuse(compiler, node->at, node->length, "there is no class, attribute or field called %s%s; put text in quotes", name, ciql_nearest(compiler, name));
}

bool ciql_text(struct compiler *compiler, const struct ciql_node *node, struct piece *piece_r)
{
	struct json_out json;
	if (*node->value->text == '\0')
		return ciql_refuse(compiler, node->at, node->length, "the text is empty");
	begin(&json, compiler, "words", NULL, CIQL_LIKE);
	json_text(&json, "v", ciql_pattern(compiler->arena, node->value->text, true));
	return end(&json, compiler, CIQL_LIKE, RANK_WORDS, piece_r);
}
