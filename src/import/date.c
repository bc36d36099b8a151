/* Owns: compiled patterns of dates and the zone they are read in. Refuses: guessing between day and month. */
#include "import/date.h"

#include "sla/zone.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum part {
	PART_LITERAL,
	PART_YEAR,
	PART_MONTH,
	PART_DAY,
	PART_HOUR,
	PART_HOUR_12,
	PART_HALF,
	PART_MINUTE,
	PART_SECOND,
	PARTS
};

struct token {
	enum part part;
	int digits_min, digits_max;
	char literal;
};

#define TOKENS_MAX 40

struct trail_dates {
	struct token token[TOKENS_MAX];
	int count;
	bool iso;
	struct zone *zone; /* NULL: UTC */
};

static const struct {
	const char *text;
	struct token token;
} known[] = {
	{ "YYYY", { PART_YEAR, 4, 4, 0 } },
	{ "MM", { PART_MONTH, 2, 2, 0 } }, /* minutes once an hour has been seen */
	{ "M", { PART_MONTH, 1, 2, 0 } },
	{ "DD", { PART_DAY, 2, 2, 0 } },
	{ "D", { PART_DAY, 1, 2, 0 } },
	{ "HH", { PART_HOUR, 2, 2, 0 } },
	{ "H", { PART_HOUR, 1, 2, 0 } },
	{ "hh", { PART_HOUR_12, 2, 2, 0 } },
	{ "h", { PART_HOUR_12, 1, 2, 0 } },
	{ "mm", { PART_MINUTE, 2, 2, 0 } },
	{ "SS", { PART_SECOND, 2, 2, 0 } },
	{ "ss", { PART_SECOND, 2, 2, 0 } },
	{ "AM", { PART_HALF, 0, 0, 0 } },
	{ "PM", { PART_HALF, 0, 0, 0 } },
};

static struct token token_next(const char **at, bool hour_seen)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		size_t length = strlen(known[i].text);
		if (strncmp(*at, known[i].text, length) != 0)
			continue;
		struct token token = known[i].token;
		*at += length;
		if (token.part == PART_MONTH && hour_seen)
			token.part = PART_MINUTE;
		return token;
	}
	return (struct token){ .part = PART_LITERAL, .literal = *(*at)++ };
}

static bool compile(struct trail_dates *dates, const char *pattern, const char **why_r)
{
	bool seen[PARTS] = { false };
	while (*pattern) {
		if (dates->count == TOKENS_MAX) {
			*why_r = "the pattern is too long";
			return false;
		}
		struct token token = token_next(&pattern, seen[PART_HOUR] || seen[PART_HOUR_12]);
		if (token.part == PART_LITERAL && isalnum((unsigned char)token.literal) && token.literal != 'T' &&
			token.literal != 'Z') {
			*why_r = "the pattern has a letter or digit that means nothing; write YYYY, MM, DD, HH, MM, SS";
			return false;
		}
		if (token.part != PART_LITERAL && seen[token.part]) {
			*why_r = "the pattern has a part twice";
			return false;
		}
		seen[token.part] = true;
		dates->token[dates->count++] = token;
	}
	if (!seen[PART_YEAR] || !seen[PART_MONTH] || !seen[PART_DAY]) {
		*why_r = "the pattern must have YYYY, MM and DD";
		return false;
	}
	if ((seen[PART_HOUR_12] != seen[PART_HALF]) || (seen[PART_HOUR] && seen[PART_HOUR_12])) {
		*why_r = "hours are HH, or hh together with AM";
		return false;
	}
	return true;
}

static void release_zone(void *zone)
{
	zone_destroy(zone);
}

struct trail_dates *trail_dates_read(struct arena *arena, const char *pattern, const char *zone, const char **why_r)
{
	struct trail_dates *dates = arena_alloc(arena, sizeof(*dates));
	dates->iso = strcmp(pattern, "ISO") == 0;
	if (!dates->iso && !compile(dates, pattern, why_r))
		return NULL;
	if (strcmp(zone, "UTC") == 0)
		return dates;
	char why[200];
	dates->zone = zone_load(zone, why, sizeof(why));
	if (!dates->zone) {
		*why_r = arena_strdup(arena, why);
		return NULL;
	}
	arena_on_release(arena, release_zone, dates->zone);
	return dates;
}

static bool digits_read(const char **text, const struct token *token, int *value_r)
{
	int value = 0, n = 0;
	for (; n < token->digits_max && **text >= '0' && **text <= '9'; n++)
		value = 10 * value + (*(*text)++ - '0');
	*value_r = value;
	return n >= token->digits_min;
}

static bool parts_read(const struct trail_dates *dates, const char *text, int value[static PARTS])
{
	for (int i = 0; i < dates->count; i++) {
		const struct token *token = &dates->token[i];
		if (token->part == PART_LITERAL) {
			if (*text++ != token->literal)
				return false;
		} else if (token->part == PART_HALF) {
			if (strncasecmp(text, "AM", 2) != 0 && strncasecmp(text, "PM", 2) != 0)
				return false;
			value[PART_HALF] = toupper((unsigned char)*text) == 'P';
			text += 2;
		} else if (!digits_read(&text, token, &value[token->part])) {
			return false;
		}
	}
	return *text == '\0';
}

/* The instant whose wall-clock time in the zone is `local`. */
static bool zone_to_utc(const struct zone *zone, int64_t local, instant *at_r)
{
	const int64_t day_s = 86400;
	for (int i = 0; i < 2; i++) {
		instant at = local - zone_offset_s(zone, i == 0 ? local - day_s : local + day_s);
		if (at + zone_offset_s(zone, at) == local) {
			*at_r = at;
			return true;
		}
	}
	return false;
}

bool trail_date_parse(const struct trail_dates *dates, const char *text, instant *at_r, const char **why_r)
{
	int value[PARTS] = { 0 }, year, month, day;
	if (dates->iso) {
		*why_r = "is not an instant like 2026-03-02T08:00:00Z";
		return instant_parse(text, at_r);
	}
	*why_r = "does not fit the date format of the map";
	if (!parts_read(dates, text, value))
		return false;
	*why_r = "is no date that exists";
	int hour = value[PART_HOUR];
	if (value[PART_HOUR_12] > 0)
		hour = value[PART_HOUR_12] % 12 + 12 * value[PART_HALF];
	if (value[PART_YEAR] < 1970 || value[PART_YEAR] > 2999 || value[PART_MONTH] < 1 || value[PART_MONTH] > 12 ||
		value[PART_DAY] < 1 || value[PART_HOUR_12] > 12 || hour > 23 || value[PART_MINUTE] > 59 ||
		value[PART_SECOND] > 59)
		return false;
	int64_t days = day_from_civil(value[PART_YEAR], value[PART_MONTH], value[PART_DAY]);
	day_to_civil(days, &year, &month, &day);
	if (year != value[PART_YEAR] || month != value[PART_MONTH] || day != value[PART_DAY])
		return false;
	int64_t local = days * 86400 + hour * 3600 + value[PART_MINUTE] * 60 + value[PART_SECOND];
	*at_r = local;
	*why_r = "did not exist in the map's zone, whose clocks were put forward over it";
	return dates->zone == NULL || zone_to_utc(dates->zone, local, at_r);
}
