/* What a supplier does in a case by itself, through a link or a mail, for the rooms that bring it in.
 * Owns: nothing. Refuses: to decide what may follow what (schema/rules/50_supply.sql). */
#ifndef VAKHTA_SUPPLY_CASE_EVENT_H
#define VAKHTA_SUPPLY_CASE_EVENT_H

#include "base/ctx.h"

struct supplier_act {
	int64_t case_id;
	const char *type;      /* case_event_type of the supplier's party: "acknowledged", "responded", … */
	instant occurred_at;   /* INSTANT_NONE: now */
	const char *text;      /* what was said; NULL: nothing */
	const char *reference; /* the supplier's own number; NULL: none */
	const char *evidence;  /* JSON object: {"via":"link"|"mail","link":id,"address":"…","message_sha256":"…"} */
};

/* Records it in the caller's transaction, brings the clocks of case and ticket up to it, tells the owner. `ticket_r` may be NULL.
 * Fails: the rules forbid it now (409), occurred_at is impossible (422), there is no such case (404). */
bool case_event_by_supplier(struct ctx *ctx, const struct supplier_act *act, int64_t *ticket_r) MUST_CHECK;

#endif
