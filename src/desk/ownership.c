/* Who owns a ticket: take, offer, accept, decline, withdraw, force.
 * Owns: nothing. Refuses: the rules; they stand in schema/rules/42_desk_actions.sql, where two people race. */
#include "desk/actions.h"
#include "desk/desk.h"
#include "desk/ownership.sql.h"
#include "sla/subject.h"

#include <string.h>

static const char *const reasons[] = { "sick", "overloaded", "level_escalation", "expertise", "shift_end", "other", NULL };
static const char *const modes[] = { "permanent", "temporary", NULL };

bool ticket_take(struct request *req)
{
	struct query_args args = query_args(&req->ctx);
	int64_t ticket;
	struct body *body = body_open(req);
	if (!body || !body_close(body) || !ticket_number_parse(req, req->path_arg[0], &ticket))
		return false;
	arg_actor(&args);
	arg_int(&args, ticket);
	return query_one(&req->ctx, QUERY_TICKET_TAKE, &args) && ticket_changed(req, 200, ticket);
}

struct offer {
	int64_t to, to_team;
	const char *reason, *mode, *note;
	instant until;
};

static bool offer_read(struct request *req, struct offer *offer_r)
{
	struct body *body = body_open(req);
	if (!body)
		return false;
	*offer_r = (struct offer){
		.to = body_id(body, "to", BODY_OPTIONAL),
		.to_team = body_id(body, "to_team", BODY_OPTIONAL),
		.reason = body_choice(body, "reason", BODY_REQUIRED, reasons),
		.mode = body_choice(body, "mode", BODY_OPTIONAL, modes),
		.until = body_instant(body, "until", BODY_OPTIONAL),
		.note = body_text(body, "note", BODY_OPTIONAL, 1, TICKET_REASON_MAX),
	};
	if (!offer_r->mode)
		offer_r->mode = "permanent";
	if (body_has(body, "to") == body_has(body, "to_team"))
		body_wrong(body, "to", "name either a person in `to` or a team in `to_team`");
	if (strcmp(offer_r->mode, "temporary") == 0 && !body_has(body, "until"))
		body_wrong(body, "until", "is required when mode is temporary: when the ticket comes back");
	if (strcmp(offer_r->mode, "permanent") == 0 && body_has(body, "until"))
		body_wrong(body, "until", "belongs to mode temporary");
	if (offer_r->until != INSTANT_NONE && offer_r->until <= req->ctx.now)
		body_wrong(body, "until", "must be in the future");
	if (offer_r->reason && strcmp(offer_r->reason, "other") == 0 && !offer_r->note)
		body_wrong(body, "note", "is required when the reason is other: say it in words");
	return body_close(body);
}

bool handover_create(struct request *req)
{
	struct query_args args = query_args(&req->ctx);
	struct offer offer;
	int64_t ticket;
	if (!offer_read(req, &offer) || !ticket_number_parse(req, req->path_arg[0], &ticket))
		return false;
	arg_actor(&args);
	arg_int(&args, ticket);
	arg_int_or_null(&args, offer.to, offer.to == 0);
	arg_int_or_null(&args, offer.to_team, offer.to_team == 0);
	arg_text(&args, offer.reason);
	arg_text(&args, offer.mode);
	arg_instant(&args, offer.until);
	arg_text(&args, offer.note);
	struct rows *rows = query_one(&req->ctx, QUERY_HANDOVER_OFFER, &args);
	if (!rows)
		return false;
	reply_location(req, "/api/v1/tickets/%s", req->path_arg[0]);
	return reply_json(req, 201, rows_text(rows, 0, 1), rows_length(rows, 0, 1));
}

/* The very text that the reporter will get, in their language, before anything is offered. */
bool handover_preview(struct request *req)
{
	struct query_args args = query_args(&req->ctx);
	struct json_out json;
	int64_t ticket;
	struct body *body = body_open(req);
	if (!body)
		return false;
	int64_t to = body_id(body, "to", BODY_REQUIRED);
	const char *reason = body_choice(body, "reason", BODY_REQUIRED, reasons);
	const char *note = body_text(body, "note", BODY_OPTIONAL, 1, TICKET_REASON_MAX);
	instant until = body_instant(body, "until", BODY_OPTIONAL);
	if (!body_close(body) || !ticket_number_parse(req, req->path_arg[0], &ticket))
		return false;
	arg_actor(&args);
	arg_int(&args, ticket);
	arg_int(&args, to);
	arg_text(&args, reason);
	arg_text(&args, note);
	arg_instant(&args, until);
	struct rows *rows = query_run(&req->ctx, QUERY_HANDOVER_PREVIEW, &args);
	if (!rows)
		return false;
	if (rows_count(rows) == 0)
		return fail(&req->ctx, ERROR_NOT_FOUND, "There is no such ticket, or it is not yours");
	json_begin(&json, req->ctx.arena, 1024);
	json_open_object(&json, NULL);
	json_text(&json, "subject", rows_text(rows, 0, 0));
	json_text(&json, "body", rows_text(rows, 0, 1));
	json_text(&json, "language", rows_text(rows, 0, 2));
	json_close_object(&json);
	return reply_json_out(req, 200, &json);
}

static bool handover_id(struct request *req, int64_t *id_r)
{
	if (text_parse_int64(req->path_arg[0], id_r) && *id_r > 0)
		return true;
	return fail(&req->ctx, ERROR_NOT_FOUND, "There is no such handover, or it is not yours");
}

/* Ownership or team may have changed: the clocks follow, then the handover is the answer. */
static bool decided(struct request *req, struct rows *rows)
{
	return rows && clocks_refresh_ticket(&req->ctx, rows_int(rows, 0, 0))
		&& reply_json(req, 200, rows_text(rows, 0, 1), rows_length(rows, 0, 1));
}

bool handover_accept(struct request *req)
{
	struct query_args args = query_args(&req->ctx);
	int64_t id;
	struct body *body = body_open(req);
	if (!body || !body_close(body) || !handover_id(req, &id))
		return false;
	arg_actor(&args);
	arg_int(&args, id);
	return decided(req, query_one(&req->ctx, QUERY_HANDOVER_ACCEPT, &args));
}

static bool refuse_offer(struct request *req, const char *action, enum body_need note_need)
{
	struct query_args args = query_args(&req->ctx);
	int64_t id;
	struct body *body = body_open(req);
	if (!body)
		return false;
	const char *note = body_text(body, "note", note_need, 1, TICKET_REASON_MAX);
	if (!body_close(body) || !handover_id(req, &id))
		return false;
	arg_actor(&args);
	arg_int(&args, id);
	arg_text(&args, action);
	arg_text(&args, note);
	struct rows *rows = query_one(&req->ctx, QUERY_HANDOVER_REFUSE, &args);
	return rows && reply_json(req, 200, rows_text(rows, 0, 1), rows_length(rows, 0, 1));
}

bool handover_decline(struct request *req)
{
	return refuse_offer(req, "decline", BODY_REQUIRED);
}

bool handover_withdraw(struct request *req)
{
	return refuse_offer(req, "withdraw", BODY_OPTIONAL);
}

bool handover_force(struct request *req)
{
	struct query_args args = query_args(&req->ctx);
	int64_t id;
	struct body *body = body_open(req);
	if (!body)
		return false;
	const char *note = body_text(body, "note", BODY_OPTIONAL, 1, TICKET_REASON_MAX);
	if (!body_close(body) || !handover_id(req, &id))
		return false;
	arg_actor(&args);
	arg_int(&args, id);
	arg_text(&args, note);
	return decided(req, query_one(&req->ctx, QUERY_HANDOVER_FORCE, &args));
}
