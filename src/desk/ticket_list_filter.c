/* Reads what a list of tickets is asked for. Owns: the meaning of views and of `me`, `mine`, `none`.
 * Refuses: unknown values; a misspelt filter is never ignored. */
#include "desk/ticket_list.h"

#include <string.h>

static const char *const open_statuses[] = { "new", "in_progress", "waiting_reporter", "waiting_supplier" };
static const char *const all_statuses[] = { "new", "in_progress", "waiting_reporter", "waiting_supplier", "resolved",
	"closed", "cancelled", NULL };
static const char *const kinds[] = { "incident", "request", "consultation", NULL };
static const char *const views[] = { "mine", "incoming", "unassigned", "team", "overdue", "waiting_supplier",
	"all_open", "resolved", NULL };
const char *const list_sort_names[] = { "updated", "opened", "due", NULL };

static void statuses_set(struct list_filter *filter, const char *const *statuses, int count)
{
	filter->status_count = count;
	for (int i = 0; i < count; i++)
		filter->statuses[i] = statuses[i];
}

static void statuses_open(struct list_filter *filter)
{
	statuses_set(filter, open_statuses, sizeof(open_statuses) / sizeof(*open_statuses));
}

static void teams_mine(const struct actor *actor, struct list_filter *filter)
{
	filter->has_teams = true;
	filter->team_count = actor->team_count;
	for (int i = 0; i < actor->team_count; i++)
		filter->teams[i] = actor->teams[i];
}

/* The queue's views; ticket_counts in ticket_list.sql counts the same. */
static void view_apply(const struct actor *actor, const char *view, struct list_filter *filter)
{
	if (strcmp(view, "mine") == 0) {
		filter->owner = actor->id;
		statuses_open(filter);
	} else if (strcmp(view, "incoming") == 0) {
		filter->incoming = true;
	} else if (strcmp(view, "unassigned") == 0) {
		filter->has_unowned = filter->unowned = true;
		statuses_set(filter, (const char *const[]){ "new" }, 1);
		if (actor->team_count > 0)
			teams_mine(actor, filter);
	} else if (strcmp(view, "team") == 0) {
		teams_mine(actor, filter);
		statuses_open(filter);
	} else if (strcmp(view, "overdue") == 0) {
		filter->has_overdue = filter->overdue = true;
		filter->sort = SORT_DUE;
	} else if (strcmp(view, "waiting_supplier") == 0) {
		statuses_set(filter, (const char *const[]){ "waiting_supplier" }, 1);
	} else if (strcmp(view, "resolved") == 0) {
		statuses_set(filter, (const char *const[]){ "resolved" }, 1);
	} else {
		statuses_open(filter);
	}
}

static void read_statuses(struct request *req, struct list_filter *filter)
{
	const char *text = request_query(req, "status");
	if (!text)
		return;
	filter->status_count = 0;
	for (const char *at = text;; at++) {
		size_t length = strcspn(at, ",");
		const char *known = NULL;
		for (int i = 0; all_statuses[i]; i++)
			if (strlen(all_statuses[i]) == length && strncmp(all_statuses[i], at, length) == 0)
				known = all_statuses[i];
		if (!known) {
			fail_field(&req->ctx, "status",
				"must be a list of new, in_progress, waiting_reporter, waiting_supplier, resolved, closed, cancelled");
			return;
		}
		bool twice = false;
		for (int i = 0; i < filter->status_count; i++)
			twice = twice || filter->statuses[i] == known;
		if (!twice)
			filter->statuses[filter->status_count++] = known;
		at += length;
		if (*at == '\0')
			return;
	}
}

static int64_t read_id(struct request *req, const char *name, const char *me)
{
	const char *text = request_query(req, name);
	int64_t id = 0;
	if (!text)
		return 0;
	if (me && strcmp(text, me) == 0)
		return req->ctx.actor.id;
	if (!text_parse_int64(text, &id) || id <= 0) {
		fail_field(&req->ctx, name, me ? "must be an id or %s" : "must be an id", me);
		return 0;
	}
	return id;
}

static void read_owner(struct request *req, struct list_filter *filter)
{
	const char *text = request_query(req, "owner");
	if (text && strcmp(text, "none") == 0)
		filter->has_unowned = filter->unowned = true;
	else if (text)
		filter->owner = read_id(req, "owner", "me");
}

static void read_team(struct request *req, struct list_filter *filter)
{
	const char *text = request_query(req, "team");
	if (!text)
		return;
	if (strcmp(text, "mine") == 0) {
		teams_mine(&req->ctx.actor, filter);
		return;
	}
	filter->has_teams = true;
	filter->team_count = 1;
	filter->teams[0] = read_id(req, "team", NULL);
}

/* "42", "INC-000042", "inc 42": 42. */
static int64_t number_typed(const char *words)
{
	static const char *const prefixes[] = { "inc", "req", "con" };
	int64_t id = 0;
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++)
		if (strncasecmp(words, prefixes[i], 3) == 0) {
			words += 3;
			words += strspn(words, "- ");
			break;
		}
	size_t digits = strspn(words, "0123456789");
	return digits > 0 && digits <= 12 && words[digits] == '\0' && text_parse_int64(words, &id) ? id : 0;
}

static void read_words(struct request *req, struct list_filter *filter)
{
	const char *text = request_query(req, "q");
	if (!text)
		return;
	text = text_trim(req->ctx.arena, text);
	if (text_utf8_length(text) > 500) {
		fail_field(&req->ctx, "q", "may have at most 500 characters");
		return;
	}
	if (*text == '\0')
		return;
	filter->words = text;
	filter->exact = number_typed(text);
	if (request_query(req, "sort") && filter->sort != SORT_OPENED)
		fail_field(&req->ctx, "sort", "must be opened together with q: what is found comes newest first");
	filter->sort = SORT_OPENED;
}

static void read_sort(struct request *req, struct list_filter *filter)
{
	const char *sort = query_choice(req, "sort", list_sort_names);
	for (int i = 0; sort && list_sort_names[i]; i++)
		if (strcmp(sort, list_sort_names[i]) == 0)
			filter->sort = (enum list_sort)i;
}

static void read_cursor(struct request *req, struct list_filter *filter)
{
	struct page page;
	filter->rank = LIST_RANK_FIRST;
	filter->id = LIST_ID_FIRST;
	filter->limit = 50;
	if (!page_read(req, &page))
		return;
	filter->limit = page.limit;
	if (page.count > 0 &&
		(page.count != 2 || !text_parse_int64(page.value[0], &filter->rank) ||
			!text_parse_int64(page.value[1], &filter->id) || filter->rank > LIST_RANK_FIRST ||
			filter->rank < -LIST_RANK_FIRST || filter->id < 0))
		fail_field(&req->ctx, "cursor", "is not a cursor of this list");
}

bool list_filter_read(struct request *req, struct list_filter *filter_r)
{
	static const char *const names[] = { "view", "status", "kind", "owner", "team", "reporter", "supplier", "service",
		"ci", "priority", "overdue", "q", "sort", "limit", "cursor", NULL };
	struct list_filter filter = { .sort = SORT_UPDATED };
	const char *view = query_choice(req, "view", views);
	if (view)
		view_apply(&req->ctx.actor, view, &filter);
	read_statuses(req, &filter);
	filter.kind = query_choice(req, "kind", kinds);
	read_owner(req, &filter);
	read_team(req, &filter);
	filter.reporter = read_id(req, "reporter", "me");
	filter.supplier = read_id(req, "supplier", NULL);
	filter.service = read_id(req, "service", NULL);
	filter.ci = read_id(req, "ci", NULL);
	filter.priority = query_int(req, "priority", 0, 1, 4);
	if (request_query(req, "overdue")) {
		filter.has_overdue = true;
		filter.overdue = query_flag(req, "overdue");
	}
	read_sort(req, &filter);
	read_words(req, &filter);
	read_cursor(req, &filter);
	*filter_r = filter;
	return query_done(req, names);
}

void list_args(struct query_args *args, const struct list_filter *filter, int limit)
{
	arg_actor(args);
	if (filter->status_count > 0)
		arg_texts(args, filter->statuses, filter->status_count);
	else
		arg_text(args, NULL);
	arg_text(args, filter->kind);
	arg_int_or_null(args, filter->priority, filter->priority == 0);
	if (filter->has_overdue)
		arg_bool(args, filter->overdue);
	else
		arg_text(args, NULL);
	arg_int_or_null(args, filter->owner, filter->owner == 0);
	if (filter->has_unowned)
		arg_bool(args, filter->unowned);
	else
		arg_text(args, NULL);
	if (filter->has_teams)
		arg_ints(args, filter->teams, filter->team_count);
	else
		arg_text(args, NULL);
	arg_int_or_null(args, filter->reporter, filter->reporter == 0);
	arg_int_or_null(args, filter->service, filter->service == 0);
	arg_int_or_null(args, filter->supplier, filter->supplier == 0);
	arg_int_or_null(args, filter->ci, filter->ci == 0);
	arg_text(args, filter->words);
	arg_int(args, filter->exact);
	arg_int(args, filter->rank);
	arg_int(args, filter->id);
	arg_int(args, limit);
}
