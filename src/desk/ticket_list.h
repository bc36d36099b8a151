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
/* Full text over all tickets the caller may see, newest first. NULL: see ctx->error. */
struct rows *search_run(struct ctx *ctx, const struct list_filter *filter) MUST_CHECK;

#endif
