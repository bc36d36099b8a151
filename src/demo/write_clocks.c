/* Clocks of finished stories, through the same derivation as everywhere (sla/derive.h), as they stand at the
 * history's end. A notice that would have been given is marked as given, so that the watch is silent about the
 * past. */
#include "demo/write.h"

#include "db/query.h"
#include "demo/write.sql.h"
#include "sla/subject.h"

#include <string.h>

struct pending_clock {
	int64_t ticket, supplier_case;
	const struct derived_clock *clock;
	const struct subject_event *events;
	int event_count;
};

static const struct calendar *lookup(void *user, int64_t version)
{
	return calendar_of_version(user, version);
}

static struct subject_event *read_events(struct writer *writer, const struct event_list *list)
{
	struct subject_event *events = arena_array(writer->arena, (size_t)list->count + 1, sizeof(*events));
	for (int i = 0; i < list->count; i++)
		events[i] = *event_read(writer->arena, &list->item[i], i + 1);
	return events;
}

static void keep(struct writer *writer, struct pending_clock pending)
{
	if (writer->clock_count == writer->clock_capacity) {
		int capacity = writer->clock_capacity ? 2 * writer->clock_capacity : 256;
		struct pending_clock *larger = arena_array(writer->arena, (size_t)capacity, sizeof(*larger));
		if (writer->clock_count > 0)
			memcpy(larger, writer->clock, (size_t)writer->clock_count * sizeof(*larger));
		writer->clock = larger;
		writer->clock_capacity = capacity;
	}
	writer->clock[writer->clock_count++] = pending;
}

bool write_clocks(
	struct writer *writer, int64_t ticket, int64_t supplier_case, const struct event_list *events, instant *due_r)
{
	struct subject_event *read = read_events(writer, events);
	const char *why = NULL;
	struct derived *derived =
		subject_derive(writer->arena, read, events->count, writer->world->end, lookup, writer->ctx, &why);
	if (!derived)
		return fail_internal(writer->ctx, ERROR_INTERNAL, "clocks: %s", why);
	*due_r = INSTANT_NONE;
	for (int i = 0; i < derived->count; i++) {
		const struct derived_clock *clock = &derived->clocks[i];
		instant due = clock->result.due_at;
		keep(writer, (struct pending_clock){ ticket, supplier_case, clock, read, events->count });
		if (ticket != 0 ? clock->metric == METRIC_RESOLUTION
						: due != INSTANT_NONE && (*due_r == INSTANT_NONE || due < *due_r))
			*due_r = due;
	}
	return true;
}

static enum subject_event_type type_of_seq(const struct pending_clock *pending, int64_t seq)
{
	for (int i = 0; i < pending->event_count; i++)
		if (pending->events[i].seq == seq)
			return pending->events[i].type;
	return SUBJECT_OTHER;
}

static int64_t write_pauses(struct writer *writer, const struct pending_clock *pending, int64_t id)
{
	int64_t total_s = 0;
	for (int i = 0; i < pending->clock->result.pause_count; i++) {
		const struct clock_pause *pause = &pending->clock->pauses[i];
		enum subject_event_type type = type_of_seq(pending, pause->source_from);
		struct text_out *line = &writer->line[T_PAUSE];
		line_int(line, id);
		line_int(line, i + 1);
		line_instant(line, pause->from);
		line_instant(line, pause->to);
		line_int(line, pause->worked_s);
		line_text(line, subject_pause_reason(type));
		line_text(line, subject_pause_waits_for(type));
		line_int(line, pause->source_from);
		line_id(line, pause->to == INSTANT_NONE ? 0 : pause->source_to);
		line_end(line);
		total_s += pause->worked_s;
	}
	return total_s;
}

static bool write_clock(struct writer *writer, const struct pending_clock *pending, int64_t id)
{
	static const char *const states[] = { "running", "paused", "stopped", "cancelled" };
	const struct derived_clock *clock = pending->clock;
	const struct clock_result *result = &clock->result;
	const struct calendar *calendar = calendar_of_version(writer->ctx, clock->calendar_version);
	struct text_out *line = &writer->line[T_CLOCK];
	struct notice_steps steps;
	notice_steps_begin(&steps);
	int reached = clock_notice_reached(result, &steps);
	if (!calendar)
		return false;
	line_int(line, id);
	line_id(line, pending->ticket);
	line_id(line, pending->supplier_case);
	line_text(line, sla_metric_name[clock->metric]);
	line_int(line, clock->ordinal);
	line_id(line, clock->team_id);
	line_int(line, clock->calendar_version);
	line_int(line, result->target_s);
	line_text(line, states[result->state]);
	line_instant(line, result->started_at);
	line_instant(line, result->state == CLOCK_STOPPED ? result->stopped_at : INSTANT_NONE);
	line_int(line, result->elapsed_s);
	line_instant(line, result->due_at);
	line_instant(line, result->breached_at);
	line_int(line, write_pauses(writer, pending, id));
	line_int(line, result->retarget_count);
	line_instant(line, writer->world->end);
	line_int(line, reached);
	line_instant(line, clock_notice_next(result, calendar, &steps, reached, writer->world->end));
	line_end(line);
	return true;
}

bool write_clock_lines(struct writer *writer)
{
	struct query_args args = query_args(writer->ctx);
	arg_text(&args, "clock");
	arg_int(&args, writer->clock_count);
	struct rows *ids = query_run(writer->ctx, QUERY_DEMO_IDS, &args);
	if (!ids)
		return false;
	for (int i = 0; i < writer->clock_count; i++)
		if (!write_clock(writer, &writer->clock[i], rows_int(ids, i, 0)))
			return false;
	return true;
}
