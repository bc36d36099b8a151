/* See arrivals.h. The pattern of a retailer: most on weekday mornings, Mondays above all; shops also at weekends; a
 * peak from Black Friday to the new year, a quiet January and summer. */
#include "demo/arrivals.h"

#include "sla/zone.h"

#include <string.h>

#define DAY_S 86400

static const double by_month[12] = { 0.72, 0.95, 1.02, 1.0, 0.9, 0.92, 0.84, 0.9, 1.08, 1.06, 1.2, 1.38 };
static const double by_weekday[7] = { 1.28, 1.12, 1.05, 1.02, 1.08, 0.42, 0.3 };
static const double by_hour[24] = { 0.05, 0.03, 0.02, 0.02, 0.03, 0.05, 0.1, 0.3, 0.9, 1.6, 1.9, 1.7, 1.35, 1.0, 1.3,
	1.4, 1.3, 1.1, 0.75, 0.55, 0.45, 0.3, 0.15, 0.08 };

static struct zone *moscow(void)
{
	char why[128];
	struct zone *zone = zone_load("Europe/Moscow", why, sizeof(why));
	INVARIANT(zone != NULL);
	return zone;
}

/* A holiday is as quiet as a Sunday. */
static double day_weight(const struct world *world, const struct zone *zone, int64_t day)
{
	int year, month, day_of_month, weekday = day_weekday(day);
	instant midnight = day * DAY_S - zone_offset_s(zone, day * DAY_S);
	bool works = calendar_worked_s(world->office, midnight, midnight + DAY_S) > 0;
	day_to_civil(day, &year, &month, &day_of_month);
	return by_month[month - 1] *
		(works                 ? by_weekday[weekday >= 6 ? 4 : weekday - 1]
				: weekday <= 5 ? 0.3
							   : by_weekday[weekday - 1]);
}

static const struct scenario *draw_scenario(const struct world *world, struct chance *chance, bool shops_only)
{
	double weight[128] = { 0 };
	INVARIANT(world->scenario_count <= 128);
	for (int i = 0; i < world->scenario_count; i++) {
		const struct scenario *scenario = &world->scenario[i];
		const struct calendar *hours = world->policy[scenario->policy].calendar;
		/* At weekends the office is empty: shops and the e-shop go on. */
		weight[i] = scenario->weight * (!shops_only || hours == world->shops || hours == world->always ? 1 : 0.15);
	}
	return &world->scenario[chance_weighted(chance, weight, world->scenario_count)];
}

static int compare(const void *a, const void *b)
{
	const struct arrival *x = a, *y = b;
	return x->at != y->at ? (x->at > y->at) - (x->at < y->at) : (x->stream > y->stream) - (x->stream < y->stream);
}

struct arrival *arrivals_plan(struct world *world, int count)
{
	struct arrival *arrival = arena_array(world->ctx->arena, (size_t)count + 1, sizeof(*arrival));
	struct zone *zone = moscow();
	int64_t last_day = (world->end + zone_offset_s(zone, world->end)) / DAY_S, first_day = last_day - world->days;
	double total = 0, passed = 0;
	int made = 0;
	/* Of the last day only the part that has gone by counts. */
	double part = (double)((world->end + zone_offset_s(zone, world->end)) % DAY_S) / DAY_S;
	for (int64_t day = first_day; day <= last_day; day++)
		total += day_weight(world, zone, day) * (day == last_day ? part : 1);
	for (int64_t day = first_day; day <= last_day; day++) {
		struct chance chance;
		instant midnight = day * DAY_S - zone_offset_s(zone, day * DAY_S);
		chance_seed(&chance, world->seed, (uint64_t)day);
		passed += day_weight(world, zone, day) * (day == last_day ? part : 1);
		bool quiet = calendar_worked_s(world->office, midnight, midnight + DAY_S) == 0;
		for (; made < count && made < (int)(passed / total * count + 0.5); made++) {
			instant at;
			do
				at = midnight + chance_weighted(&chance, by_hour, 24) * 3600 + chance_between(&chance, 0, 3599);
			while (at > world->end);
			arrival[made] = (struct arrival){
				.at = at, .scenario = draw_scenario(world, &chance, quiet), .stream = chance_bits(&chance)
			};
		}
	}
	zone_destroy(zone);
	qsort(arrival, (size_t)made, sizeof(*arrival), compare);
	return arrival;
}

/* What the scenarios say, with less alarm: most days nothing stands still. */
static int draw_value(struct chance *chance, const double weights[3])
{
	const double calm[3] = { 0.4 * weights[0], 0.65 * weights[1], weights[2] };
	return 1 + chance_weighted(chance, calm, 3);
}

static bool speaks(const struct scenario *scenario, const struct person *person)
{
	return scenario->text[person->tongue] != NULL;
}

/* Who has the trouble: mostly whoever uses the CI or works where it stands. */
static int draw_reporter(const struct story *story)
{
	const struct world *world = story->world;
	const struct scenario *scenario = story->scenario;
	const struct item *item = story->item >= 0 ? &world->item[story->item] : NULL;
	double weight[256] = { 0 };
	bool placed = item && item->location && strncmp(item->location, "ЦОД", strlen("ЦОД")) != 0, any = false;
	INVARIANT(world->person_count <= 256);
	for (int i = 0; i < world->person_count; i++) {
		const struct person *person = &world->person[i];
		if (!speaks(scenario, person))
			continue;
		weight[i] = person->staff ? 0.12 : 1;
		if (item && item->user == i)
			weight[i] = 60;
		if (placed && (!person->location || strcmp(person->location, item->location) != 0))
			weight[i] = weight[i] > 1 ? weight[i] : 0;
		any = any || weight[i] > 0;
	}
	for (int i = 0; !any && i < world->person_count; i++)
		weight[i] = speaks(scenario, &world->person[i]) && !world->person[i].staff ? 1 : 0;
	return chance_weighted(story->chance, weight, world->person_count);
}

/* A CI for a reporter that is given: their own, or where they work. */
static int item_near(const struct story *story, int reporter)
{
	const struct scenario *scenario = story->scenario;
	const struct person *person = &story->world->person[reporter];
	for (int i = 0; i < scenario->item_count; i++)
		if (story->world->item[scenario->item[i]].user == reporter)
			return scenario->item[i];
	int from = scenario->item_count > 0 ? chance_below(story->chance, scenario->item_count) : 0;
	for (int i = 0; i < scenario->item_count; i++) {
		int at = scenario->item[(from + i) % scenario->item_count];
		const char *place = story->world->item[at].location;
		if (place && person->location && strcmp(place, person->location) == 0)
			return at;
	}
	return scenario->item_count > 0 ? scenario->item[from] : -1;
}

/* "since 9:40" lies before the report, "by 15:30" after it; both in the reporter's zone. */
static const char *time_word(const struct story *story, const char *said)
{
	char why[128];
	const char *slot = strstr(said, "{time}");
	bool since = !slot || (slot - said >= 3 && (strncmp(slot - 3, "с ", 3) == 0 || strncmp(slot - 3, "С ", 3) == 0)) ||
		(slot - said >= 5 && strncmp(slot - 5, "ince ", 5) == 0);
	struct zone *zone = zone_load(story->world->person[story->reporter].zone, why, sizeof(why));
	INVARIANT(zone != NULL);
	int64_t minute = (story->opened + zone_offset_s(zone, story->opened)) % DAY_S / 60;
	zone_destroy(zone);
	minute += since ? -chance_between(story->chance, 8, 75) : chance_between(story->chance, 50, 180);
	minute = (minute + 1440) % 1440 / 5 * 5;
	return arena_printf(story->arena, "%d:%02d", (int)minute / 60, (int)minute % 60);
}

/* One of the scenario's reports; the words of time fit the hour. */
static const char *draw_report(struct story *story)
{
	const json_t *bodies = json_object_get(story->scenario->text[story->tongue], "body");
	const char *said =
		json_string_value(json_array_get(bodies, (size_t)chance_below(story->chance, (int)json_array_size(bodies))));
	phrases_set(&story->phrases, "time", time_word(story, said));
	return phrases_fill(&story->phrases, said, story->tongue);
}

static void draw_words(struct story *story)
{
	struct phrases *phrases = &story->phrases;
	const struct world *world = story->world;
	const struct person *reporter = &world->person[story->reporter];
	const struct item *item = story->item >= 0 ? &world->item[story->item] : &world->item[story->scenario->service];
	int other = chance_below(story->chance, world->person_count);
	const char *place =
		item->location && strncmp(item->location, "ЦОД", strlen("ЦОД")) != 0 ? item->location : reporter->location;
	phrases_set(phrases, "device", story->item < 0 && story->tongue == RU ? item->name_ru : item->name);
	phrases_set(phrases, "place", place ? place : "");
	phrases_set(
		phrases, "colleague", world->person[other == story->reporter ? (other + 1) % world->person_count : other].name);
	phrases_set(phrases, "service",
		story->tongue == RU ? world->item[story->scenario->service].name_ru
							: world->item[story->scenario->service].name);
	phrases_set(phrases, "reporter", reporter->given_name);
	phrases_set(phrases, "supplier", "");
	phrases_set(phrases, "owner", "");
	const char *body = draw_report(story);
	story->subject =
		phrases_pick(phrases, json_object_get(story->scenario->text[story->tongue], "subject"), -1, story->tongue);
	bool opening = chance_of(story->chance, 0.5), closing = chance_of(story->chance, 0.5);
	story->body = arena_printf(story->arena, "%s%s%s%s%s",
		opening ? phrases_shared(phrases, "opening", NULL, story->tongue) : "", opening ? "\n\n" : "", body,
		closing ? "\n\n" : "", closing ? phrases_shared(phrases, "closing", NULL, story->tongue) : "");
}

static void draw_channel(struct story *story)
{
	const struct world *world = story->world;
	const struct team *desk = &world->team[0];
	int drawn = chance_below(story->chance, story->scenario->channel_count);
	story->channel = story->scenario->channel[drawn];
	story->opener = story->reporter;
	if (strcmp(story->channel, "phone") == 0 || strcmp(story->channel, "chat") == 0)
		story->opener = desk->member[chance_below(story->chance, desk->member_count)];
	else if (strcmp(story->channel, "monitoring") == 0) {
		const struct team *knows = &world->team[story->scenario->service_team];
		story->reporter = story->opener = knows->member[chance_below(story->chance, knows->member_count)];
		if (!story->scenario->text[world->person[story->reporter].tongue])
			story->reporter = story->opener = knows->lead;
	}
}

void arrival_open(struct story *story, const struct arrival *arrival, int reporter, int impact, int urgency)
{
	const struct scenario *scenario = story->scenario = arrival->scenario;
	story->opened = arrival->at;
	story->team = scenario->team;
	story->owner = NOBODY;
	story->item = scenario->item_count > 0 ? scenario->item[chance_below(story->chance, scenario->item_count)] : -1;
	story->reporter = reporter == NOBODY ? draw_reporter(story) : reporter;
	if (reporter != NOBODY)
		story->item = item_near(story, reporter);
	draw_channel(story);
	if (reporter != NOBODY && story->reporter != reporter) {
		story->reporter = story->opener = reporter;
		story->channel = "portal";
	}
	story->tongue = story->world->person[story->reporter].tongue;
	if (!scenario->text[story->tongue])
		story->tongue = RU;
	story->impact = impact ? impact : draw_value(story->chance, scenario->impact);
	story->urgency = urgency ? urgency : draw_value(story->chance, scenario->urgency);
	story->priority = story->world->priority[story->impact - 1][story->urgency - 1];
	draw_words(story);
	bool named = story->item >= 0 && chance_of(story->chance, 0.55);
	act_open(story, &story->item, named ? 1 : 0);
}
