/* See make.h. Owns nothing. Refuses: periods longer than ten years. */
#include "reports/make.h"

#include "reports/desk_quality.h"

#include <string.h>

const char *const report_kinds[] = { "supplier-sla", "desk-quality", NULL };
const char *const report_languages[] = { "en", "ru", NULL };

bool report_make(struct ctx *ctx, const char *kind, const struct sla_request *request, int *fd_r)
{
	if (strcmp(kind, "desk-quality") == 0)
		return quality_workbook_make(ctx, request, fd_r);
	return sla_workbook_make(ctx, request, fd_r);
}

const char *report_file_name(struct arena *arena, const char *kind, int64_t from_day, int64_t to_day)
{
	char from[INSTANT_TEXT_BYTES], to[INSTANT_TEXT_BYTES];
	day_format(from_day, from);
	day_format(to_day, to);
	return arena_printf(arena, "%s_%s_%s.xlsx", kind, from, to);
}

bool report_period_good(struct ctx *ctx, int64_t from_day, int64_t to_day)
{
	if (to_day <= from_day)
		return fail_field(ctx, "to", "must be after from; it is the first day that no longer belongs to the period");
	if (to_day - from_day > PERIOD_DAYS_MAX)
		return fail_field(ctx, "to", "must be at most ten years after from");
	return true;
}

bool report_zone_exists(const char *name)
{
	char why[128];
	struct zone *zone = zone_name_valid(name) ? zone_load(name, why, sizeof(why)) : NULL;
	if (zone)
		zone_destroy(zone);
	return zone != NULL;
}
