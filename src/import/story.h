/* What the rows of one case mean as the life of one ticket: its events, handovers, periods of ownership and final
 * state. No I/O. An owner is whom a row names; when a case has left "new" and the row names nobody, the placeholder
 * person of the source. A change of owner, or of the team of an owned ticket, is a handover. A row whose instant is
 * before that of the row above counts as simultaneous with it, so that events stand in the order of the log and of
 * time.
 * Source: docs/import-event-log.md, product.md (invariants 1 and 2). */
#ifndef VAKHTA_IMPORT_STORY_H
#define VAKHTA_IMPORT_STORY_H

#include "base/arena.h"
#include "import/row.h"

enum trail_event_type {
	TRAIL_OPENED,
	TRAIL_IMPORTED,
	TRAIL_EDITED,
	TRAIL_PRIORITY_CHANGED,
	TRAIL_CI_UNLINKED,
	TRAIL_CI_LINKED,
	TRAIL_REOPENED,
	TRAIL_TEAM_CHANGED,
	TRAIL_HANDOVER,
	TRAIL_TAKEN,
	TRAIL_INTRODUCED,
	TRAIL_WAITING,
	TRAIL_RESUMED,
	TRAIL_RESOLVED_EVENT,
	TRAIL_CLOSED_EVENT,
	TRAIL_CANCELLED_EVENT,
};

/* What a ticket says at one point of its story. */
struct trail_face {
	enum trail_state status;
	int64_t team, owner, reporter, category, ci;
	int priority, impact, urgency;
	const char *subject;
};

struct trail_event {
	enum trail_event_type type;
	int row;
	instant at;
	int handover;                  /* of TRAIL_HANDOVER: its index */
	struct trail_face before, now; /* around what it tells of */
};

struct trail_handover {
	int row;
	instant at;
	int64_t from, to, to_team, new_owner; /* to or to_team is 0 */
	int64_t id;                           /* the loader's */
};

struct trail_ownership {
	int row;
	int64_t person;
	int64_t from_us; /* microseconds since 1970: several moves in one second keep their order */
	int handover;    /* index; -1: taken */
};

struct trail_story {
	struct trail_event *events;
	struct trail_handover *handovers;
	struct trail_ownership *ownerships;
	int event_count, handover_count, ownership_count;
	int event_room, handover_room, ownership_room;
	/* at the end */
	struct trail_face face;
	instant opened_at, updated_at, resolved_at, closed_at; /* the last two INSTANT_NONE: not so */
	int resolution_count, reopen_count, move_count;
};

/* What holds for every ticket of a run. */
struct trail_setting {
	int64_t nobody, no_team; /* the source's placeholders */
	bool introduces;         /* a take counts as the first answer: the map has targets of response */
	int matrix[4][4];        /* priority by impact and urgency, from 1 */
};

/* Names are resolved (ids in the rows); the first row says a priority, or both impact and urgency. */
struct trail_story *trail_story_tell(
	struct arena *arena, const struct trail_row *rows, int count, const struct trail_setting *setting);

#endif
