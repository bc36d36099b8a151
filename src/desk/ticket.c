/* Opening and editing tickets, their CIs and the people named on them.
 * Owns: how these requests are read. Refuses: rules (41_desk_ticket.sql), clocks (sla/subject.c). */
#include "desk/desk.h"
#include "desk/ticket.sql.h"
#include "sla/subject.h"

#include <string.h>

static const char *const kinds[] = { "incident", "request", "consultation", NULL };
static const char *const channels[] = { "portal", "mail", "phone", "chat", "monitoring", "api", NULL };
static const char *const ci_roles[] = { "affected", "cause", "related", NULL };

/* The confirmation names the promise, so it is written after the clocks. */
static bool confirm_opened(struct ctx *ctx, int64_t ticket_id)
{
	struct query_args args = query_args(ctx);
	arg_int(&args, ticket_id);
	arg_instant(&args, ctx->now);
	return clocks_refresh_ticket(ctx, ticket_id) && query_later(ctx, QUERY_TICKET_OPENED_MAIL, &args);
}

bool ticket_create(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct query_args args = query_args(ctx);
	const int64_t *cis = NULL;
	struct body *body = body_open(req);
	if (!body)
		return false;
	const char *kind = body_choice(body, "kind", BODY_REQUIRED, kinds);
	const char *subject = body_text(body, "subject", BODY_REQUIRED, 1, TICKET_SUBJECT_MAX);
	const char *text = body_text(body, "body", BODY_REQUIRED, 1, TICKET_BODY_MAX);
	int64_t reporter = body_id(body, "reporter", BODY_OPTIONAL);
	const char *channel = body_choice(body, "channel", BODY_OPTIONAL, channels);
	int64_t impact = body_int(body, "impact", BODY_OPTIONAL, 1, 3, 3),
			urgency = body_int(body, "urgency", BODY_OPTIONAL, 1, 3, 2);
	int64_t service = body_id(body, "service", BODY_OPTIONAL), category = body_id(body, "category", BODY_OPTIONAL);
	int ci_count = body_ids(body, "cis", BODY_OPTIONAL, TICKET_CIS_MAX, &cis);
	if (subject && strchr(subject, '\n'))
		body_wrong(body, "subject", "must be one line");
	if (!body_close(body))
		return false;
	arg_actor(&args);
	arg_text(&args, kind);
	arg_text(&args, subject);
	arg_text(&args, text);
	arg_int_or_null(&args, reporter, reporter == 0);
	arg_text(&args, channel ? channel : "portal");
	arg_int(&args, impact);
	arg_int(&args, urgency);
	arg_int_or_null(&args, service, service == 0);
	arg_int_or_null(&args, category, category == 0);
	arg_ints(&args, cis, ci_count);
	struct rows *made = query_one(ctx, QUERY_TICKET_CREATE, &args);
	if (!made || !ticket_fields_good(ctx, made, 0, 2))
		return false;
	int64_t id = rows_int(made, 0, 0);
	return confirm_opened(ctx, id) && ticket_answer(req, 201, id);
}

static void edit_int(struct body *body, struct json_out *wanted, const char *name, int64_t max)
{
	if (body_has(body, name))
		json_int(wanted, name, body_int(body, name, BODY_OPTIONAL, 1, max, 1));
}

/* A reference that may be taken away with null. */
static void edit_reference(struct body *body, struct json_out *wanted, const char *name)
{
	if (body_has(body, name))
		json_int(wanted, name, body_id(body, name, BODY_OPTIONAL));
	else if (body_null(body, name))
		json_put_null(wanted, name);
}

bool ticket_edit(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct query_args args = query_args(ctx);
	struct json_out wanted;
	int64_t id, version;
	if (!ticket_number_parse(req, req->path_arg[0], &id) || !request_if_match(req, &version))
		return false;
	struct body *body = body_open(req);
	if (!body)
		return false;
	json_begin(&wanted, ctx->arena, 256);
	json_open_object(&wanted, NULL);
	edit_int(body, &wanted, "impact", 3);
	edit_int(body, &wanted, "urgency", 3);
	edit_int(body, &wanted, "priority", 4);
	edit_reference(body, &wanted, "service");
	edit_reference(body, &wanted, "category");
	if (body_has(body, "team"))
		json_int(&wanted, "team", body_id(body, "team", BODY_OPTIONAL));
	const char *subject = body_text(body, "subject", BODY_OPTIONAL, 1, TICKET_SUBJECT_MAX);
	const char *reason = body_text(body, "reason", BODY_OPTIONAL, 1, TICKET_REASON_MAX);
	if (subject && strchr(subject, '\n'))
		body_wrong(body, "subject", "must be one line");
	if (subject)
		json_text(&wanted, "subject", subject);
	json_close_object(&wanted);
	if (!body_close(body))
		return false;
	arg_actor(&args);
	arg_int(&args, id);
	arg_int(&args, version);
	arg_text(&args, wanted.text.data);
	arg_text(&args, reason);
	struct rows *edited = query_one(ctx, QUERY_TICKET_EDIT, &args);
	return edited && ticket_fields_good(ctx, edited, 0, 1) && ticket_changed(req, 200, id);
}

/* Ticket and CI of the path, with the actor's arguments before them. */
static bool ci_args(struct request *req, struct query_args *args_r, int64_t *ticket_r)
{
	int64_t ci;
	if (!ticket_number_parse(req, req->path_arg[0], ticket_r))
		return false;
	if (!text_parse_int64(req->path_arg[1], &ci) || ci <= 0)
		return fail(&req->ctx, ERROR_NOT_FOUND, "There is no such CI");
	*args_r = query_args(&req->ctx);
	arg_actor(args_r);
	arg_int(args_r, *ticket_r);
	arg_int(args_r, ci);
	return true;
}

bool ticket_ci_put(struct request *req)
{
	struct query_args args;
	int64_t id;
	struct body *body = body_open(req);
	if (!body)
		return false;
	const char *role = body_choice(body, "role", BODY_OPTIONAL, ci_roles);
	if (!body_close(body) || !ci_args(req, &args, &id))
		return false;
	arg_text(&args, role ? role : "affected");
	return query_one(&req->ctx, QUERY_TICKET_CI_LINK, &args) && ticket_answer(req, 200, id);
}

bool ticket_ci_delete(struct request *req)
{
	struct query_args args;
	int64_t id;
	return ci_args(req, &args, &id) && query_one(&req->ctx, QUERY_TICKET_CI_UNLINK, &args) &&
		ticket_answer(req, 200, id);
}

bool ticket_participant_add(struct request *req)
{
	struct query_args args = query_args(&req->ctx);
	int64_t id;
	struct body *body = body_open(req);
	if (!body)
		return false;
	int64_t person = body_id(body, "person", BODY_REQUIRED);
	if (!body_close(body) || !ticket_number_parse(req, req->path_arg[0], &id))
		return false;
	arg_actor(&args);
	arg_int(&args, id);
	arg_int(&args, person);
	return query_one(&req->ctx, QUERY_TICKET_PARTICIPANT_ADD, &args) && ticket_answer(req, 200, id);
}

bool ticket_me_too(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct query_args args = query_args(ctx);
	struct json_out json;
	int64_t id;
	struct body *body = body_open(req);
	if (!body || !body_close(body) || !ticket_number_parse(req, req->path_arg[0], &id))
		return false;
	arg_actor(&args);
	arg_int(&args, id);
	struct rows *done = query_one(ctx, QUERY_TICKET_ME_TOO, &args);
	if (!done)
		return false;
	if (strcmp(rows_text(done, 0, 0), req->path_arg[0]) != 0)
		return fail(ctx, ERROR_NOT_FOUND, "There is no such ticket, or it is not yours");
	json_begin(&json, ctx->arena, 128);
	json_open_object(&json, NULL);
	json_text(&json, "number", rows_text(done, 0, 0));
	json_int(&json, "count", rows_int(done, 0, 1));
	json_close_object(&json);
	return reply_json_out(req, 200, &json);
}

bool category_list(struct request *req)
{
	static const char *const names[] = { NULL };
	struct ctx *ctx = &req->ctx;
	struct query_args args = query_args(ctx);
	struct json_out json;
	if (!query_done(req, names))
		return false;
	arg_text(&args, ctx->actor.language);
	struct rows *rows = query_run(ctx, QUERY_CATEGORY_LIST, &args);
	if (!rows)
		return false;
	json_begin(&json, ctx->arena, 4096);
	json_open_object(&json, NULL);
	json_open_array(&json, "items");
	for (int i = 0; i < rows_count(rows); i++) {
		json_open_object(&json, NULL);
		json_int(&json, "id", rows_int(rows, i, 0));
		json_text(&json, "key", rows_text(rows, i, 1));
		json_text(&json, "name", rows_text(rows, i, 2));
		json_raw(&json, "parent", rows_text(rows, i, 3));
		json_close_object(&json);
	}
	json_close_array(&json);
	json_put_null(&json, "next");
	json_close_object(&json);
	return reply_json_out(req, 200, &json);
}
