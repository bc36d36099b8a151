/* What the rows of a page of tickets refer to: names, clocks, open offers.
 * Owns: reading them for the whole page in one round trip, and finding them by id. Refuses: to decide who sees a ticket; the
 * list that gave the ids has. */
#include "desk/ticket_list.h"
#include "desk/ticket_list.sql.h"

#include <stdlib.h>
#include <string.h>

struct list_fact {
	char kind;
	int64_t id;
	int row;
};

#define RESPONSE 'a'
#define RESOLUTION 'z'

static int by_kind_and_id(const void *a, const void *b)
{
	const struct list_fact *one = a, *other = b;
	if (one->kind != other->kind)
		return one->kind < other->kind ? -1 : 1;
	return one->id < other->id ? -1 : one->id > other->id;
}

static const struct list_fact *find(const struct list_facts *facts, char kind, int64_t id)
{
	struct list_fact key = { .kind = kind, .id = id };
	return facts->count > 0 ? bsearch(&key, facts->known, (size_t)facts->count, sizeof(key), by_kind_and_id) : NULL;
}

struct ids {
	int64_t *id;
	int count;
};

static int by_id(const void *a, const void *b)
{
	int64_t one = *(const int64_t *)a, other = *(const int64_t *)b;
	return one < other ? -1 : one > other;
}

static void take(struct ids *ids, const struct rows *rows_or_null, enum list_column column)
{
	for (int i = 0; rows_or_null && i < rows_count(rows_or_null); i++)
		if (!rows_null(rows_or_null, i, (int)column))
			ids->id[ids->count++] = rows_int(rows_or_null, i, (int)column);
}

/* The ids of one or two columns, each once. */
static void arg_column(struct query_args *args, const struct rows *exact, const struct rows *page,
	enum list_column column, enum list_column second)
{
	struct ids ids = { 0 };
	int distinct = 0;
	ids.id = arena_array(args->ctx->arena, 2 * ((size_t)rows_count(page) + 1), sizeof(int64_t));
	take(&ids, exact, column);
	take(&ids, page, column);
	if (second != column) {
		take(&ids, exact, second);
		take(&ids, page, second);
	}
	qsort(ids.id, (size_t)ids.count, sizeof(int64_t), by_id);
	for (int i = 0; i < ids.count; i++)
		if (i == 0 || ids.id[i] != ids.id[distinct - 1])
			ids.id[distinct++] = ids.id[i];
	arg_ints(args, ids.id, distinct);
}

static void index_facts(struct ctx *ctx, struct list_facts *facts)
{
	int names = rows_count(facts->names), clocks = rows_count(facts->clocks);
	struct list_fact *known = arena_array(ctx->arena, (size_t)(names + clocks) + 1, sizeof(*known));
	for (int i = 0; i < names; i++)
		known[i] = (struct list_fact){ rows_text(facts->names, i, 0)[0], rows_int(facts->names, i, 1), i };
	for (int i = 0; i < clocks; i++)
		known[names + i] =
			(struct list_fact){ strcmp(rows_text(facts->clocks, i, LIST_CLOCK_METRIC), "response") == 0 ? RESPONSE
																										: RESOLUTION,
				rows_int(facts->clocks, i, LIST_CLOCK_TICKET), i };
	facts->known = known;
	facts->count = names + clocks;
	qsort(known, (size_t)facts->count, sizeof(*known), by_kind_and_id);
}

bool list_facts_read(struct ctx *ctx, const struct rows *exact, const struct rows *page, struct list_facts *facts_r)
{
	struct query_args clocks = query_args(ctx), names = query_args(ctx);
	struct query_step steps[] = { { QUERY_TICKET_LIST_CLOCKS, &clocks, NULL },
		{ QUERY_TICKET_LIST_NAMES, &names, NULL } };
	*facts_r = (struct list_facts){ 0 };
	if (!exact && rows_count(page) == 0)
		return true;
	arg_column(&clocks, exact, page, LIST_ID, LIST_ID);
	arg_column(&names, exact, page, LIST_REPORTER, LIST_OWNER);
	arg_column(&names, exact, page, LIST_TEAM, LIST_TEAM);
	arg_column(&names, exact, page, LIST_SERVICE, LIST_SERVICE);
	arg_column(&names, exact, page, LIST_SUPPLIER, LIST_SUPPLIER);
	arg_column(&names, exact, page, LIST_ID, LIST_ID);
	arg_text(&names, ctx->actor.language);
	if (!query_pipeline(ctx, steps, 2))
		return false;
	facts_r->clocks = steps[0].rows;
	facts_r->names = steps[1].rows;
	index_facts(ctx, facts_r);
	return true;
}

const char *list_facts_name(const struct list_facts *facts, char kind, int64_t id)
{
	const struct list_fact *fact = find(facts, kind, id);
	return fact ? rows_text(facts->names, fact->row, 2) : NULL;
}

int list_facts_clock(const struct list_facts *facts, int64_t ticket, const char *metric)
{
	const struct list_fact *fact = find(facts, strcmp(metric, "response") == 0 ? RESPONSE : RESOLUTION, ticket);
	return fact ? fact->row : -1;
}
