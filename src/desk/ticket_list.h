/* What GET /tickets was asked for, and how its rows are written. For the files ticket_list*.c and ticket_search.c. */
#ifndef VAKHTA_DESK_TICKET_LIST_H
#define VAKHTA_DESK_TICKET_LIST_H

#include "desk/desk.h"

enum list_sort { SORT_UPDATED, SORT_OPENED, SORT_DUE };

#define LIST_STATUSES_MAX 7
/* Greater than any rank and id: the first page. */
#define LIST_RANK_FIRST ((int64_t)100000000000)
#define LIST_ID_FIRST INT64_MAX

struct list_filter {
	const char *statuses[LIST_STATUSES_MAX];
	int status_count;                                         /* 0: any */
	const char *kind;                                         /* NULL: any */
	int64_t priority, owner, reporter, service, supplier, ci; /* 0: any */
	bool has_overdue, overdue, has_unowned, unowned, has_teams, incoming;
	int64_t teams[ACTOR_TEAMS_MAX];
	int team_count;
	const char *words; /* NULL: none */
	int64_t exact;     /* id of the ticket whose number the words are; 0: none */
	enum list_sort sort;
	int64_t rank, id; /* of the last row of the page before */
	int limit;
};

extern const char *const list_sort_names[]; /* by enum list_sort */

/* Reads view and filters of the query string; all wrong ones are reported. */
bool list_filter_read(struct request *req, struct list_filter *filter_r) MUST_CHECK;
/* $1…$20 of ticket_list.sql. */
void list_args(struct query_args *args, const struct list_filter *filter, int limit);
/* Columns of every list: ticket_item and the rank. */
enum list_column {
	LIST_ID,
	LIST_NUMBER,
	LIST_KIND,
	LIST_SUBJECT,
	LIST_STATUS,
	LIST_PRIORITY,
	LIST_IMPACT,
	LIST_URGENCY,
	LIST_REPORTER,
	LIST_OWNER,
	LIST_TEAM,
	LIST_SERVICE,
	LIST_SUPPLIER,
	LIST_OPENED,
	LIST_UPDATED,
	LIST_DUE,
	LIST_RESTRICTED,
	LIST_RANK
};

/* Columns of ticket_list_clocks. */
enum list_clock_column {
	LIST_CLOCK_TICKET,
	LIST_CLOCK_METRIC,
	LIST_CLOCK_STATE,
	LIST_CLOCK_DUE,
	LIST_CLOCK_BREACHED,
	LIST_CLOCK_TARGET,
	LIST_CLOCK_ELAPSED,
	LIST_CLOCK_EVALUATED,
	LIST_CLOCK_CALENDAR
};

/* Kinds of ticket_list_names. */
#define LIST_PERSON 'p'
#define LIST_TEAM_NAME 't'
#define LIST_SERVICE_NAME 's'
#define LIST_SUPPLIER_NAME 'u'
#define LIST_OFFERED 'h' /* of a ticket; the name is empty */

/* What the rows of a page refer to, read for all of them in one round trip (ticket_list_facts.c). */
struct list_facts {
	const struct rows *clocks, *names;
	const struct list_fact *known; /* by kind and id */
	int count;
};
bool list_facts_read(
	struct ctx *ctx, const struct rows *exact_or_null, const struct rows *page, struct list_facts *facts_r) MUST_CHECK;
/* NULL: there is none. */
const char *list_facts_name(const struct list_facts *facts, char kind, int64_t id);
/* Row of facts->clocks, or -1. `metric` is response or resolution. */
int list_facts_clock(const struct list_facts *facts, int64_t ticket, const char *metric);

/* Full text over all tickets the caller may see, newest first. NULL: see ctx->error. */
struct rows *search_run(struct ctx *ctx, const struct list_filter *filter) MUST_CHECK;

#endif
