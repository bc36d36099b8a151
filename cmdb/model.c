/* Owns: reading classes and attributes. Refuses: to keep them beyond a request; another node may change them at any
 * time. */
#include "cmdb/model.h"

#include "cmdb/model.sql.h"
#include "db/query.h"

#include <string.h>

const char *const value_type_names[VALUE_TYPES + 1] = {
	"text",
	"integer",
	"decimal",
	"boolean",
	"date",
	"instant",
	"enum",
	"reference",
	"url",
	"ip",
	"mac",
	"json",
	NULL,
};

static enum value_type type_of(const char *name)
{
	for (int i = 0; i < VALUE_TYPES; i++)
		if (strcmp(value_type_names[i], name) == 0)
			return (enum value_type)i;
	INVARIANT(!"an attribute type that the program does not know");
	return VALUE_TEXT;
}

static void read_attributes(struct ctx *ctx, const struct rows *rows, struct model *model)
{
	model->attribute_count = rows_count(rows);
	model->attributes = arena_array(ctx->arena, (size_t)model->attribute_count + 1, sizeof(struct attribute));
	for (int i = 0; i < model->attribute_count; i++) {
		struct attribute *attribute = &model->attributes[i];
		attribute->id = rows_int(rows, i, 0);
		attribute->class_id = rows_int(rows, i, 1);
		attribute->declared_by = rows_text(rows, i, 2);
		attribute->name = rows_text(rows, i, 3);
		attribute->type = type_of(rows_text(rows, i, 4));
		attribute->unit = rows_text(rows, i, 5);
		attribute->required = rows_bool(rows, i, 6);
		attribute->unique_within = rows_bool(rows, i, 7);
		attribute->label_en = rows_text(rows, i, 8);
		attribute->label_ru = rows_text(rows, i, 9);
		attribute->choices = rows_text(rows, i, 10);
		if (!rows_null(rows, i, 11))
			attribute->choice_count = rows_array(ctx, rows, i, 11, &attribute->choice_values);
		attribute->reference_class_id = rows_int(rows, i, 12);
		attribute->reference_class = rows_text(rows, i, 13);
		attribute->purpose = rows_text(rows, i, 14);
		attribute->owner = rows_text(rows, i, 15);
		attribute->source = rows_text(rows, i, 16);
		attribute->review_days = rows_int(rows, i, 17);
		attribute->position = rows_int(rows, i, 18);
		attribute->retired = rows_bool(rows, i, 19);
		attribute->default_value = rows_text(rows, i, 20);
		attribute->indexed = rows_bool(rows, i, 21);
	}
}

static void read_classes(struct ctx *ctx, const struct rows *rows, struct model *model)
{
	model->class_count = rows_count(rows);
	model->classes = arena_array(ctx->arena, (size_t)model->class_count + 1, sizeof(struct class));
	for (int i = 0; i < model->class_count; i++) {
		struct class *class = &model->classes[i];
		class->id = rows_int(rows, i, 0);
		class->name = rows_text(rows, i, 1);
		class->parent_id = rows_int(rows, i, 2);
		class->parent_name = rows_text(rows, i, 3);
		class->lineage_count = rows_array(ctx, rows, i, 4, &class->lineage);
		class->abstract = rows_bool(rows, i, 5);
		class->label_en = rows_text(rows, i, 6);
		class->label_ru = rows_text(rows, i, 7);
		class->purpose = rows_text(rows, i, 8);
		class->position = rows_int(rows, i, 9);
		class->version = rows_int(rows, i, 10);
		class->count = rows_null(rows, i, 11) ? -1 : rows_int(rows, i, 11);
		class->name_template = rows_text(rows, i, 12);
		class->review_days = rows_int(rows, i, 13);
		class->owner_id = rows_int(rows, i, 14);
		class->owner_name = rows_text(rows, i, 15);
		class->owner = rows_text(rows, i, 16);
		class->source = rows_text(rows, i, 17);
		class->name_template_held = rows_text(rows, i, 18);
	}
}

static void read_states(struct ctx *ctx, const struct rows *rows, struct model *model)
{
	model->state_count = rows_count(rows);
	model->states = arena_array(ctx->arena, (size_t)model->state_count + 1, sizeof(struct state));
	for (int i = 0; i < model->state_count; i++)
		model->states[i] = (struct state){ rows_int(rows, i, 0), rows_text(rows, i, 1), rows_text(rows, i, 2),
			rows_text(rows, i, 3), rows_text(rows, i, 4), rows_text(rows, i, 5), rows_int(rows, i, 6),
			rows_bool(rows, i, 7) };
}

bool model_load(struct ctx *ctx, bool counted, struct model *model_r)
{
	*model_r = (struct model){ 0 };
	struct query_step steps[3] = {
		{ counted ? QUERY_CLASS_LIST_COUNTED : QUERY_CLASS_LIST, NULL, NULL },
		{ QUERY_ATTRIBUTE_LIST, NULL, NULL },
		{ QUERY_STATE_LIST, NULL, NULL },
	};
	if (!query_pipeline(ctx, steps, 3))
		return false;
	read_classes(ctx, steps[0].rows, model_r);
	read_attributes(ctx, steps[1].rows, model_r);
	read_states(ctx, steps[2].rows, model_r);
	return true;
}

bool model_load_class(struct ctx *ctx, const char *key, bool hold, struct model *model_r)
{
	*model_r = (struct model){ 0 };
	struct query_args args = query_args(ctx);
	arg_text(&args, key);
	struct query_step steps[4] = {
		{ QUERY_CMDB_MODEL_HOLD, NULL, NULL },
		{ QUERY_CLASS_FIND, &args, NULL },
		{ QUERY_ATTRIBUTE_LIST_OF_CLASS, &args, NULL },
		{ QUERY_STATE_LIST, NULL, NULL },
	};
	struct query_step *first = hold ? steps : steps + 1;
	if (!query_pipeline(ctx, first, hold ? 4 : 3))
		return false;
	read_classes(ctx, steps[1].rows, model_r);
	read_attributes(ctx, steps[2].rows, model_r);
	read_states(ctx, steps[3].rows, model_r);
	return true;
}

bool model_load_scope(struct ctx *ctx, const char *key_or_null, struct model *model_r)
{
	*model_r = (struct model){ 0 };
	struct query_args args = query_args(ctx);
	arg_text(&args, key_or_null);
	struct query_step steps[3] = {
		{ QUERY_CLASS_FIND, &args, NULL },
		{ QUERY_ATTRIBUTE_LIST_AROUND, &args, NULL },
		{ QUERY_STATE_LIST, NULL, NULL },
	};
	if (!query_pipeline(ctx, steps, 3))
		return false;
	read_classes(ctx, steps[0].rows, model_r);
	read_attributes(ctx, steps[1].rows, model_r);
	read_states(ctx, steps[2].rows, model_r);
	return true;
}

const struct class *model_class(const struct model *model, const char *key)
{
	int64_t id = 0;
	bool by_id = key[0] >= '0' && key[0] <= '9' && text_parse_int64(key, &id);
	for (int i = 0; i < model->class_count; i++)
		if (by_id ? model->classes[i].id == id : strcmp(model->classes[i].name, key) == 0)
			return &model->classes[i];
	return NULL;
}

const struct attribute *model_attribute(const struct model *model, const char *name)
{
	for (int i = 0; i < model->attribute_count; i++)
		if (strcmp(model->attributes[i].name, name) == 0)
			return &model->attributes[i];
	return NULL;
}

/* How deep in the class's lineage that class stands, from 1; 0: not in it. */
static int lineage_depth(const struct class *class, int64_t class_id)
{
	for (int i = 0; i < class->lineage_count; i++) {
		int64_t id;
		if (text_parse_int64(class->lineage[i], &id) && id == class_id)
			return i + 1;
	}
	return 0;
}

bool class_has(const struct class *class, const struct attribute *attribute)
{
	return lineage_depth(class, attribute->class_id) > 0;
}

const struct state *class_state(const struct model *model, const struct class *class, const char *name)
{
	const struct state *held = NULL;
	int deepest = -1;
	for (int i = 0; i < model->state_count; i++) {
		const struct state *state = &model->states[i];
		int depth = state->class_id ? lineage_depth(class, state->class_id) : 0;
		if ((state->class_id && depth == 0) || depth <= deepest || strcmp(state->name, name) != 0)
			continue;
		held = state;
		deepest = depth;
	}
	return held && held->offered ? held : NULL;
}

const char *class_states_told(struct arena *arena, const struct model *model, const struct class *class)
{
	struct text_out out;
	bool first = true;
	text_begin(&out, arena, 128);
	text_append_z(&out, "must be one of: ");
	for (int i = 0; i < model->state_count; i++) {
		if (class_state(model, class, model->states[i].name) != &model->states[i])
			continue;
		text_append_z(&out, first ? "" : ", ");
		text_append_z(&out, model->states[i].name);
		first = false;
	}
	return out.data;
}

const char *class_key(struct ctx *ctx, struct body *body, const char *name, enum body_need need)
{
	json_t *value = body_json(body, name, need);
	if (!value)
		return NULL;
	if (json_is_string(value))
		return body_text(body, name, need, 1, 63);
	int64_t id = body_id(body, name, need);
	return id ? arena_printf(ctx->arena, "%lld", (long long)id) : NULL;
}

bool model_name_valid(const char *name)
{
	size_t length = strlen(name);
	return length >= 1 && length <= 63 && name[0] >= 'a' && name[0] <= 'z' &&
		strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == length;
}

bool path_id(struct request *req, int segment, int64_t *id_r)
{
	const char *text = req->path_arg[segment];
	if (text[0] >= '1' && text[0] <= '9' && strspn(text, "0123456789") == strlen(text) && text_parse_int64(text, id_r))
		return true;
	return fail(&req->ctx, ERROR_NOT_FOUND, "there is nothing with this id");
}
