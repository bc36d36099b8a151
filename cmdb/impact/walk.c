/* Owns: collecting the graph of a walk: levels of CIs, the relations between them, redundancy groups on the way. Each
 * level is one round trip of three statements. What a failure does on it is walk_spread's.
 * Refuses: to read names or anything else of a CI. */
#include "cmdb/impact/walk.h"

#include "base/text.h"
#include "cmdb/impact/walk.sql.h"
#include "db/query.h"

#include <stdlib.h>
#include <string.h>

/* What grows while the graph is collected. Arrays double in the arena. */
struct collect {
	struct ctx *ctx;
	struct walk *walk;
	int node_room, edge_room, type_room, group_room, member_room;
	int *slots; /* open addressing: index of a node + 1 */
	int slot_count;
};

static void *grown(struct arena *arena, void *old, int count, int *room, size_t size)
{
	if (count < *room)
		return old;
	int wider = *room ? *room * 2 : 64;
	void *new = arena_array(arena, (size_t)wider, size);
	if (count > 0)
		memcpy(new, old, (size_t)count * size);
	*room = wider;
	return new;
}

static int slot_of(const struct collect *c, int64_t id)
{
	uint64_t mask = (uint64_t)c->slot_count - 1, at = ((uint64_t)id * 0x9e3779b97f4a7c15u) >> 20 & mask;
	while (c->slots[at] && c->walk->nodes[c->slots[at] - 1].id != id)
		at = (at + 1) & mask;
	return (int)at;
}

static void widen_slots(struct collect *c)
{
	c->slot_count = c->slot_count ? c->slot_count * 4 : 1024;
	c->slots = arena_array(c->ctx->arena, (size_t)c->slot_count, sizeof(int));
	memset(c->slots, 0, (size_t)c->slot_count * sizeof(int));
	for (int i = 0; i < c->walk->node_count; i++)
		c->slots[slot_of(c, c->walk->nodes[i].id)] = i + 1;
}

static int find_node(const struct collect *c, int64_t id)
{
	return c->slots[slot_of(c, id)] - 1;
}

static int add_node(struct collect *c, int64_t id, int level)
{
	struct walk *walk = c->walk;
	int at = slot_of(c, id);
	if (c->slots[at])
		return c->slots[at] - 1;
	walk->nodes = grown(c->ctx->arena, walk->nodes, walk->node_count, &c->node_room, sizeof(struct walk_node));
	walk->nodes[walk->node_count] = (struct walk_node){ .id = id, .level = level, .parent = -1, .type = -1 };
	c->slots[at] = ++walk->node_count;
	if (walk->node_count * 2 > c->slot_count)
		widen_slots(c);
	return walk->node_count - 1;
}

static int add_type(struct collect *c, const char *name, double strength)
{
	struct walk *walk = c->walk;
	for (int i = 0; i < walk->type_count; i++)
		if (strcmp(walk->types[i].name, name) == 0)
			return i;
	walk->types = grown(c->ctx->arena, walk->types, walk->type_count, &c->type_room, sizeof(struct walk_type));
	walk->types[walk->type_count] = (struct walk_type){ name, strength };
	return walk->type_count++;
}

/* The next number of "{1,2,3}"; false at the end. */
static bool next_id(const char **text, int64_t *id_r)
{
	while (**text == '{' || **text == ',')
		(*text)++;
	if (**text == '}' || **text == '\0')
		return false;
	char *end;
	*id_r = strtoll(*text, &end, 10);
	INVARIANT(end != *text);
	*text = end;
	return true;
}

static void add_edge(struct collect *c, int failing, int hit, int type)
{
	struct walk *walk = c->walk;
	walk->edges = grown(c->ctx->arena, walk->edges, walk->edge_count, &c->edge_room, sizeof(struct walk_edge));
	walk->edges[walk->edge_count++] = (struct walk_edge){ failing, hit, type, -1 };
}

/* Relations of the level just read. Those of CIs that had ended do not count; the far end becomes a node of the next level,
 * unless the walk is full. */
static void take_edges(struct collect *c, const struct rows *rows, int level, bool last)
{
	for (int row = 0; row < rows_count(rows); row++) {
		int type = add_type(c, rows_text(rows, row, 0), strtod(rows_text(rows, row, 1), NULL));
		const char *failing = rows_text(rows, row, 2), *hit = rows_text(rows, row, 3);
		int64_t failing_id, hit_id;
		while (next_id(&failing, &failing_id) && next_id(&hit, &hit_id)) {
			int known = find_node(c, c->walk->upwards ? failing_id : hit_id);
			int64_t far = c->walk->upwards ? hit_id : failing_id;
			INVARIANT(known >= 0);
			if (c->walk->nodes[known].gone)
				continue;
			int other = find_node(c, far);
			if (other < 0 && (last || c->walk->node_count - c->walk->start_count > WALK_REACHED_MAX)) {
				c->walk->cut = c->walk->cut || !last;
				continue;
			}
			if (other < 0)
				other = add_node(c, far, level + 1);
			add_edge(c, c->walk->upwards ? known : other, c->walk->upwards ? other : known, type);
		}
	}
}

static void take_groups(struct collect *c, const struct rows *rows)
{
	struct walk *walk = c->walk;
	for (int row = 0; row < rows_count(rows); row++) {
		int64_t id = rows_int(rows, row, 0), member;
		bool known = false;
		for (int i = 0; i < walk->group_count && !known; i++)
			known = walk->groups[i].id == id;
		if (known)
			continue;
		walk->groups = grown(c->ctx->arena, walk->groups, walk->group_count, &c->group_room, sizeof(struct walk_group));
		walk->groups[walk->group_count] = (struct walk_group){ .id = id,
			.ci = rows_int(rows, row, 1),
			.type = rows_text(rows, row, 2),
			.name = rows_text(rows, row, 3),
			.needed = (int)rows_int(rows, row, 4),
			.living = (int)rows_int(rows, row, 5) };
		const char *members = rows_text(rows, row, 6);
		while (next_id(&members, &member)) {
			walk->members = grown(
				c->ctx->arena, walk->members, walk->member_count, &c->member_room, sizeof(struct walk_member));
			walk->members[walk->member_count++] = (struct walk_member){ .ci = member, .group = walk->group_count };
		}
		walk->group_count++;
	}
}

/* Nodes of redundancy groups and members, now that all are known. */
static void find_members(struct collect *c)
{
	for (int i = 0; i < c->walk->group_count; i++)
		c->walk->groups[i].node = find_node(c, c->walk->groups[i].ci);
	for (int i = 0; i < c->walk->member_count; i++)
		c->walk->members[i].node = find_node(c, c->walk->members[i].ci);
}

/* One level: its relations, its redundancy groups and which of it had ended. The last level adds no CIs, but relations
 * between those that are there. */
static bool read_level(struct collect *c, const int64_t *frontier, int count, instant at, int level, bool last)
{
	struct ctx *ctx = c->ctx;
	struct query_args edges = query_args(ctx), groups = query_args(ctx), gone = query_args(ctx);
	arg_ints(&gone, frontier, count);
	arg_instant(&gone, at);
	arg_ints(&edges, frontier, count);
	arg_bool(&edges, c->walk->upwards);
	arg_instant(&edges, at);
	arg_ints(&groups, frontier, count);
	arg_bool(&groups, c->walk->upwards);
	arg_instant(&groups, at);
	struct query_step steps[3] = { { QUERY_WALK_GONE, &gone, NULL }, { QUERY_WALK_GROUPS, &groups, NULL },
		{ QUERY_WALK_EDGES, &edges, NULL } };
	if (!query_pipeline(ctx, steps, 3))
		return false;
	if (!rows_null(steps[0].rows, 0, 0)) {
		const char *ids = rows_text(steps[0].rows, 0, 0);
		int64_t id;
		/* A start that had ended is asked about all the same. */
		while (next_id(&ids, &id))
			c->walk->nodes[find_node(c, id)].gone = level > 0;
	}
	take_groups(c, steps[1].rows);
	take_edges(c, steps[2].rows, level, last);
	return true;
}

static bool mark_services(struct collect *c)
{
	struct ctx *ctx = c->ctx;
	int64_t *ids = arena_array(ctx->arena, (size_t)c->walk->node_count + 1, sizeof(int64_t)), id;
	for (int i = 0; i < c->walk->node_count; i++)
		ids[i] = c->walk->nodes[i].id;
	struct query_args args = query_args(ctx);
	arg_ints(&args, ids, c->walk->node_count);
	struct rows *rows = query_one(ctx, QUERY_WALK_SERVICES, &args);
	if (!rows)
		return false;
	const char *services = rows_null(rows, 0, 0) ? "{}" : rows_text(rows, 0, 0);
	while (next_id(&services, &id)) {
		int node = find_node(c, id);
		if (node >= 0)
			c->walk->nodes[node].service = true;
	}
	return true;
}

static bool add_starts(struct collect *c, const int64_t *starts, int count, instant at)
{
	struct query_args args = query_args(c->ctx);
	arg_ints(&args, starts, count);
	arg_instant(&args, at);
	struct rows *rows = query_run(c->ctx, QUERY_WALK_STARTED, &args);
	if (!rows)
		return false;
	for (int i = 0; i < rows_count(rows); i++)
		add_node(c, rows_int(rows, i, 0), 0);
	c->walk->start_count = c->walk->node_count;
	return true;
}

bool walk_run(struct ctx *ctx, const int64_t *starts, int start_count, bool upwards, int depth_max, instant at,
	struct walk *walk_r)
{
	INVARIANT(start_count <= WALK_STARTS_MAX && depth_max <= WALK_DEPTH_MAX);
	struct collect c = { .ctx = ctx, .walk = walk_r };
	*walk_r = (struct walk){ .upwards = upwards };
	widen_slots(&c);
	if (!add_starts(&c, starts, start_count, at))
		return false;
	int done = 0;
	for (int level = 0; level <= depth_max && done < walk_r->node_count; level++) {
		int count = walk_r->node_count - done;
		int64_t *frontier = arena_array(ctx->arena, (size_t)count, sizeof(int64_t));
		for (int i = 0; i < count; i++)
			frontier[i] = walk_r->nodes[done + i].id;
		done = walk_r->node_count;
		if (!read_level(&c, frontier, count, at, level, level == depth_max))
			return false;
	}
	if (!mark_services(&c))
		return false;
	find_members(&c);
	walk_spread(ctx->arena, walk_r, depth_max);
	return true;
}

int walk_find(const struct walk *walk, int64_t id)
{
	for (int i = 0; i < walk->node_count; i++)
		if (walk->nodes[i].id == id)
			return i;
	return -1;
}
