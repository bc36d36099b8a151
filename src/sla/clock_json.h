/* Clocks in answers: rows of clock_list_ticket and clock_list_case, what runs brought up to ctx->now. */
#ifndef VAKHTA_SLA_CLOCK_JSON_H
#define VAKHTA_SLA_CLOCK_JSON_H

#include "base/text.h"
#include "db/query.h"

/* Writes "key":[{metric,ordinal,state,target_s,elapsed_s,…,pauses:[…]}]. */
bool clock_list_json(struct ctx *ctx, struct json_out *json, const char *key, const struct rows *clocks) MUST_CHECK;

/* Working seconds counted at ctx->now by a clock of which the row says: state, elapsed_s at evaluated_at, calendar version. */
bool clock_elapsed_now(struct ctx *ctx, const char *state, int64_t elapsed_s, instant evaluated_at, int64_t calendar_version,
	int64_t *elapsed_s_r) MUST_CHECK;

/* A JSON object made in SQL, reopened so that members can follow: everything but its last brace is written.
 * `object` must be "{…}" with at least one member; the caller closes with json_close_object. */
void json_reopen_object(struct json_out *json, const char *object, size_t length);

#endif
