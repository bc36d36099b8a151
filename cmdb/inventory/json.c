/* See json.h. */
#include "cmdb/inventory/json.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

/* Counted before anything is built, because memory goes by values, not by bytes. */
static bool bounded(struct ctx *ctx, const char *text, size_t length)
{
	int depth = 0, values = 0;
	bool quoted = false;
	for (size_t i = 0; i < length; i++) {
		char c = text[i];
		if (quoted) {
			if (c == '\\')
				i++;
			else if (c == '"')
				quoted = false;
		} else if (c == '"') {
			quoted = true;
		} else if (c == '{' || c == '[') {
			values++;
			if (++depth > INVENTORY_DEPTH_MAX)
				return fail(ctx, ERROR_UNREADABLE, "Values are nested more than %d deep", INVENTORY_DEPTH_MAX);
		} else if (c == '}' || c == ']') {
			depth--;
		} else if (c == ',') {
			values++;
		}
		if (values > INVENTORY_NODES_MAX / 2)
			return fail_rule(ctx, ERROR_TOO_LARGE, "inventory-too-large", NULL, "An inventory may have %d values", INVENTORY_NODES_MAX / 2);
	}
	return true;
}

static void add(struct inventory_record *record, const char *name, const json_t *value)
{
	char number[40];
	const char *text = number;
	size_t length;
	if (json_is_array(value))
		value = json_array_get(value, 0);
	if (json_is_string(value)) {
		text = json_string_value(value);
		length = json_string_length(value);
	} else if (json_is_integer(value)) {
		length = (size_t)snprintf(number, sizeof(number), "%lld", (long long)json_integer_value(value));
	} else if (json_is_real(value)) {
		length = (size_t)snprintf(number, sizeof(number), "%.15g", json_real_value(value));
	} else if (json_is_boolean(value)) {
		text = json_is_true(value) ? "1" : "0";
		length = 1;
	} else {
		return;
	}
	inventory_record_add(record, name, strlen(name), text, length);
}

static bool hand_over(struct ctx *ctx, const struct inventory_sink *sink, struct inventory_record *record, const char *section, json_t *entry)
{
	const char *name;
	json_t *value;
	inventory_record_begin(record, section, strlen(section));
	if (json_is_object(entry))
		json_object_foreach(entry, name, value)
			add(record, name, value);
	else if (entry)
		add(record, "", entry);
	return sink->take(ctx, sink->user, record);
}

static bool read_content(struct ctx *ctx, const struct inventory_sink *sink, struct inventory_record *record, json_t *content)
{
	const char *section;
	json_t *value, *entry;
	size_t index;
	json_object_foreach(content, section, value) {
		if (!json_is_array(value) || json_array_size(value) == 0) {
			if (!hand_over(ctx, sink, record, section, json_is_array(value) ? NULL : value))
				return false;
			continue;
		}
		json_array_foreach(value, index, entry)
			if (!hand_over(ctx, sink, record, section, entry))
				return false;
	}
	return true;
}

static void release(void *json)
{
	json_decref(json);
}

bool inventory_json_read(struct ctx *ctx, const char *text, size_t length, const struct inventory_sink *sink)
{
	struct inventory_record *record = arena_alloc(ctx->arena, sizeof(*record));
	json_error_t why;
	const char *name;
	json_t *value;
	if (!bounded(ctx, text, length))
		return false;
	json_t *message = json_loadb(text, length, JSON_REJECT_DUPLICATES, &why);
	if (!message)
		return fail(ctx, ERROR_UNREADABLE, "The inventory is not readable JSON: line %d, column %d", why.line, why.column);
	arena_on_release(ctx->arena, release, message);
	if (!json_is_object(message))
		return fail(ctx, ERROR_UNREADABLE, "The message is no object");
	json_object_foreach(message, name, value) {
		if (strcmp(name, "content") == 0)
			continue;
		inventory_record_begin(record, "", 0);
		add(record, name, value);
		if (record->count > 0 && !sink->take(ctx, sink->user, record))
			return false;
	}
	json_t *content = json_object_get(message, "content");
	if (content && !json_is_object(content))
		return fail(ctx, ERROR_UNREADABLE, "The content of the inventory is no object");
	return read_content(ctx, sink, record, content);
}
