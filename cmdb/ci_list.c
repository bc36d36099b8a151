/* Owns: the list of CIs with its filters. Refuses: a filter that it does not know, and values that do not fit the
 * attribute. */
#include "cmdb/ci_list.h"
#include "cmdb/cmdb.h"
#include "cmdb/usage.h"
#include "cmdb/value.h"

#include "cmdb/ci_list.sql.h"
#include "db/query.h"

#include <string.h>

#define FIXED_NAMES 5
/* Shorter than three characters there are no trigrams to look up: then only beginnings of names count. */
#define SEARCH_MIN 3

struct filter {
	struct page page;
	int64_t class_id; /* 0: any */
	const char *status, *q;
	const char *attributes; /* JSON object, or NULL */
};

/* Adds attr.NAME=value; the names of all attributes in question come in `names` so that others are refused. */
static bool read_attribute(struct request *req, const struct model *scope, int index, struct json_out *json)
{
	struct ctx *ctx = &req->ctx;
	const struct attribute *attribute = &scope->attributes[index];
	const char *parameter = arena_printf(ctx->arena, "attr.%s", attribute->name), *why = NULL;
	const char *value = request_query(req, parameter);
	if (!value)
		return false;
	for (int i = index + 1; i < scope->attribute_count; i++)
		if (strcmp(scope->attributes[i].name, attribute->name) == 0 && scope->attributes[i].type != attribute->type) {
			fail_field(ctx, parameter, "attributes of this name have several types: give a class");
			return false;
		}
	if (attribute->type == VALUE_JSON) {
		fail_field(ctx, parameter, "values of type json cannot be searched for");
		return false;
	}
	const char *form = *value ? value_check_text(ctx->arena, attribute, value, &why) : NULL;
	if (!form) {
		fail_field(ctx, parameter, "%s", why ? why : "must not be empty");
		return false;
	}
	json_raw(json, attribute->name, form);
	if (!request_query(req, "cursor"))
		usage_note(ctx, USAGE_FILTER, attribute->id);
	return true;
}

/* Parameters beyond the fixed ones are attr.NAME of attributes that the class, those above and those below declare. */
static bool read_attributes(struct request *req, const struct model *scope, struct filter *filter)
{
	static const char *const fixed[FIXED_NAMES] = { "class", "q", "status", "limit", "cursor" };
	struct ctx *ctx = &req->ctx;
	const char **names = arena_array(ctx->arena, FIXED_NAMES + (size_t)scope->attribute_count + 1, sizeof(char *));
	struct json_out json;
	int count = FIXED_NAMES;
	bool any = false;
	memcpy(names, fixed, sizeof(fixed));
	json_begin(&json, ctx->arena, 128);
	json_open_object(&json, NULL);
	for (int i = 0; i < scope->attribute_count; i++) {
		if (i > 0 && strcmp(scope->attributes[i].name, scope->attributes[i - 1].name) == 0)
			continue;
		names[count++] = arena_printf(ctx->arena, "attr.%s", scope->attributes[i].name);
		any = read_attribute(req, scope, i, &json) || any;
	}
	json_close_object(&json);
	filter->attributes = any ? json.text.data : NULL;
	return query_done(req, names);
}

/* Names of the states of all classes, each once, NULL at the end. */
static const char *const *state_names(struct ctx *ctx, const struct model *model)
{
	const char **names = arena_array(ctx->arena, (size_t)model->state_count + 1, sizeof(char *));
	int count = 0;
	for (int i = 0; i < model->state_count; i++) {
		bool seen = false;
		for (int j = 0; j < count && !seen; j++)
			seen = strcmp(names[j], model->states[i].name) == 0;
		if (!seen)
			names[count++] = model->states[i].name;
	}
	names[count] = NULL;
	return names;
}

static bool read_filter(struct request *req, struct filter *filter)
{
	struct ctx *ctx = &req->ctx;
	struct model scope;
	const char *class = request_query(req, "class");
	if (!page_read(req, &filter->page))
		return false;
	filter->q = request_query(req, "q");
	filter->q = filter->q ? text_trim(ctx->arena, filter->q) : NULL;
	if (filter->q && *filter->q == '\0')
		filter->q = NULL;
	if (filter->q && text_utf8_length(filter->q) > 200)
		fail_field(ctx, "q", "may have at most 200 characters");
	if (!model_load_scope(ctx, class, &scope))
		return false;
	if (class && scope.class_count == 0)
		return fail_field(ctx, "class", "there is no such class");
	filter->class_id = class ? scope.classes[0].id : 0;
	filter->status = query_choice(req, "status", state_names(ctx, &scope));
	return read_attributes(req, &scope, filter);
}

/* For LIKE: the text anywhere, or at the beginning. */
static const char *like_pattern(struct arena *arena, const char *text, bool anywhere)
{
	struct text_out out;
	text_begin(&out, arena, strlen(text) + 8);
	if (anywhere)
		text_append_char(&out, '%');
	for (const char *c = text; *c; c++) {
		if (strchr("%_\\", *c))
			text_append_char(&out, '\\');
		text_append_char(&out, *c);
	}
	text_append_char(&out, '%');
	return out.data;
}

static struct rows *run_filter(struct ctx *ctx, const struct filter *filter)
{
	struct query_args args = query_args(ctx);
	bool anywhere = filter->q && text_utf8_length(filter->q) >= SEARCH_MIN;
	arg_int_or_null(&args, filter->class_id, filter->class_id == 0);
	arg_text(&args, filter->status);
	arg_text(&args, filter->page.count ? filter->page.value[0] : NULL);
	arg_text(&args, filter->page.count ? filter->page.value[1] : NULL);
	arg_int(&args, filter->page.limit + 1);
	if (!filter->q && !filter->attributes)
		return query_run(ctx, QUERY_CI_LIST, &args);
	arg_text(&args, filter->q ? like_pattern(ctx->arena, filter->q, anywhere) : NULL);
	arg_text(&args, filter->attributes);
	return query_run(ctx, filter->q && !anywhere ? QUERY_CI_LIST_BEGINNING : QUERY_CI_LIST_SEARCH, &args);
}

void ci_list_write(struct json_out *json, const struct ctx *ctx, const struct rows *rows, int row)
{
	json_open_object(json, NULL);
	json_raw(json, "id", rows_text(rows, row, 0));
	json_text(json, "name", rows_text(rows, row, 1));
	json_text(json, "status", rows_text(rows, row, 2));
	json_raw(json, "state", rows_text(rows, row, strcmp(ctx->actor.language, "ru") == 0 ? 14 : 13));
	json_open_object(json, "class");
	json_raw(json, "id", rows_text(rows, row, 3));
	json_text(json, "name", rows_text(rows, row, 4));
	json_text(json, "label", rows_text(rows, row, strcmp(ctx->actor.language, "ru") == 0 ? 6 : 5));
	json_close_object(json);
	json_ref(json, "owner", rows_text(rows, row, 7), rows_text(rows, row, 8));
	json_text(json, "location", rows_text(rows, row, 9));
	json_text(json, "external_key", rows_text(rows, row, 10));
	json_raw(json, "attributes", rows_text(rows, row, 11));
	json_instant(json, "updated_at", rows_instant(rows, row, 12));
	json_close_object(json);
}

bool ci_list(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct filter filter = { 0 };
	struct json_out json;
	if (!read_filter(req, &filter))
		return false;
	struct rows *rows = run_filter(ctx, &filter);
	if (!rows)
		return false;
	int count = rows_count(rows), shown = count > filter.page.limit ? filter.page.limit : count;
	json_begin(&json, ctx->arena, 16384);
	json_open_object(&json, NULL);
	json_open_array(&json, "items");
	for (int i = 0; i < shown; i++)
		ci_list_write(&json, ctx, rows, i);
	json_close_array(&json);
	const char *last[2] = { NULL, NULL };
	if (count > shown) {
		last[0] = rows_text(rows, shown - 1, 1);
		last[1] = rows_text(rows, shown - 1, 0);
	}
	json_text(&json, "next", last[0] ? page_cursor(req, last, 2) : NULL);
	json_close_object(&json);
	return reply_json_out(req, 200, &json);
}
