/* Owns: asking a query: a page, a count, the words for completion. Refuses: queries that do not fit the model, with the place of the
 * fault; work without bounds: a page looks at EXAMINE_MAX CIs and then says where to go on. */
#include "cmdb/query/query.h"

#include "cmdb/ci_list.h"
#include "cmdb/cmdb.h"
#include "cmdb/query/query.sql.h"
#include "cmdb/usage.h"
#include "db/query.h"

#include <string.h>

#define EXAMINE_MAX 20000
#define COUNT_MS 8000

static int characters(const char *text, size_t bytes)
{
	int count = 0;
	for (size_t i = 0; i < bytes && text[i]; i++)
		count += ((unsigned char)text[i] & 0xc0) != 0x80;
	return count;
}

static bool refuse_fault(struct ctx *ctx, const char *field, const char *text, const struct ciql_fault *fault)
{
	struct json_out json;
	int line, column, offset = characters(text, fault->at);
	ciql_place(text, fault->at, &line, &column);
	json_begin(&json, ctx->arena, 200);
	json_open_object(&json, NULL);
	json_int(&json, "line", line);
	json_int(&json, "column", column);
	json_int(&json, "offset", offset);
	json_int(&json, "length", characters(text, fault->at + fault->length) - offset);
	json_text(&json, "message", fault->why);
	json_close_object(&json);
	fail_field(ctx, field, "line %d, column %d: %s", line, column, fault->why);
	if (!ctx->error.extra)
		ctx->error.extra = json.text.data;
	return false;
}

static bool load_relations(struct ctx *ctx, struct ciql_words *words)
{
	struct rows *rows = query_run(ctx, QUERY_CIQL_RELATIONS, NULL);
	if (!rows)
		return false;
	struct ciql_relation_word *relations = arena_array(ctx->arena, (size_t)rows_count(rows) + 1, sizeof(*relations));
	for (int i = 0; i < rows_count(rows); i++)
		relations[i] = (struct ciql_relation_word){ rows_text(rows, i, 0), ciql_slug(ctx->arena, rows_text(rows, i, 1)) };
	words->relations = relations;
	words->relation_count = rows_count(rows);
	return true;
}

bool ciql_read(struct ctx *ctx, const char *field, const char *text, const char *class_or_null, struct model *model_r,
	struct ciql_compiled *compiled_r)
{
	struct ciql_words words = { .model = model_r, .now = ctx->now };
	struct ciql_fault fault;
	const struct ciql_node *root = ciql_parse(ctx->arena, text, &fault);
	if (fault.why)
		return refuse_fault(ctx, field, text, &fault);
	if (!model_load(ctx, false, model_r) || !load_relations(ctx, &words))
		return false;
	words.within = class_or_null ? model_class(model_r, class_or_null) : NULL;
	if (class_or_null && !words.within)
		return fail_field(ctx, "class", "there is no such class");
	if (!ciql_compile(ctx->arena, root, &words, compiled_r, &fault))
		return refuse_fault(ctx, field, text, &fault);
	return true;
}

void ciql_note(const struct ctx *ctx, const struct ciql_compiled *compiled)
{
	for (int i = 0; i < compiled->used_count; i++)
		usage_note(ctx, USAGE_FILTER, compiled->used[i]);
}

static void who_asks(struct query_args *args, const struct ctx *ctx)
{
	arg_ints(args, ctx->actor.teams, ctx->actor.team_count);
	arg_bool(args, CTX_HAS_ROLE(ctx, ROLES_READ_ALL));
	arg_int(args, ctx->actor.id);
}

static const char *query_text(struct request *req)
{
	const char *text = request_query(req, "query");
	return text ? text : "";
}

/* Names of CIs that the page's attributes refer to. */
static void write_references(struct json_out *json, const struct rows *rows)
{
	json_open_object(json, "references");
	for (int i = 0; i < rows_count(rows); i++)
		json_text(json, rows_text(rows, i, 0), rows_text(rows, i, 1));
	json_close_object(json);
}

bool ci_query(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct ciql_compiled compiled;
	struct model model;
	struct page page;
	struct json_out json;
	const char *text = query_text(req), *class = request_query(req, "class");
	instant at = query_instant(req, "at", INSTANT_NONE);
	if (!page_read(req, &page) || !query_done(req, (const char *const[]){ "query", "class", "at", "limit", "cursor", NULL }) ||
		!ciql_read(ctx, "query", text, class, &model, &compiled))
		return false;
	if (page.count == 0)
		ciql_note(ctx, &compiled);
	struct query_args args = query_args(ctx);
	arg_text(&args, compiled.tree);
	arg_instant(&args, at);
	arg_text(&args, page.count ? page.value[0] : NULL);
	arg_text(&args, page.count ? page.value[1] : NULL);
	arg_int(&args, page.limit);
	arg_int(&args, EXAMINE_MAX);
	who_asks(&args, ctx);
	struct rows *found = query_one(ctx, QUERY_CIQL_PAGE, &args);
	if (!found)
		return false;
	struct query_args ids = query_args(ctx), same = query_args(ctx);
	arg_text(&ids, rows_text(found, 0, 0));
	arg_instant(&ids, at);
	arg_text(&same, rows_text(found, 0, 0));
	struct query_step steps[2] = { { QUERY_CIQL_ROWS, &ids, NULL }, { QUERY_CIQL_REFERENCES, &same, NULL } };
	if (!query_pipeline(ctx, steps, 2))
		return false;
	json_begin(&json, ctx->arena, 16384);
	json_open_object(&json, NULL);
	json_open_array(&json, "items");
	for (int i = 0; i < rows_count(steps[0].rows); i++)
		ci_list_write(&json, ctx, steps[0].rows, i);
	json_close_array(&json);
	write_references(&json, steps[1].rows);
	const char *last[2] = { rows_text(found, 0, 1), rows_text(found, 0, 2) };
	json_text(&json, "next", last[1] ? page_cursor(req, last, 2) : NULL);
	json_raw(&json, "examined", rows_text(found, 0, 3));
	json_close_object(&json);
	return reply_json_out(req, 200, &json);
}

bool ci_query_count(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct ciql_compiled compiled;
	struct model model;
	struct json_out json;
	const char *text = query_text(req), *class = request_query(req, "class");
	instant at = query_instant(req, "at", INSTANT_NONE);
	if (!query_done(req, (const char *const[]){ "query", "class", "at", NULL }) || !ciql_read(ctx, "query", text, class, &model, &compiled))
		return false;
	struct query_args args = query_args(ctx);
	arg_text(&args, compiled.tree);
	arg_instant(&args, at);
	arg_int(&args, COUNT_MS);
	who_asks(&args, ctx);
	struct rows *rows = query_one(ctx, QUERY_CIQL_COUNT, &args);
	if (!rows)
		return false;
	json_begin(&json, ctx->arena, 100);
	json_open_object(&json, NULL);
	json_raw(&json, "count", rows_text(rows, 0, 0));
	json_raw(&json, "examined", rows_text(rows, 0, 1));
	json_bool(&json, "exact", rows_bool(rows, 0, 2));
	json_close_object(&json);
	return reply_json_out(req, 200, &json);
}

static void write_word(struct json_out *json, const char *kind, const char *name, const char *label, const char *type)
{
	json_open_object(json, NULL);
	json_text(json, "kind", kind);
	json_text(json, "name", name);
	json_text(json, "label", label);
	if (type)
		json_text(json, "type", type);
}

static void write_attributes(struct json_out *json, const struct model *model, bool russian)
{
	for (int i = 0; i < model->attribute_count; i++) {
		const struct attribute *attribute = &model->attributes[i];
		if (attribute->retired)
			continue;
		write_word(json, "attribute", attribute->name, russian ? attribute->label_ru : attribute->label_en, value_type_names[attribute->type]);
		json_text(json, "class", attribute->declared_by);
		json_text(json, "unit", attribute->unit);
		json_bool(json, "indexed", attribute->indexed || attribute->unique_within);
		json_raw(json, "choices", attribute->choices);
		json_close_object(json);
	}
}

bool ci_query_words(struct request *req)
{
	static const char *const fields[] = { "id", "name", "class", "status", "phase", "location", "owner", "user", "external_key", "source", "created_at", "updated_at" };
	struct ctx *ctx = &req->ctx;
	struct ciql_words words = { 0 };
	struct model model;
	struct json_out json;
	bool russian = strcmp(ctx->actor.language, "ru") == 0;
	if (!query_done(req, (const char *const[]){ NULL }) || !model_load(ctx, false, &model) || !load_relations(ctx, &words))
		return false;
	json_begin(&json, ctx->arena, 16384);
	json_open_object(&json, NULL);
	json_open_array(&json, "items");
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		write_word(&json, "field", fields[i], fields[i], NULL);
		json_close_object(&json);
	}
	write_attributes(&json, &model, russian);
	for (int i = 0; i < model.class_count; i++) {
		write_word(&json, "class", model.classes[i].name, russian ? model.classes[i].label_ru : model.classes[i].label_en, NULL);
		json_close_object(&json);
	}
	for (int i = 0; i < words.relation_count; i++) {
		write_word(&json, "relation", words.relations[i].name, words.relations[i].name, NULL);
		json_text(&json, "inverse", words.relations[i].inverse);
		json_close_object(&json);
	}
	for (int i = 0; i < model.state_count; i++) {
		write_word(&json, "state", model.states[i].name, russian ? model.states[i].label_ru : model.states[i].label_en, NULL);
		json_close_object(&json);
	}
	json_close_array(&json);
	json_close_object(&json);
	return reply_json_out(req, 200, &json);
}
