/* Owns: reading values of a row. Refuses: a default for what the map does not give one for. */
#include "import/row.h"

#include "base/text.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <string.h>

#define NAME_CHARS_MAX 200
#define SUBJECT_CHARS_MAX 300

enum trail_name trail_field_kind(enum trail_field field)
{
	switch (field) {
	case FIELD_PERSON:
	case FIELD_REPORTER:
	case FIELD_OPENED_BY:
	case FIELD_AUTHOR:
		return NAME_PERSON;
	case FIELD_TEAM:
		return NAME_TEAM;
	case FIELD_CATEGORY:
		return NAME_CATEGORY;
	case FIELD_CI:
		return NAME_CI;
	case FIELD_SUPPLIER:
		return NAME_SUPPLIER;
	default:
		return NAME_KINDS;
	}
}

int64_t *trail_row_id(struct trail_row *row, enum trail_field field)
{
	switch (field) {
	case FIELD_PERSON:
		return &row->person;
	case FIELD_REPORTER:
		return &row->reporter;
	case FIELD_OPENED_BY:
		return &row->opened_by;
	case FIELD_AUTHOR:
		return &row->author;
	case FIELD_TEAM:
		return &row->team;
	case FIELD_CATEGORY:
		return &row->category;
	case FIELD_CI:
		return &row->ci;
	default:
		INVARIANT(field == FIELD_SUPPLIER);
		return &row->supplier;
	}
}

static bool is_missing(const struct trail_map *map, const char *value)
{
	bool missing = *value == '\0';
	for (int i = 0; i < map->missing_count && !missing; i++)
		missing = strcmp(value, map->missing[i]) == 0;
	return missing;
}

struct reader {
	const struct trail_map *map;
	struct arena *arena;
	const struct csv *cells;
	const char **why_r;
};

static bool refuse(struct reader *reader, const char *field, const char *reason)
{
	*reader->why_r = arena_printf(reader->arena, "%s: %s", field, reason);
	return false;
}

/* The value of a column with the map's values and format applied; NULL: missing. `raw`: leaves the values alone
 * (states). */
static bool value_read(struct reader *reader, const struct trail_column *column, bool raw, const char **value_r)
{
	const char *value = column->constant;
	*value_r = NULL;
	if (!trail_column_given(column))
		return true;
	if (!value) {
		value = text_trim(reader->arena, reader->cells->cell[column->position - 1]);
		if (is_missing(reader->map, value))
			value = column->or_else;
	}
	if (!value)
		return true;
	if (strlen(value) > TRAIL_VALUE_BYTES_MAX || text_has_control(value))
		return refuse(reader, column->name, "is too long, or has control characters");
	if (column->value_count > 0 && !raw) {
		const char *ours = trail_pair_find(column->values, column->value_count, value);
		if (!ours)
			return refuse(
				reader, column->name, arena_printf(reader->arena, "\"%s\" is not among the map's values", value));
		value = ours;
	}
	*value_r = column->before ? arena_printf(reader->arena, "%s%s%s", column->before, value, column->after) : value;
	return true;
}

static bool date_read(struct reader *reader, enum trail_field field, const char *text, instant now, instant *at_r)
{
	const char *why;
	if (!trail_date_parse(reader->map->dates, text, at_r, &why))
		return refuse(reader, trail_field_name[field], arena_printf(reader->arena, "\"%s\" %s", text, why));
	return *at_r <= now ||
		refuse(reader, trail_field_name[field], arena_printf(reader->arena, "\"%s\" is in the future", text));
}

static bool level_read(struct reader *reader, enum trail_field field, const char *text, int most, int *level_r)
{
	if (!text)
		return true;
	*level_r = text[0] - '0';
	return (text[1] == '\0' && *level_r >= 1 && *level_r <= most) ||
		refuse(reader, trail_field_name[field],
			arena_printf(reader->arena, "\"%s\" is not 1 to %d; translate it in the map's values", text, most));
}

static bool choice_read(
	struct reader *reader, enum trail_field field, const char *text, const char *const *choices, const char **choice_r)
{
	*choice_r = NULL;
	for (int i = 0; text && choices[i] && !*choice_r; i++)
		if (strcmp(choices[i], text) == 0)
			*choice_r = choices[i];
	return !text || *choice_r ||
		refuse(reader, trail_field_name[field],
			arena_printf(reader->arena, "\"%s\" is none of ours; translate it in the map's values", text));
}

/* Text with each {name} replaced; what is missing is written as the map's first mark, or "-". */
static const char *template_fill(
	const struct trail_map *map, struct arena *arena, const struct trail_row *row, const char *text)
{
	struct text_out out;
	const char *unknown = map->missing_count > 0 && *map->missing[0] ? map->missing[0] : "-";
	text_begin(&out, arena, 128);
	for (const char *hole; (hole = strchr(text, '{')) != NULL;) {
		size_t length = strcspn(hole + 1, "}");
		const char *value = NULL;
		for (int i = 0; i < FIELD_COUNT; i++)
			if (strlen(trail_field_name[i]) == length && strncmp(trail_field_name[i], hole + 1, length) == 0)
				value = row->text[i];
		for (int i = 0; i < map->keep_count; i++)
			if (strlen(map->keep[i].name) == length && strncmp(map->keep[i].name, hole + 1, length) == 0)
				value = row->kept[i];
		text_append(&out, text, (size_t)(hole - text));
		text_append_z(&out, value ? value : unknown);
		text = hole + length + 2;
	}
	text_append_z(&out, text);
	return out.data;
}

static const char *cut(struct arena *arena, const char *text, size_t chars_max)
{
	const char *at = text;
	for (size_t chars = 0; *at && chars < chars_max; chars++)
		for (at++; ((unsigned char)*at & 0xc0) == 0x80; at++)
			continue;
	return *at ? arena_strndup(arena, text, (size_t)(at - text)) : text;
}

static bool state_read(struct reader *reader, struct trail_row *row)
{
	const struct trail_column *column = &reader->map->field[FIELD_STATE];
	const char *theirs = row->text[FIELD_STATE] ? row->text[FIELD_STATE] : "";
	const char *ours = trail_pair_find(column->values, column->value_count, theirs);
	if (!ours)
		return refuse(reader, "state",
			*theirs ? arena_printf(reader->arena, "\"%s\" is not among the map's states", theirs) : "is missing");
	for (row->state = TRAIL_NEW; strcmp(trail_state_name[row->state], ours) != 0;)
		row->state++;
	return true;
}

static bool names_fit(struct reader *reader, const struct trail_row *row)
{
	for (int i = 0; i < FIELD_COUNT; i++)
		if ((i == FIELD_CASE || trail_field_kind((enum trail_field)i) != NAME_KINDS) && row->text[i] &&
			text_utf8_length(row->text[i]) > NAME_CHARS_MAX)
			return refuse(reader, trail_field_name[i], "is longer than 200 characters");
	return true;
}

static bool values_read(struct reader *reader, struct trail_row *row)
{
	for (int i = 0; i < FIELD_COUNT; i++)
		if (!value_read(reader, &reader->map->field[i], i == FIELD_STATE, &row->text[i]))
			return false;
	for (int i = 0; i < reader->map->keep_count; i++)
		if (!value_read(reader, &reader->map->keep[i], false, &row->kept[i]))
			return false;
	if (!row->text[FIELD_CASE])
		return refuse(reader, "case", "is missing");
	if (!row->text[FIELD_AT])
		return refuse(reader, "at", "is missing");
	return names_fit(reader, row);
}

bool trail_row_read(const struct trail_map *map, struct arena *arena, const struct csv *cells, int line, instant now,
	struct trail_row *row_r, const char **why_r)
{
	static const char *const channels[] = { "portal", "mail", "phone", "chat", "monitoring", "api", "import", NULL },
							 *const kinds[] = { "incident", "request", "consultation", NULL };
	struct reader reader = { map, arena, cells, why_r };
	memset(row_r, 0, sizeof(*row_r));
	row_r->line = line;
	row_r->opened_at = INSTANT_NONE;
	if (!values_read(&reader, row_r) || !date_read(&reader, FIELD_AT, row_r->text[FIELD_AT], now, &row_r->at))
		return false;
	if (row_r->text[FIELD_OPENED_AT] &&
		!date_read(&reader, FIELD_OPENED_AT, row_r->text[FIELD_OPENED_AT], now, &row_r->opened_at))
		return false;
	if (!state_read(&reader, row_r) ||
		!level_read(&reader, FIELD_PRIORITY, row_r->text[FIELD_PRIORITY], 4, &row_r->priority) ||
		!level_read(&reader, FIELD_IMPACT, row_r->text[FIELD_IMPACT], 3, &row_r->impact) ||
		!level_read(&reader, FIELD_URGENCY, row_r->text[FIELD_URGENCY], 3, &row_r->urgency) ||
		!choice_read(&reader, FIELD_CHANNEL, row_r->text[FIELD_CHANNEL], channels, &row_r->channel) ||
		!choice_read(&reader, FIELD_KIND, row_r->text[FIELD_KIND], kinds, &row_r->kind))
		return false;
	row_r->subject = cut(arena, template_fill(map, arena, row_r, map->subject), SUBJECT_CHARS_MAX);
	row_r->body = map->body ? template_fill(map, arena, row_r, map->body) : "";
	return true;
}

/* "<bytes>:<text>;" and "~;", as in the evidence of events: no two rows have the same form. */
static void digest_add(struct text_out *out, const char *text)
{
	if (!text) {
		text_append(out, "~;", 2);
		return;
	}
	size_t length = strlen(text);
	text_append_int(out, (int64_t)length);
	text_append_char(out, ':');
	text_append(out, text, length);
	text_append_char(out, ';');
}

void trail_row_digest(const struct trail_map *map, struct arena *arena, const struct trail_row *row,
	unsigned char digest[TRAIL_DIGEST_BYTES])
{
	struct text_out out;
	text_begin(&out, arena, 512);
	text_append(&out, (const char *)digest, TRAIL_DIGEST_BYTES);
	text_append_int(&out, row->at);
	text_append_char(&out, ';');
	if (row->opened_at != INSTANT_NONE)
		text_append_int(&out, row->opened_at);
	/* Dates count as instants, so that the same log written in another format stays the same log. */
	for (int i = 0; i < FIELD_COUNT; i++)
		if (i != FIELD_AT && i != FIELD_OPENED_AT)
			digest_add(&out, row->text[i]);
	for (int i = 0; i < map->keep_count; i++)
		digest_add(&out, row->kept[i]);
	INVARIANT(gnutls_hash_fast(GNUTLS_DIG_SHA256, out.data, out.length, digest) == 0);
}
