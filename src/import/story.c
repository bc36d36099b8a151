/* Owns: one walk over the rows. Refuses: columns that other systems fill in from the end (resolved at, closed at):
 * only what a row says at its own instant counts. */
#include "import/story.h"

#include "base/ctx.h"

#include <stdlib.h>
#include <string.h>

struct walk {
	struct arena *arena;
	struct trail_story *story;
	struct trail_face face;
	enum trail_state said;         /* the state of the last row that said one */
	int priority, impact, urgency; /* as last said; 0: never */
	const struct trail_row *row;
	int index;
	instant at;
	const struct trail_setting *setting;
};

static void *room_for_one(struct arena *arena, void *array, int count, int *room, size_t size_bytes)
{
	if (count < *room)
		return array;
	*room = *room == 0 ? 16 : 2 * *room;
	void *larger = arena_array(arena, (size_t)*room, size_bytes);
	if (count > 0)
		memcpy(larger, array, (size_t)count * size_bytes);
	return larger;
}

/* Appends an event that leads from `before` to the face as it is now. */
static struct trail_event *tell(struct walk *walk, enum trail_event_type type, const struct trail_face *before)
{
	struct trail_story *story = walk->story;
	story->events =
		room_for_one(walk->arena, story->events, story->event_count, &story->event_room, sizeof(*story->events));
	struct trail_event *event = &story->events[story->event_count++];
	*event = (struct trail_event){ type, walk->index, walk->at, -1, *before, walk->face };
	return event;
}

static void own(struct walk *walk, int handover)
{
	struct trail_story *story = walk->story;
	int64_t from_us = walk->at * 1000000;
	if (story->ownership_count > 0 && story->ownerships[story->ownership_count - 1].from_us >= from_us)
		from_us = story->ownerships[story->ownership_count - 1].from_us + 1;
	story->ownerships = room_for_one(
		walk->arena, story->ownerships, story->ownership_count, &story->ownership_room, sizeof(*story->ownerships));
	story->ownerships[story->ownership_count++] =
		(struct trail_ownership){ walk->index, walk->face.owner, from_us, handover };
}

/* What was never said follows from what was, by the matrix. */
static void complete_priority(struct walk *walk)
{
	const struct trail_row *row = walk->row;
	struct trail_face *face = &walk->face;
	int best = 100;
	walk->priority = row->priority ? row->priority : walk->priority;
	walk->impact = row->impact ? row->impact : walk->impact;
	walk->urgency = row->urgency ? row->urgency : walk->urgency;
	face->impact = walk->impact ? walk->impact : 2;
	face->urgency = walk->urgency ? walk->urgency : 2;
	for (int impact = 1; impact <= 3 && walk->priority; impact++)
		for (int urgency = 1; urgency <= 3; urgency++) {
			int skew = 4 * abs(impact - urgency) - impact;
			if (walk->setting->matrix[impact][urgency] != walk->priority || skew >= best ||
				(walk->impact && impact != walk->impact) || (walk->urgency && urgency != walk->urgency))
				continue;
			best = skew;
			face->impact = impact;
			face->urgency = urgency;
		}
	face->priority = walk->priority ? walk->priority : walk->setting->matrix[face->impact][face->urgency];
}

static void open_ticket(struct walk *walk)
{
	const struct trail_row *row = walk->row;
	walk->face = (struct trail_face){ .status = TRAIL_NEW,
		.team = row->team ? row->team : walk->setting->no_team,
		.reporter = row->reporter ? row->reporter : walk->setting->nobody,
		.category = row->category,
		.ci = row->ci,
		.subject = row->subject };
	complete_priority(walk);
	walk->said = TRAIL_NEW;
	instant first = walk->at;
	if (row->opened_at != INSTANT_NONE && row->opened_at < walk->at)
		walk->at = row->opened_at;
	walk->story->opened_at = walk->at;
	tell(walk, TRAIL_OPENED, &walk->face);
	walk->at = first;
}

/* What changed beside state, team and owner. A cell that is missing says nothing. */
static void change_fields(struct walk *walk)
{
	const struct trail_row *row = walk->row;
	struct trail_face before = walk->face, *face = &walk->face;
	face->reporter = row->reporter ? row->reporter : face->reporter;
	face->category = row->category ? row->category : face->category;
	face->subject = row->subject;
	if (face->reporter != before.reporter || face->category != before.category ||
		strcmp(face->subject, before.subject) != 0)
		tell(walk, TRAIL_EDITED, &before);
	before = *face;
	complete_priority(walk);
	if (face->priority != before.priority)
		tell(walk, TRAIL_PRIORITY_CHANGED, &before);
	else if (face->impact != before.impact || face->urgency != before.urgency)
		tell(walk, TRAIL_EDITED, &before);
	before = *face;
	if (row->ci && row->ci != face->ci) {
		face->ci = row->ci;
		if (before.ci)
			tell(walk, TRAIL_CI_UNLINKED, &before);
		tell(walk, TRAIL_CI_LINKED, &before);
	}
}

static void hand_over(struct walk *walk, const struct trail_face *before)
{
	struct trail_story *story = walk->story;
	bool owner_moved = walk->face.owner != before->owner, team_moved = walk->face.team != before->team;
	/* A team that names nobody yet was given the case as a team. */
	bool to_team = team_moved && (!owner_moved || walk->face.owner == walk->setting->nobody);
	story->handovers = room_for_one(
		walk->arena, story->handovers, story->handover_count, &story->handover_room, sizeof(*story->handovers));
	story->handovers[story->handover_count] = (struct trail_handover){ walk->index, walk->at, before->owner,
		to_team ? 0 : walk->face.owner, to_team ? walk->face.team : 0, walk->face.owner, 0 };
	tell(walk, TRAIL_HANDOVER, before)->handover = story->handover_count;
	if (owner_moved) {
		own(walk, story->handover_count);
		story->move_count++;
	}
	story->handover_count++;
}

static void move_ownership(struct walk *walk, enum trail_state to)
{
	const struct trail_row *row = walk->row;
	struct trail_face before = walk->face;
	bool needs_owner = before.owner || (to != TRAIL_NEW && to != TRAIL_CANCELLED);
	int64_t team = row->team ? row->team : walk->setting->no_team,
			owner = row->person ? row->person
		: needs_owner           ? walk->setting->nobody
								: 0;
	if (before.owner) {
		walk->face.team = team;
		walk->face.owner = owner;
		if (team != before.team || owner != before.owner)
			hand_over(walk, &before);
		return;
	}
	walk->face.team = team;
	if (team != before.team)
		tell(walk, TRAIL_TEAM_CHANGED, &before);
	if (!owner)
		return;
	before = walk->face;
	walk->face.owner = owner;
	walk->face.status = before.status == TRAIL_NEW ? TRAIL_IN_PROGRESS : before.status;
	tell(walk, TRAIL_TAKEN, &before);
	own(walk, -1);
	if (walk->setting->introduces)
		tell(walk, TRAIL_INTRODUCED, &before);
}

static bool is_over(enum trail_state state)
{
	return state == TRAIL_RESOLVED || state == TRAIL_CLOSED || state == TRAIL_CANCELLED;
}

static void step(struct walk *walk, enum trail_event_type type, enum trail_state to)
{
	struct trail_face before = walk->face;
	walk->face.status = to;
	tell(walk, type, &before);
}

static void reopen(struct walk *walk)
{
	step(walk, TRAIL_REOPENED, TRAIL_IN_PROGRESS);
	walk->story->reopen_count++;
	walk->story->resolved_at = walk->story->closed_at = INSTANT_NONE;
}

static void move_state(struct walk *walk, enum trail_state to)
{
	struct trail_story *story = walk->story;
	enum trail_state from = walk->face.status;
	if (from == to)
		return;
	switch (to) {
	case TRAIL_NEW:
	case TRAIL_IN_PROGRESS:
		if (from == TRAIL_WAITING_REPORTER || from == TRAIL_WAITING_SUPPLIER)
			step(walk, TRAIL_RESUMED, TRAIL_IN_PROGRESS);
		break;
	case TRAIL_WAITING_REPORTER:
	case TRAIL_WAITING_SUPPLIER:
		step(walk, TRAIL_WAITING, to);
		break;
	case TRAIL_RESOLVED:
	case TRAIL_CLOSED:
		if (from != TRAIL_RESOLVED) {
			step(walk, TRAIL_RESOLVED_EVENT, TRAIL_RESOLVED);
			story->resolution_count++;
			story->resolved_at = walk->at;
		}
		if (to == TRAIL_CLOSED) {
			step(walk, TRAIL_CLOSED_EVENT, TRAIL_CLOSED);
			story->closed_at = walk->at;
		}
		break;
	default:
		step(walk, TRAIL_CANCELLED_EVENT, TRAIL_CANCELLED);
		story->closed_at = walk->at;
	}
}

/* Whether the ticket must be opened again before it can be in the state. */
static bool must_reopen(enum trail_state from, enum trail_state to)
{
	return is_over(from) && from != to && !(from == TRAIL_RESOLVED && is_over(to));
}

static void tell_row(struct walk *walk)
{
	const struct trail_row *row = walk->row;
	bool first = walk->index == 0;
	if (first)
		open_ticket(walk);
	tell(walk, TRAIL_IMPORTED, &walk->face);
	if (!first)
		change_fields(walk);
	if (row->state != TRAIL_KEEP)
		walk->said = row->state;
	enum trail_state to = walk->said;
	/* What was taken, or was ever more than new, never becomes new again. */
	if (to == TRAIL_NEW && (row->person || walk->face.owner || walk->face.status != TRAIL_NEW))
		to = TRAIL_IN_PROGRESS;
	if (must_reopen(walk->face.status, to))
		reopen(walk);
	move_ownership(walk, to);
	move_state(walk, to);
}

struct trail_story *trail_story_tell(
	struct arena *arena, const struct trail_row *rows, int count, const struct trail_setting *setting)
{
	struct trail_story *story = arena_alloc(arena, sizeof(*story));
	struct walk walk = { .arena = arena, .story = story, .setting = setting };
	INVARIANT(count > 0);
	story->resolved_at = story->closed_at = INSTANT_NONE;
	walk.at = rows[0].at;
	for (int i = 0; i < count; i++) {
		walk.row = &rows[i];
		walk.index = i;
		if (rows[i].at > walk.at)
			walk.at = rows[i].at;
		tell_row(&walk);
	}
	story->face = walk.face;
	story->updated_at = walk.at;
	return story;
}
