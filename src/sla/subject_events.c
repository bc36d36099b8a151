/* Timeline rows to events of derive.h. Refuses: guessing; data that the program did not write is an internal error. */
#include "sla/subject_events.h"

#include "base/text.h"

#include <jansson.h>
#include <string.h>

static const struct {
	const char *name;
	enum subject_event_type type;
} types[] = {
	{ "opened", SUBJECT_OPENED },
	{ "introduced", SUBJECT_INTRODUCED },
	{ "replied", SUBJECT_ANSWERED },
	{ "resumed", SUBJECT_RESUMED },
	{ "resolved", SUBJECT_RESOLVED },
	{ "reopened", SUBJECT_REOPENED },
	{ "cancelled", SUBJECT_CANCELLED },
	{ "sent", SUBJECT_SENT },
	{ "acknowledged", SUBJECT_ACKNOWLEDGED },
	{ "responded", SUBJECT_RESPONDED },
	{ "info_requested", SUBJECT_INFO_REQUESTED },
	{ "info_provided", SUBJECT_INFO_PROVIDED },
	{ "update", SUBJECT_UPDATE },
	{ "workaround_delivered", SUBJECT_WORKAROUND_DELIVERED },
	{ "workaround_rejected", SUBJECT_WORKAROUND_REJECTED },
	{ "fix_declared", SUBJECT_FIX_DECLARED },
	{ "fix_rejected", SUBJECT_FIX_REJECTED },
	{ "withdrawn", SUBJECT_WITHDRAWN },
	{ "priority_changed", SUBJECT_RETARGETED },
	{ "calendar_changed", SUBJECT_RETARGETED },
	{ "corrected", SUBJECT_CORRECTED },
};

static enum subject_event_type type_read(const char *name, int64_t team, const char *waits_for)
{
	if (strcmp(name, "waiting") == 0)
		return waits_for != NULL && strcmp(waits_for, "supplier") == 0 ? SUBJECT_WAITING_SUPPLIER
																	   : SUBJECT_WAITING_REPORTER;
	if (strcmp(name, "team_changed") == 0 || strncmp(name, "handover_", 9) == 0)
		return team != 0 ? SUBJECT_TEAM_CHANGED : SUBJECT_OTHER;
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (strcmp(types[i].name, name) == 0)
			return types[i].type;
	return SUBJECT_OTHER;
}

static bool target_read(struct ctx *ctx, const json_t *value, enum sla_metric metric, struct subject_target *target_r)
{
	const char *name = json_string_value(json_object_get(value, "metric"));

	*target_r = (struct subject_target){
		.metric = name != NULL ? sla_metric_parse(name) : metric,
		.target_s = json_integer_value(json_object_get(value, "target_s")),
		.calendar_version = json_integer_value(json_object_get(value, "calendar_version")),
		.pause_supplier = json_is_true(json_object_get(value, "pause_supplier")),
	};
	if (target_r->metric == METRIC_COUNT || target_r->target_s <= 0 || target_r->calendar_version <= 0)
		return fail_internal(ctx, ERROR_INTERNAL, "an event's targets are not in the form the program writes");
	return true;
}

static bool targets_append(
	struct ctx *ctx, const char *text, bool is_ola, struct subject_target *into, int most, int *count)
{
	json_t *json = json_loads(text, JSON_DECODE_ANY, NULL);
	size_t n;

	if (json == NULL)
		return fail_internal(ctx, ERROR_INTERNAL, "an event's targets are not JSON");
	arena_on_release(ctx->arena, (void (*)(void *))json_decref, json);
	if (json_is_null(json))
		return true;
	if (is_ola)
		return target_read(ctx, json, METRIC_OLA, &into[(*count)++]);
	n = json_array_size(json);
	for (size_t i = 0; i < n && *count < most; i++)
		if (!target_read(ctx, json_array_get(json, i), METRIC_COUNT, &into[(*count)++]))
			return false;
	return true;
}

/* "1772442000" or "void". */
static bool correction_read(struct ctx *ctx, int64_t of, const char *instant_or_void, struct subject_event *event_r)
{
	int64_t at = 0;

	event_r->team_id = 0;
	event_r->corrects = (int)of;
	if (of <= 0 || of >= event_r->seq || instant_or_void == NULL
		|| (strcmp(instant_or_void, "void") != 0 && !text_parse_int64(instant_or_void, &at)))
		return fail_internal(ctx, ERROR_INTERNAL, "a correction is not in the form the program writes");
	event_r->corrected_at = strcmp(instant_or_void, "void") == 0 ? INSTANT_NONE : at;
	return true;
}

bool subject_event_read(struct ctx *ctx, int seq, const char *type, instant at, int64_t team, const char *targets,
	const char *ola, const char *waits_for, struct subject_event *event_r)
{
	const int most = 2 * METRIC_COUNT;
	struct subject_target *into = NULL;
	int count = 0;

	if (targets != NULL || ola != NULL)
		into = arena_array(ctx->arena, (size_t)most + 1, sizeof(*into));
	if (targets != NULL && !targets_append(ctx, targets, false, into, most, &count))
		return false;
	if (ola != NULL && !targets_append(ctx, ola, true, into, most + 1, &count))
		return false;
	*event_r = (struct subject_event){
		.seq = seq,
		.at = at,
		.type = type_read(type, team, waits_for),
		.team_id = team,
		.targets = into,
		.target_count = count,
		.corrected_at = INSTANT_NONE,
	};
	return event_r->type != SUBJECT_CORRECTED || correction_read(ctx, team, waits_for, event_r);
}

bool subject_events_read(struct ctx *ctx, const struct rows *rows, struct subject_event **events_r, int *count_r)
{
	int count = rows_count(rows);
	struct subject_event *events = arena_array(ctx->arena, (size_t)count + 1, sizeof(*events));

	for (int i = 0; i < count; i++)
		if (!subject_event_read(ctx, (int)rows_int(rows, i, 0), rows_text(rows, i, 1), rows_int(rows, i, 2),
				rows_int(rows, i, 3), rows_text(rows, i, 4), rows_text(rows, i, 5), rows_text(rows, i, 6), &events[i]))
			return false;
	*events_r = events;
	*count_r = count;
	return true;
}
