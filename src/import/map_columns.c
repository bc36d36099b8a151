/* Columns of a map: where a value stands in the file and how it is written there. */
#include "import/map.h"

#include "base/text.h"
#include "cmdb/csv.h"

#include <string.h>

bool trail_column_given(const struct trail_column *column)
{
	return column->heading || column->position > 0 || column->constant;
}

const char *trail_pair_find(const struct trail_pair *pairs, int count, const char *theirs)
{
	const char *other = NULL;
	for (int i = 0; i < count; i++) {
		if (strcmp(pairs[i].theirs, theirs) == 0)
			return pairs[i].ours;
		if (strcmp(pairs[i].theirs, "*") == 0)
			other = pairs[i].ours;
	}
	return other;
}

bool trail_members_known(struct ctx *ctx, const char *pointer, const json_t *object, const char *const *known)
{
	const char *name;
	json_t *value;
	bool good = true;
	json_object_foreach((json_t *)object, name, value)
	{
		int i = 0;
		while (known[i] && strcmp(known[i], name) != 0)
			i++;
		if (!known[i])
			good = fail_field(ctx, arena_printf(ctx->arena, "%s/%s", pointer, name), "is no member of a map");
	}
	return good;
}

bool trail_pairs_read(
	struct ctx *ctx, const char *pointer, const json_t *object, struct trail_pair **pairs_r, int *count_r)
{
	const char *theirs;
	json_t *ours;
	int count = 0;
	if (!json_is_object(object))
		return fail_field(ctx, pointer, "must be an object of their values and ours");
	struct trail_pair *pairs = arena_array(ctx->arena, json_object_size(object) + 1, sizeof(*pairs));
	json_object_foreach((json_t *)object, theirs, ours)
	{
		if (json_is_integer(ours))
			pairs[count].ours = arena_printf(ctx->arena, "%lld", (long long)json_integer_value(ours));
		else if (json_is_string(ours))
			pairs[count].ours = arena_strdup(ctx->arena, json_string_value(ours));
		else
			return fail_field(ctx, arena_printf(ctx->arena, "%s/%s", pointer, theirs), "must be a text or a number");
		pairs[count++].theirs = arena_strdup(ctx->arena, theirs);
	}
	*pairs_r = pairs;
	*count_r = count;
	return true;
}

static bool place_read(struct ctx *ctx, const char *pointer, const json_t *value, struct trail_column *column)
{
	if (json_is_string(value) && json_string_length(value) > 0) {
		column->heading = arena_strdup(ctx->arena, json_string_value(value));
		return true;
	}
	json_int_t position = json_integer_value(value);
	if (!json_is_integer(value) || position < 1 || position > CSV_CELLS_MAX)
		return fail_field(ctx, pointer, "must be the heading of a column, or its position from 1 to %d", CSV_CELLS_MAX);
	column->position = (int)position;
	return true;
}

static bool format_read(struct ctx *ctx, const char *pointer, const json_t *value, struct trail_column *column)
{
	const char *text = json_string_value(value), *hole = text ? strstr(text, "{}") : NULL;
	if (!hole || strstr(hole + 2, "{}") || text_has_control(text))
		return fail_field(
			ctx, arena_printf(ctx->arena, "%s/format", pointer), "must be a text with {} once, where the value goes");
	column->before = arena_strndup(ctx->arena, text, (size_t)(hole - text));
	column->after = arena_strdup(ctx->arena, hole + 2);
	return true;
}

static bool text_or_number(struct ctx *ctx, const char *pointer, const json_t *value, const char **text_r)
{
	if (json_is_integer(value))
		*text_r = arena_printf(ctx->arena, "%lld", (long long)json_integer_value(value));
	else if (json_is_string(value) && json_string_length(value) > 0)
		*text_r = arena_strdup(ctx->arena, json_string_value(value));
	else
		return fail_field(ctx, pointer, "must be a text or a whole number");
	return true;
}

bool trail_column_read(struct ctx *ctx, const char *pointer, const json_t *value, struct trail_column *column_r)
{
	static const char *const known[] = { "column", "value", "format", "values", "default", NULL };
	if (!json_is_object(value))
		return place_read(ctx, pointer, value, column_r);
	if (!trail_members_known(ctx, pointer, value, known))
		return false;
	const json_t *column = json_object_get(value, "column"), *constant = json_object_get(value, "value"),
				 *format = json_object_get(value, "format"), *values = json_object_get(value, "values"),
				 *or_else = json_object_get(value, "default");
	if ((column != NULL) == (constant != NULL))
		return fail_field(ctx, pointer, "must have either \"column\" or \"value\"");
	if (column && !place_read(ctx, arena_printf(ctx->arena, "%s/column", pointer), column, column_r))
		return false;
	if (constant && !text_or_number(ctx, arena_printf(ctx->arena, "%s/value", pointer), constant, &column_r->constant))
		return false;
	if (or_else && !text_or_number(ctx, arena_printf(ctx->arena, "%s/default", pointer), or_else, &column_r->or_else))
		return false;
	if (format && !format_read(ctx, pointer, format, column_r))
		return false;
	return !values ||
		trail_pairs_read(
			ctx, arena_printf(ctx->arena, "%s/values", pointer), values, &column_r->values, &column_r->value_count);
}

static bool column_bind(
	struct ctx *ctx, struct trail_column *column, const char *section, const char *const *cells, int count)
{
	const char *pointer = arena_printf(ctx->arena, "%s/%s", section, column->name);
	int found = 0;
	if (!column->heading)
		return column->position <= count ||
			fail_field(ctx, pointer, "is column %d, but the file has %d", column->position, count);
	for (int i = 0; i < count; i++) {
		if (strcmp(text_trim(ctx->arena, cells[i]), column->heading) != 0)
			continue;
		if (found > 0)
			return fail_field(ctx, pointer,
				"the heading \"%s\" stands twice in the file (columns %d and %d); name the column by its position",
				column->heading, found, i + 1);
		found = i + 1;
	}
	column->position = found;
	return found > 0 || fail_field(ctx, pointer, "the file has no column \"%s\"", column->heading);
}

bool trail_map_bind(struct ctx *ctx, struct trail_map *map, const char *const *cells, int count)
{
	bool good = true;
	for (int i = 0; i < FIELD_COUNT; i++)
		if (trail_column_given(&map->field[i]))
			good = column_bind(ctx, &map->field[i], "/columns", cells, count) && good;
	for (int i = 0; i < map->keep_count; i++)
		good = column_bind(ctx, &map->keep[i], "/keep", cells, count) && good;
	return good;
}
