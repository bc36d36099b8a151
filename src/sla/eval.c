/* Clocks from lines of JSON (eval.h).
 * Owns: the calendars of the last lines, keyed by their JSON text, and the memory of the line's events.
 * Refuses: unknown members, numbers with a fraction, instants outside the years that calendars cover. */
#include "sla/eval.h"

#include "base/instant.h"
#include "sla/calendar_json.h"
#include "sla/clock.h"
#include "sla/reasons.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CALENDARS_MAX 32 /* also the most that one line may name */
#define PATH_BYTES 64

struct kept_calendar {
	char *text;
	size_t length;
	struct calendar *calendar;
	uint64_t used_at; /* the line that used it last; 0: a free place */
};

struct sla_eval {
	uint64_t line;
	struct kept_calendar kept[CALENDARS_MAX];
	char *spliced;
	size_t spliced_bytes;
	struct clock_event *events;
	size_t events_most;
};

/* The line on its way to an evaluation. */
struct line {
	struct sla_eval *eval;
	struct reasons *reasons;
	const char *calendar_text; /* of the line's "calendar", NULL where it could not be told apart */
	size_t calendar_length;
	const struct calendar *calendar; /* known from that text, else NULL */
	int64_t target_s;
	instant now;
	size_t event_count;
};

struct sla_eval *sla_eval_create(void)
{
	return calloc(1, sizeof(struct sla_eval));
}

static void kept_clear(struct kept_calendar *kept)
{
	free(kept->text);
	calendar_destroy(kept->calendar);
	*kept = (struct kept_calendar){ 0 };
}

void sla_eval_destroy(struct sla_eval *eval)
{
	if (!eval)
		return;
	for (int i = 0; i < CALENDARS_MAX; i++)
		kept_clear(&eval->kept[i]);
	free(eval->spliced);
	free(eval->events);
	free(eval);
}

static const struct calendar *kept_find(struct sla_eval *eval, const char *text, size_t length)
{
	for (int i = 0; i < CALENDARS_MAX; i++) {
		struct kept_calendar *kept = &eval->kept[i];
		if (kept->used_at > 0 && kept->length == length && memcmp(kept->text, text, length) == 0) {
			kept->used_at = eval->line;
			return kept->calendar;
		}
	}
	return NULL;
}

/* Keeps a calendar in the place of the one unused for longest. Takes `calendar`, and copies `text`. */
static bool keep(
	struct sla_eval *eval, const char *text, size_t length, struct calendar *calendar, struct reasons *reasons)
{
	struct kept_calendar *oldest = &eval->kept[0];
	for (int i = 1; i < CALENDARS_MAX; i++) {
		if (eval->kept[i].used_at < oldest->used_at)
			oldest = &eval->kept[i];
	}
	char *copy = oldest->used_at == eval->line ? NULL : malloc(length + 1);
	if (!copy) {
		calendar_destroy(calendar);
		return oldest->used_at == eval->line ? reasons_add(reasons, "more than %d different calendars", CALENDARS_MAX)
											 : reasons_add(reasons, "no memory");
	}
	memcpy(copy, text, length);
	kept_clear(oldest);
	*oldest = (struct kept_calendar){ copy, length, calendar, eval->line };
	return true;
}

/* A calendar of a retarget, or the line's own when its text could not be told apart: found by its compact JSON. */
static const struct calendar *calendar_of(struct line *line, const json_t *value, const char *where)
{
	if (!json_is_object(value)) {
		reasons_add(line->reasons, "%s: must be an object", where);
		return NULL;
	}
	char *text = json_dumps(value, JSON_COMPACT);
	if (!text) {
		reasons_add(line->reasons, "no memory");
		return NULL;
	}
	size_t length = strlen(text);
	const struct calendar *known = kept_find(line->eval, text, length);
	if (!known) {
		struct calendar *built = calendar_read(value, where, line->reasons);
		if (built && keep(line->eval, text, length, built, line->reasons))
			known = built;
	}
	free(text);
	return known;
}

static bool instant_read(const json_t *value, const char *where, instant *at_r, struct reasons *reasons)
{
	if (!json_is_string(value) || !instant_parse(json_string_value(value), at_r))
		return reasons_add(reasons, "%s: must be an instant \"YYYY-MM-DDTHH:MM:SSZ\"", where);
	if (*at_r < 0 || *at_r >= CALENDAR_END)
		return reasons_add(
			reasons, "%s: must lie in the years %d to %d", where, CALENDAR_FIRST_YEAR, CALENDAR_LAST_YEAR);
	return true;
}

static bool target_read(const json_t *value, const char *where, int64_t *target_s_r, struct reasons *reasons)
{
	if (!json_is_integer(value) || json_integer_value(value) <= 0)
		return reasons_add(reasons, "%s: must be a whole number of seconds greater than 0", where);
	*target_s_r = json_integer_value(value);
	return true;
}

static bool event_name_read(const json_t *value, enum clock_do *what_r)
{
	static const char *const names[] = {
		[CLOCK_START] = "start",
		[CLOCK_PAUSE] = "pause",
		[CLOCK_RESUME] = "resume",
		[CLOCK_RETARGET] = "retarget",
		[CLOCK_STOP] = "stop",
		[CLOCK_REOPEN] = "reopen",
		[CLOCK_CANCEL] = "cancel",
	};
	const char *text = json_string_value(value);
	for (size_t i = 0; text && i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(text, names[i]) == 0) {
			*what_r = (enum clock_do)i;
			return true;
		}
	}
	return false;
}

/* One member of an event. */
static void event_member_read(
	struct line *line, const char *where, const char *key, const json_t *value, struct clock_event *event)
{
	char path[PATH_BYTES], name[SLA_JSON_NAME_BYTES];
	reasons_place(path, sizeof(path), "%s.%s", where, key);
	if (strcmp(key, "at") == 0) {
		instant_read(value, path, &event->at, line->reasons);
	} else if (strcmp(key, "do") == 0) {
		if (!event_name_read(value, &event->what))
			reasons_add(line->reasons, "%s: must be start, pause, resume, retarget, stop, reopen or cancel", path);
	} else if (strcmp(key, "reason") == 0) {
		if (!json_is_string(value))
			reasons_add(line->reasons, "%s: must be a text", path);
	} else if (strcmp(key, "target_s") == 0) {
		target_read(value, path, &event->target_s, line->reasons);
	} else if (strcmp(key, "calendar") == 0) {
		event->calendar = calendar_of(line, value, path);
	} else {
		reasons_add(line->reasons, "%s: unknown member %s", where, sla_json_name(key, name));
	}
}

static void event_read(struct line *line, const json_t *item, size_t number, struct clock_event *event)
{
	char where[PATH_BYTES];
	reasons_place(where, sizeof(where), "events[%zu]", number);
	*event = (struct clock_event){ .source = (int64_t)number };
	if (!json_is_object(item)) {
		reasons_add(line->reasons, "%s: must be an object", where);
		return;
	}
	int before = line->reasons->count;
	const char *key;
	json_t *value;
	json_object_foreach((json_t *)item, key, value)
	{
		event_member_read(line, where, key, value, event);
	}
	if (!json_object_get(item, "at"))
		reasons_add(line->reasons, "%s.at: is missing", where);
	if (!json_object_get(item, "do"))
		reasons_add(line->reasons, "%s.do: is missing", where);
	if (line->reasons->count > before)
		return;
	bool retargets = event->target_s != 0 || event->calendar;
	if (event->what == CLOCK_RETARGET && !retargets)
		reasons_add(line->reasons, "%s: a retarget needs target_s or calendar", where);
	if (event->what != CLOCK_RETARGET && retargets)
		reasons_add(line->reasons, "%s: only a retarget may carry target_s or calendar", where);
}

static void events_read(struct line *line, const json_t *value)
{
	struct sla_eval *eval = line->eval;
	if (!json_is_array(value)) {
		reasons_add(line->reasons, "events: must be a list");
		return;
	}
	size_t count = json_array_size(value);
	if (count > eval->events_most) {
		struct clock_event *grown = reallocarray(eval->events, count, sizeof(*grown));
		if (!grown) {
			reasons_add(line->reasons, "no memory");
			return;
		}
		eval->events = grown;
		eval->events_most = count;
	}
	for (size_t i = 0; i < count; i++)
		event_read(line, json_array_get(value, i), i, &eval->events[i]);
	line->event_count = count;
}

/* The line's own calendar, kept by its text as it stands in the line. */
static const struct calendar *calendar_of_line(struct line *line, const json_t *value)
{
	if (!line->calendar_text)
		return calendar_of(line, value, "calendar");
	struct calendar *built = calendar_read(value, "calendar", line->reasons);
	if (!built || !keep(line->eval, line->calendar_text, line->calendar_length, built, line->reasons))
		return NULL;
	return built;
}

static void line_read(struct line *line, const json_t *root)
{
	if (!json_is_object(root)) {
		reasons_add(line->reasons, "must be an object");
		return;
	}
	const char *key;
	json_t *value;
	json_object_foreach((json_t *)root, key, value)
	{
		char name[SLA_JSON_NAME_BYTES];
		if (strcmp(key, "calendar") != 0 && strcmp(key, "target_s") != 0 && strcmp(key, "events") != 0 &&
			strcmp(key, "now") != 0)
			reasons_add(line->reasons, "unknown member %s", sla_json_name(key, name));
	}
	if (!line->calendar)
		line->calendar = calendar_of_line(line, json_object_get(root, "calendar"));
	target_read(json_object_get(root, "target_s"), "target_s", &line->target_s, line->reasons);
	events_read(line, json_object_get(root, "events"));
	instant_read(json_object_get(root, "now"), "now", &line->now, line->reasons);
}

static const char *after_string(const char *p, const char *end)
{
	for (p++; p < end && *p != '"'; p++) {
		if (*p == '\\')
			p++;
	}
	return p < end ? p + 1 : end;
}

static const char *after_space(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n'))
		p++;
	return p;
}

/* The end of the object or list that opens at `p`; NULL: it does not end. */
static const char *after_nested(const char *p, const char *end)
{
	int depth = 0;
	while (p < end) {
		if (*p == '"') {
			p = after_string(p, end);
			continue;
		}
		if (*p == '{' || *p == '[')
			depth++;
		else if ((*p == '}' || *p == ']') && --depth == 0)
			return p + 1;
		p++;
	}
	return NULL;
}

/* Finds the text of the top object's "calendar" without parsing; in a line that is not JSON it may find anything. */
static void calendar_text_find(struct line *line, const char *text, size_t length)
{
	static const char key[] = "\"calendar\"";
	const char *p = text, *end = text + length;
	for (int depth = 0; p < end;) {
		if (*p == '"') {
			const char *after = after_string(p, end);
			const char *value = after_space(after, end);
			bool found = depth == 1 && (size_t)(after - p) == sizeof(key) - 1 && memcmp(p, key, sizeof(key) - 1) == 0;
			p = after;
			if (!found || value >= end || *value != ':')
				continue;
			value = after_space(value + 1, end);
			const char *stop = value < end && *value == '{' ? after_nested(value, end) : NULL;
			if (stop) {
				line->calendar_text = value;
				line->calendar_length = (size_t)(stop - value);
			}
			return;
		}
		if (*p == '{' || *p == '[')
			depth++;
		else if (*p == '}' || *p == ']')
			depth--;
		p++;
	}
}

/* Parses the line with null in the place of its calendar, whose text is known. NULL: not possible, no reason given. */
static json_t *parse_spliced(struct line *line, const char *text, size_t length)
{
	struct sla_eval *eval = line->eval;
	if (eval->spliced_bytes < length + 4) {
		char *grown = realloc(eval->spliced, length + 4);
		if (!grown)
			return NULL;
		eval->spliced = grown;
		eval->spliced_bytes = length + 4;
	}
	size_t before = (size_t)(line->calendar_text - text);
	size_t after = length - before - line->calendar_length;
	memcpy(eval->spliced, text, before);
	memcpy(eval->spliced + before, "null", 4);
	memcpy(eval->spliced + before + 4, line->calendar_text + line->calendar_length, after);
	struct reasons ignored;
	reasons_begin(&ignored, NULL, 0);
	return sla_json_load(eval->spliced, before + 4 + after, &ignored);
}

/* A parsed line, or NULL with the reasons added. */
static json_t *line_parse(struct line *line, const char *text, size_t length)
{
	calendar_text_find(line, text, length);
	if (line->calendar_text)
		line->calendar = kept_find(line->eval, line->calendar_text, line->calendar_length);
	json_t *root = line->calendar ? parse_spliced(line, text, length) : NULL;
	if (root)
		return root;
	line->calendar = NULL;
	return sla_json_load(text, length, line->reasons);
}

static void instant_or_null(instant at, char out[static INSTANT_TEXT_BYTES + 2])
{
	if (at == INSTANT_NONE) {
		memcpy(out, "null", sizeof("null"));
		return;
	}
	char text[INSTANT_TEXT_BYTES];
	instant_format(at, text);
	snprintf(out, INSTANT_TEXT_BYTES + 2, "\"%s\"", text);
}

static void result_write(const struct clock_result *result, char out[static SLA_EVAL_OUT_BYTES])
{
	static const char *const states[] = {
		[CLOCK_RUNNING] = "running",
		[CLOCK_PAUSED] = "paused",
		[CLOCK_STOPPED] = "stopped",
		[CLOCK_CANCELLED] = "cancelled",
	};
	char due_at[INSTANT_TEXT_BYTES + 2], breached_at[INSTANT_TEXT_BYTES + 2];
	instant_or_null(result->due_at, due_at);
	instant_or_null(result->breached_at, breached_at);
	snprintf(out, SLA_EVAL_OUT_BYTES,
		"{\"state\":\"%s\",\"elapsed_s\":%" PRId64 ",\"target_s\":%" PRId64 ",\"due_at\":%s,\"breached\":%s,"
		"\"breached_at\":%s,\"remaining_s\":%" PRId64 "}",
		states[result->state], result->elapsed_s, result->target_s, due_at, result->breached ? "true" : "false",
		breached_at, result->remaining_s);
}

bool sla_eval_line(struct sla_eval *eval, const char *line, size_t length, char out[static SLA_EVAL_OUT_BYTES],
	char why[static SLA_EVAL_REASON_BYTES])
{
	struct reasons reasons;
	reasons_begin(&reasons, why, SLA_EVAL_REASON_BYTES);
	if (length > SLA_EVAL_LINE_BYTES_MAX)
		return reasons_add(&reasons, "line longer than %zu bytes", SLA_EVAL_LINE_BYTES_MAX);
	eval->line++;
	struct line work = { .eval = eval, .reasons = &reasons };
	json_t *root = line_parse(&work, line, length);
	if (!root)
		return false;
	line_read(&work, root);
	json_decref(root);
	if (reasons.count > 0)
		return false;
	struct clock_result result;
	const char *fault = NULL;
	if (!clock_evaluate(
			eval->events, (int)work.event_count, work.calendar, work.target_s, work.now, NULL, 0, &result, &fault))
		return reasons_add(&reasons, "%s", fault);
	result_write(&result, out);
	return true;
}
