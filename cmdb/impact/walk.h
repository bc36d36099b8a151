/* A walk along relations from one or several CIs, level by level, each level one round trip; and what a failure does on
 * the graph that was found: who is down, who has only lost redundancy, by which shortest path and how surely.
 * Owns: the graph, in the request's arena. Refuses: more than WALK_REACHED_MAX CIs (then `cut` says so) and more than
 * WALK_DEPTH_MAX levels. Cycles are normal: each CI is entered once. */
#ifndef VAKHTA_CMDB_IMPACT_WALK_H
#define VAKHTA_CMDB_IMPACT_WALK_H

#include "base/ctx.h"

#define WALK_REACHED_MAX 20000
#define WALK_DEPTH_MAX 50
#define WALK_STARTS_MAX 400

/* DOWN: it stops (or, walking down: alone it would stop the start). AT_RISK: enough others of its redundancy group
 * still work, so that the next failure would stop it. */
enum walk_state { WALK_UNTOUCHED, WALK_DOWN, WALK_AT_RISK };

struct walk_node {
	int64_t id;
	int depth;     /* relations from the start on the shortest path */
	int parent;    /* node before it on that path; -1: a start */
	int type;      /* relation by which it came; -1: a start */
	int level;     /* of the walk, whatever redundancy holds back */
	double sure;   /* product of the strengths along the best path */
	bool service;  /* of a class of services */
	bool gone;     /* had ended: not entered */
	enum walk_state state;
};

/* A failure travels from `failing` to `hit`, whichever way the relation is written. */
struct walk_edge {
	int failing, hit;
	int type;
	int member; /* first of its memberships; -1: no redundancy */
};

/* As long as `needed` of `living` members work, the failure of a member does not reach `ci`. */
struct walk_group {
	int64_t id, ci;
	int node; /* of `ci`; -1: not reached */
	const char *type, *name;
	int needed, living;
	int failed; /* while spreading */
};
struct walk_member {
	int64_t ci;
	int node; /* -1: not reached */
	int group, next; /* next membership of the same edge; -1: none */
};

struct walk_type {
	const char *name;
	double strength;
};

struct walk {
	bool upwards;
	bool cut; /* there is more than was entered */
	struct walk_node *nodes;
	int node_count, start_count; /* the starts stand first */
	struct walk_edge *edges;
	int edge_count;
	struct walk_type *types;
	int type_count;
	struct walk_group *groups;
	int group_count;
	struct walk_member *members;
	int member_count;
	/* Edges by the node they lead away from, in the direction of the walk and against it: edge_of[first_of[n]]… */
	int *forth, *forth_first, *back, *back_first;
	int *order; /* nodes reached, DOWN before AT_RISK, each in the order reached; starts are not among them */
	int reached, down;
};

/* Collects the graph and spreads the failure. `at` INSTANT_NONE: now. Starts that do not exist at `at` are left out:
 * start_count tells. */
bool walk_run(struct ctx *ctx, const int64_t *starts, int start_count, bool upwards, int depth_max, instant at,
	struct walk *walk_r) MUST_CHECK;

/* Lays out the edges of a collected graph and joins memberships to the edges that they hold back, then spreads the failure
 * (walk_run does it). Pure; for tests. */
void walk_spread(struct arena *arena, struct walk *walk, int depth_max);

/* Up to `most` simple paths from a start to the node, shortest first, as arrays of edges: paths_r[i][0 … lengths_r[i]-1]. */
int walk_paths(struct arena *arena, const struct walk *walk, int node, int most, int ***paths_r, int **lengths_r);

/* The node of a CI; -1: not there. */
int walk_find(const struct walk *walk, int64_t id);

#endif
