/* What an auditor can check without us: chains of events and clocks, from the rows alone.
 * Refuses: to mend anything; findings are reported and counted. */
#ifndef VAKHTA_AUDIT_AUDIT_H
#define VAKHTA_AUDIT_AUDIT_H

#include "base/ctx.h"

#include <stdio.h>

struct audit_result {
	int64_t subjects, items; /* chains and events; or subjects and clocks */
	int64_t findings;
};

/* One subject or all (both ids 0). Each finding is one line on `out`. False: could not be checked, see ctx->error. */
bool audit_verify(struct ctx *ctx, int64_t ticket_id, int64_t case_id, FILE *out, struct audit_result *result_r) MUST_CHECK;

/* Recomputes every clock from events and calendars. `clocks` is a second context: two streams are merged. */
bool audit_replay(struct ctx *ctx, struct ctx *clocks, int64_t ticket_id, int64_t case_id, FILE *out, struct audit_result *result_r)
	MUST_CHECK;

#endif
