/* Owns: the calls about classes. Refuses: to move or rename a class (history and files name it). */
#include "cmdb/class.h"
#include "cmdb/cmdb.h"

#include "cmdb/class.sql.h"
#include "cmdb/model.sql.h"
#include "db/query.h"

#include <string.h>

static void write_attribute(
	struct json_out *json, const struct ctx *ctx, const struct class *class, const struct attribute *attribute)
{
	bool russian = strcmp(ctx->actor.language, "ru") == 0;
	json_open_object(json, NULL);
	json_text(json, "name", attribute->name);
	json_text(json, "type", value_type_names[attribute->type]);
	json_text(json, "label", russian ? attribute->label_ru : attribute->label_en);
	json_text(json, "label_en", attribute->label_en);
	json_text(json, "label_ru", attribute->label_ru);
	json_text(json, "unit", attribute->unit);
	json_bool(json, "required", attribute->required);
	json_bool(json, "unique_within", attribute->unique_within);
	json_raw(json, "choices", attribute->choices);
	if (attribute->reference_class) {
		json_open_object(json, "reference_class");
		json_int(json, "id", attribute->reference_class_id);
		json_text(json, "name", attribute->reference_class);
		json_close_object(json);
	} else {
		json_put_null(json, "reference_class");
	}
	json_text(json, "purpose", attribute->purpose);
	json_text(json, "owner", attribute->owner);
	json_text(json, "source", attribute->source);
	if (attribute->review_days)
		json_int(json, "review_days", attribute->review_days);
	else
		json_put_null(json, "review_days");
	json_int(json, "position", attribute->position);
	json_bool(json, "retired", attribute->retired);
	json_raw(json, "default", attribute->default_value);
	json_bool(json, "indexed", attribute->indexed);
	json_text(json, "declared_by", attribute->declared_by);
	json_bool(json, "inherited", attribute->class_id != class->id);
	json_close_object(json);
}

static void write_states(
	struct json_out *json, const struct ctx *ctx, const struct model *model, const struct class *class)
{
	json_open_array(json, "states");
	for (int i = 0; i < model->state_count; i++) {
		const struct state *state = &model->states[i];
		if (class_state(model, class, state->name) != state)
			continue;
		json_open_object(json, NULL);
		json_text(json, "name", state->name);
		json_text(json, "label", strcmp(ctx->actor.language, "ru") == 0 ? state->label_ru : state->label_en);
		json_text(json, "colour", state->colour);
		json_text(json, "kind", state->kind);
		json_bool(json, "inherited", state->class_id != class->id);
		json_close_object(json);
	}
	json_close_array(json);
}

void class_write(struct json_out *json, const struct ctx *ctx, const struct model *model, const struct class *class)
{
	json_open_object(json, NULL);
	json_int(json, "id", class->id);
	json_text(json, "name", class->name);
	json_text(json, "label", strcmp(ctx->actor.language, "ru") == 0 ? class->label_ru : class->label_en);
	json_text(json, "label_en", class->label_en);
	json_text(json, "label_ru", class->label_ru);
	if (class->parent_id) {
		json_open_object(json, "parent");
		json_int(json, "id", class->parent_id);
		json_text(json, "name", class->parent_name);
		json_close_object(json);
	} else {
		json_put_null(json, "parent");
	}
	json_bool(json, "abstract", class->abstract);
	json_text(json, "purpose", class->purpose);
	json_text(json, "owner", class->owner);
	if (class->owner_id)
		json_ref(json, "owner_person", arena_printf(ctx->arena, "%lld", (long long)class->owner_id), class->owner_name);
	else
		json_put_null(json, "owner_person");
	json_text(json, "source", class->source);
	if (class->review_days)
		json_int(json, "review_days", class->review_days);
	else
		json_put_null(json, "review_days");
	json_text(json, "name_template", class->name_template_held);
	json_int(json, "position", class->position);
	json_int(json, "version", class->version);
	if (class->count >= 0)
		json_int(json, "count", class->count);
	write_states(json, ctx, model, class);
	json_open_array(json, "attributes");
	for (int i = 0; i < model->attribute_count; i++)
		if (class_has(class, &model->attributes[i]))
			write_attribute(json, ctx, class, &model->attributes[i]);
	json_close_array(json);
	json_close_object(json);
}

bool class_list(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct model model;
	struct json_out json;
	if (!query_done(req, (const char *const[]){ NULL }))
		return false;
	if (!model_load(ctx, true, &model))
		return false;
	json_begin(&json, ctx->arena, 16384);
	json_open_object(&json, NULL);
	json_open_array(&json, "items");
	for (int i = 0; i < model.class_count; i++)
		class_write(&json, ctx, &model, &model.classes[i]);
	json_close_array(&json);
	json_put_null(&json, "next");
	json_close_object(&json);
	return reply_json_out(req, 200, &json);
}

bool class_reply(struct request *req, int status, const char *key)
{
	struct ctx *ctx = &req->ctx;
	struct model model;
	struct json_out json;
	if (!model_load_class(ctx, key, false, &model))
		return false;
	if (model.class_count == 0)
		return fail(ctx, ERROR_NOT_FOUND, "there is no such class");
	json_begin(&json, ctx->arena, 4096);
	class_write(&json, ctx, &model, &model.classes[0]);
	reply_etag(req, model.classes[0].version);
	return reply_json_out(req, status, &json);
}

bool class_get(struct request *req)
{
	if (!query_done(req, (const char *const[]){ NULL }))
		return false;
	return class_reply(req, 200, req->path_arg[0]);
}

bool class_create(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct body *body = body_open(req);
	struct model model;
	const struct class *parent = NULL;
	if (!body)
		return false;
	const char *name = body_text(body, "name", BODY_REQUIRED, 1, 63);
	const char *label_en = body_text(body, "label_en", BODY_REQUIRED, 1, 100);
	const char *label_ru = body_text(body, "label_ru", BODY_REQUIRED, 1, 100);
	const char *parent_key = class_key(ctx, body, "parent", BODY_OPTIONAL);
	bool abstract = body_bool(body, "abstract", false);
	const char *purpose = body_text(body, "purpose", BODY_OPTIONAL, 0, 1000);
	int64_t position = body_int(body, "position", BODY_OPTIONAL, 0, 1000000, 0);
	if (!query_run(ctx, QUERY_CMDB_MODEL_OWN, NULL) || !model_load(ctx, false, &model))
		return false;
	if (name && !model_name_valid(name))
		body_wrong(body, "name", "must begin with a letter a-z and have only a-z, 0-9 and _");
	else if (name && model_class(&model, name))
		body_wrong(body, "name", "there is a class of this name");
	if (parent_key && !(parent = model_class(&model, parent_key)))
		body_wrong(body, "parent", "there is no such class");
	if (!body_close(body))
		return false;
	struct query_args args = query_args(ctx);
	arg_text(&args, name);
	arg_int_or_null(&args, parent ? parent->id : 0, !parent);
	arg_bool(&args, abstract);
	arg_text(&args, label_en);
	arg_text(&args, label_ru);
	arg_text(&args, purpose ? purpose : "");
	arg_int(&args, position);
	struct rows *rows = query_one(ctx, QUERY_CLASS_CREATE, &args);
	if (!rows)
		return false;
	reply_location(req, "/api/v1/cmdb/classes/%s", rows_text(rows, 0, 0));
	return class_reply(req, 201, rows_text(rows, 0, 0));
}

bool class_own(struct request *req, int64_t if_match, struct model *model_r, const struct class **class_r)
{
	struct ctx *ctx = &req->ctx;
	if (!query_run(ctx, QUERY_CMDB_MODEL_OWN, NULL) || !model_load(ctx, false, model_r))
		return false;
	*class_r = model_class(model_r, req->path_arg[0]);
	if (!*class_r)
		return fail(ctx, ERROR_NOT_FOUND, "there is no such class");
	if (if_match >= 0 && if_match != (*class_r)->version)
		return fail(ctx, ERROR_STALE, "the class was changed meanwhile; read it again");
	return true;
}

bool class_change(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct model model;
	const struct class *class;
	int64_t if_match;
	if (!request_if_match(req, &if_match) || !class_own(req, if_match, &model, &class))
		return false;
	struct body *body = body_open(req);
	if (!body)
		return false;
	const char *label_en = body_text(body, "label_en", BODY_OPTIONAL, 1, 100);
	const char *label_ru = body_text(body, "label_ru", BODY_OPTIONAL, 1, 100);
	bool abstract = body_bool(body, "abstract", class->abstract);
	const char *purpose = body_text(body, "purpose", BODY_OPTIONAL, 0, 1000);
	int64_t position = body_int(body, "position", BODY_OPTIONAL, 0, 1000000, class->position);
	if (!body_close(body))
		return false;
	struct query_args args = query_args(ctx);
	arg_int(&args, class->id);
	arg_text(&args, label_en);
	arg_text(&args, label_ru);
	arg_bool(&args, abstract);
	arg_text(&args, purpose);
	arg_int(&args, position);
	if (!query_one(ctx, QUERY_CLASS_CHANGE, &args))
		return false;
	return class_reply(req, 200, class->name);
}
