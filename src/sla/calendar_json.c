/* Calendars from JSON (calendar_json.h).
 * Owns: nothing. Refuses: everything that sla.md's form does not name, so that a misspelt member is told. */
#include "sla/calendar_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_BYTES 128
#define REASONS_BYTES 2048

static bool depth_fits(const char *text, size_t length)
{
	int depth = 0;
	bool quoted = false;
	for (size_t i = 0; i < length; i++) {
		char c = text[i];
		if (quoted) {
			if (c == '\\')
				i++;
			else if (c == '"')
				quoted = false;
		} else if (c == '"') {
			quoted = true;
		} else if (c == '{' || c == '[') {
			if (++depth > SLA_JSON_DEPTH_MAX)
				return false;
		} else if (c == '}' || c == ']') {
			depth--;
		}
	}
	return true;
}

json_t *sla_json_load(const char *text, size_t length, struct reasons *reasons)
{
	if (!depth_fits(text, length)) {
		reasons_add(reasons, "JSON nested deeper than %d", SLA_JSON_DEPTH_MAX);
		return NULL;
	}
	json_error_t error;
	json_t *value = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
	if (!value)
		reasons_add(reasons, "not JSON: %s (byte %d)", error.text, error.position);
	return value;
}

const char *sla_json_name(const char *key, char out[static SLA_JSON_NAME_BYTES])
{
	size_t length = strlen(key);
	size_t most = SLA_JSON_NAME_BYTES - sizeof("\"…\"");
	bool cut = length > most;
	if (cut) {
		length = most;
		while (length > 0 && ((unsigned char)key[length] & 0xc0) == 0x80)
			length--;
	}
	snprintf(out, SLA_JSON_NAME_BYTES, "\"%.*s%s\"", (int)length, key, cut ? "…" : "");
	return out;
}

static bool members_known(const json_t *object, const char *where, const char *const known[], struct reasons *reasons)
{
	bool all = true;
	const char *key;
	json_t *value;
	json_object_foreach((json_t *)object, key, value)
	{
		int i = 0;
		while (known[i] && strcmp(known[i], key) != 0)
			i++;
		if (!known[i]) {
			char name[SLA_JSON_NAME_BYTES];
			all = reasons_add(reasons, "%s: unknown member %s", where, sla_json_name(key, name));
		}
	}
	return all;
}

/* "HH:MM", 00:00 to 24:00, as minutes. */
static bool clock_time_parse(const char *text, int *minute_r)
{
	if (strlen(text) != 5 || text[2] != ':')
		return false;
	for (int i = 0; i < 5; i++) {
		if (i != 2 && (text[i] < '0' || text[i] > '9'))
			return false;
	}
	int hour = (text[0] - '0') * 10 + (text[1] - '0'), minute = (text[3] - '0') * 10 + (text[4] - '0');
	*minute_r = hour * 60 + minute;
	return minute < 60 && *minute_r <= 1440;
}

static bool time_read(
	const json_t *value, const char *where, const char *member, int *minute_r, struct reasons *reasons)
{
	if (!json_is_string(value) || !clock_time_parse(json_string_value(value), minute_r))
		return reasons_add(reasons, "%s%s: must be a time \"HH:MM\" from 00:00 to 24:00", where, member);
	return true;
}

static bool window_add(struct calendar_day *day, int from_min, int to_min, const char *where, struct reasons *reasons)
{
	if (day->window_count == CALENDAR_WINDOWS_MAX)
		return reasons_add(reasons, "%s: more than %d windows on a day", where, CALENDAR_WINDOWS_MAX);
	day->window[day->window_count++] = (struct calendar_window){ from_min, to_min };
	return true;
}

static bool week_item_read(
	const json_t *item, const char *where, struct calendar_day week[static 7], struct reasons *reasons)
{
	static const char *const known[] = { "day", "from", "to", NULL };
	if (!json_is_object(item))
		return reasons_add(reasons, "%s: must be an object", where);
	bool good = members_known(item, where, known, reasons);
	const json_t *day = json_object_get(item, "day");
	int from_min = 0, to_min = 0;
	if (!json_is_integer(day) || json_integer_value(day) < 1 || json_integer_value(day) > 7)
		good = reasons_add(reasons, "%s.day: must be a number from 1 (Monday) to 7", where);
	good &= time_read(json_object_get(item, "from"), where, ".from", &from_min, reasons);
	good &= time_read(json_object_get(item, "to"), where, ".to", &to_min, reasons);
	return good && window_add(&week[json_integer_value(day) - 1], from_min, to_min, where, reasons);
}

static void week_read(
	const json_t *value, const char *prefix, struct calendar_day week[static 7], struct reasons *reasons)
{
	if (!json_is_array(value)) {
		reasons_add(reasons, "%sweek: must be a list", prefix);
		return;
	}
	for (size_t i = 0; i < json_array_size(value); i++) {
		char where[PATH_BYTES];
		reasons_place(where, sizeof(where), "%sweek[%zu]", prefix, i);
		week_item_read(json_array_get(value, i), where, week, reasons);
	}
}

static bool pair_read(const json_t *pair, const char *where, struct calendar_day *day, struct reasons *reasons)
{
	if (!json_is_array(pair) || json_array_size(pair) != 2)
		return reasons_add(reasons, "%s: must be a list of two times", where);
	int from_min = 0, to_min = 0;
	bool good = time_read(json_array_get(pair, 0), where, "[0]", &from_min, reasons);
	good &= time_read(json_array_get(pair, 1), where, "[1]", &to_min, reasons);
	return good && window_add(day, from_min, to_min, where, reasons);
}

static bool exception_read(const json_t *item, const char *where, struct calendar_day *day, struct reasons *reasons)
{
	static const char *const known[] = { "date", "hours", NULL };
	if (!json_is_object(item))
		return reasons_add(reasons, "%s: must be an object", where);
	bool good = members_known(item, where, known, reasons);
	const json_t *date = json_object_get(item, "date");
	if (!json_is_string(date) || !day_parse(json_string_value(date), &day->day))
		good = reasons_add(reasons, "%s.date: must be an existing date \"YYYY-MM-DD\"", where);
	const json_t *hours = json_object_get(item, "hours");
	if (!json_is_array(hours))
		return reasons_add(reasons, "%s.hours: must be a list", where);
	for (size_t i = 0; i < json_array_size(hours); i++) {
		char place[PATH_BYTES];
		reasons_place(place, sizeof(place), "%s.hours[%zu]", where, i);
		good &= pair_read(json_array_get(hours, i), place, day, reasons);
	}
	return good;
}

/* NULL with no reason added: none given. */
static struct calendar_day *exceptions_read(
	const json_t *value, const char *prefix, int *count_r, struct reasons *reasons)
{
	*count_r = 0;
	if (!value)
		return NULL;
	size_t count = json_array_size(value);
	if (!json_is_array(value)) {
		reasons_add(reasons, "%sexceptions: must be a list", prefix);
		return NULL;
	}
	if (count > CALENDAR_EXCEPTIONS_MAX) {
		reasons_add(reasons, "%sexceptions: more than %d", prefix, CALENDAR_EXCEPTIONS_MAX);
		return NULL;
	}
	struct calendar_day *days = calloc(count + 1, sizeof(*days));
	if (!days) {
		reasons_add(reasons, "no memory");
		return NULL;
	}
	for (size_t i = 0; i < count; i++) {
		char where[PATH_BYTES];
		reasons_place(where, sizeof(where), "%sexceptions[%zu]", prefix, i);
		exception_read(json_array_get(value, i), where, &days[i], reasons);
	}
	*count_r = (int)count;
	return days;
}

struct calendar *calendar_read(const json_t *value, const char *where, struct reasons *reasons)
{
	static const char *const known[] = { "zone", "week", "exceptions", NULL };
	const char *name = where[0] ? where : "calendar";
	char prefix[PATH_BYTES];
	reasons_place(prefix, sizeof(prefix), "%s%s", where, where[0] ? "." : "");
	if (!json_is_object(value)) {
		reasons_add(reasons, "%s: must be an object", name);
		return NULL;
	}
	int before = reasons->count;
	struct calendar_spec spec = { 0 };
	members_known(value, name, known, reasons);
	spec.zone = json_string_value(json_object_get(value, "zone"));
	if (!spec.zone)
		reasons_add(reasons, "%szone: must be the name of an IANA time zone", prefix);
	week_read(json_object_get(value, "week"), prefix, spec.week, reasons);
	struct calendar_day *exceptions =
		exceptions_read(json_object_get(value, "exceptions"), prefix, &spec.exception_count, reasons);
	spec.exceptions = exceptions;
	struct calendar *calendar = NULL;
	if (reasons->count == before) {
		char why[REASONS_BYTES];
		calendar = calendar_build(&spec, why, sizeof(why));
		if (!calendar)
			reasons_add(reasons, "%s%s%s", where, where[0] ? ": " : "", why);
	}
	free(exceptions);
	return calendar;
}

struct calendar *calendar_from_json(const char *json, size_t length, char *why, size_t why_bytes)
{
	struct reasons reasons;
	reasons_begin(&reasons, why, why_bytes);
	json_t *value = sla_json_load(json, length, &reasons);
	if (!value)
		return NULL;
	struct calendar *calendar = calendar_read(value, "", &reasons);
	json_decref(value);
	return calendar;
}
