/* GET /tickets: chooses the list whose index serves what was asked for, and writes plain rows.
 * Refuses: to search a million tickets for want of an index; visibility stands in every query (ticket_listed). */
#include "desk/ticket_list.h"
#include "desk/ticket_list.sql.h"
#include "sla/clock_json.h"

#include <string.h>

static bool is_open(const char *status)
{
	return strcmp(status, "resolved") != 0 && strcmp(status, "closed") != 0 && strcmp(status, "cancelled") != 0;
}

static bool only_open(const struct list_filter *filter)
{
	bool only = filter->status_count > 0 || (filter->has_overdue && filter->overdue);
	for (int i = 0; i < filter->status_count; i++)
		only = only && is_open(filter->statuses[i]);
	return only;
}

static bool only_status(const struct list_filter *filter, const char *status)
{
	return filter->status_count == 1 && strcmp(filter->statuses[0], status) == 0;
}

static bool only_live(const struct list_filter *filter)
{
	bool only = filter->status_count > 0;
	for (int i = 0; i < filter->status_count; i++)
		only = only && (is_open(filter->statuses[i]) || strcmp(filter->statuses[i], "resolved") == 0);
	return only;
}

struct choice {
	const struct query *query;
	bool sorted; /* takes the order as $21 */
};

/* Sets that are small because somebody or something is named. False: none is. */
static bool choose_named(const struct ctx *ctx, const struct list_filter *filter, struct choice *choice_r)
{
	if (!CTX_HAS_ROLE(ctx, ROLES_STAFF | ROLES_READ_ALL))
		*choice_r = (struct choice){ QUERY_TICKET_LIST_OWN, true };
	else if (filter->incoming)
		*choice_r = (struct choice){ QUERY_TICKET_LIST_INCOMING, true };
	else if (filter->reporter != 0)
		*choice_r = (struct choice){ QUERY_TICKET_LIST_REPORTER, true };
	else if (filter->owner != 0 && (only_live(filter) || only_open(filter)))
		*choice_r = filter->sort == SORT_UPDATED ? (struct choice){ QUERY_TICKET_LIST_OWNER, false }
												 : (struct choice){ QUERY_TICKET_LIST_OWNER_LIVE, true };
	else if (filter->owner != 0)
		*choice_r = (struct choice){ QUERY_TICKET_LIST_OWNER_ALL, true };
	else if (filter->supplier != 0)
		*choice_r = (struct choice){ QUERY_TICKET_LIST_SUPPLIER, true };
	else if (filter->ci != 0)
		*choice_r = (struct choice){ QUERY_TICKET_LIST_CI, true };
	else if (filter->service != 0 && only_open(filter))
		*choice_r = (struct choice){ QUERY_TICKET_LIST_SERVICE_OPEN, true };
	else
		return false;
	return true;
}

static struct choice choose(const struct ctx *ctx, const struct list_filter *filter)
{
	bool updated = filter->sort == SORT_UPDATED, open = only_open(filter);
	struct choice named;
	if (choose_named(ctx, filter, &named))
		return named;
	/* Only open tickets are due. */
	if (filter->service != 0)
		return filter->sort == SORT_DUE ? (struct choice){ QUERY_TICKET_LIST_SERVICE_OPEN, true }
										: (struct choice){ QUERY_TICKET_LIST_SERVICE, false };
	if (filter->has_unowned && filter->unowned && (open || filter->status_count == 0))
		return (struct choice){ QUERY_TICKET_LIST_UNOWNED, true };
	if (filter->has_teams && updated)
		return (struct choice){ open ? QUERY_TICKET_LIST_TEAM_OPEN : QUERY_TICKET_LIST_TEAM, false };
	if (filter->has_teams && (open || filter->sort == SORT_DUE))
		return (struct choice){ QUERY_TICKET_LIST_TEAM_SORTED, true };
	if (only_status(filter, "waiting_supplier"))
		return (struct choice){ QUERY_TICKET_LIST_WAITING, true };
	if (only_status(filter, "resolved"))
		return (struct choice){ QUERY_TICKET_LIST_RESOLVED, true };
	if (filter->sort == SORT_DUE)
		return (struct choice){ QUERY_TICKET_LIST_OPEN_DUE, false };
	if (filter->has_overdue && filter->overdue)
		return (struct choice){ QUERY_TICKET_LIST_OVERDUE, true };
	if (open)
		return updated ? (struct choice){ QUERY_TICKET_LIST_OPEN_UPDATED, false }
					   : (struct choice){ QUERY_TICKET_LIST_OPEN_OPENED, false };
	return (struct choice){ updated ? QUERY_TICKET_LIST_UPDATED : QUERY_TICKET_LIST_OPENED, false };
}

static struct rows *list_run(struct ctx *ctx, const struct list_filter *filter)
{
	struct query_args args = query_args(ctx);
	struct choice choice;
	if (filter->words && !choose_named(ctx, filter, &choice) && filter->service == 0)
		return search_run(ctx, filter);
	choice = choose(ctx, filter);
	list_args(&args, filter, filter->limit + 1);
	if (choice.sorted)
		arg_text(&args, list_sort_names[filter->sort]);
	return query_run(ctx, choice.query, &args);
}

/* ticket_inside, for what a row shows. */
static bool is_inside(const struct actor *actor, const struct rows *rows, int i)
{
	if (actor->roles & ROLES_READ_ALL)
		return true;
	if (!(actor->roles & ROLES_STAFF))
		return false;
	bool inside = rows_null(rows, i, LIST_RESTRICTED) || rows_int(rows, i, LIST_OWNER) == actor->id;
	for (int n = 0; n < actor->team_count; n++)
		inside = inside || actor->teams[n] == rows_int(rows, i, LIST_RESTRICTED);
	return inside;
}

static bool write_clock(
	struct ctx *ctx, struct json_out *json, const char *key, const struct list_facts *facts, int64_t ticket)
{
	const struct rows *clocks = facts->clocks;
	int row = list_facts_clock(facts, ticket, key);
	int64_t elapsed_s;
	if (row < 0) {
		json_put_null(json, key);
		return true;
	}
	int64_t target_s = rows_int(clocks, row, LIST_CLOCK_TARGET);
	const char *state = rows_text(clocks, row, LIST_CLOCK_STATE);
	if (!clock_elapsed_now(ctx, state, rows_int(clocks, row, LIST_CLOCK_ELAPSED),
			rows_instant(clocks, row, LIST_CLOCK_EVALUATED), rows_int(clocks, row, LIST_CLOCK_CALENDAR), &elapsed_s))
		return false;
	json_open_object(json, key);
	json_text(json, "state", state);
	json_instant(json, "due_at", rows_instant(clocks, row, LIST_CLOCK_DUE));
	json_bool(json, "breached", !rows_null(clocks, row, LIST_CLOCK_BREACHED) || elapsed_s > target_s);
	json_int(json, "remaining_s", target_s - elapsed_s);
	json_close_object(json);
	return true;
}

static void write_name(struct json_out *json, const char *key, const struct list_facts *facts, char kind,
	const struct rows *rows, int i, int column)
{
	const char *name = rows_null(rows, i, column) ? NULL : list_facts_name(facts, kind, rows_int(rows, i, column));
	json_ref(json, key, name ? rows_text(rows, i, column) : NULL, name);
}

static bool write_item(
	struct ctx *ctx, struct json_out *json, const struct list_facts *facts, const struct rows *rows, int i)
{
	bool inside = is_inside(&ctx->actor, rows, i);
	bool shows_supplier = inside || strcmp(rows_text(rows, i, LIST_STATUS), "waiting_supplier") == 0;
	int64_t id = rows_int(rows, i, LIST_ID);
	json_open_object(json, NULL);
	json_text(json, "number", rows_text(rows, i, LIST_NUMBER));
	json_text(json, "kind", rows_text(rows, i, LIST_KIND));
	json_text(json, "subject", rows_text(rows, i, LIST_SUBJECT));
	json_text(json, "status", rows_text(rows, i, LIST_STATUS));
	json_raw(json, "priority", rows_text(rows, i, LIST_PRIORITY));
	json_raw(json, "impact", rows_text(rows, i, LIST_IMPACT));
	json_raw(json, "urgency", rows_text(rows, i, LIST_URGENCY));
	write_name(json, "reporter", facts, LIST_PERSON, rows, i, LIST_REPORTER);
	write_name(json, "owner", facts, LIST_PERSON, rows, i, LIST_OWNER);
	write_name(json, "team", facts, LIST_TEAM_NAME, rows, i, LIST_TEAM);
	write_name(json, "service", facts, LIST_SERVICE_NAME, rows, i, LIST_SERVICE);
	if (shows_supplier)
		write_name(json, "supplier", facts, LIST_SUPPLIER_NAME, rows, i, LIST_SUPPLIER);
	else
		json_put_null(json, "supplier");
	json_instant(json, "opened_at", rows_instant(rows, i, LIST_OPENED));
	json_instant(json, "updated_at", rows_instant(rows, i, LIST_UPDATED));
	json_instant(json, "promised_at", rows_instant(rows, i, LIST_DUE));
	if (!write_clock(ctx, json, "response", facts, id) || !write_clock(ctx, json, "resolution", facts, id))
		return false;
	json_bool(json, "pending_handover", inside && list_facts_name(facts, LIST_OFFERED, id));
	json_close_object(json);
	return true;
}

/* The ticket whose number was typed comes first, once. NULL without error: there is none, or this is not the first
 * page. */
static bool find_exact(struct ctx *ctx, struct list_filter *filter, struct rows **exact_r)
{
	struct query_args args = query_args(ctx);
	*exact_r = NULL;
	if (filter->exact == 0 || filter->id != LIST_ID_FIRST)
		return true;
	list_args(&args, filter, 1);
	*exact_r = query_run(ctx, QUERY_TICKET_LIST_EXACT, &args);
	if (!*exact_r)
		return false;
	if (rows_count(*exact_r) == 0)
		*exact_r = NULL;
	else if (filter->limit > 1)
		filter->limit--;
	return true;
}

bool ticket_list(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct list_filter filter;
	struct json_out json;
	struct rows *exact;
	if (!list_filter_read(req, &filter) || !find_exact(ctx, &filter, &exact))
		return false;
	struct rows *rows = list_run(ctx, &filter);
	struct list_facts facts;
	if (!rows || !list_facts_read(ctx, exact, rows, &facts))
		return false;
	int count = rows_count(rows), shown = count < filter.limit ? count : filter.limit;
	json_begin(&json, ctx->arena, 1024 + (size_t)shown * 640);
	json_open_object(&json, NULL);
	json_open_array(&json, "items");
	if (exact && !write_item(ctx, &json, &facts, exact, 0))
		return false;
	for (int i = 0; i < shown; i++)
		if (!write_item(ctx, &json, &facts, rows, i))
			return false;
	json_close_array(&json);
	if (count > shown && shown > 0) {
		const char *last[] = { rows_text(rows, shown - 1, LIST_RANK), rows_text(rows, shown - 1, LIST_ID) };
		json_text(&json, "next", page_cursor(req, last, 2));
	} else {
		json_put_null(&json, "next");
	}
	json_close_object(&json);
	return reply_json_out(req, 200, &json);
}

#define COUNT_MAX 1000

static bool counts_own(struct request *req)
{
	struct query_args args = query_args(&req->ctx);
	struct json_out json;
	arg_int(&args, req->ctx.actor.id);
	struct rows *rows = query_one(&req->ctx, QUERY_TICKET_COUNTS_OWN, &args);
	if (!rows)
		return false;
	json_begin(&json, req->ctx.arena, 128);
	json_open_object(&json, NULL);
	json_open_object(&json, "views");
	json_raw(&json, "all_open", rows_text(rows, 0, 0));
	json_raw(&json, "resolved", rows_text(rows, 0, 1));
	json_close_object(&json);
	json_int(&json, "at_most", COUNT_MAX);
	json_close_object(&json);
	return reply_json_out(req, 200, &json);
}

bool ticket_counts(struct request *req)
{
	/* In the order of the query's columns. */
	static const char *const views[] = { "mine", "incoming", "unassigned", "team", "overdue", "waiting_supplier",
		"all_open", "resolved" };
	static const char *const names[] = { NULL };
	struct ctx *ctx = &req->ctx;
	struct query_args args = query_args(ctx);
	struct json_out json;
	if (!query_done(req, names))
		return false;
	if (!CTX_HAS_ROLE(ctx, ROLES_STAFF | ROLES_READ_ALL))
		return counts_own(req);
	arg_actor(&args);
	arg_int(&args, COUNT_MAX);
	struct rows *rows = query_one(ctx, QUERY_TICKET_COUNTS, &args);
	if (!rows)
		return false;
	json_begin(&json, ctx->arena, 256);
	json_open_object(&json, NULL);
	json_open_object(&json, "views");
	for (int i = 0; i < (int)(sizeof(views) / sizeof(*views)); i++)
		json_raw(&json, views[i], rows_text(rows, 0, i));
	json_close_object(&json);
	json_int(&json, "at_most", COUNT_MAX);
	json_close_object(&json);
	return reply_json_out(req, 200, &json);
}
