/* Holidays from iCalendar. Owns: libical's components for the time of one call.
 * Refuses: events with hours; a holiday is a whole day. */
#include "supply/calendar_ics.h"

#include "sla/calendar.h"

#include <libical/ical.h>
#include <string.h>

#define RECURRENCES_MAX 200
#define DAYS_OF_EVENT_MAX 60

static bool has_date(const json_t *exceptions, const char *date)
{
	size_t i;
	json_t *exception;
	json_array_foreach ((json_t *)exceptions, i, exception)
		if (strcmp(json_string_value(json_object_get(exception, "date")), date) == 0)
			return true;
	return false;
}

static bool add_days(json_t *exceptions, struct icaltimetype from, int days)
{
	for (int i = 0; i < days; i++) {
		char date[INSTANT_TEXT_BYTES];
		struct icaltimetype day = from;
		icaltime_adjust(&day, i, 0, 0, 0);
		if (day.year < 1970 || day.year > 2999)
			continue;
		day_format(day_from_civil(day.year, day.month, day.day), date);
		if (has_date(exceptions, date))
			continue;
		if (json_array_size(exceptions) >= CALENDAR_EXCEPTIONS_MAX)
			return false;
		json_array_append_new(exceptions, json_pack("{s:s,s:[]}", "date", date, "hours"));
	}
	return true;
}

/* DTEND of an all-day event is the day after its last; without one it lasts a day (RFC 5545 3.6.1). */
static int event_days(icalcomponent *event, struct icaltimetype from)
{
	struct icaltimetype to = icalcomponent_get_dtend(event);
	if (icaltime_is_null_time(to))
		return 1;
	int64_t days = day_from_civil(to.year, to.month, to.day) - day_from_civil(from.year, from.month, from.day);
	return days < 1 ? 1 : days > DAYS_OF_EVENT_MAX ? DAYS_OF_EVENT_MAX : (int)days;
}

static bool add_event(json_t *exceptions, icalcomponent *event, instant now, int *added)
{
	struct icaltimetype from = icalcomponent_get_dtstart(event);
	icalproperty *rule = icalcomponent_get_first_property(event, ICAL_RRULE_PROPERTY);
	if (icaltime_is_null_time(from) || !from.is_date)
		return true;
	int days = event_days(event, from);
	(*added)++;
	if (!rule)
		return add_days(exceptions, from, days);
	icalrecur_iterator *each = icalrecur_iterator_new(icalproperty_get_rrule(rule), from);
	if (!each)
		return true;
	bool good = true;
	int count = 0, year;
	int month, mday;
	day_to_civil(now / 86400, &year, &month, &mday);
	for (struct icaltimetype next = icalrecur_iterator_next(each); good && !icaltime_is_null_time(next) && count < RECURRENCES_MAX;
		next = icalrecur_iterator_next(each), count++) {
		if (next.year > year + 2)
			break;
		good = add_days(exceptions, next, days);
	}
	icalrecur_iterator_free(each);
	return good;
}

bool calendar_ics_add(json_t *hours, const char *bytes, size_t length, instant now, char *why, size_t why_bytes)
{
	json_t *exceptions = json_object_get(hours, "exceptions");
	char *text = strndup(bytes ? bytes : "", length);
	icalcomponent *root = text ? icalparser_parse_string(text) : NULL;
	bool good = true;
	int added = 0;
	free(text);
	if (!root) {
		snprintf(why, why_bytes, "must be an iCalendar file (BEGIN:VCALENDAR …)");
		return false;
	}
	for (icalcomponent *event = icalcomponent_get_first_component(root, ICAL_VEVENT_COMPONENT); good && event;
		event = icalcomponent_get_next_component(root, ICAL_VEVENT_COMPONENT))
		good = add_event(exceptions, event, now, &added);
	icalcomponent_free(root);
	if (!good)
		snprintf(why, why_bytes, "gives more than %d exceptions", CALENDAR_EXCEPTIONS_MAX);
	else if (added == 0)
		snprintf(why, why_bytes, "has no all-day events; holidays are whole days");
	return good && added > 0;
}
