/* Owns: the JSON of impact. Refuses: to walk. */
#include "cmdb/impact/answer.h"

#include "cmdb/impact/impact.sql.h"
#include "cmdb/impact/walk.sql.h"
#include "db/query.h"

#include <string.h>

bool answer_names(struct ctx *ctx, const struct walk *walk, int shown, instant at, struct named *named_r)
{
	int64_t *ids = arena_array(ctx->arena, (size_t)walk->node_count + 1, sizeof(int64_t));
	int *nodes = arena_array(ctx->arena, (size_t)walk->node_count + 1, sizeof(int)), count = 0;
	named_r->row_of = arena_array(ctx->arena, (size_t)walk->node_count + 1, sizeof(int));
	memset(named_r->row_of, 0xff, ((size_t)walk->node_count + 1) * sizeof(int));
	for (int i = -walk->start_count; i < shown; i++)
		for (int node = i < 0 ? i + walk->start_count : walk->order[i]; node >= 0 && named_r->row_of[node] == -1;
			node = walk->nodes[node].parent) {
			named_r->row_of[node] = -2;
			nodes[count] = node;
			ids[count++] = walk->nodes[node].id;
		}
	struct query_args args = query_args(ctx);
	arg_ints(&args, ids, count);
	arg_instant(&args, at);
	named_r->rows = query_run(ctx, QUERY_WALK_NAMES, &args);
	if (!named_r->rows)
		return false;
	for (int i = 0; i < count; i++)
		named_r->row_of[nodes[i]] = -1;
	for (int row = 0; row < rows_count(named_r->rows); row++)
		named_r->row_of[nodes[rows_int(named_r->rows, row, 0) - 1]] = row;
	return true;
}

void answer_ci(struct json_out *json, const struct ctx *ctx, const struct named *named, int node, const char *key)
{
	const struct rows *rows = named->rows;
	int row = named->row_of[node];
	INVARIANT(row >= 0);
	json_open_object(json, key);
	json_raw(json, "id", rows_text(rows, row, 1));
	json_text(json, "name", rows_text(rows, row, 2));
	json_text(json, "status", rows_text(rows, row, 7));
	json_open_object(json, "class");
	json_raw(json, "id", rows_text(rows, row, 3));
	json_text(json, "name", rows_text(rows, row, 4));
	json_text(json, "label", rows_text(rows, row, strcmp(ctx->actor.language, "ru") == 0 ? 6 : 5));
	json_close_object(json);
	json_close_object(json);
}

static void write_path(struct json_out *json, const struct walk *walk, const struct named *named, int node)
{
	int steps[WALK_DEPTH_MAX + 1], count = 0;
	for (int at = node; walk->nodes[at].parent >= 0; at = walk->nodes[at].parent) {
		INVARIANT(count <= WALK_DEPTH_MAX);
		steps[count++] = at;
	}
	json_open_array(json, "path");
	while (count-- > 0) {
		int row = named->row_of[steps[count]];
		json_open_object(json, NULL);
		json_ref(json, "ci", rows_text(named->rows, row, 1), rows_text(named->rows, row, 2));
		json_text(json, "relation", walk->types[walk->nodes[steps[count]].type].name);
		json_close_object(json);
	}
	json_close_array(json);
}

static int start_of(const struct walk *walk, int node)
{
	while (walk->nodes[node].parent >= 0)
		node = walk->nodes[node].parent;
	return node;
}

void answer_items(struct json_out *json, const struct ctx *ctx, const struct walk *walk, const struct named *named, int shown)
{
	json_open_array(json, "items");
	for (int i = 0; i < shown; i++) {
		const struct walk_node *node = &walk->nodes[walk->order[i]];
		json_open_object(json, NULL);
		answer_ci(json, ctx, named, walk->order[i], "ci");
		json_int(json, "depth", node->depth);
		json_text(json, "state", node->state == WALK_AT_RISK ? "at_risk" : "down");
		json_raw(json, "strength", arena_printf(ctx->arena, "%.4g", node->sure));
		if (walk->start_count > 1)
			json_int(json, "from", walk->nodes[start_of(walk, walk->order[i])].id);
		write_path(json, walk, named, walk->order[i]);
		json_close_object(json);
	}
	json_close_array(json);
}

void answer_links(struct json_out *json, const struct ctx *ctx, const struct walk *walk, int shown)
{
	bool *drawn = arena_array(ctx->arena, (size_t)walk->node_count + 1, sizeof(bool));
	memset(drawn, 0, (size_t)walk->node_count + 1);
	for (int i = -walk->start_count; i < shown; i++)
		drawn[i < 0 ? i + walk->start_count : walk->order[i]] = true;
	json_open_array(json, "links");
	for (int i = -walk->start_count; i < shown; i++) {
		int node = i < 0 ? i + walk->start_count : walk->order[i];
		for (int k = walk->forth_first[node]; k < walk->forth_first[node + 1]; k++) {
			const struct walk_edge *edge = &walk->edges[walk->forth[k]];
			if (!drawn[walk->upwards ? edge->hit : edge->failing])
				continue;
			json_open_object(json, NULL);
			json_int(json, "failing", walk->nodes[edge->failing].id);
			json_int(json, "hit", walk->nodes[edge->hit].id);
			json_text(json, "relation", walk->types[edge->type].name);
			json_bool(json, "redundant", edge->member >= 0);
			json_close_object(json);
		}
	}
	json_close_array(json);
}

void answer_redundancy(struct json_out *json, const struct ctx *ctx, const struct walk *walk, const struct named *named)
{
	json_open_array(json, "redundancy");
	for (int i = 0; i < walk->group_count; i++) {
		const struct walk_group *group = &walk->groups[i];
		int node = group->node, failed = 0;
		if (node < 0 || named->row_of[node] < 0)
			continue;
		/* Counted anew: walking down, causes were tried one after the other. */
		for (int m = 0; m < walk->member_count && walk->upwards; m++) {
			int member = walk->members[m].group == i ? walk->members[m].node : -1;
			failed += member >= 0 && walk->nodes[member].state == WALK_DOWN;
		}
		json_open_object(json, NULL);
		answer_ci(json, ctx, named, node, "ci");
		json_text(json, "name", group->name);
		json_text(json, "relation", group->type);
		json_int(json, "needed", group->needed);
		json_int(json, "living", group->living);
		json_int(json, "failed", failed);
		json_close_object(json);
	}
	json_close_array(json);
}

bool answer_hit(struct json_out *json, struct ctx *ctx, const struct walk *walk, instant at)
{
	struct query_args args = query_args(ctx);
	int64_t *ids[2], *services[2];
	int counts[2] = { 0, 0 }, service_counts[2] = { 0, 0 };
	for (int i = 0; i < 2; i++) {
		ids[i] = arena_array(ctx->arena, (size_t)walk->node_count + 1, sizeof(int64_t));
		services[i] = arena_array(ctx->arena, (size_t)walk->node_count + 1, sizeof(int64_t));
	}
	for (int i = -walk->start_count; i < walk->reached; i++) {
		const struct walk_node *node = &walk->nodes[i < 0 ? i + walk->start_count : walk->order[i]];
		int risk = node->state == WALK_AT_RISK;
		ids[risk][counts[risk]++] = node->id;
		if (node->service)
			services[risk][service_counts[risk]++] = node->id;
	}
	for (int i = 0; i < 2; i++)
		arg_ints(&args, ids[i], counts[i]);
	for (int i = 0; i < 2; i++)
		arg_ints(&args, services[i], service_counts[i]);
	arg_instant(&args, at);
	arg_int(&args, ctx->actor.id);
	arg_int(&args, (int64_t)ctx->actor.roles);
	arg_ints(&args, ctx->actor.teams, ctx->actor.team_count);
	arg_text(&args, ctx->actor.language);
	struct rows *rows = query_one(ctx, QUERY_IMPACT_HIT, &args);
	if (!rows)
		return false;
	json_int(json, "services", service_counts[0]);
	json_int(json, "services_at_risk", service_counts[1]);
	json_raw(json, "service_list", rows_text(rows, 0, 0));
	json_raw(json, "per_hour", rows_text(rows, 0, 1));
	json_raw(json, "people", rows_text(rows, 0, 2));
	json_raw(json, "people_at_risk", rows_text(rows, 0, 3));
	json_raw(json, "departments", rows_text(rows, 0, 4));
	json_raw(json, "open_tickets", rows_text(rows, 0, 5));
	json_raw(json, "tickets", rows_text(rows, 0, 6));
	json_raw(json, "open_changes", rows_text(rows, 0, 7));
	json_raw(json, "changes", rows_text(rows, 0, 8));
	return true;
}
