/* Clocks in answers. Owns nothing. Refuses: to show a running clock as it was at its last event. */
#include "sla/clock_json.h"

#include "sla/subject.h"

#include <string.h>

bool clock_elapsed_now(struct ctx *ctx, const char *state, int64_t elapsed_s, instant evaluated_at, int64_t calendar_version,
	int64_t *elapsed_s_r)
{
	const struct calendar *calendar;
	*elapsed_s_r = elapsed_s;
	if (strcmp(state, "running") != 0)
		return true;
	calendar = calendar_of_version(ctx, calendar_version);
	if (!calendar)
		return false;
	*elapsed_s_r += calendar_worked_s(calendar, evaluated_at, ctx->now);
	return true;
}

bool clock_list_json(struct ctx *ctx, struct json_out *json, const char *key, const struct rows *clocks)
{
	json_open_array(json, key);
	for (int i = 0; i < rows_count(clocks); i++) {
		const char *state = rows_text(clocks, i, 2);
		int64_t target_s = rows_int(clocks, i, 3), elapsed_s;
		if (!clock_elapsed_now(
				ctx, state, rows_int(clocks, i, 4), rows_instant(clocks, i, 5), rows_int(clocks, i, 10), &elapsed_s))
			return false;
		/* The watch writes breached_at a moment later than it happens; the answer need not wait for it. */
		instant breached_at = rows_instant(clocks, i, 9);
		if (breached_at == INSTANT_NONE && elapsed_s > target_s)
			breached_at = rows_instant(clocks, i, 8);
		json_open_object(json, NULL);
		json_text(json, "metric", rows_text(clocks, i, 0));
		json_int(json, "ordinal", rows_int(clocks, i, 1));
		json_text(json, "state", state);
		json_int(json, "target_s", target_s);
		json_int(json, "elapsed_s", elapsed_s);
		json_int(json, "remaining_s", target_s - elapsed_s);
		json_instant(json, "started_at", rows_instant(clocks, i, 6));
		json_instant(json, "stopped_at", rows_instant(clocks, i, 7));
		json_instant(json, "due_at", rows_instant(clocks, i, 8));
		json_bool(json, "breached", breached_at != INSTANT_NONE);
		json_instant(json, "breached_at", breached_at);
		json_ref(json, "calendar", rows_text(clocks, i, 11), rows_text(clocks, i, 12));
		json_int(json, "retarget_count", rows_int(clocks, i, 13));
		json_int(json, "paused_s", rows_int(clocks, i, 15));
		json_raw(json, "pauses", rows_null(clocks, i, 14) ? "[]" : rows_text(clocks, i, 14));
		json_close_object(json);
	}
	json_close_array(json);
	return true;
}

void json_reopen_object(struct json_out *json, const char *object, size_t length)
{
	INVARIANT(length > 2 && object[0] == '{' && object[length - 1] == '}');
	json_open_object(json, NULL);
	text_append(&json->text, object + 1, length - 2);
	json->has_item |= (uint64_t)1 << json->depth;
}
