/* See usage.h.
 * Owns: the counters of this node. */
#include "cmdb/usage.h"

#include "base/config.h"
#include "base/log.h"
#include "db/pool.h"
#include "db/query.h"

#include "cmdb/usage.sql.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define SLOTS 4096
#define SLOTS_USED_MAX (SLOTS / 4 * 3)
#define SKETCH_WORDS 4 /* 256 bits */
#define ROUND_MS 5000
#define RETRY_MS 15000
#define LIMIT_MS 10000
#define LAST_MS 1000

struct counter {
	int64_t id; /* 0: free. Negative: a class */
	uint8_t kind;
	bool program;
	int64_t times;
	uint64_t people[SKETCH_WORDS];
};

static struct {
	pthread_mutex_t lock;
	struct counter slot[SLOTS];
	int used;
	int64_t dropped;
} table = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* splitmix64: ids are dense, buckets must not be. */
static uint64_t mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15u;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

/* The lock is held. NULL: no room. */
static struct counter *counter_of(int64_t id, uint8_t kind, bool program)
{
	size_t at = (size_t)mix((uint64_t)id * 8 + kind * 2u + program) % SLOTS;
	for (; table.slot[at].id != 0; at = (at + 1) % SLOTS) {
		struct counter *old = &table.slot[at];
		if (old->id == id && old->kind == kind && old->program == program)
			return old;
	}
	if (table.used >= SLOTS_USED_MAX)
		return NULL;
	table.used++;
	table.slot[at] = (struct counter){ .id = id, .kind = kind, .program = program };
	return &table.slot[at];
}

static void add(const struct counter *what)
{
	struct counter *counter = counter_of(what->id, what->kind, what->program);
	if (!counter) {
		table.dropped += what->times;
		return;
	}
	counter->times += what->times;
	for (int i = 0; i < SKETCH_WORDS; i++)
		counter->people[i] |= what->people[i];
}

static void note(const struct ctx *ctx, enum usage_kind kind, int64_t id)
{
	struct counter one = { .id = id, .kind = (uint8_t)kind, .times = 1 };
	one.program = ctx->actor.id == 0 || ctx->actor.session_id == 0;
	if (!one.program) {
		uint64_t bit = mix((uint64_t)ctx->actor.id) % (SKETCH_WORDS * 64);
		one.people[bit / 64] = (uint64_t)1 << (bit % 64);
	}
	pthread_mutex_lock(&table.lock);
	add(&one);
	pthread_mutex_unlock(&table.lock);
}

void usage_note(const struct ctx *ctx, enum usage_kind kind, int64_t attribute_id)
{
	INVARIANT(attribute_id > 0 && kind < USAGE_KINDS);
	note(ctx, kind, attribute_id);
}

void usage_note_class(const struct ctx *ctx, enum usage_kind kind, int64_t class_id)
{
	INVARIANT(class_id > 0 && kind < USAGE_KINDS);
	note(ctx, kind, -class_id);
}

/* Takes what was counted out of the table, into the arena. */
static struct counter *take_all(struct ctx *ctx, int *count_r, int64_t *dropped_r)
{
	struct counter *taken = NULL;
	int count = 0;
	pthread_mutex_lock(&table.lock);
	if (table.used > 0)
		taken = arena_array(ctx->arena, (size_t)table.used, sizeof(*taken));
	for (int i = 0; i < SLOTS && table.used > 0; i++)
		if (table.slot[i].id != 0)
			taken[count++] = table.slot[i];
	memset(table.slot, 0, sizeof(table.slot));
	table.used = 0;
	*dropped_r = table.dropped;
	table.dropped = 0;
	pthread_mutex_unlock(&table.lock);
	*count_r = count;
	return taken;
}

static bool write_away(struct ctx *ctx, const struct counter *taken, int count)
{
	static const char *const kind_names[USAGE_KINDS] = { "read", "filter", "report" };
	struct query_args args = query_args(ctx);
	size_t n = (size_t)count;
	int64_t *classes = arena_array(ctx->arena, n, sizeof(int64_t)), *attributes = arena_array(ctx->arena, n, sizeof(int64_t)),
			*programs = arena_array(ctx->arena, n, sizeof(int64_t)), *times = arena_array(ctx->arena, n, sizeof(int64_t));
	const char **kinds = arena_array(ctx->arena, n, sizeof(char *)), **people = arena_array(ctx->arena, n, sizeof(char *));
	for (int i = 0; i < count; i++) {
		classes[i] = taken[i].id < 0 ? -taken[i].id : 0;
		attributes[i] = taken[i].id > 0 ? taken[i].id : 0;
		kinds[i] = kind_names[taken[i].kind];
		programs[i] = taken[i].program;
		times[i] = taken[i].times;
		people[i] = arena_printf(ctx->arena, "x%016llx%016llx%016llx%016llx", (unsigned long long)taken[i].people[0],
			(unsigned long long)taken[i].people[1], (unsigned long long)taken[i].people[2], (unsigned long long)taken[i].people[3]);
	}
	arg_instant(&args, ctx->now);
	arg_ints(&args, classes, count);
	arg_ints(&args, attributes, count);
	arg_texts(&args, kinds, count);
	arg_ints(&args, programs, count);
	arg_ints(&args, times, count);
	arg_texts(&args, people, count);
	return query_run(ctx, QUERY_USAGE_ADD, &args) != NULL;
}

static bool flush(struct ctx *ctx)
{
	int count;
	int64_t dropped;
	struct counter *taken = take_all(ctx, &count, &dropped);
	if (dropped > 0)
		log_event(LOG_WARN, "usage.dropped", LOG_INT("count", dropped));
	if (count == 0 || write_away(ctx, taken, count))
		return true;
	/* A count that may have been written all the same is counted twice then: these are estimates, and too much keeps an attribute. */
	pthread_mutex_lock(&table.lock);
	for (int i = 0; i < count; i++)
		add(&taken[i]);
	pthread_mutex_unlock(&table.lock);
	return false;
}

static bool usage_round(struct ctx *ctx, void *user, int64_t *sleep_ms_r)
{
	(void)user;
	(void)sleep_ms_r;
	return flush(ctx);
}

struct rounds *usage_start(const struct config *config)
{
	const struct rounds_plan plan = {
		.name = "usage",
		.round = usage_round,
		.longest_sleep_ms = ROUND_MS,
		.retry_ms = RETRY_MS,
		.deadline_ms = LIMIT_MS,
	};
	return rounds_start(config, &plan);
}

void usage_stop(struct rounds *rounds, const struct config *config)
{
	struct ctx ctx = { .arena = arena_create(64 * 1024), .config = config };
	rounds_stop(rounds);
	if (table.used > 0) {
		ctx.db = db_conn_create(config, DB_RUNTIME, LAST_MS, false);
		ctx_begin(&ctx);
		ctx.deadline_ms = monotonic_ms() + LAST_MS;
		if (!flush(&ctx))
			log_event(LOG_WARN, "usage.lost", LOG_INT("counters", table.used));
		db_conn_destroy(ctx.db);
	}
	arena_destroy(ctx.arena);
}
