/* The year: plans the arrivals, tells each ticket's story and has it written.
 * Owns: nothing beyond the run. All is written in the caller's transaction: a history is whole or not there. */
#include "demo/demo.h"

#include "db/query.h"
#include "demo/today.h"
#include "demo/write.h"
#include "demo/write.sql.h"

#include <stdio.h>
#include <string.h>

#define TICKETS_A_YEAR 3000
#define CASES_A_YEAR 700
#define BATCH 200

int64_t ids_take(struct id_pool *pool)
{
	INVARIANT(pool->at < pool->count);
	return pool->next[pool->at++];
}

static bool pool_fill(struct ctx *ctx, struct id_pool *pool, const char *table, int least)
{
	struct query_args args = query_args(ctx);
	int left = pool->count - pool->at;
	if (left >= least)
		return true;
	memmove(pool->next, pool->next + pool->at, (size_t)left * sizeof(*pool->next));
	arg_text(&args, table);
	arg_int(&args, least - left);
	struct rows *rows = query_run(ctx, QUERY_DEMO_IDS, &args);
	if (!rows)
		return false;
	for (int i = 0; i < rows_count(rows); i++)
		pool->next[left + i] = rows_int(rows, i, 0);
	pool->at = 0;
	pool->count = left + rows_count(rows);
	return true;
}

bool ids_fill(struct ids *ids)
{
	return pool_fill(ids->ctx, &ids->handover, "handover", OFFERS_MAX) &&
		pool_fill(ids->ctx, &ids->supplier_case, "supplier_case", CASES_MAX);
}

/* How much oftener or more seldom than the scenarios say a ticket is escalated, so that the year has its cases. */
static double escalation_scale(const struct arrival *arrivals, int count, double wanted)
{
	double expected = 0;
	for (int i = 0; i < count; i++)
		if (!arrivals[i].wish && arrivals[i].scenario->contract >= 0)
			expected += arrivals[i].scenario->escalates;
	return expected > 0 ? wanted / expected : 0;
}

static int by_time(const void *a, const void *b)
{
	const struct arrival *x = a, *y = b;
	return x->at != y->at ? (x->at > y->at) - (x->at < y->at) : (x->stream > y->stream) - (x->stream < y->stream);
}

struct teller {
	struct world world;
	struct ids ids;
	struct writer writer;
	double escalation_scale;
	uint64_t *body_seen; /* hashes of reports, so that no two read the same */
	int body_count;
};

static bool body_is_new(struct teller *teller, const char *body)
{
	uint64_t hash = 14695981039346656037u;
	for (const char *c = body; *c; c++)
		hash = (hash ^ (unsigned char)*c) * 1099511628211u;
	for (int i = 0; i < teller->body_count; i++)
		if (teller->body_seen[i] == hash)
			return false;
	teller->body_seen[teller->body_count++] = hash;
	return true;
}

static void begin_story(struct teller *teller, const struct arrival *arrival, int64_t id, uint64_t attempt,
	struct chance *chance, struct story *story)
{
	chance_seed(chance, teller->world.seed ^ attempt * 0x51ed270b, arrival->stream);
	memset(story, 0, sizeof(*story));
	story->world = &teller->world;
	story->arena = teller->writer.arena;
	story->chance = chance;
	story->ids = &teller->ids;
	story->phrases = (struct phrases){ .arena = story->arena, .world = story->world, .chance = chance };
	story->id = id;
	story->resolved = story->closed = story->close_due = story->reopen_until = INSTANT_NONE;
	if (arrival->wish)
		today_open(story, arrival);
	else
		arrival_open(story, arrival, NOBODY, 0, 0);
}

static bool tell_one(struct teller *teller, const struct arrival *arrival, int64_t id)
{
	struct chance chance;
	struct story *story = arena_alloc(teller->writer.arena, sizeof(*story));
	if (!ids_fill(&teller->ids))
		return false;
	for (uint64_t attempt = 0; attempt < 16; attempt++) {
		begin_story(teller, arrival, id, attempt, &chance, story);
		if (body_is_new(teller, story->body))
			break;
	}
	if (arrival->wish)
		today_tell(story, arrival->wish);
	else
		life_tell(story,
			story->scenario->contract >= 0 &&
				chance_of(&chance, story->scenario->escalates * teller->escalation_scale));
	return write_story(&teller->writer, story);
}

static void show(const struct demo_options *options, int done, int of)
{
	if (options->show_progress)
		fprintf(stderr, "\r  %d of %d tickets%s", done, of, done == of ? "\n" : "");
}

static bool tell_all(
	struct teller *teller, const struct demo_options *options, const struct arrival *arrivals, int count)
{
	struct query_args args = query_args(teller->world.ctx);
	arg_text(&args, "ticket");
	arg_int(&args, count);
	struct rows *ids = query_run(teller->world.ctx, QUERY_DEMO_IDS, &args);
	if (!ids)
		return false;
	for (int i = 0; i < count; i++) {
		if (!tell_one(teller, &arrivals[i], rows_int(ids, i, 0)))
			return false;
		if (i % BATCH == BATCH - 1 || i == count - 1) {
			if (!write_flush(&teller->writer))
				return false;
			show(options, i + 1, count);
		}
	}
	return true;
}

bool demo_history_load(struct ctx *ctx, const struct demo_options *options, struct demo_counts *counts_r)
{
	int count = TICKETS_A_YEAR * options->days / 365, ordinary = count > 2 * today_count ? count - today_count : count;
	struct teller *teller = arena_alloc(ctx->arena, sizeof(*teller));
	struct arrival *arrivals;
	bool good;
	*counts_r = (struct demo_counts){ 0 };
	teller->world = (struct world){ .ctx = ctx, .end = options->end, .seed = options->seed, .days = options->days };
	if (!query_run(ctx, QUERY_DEMO_PLANS, NULL) || !world_load(&teller->world))
		return false;
	teller->ids = (struct ids){ .ctx = ctx, .scratch = arena_create(1 << 16) };
	arrivals = arena_array(ctx->arena, (size_t)(ordinary + today_count + 1), sizeof(*arrivals));
	memcpy(arrivals, arrivals_plan(&teller->world, ordinary), (size_t)ordinary * sizeof(*arrivals));
	today_plan(&teller->world, arrivals + ordinary);
	count = ordinary + today_count;
	qsort(arrivals, (size_t)count, sizeof(*arrivals), by_time);
	teller->escalation_scale = escalation_scale(arrivals, count, 1.04 * CASES_A_YEAR * options->days / 365);
	teller->body_seen = arena_array(ctx->arena, (size_t)count * 17, sizeof(uint64_t));
	teller->writer =
		(struct writer){ .ctx = ctx, .world = &teller->world, .arena = arena_create(1 << 20), .counts = counts_r };
	write_begin(&teller->writer);
	good = tell_all(teller, options, arrivals, count);
	arena_destroy(teller->writer.arena);
	arena_destroy(teller->ids.scratch);
	return good;
}
