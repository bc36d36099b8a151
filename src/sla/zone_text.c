/* Instants in a zone, in words. Owns nothing; zones are read from the system each time (mail and reports, not lists). */
#include "sla/zone_text.h"

#include "sla/zone.h"

#include <stdio.h>

bool zone_text(instant at, const char *zone_name, char out[static ZONE_TEXT_BYTES])
{
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
	snprintf(out, ZONE_TEXT_BYTES, "%04d-%02d-%02d %02d:%02d", year % 10000, month, mday, (int)(minute / 60) % 24, (int)(minute % 60));
	return true;
}
