/* Editing hours as JSON. Owns nothing. Refuses: to judge them; calendar_from_json does. */
#include "supply/calendar_edit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *date_of(const json_t *exception)
{
	const char *date = json_string_value(json_object_get(exception, "date"));
	return date ? date : "";
}

json_t *exception_of(const json_t *hours, const char *date)
{
	size_t i;
	json_t *exception;
	json_array_foreach(
		json_object_get(hours, "exceptions"), i, exception) if (strcmp(date_of(exception), date) == 0) return exception;
	return NULL;
}

bool exception_put(json_t *hours, const char *date, json_t *windows)
{
	json_t *exceptions = json_object_get(hours, "exceptions"), *old = exception_of(hours, date);
	if (old) {
		json_object_set_new(old, "hours", windows);
		return true;
	}
	if (json_array_size(exceptions) >= CALENDAR_EXCEPTIONS_MAX) {
		json_decref(windows);
		return false;
	}
	json_array_append_new(exceptions, json_pack("{s:s,s:o}", "date", date, "hours", windows));
	return true;
}

static int minute_of(const char *text)
{
	int hour = 0, minute = 0;
	return text && sscanf(text, "%d:%d", &hour, &minute) == 2 ? hour * 60 + minute : 0;
}

static int window_end(const json_t *window, size_t index)
{
	return minute_of(json_string_value(json_array_get(window, index)));
}

static int windows_compare(const void *a, const void *b)
{
	return window_end(*(json_t *const *)a, 0) - window_end(*(json_t *const *)b, 0);
}

/* Both kinds of order have few elements: a calendar's exceptions at most. */
static void array_sort(json_t *array, int (*compare)(const void *, const void *))
{
	size_t count = json_array_size(array);
	json_t **items = calloc(count + 1, sizeof(*items));
	if (!items)
		return; /* the order is only for readers */
	for (size_t i = 0; i < count; i++)
		items[i] = json_incref(json_array_get(array, i));
	qsort(items, count, sizeof(*items), compare);
	json_array_clear(array);
	for (size_t i = 0; i < count; i++)
		json_array_append_new(array, items[i]);
	free(items);
}

json_t *weekday_windows(const json_t *hours, int weekday)
{
	json_t *windows = json_array(), *item;
	size_t i;
	json_array_foreach(
		json_object_get(hours, "week"), i, item) if (json_integer_value(json_object_get(item, "day")) == weekday)
		json_array_append_new(windows, json_pack("[O,O]", json_object_get(item, "from"), json_object_get(item, "to")));
	array_sort(windows, windows_compare);
	return windows;
}

json_t *date_windows(const json_t *hours, const char *date)
{
	const json_t *exception = exception_of(hours, date);
	int64_t day;
	if (exception) {
		json_t *windows = json_deep_copy(json_object_get(exception, "hours"));
		array_sort(windows, windows_compare);
		return windows;
	}
	return day_parse(date, &day) ? weekday_windows(hours, day_weekday(day)) : json_array();
}

void windows_cut(json_t *windows, int minutes)
{
	array_sort(windows, windows_compare);
	while (minutes > 0 && json_array_size(windows) > 0) {
		size_t last = json_array_size(windows) - 1;
		json_t *window = json_array_get(windows, last);
		int from = window_end(window, 0), to = window_end(window, 1), taken = to - from < minutes ? to - from : minutes;
		char text[16];
		minutes -= taken;
		snprintf(text, sizeof(text), "%02d:%02d", (to - taken) / 60, (to - taken) % 60);
		if (to - taken <= from)
			json_array_remove(windows, last);
		else
			json_array_set_new(window, 1, json_string(text));
	}
}

int windows_minutes(const json_t *windows)
{
	int sum = 0;
	size_t i;
	json_t *window;
	json_array_foreach(windows, i, window) sum += window_end(window, 1) - window_end(window, 0);
	return sum;
}

static int dates_compare(const void *a, const void *b)
{
	return strcmp(date_of(*(json_t *const *)a), date_of(*(json_t *const *)b));
}

void exceptions_sort(json_t *hours)
{
	array_sort(json_object_get(hours, "exceptions"), dates_compare);
}
