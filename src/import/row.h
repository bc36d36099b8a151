/* One record of a log as one update of one case, through the map.
 * Refuses (the row, with the field and the reason): no case or instant, a date or value that the map does not cover,
 * an instant in the future, text that is too long. */
#ifndef VAKHTA_IMPORT_ROW_H
#define VAKHTA_IMPORT_ROW_H

#include "base/arena.h"
#include "cmdb/csv.h"
#include "import/map.h"

#define TRAIL_VALUE_BYTES_MAX 800 /* of one value; names and case ids are at most 200 characters */

/* Names that stand for rows of ours. */
enum trail_name { NAME_PERSON, NAME_TEAM, NAME_CATEGORY, NAME_CI, NAME_SUPPLIER, NAME_KINDS };

struct trail_row {
	int line;
	const char *text[FIELD_COUNT]; /* as mapped; NULL: missing. FIELD_STATE is theirs */
	const char *kept[TRAIL_KEEP_MAX];
	enum trail_state state;
	instant at, opened_at;         /* opened_at INSTANT_NONE: not said */
	int priority, impact, urgency; /* 0: not said */
	const char *channel, *kind;    /* ours; NULL: not said */
	const char *subject, *body;
	/* Rows of ours, once the names are known; 0: not said. */
	int64_t team, person, reporter, opened_by, author, category, ci, supplier;
};

/* False: refused, "/field: reason" in *why_r; text[FIELD_CASE] is set if the case could be told. */
bool trail_row_read(const struct trail_map *map, struct arena *arena, const struct csv *cells, int line, instant now,
	struct trail_row *row_r, const char **why_r);

/* What a rerun compares: SHA-256 over the digest before and everything the row says through the map. */
#define TRAIL_DIGEST_BYTES 32
void trail_row_digest(const struct trail_map *map, struct arena *arena, const struct trail_row *row,
	unsigned char digest[TRAIL_DIGEST_BYTES]);

/* Which kind of name a field is; NAME_KINDS: none. */
enum trail_name trail_field_kind(enum trail_field field);
/* Where its id goes. */
int64_t *trail_row_id(struct trail_row *row, enum trail_field field);

#endif
