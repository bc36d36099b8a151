/* Instants in a zone, in words. Owns nothing; zones are read from the system each time (mail and reports, not lists). */
#include "sla/zone_text.h"

#include "sla/zone.h"

#include <stdio.h>

bool zone_text(instant at, const char *zone_name, bool russian, char out[static ZONE_TEXT_BYTES])
{
	static const char *const days_ru[] = { "чт", "пт", "сб", "вс", "пн", "вт", "ср" }; /* 1970-01-01 was a Thursday */
	static const char *const days_en[] = { "Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed" };
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov",
		"Dec" };
	char why[128];
	struct zone *zone = zone_load(zone_name, why, sizeof(why));
	int64_t local, day, minute;
	int year, month, mday;
	if (!zone)
		return false;
	local = at + zone_offset_s(zone, at);
	zone_destroy(zone);
	day = local >= 0 ? local / 86400 : -((-local + 86399) / 86400);
	minute = (local - day * 86400) / 60;
	day_to_civil(day, &year, &month, &mday);
	int weekday = (int)((day % 7 + 7) % 7), hour = (int)(minute / 60) % 24, past = (int)(minute % 60);
	if (russian)
		snprintf(out, ZONE_TEXT_BYTES, "%s %02d.%02d.%04d %02d:%02d", days_ru[weekday], mday, month, year % 10000, hour, past);
	else
		snprintf(out, ZONE_TEXT_BYTES, "%s %02d %s %04d, %02d:%02d", days_en[weekday], mday, months[month - 1], year % 10000, hour, past);
	return true;
}
