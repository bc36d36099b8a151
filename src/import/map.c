/* Owns: reading the map as a whole. Refuses: to go on with a map that has a fault anywhere. */
#include "import/map.h"

#include "base/text.h"
#include "sla/calendar.h"

#include <stdlib.h>
#include <string.h>

#define NAME_MAX_CHARS 60

const char *const trail_field_name[FIELD_COUNT] = { "case", "at", "state", "team", "person", "reporter", "opened_at",
	"opened_by", "author", "priority", "impact", "urgency", "category", "ci", "supplier", "channel", "kind" };
const char *const trail_state_name[TRAIL_STATES + 1] = { "new", "in_progress", "waiting_reporter", "waiting_supplier",
	"resolved", "closed", "cancelled", "keep" };

static const char *text_member(
	struct ctx *ctx, const json_t *object, const char *pointer, const char *key, const char *or_else)
{
	const json_t *value = json_object_get(object, key);
	if (!value)
		return or_else;
	const char *text = json_string_value(value);
	if (!text || !*text || strlen(text) != json_string_length(value) || text_has_control(text)) {
		fail_field(ctx, arena_printf(ctx->arena, "%s/%s", pointer, key), "must be a text");
		return or_else;
	}
	return arena_strdup(ctx->arena, text);
}

static bool bool_member(struct ctx *ctx, const json_t *object, const char *pointer, const char *key, bool or_else)
{
	const json_t *value = json_object_get(object, key);
	if (value && !json_is_boolean(value))
		fail_field(ctx, arena_printf(ctx->arena, "%s/%s", pointer, key), "must be true or false");
	return value ? json_is_true(value) : or_else;
}

/* A section that may be left out; NULL then, and when it is no object. */
static const json_t *section(struct ctx *ctx, const json_t *root, const char *key)
{
	const json_t *value = json_object_get(root, key);
	if (value && !json_is_object(value))
		fail_field(ctx, arena_printf(ctx->arena, "/%s", key), "must be an object");
	return json_is_object(value) ? value : NULL;
}

static void file_read(struct ctx *ctx, const json_t *root, struct trail_map *map)
{
	static const char *const known[] = { "delimiter", "encoding", "heading", "missing", "order", NULL };
	const json_t *file = section(ctx, root, "file"), *missing = json_object_get(file, "missing");
	if (!trail_members_known(ctx, "/file", file, known))
		return;
	const json_t *delimiter = json_object_get(file, "delimiter");
	if (delimiter && (json_string_length(delimiter) != 1 || strchr("\"\r\n", *json_string_value(delimiter))))
		fail_field(ctx, "/file/delimiter", "must be one character, not a quote or line end");
	else if (delimiter)
		map->delimiter = *json_string_value(delimiter);
	map->encoding = text_member(ctx, file, "/file", "encoding", "utf-8");
	map->has_heading = bool_member(ctx, file, "/file", "heading", true);
	const char *order = text_member(ctx, file, "/file", "order", "file");
	map->by_instant = strcmp(order, "instant") == 0;
	if (!map->by_instant && strcmp(order, "file") != 0)
		fail_field(ctx, "/file/order", "must be \"file\" or \"instant\"");
	size_t count = json_is_array(missing) ? json_array_size(missing) : missing != NULL;
	map->missing = arena_array(ctx->arena, count + 1, sizeof(char *));
	for (size_t i = 0; i < count; i++) {
		const char *mark = json_string_value(json_is_array(missing) ? json_array_get(missing, i) : missing);
		if (!mark)
			fail_field(ctx, "/file/missing", "must be a text or a list of texts");
		else
			map->missing[map->missing_count++] = arena_strdup(ctx->arena, mark);
	}
}

static void dates_read(struct ctx *ctx, const json_t *root, struct trail_map *map)
{
	static const char *const known[] = { "format", "zone", NULL };
	const json_t *dates = section(ctx, root, "dates");
	const char *why = NULL;
	if (!trail_members_known(ctx, "/dates", dates, known))
		return;
	const char *format = text_member(ctx, dates, "/dates", "format", NULL);
	const char *zone = text_member(ctx, dates, "/dates", "zone", "UTC");
	if (!format) {
		fail_field(ctx, "/dates/format", "must be given, as \"DD.MM.YYYY HH:MM\" or \"ISO\"");
		return;
	}
	map->dates = trail_dates_read(ctx->arena, format, zone, &why);
	if (!map->dates)
		fail_field(ctx, "/dates", "%s", why);
}

static void columns_read(struct ctx *ctx, const json_t *root, struct trail_map *map)
{
	const json_t *columns = section(ctx, root, "columns");
	const char *known[FIELD_COUNT + 1] = { NULL };
	memcpy(known, trail_field_name, sizeof(trail_field_name));
	if (!trail_members_known(ctx, "/columns", columns, known))
		return;
	for (int i = 0; i < FIELD_COUNT; i++) {
		const json_t *value = json_object_get(columns, trail_field_name[i]);
		map->field[i].name = trail_field_name[i];
		if (value &&
			!trail_column_read(
				ctx, arena_printf(ctx->arena, "/columns/%s", trail_field_name[i]), value, &map->field[i]))
			continue;
	}
	for (int i = FIELD_CASE; i <= FIELD_STATE; i++)
		if (!trail_column_given(&map->field[i]))
			fail_field(ctx, arena_printf(ctx->arena, "/columns/%s", trail_field_name[i]), "must be given");
	if (!trail_column_given(&map->field[FIELD_PRIORITY]) &&
		!(trail_column_given(&map->field[FIELD_IMPACT]) && trail_column_given(&map->field[FIELD_URGENCY])))
		fail_field(
			ctx, "/columns/priority", "must be given (a column, or {\"value\": \"3\"}), or else impact and urgency");
}

static bool keep_name_good(const struct trail_map *map, const char *name)
{
	if (strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != strlen(name) || !*name ||
		strlen(name) > NAME_MAX_CHARS)
		return false;
	for (int i = 0; i < FIELD_COUNT; i++)
		if (strcmp(map->field[i].name, name) == 0)
			return false;
	return true;
}

static void keep_read(struct ctx *ctx, const json_t *root, struct trail_map *map)
{
	const json_t *keep = section(ctx, root, "keep");
	const char *name;
	json_t *value;
	json_object_foreach((json_t *)keep, name, value)
	{
		const char *pointer = arena_printf(ctx->arena, "/keep/%s", name);
		if (!keep_name_good(map, name)) {
			fail_field(ctx, pointer, "must be a name of a-z, 0-9 and _ that no field has");
		} else if (map->keep_count == TRAIL_KEEP_MAX) {
			fail_field(ctx, pointer, "is one too many: at most %d are kept", TRAIL_KEEP_MAX);
		} else if (trail_column_read(ctx, pointer, value, &map->keep[map->keep_count])) {
			map->keep[map->keep_count++].name = arena_strdup(ctx->arena, name);
		}
	}
}

static void states_read(struct ctx *ctx, const json_t *root, struct trail_map *map)
{
	const json_t *states = section(ctx, root, "states");
	struct trail_column *state = &map->field[FIELD_STATE];
	if (!states || json_object_size(states) == 0) {
		fail_field(ctx, "/states", "must name our state for each of theirs");
		return;
	}
	if (state->value_count > 0)
		fail_field(ctx, "/columns/state/values", "states have a section of their own, \"states\"");
	if (!trail_pairs_read(ctx, "/states", states, &state->values, &state->value_count))
		return;
	for (int i = 0; i < state->value_count; i++) {
		int known = 0;
		while (known <= TRAIL_STATES && strcmp(trail_state_name[known], state->values[i].ours) != 0)
			known++;
		if (known > TRAIL_STATES)
			fail_field(ctx, arena_printf(ctx->arena, "/states/%s", state->values[i].theirs),
				"must be new, in_progress, waiting_reporter, waiting_supplier, resolved, closed, cancelled or keep");
	}
}

/* Every {name} of a template is a field or something kept. */
static void template_check(struct ctx *ctx, const struct trail_map *map, const char *pointer, const char *text)
{
	for (const char *at = text; at && (at = strchr(at, '{')) != NULL; at++) {
		size_t length = strcspn(at + 1, "}");
		bool found = false;
		for (int i = 0; i < FIELD_COUNT && !found; i++)
			found = trail_column_given(&map->field[i]) && strlen(map->field[i].name) == length &&
				strncmp(map->field[i].name, at + 1, length) == 0;
		for (int i = 0; i < map->keep_count && !found; i++)
			found = strlen(map->keep[i].name) == length && strncmp(map->keep[i].name, at + 1, length) == 0;
		if (!found || at[1 + length] != '}') {
			fail_field(ctx, pointer, "{%.*s} is neither a field of \"columns\" nor of \"keep\"", (int)length, at + 1);
			return;
		}
	}
}

static void texts_read(struct ctx *ctx, const json_t *root, struct trail_map *map)
{
	map->subject = text_member(ctx, root, "", "subject", "{case}");
	map->body = text_member(ctx, root, "", "body", NULL);
	template_check(ctx, map, "/subject", map->subject);
	template_check(ctx, map, "/body", map->body);
	map->unknown_person =
		text_member(ctx, root, "", "unknown_person", arena_printf(ctx->arena, "Not named (%s)", map->source));
	map->unknown_team =
		text_member(ctx, root, "", "unknown_team", arena_printf(ctx->arena, "No group (%s)", map->source));
	map->ci_class = text_member(ctx, root, "", "ci_class", "imported_item");
	map->language = text_member(ctx, root, "", "language", "en");
	if (strcmp(map->language, "en") != 0 && strcmp(map->language, "ru") != 0)
		fail_field(ctx, "/language", "must be \"en\" or \"ru\"");
	const json_t *level = json_object_get(root, "team_level");
	map->team_level = level ? (int)json_integer_value(level) : 1;
	if (level && (!json_is_integer(level) || map->team_level < 1 || map->team_level > 3))
		fail_field(ctx, "/team_level", "must be 1, 2 or 3");
	const json_t *levels = section(ctx, root, "team_levels");
	if (!levels || !trail_pairs_read(ctx, "/team_levels", levels, &map->team_levels, &map->team_level_count))
		return;
	for (int i = 0; i < map->team_level_count; i++)
		if (strlen(map->team_levels[i].ours) != 1 || !strchr("123", *map->team_levels[i].ours))
			fail_field(
				ctx, arena_printf(ctx->arena, "/team_levels/%s", map->team_levels[i].theirs), "must be 1, 2 or 3");
}

static int64_t target_member(struct ctx *ctx, const json_t *object, const char *pointer, const char *key)
{
	const json_t *value = json_object_get(object, key);
	if (value && (!json_is_integer(value) || json_integer_value(value) < 1 || json_integer_value(value) > 315360000))
		fail_field(ctx, arena_printf(ctx->arena, "%s/%s", pointer, key), "must be whole seconds, 1 to 315360000");
	return json_integer_value(value);
}

static void targets_read(struct ctx *ctx, const json_t *root, struct trail_map *map)
{
	static const char *const known[] = { "calendar", "priority", NULL },
							 *const priorities[] = { "1", "2", "3", "4", NULL },
							 *const metrics[] = { "response_s", "resolution_s", "ola_s", NULL };
	const json_t *targets = section(ctx, root, "targets"), *calendar = json_object_get(targets, "calendar"),
				 *by_priority = json_object_get(targets, "priority");
	char why[300];
	if (!targets || !trail_members_known(ctx, "/targets", targets, known))
		return;
	map->has_targets = true;
	if (json_is_string(calendar)) {
		map->calendar_key = text_member(ctx, targets, "/targets", "calendar", NULL);
	} else if (json_is_object(calendar)) {
		char *body = json_dumps(calendar, JSON_COMPACT | JSON_SORT_KEYS);
		INVARIANT(body != NULL);
		map->calendar_body = arena_strdup(ctx->arena, body);
		free(body);
		struct calendar *built = calendar_from_json(map->calendar_body, strlen(map->calendar_body), why, sizeof(why));
		if (!built)
			fail_field(ctx, "/targets/calendar", "%s", why);
		calendar_destroy(built);
	} else {
		fail_field(ctx, "/targets/calendar", "must be the key of a calendar, or a calendar");
	}
	if (!json_is_object(by_priority)) {
		fail_field(ctx, "/targets/priority", "must be an object of priorities");
		return;
	}
	if (!trail_members_known(ctx, "/targets/priority", by_priority, priorities))
		return;
	for (int i = 1; i <= TRAIL_PRIORITIES; i++) {
		const char *pointer = arena_printf(ctx->arena, "/targets/priority/%d", i);
		const json_t *one = json_object_get(by_priority, priorities[i - 1]);
		if (!trail_members_known(ctx, pointer, one, metrics))
			return;
		map->targets[i] = (struct trail_targets){ target_member(ctx, one, pointer, "response_s"),
			target_member(ctx, one, pointer, "resolution_s"), target_member(ctx, one, pointer, "ola_s") };
	}
}

static void source_read(struct ctx *ctx, const json_t *root, const char *override, struct trail_map *map)
{
	map->source = override ? override : text_member(ctx, root, "", "source", NULL);
	if (!map->source)
		fail_field(ctx, "/source", "must be given, here or by --source");
	else if (strspn(map->source, "abcdefghijklmnopqrstuvwxyz0123456789_.-") != strlen(map->source) ||
		strlen(map->source) > NAME_MAX_CHARS || !*map->source)
		fail_field(ctx, "/source", "must be a short name of a-z, 0-9, '_', '.' and '-'");
}

static void release_json(void *json)
{
	json_decref(json);
}

struct trail_map *trail_map_read(struct ctx *ctx, const char *path, const char *source_or_null)
{
	static const char *const known[] = { "about", "source", "file", "dates", "columns", "keep", "states", "subject",
		"body", "unknown_person", "unknown_team", "ci_class", "language", "team_level", "team_levels", "targets",
		NULL };
	struct trail_map *map = arena_alloc(ctx->arena, sizeof(*map));
	json_error_t error;
	json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
	if (!root) {
		if (error.line > 0)
			fail(ctx, ERROR_INVALID, "%s: line %d: %s", path, error.line, error.text);
		else
			fail(ctx, ERROR_NOT_FOUND, "the map cannot be read: %s", error.text);
		return NULL;
	}
	arena_on_release(ctx->arena, release_json, root);
	if (!json_is_object(root)) {
		fail(ctx, ERROR_INVALID, "%s: a map is a JSON object", path);
		return NULL;
	}
	if (!trail_members_known(ctx, "", root, known))
		return NULL;
	source_read(ctx, root, source_or_null, map);
	file_read(ctx, root, map);
	dates_read(ctx, root, map);
	columns_read(ctx, root, map);
	keep_read(ctx, root, map);
	states_read(ctx, root, map);
	texts_read(ctx, root, map);
	targets_read(ctx, root, map);
	return ctx->error.kind == ERROR_NONE ? map : NULL;
}
