/* Owns: declaring and changing attributes of classes. Refuses (in the database's rules): a name twice in a lineage,
 * another type while values exist, leaving out choices in use, uniqueness that does not hold. */
#include "cmdb/class.h"
#include "cmdb/cmdb.h"

#include "cmdb/attribute.sql.h"
#include "db/query.h"

#include <string.h>

#define CHOICES_MAX 200

struct declaration {
	const char *label_en, *label_ru, *unit, *purpose, *owner, *source, *choices;
	enum value_type type;
	bool required, unique_within, retired, indexed, unit_cleared, review_cleared;
	int64_t reference_class_id, review_days, position;
};

/* [{"value","label_en","label_ru","colour"}] with labels that fall back to the value; NULL: wrong, or none given. */
static const char *read_choices(struct ctx *ctx, struct body *body)
{
	static const char *const colours[] = { "neutral", "blue", "green", "amber", "red", "purple", NULL };
	json_t *list = body_array(body, "choices", BODY_OPTIONAL, CHOICES_MAX);
	struct json_out json;
	if (!list)
		return NULL;
	if (json_array_size(list) == 0) {
		body_wrong(body, "choices", "must not be empty");
		return NULL;
	}
	const char **seen = arena_array(ctx->arena, json_array_size(list), sizeof(char *));
	json_begin(&json, ctx->arena, 1024);
	json_open_array(&json, NULL);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *pointer = arena_printf(ctx->arena, "/choices/%zu", i);
		struct body *choice = body_open_nested(body, pointer, json_array_get(list, i));
		const char *value = body_text(choice, "value", BODY_REQUIRED, 1, 100);
		const char *label_en = body_text(choice, "label_en", BODY_OPTIONAL, 1, 100);
		const char *label_ru = body_text(choice, "label_ru", BODY_OPTIONAL, 1, 100);
		const char *colour = body_choice(choice, "colour", BODY_OPTIONAL, colours);
		for (size_t j = 0; j < i && value; j++)
			if (seen[j] && strcmp(seen[j], value) == 0)
				body_wrong(choice, "value", "occurs twice");
		seen[i] = value;
		json_open_object(&json, NULL);
		json_text(&json, "value", value);
		json_text(&json, "label_en", label_en ? label_en : value);
		json_text(&json, "label_ru", label_ru ? label_ru : label_en ? label_en : value);
		if (colour)
			json_text(&json, "colour", colour);
		json_close_object(&json);
	}
	json_close_array(&json);
	return json.text.data;
}

static enum value_type read_type(struct body *body, enum body_need need, enum value_type fallback)
{
	const char *type = body_choice(body, "type", need, value_type_names);
	for (int i = 0; type && i < VALUE_TYPES; i++)
		if (strcmp(value_type_names[i], type) == 0)
			return (enum value_type)i;
	return fallback;
}

/* `old` NULL: a new attribute. */
static struct declaration read_declaration(
	struct ctx *ctx, struct body *body, const struct model *model, const struct attribute *old)
{
	enum body_need need = old ? BODY_OPTIONAL : BODY_REQUIRED;
	struct declaration new = {
		.label_en = body_text(body, "label_en", need, 1, 100),
		.label_ru = body_text(body, "label_ru", need, 1, 100),
		.unit = body_text(body, "unit", BODY_OPTIONAL, 1, 30),
		.unit_cleared = body_is_null(body, "unit"),
		.purpose = body_text(body, "purpose", BODY_OPTIONAL, 0, 1000),
		.owner = body_text(body, "owner", BODY_OPTIONAL, 0, 200),
		.source = body_text(body, "source", BODY_OPTIONAL, 0, 200),
		.choices = read_choices(ctx, body),
		.type = read_type(body, need, old ? old->type : VALUE_TEXT),
		.required = body_bool(body, "required", old && old->required),
		.unique_within = body_bool(body, "unique_within", old && old->unique_within),
		.retired = body_bool(body, "retired", old && old->retired),
		.indexed = body_bool(body, "indexed", old && old->indexed),
		.review_days = body_int(body, "review_days", BODY_OPTIONAL, 1, 3650, 0),
		.review_cleared = body_is_null(body, "review_days"),
		.position = body_int(body, "position", BODY_OPTIONAL, 0, 1000000, old ? old->position : 0),
		.reference_class_id = old && old->type == VALUE_REFERENCE ? old->reference_class_id : 0,
	};
	const char *key = class_key(ctx, body, "reference_class", BODY_OPTIONAL);
	const struct class *reference = key ? model_class(model, key) : NULL;
	if (key && !reference)
		body_wrong(body, "reference_class", "there is no such class");
	else if (key && new.type != VALUE_REFERENCE)
		body_wrong(body, "reference_class", "is only for attributes of type reference");
	if (reference)
		new.reference_class_id = reference->id;
	else if (body_is_null(body, "reference_class") || new.type != VALUE_REFERENCE)
		new.reference_class_id = 0;
	if (new.choices &&new.type != VALUE_ENUM)
		body_wrong(body, "choices", "are only for attributes of type enum");
	if (new.type == VALUE_ENUM && !new.choices && !(old && old->type == VALUE_ENUM))
		body_wrong(body, "choices", "are required for an enum");
	if (new.indexed && new.type == VALUE_JSON)
		body_wrong(body, "indexed", "values of type json have no order to be indexed by");
	if (new.unique_within && (new.type == VALUE_BOOLEAN || new.type == VALUE_JSON))
		body_wrong(body, "unique_within", "makes no sense for this type");
	return new;
}

static void declaration_args(struct query_args *args, const struct declaration *new)
{
	arg_text(args, value_type_names[new->type]);
	arg_text(args, new->unit);
	arg_bool(args, new->required);
	arg_bool(args, new->unique_within);
	arg_text(args, new->label_en);
	arg_text(args, new->label_ru);
	arg_text(args, new->choices);
	arg_int_or_null(args, new->reference_class_id, new->reference_class_id == 0);
	arg_text(args, new->purpose);
	arg_text(args, new->owner);
	arg_text(args, new->source);
	arg_int_or_null(args, new->review_days, new->review_days == 0);
	arg_int(args, new->position);
	arg_bool(args, new->retired);
	arg_bool(args, new->indexed);
}

bool attribute_create(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct model model;
	const struct class *class;
	if (!class_own(req, -1, &model, &class))
		return false;
	struct body *body = body_open(req);
	if (!body)
		return false;
	const char *name = body_text(body, "name", BODY_REQUIRED, 1, 63);
	if (name && !model_name_valid(name))
		body_wrong(body, "name", "must begin with a letter a-z and have only a-z, 0-9 and _");
	struct declaration new = read_declaration(ctx, body, &model, NULL);
	if (!body_close(body))
		return false;
	struct query_args args = query_args(ctx);
	arg_int(&args, class->id);
	arg_text(&args, name);
	declaration_args(&args, &new);
	if (!query_one(ctx, QUERY_ATTRIBUTE_CREATE, &args))
		return false;
	reply_location(req, "/api/v1/cmdb/classes/%lld", (long long)class->id);
	return class_reply(req, 201, class->name);
}

bool attribute_change(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct model model;
	const struct class *class;
	const struct attribute *old = NULL;
	int64_t if_match;
	if (!request_if_match(req, &if_match) || !class_own(req, if_match, &model, &class))
		return false;
	for (int i = 0; i < model.attribute_count; i++)
		if (class_has(class, &model.attributes[i]) && strcmp(model.attributes[i].name, req->path_arg[1]) == 0)
			old = &model.attributes[i];
	if (!old)
		return fail(ctx, ERROR_NOT_FOUND, "the class has no such attribute");
	if (old->class_id != class->id)
		return fail_rule(ctx, ERROR_CONFLICT, "attribute-inherited", NULL,
			"this attribute is declared by the class %s: change it there", old->declared_by);
	struct body *body = body_open(req);
	if (!body)
		return false;
	struct declaration new = read_declaration(ctx, body, &model, old);
	if (!body_close(body))
		return false;
	struct query_args args = query_args(ctx);
	arg_int(&args, old->id);
	declaration_args(&args, &new);
	arg_bool(&args, new.unit_cleared);
	arg_bool(&args, new.review_cleared);
	if (!query_one(ctx, QUERY_ATTRIBUTE_CHANGE, &args))
		return false;
	return class_reply(req, 200, class->name);
}
