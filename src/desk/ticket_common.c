/* What every operation on a ticket shares: its first arguments, the number in the path, the whole ticket as the answer.
 * Refuses: to show a clock as it was when its row was written; what runs is brought up to the second of the answer. */
#include "desk/desk.h"
#include "sla/clock_json.h"
#include "sla/subject.h"

#include <string.h>

void arg_actor(struct query_args *args)
{
	const struct actor *actor = &args->ctx->actor;
	arg_int_or_null(args, actor->id, actor->id == 0);
	arg_int(args, actor->roles);
	arg_ints(args, actor->teams, actor->team_count);
	arg_instant(args, args->ctx->now);
}

bool ticket_number_parse(struct request *req, const char *number, int64_t *id_r)
{
	static const char *const prefixes[] = { "INC-", "REQ-", "CON-" };
	size_t length = strlen(number);
	bool known = false;
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++)
		known = known || strncmp(number, prefixes[i], 4) == 0;
	*id_r = 0;
	/* Six digits at least, and no zero before more of them: one ticket has one address. */
	if (known && length >= 10 && length <= 22 && strspn(number + 4, "0123456789") == length - 4 &&
		(length == 10 || number[4] != '0') && text_parse_int64(number + 4, id_r) && *id_r > 0)
		return true;
	return fail(&req->ctx, ERROR_NOT_FOUND, "There is no such ticket, or it is not yours");
}

bool ticket_fields_good(struct ctx *ctx, const struct rows *rows, int row, int column)
{
	const char *const *element;
	int count = rows_array(ctx, rows, row, column, &element);
	for (int i = 0; i + 1 < count; i += 2)
		fail_field(ctx, element[i], "%s", element[i + 1]);
	return count == 0;
}

static void write_case(struct json_out *json, const struct rows *cases, int i)
{
	json_int(json, "id", rows_int(cases, i, 0));
	json_text(json, "number", rows_text(cases, i, 1));
	json_ref(json, "supplier", rows_text(cases, i, 2), rows_text(cases, i, 3));
	json_ref(json, "contract", rows_text(cases, i, 4), rows_text(cases, i, 5));
	json_text(json, "status", rows_text(cases, i, 6));
	json_instant(json, "sent_at", rows_instant(cases, i, 7));
	json_instant(json, "next_due_at", rows_instant(cases, i, 8));
	json_text(json, "supplier_ref", rows_text(cases, i, 9));
}

#define CASES_WITH_CLOCKS 8

/* The newest open cases come with their clocks, which the page shows beside the ticket's own. */
static bool write_cases(struct ctx *ctx, struct json_out *json, const struct rows *cases)
{
	int with_clocks = rows_count(cases) < CASES_WITH_CLOCKS ? rows_count(cases) : CASES_WITH_CLOCKS;
	struct query_args args[CASES_WITH_CLOCKS];
	struct query_step steps[CASES_WITH_CLOCKS];
	for (int i = 0; i < with_clocks; i++) {
		args[i] = query_args(ctx);
		arg_int(&args[i], rows_int(cases, i, 0));
		steps[i] = (struct query_step){ QUERY_CLOCK_LIST_CASE, &args[i], NULL };
	}
	if (with_clocks > 0 && !query_pipeline(ctx, steps, with_clocks))
		return false;
	json_open_array(json, "cases");
	for (int i = 0; i < rows_count(cases); i++) {
		json_open_object(json, NULL);
		write_case(json, cases, i);
		if (i < with_clocks && !clock_list_json(ctx, json, "clocks", steps[i].rows))
			return false;
		json_close_object(json);
	}
	json_close_array(json);
	return true;
}

/* From outside: whom we wait for, while we do, and nothing else. */
static void write_cases_outside(struct json_out *json, const struct rows *cases, bool waiting)
{
	json_open_array(json, "cases");
	if (waiting && rows_count(cases) > 0) {
		json_open_object(json, NULL);
		json_ref(json, "supplier", rows_text(cases, 0, 2), rows_text(cases, 0, 3));
		json_text(json, "status", "open");
		json_close_object(json);
	}
	json_close_array(json);
}

/* Columns as in clock_json.sql. */
static bool write_brief(struct ctx *ctx, struct json_out *json, const char *metric, const struct rows *clocks)
{
	for (int i = 0; i < rows_count(clocks); i++) {
		int64_t target_s = rows_int(clocks, i, 3), elapsed_s;
		if (strcmp(rows_text(clocks, i, 0), metric) != 0)
			continue;
		if (!clock_elapsed_now(ctx, rows_text(clocks, i, 2), rows_int(clocks, i, 4), rows_instant(clocks, i, 5),
				rows_int(clocks, i, 10), &elapsed_s))
			return false;
		json_open_object(json, metric);
		json_text(json, "state", rows_text(clocks, i, 2));
		json_instant(json, "due_at", rows_instant(clocks, i, 8));
		json_bool(json, "breached", !rows_null(clocks, i, 9) || elapsed_s > target_s);
		json_int(json, "remaining_s", target_s - elapsed_s);
		json_close_object(json);
		return true;
	}
	json_put_null(json, metric);
	return true;
}

/* REQ-000042 is not another address of INC-000042. What the operation did is rolled back with the refusal. */
static bool number_agrees(const struct request *req, const char *number)
{
	static const char pattern[] = "/api/v1/tickets/{number}";
	return strncmp(req->route->pattern, pattern, sizeof(pattern) - 1) != 0 || strcmp(req->path_arg[0], number) == 0;
}

/* Staff who see a ticket only as its reporter do not see how teams measure each other. */
static struct rows *clocks_outside(struct ctx *ctx, int64_t ticket_id)
{
	struct query_args args = query_args(ctx);
	arg_int(&args, ticket_id);
	arg_bool(&args, false);
	return query_run(ctx, QUERY_CLOCK_LIST_TICKET, &args);
}

static bool write_ticket(struct request *req, int status, int64_t ticket_id, const struct query_step *steps)
{
	struct ctx *ctx = &req->ctx;
	const struct rows *ticket = steps[0].rows, *clocks = steps[1].rows;
	struct json_out json;
	if (rows_count(ticket) == 0 || !number_agrees(req, rows_text(ticket, 0, 4)))
		return fail(ctx, ERROR_NOT_FOUND, "There is no such ticket, or it is not yours");
	bool inside = rows_bool(ticket, 0, 2);
	if (!inside && CTX_HAS_ROLE(ctx, ROLES_STAFF)) {
		clocks = clocks_outside(ctx, ticket_id);
		if (!clocks)
			return false;
	}
	size_t length = rows_length(ticket, 0, 0);
	json_begin(&json, ctx->arena, length + 4096);
	json_reopen_object(&json, rows_text(ticket, 0, 0), length);
	if (!write_brief(ctx, &json, "response", clocks) || !write_brief(ctx, &json, "resolution", clocks) ||
		!clock_list_json(ctx, &json, "clocks", clocks))
		return false;
	if (!inside)
		write_cases_outside(&json, steps[2].rows, rows_bool(ticket, 0, 3));
	else if (!write_cases(ctx, &json, steps[2].rows))
		return false;
	json_close_object(&json);
	reply_etag(req, rows_int(ticket, 0, 1));
	if (status == 201)
		reply_location(req, "/api/v1/tickets/%s", rows_text(ticket, 0, 4));
	return reply_json_out(req, status, &json);
}

/* `number` NULL: an operation of this request has checked that the actor may see it. */
static bool answer(struct request *req, int status, int64_t ticket_id, const char *number)
{
	struct ctx *ctx = &req->ctx;
	struct query_args ticket = query_args(ctx), clocks = query_args(ctx), cases = query_args(ctx);
	struct query_step steps[] = {
		{ QUERY_TICKET_JSON, &ticket, NULL },
		{ QUERY_CLOCK_LIST_TICKET, &clocks, NULL },
		{ QUERY_TICKET_CASES, &cases, NULL },
	};
	arg_actor(&ticket);
	arg_int(&ticket, ticket_id);
	arg_text(&ticket, ctx->actor.language);
	arg_bool(&ticket, number == NULL);
	arg_text(&ticket, number);
	arg_int(&clocks, ticket_id);
	arg_bool(&clocks, CTX_HAS_ROLE(ctx, ROLES_STAFF | ROLES_READ_ALL));
	arg_int(&cases, ticket_id);
	return query_pipeline(ctx, steps, 3) && write_ticket(req, status, ticket_id, steps);
}

bool ticket_answer(struct request *req, int status, int64_t ticket_id)
{
	return answer(req, status, ticket_id, NULL);
}

bool ticket_changed(struct request *req, int status, int64_t ticket_id)
{
	return clocks_refresh_ticket(&req->ctx, ticket_id) && answer(req, status, ticket_id, NULL);
}

bool ticket_read(struct request *req)
{
	int64_t id;
	return ticket_number_parse(req, req->path_arg[0], &id) && answer(req, 200, id, req->path_arg[0]);
}
