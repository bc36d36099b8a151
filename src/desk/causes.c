/* Owns: what several tickets have in common: CIs on which all that they are about depends, ranked by how many tickets they
 * explain against how many they would explain by chance, by incidents and changes there, and by distance. And what a new
 * report may join: the reporter's CIs, open incidents on what these depend on.
 * Refuses: to decide the cause; it names candidates with the evidence. */
#include "desk/desk.h"

#include "cmdb/impact/walk.h"
#include "cmdb/impact/walk.sql.h"
#include "desk/causes.sql.h"
#include "db/query.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TICKETS_MAX 100
#define CAUSES_SHOWN 12
#define WEIGHED_MAX 40
#define ALIKE_MAX 5
#define CAUSE_DEPTH 8
#define OFFER_DEPTH 6
#define OFFER_CIS_MAX 2000

struct asked_ticket {
	const char *number, *subject;
	int64_t *cis;
	int ci_count;
};

struct candidate {
	int node;
	int covered;     /* tickets */
	double distance; /* mean relations from a covered ticket's nearest CI */
	double chance;   /* that a ticket on any CI would be covered */
	double surprise; /* -log10 of the probability to cover so many by chance */
	double score;
	int reach;
	const char *incidents, *changes; /* JSON */
};

/* The CIs of a ticket, "{1,2}" or NULL. */
static void read_cis(struct ctx *ctx, struct asked_ticket *ticket, const char *text)
{
	ticket->cis = arena_array(ctx->arena, 16, sizeof(int64_t));
	ticket->ci_count = 0;
	for (const char *at = text ? text : "}"; *at != '}' && ticket->ci_count < 16;) {
		char *end;
		ticket->cis[ticket->ci_count++] = strtoll(at + 1, &end, 10);
		INVARIANT(end > at + 1);
		at = end;
	}
}

static int load_tickets(struct ctx *ctx, const char *const *numbers, int count, struct asked_ticket *tickets)
{
	struct query_args args = query_args(ctx);
	arg_actor(&args);
	arg_texts(&args, numbers, count);
	struct rows *rows = query_run(ctx, QUERY_CAUSES_TICKETS, &args);
	if (!rows)
		return -1;
	for (int i = 0; i < rows_count(rows); i++) {
		tickets[i].number = rows_text(rows, i, 2);
		tickets[i].subject = rows_text(rows, i, 3);
		read_cis(ctx, &tickets[i], rows_text(rows, i, 4));
	}
	return rows_count(rows);
}

/* One walk down from the CIs of all tickets; false when it failed. */
static bool walk_needs(struct ctx *ctx, const struct asked_ticket *tickets, int count, instant at, struct walk *walk_r)
{
	int64_t *starts = arena_array(ctx->arena, WALK_STARTS_MAX, sizeof(int64_t));
	int start_count = 0;
	for (int i = 0; i < count; i++)
		for (int k = 0; k < tickets[i].ci_count; k++) {
			bool known = false;
			for (int j = 0; j < start_count && !known; j++)
				known = starts[j] == tickets[i].cis[k];
			if (!known && start_count < WALK_STARTS_MAX)
				starts[start_count++] = tickets[i].cis[k];
		}
	return walk_run(ctx, starts, start_count, false, CAUSE_DEPTH, at, walk_r);
}

/* Marks all that one ticket depends on: breadth first from its CIs. Adds to the candidates' counts. */
static void cover(struct ctx *ctx, const struct walk *walk, const struct asked_ticket *ticket, struct candidate *candidates)
{
	int *distance = arena_array(ctx->arena, (size_t)walk->node_count + 1, sizeof(int));
	int *queue = arena_array(ctx->arena, (size_t)walk->node_count + 1, sizeof(int)), count = 0;
	memset(distance, 0xff, ((size_t)walk->node_count + 1) * sizeof(int));
	for (int k = 0; k < ticket->ci_count; k++) {
		for (int i = 0; i < walk->start_count; i++)
			if (walk->nodes[i].id == ticket->cis[k] && distance[i] < 0) {
				distance[i] = 0;
				queue[count++] = i;
			}
	}
	for (int at = 0; at < count; at++) {
		int node = queue[at];
		candidates[node].covered++;
		candidates[node].distance += distance[node];
		if (distance[node] >= CAUSE_DEPTH)
			continue;
		for (int k = walk->forth_first[node]; k < walk->forth_first[node + 1]; k++) {
			int far = walk->edges[walk->forth[k]].failing;
			if (walk->nodes[far].gone || distance[far] >= 0)
				continue;
			distance[far] = distance[node] + 1;
			queue[count++] = far;
		}
	}
}

static int by_coverage(const void *one, const void *other)
{
	const struct candidate *a = one, *b = other;
	if (a->covered != b->covered)
		return b->covered - a->covered;
	return a->distance < b->distance ? -1 : a->distance > b->distance ? 1 : a->node - b->node;
}

static int by_score(const void *one, const void *other)
{
	const struct candidate *a = one, *b = other;
	return a->score > b->score ? -1 : a->score < b->score ? 1 : by_coverage(one, other);
}

/* -log10 P(X >= covered), X binomial. */
static double surprise_of(int covered, int tickets, double chance)
{
	double sum = 0;
	int sign; /* lgamma's own would be shared by all threads */
	for (int k = covered; k <= tickets; k++)
		sum += exp(lgamma_r(tickets + 1.0, &sign) - lgamma_r(k + 1.0, &sign) - lgamma_r(tickets - k + 1.0, &sign) + k * log(chance) +
			(tickets - k) * log1p(-chance));
	return sum >= 1 ? 0 : sum <= 1e-300 ? 300 : -log10(sum);
}

/* How many CIs each candidate hits, which says how many tickets it would explain by chance. */
static bool weigh(struct ctx *ctx, const struct walk *walk, struct candidate *candidates, int count, int tickets, instant at)
{
	struct rows *rows = query_one(ctx, QUERY_CAUSES_SIZE, NULL);
	if (!rows)
		return false;
	double size = (double)rows_int(rows, 0, 0);
	for (int i = 0; i < count; i++) {
		struct walk up;
		if (!walk_run(ctx, &walk->nodes[candidates[i].node].id, 1, true, CAUSE_DEPTH, at, &up))
			return false;
		candidates[i].reach = up.down;
		candidates[i].chance = (up.down + 1.0) / (size > up.down + 2.0 ? size : up.down + 2.0);
		candidates[i].surprise = surprise_of(candidates[i].covered, tickets, candidates[i].chance);
	}
	return true;
}

static bool look_at(struct ctx *ctx, const struct walk *walk, struct candidate *candidates, int count, const struct asked_ticket *tickets, int ticket_count)
{
	int64_t *ids = arena_array(ctx->arena, (size_t)count + 1, sizeof(int64_t));
	const char **numbers = arena_array(ctx->arena, (size_t)ticket_count + 1, sizeof(char *));
	for (int i = 0; i < count; i++)
		ids[i] = walk->nodes[candidates[i].node].id;
	for (int i = 0; i < ticket_count; i++)
		numbers[i] = tickets[i].number;
	struct query_args args = query_args(ctx);
	arg_actor(&args);
	arg_ints(&args, ids, count);
	arg_texts(&args, numbers, ticket_count);
	struct rows *rows = query_run(ctx, QUERY_CAUSES_FACTS, &args);
	if (!rows)
		return false;
	for (int i = 0; i < count; i++) {
		candidates[i].incidents = rows_text(rows, i, 1);
		candidates[i].changes = rows_text(rows, i, 2);
		/* An incident or a change there weighs as much as a tenfold improbability; each relation on the way takes a little. */
		candidates[i].score = candidates[i].surprise + (strcmp(candidates[i].incidents, "[]") != 0) + (strcmp(candidates[i].changes, "[]") != 0) -
			0.2 * candidates[i].distance;
	}
	return true;
}

static bool covers(struct ctx *ctx, const struct walk *walk, const struct asked_ticket *ticket, int node)
{
	struct candidate *alone = arena_array(ctx->arena, (size_t)walk->node_count + 1, sizeof(struct candidate));
	memset(alone, 0, ((size_t)walk->node_count + 1) * sizeof(struct candidate));
	cover(ctx, walk, ticket, alone);
	return alone[node].covered > 0;
}

/* Of those that cover equally many the nearest few, so that the specific ones are weighed beside what everything hangs on. */
static int thin_out(struct candidate *candidates, int count)
{
	int kept = 0, alike = 0;
	for (int i = 0; i < count && kept < WEIGHED_MAX; i++) {
		alike = i > 0 && candidates[i].covered == candidates[i - 1].covered ? alike + 1 : 0;
		if (alike < ALIKE_MAX)
			candidates[kept++] = candidates[i];
	}
	return kept;
}

/* Candidates that cover two tickets at least (all of them the focus, when there is one), the best first; -1: failed. */
static int rank(struct ctx *ctx, const struct walk *walk, const struct asked_ticket *tickets, int ticket_count, bool focus, instant at,
	struct candidate **best_r)
{
	struct candidate *all = arena_array(ctx->arena, (size_t)walk->node_count + 1, sizeof(struct candidate));
	struct candidate *first = arena_array(ctx->arena, (size_t)walk->node_count + 1, sizeof(struct candidate));
	int count = 0;
	memset(all, 0, ((size_t)walk->node_count + 1) * sizeof(struct candidate));
	memset(first, 0, ((size_t)walk->node_count + 1) * sizeof(struct candidate));
	for (int i = 0; i < ticket_count; i++)
		cover(ctx, walk, &tickets[i], all);
	if (focus)
		cover(ctx, walk, &tickets[0], first);
	for (int i = 0; i < walk->node_count; i++) {
		if (all[i].covered < 2 || (focus && first[i].covered == 0))
			continue;
		all[i].node = i;
		all[i].distance /= all[i].covered;
		all[count] = all[i];
		count++;
	}
	qsort(all, (size_t)count, sizeof(struct candidate), by_coverage);
	count = thin_out(all, count);
	if (!weigh(ctx, walk, all, count, ticket_count, at) || !look_at(ctx, walk, all, count, tickets, ticket_count))
		return -1;
	qsort(all, (size_t)count, sizeof(struct candidate), by_score);
	*best_r = all;
	return count > CAUSES_SHOWN ? CAUSES_SHOWN : count;
}

static void write_ci(struct json_out *json, const struct ctx *ctx, const struct rows *names, int row, const char *key)
{
	json_open_object(json, key);
	json_raw(json, "id", rows_text(names, row, 1));
	json_text(json, "name", rows_text(names, row, 2));
	json_text(json, "status", rows_text(names, row, 7));
	json_open_object(json, "class");
	json_raw(json, "id", rows_text(names, row, 3));
	json_text(json, "name", rows_text(names, row, 4));
	json_text(json, "label", rows_text(names, row, strcmp(ctx->actor.language, "ru") == 0 ? 6 : 5));
	json_close_object(json);
	json_close_object(json);
}

static bool reply_causes(struct request *req, const struct asked_ticket *tickets, int count, bool focus, instant at)
{
	struct ctx *ctx = &req->ctx;
	struct walk walk;
	struct candidate *best;
	struct json_out json;
	if (!walk_needs(ctx, tickets, count, at, &walk))
		return false;
	int shown = rank(ctx, &walk, tickets, count, focus, at, &best);
	if (shown < 0)
		return false;
	int64_t *ids = arena_array(ctx->arena, (size_t)shown + 1, sizeof(int64_t));
	for (int i = 0; i < shown; i++)
		ids[i] = walk.nodes[best[i].node].id;
	struct query_args args = query_args(ctx);
	arg_ints(&args, ids, shown);
	arg_instant(&args, at);
	struct rows *names = query_run(ctx, QUERY_WALK_NAMES, &args);
	if (!names)
		return false;
	json_begin(&json, ctx->arena, 8192);
	json_open_object(&json, NULL);
	json_int(&json, "tickets", count);
	json_open_array(&json, "items");
	for (int i = 0; i < rows_count(names); i++) {
		const struct candidate *c = &best[rows_int(names, i, 0) - 1];
		json_open_object(&json, NULL);
		write_ci(&json, ctx, names, i, "ci");
		json_open_array(&json, "tickets");
		for (int k = 0; k < count; k++) {
			if (!covers(ctx, &walk, &tickets[k], c->node))
				continue;
			json_open_object(&json, NULL);
			json_text(&json, "number", tickets[k].number);
			json_text(&json, "subject", tickets[k].subject);
			json_close_object(&json);
		}
		json_close_array(&json);
		json_int(&json, "reached", c->reach);
		json_raw(&json, "distance", arena_printf(ctx->arena, "%.3g", c->distance));
		json_raw(&json, "lift", arena_printf(ctx->arena, "%.3g", c->covered / (count * c->chance)));
		json_raw(&json, "surprise", arena_printf(ctx->arena, "%.3g", c->surprise));
		json_raw(&json, "incidents", c->incidents);
		json_raw(&json, "changes", c->changes);
		json_close_object(&json);
	}
	json_close_array(&json);
	json_bool(&json, "truncated", walk.cut);
	json_close_object(&json);
	return reply_json_out(req, 200, &json);
}

bool tickets_causes(struct request *req)
{
	static const char *const names[] = { "tickets", "at", NULL };
	struct ctx *ctx = &req->ctx;
	const char *numbers[TICKETS_MAX];
	struct asked_ticket tickets[TICKETS_MAX];
	int count = 0;
	const char *given = request_query(req, "tickets");
	instant at = query_instant(req, "at", INSTANT_NONE);
	if (!given)
		fail_field(ctx, "tickets", "is required: numbers of tickets with commas between them");
	char *rest = given ? arena_strdup(ctx->arena, given) : NULL, *piece;
	while ((piece = strsep(&rest, ","))) {
		bool known = false;
		for (int i = 0; i < count && !known; i++)
			known = strcmp(numbers[i], piece) == 0;
		if (known)
			continue;
		if (count == TICKETS_MAX) {
			fail_field(ctx, "tickets", "may name at most %d tickets", TICKETS_MAX);
			break;
		}
		numbers[count++] = piece;
	}
	if (given && count < 2)
		fail_field(ctx, "tickets", "must name two tickets at least");
	if (!query_done(req, names))
		return false;
	int found = load_tickets(ctx, numbers, count, tickets);
	if (found < 0)
		return false;
	if (found < count)
		return fail_field(ctx, "tickets", "names a ticket that is not there, or not yours");
	return reply_causes(req, tickets, found, false, at);
}

bool ticket_causes(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	const char *numbers[TICKETS_MAX];
	struct asked_ticket tickets[TICKETS_MAX];
	if (!query_done(req, (const char *const[]){ NULL }))
		return false;
	struct query_args args = query_args(ctx);
	arg_actor(&args);
	arg_text(&args, req->path_arg[0]);
	struct rows *rows = query_run(ctx, QUERY_CAUSES_BESIDE, &args);
	if (!rows)
		return false;
	int count = rows_count(rows) < TICKETS_MAX ? rows_count(rows) : TICKETS_MAX;
	for (int i = 0; i < count; i++)
		numbers[i] = rows_text(rows, i, 0);
	if (count == 0 || strcmp(numbers[0], req->path_arg[0]) != 0)
		return fail(ctx, ERROR_NOT_FOUND, "there is no such ticket, or it is not yours");
	int found = load_tickets(ctx, numbers, count, tickets);
	return found >= 0 && reply_causes(req, tickets, found, true, INSTANT_NONE);
}

/* The nearest of the person's CIs that depends on the node. */
static int start_of(const struct walk *walk, int node)
{
	while (node >= 0 && walk->nodes[node].parent >= 0)
		node = walk->nodes[node].parent;
	return node;
}

static void write_outage(struct json_out *json, const struct walk *walk, const struct rows *rows, int row, const struct rows *cis)
{
	int node = walk_find(walk, rows_int(rows, row, 6)), start = start_of(walk, node);
	json_open_object(json, NULL);
	json_text(json, "number", rows_text(rows, row, 0));
	json_text(json, "subject", rows_text(rows, row, 1));
	json_ref(json, "owner", rows_text(rows, row, 2), rows_text(rows, row, 3));
	json_int(json, "count", rows_int(rows, row, 4));
	json_instant(json, "promised_at", rows_instant(rows, row, 5));
	json_bool(json, "joined", rows_bool(rows, row, 7));
	json_bool(json, "colleague", rows_bool(rows, row, 8));
	json_ref(json, "reporter", rows_text(rows, row, 9), rows_text(rows, row, 10));
	for (int i = 0; i < rows_count(cis); i++)
		if (start >= 0 && rows_int(cis, i, 0) == walk->nodes[start].id)
			json_ref(json, "through", rows_text(cis, i, 0), rows_text(cis, i, 1));
	json_close_object(json);
}

static void write_own(struct json_out *json, const struct ctx *ctx, const struct rows *cis, int row)
{
	json_open_object(json, NULL);
	json_raw(json, "id", rows_text(cis, row, 0));
	json_text(json, "name", rows_text(cis, row, 1));
	json_text(json, "status", rows_text(cis, row, 2));
	json_open_object(json, "class");
	json_raw(json, "id", rows_text(cis, row, 3));
	json_text(json, "name", rows_text(cis, row, 4));
	json_text(json, "label", rows_text(cis, row, strcmp(ctx->actor.language, "ru") == 0 ? 6 : 5));
	json_close_object(json);
	json_bool(json, "service", rows_bool(cis, row, 7));
	json_close_object(json);
}

static bool reply_offers(struct request *req, int64_t person)
{
	struct ctx *ctx = &req->ctx;
	struct walk walk;
	struct json_out json;
	struct query_args own = query_args(ctx), args = query_args(ctx);
	arg_int(&own, person);
	arg_text(&own, ctx->actor.language);
	struct rows *cis = query_run(ctx, QUERY_OFFER_CIS, &own);
	if (!cis)
		return false;
	int64_t *ids = arena_array(ctx->arena, OFFER_CIS_MAX, sizeof(int64_t));
	int count = rows_count(cis);
	for (int i = 0; i < count; i++)
		ids[i] = rows_int(cis, i, 0);
	if (!walk_run(ctx, ids, count, false, OFFER_DEPTH, INSTANT_NONE, &walk))
		return false;
	for (int i = 0; i < walk.reached && count < OFFER_CIS_MAX; i++)
		ids[count++] = walk.nodes[walk.order[i]].id;
	arg_actor(&args);
	arg_ints(&args, ids, count);
	arg_int(&args, person);
	struct rows *outages = query_run(ctx, QUERY_OFFER_OUTAGES, &args);
	if (!outages)
		return false;
	json_begin(&json, ctx->arena, 4096);
	json_open_object(&json, NULL);
	json_open_array(&json, "cis");
	for (int i = 0; i < rows_count(cis); i++)
		write_own(&json, ctx, cis, i);
	json_close_array(&json);
	json_open_array(&json, "outages");
	for (int i = 0; i < rows_count(outages); i++)
		write_outage(&json, &walk, outages, i, cis);
	json_close_array(&json);
	json_close_object(&json);
	return reply_json_out(req, 200, &json);
}

bool my_offers(struct request *req)
{
	if (!query_done(req, (const char *const[]){ NULL }))
		return false;
	return reply_offers(req, req->ctx.actor.id);
}

bool person_offers(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	int64_t id;
	if (!query_done(req, (const char *const[]){ NULL }))
		return false;
	if (!text_parse_int64(req->path_arg[0], &id))
		return fail(ctx, ERROR_NOT_FOUND, "there is no such person");
	struct query_args args = query_args(ctx);
	arg_int(&args, id);
	struct rows *rows = query_run(ctx, QUERY_OFFER_PERSON, &args);
	if (!rows)
		return false;
	if (rows_count(rows) == 0)
		return fail(ctx, ERROR_NOT_FOUND, "there is no such person");
	return reply_offers(req, id);
}
