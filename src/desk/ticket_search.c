/* Full text over all tickets, newest first.
 * GIN gives all hits of a query at once, unordered: right for rare words, and slow for words that stand in every
 * tenth ticket, of which only the newest fifty are wanted. Those are found sooner by walking back from the newest
 * ticket. Which way is shorter follows from how common the words are, as ANALYZE counted them.
 * Owns: the table of common stems, read anew now and then. Thread: the table is under its mutex. */
#include "desk/ticket_list.h"
#include "desk/ticket_search.sql.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define TABLE_AGE_MS 600000
/* Measured with vectors of 1.2 kB: a step of the walk takes a third of the time of a hit, which costs the index a page
 * of the table. Longer vectors are slower to walk. */
#define WALK_STEP_IN_HITS 0.5
/* The walk may go so much further than expected before the index is asked after all. */
#define WALK_PATIENCE 4
#define WALK_STEPS_MAX 40000

struct stem {
	char *word;
	double share;
};

static struct {
	pthread_mutex_t mutex;
	struct stem *stems; /* by word */
	int count;
	double tickets;
	int64_t read_at_ms; /* 0: never */
} table = { .mutex = PTHREAD_MUTEX_INITIALIZER };

static int by_word(const void *a, const void *b)
{
	return strcmp(((const struct stem *)a)->word, ((const struct stem *)b)->word);
}

static void table_take(const struct rows *rows)
{
	int count = rows_count(rows);
	struct stem *stems = calloc((size_t)count + 1, sizeof(*stems));
	INVARIANT(stems != NULL);
	for (int i = 0; i < count; i++) {
		stems[i].word = strdup(rows_text(rows, i, 0));
		stems[i].share = (double)rows_int(rows, i, 1) / 1e6;
		INVARIANT(stems[i].word != NULL);
	}
	qsort(stems, (size_t)count, sizeof(*stems), by_word);
	for (int i = 0; i < table.count; i++)
		free(table.stems[i].word);
	free(table.stems);
	table.stems = stems;
	table.count = count;
	table.tickets = count > 0 ? (double)rows_int(rows, 0, 2) : 0;
}

/* One worker reads the table, the others go on with the old one meanwhile. */
static bool table_refresh(struct ctx *ctx)
{
	int64_t now = monotonic_ms();
	pthread_mutex_lock(&table.mutex);
	bool due = table.read_at_ms == 0 || now - table.read_at_ms > TABLE_AGE_MS;
	if (due)
		table.read_at_ms = now;
	pthread_mutex_unlock(&table.mutex);
	if (!due)
		return true;
	struct rows *rows = query_run(ctx, QUERY_TICKET_SEARCH_COMMON, NULL);
	if (!rows)
		return false;
	pthread_mutex_lock(&table.mutex);
	table_take(rows);
	pthread_mutex_unlock(&table.mutex);
	return true;
}

/* How many steps back the page should take, or 0: ask the index. */
static int64_t walk_steps(const char *const *words, int count, int rows_wanted)
{
	double share = 1;
	int64_t steps = 0;
	pthread_mutex_lock(&table.mutex);
	for (int i = 0; i < count; i++) {
		struct stem key = { (char *)words[i], 0 };
		const struct stem *found =
			table.count > 0 ? bsearch(&key, table.stems, (size_t)table.count, sizeof(key), by_word) : NULL;
		share *= found ? found->share : 0;
	}
	double expected = share > 0 ? rows_wanted / share : 0, hits = table.tickets * share;
	if (expected > 0 && expected < WALK_STEPS_MAX && expected * WALK_STEP_IN_HITS < hits)
		steps = (int64_t)(expected * WALK_PATIENCE) + 200;
	pthread_mutex_unlock(&table.mutex);
	return steps;
}

struct rows *search_run(struct ctx *ctx, const struct list_filter *filter)
{
	struct query_args words = query_args(ctx), rare = query_args(ctx), walk = query_args(ctx);
	const char *const *stems;
	if (!table_refresh(ctx))
		return NULL;
	arg_text(&words, filter->words);
	struct rows *asked = query_one(ctx, QUERY_TICKET_SEARCH_WORDS, &words);
	if (!asked)
		return NULL;
	int count = rows_array(ctx, asked, 0, 0, &stems);
	/* A filter that few tickets pass makes the walk longer than the words say. */
	bool plain = rows_bool(asked, 0, 1) && !filter->has_teams && filter->priority == 0 && !filter->has_overdue &&
		filter->status_count == 0;
	int64_t steps = plain && count > 0 ? walk_steps(stems, count, filter->limit + 1) : 0;
	if (steps > 0) {
		int64_t newest = rows_int(asked, 0, 2), from = filter->rank < newest ? filter->rank : newest;
		list_args(&walk, filter, filter->limit + 1);
		arg_int(&walk, from > steps ? from - steps : 0);
		struct rows *rows = query_run(ctx, QUERY_TICKET_SEARCH_WALK, &walk);
		if (!rows || rows_count(rows) > filter->limit || from <= steps)
			return rows;
	}
	list_args(&rare, filter, filter->limit + 1);
	return query_run(ctx, QUERY_TICKET_SEARCH_RARE, &rare);
}
