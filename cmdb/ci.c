/* Owns: making, reading and changing one CI. Refuses: to delete one (status "retired" ends its life), and values that
 * its class does not allow; races on unique values are settled by the database. */
#include "cmdb/ci_values.h"
#include "cmdb/cmdb.h"
#include "cmdb/usage.h"

#include "cmdb/ci.sql.h"
#include "cmdb/model.sql.h"
#include "db/query.h"

#include <string.h>

/* What a body may say about a CI, laid over what is there. */
struct fields {
	const char *name, *status, *location, *external_key, *class_key;
	int64_t owner_id; /* 0: nobody */
	const json_t *attributes;
	const char *ticket;
	bool owner_given;
};

static void read_optional_text(struct body *body, const char *name, size_t max, const char **value)
{
	const char *text = body_text(body, name, BODY_OPTIONAL, 1, max);
	if (text || body_is_null(body, name))
		*value = text;
}

static void read_fields(struct ctx *ctx, struct body *body, bool new, struct fields *fields)
{
	enum body_need need = new ? BODY_REQUIRED : BODY_OPTIONAL;
	const char *name = body_text(body, "name", BODY_OPTIONAL, 1, 200);
	const char *status = body_text(body, "status", BODY_OPTIONAL, 1, 63);
	const char *key = class_key(ctx, body, "class", need);
	fields->name = name ? name : fields->name;
	fields->status = status ? status : fields->status;
	fields->class_key = key ? key : fields->class_key;
	if (fields->name && strchr(fields->name, '\n'))
		body_wrong(body, "name", "must be one line");
	read_optional_text(body, "location", 300, &fields->location);
	read_optional_text(body, "external_key", 200, &fields->external_key);
	int64_t owner_id = body_id(body, "owner", BODY_OPTIONAL);
	fields->owner_given = owner_id != 0;
	if (owner_id || body_is_null(body, "owner"))
		fields->owner_id = owner_id;
	json_t *attributes = body_json(body, "attributes", BODY_OPTIONAL);
	if (attributes && !json_is_object(attributes))
		body_wrong(body, "attributes", "must be an object");
	else
		fields->attributes = attributes;
}

/* The owner must be someone who is here; the ticket must exist. Their absence is a field error. */
static bool check_named(struct ctx *ctx, struct body *body, const struct fields *fields, int64_t *ticket_id_r)
{
	struct query_args args = query_args(ctx);
	arg_int_or_null(&args, fields->owner_id, !fields->owner_given);
	arg_text(&args, fields->ticket);
	*ticket_id_r = 0;
	if (!fields->owner_given && !fields->ticket)
		return true;
	struct rows *rows = query_one(ctx, QUERY_CI_NAMED, &args);
	if (!rows)
		return false;
	if (fields->owner_given && !rows_bool(rows, 0, 0))
		body_wrong(body, "owner", "there is no such active person");
	*ticket_id_r = rows_int(rows, 0, 1);
	if (fields->ticket && !*ticket_id_r)
		body_wrong(body, "ticket", "there is no such ticket");
	return true;
}

static bool reply_ci(struct request *req, int status, const struct rows *rows)
{
	reply_etag(req, rows_int(rows, 0, 0));
	return reply_json(req, status, rows_text(rows, 0, 1), rows_length(rows, 0, 1));
}

bool ci_get(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	int64_t id;
	instant at = query_instant(req, "at", INSTANT_NONE);
	if (!query_done(req, (const char *const[]){ "at", NULL }) || !path_id(req, 0, &id))
		return false;
	struct query_args args = query_args(ctx);
	arg_int(&args, id);
	arg_text(&args, ctx->actor.language);
	if (at != INSTANT_NONE)
		arg_instant(&args, at);
	struct rows *rows = query_one(ctx, at == INSTANT_NONE ? QUERY_CI_GET : QUERY_CI_GET_AT, &args);
	if (!rows)
		return false;
	usage_note_class(ctx, USAGE_READ, rows_int(rows, 0, 2));
	return at == INSTANT_NONE ? reply_ci(req, 200, rows) : reply_json(req, 200, rows_text(rows, 0, 1), rows_length(rows, 0, 1));
}

/* Loads the class that the body names. False when something failed; the class is NULL when it is wrong. */
static bool load_class(
	struct ctx *ctx, struct body *body, const char *key, struct model *model_r, const struct class **class_r)
{
	*class_r = NULL;
	if (!key)
		return true;
	if (!model_load_class(ctx, key, true, model_r))
		return false;
	if (model_r->class_count == 0)
		body_wrong(body, "class", "there is no such class");
	else if (model_r->classes[0].abstract)
		body_wrong(body, "class", "this class is abstract: choose one below it");
	else
		*class_r = &model_r->classes[0];
	return true;
}

/* A state that the class has; a name, unless the class computes it. */
static void check_life(
	struct ctx *ctx, struct body *body, const struct model *model, const struct class *class, const struct fields *fields)
{
	if (fields->status && !class_state(model, class, fields->status))
		body_wrong(body, "status", "%s", class_states_told(ctx->arena, model, class));
	if (!fields->name && !class->name_template_held)
		body_wrong(body, "name", "is required");
}

bool ci_create(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct body *body = body_open(req);
	struct fields fields = { 0 };
	struct ci_values values = { 0 };
	struct model model;
	const struct class *class;
	int64_t ticket_id;
	if (!body)
		return false;
	read_fields(ctx, body, true, &fields);
	fields.ticket = body_text(body, "ticket", BODY_OPTIONAL, 1, 40);
	const char *source = body_text(body, "source", BODY_OPTIONAL, 1, 60);
	if (!load_class(ctx, body, fields.class_key, &model, &class) || !check_named(ctx, body, &fields, &ticket_id))
		return false;
	if (class)
		check_life(ctx, body, &model, class, &fields);
	else if (!fields.name)
		body_wrong(body, "name", "is required");
	if (class)
		values = ci_values_check(ctx, class, &model, NULL, false, fields.attributes);
	if (!body_close(body) || !ci_values_refer(ctx, &values))
		return false;
	struct query_args args = query_args(ctx);
	arg_int(&args, class->id);
	arg_text(&args, fields.name);
	arg_text(&args, fields.status);
	arg_text(&args, values.set);
	arg_int_or_null(&args, fields.owner_id, fields.owner_id == 0);
	arg_text(&args, fields.location);
	arg_text(&args, source ? source : "manual");
	arg_text(&args, fields.external_key);
	arg_instant(&args, ctx->now);
	arg_int(&args, ctx->actor.id);
	arg_int_or_null(&args, ticket_id, ticket_id == 0);
	arg_text(&args, ctx->actor.language);
	struct rows *rows = query_one(ctx, QUERY_CI_CREATE, &args);
	if (!rows)
		return false;
	reply_location(req, "/api/v1/cmdb/cis/%s", rows_text(rows, 0, 2));
	return reply_ci(req, 201, rows);
}

static void release_json(void *json)
{
	json_decref(json);
}

/* Values from the database; what is not a JSON object there is a broken invariant. */
static const json_t *load_values(struct ctx *ctx, const struct rows *rows, int column)
{
	json_t *values = json_loadb(rows_text(rows, 0, column), rows_length(rows, 0, column), 0, NULL);
	INVARIANT(json_is_object(values));
	arena_on_release(ctx->arena, release_json, values);
	return values;
}

static struct rows *write_change(struct ctx *ctx, int64_t id, const struct class *class, const struct fields *fields,
	const struct ci_values *values, int64_t ticket_id)
{
	struct query_args args = query_args(ctx);
	arg_int(&args, id);
	arg_int(&args, class->id);
	arg_text(&args, fields->name);
	arg_text(&args, fields->status);
	arg_text(&args, values->set);
	arg_texts(&args, values->removed, values->removed_count);
	arg_int_or_null(&args, fields->owner_id, fields->owner_id == 0);
	arg_text(&args, fields->location);
	arg_text(&args, fields->external_key);
	arg_instant(&args, ctx->now);
	arg_int(&args, ctx->actor.id);
	arg_int_or_null(&args, ticket_id, ticket_id == 0);
	arg_text(&args, ctx->actor.language);
	return query_one(ctx, QUERY_CI_CHANGE, &args);
}

/* The model is held before the CI is locked, in the order in which writers of the database's triggers do it. */
static struct rows *lock_ci(struct request *req, int64_t *id_r, int64_t if_match)
{
	struct ctx *ctx = &req->ctx;
	struct query_args args = query_args(ctx);
	if (!path_id(req, 0, id_r))
		return NULL;
	arg_int(&args, *id_r);
	struct query_step steps[2] = { { QUERY_CMDB_MODEL_HOLD, NULL, NULL }, { QUERY_CI_LOCK, &args, NULL } };
	if (!query_pipeline(ctx, steps, 2))
		return NULL;
	if (rows_count(steps[1].rows) == 0) {
		fail(ctx, ERROR_NOT_FOUND, "there is no such CI");
		return NULL;
	}
	if (if_match >= 0 && if_match != rows_int(steps[1].rows, 0, 0)) {
		fail(ctx, ERROR_STALE, "the CI was changed meanwhile; read it again");
		return NULL;
	}
	return steps[1].rows;
}

bool ci_change(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct ci_values values = { 0 };
	struct model model;
	const struct class *class;
	int64_t id, if_match, ticket_id;
	if (!request_if_match(req, &if_match))
		return false;
	struct rows *old = lock_ci(req, &id, if_match);
	struct body *body = old ? body_open(req) : NULL;
	if (!body)
		return false;
	struct fields fields = {
		.class_key = rows_text(old, 0, 1),
		.name = rows_text(old, 0, 2),
		.status = rows_text(old, 0, 3),
		.owner_id = rows_int(old, 0, 5),
		.location = rows_text(old, 0, 6),
		.external_key = rows_text(old, 0, 7),
	};
	read_fields(ctx, body, false, &fields);
	fields.ticket = body_text(body, "ticket", BODY_OPTIONAL, 1, 40);
	if (!load_class(ctx, body, fields.class_key, &model, &class) || !check_named(ctx, body, &fields, &ticket_id))
		return false;
	if (class)
		check_life(ctx, body, &model, class, &fields);
	if (class)
		values = ci_values_check(
			ctx, class, &model, load_values(ctx, old, 4), class->id != rows_int(old, 0, 1), fields.attributes);
	if (!body_close(body) || !ci_values_refer(ctx, &values))
		return false;
	struct rows *rows = write_change(ctx, id, class, &fields, &values, ticket_id);
	return rows && reply_ci(req, 200, rows);
}
