/* Owns: what a failure does on a graph that has been collected: who stops, who only loses redundancy, by which shortest
 * path, how surely; and the other paths to one CI. Pure arithmetic.
 * Refuses: to look anything up. */
#include "cmdb/impact/walk.h"

#include <string.h>

/* Judging each possible cause alone (walking down) is tried as long as it costs no more steps than this. */
#define ALONE_STEPS_MAX 4000000

/* Edges by the node that they lead away from: counted, then laid out. Stable, so that within a node they stay in the order
 * in which they were read: by type, then by the far CI. */
static void index_edges(struct arena *arena, const struct walk *walk, bool by_failing, int **edges_r, int **first_r)
{
	int *first = arena_array(arena, (size_t)walk->node_count + 2, sizeof(int));
	int *edges = arena_array(arena, (size_t)walk->edge_count + 1, sizeof(int));
	memset(first, 0, ((size_t)walk->node_count + 2) * sizeof(int));
	for (int i = 0; i < walk->edge_count; i++)
		first[(by_failing ? walk->edges[i].failing : walk->edges[i].hit) + 2]++;
	for (int i = 2; i < walk->node_count + 2; i++)
		first[i] += first[i - 1];
	for (int i = 0; i < walk->edge_count; i++)
		edges[first[(by_failing ? walk->edges[i].failing : walk->edges[i].hit) + 1]++] = i;
	*edges_r = edges;
	*first_r = first;
}

/* A member that was not reached is nobody's edge. */
static void tie_members(struct walk *walk)
{
	for (int i = 0; i < walk->member_count; i++) {
		struct walk_member *member = &walk->members[i];
		const struct walk_group *group = &walk->groups[member->group];
		int near = walk->upwards ? member->node : group->node;
		member->next = -1;
		if (member->node < 0 || group->node < 0)
			continue;
		for (int k = walk->forth_first[near]; k < walk->forth_first[near + 1]; k++) {
			struct walk_edge *edge = &walk->edges[walk->forth[k]];
			if (edge->failing != member->node || edge->hit != group->node ||
				strcmp(walk->types[edge->type].name, group->type) != 0)
				continue;
			member->next = edge->member;
			edge->member = i;
		}
	}
}

/* Does the failure of `edge->failing` pass to `edge->hit`? Counts the member as failed in each of its groups; one group
 * that has too few left is enough. */
static bool passes(struct walk *walk, const struct walk_edge *edge)
{
	bool passed = edge->member < 0;
	for (int m = edge->member; m >= 0; m = walk->members[m].next) {
		struct walk_group *group = &walk->groups[walk->members[m].group];
		group->failed++;
		passed = passed || group->living - group->failed < group->needed;
	}
	return passed;
}

static void enter(struct walk *walk, int node, int from, int type, enum walk_state state)
{
	struct walk_node *n = &walk->nodes[node];
	n->state = state;
	n->parent = from;
	n->type = type;
	n->depth = walk->nodes[from].depth + 1;
	walk->order[walk->reached++] = node;
}

/* Upwards: breadth first over those that stop; whoever lost a member but has enough others is noted as `waiting`. */
static void spread_down(struct walk *walk, int depth_max, struct walk_edge const **waiting, int *waiting_count)
{
	*waiting_count = 0;
	for (int at = -walk->start_count; at < walk->reached; at++) {
		int node = at < 0 ? at + walk->start_count : walk->order[at];
		if (walk->nodes[node].depth >= depth_max)
			continue;
		for (int k = walk->forth_first[node]; k < walk->forth_first[node + 1]; k++) {
			const struct walk_edge *edge = &walk->edges[walk->forth[k]];
			struct walk_node *hit = &walk->nodes[edge->hit];
			if (hit->gone)
				continue;
			if (!passes(walk, edge))
				waiting[(*waiting_count)++] = edge;
			else if (hit->state == WALK_UNTOUCHED)
				enter(walk, edge->hit, node, edge->type, WALK_DOWN);
		}
	}
	walk->down = walk->reached;
}

/* Then breadth first over those that have only lost redundancy and all that hang on them; a redundancy that has lost
 * nothing yet is not touched by a member at risk. */
static void spread_risk(struct walk *walk, int depth_max, struct walk_edge const *const *waiting, int waiting_count)
{
	for (int i = 0; i < waiting_count; i++)
		if (walk->nodes[waiting[i]->hit].state == WALK_UNTOUCHED)
			enter(walk, waiting[i]->hit, waiting[i]->failing, waiting[i]->type, WALK_AT_RISK);
	for (int at = walk->down; at < walk->reached; at++) {
		int node = walk->order[at];
		if (walk->nodes[node].depth >= depth_max)
			continue;
		for (int k = walk->forth_first[node]; k < walk->forth_first[node + 1]; k++) {
			const struct walk_edge *edge = &walk->edges[walk->forth[k]];
			const struct walk_node *hit = &walk->nodes[edge->hit];
			if (edge->member < 0 && !hit->gone && hit->state == WALK_UNTOUCHED)
				enter(walk, edge->hit, node, edge->type, WALK_AT_RISK);
		}
	}
}

/* Whether a relation with spare members holds back the failure of this one alone. */
static bool spared(const struct walk *walk, const struct walk_edge *edge)
{
	for (int m = edge->member; m >= 0; m = walk->members[m].next) {
		const struct walk_group *group = &walk->groups[walk->members[m].group];
		if (group->living - 1 < group->needed)
			return false;
	}
	return edge->member >= 0;
}

/* Downwards: first what is needed without any spare, then what stands behind redundancy. */
static void seek_down(struct walk *walk, int depth_max)
{
	for (int wave = WALK_DOWN; wave <= WALK_AT_RISK; wave++) {
		for (int at = -walk->start_count; at < walk->reached; at++) {
			int node = at < 0 ? at + walk->start_count : walk->order[at];
			if (walk->nodes[node].depth >= depth_max)
				continue;
			for (int k = walk->forth_first[node]; k < walk->forth_first[node + 1]; k++) {
				const struct walk_edge *edge = &walk->edges[walk->forth[k]];
				const struct walk_node *needed = &walk->nodes[edge->failing];
				if (!needed->gone && needed->state == WALK_UNTOUCHED && (wave == WALK_AT_RISK || !spared(walk, edge)))
					enter(walk, edge->failing, node, edge->type, (enum walk_state)wave);
			}
		}
		if (wave == WALK_DOWN)
			walk->down = walk->reached;
	}
}

/* Would the failure of this CI alone stop a start? `mark` has the number of the trial for each node that stopped. */
static bool stops_start(struct walk *walk, int cause, int *mark, int trial, int *queue, int64_t *steps)
{
	int count = 0;
	for (int i = 0; i < walk->group_count; i++)
		walk->groups[i].failed = 0;
	queue[count++] = cause;
	mark[cause] = trial;
	for (int at = 0; at < count; at++)
		for (int k = walk->back_first[queue[at]]; k < walk->back_first[queue[at] + 1]; k++) {
			const struct walk_edge *edge = &walk->edges[walk->back[k]];
			(*steps)++;
			if (walk->nodes[edge->hit].gone || !passes(walk, edge) || mark[edge->hit] == trial)
				continue;
			if (edge->hit < walk->start_count)
				return true;
			mark[edge->hit] = trial;
			queue[count++] = edge->hit;
		}
	return false;
}

/* What stands behind all members of a redundancy (the one switch of three servers) stops the start after all. Judged one by
 * one while that is affordable; DOWN then stands before AT_RISK again. */
static void judge_alone(struct arena *arena, struct walk *walk)
{
	int *mark = arena_array(arena, (size_t)walk->node_count + 1, sizeof(int));
	int *queue = arena_array(arena, (size_t)walk->node_count + 1, sizeof(int));
	int *later = arena_array(arena, (size_t)walk->node_count + 1, sizeof(int)), later_count = 0;
	int down = walk->down;
	int64_t steps = 0;
	memset(mark, 0, ((size_t)walk->node_count + 1) * sizeof(int));
	for (int i = walk->down; i < walk->reached; i++) {
		int node = walk->order[i];
		if (steps < ALONE_STEPS_MAX && stops_start(walk, node, mark, i + 1, queue, &steps)) {
			walk->nodes[node].state = WALK_DOWN;
			walk->order[down++] = node;
		} else {
			later[later_count++] = node;
		}
	}
	memcpy(walk->order + down, later, (size_t)later_count * sizeof(int));
	walk->down = down;
}

/* The best product of strengths, by relaxation until nothing improves; each relation weakens or keeps, so it ends. */
static void strengthen(struct arena *arena, struct walk *walk)
{
	bool weak = false;
	for (int i = 0; i < walk->type_count; i++)
		weak = weak || walk->types[i].strength < 1;
	for (int i = 0; i < walk->node_count; i++)
		walk->nodes[i].sure = !weak || i < walk->start_count ? 1 : 0;
	if (!weak)
		return;
	int room = walk->node_count + 1, head = 0, waiting = 0;
	int *queue = arena_array(arena, (size_t)room, sizeof(int));
	bool *queued = arena_array(arena, (size_t)room, sizeof(bool));
	memset(queued, 0, (size_t)room * sizeof(bool));
	for (int i = 0; i < walk->start_count; i++)
		queue[waiting++] = i;
	while (waiting > 0) {
		int node = queue[head];
		waiting--;
		head = (head + 1) % room;
		queued[node] = false;
		for (int k = walk->forth_first[node]; k < walk->forth_first[node + 1]; k++) {
			const struct walk_edge *edge = &walk->edges[walk->forth[k]];
			int far = walk->upwards ? edge->hit : edge->failing;
			double sure = walk->nodes[node].sure * walk->types[edge->type].strength;
			if (walk->nodes[far].state == WALK_UNTOUCHED || sure <= walk->nodes[far].sure)
				continue;
			walk->nodes[far].sure = sure;
			if (!queued[far]) {
				queued[far] = true;
				queue[(head + waiting++) % room] = far;
			}
		}
	}
}

void walk_spread(struct arena *arena, struct walk *walk, int depth_max)
{
	for (int i = 0; i < walk->edge_count; i++)
		walk->edges[i].member = -1;
	for (int i = 0; i < walk->group_count; i++)
		walk->groups[i].failed = 0;
	for (int i = 0; i < walk->node_count; i++) {
		struct walk_node *node = &walk->nodes[i];
		node->state = i < walk->start_count ? WALK_DOWN : WALK_UNTOUCHED;
		node->depth = 0;
		node->parent = node->type = -1;
	}
	index_edges(arena, walk, walk->upwards, &walk->forth, &walk->forth_first);
	index_edges(arena, walk, !walk->upwards, &walk->back, &walk->back_first);
	tie_members(walk);
	walk->order = arena_array(arena, (size_t)walk->node_count + 1, sizeof(int));
	walk->reached = walk->down = 0;
	if (walk->upwards) {
		int count;
		struct walk_edge const **waiting = arena_array(arena, (size_t)walk->edge_count + 1, sizeof(*waiting));
		spread_down(walk, depth_max, waiting, &count);
		spread_risk(walk, depth_max, waiting, count);
	} else {
		seek_down(walk, depth_max);
		judge_alone(arena, walk);
	}
	strengthen(arena, walk);
	if (walk->reached > WALK_REACHED_MAX) {
		walk->reached = WALK_REACHED_MAX;
		walk->down = walk->down > WALK_REACHED_MAX ? WALK_REACHED_MAX : walk->down;
		walk->cut = true;
	}
}

/* Search for paths: partial ones wait in a queue, shortest first; each knows the one that it prolongs. */
struct partial {
	int node, edge, before, length;
};
#define PARTIAL_MAX 50000

static bool stands_on(const struct partial *partials, int at, int node)
{
	for (; at >= 0; at = partials[at].before)
		if (partials[at].node == node)
			return true;
	return false;
}

/* Nodes from which `target` can still be reached, so that no other is followed. */
static bool *leads_to(struct arena *arena, const struct walk *walk, int target)
{
	bool *leads = arena_array(arena, (size_t)walk->node_count + 1, sizeof(bool));
	int *queue = arena_array(arena, (size_t)walk->node_count + 1, sizeof(int)), count = 0;
	memset(leads, 0, (size_t)walk->node_count + 1);
	leads[target] = true;
	queue[count++] = target;
	for (int at = 0; at < count; at++)
		for (int k = walk->back_first[queue[at]]; k < walk->back_first[queue[at] + 1]; k++) {
			const struct walk_edge *edge = &walk->edges[walk->back[k]];
			int nearer = walk->upwards ? edge->failing : edge->hit;
			if (leads[nearer] || (nearer >= walk->start_count && walk->nodes[nearer].state == WALK_UNTOUCHED))
				continue;
			leads[nearer] = true;
			queue[count++] = nearer;
		}
	return leads;
}

int walk_paths(struct arena *arena, const struct walk *walk, int node, int most, int ***paths_r, int **lengths_r)
{
	struct partial *partials = arena_array(arena, PARTIAL_MAX, sizeof(struct partial));
	bool *leads = leads_to(arena, walk, node);
	int count = 0, found = 0;
	*paths_r = arena_array(arena, (size_t)most, sizeof(int *));
	*lengths_r = arena_array(arena, (size_t)most, sizeof(int));
	for (int i = 0; i < walk->start_count && count < PARTIAL_MAX; i++)
		partials[count++] = (struct partial){ i, -1, -1, 0 };
	for (int at = 0; at < count && found < most; at++) {
		if (partials[at].node == node && partials[at].length > 0) {
			int *path = arena_array(arena, (size_t)partials[at].length, sizeof(int));
			for (int step = at; partials[step].length > 0; step = partials[step].before)
				path[partials[step].length - 1] = partials[step].edge;
			(*paths_r)[found] = path;
			(*lengths_r)[found++] = partials[at].length;
			continue;
		}
		if (partials[at].length >= WALK_DEPTH_MAX)
			continue;
		for (int k = walk->forth_first[partials[at].node]; k < walk->forth_first[partials[at].node + 1]; k++) {
			const struct walk_edge *edge = &walk->edges[walk->forth[k]];
			int far = walk->upwards ? edge->hit : edge->failing;
			if (!leads[far] || far < walk->start_count || count >= PARTIAL_MAX || stands_on(partials, at, far))
				continue;
			partials[count++] = (struct partial){ far, walk->forth[k], at, partials[at].length + 1 };
		}
	}
	return found;
}
