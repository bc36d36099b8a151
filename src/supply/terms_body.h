/* One edition of a contract's terms as a body brings it: read strictly, judged, and given to the database in one form.
 * Refuses: what contradicts itself: a target, a step or a reason twice, a lower compliance that gives a smaller credit. */
#ifndef VAKHTA_SUPPLY_TERMS_BODY_H
#define VAKHTA_SUPPLY_TERMS_BODY_H

#include "http/body.h"

/* How a body names calendars, suppliers and classes. In files they are keys, so that a file means the same elsewhere. */
enum terms_refs { TERMS_BY_ID, TERMS_BY_KEY };

/* What keys mean here: {"calendars":{key:id},"classes":{name:id}}; NULL with ids. */
struct terms_reading {
	enum terms_refs refs;
	const json_t *keys;
};

/* The members of terms that the body has, in the database's form (percentages and money as exact text):
 * {"price":{"amount","currency"}|null,"price_period","calendar":id,"pause_limit_s","credit_cap_pct":"12.50"|null,
 *  "automatic_acknowledges","note","coverage":[id],"coverage_names":{id:name},"coverage_classes":[{"class":id,"filter":{}}],
 *  "targets":[…],"credits":[…],"pause_reasons":[…],"escalation_steps":[…]}.
 * Members that are wrong are left out and stand in ctx->error. NULL: nothing of terms is in the body.
 * Fails: only by ctx->error; body_close tells. Owns: the arena. */
json_t *terms_body_read(
	struct request *req, struct body *body, const struct terms_reading *reading, enum body_need need);

#endif
