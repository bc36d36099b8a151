/* Makes CIs of what is kept of an agent. */
#ifndef VAKHTA_CMDB_INVENTORY_APPLY_H
#define VAKHTA_CMDB_INVENTORY_APPLY_H

#include "base/ctx.h"

/* In the transaction at hand. A refusal of the rules is noted with the agent and is no failure. */
bool inventory_apply(struct ctx *ctx, int64_t agent) MUST_CHECK;

#endif
