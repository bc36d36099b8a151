/* Owns: the rules of a CI's values as a whole: known names, required ones, references, moving to another class.
 * Refuses: names that the class does not have; they are errors, not extras. */
#include "cmdb/ci_values.h"

#include "cmdb/ci.sql.h"
#include "cmdb/value.h"
#include "db/query.h"

#include <string.h>

struct judge {
	struct ctx *ctx;
	const struct class *class;
	const struct model *lineage;
	const json_t *current;
	bool moved;
	struct json_out set;
	const char **removed;
	int removed_count;
	struct ci_reference *references;
	int reference_count;
};

/* RFC 6901; a name may be anything here. */
static const char *pointer_to(struct arena *arena, const char *name)
{
	struct text_out out;
	text_begin(&out, arena, 64);
	text_append_z(&out, "/attributes/");
	for (size_t i = 0; name[i] && (i < 80 || ((unsigned char)name[i] & 0xc0) == 0x80); i++) {
		if (name[i] == '~' || name[i] == '/')
			text_append_z(&out, name[i] == '~' ? "~0" : "~1");
		else
			text_append_char(&out, name[i]);
	}
	return out.data;
}

static void judge_value(struct judge *judge, const struct attribute *attribute, const json_t *value, bool write)
{
	const char *why = NULL, *pointer = pointer_to(judge->ctx->arena, attribute->name);
	const char *form = value_check(judge->ctx->arena, attribute, value, &why);
	if (!form) {
		fail_field(judge->ctx, pointer, "%s", why);
		return;
	}
	if (write)
		json_raw(&judge->set, attribute->name, form);
	if (attribute->type != VALUE_REFERENCE)
		return;
	int64_t id = 0;
	const json_t *before = json_object_get(judge->current, attribute->name);
	/* A reference that stays may point to a CI that was retired since. */
	if (text_parse_int64(form, &id) && !(json_is_integer(before) && json_integer_value(before) == id))
		judge->references[judge->reference_count++] =
			(struct ci_reference){ pointer, id, attribute->reference_class_id };
}

static void judge_given(struct judge *judge, const char *name, const json_t *value)
{
	const struct attribute *attribute = model_attribute(judge->lineage, name);
	if (json_is_null(value)) {
		if (!attribute && !json_object_get(judge->current, name))
			fail_field(judge->ctx, pointer_to(judge->ctx->arena, name), "the class %s has no such attribute",
				judge->class->name);
		else
			judge->removed[judge->removed_count++] = name;
	} else if (!attribute) {
		fail_field(
			judge->ctx, pointer_to(judge->ctx->arena, name), "the class %s has no such attribute", judge->class->name);
	} else if (attribute->retired) {
		fail_field(judge->ctx, pointer_to(judge->ctx->arena, name), "this attribute is no longer recorded");
	} else {
		judge_value(judge, attribute, value, true);
	}
}

static void judge_kept(struct judge *judge, const char *name, const json_t *value)
{
	const struct attribute *attribute = model_attribute(judge->lineage, name);
	if (!attribute)
		fail_field(judge->ctx, pointer_to(judge->ctx->arena, name),
			"the class %s has no such attribute: take the value away with null", judge->class->name);
	else
		judge_value(judge, attribute, value, false);
}

static void judge_required(struct judge *judge, const json_t *given)
{
	for (int i = 0; i < judge->lineage->attribute_count; i++) {
		const struct attribute *attribute = &judge->lineage->attributes[i];
		if (!attribute->required || attribute->retired)
			continue;
		/* A new CI gets the default from the database. */
		if (attribute->default_value && (!judge->current || judge->moved) && !json_object_get(given, attribute->name))
			continue;
		const json_t *value = json_object_get(given, attribute->name);
		if (!value)
			value = json_object_get(judge->current, attribute->name);
		if (!value || json_is_null(value))
			fail_field(judge->ctx, pointer_to(judge->ctx->arena, attribute->name), "is required");
	}
}

struct ci_values ci_values_check(struct ctx *ctx, const struct class *class, const struct model *lineage,
	const json_t *current, bool moved, const json_t *given)
{
	size_t most = json_object_size(given) + json_object_size(current) + 1;
	struct judge judge = { .ctx = ctx, .class = class, .lineage = lineage, .current = current, .moved = moved };
	const char *name;
	json_t *value;
	judge.removed = arena_array(ctx->arena, most, sizeof(char *));
	judge.references = arena_array(ctx->arena, most, sizeof(struct ci_reference));
	json_begin(&judge.set, ctx->arena, 512);
	json_open_object(&judge.set, NULL);
	/* jansson's iteration takes no const object, and changes nothing. */
	json_object_foreach((json_t *)given, name, value) judge_given(&judge, name, value);
	if (moved) {
		judge.current = NULL; /* the new class may want other CIs: references are asked anew */
		json_object_foreach((json_t *)current, name, value) if (!json_object_get(given, name))
			judge_kept(&judge, name, value);
		judge.current = current;
	}
	if (!current || given || moved)
		judge_required(&judge, given);
	json_close_object(&judge.set);
	return (struct ci_values){ judge.set.text.data, judge.removed, judge.removed_count, judge.references,
		judge.reference_count };
}

bool ci_values_refer(struct ctx *ctx, const struct ci_values *values)
{
	if (values->reference_count == 0)
		return true;
	int64_t *ids = arena_array(ctx->arena, (size_t)values->reference_count, sizeof(int64_t));
	int64_t *class_ids = arena_array(ctx->arena, (size_t)values->reference_count, sizeof(int64_t));
	for (int i = 0; i < values->reference_count; i++) {
		ids[i] = values->references[i].ci_id;
		class_ids[i] = values->references[i].class_id;
	}
	struct query_args args = query_args(ctx);
	arg_ints(&args, ids, values->reference_count);
	arg_ints(&args, class_ids, values->reference_count);
	struct rows *rows = query_run(ctx, QUERY_CI_REFERENCES, &args);
	if (!rows)
		return false;
	bool good = true;
	for (int i = 0; i < rows_count(rows); i++) {
		const char *pointer = values->references[rows_int(rows, i, 0) - 1].pointer, *state = rows_text(rows, i, 1);
		if (strcmp(state, "good") == 0)
			continue;
		good = false;
		if (strcmp(state, "missing") == 0)
			fail_field(ctx, pointer, "there is no such CI");
		else if (strcmp(state, "class") == 0)
			fail_field(ctx, pointer, "must be a CI of the class %s or below", rows_text(rows, i, 2));
		else
			fail_field(ctx, pointer, "this CI is retired");
	}
	return good;
}
