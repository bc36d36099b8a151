/* The map of another system's log: which columns mean what, and how its values are written.
 * Owns: the parsed map. Refuses: members it does not know, a map that names no case, instant or state, values of
 * ours that do not exist; every fault with the JSON pointer of the member. Source: docs/import-event-log.md. */
#ifndef VAKHTA_IMPORT_MAP_H
#define VAKHTA_IMPORT_MAP_H

#include "base/ctx.h"
#include "import/date.h"

#include <jansson.h>
#include <stddef.h>

#define TRAIL_KEEP_MAX 40
#define TRAIL_PRIORITIES 4

enum trail_field {
	FIELD_CASE,
	FIELD_AT,
	FIELD_STATE,
	FIELD_TEAM,
	FIELD_PERSON,
	FIELD_REPORTER,
	FIELD_OPENED_AT,
	FIELD_OPENED_BY,
	FIELD_AUTHOR,
	FIELD_PRIORITY,
	FIELD_IMPACT,
	FIELD_URGENCY,
	FIELD_CATEGORY,
	FIELD_CI,
	FIELD_SUPPLIER,
	FIELD_CHANNEL,
	FIELD_KIND,
	FIELD_COUNT
};
extern const char *const trail_field_name[FIELD_COUNT];

/* Our states in the order of the database's type; KEEP: the row does not change the state. */
enum trail_state {
	TRAIL_NEW,
	TRAIL_IN_PROGRESS,
	TRAIL_WAITING_REPORTER,
	TRAIL_WAITING_SUPPLIER,
	TRAIL_RESOLVED,
	TRAIL_CLOSED,
	TRAIL_CANCELLED,
	TRAIL_STATES,
	TRAIL_KEEP = TRAIL_STATES
};
extern const char *const trail_state_name[TRAIL_STATES + 1];

struct trail_pair {
	const char *theirs, *ours;
};

struct trail_column {
	const char *name;           /* of the field, or of what is kept */
	const char *heading;        /* NULL: by position */
	int position;               /* from 1; 0: not in the file. Set for headings by trail_map_bind */
	const char *constant;       /* the same for every row; NULL: none */
	const char *or_else;        /* value of a cell that is missing; NULL: stays missing */
	const char *before, *after; /* text around a value that is not missing; NULL: none */
	struct trail_pair *values;  /* theirs to ours; "*" stands for every other value */
	int value_count;
};

struct trail_targets {
	int64_t response_s, resolution_s, ola_s; /* 0: none */
};

struct trail_map {
	const char *source;
	char delimiter; /* 0: found from the first line */
	const char *encoding;
	bool has_heading, by_instant;
	const char **missing;
	int missing_count;
	struct trail_dates *dates;
	struct trail_column field[FIELD_COUNT];
	struct trail_column keep[TRAIL_KEEP_MAX];
	int keep_count;
	const char *subject, *body; /* with {names} */
	const char *unknown_person, *unknown_team, *ci_class, *language, *person_zone;
	int team_level;
	struct trail_pair *team_levels;
	int team_level_count;
	bool has_targets;
	const char *calendar_key;  /* of a calendar that is there, or */
	const char *calendar_body; /* its JSON */
	struct trail_targets targets[TRAIL_PRIORITIES + 1];
};

/* Whether a field is in the file or constant. */
bool trail_column_given(const struct trail_column *column);
/* Looks a value up: the pair, the "*" pair, or NULL. */
const char *trail_pair_find(const struct trail_pair *pairs, int count, const char *theirs);

/* Reads the file; everything lives in the context's arena. `source_or_null` overrides the map's own. NULL: see
 * ctx->error. */
struct trail_map *trail_map_read(struct ctx *ctx, const char *path, const char *source_or_null) MUST_CHECK;

/* Finds the columns that are named by heading. `cells`: the first record. Fails: a heading that is not there, or
 * stands twice; a position behind the last column. */
bool trail_map_bind(struct ctx *ctx, struct trail_map *map, const char *const *cells, int count) MUST_CHECK;

/* Part of trail_map_read: the section "columns" and the like (map_columns.c). */
bool trail_column_read(
	struct ctx *ctx, const char *pointer, const json_t *value, struct trail_column *column_r) MUST_CHECK;
bool trail_pairs_read(
	struct ctx *ctx, const char *pointer, const json_t *object, struct trail_pair **pairs_r, int *count_r) MUST_CHECK;
/* Refuses members of an object that are not among `known` (NULL-terminated). */
bool trail_members_known(
	struct ctx *ctx, const char *pointer, const json_t *object, const char *const *known) MUST_CHECK;

#endif
