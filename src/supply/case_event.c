/* The way of the supplier's own acts into a case (case_event.h). Owns nothing. */
#include "supply/case_event.h"

#include "db/query.h"
#include "sla/subject.h"
#include "supply/case.sql.h"

bool case_event_by_supplier(struct ctx *ctx, const struct supplier_act *act, int64_t *ticket_r)
{
	struct query_args args = query_args(ctx);
	arg_instant(&args, ctx->now);
	arg_int(&args, act->case_id);
	arg_text(&args, act->type);
	arg_instant(&args, act->occurred_at);
	arg_text(&args, act->text);
	arg_text(&args, act->reference);
	arg_text(&args, act->evidence);
	struct rows *recorded = query_one(ctx, QUERY_CASE_EVENT_FROM_SUPPLIER, &args);
	if (!recorded)
		return false;
	if (ticket_r)
		*ticket_r = rows_int(recorded, 0, 0);
	return clocks_refresh_case(ctx, act->case_id) && clocks_refresh_ticket(ctx, rows_int(recorded, 0, 0));
}
