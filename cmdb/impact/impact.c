/* Owns: who is hit when CIs fail, or on what they depend, and by which paths. Refuses: to read more than the walk's bounds; the
 * answer says when it was cut. */
#include "cmdb/impact/impact.h"

#include "cmdb/impact/answer.h"
#include "cmdb/impact/walk.sql.h"
#include "cmdb/model.h"
#include "db/query.h"

#include <string.h>

#define DEPTH_DEFAULT 10
#define SHOWN_DEFAULT 1000
#define PATHS_MAX 20
#define STARTS_MAX 50

struct asked {
	bool upwards, links;
	int depth, shown;
	instant at;
};

static bool read_asked(struct request *req, const char *const *names, struct asked *asked_r)
{
	static const char *const directions[] = { "up", "down", NULL };
	const char *direction = query_choice(req, "direction", directions);
	*asked_r = (struct asked){
		.upwards = !direction || strcmp(direction, "up") == 0,
		.links = query_flag(req, "links"),
		.depth = (int)query_int(req, "depth", DEPTH_DEFAULT, 1, WALK_DEPTH_MAX),
		.shown = (int)query_int(req, "limit", SHOWN_DEFAULT, 1, WALK_REACHED_MAX),
		.at = query_instant(req, "at", INSTANT_NONE),
	};
	return query_done(req, names);
}

static bool reply_impact(struct request *req, const struct walk *walk, const struct asked *asked, bool of_one)
{
	struct ctx *ctx = &req->ctx;
	struct json_out json;
	struct named named;
	int shown = walk->reached < asked->shown ? walk->reached : asked->shown;
	if (!answer_names(ctx, walk, shown, asked->at, &named))
		return false;
	json_begin(&json, ctx->arena, 4096 + 300 * (size_t)shown);
	json_open_object(&json, NULL);
	if (!of_one) {
		json_open_array(&json, "failing");
		for (int i = 0; i < walk->start_count; i++)
			answer_ci(&json, ctx, &named, i, NULL);
		json_close_array(&json);
	}
	answer_items(&json, ctx, walk, &named, shown);
	if (asked->links)
		answer_links(&json, ctx, walk, shown);
	answer_redundancy(&json, ctx, walk, &named);
	json_int(&json, "reached", walk->down);
	json_int(&json, "at_risk", walk->reached - walk->down);
	if (!answer_hit(&json, ctx, walk, asked->at))
		return false;
	json_bool(&json, "truncated", walk->cut);
	json_close_object(&json);
	return reply_json_out(req, 200, &json);
}

bool ci_impact(struct request *req)
{
	static const char *const names[] = { "direction", "depth", "at", "limit", "links", NULL };
	struct asked asked;
	struct walk walk;
	int64_t id;
	if (!read_asked(req, names, &asked) || !path_id(req, 0, &id) ||
		!walk_run(&req->ctx, &id, 1, asked.upwards, asked.depth, asked.at, &walk))
		return false;
	if (walk.start_count == 0)
		return fail(&req->ctx, ERROR_NOT_FOUND, "there is no such CI");
	return reply_impact(req, &walk, &asked, true);
}

/* "1,2,3": each once. */
static bool read_starts(struct request *req, int64_t *ids, int *count_r)
{
	struct ctx *ctx = &req->ctx;
	const char *cis = request_query(req, "cis");
	*count_r = 0;
	if (!cis)
		return fail_field(ctx, "cis", "is required: ids of CIs with commas between them");
	char *rest = arena_strdup(ctx->arena, cis), *piece;
	while ((piece = strsep(&rest, ","))) {
		int64_t id;
		if (!text_parse_int64(piece, &id) || id <= 0)
			return fail_field(ctx, "cis", "must be ids of CIs with commas between them");
		bool known = false;
		for (int i = 0; i < *count_r; i++)
			known = known || ids[i] == id;
		if (!known && *count_r == STARTS_MAX)
			return fail_field(ctx, "cis", "may name at most %d CIs", STARTS_MAX);
		if (!known)
			ids[(*count_r)++] = id;
	}
	return true;
}

bool cis_impact(struct request *req)
{
	static const char *const names[] = { "cis", "direction", "depth", "at", "limit", "links", NULL };
	struct asked asked;
	struct walk walk;
	int64_t ids[STARTS_MAX];
	int count;
	bool read = read_starts(req, ids, &count);
	if (!read_asked(req, names, &asked) || !read ||
		!walk_run(&req->ctx, ids, count, asked.upwards, asked.depth, asked.at, &walk))
		return false;
	if (walk.start_count < count)
		return fail_field(&req->ctx, "cis", "names a CI that is not there");
	return reply_impact(req, &walk, &asked, false);
}

/* Reads the names of all CIs on the paths. */
static bool name_steps(struct ctx *ctx, struct walk *walk, int **paths, const int *lengths, int count, instant at,
	struct named *named_r)
{
	/* What is on a path takes the place of what was reached, for answer_names reads just that. */
	int shown = 0;
	bool *taken = arena_array(ctx->arena, (size_t)walk->node_count + 1, sizeof(bool));
	memset(taken, 0, (size_t)walk->node_count + 1);
	for (int i = 0; i < count; i++)
		for (int k = 0; k < lengths[i]; k++) {
			int node = walk->upwards ? walk->edges[paths[i][k]].hit : walk->edges[paths[i][k]].failing;
			if (!taken[node])
				walk->order[shown++] = node;
			taken[node] = true;
		}
	return answer_names(ctx, walk, shown, at, named_r);
}

static void write_steps(
	struct json_out *json, const struct ctx *ctx, const struct walk *walk, const struct named *named, const int *path, int length)
{
	double sure = 1;
	bool redundant = false;
	for (int k = 0; k < length; k++) {
		sure *= walk->types[walk->edges[path[k]].type].strength;
		redundant = redundant || walk->edges[path[k]].member >= 0;
	}
	const struct walk_edge *first = &walk->edges[path[0]];
	json_open_object(json, NULL);
	answer_ci(json, ctx, named, walk->upwards ? first->failing : first->hit, "from");
	json_raw(json, "strength", arena_printf(ctx->arena, "%.4g", sure));
	json_bool(json, "redundant", redundant);
	json_open_array(json, "path");
	for (int k = 0; k < length; k++) {
		const struct walk_edge *edge = &walk->edges[path[k]];
		json_open_object(json, NULL);
		answer_ci(json, ctx, named, walk->upwards ? edge->hit : edge->failing, "ci");
		json_text(json, "relation", walk->types[edge->type].name);
		json_close_object(json);
	}
	json_close_array(json);
	json_close_object(json);
}

bool ci_impact_paths(struct request *req)
{
	static const char *const names[] = { "direction", "depth", "at", "limit", NULL };
	struct ctx *ctx = &req->ctx;
	struct asked asked;
	struct walk walk;
	struct named named;
	struct json_out json;
	int64_t id, other;
	int **paths, *lengths;
	if (!read_asked(req, names, &asked) || !path_id(req, 0, &id) || !path_id(req, 1, &other) ||
		!walk_run(ctx, &id, 1, asked.upwards, asked.depth, asked.at, &walk))
		return false;
	int target = walk_find(&walk, other);
	if (walk.start_count == 0 || target < 0 || walk.nodes[target].state == WALK_UNTOUCHED)
		return fail(ctx, ERROR_NOT_FOUND, "there is no such CI, or no path to it");
	int most = asked.shown < PATHS_MAX ? asked.shown : PATHS_MAX;
	int count = walk_paths(ctx->arena, &walk, target, most, &paths, &lengths);
	if (!name_steps(ctx, &walk, paths, lengths, count, asked.at, &named))
		return false;
	json_begin(&json, ctx->arena, 4096);
	json_open_object(&json, NULL);
	json_open_array(&json, "items");
	for (int i = 0; i < count; i++)
		write_steps(&json, ctx, &walk, &named, paths[i], lengths[i]);
	json_close_array(&json);
	json_bool(&json, "truncated", count == most);
	json_close_object(&json);
	return reply_json_out(req, 200, &json);
}
