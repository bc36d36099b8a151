/* See what_if.h. Each case's clocks are derived twice from its events: as they were, and with other targets or hours.
 * Owns: the memory of one case at a time; counts by contract, metric and month. */
#include "audit/what_if.h"

#include "audit/audit.sql.h"
#include "db/query.h"
#include "sla/subject.h"
#include "sla/subject_events.h"
#include "sla/zone.h"

#include <stdio.h>
#include <string.h>

#define DAY_S 86400
#define OTHER_CALENDAR INT64_MAX

enum { CASE, SEQ, TYPE, AT, OF, TARGETS, CORRECTION, NUMBER, PRIORITY, TERMS, CONTRACT, CONTRACT_NUMBER, SUPPLIER, SUPPLIER_NAME, CLOSED };
enum side { BEFORE, AFTER, SIDES };
enum verdict { VERDICT_NONE, VERDICT_OPEN, VERDICT_KEPT, VERDICT_BREACHED, VERDICT_CANCELLED };
static const char *const verdict_name[] = { "none", "open", "kept", "breached", "cancelled" };

struct cell {
	int64_t kept[SIDES], breached[SIDES];
};

/* One edition of a contract's terms: what its cases were judged by. */
struct edition {
	int64_t terms_id;
	const char *contract, *contract_number, *supplier, *supplier_name;
	struct cell cell[METRIC_COUNT][WHAT_IF_MONTHS_MAX];
	struct edition *next;
};

struct score {
	struct ctx *ctx, *calendars;
	const struct what_if *what;
	const struct zone *zone;
	instant from, to;
	int first_month; /* year * 12 + month */
	struct edition *editions, *latest;
	struct arena *arena; /* of the case at hand */
	int64_t case_id;
	char number[32];
	int priority;
	struct edition *edition;
	struct subject_event *events;
	int count, room;
	struct json_out *json; /* the list of changed verdicts is open */
	int64_t changed, cases;
};

static const struct calendar *lookup_before(void *user, int64_t version)
{
	return calendar_of_version(((struct score *)user)->calendars, version);
}

static const struct calendar *lookup_after(void *user, int64_t version)
{
	const struct score *score = user;
	return score->what->calendar ? score->what->calendar : calendar_of_version(score->calendars, version);
}

static enum verdict judge(const struct derived_clock *clock, instant *decided_r)
{
	const struct clock_result *result = &clock->result;
	*decided_r = INSTANT_NONE;
	if (result->state == CLOCK_CANCELLED)
		return VERDICT_CANCELLED;
	if (result->breached)
		*decided_r = result->breached_at;
	if (result->state == CLOCK_STOPPED && (*decided_r == INSTANT_NONE || result->stopped_at < *decided_r))
		*decided_r = result->stopped_at;
	return result->breached ? VERDICT_BREACHED : result->state == CLOCK_STOPPED ? VERDICT_KEPT : VERDICT_OPEN;
}

static int month_of(const struct score *score, instant at)
{
	int year, month, day;
	day_to_civil((at + zone_offset_s(score->zone, at)) / DAY_S, &year, &month, &day);
	return year * 12 + month - score->first_month;
}

static bool tally(struct score *score, const struct derived_clock *clock, enum side side)
{
	instant decided;
	enum verdict verdict = judge(clock, &decided);
	if ((verdict != VERDICT_KEPT && verdict != VERDICT_BREACHED) || decided < score->from || decided >= score->to)
		return false;
	int month = month_of(score, decided);
	INVARIANT(month >= 0 && month < WHAT_IF_MONTHS_MAX);
	struct cell *cell = &score->edition->cell[clock->metric][month];
	*(verdict == VERDICT_KEPT ? &cell->kept[side] : &cell->breached[side]) += 1;
	return true;
}

/* The instant at which the target is, was or would have been reached. */
static instant due_of(const struct derived_clock *clock, const struct calendar *calendar)
{
	const struct clock_result *result = &clock->result;
	if (result->breached)
		return result->breached_at;
	if (result->state == CLOCK_RUNNING)
		return result->due_at;
	return result->state == CLOCK_STOPPED && calendar ? calendar_reach(calendar, result->stopped_at, result->remaining_s) : INSTANT_NONE;
}

static void side_json(struct json_out *json, const char *key, const struct derived_clock *clock, const struct calendar *calendar)
{
	instant decided;
	json_open_object(json, key);
	json_text(json, "verdict", verdict_name[clock ? judge(clock, &decided) : VERDICT_NONE]);
	if (clock) {
		json_int(json, "target_s", clock->result.target_s);
		json_int(json, "elapsed_s", clock->result.elapsed_s);
		json_instant(json, "due_at", due_of(clock, calendar));
		json_instant(json, "stopped_at", clock->result.state == CLOCK_STOPPED ? clock->result.stopped_at : INSTANT_NONE);
	}
	json_close_object(json);
}

static const struct derived_clock *find(const struct derived *derived, enum sla_metric metric, int ordinal)
{
	for (int i = 0; i < derived->count; i++)
		if (derived->clocks[i].metric == metric && derived->clocks[i].ordinal == ordinal)
			return &derived->clocks[i];
	return NULL;
}

static bool changed_write(struct score *score, const struct derived_clock *before, const struct derived_clock *after)
{
	const struct derived_clock *either = before ? before : after;
	if (score->changed++ >= WHAT_IF_CHANGED_MAX)
		return true;
	const struct calendar *was = before ? lookup_before(score, before->calendar_version) : NULL;
	const struct calendar *is = after ? lookup_after(score, after->calendar_version) : NULL;
	json_open_object(score->json, NULL);
	json_text(score->json, "case", score->number);
	json_ref(score->json, "contract", score->edition->contract, score->edition->contract_number);
	json_text(score->json, "metric", sla_metric_name[either->metric]);
	json_int(score->json, "ordinal", either->ordinal);
	json_int(score->json, "priority", score->priority);
	side_json(score->json, "before", before, was);
	side_json(score->json, "after", after, is);
	json_close_object(score->json);
	return true;
}

/* Clocks that counted in the period on one side at least, and whose verdicts differ. */
static void compare(struct score *score, const struct derived *before, const struct derived *after)
{
	instant decided;
	for (int i = 0; i < before->count; i++) {
		const struct derived_clock *was = &before->clocks[i], *is = find(after, was->metric, was->ordinal);
		bool counted = tally(score, was, BEFORE);
		counted = (is && tally(score, is, AFTER)) || counted;
		if (counted && (!is || judge(was, &decided) != judge(is, &decided)))
			changed_write(score, was, is);
	}
	for (int i = 0; i < after->count; i++)
		if (!find(before, after->clocks[i].metric, after->clocks[i].ordinal) && tally(score, &after->clocks[i], AFTER))
			changed_write(score, NULL, &after->clocks[i]);
}

/* Targets of the other terms, or the same with the other calendar. */
static void substitute(struct score *score, struct subject_event *event)
{
	const struct what_if *what = score->what;
	struct subject_target *targets = arena_array(score->arena, METRIC_COUNT + (size_t)event->target_count, sizeof(*targets));
	int64_t version = event->target_count > 0 ? event->targets[0].calendar_version : OTHER_CALENDAR;
	int count = 0;
	if (event->target_count == 0)
		return;
	if (!what->has_terms) {
		memcpy(targets, event->targets, (size_t)event->target_count * sizeof(*targets));
		count = event->target_count;
	} else if (event->type == SUBJECT_SENT) {
		for (int metric = 0; metric < METRIC_COUNT; metric++)
			if (what->target_s[score->priority][metric] > 0)
				targets[count++] = (struct subject_target){ (enum sla_metric)metric, what->target_s[score->priority][metric], version, false };
	} else {
		/* New hours keep the other targets; the terms are those of the case's priority. */
		for (int i = 0; i < event->target_count; i++)
			if (what->target_s[score->priority][event->targets[i].metric] > 0)
				targets[count++] = (struct subject_target){ event->targets[i].metric, what->target_s[score->priority][event->targets[i].metric],
					event->targets[i].calendar_version, false };
	}
	event->targets = targets;
	event->target_count = count;
}

static bool case_end(struct score *score)
{
	const char *why = NULL;
	if (score->case_id == 0)
		return true;
	score->cases++;
	struct derived *before = subject_derive(score->arena, score->events, score->count, score->ctx->now, lookup_before, score, &why);
	for (int i = 0; before && i < score->count; i++)
		substitute(score, &score->events[i]);
	struct derived *after = before ? subject_derive(score->arena, score->events, score->count, score->ctx->now, lookup_after, score, &why) : NULL;
	if (!after)
		return fail_internal(score->ctx, ERROR_INTERNAL, "%s: %s", score->number, why ? why : "a calendar cannot be read");
	compare(score, before, after);
	return true;
}

static struct edition *edition_find(struct score *score, const struct rows *rows)
{
	struct arena *arena = score->ctx->arena;
	int64_t id = rows_int(rows, 0, TERMS);
	if (score->latest && score->latest->terms_id == id)
		return score->latest;
	struct edition *edition = score->editions;
	while (edition && edition->terms_id != id)
		edition = edition->next;
	if (!edition) {
		edition = arena_alloc(arena, sizeof(*edition));
		*edition = (struct edition){ .terms_id = id, .contract = arena_strdup(arena, rows_text(rows, 0, CONTRACT)),
			.contract_number = arena_strdup(arena, rows_text(rows, 0, CONTRACT_NUMBER)), .supplier = arena_strdup(arena, rows_text(rows, 0, SUPPLIER)),
			.supplier_name = arena_strdup(arena, rows_text(rows, 0, SUPPLIER_NAME)), .next = score->editions };
		score->editions = edition;
	}
	score->latest = edition;
	return edition;
}

static bool event_row(struct ctx *ctx, const struct rows *rows, void *user)
{
	struct score *score = user;
	(void)ctx;
	if (rows_int(rows, 0, CASE) != score->case_id) {
		if (!case_end(score))
			return false;
		arena_reset(score->arena);
		score->case_id = rows_int(rows, 0, CASE);
		score->count = score->room = 0;
		score->priority = (int)rows_int(rows, 0, PRIORITY);
		score->edition = edition_find(score, rows);
		snprintf(score->number, sizeof(score->number), "%s", rows_text(rows, 0, NUMBER));
	}
	if (score->count == score->room) {
		score->room = score->room == 0 ? 16 : 2 * score->room;
		struct subject_event *larger = arena_array(score->arena, (size_t)score->room, sizeof(*larger));
		if (score->count > 0)
			memcpy(larger, score->events, (size_t)score->count * sizeof(*larger));
		score->events = larger;
	}
	struct ctx parse = { .arena = score->arena };
	if (!subject_event_read(&parse, (int)rows_int(rows, 0, SEQ), rows_text(rows, 0, TYPE), rows_int(rows, 0, AT), rows_int(rows, 0, OF),
			rows_text(rows, 0, TARGETS), NULL, rows_text(rows, 0, CORRECTION), &score->events[score->count]))
		return fail_internal(score->ctx, ERROR_INTERNAL, "%s: %s", score->number, parse.error.log_detail);
	score->count++;
	return true;
}

/* Credits are money: the database computes them as exact decimals from the counts. */
static struct rows *credits_read(struct score *score)
{
	struct query_args args = query_args(score->ctx);
	struct json_out cells;
	json_begin(&cells, score->ctx->arena, 4096);
	json_open_array(&cells, NULL);
	for (const struct edition *edition = score->editions; edition; edition = edition->next)
		for (int metric = 0; metric < METRIC_COUNT; metric++)
			for (int month = 0; month < WHAT_IF_MONTHS_MAX; month++)
				for (int side = 0; side < SIDES; side++) {
					const struct cell *cell = &edition->cell[metric][month];
					if (cell->kept[side] + cell->breached[side] == 0)
						continue;
					json_open_object(&cells, NULL);
					json_int(&cells, "terms", edition->terms_id);
					json_text(&cells, "metric", sla_metric_name[metric]);
					json_int(&cells, "month", month);
					json_int(&cells, "side", side);
					json_int(&cells, "kept", cell->kept[side]);
					json_int(&cells, "breached", cell->breached[side]);
					json_close_object(&cells);
				}
	json_close_array(&cells);
	arg_text(&args, cells.text.data);
	arg_text(&args, score->what->has_terms ? score->what->credits : NULL);
	arg_text(&args, score->what->from);
	return query_run(score->ctx, QUERY_WHAT_IF_CREDITS, &args);
}

/* {"amount","currency"}, or null when nothing is priced. `metric_or_null` NULL: the contract's sum under its caps. */
static void credit_write(struct json_out *json, const char *key, const struct rows *credits, const char *contract, const char *metric_or_null, enum side side)
{
	for (int i = 0; i < rows_count(credits); i++) {
		const char *metric = rows_text(credits, i, 1);
		if (strcmp(rows_text(credits, i, 0), contract) != 0 || rows_int(credits, i, 2) != side || rows_null(credits, i, 4) ||
			(metric_or_null == NULL) != (metric == NULL) || (metric && strcmp(metric, metric_or_null) != 0))
			continue;
		json_open_object(json, key);
		json_text(json, "amount", rows_text(credits, i, 4));
		json_text(json, "currency", rows_text(credits, i, 3));
		json_close_object(json);
		return;
	}
	json_put_null(json, key);
}

static void metric_side(struct json_out *json, const char *key, const struct score *score, const char *contract, enum sla_metric metric, enum side side,
	const struct rows *credits)
{
	int64_t kept = 0, breached = 0;
	for (const struct edition *edition = score->editions; edition; edition = edition->next)
		for (int month = 0; strcmp(edition->contract, contract) == 0 && month < WHAT_IF_MONTHS_MAX; month++) {
			kept += edition->cell[metric][month].kept[side];
			breached += edition->cell[metric][month].breached[side];
		}
	int64_t all = kept + breached, hundredths = all > 0 ? (20000 * kept + all) / (2 * all) : 0;
	json_open_object(json, key);
	json_int(json, "measured", all);
	json_int(json, "kept", kept);
	json_int(json, "breached", breached);
	json_raw(json, "compliance_pct",
		all > 0 ? arena_printf(score->ctx->arena, "%lld.%02lld", (long long)hundredths / 100, (long long)hundredths % 100) : NULL);
	credit_write(json, "credit", credits, contract, sla_metric_name[metric], side);
	json_close_object(json);
}

static bool is_used(const struct score *score, const char *contract, enum sla_metric metric)
{
	for (const struct edition *edition = score->editions; edition; edition = edition->next)
		for (int month = 0; strcmp(edition->contract, contract) == 0 && month < WHAT_IF_MONTHS_MAX; month++)
			for (int side = 0; side < SIDES; side++)
				if (edition->cell[metric][month].kept[side] + edition->cell[metric][month].breached[side] > 0)
					return true;
	return false;
}

static bool contract_is_first(const struct score *score, const struct edition *wanted)
{
	for (const struct edition *edition = score->editions; edition != wanted; edition = edition->next)
		if (strcmp(edition->contract, wanted->contract) == 0)
			return false;
	return true;
}

static void contracts_write(struct score *score, const struct rows *credits)
{
	static const enum sla_metric order[] = { METRIC_ACKNOWLEDGE, METRIC_RESPONSE, METRIC_WORKAROUND, METRIC_RESOLUTION, METRIC_UPDATE };
	struct json_out *json = score->json;
	json_open_array(json, "contracts");
	for (const struct edition *edition = score->editions; edition; edition = edition->next) {
		if (!contract_is_first(score, edition))
			continue;
		json_open_object(json, NULL);
		json_ref(json, "contract", edition->contract, edition->contract_number);
		json_ref(json, "supplier", edition->supplier, edition->supplier_name);
		credit_write(json, "credit_before", credits, edition->contract, NULL, BEFORE);
		credit_write(json, "credit_after", credits, edition->contract, NULL, AFTER);
		json_open_array(json, "metrics");
		for (size_t i = 0; i < sizeof(order) / sizeof(*order); i++) {
			if (!is_used(score, edition->contract, order[i]))
				continue;
			json_open_object(json, NULL);
			json_text(json, "metric", sla_metric_name[order[i]]);
			metric_side(json, "before", score, edition->contract, order[i], BEFORE, credits);
			metric_side(json, "after", score, edition->contract, order[i], AFTER, credits);
			json_close_object(json);
		}
		json_close_array(json);
		json_close_object(json);
	}
	json_close_array(json);
}

static bool period_read(struct ctx *ctx, struct score *score)
{
	struct query_args args = query_args(ctx);
	int year, month, day;
	int64_t first;
	INVARIANT(day_parse(score->what->from, &first));
	day_to_civil(first, &year, &month, &day);
	score->first_month = year * 12 + month;
	arg_text(&args, score->what->from);
	arg_text(&args, score->what->to);
	arg_text(&args, score->what->zone);
	struct rows *rows = query_one(ctx, QUERY_WHAT_IF_PERIOD, &args);
	if (!rows)
		return false;
	score->from = rows_instant(rows, 0, 0);
	score->to = rows_instant(rows, 0, 1);
	return true;
}

static bool score_all(struct ctx *ctx, struct score *score)
{
	struct query_args args = query_args(ctx);
	struct json_out *json = score->json;
	if (!period_read(ctx, score))
		return false;
	arg_instant(&args, score->from);
	arg_instant(&args, score->to);
	arg_int_or_null(&args, score->what->supplier_id, score->what->supplier_id == 0);
	arg_int_or_null(&args, score->what->contract_id, score->what->contract_id == 0);
	json_open_object(json, NULL);
	json_text(json, "from", score->what->from);
	json_text(json, "to", score->what->to);
	json_text(json, "zone", score->what->zone);
	json_instant(json, "as_of", ctx->now);
	json_open_array(json, "changed");
	if (!query_each(ctx, QUERY_WHAT_IF_EVENTS, &args, event_row, score) || !case_end(score))
		return false;
	json_close_array(json);
	json_int(json, "changed_count", score->changed);
	json_int(json, "cases", score->cases);
	struct rows *credits = credits_read(score);
	if (!credits)
		return false;
	contracts_write(score, credits);
	json_close_object(json);
	return true;
}

bool what_if_write(struct ctx *ctx, struct ctx *calendars, const struct what_if *what, struct json_out *json)
{
	char why[128];
	struct score score = { .ctx = ctx, .calendars = calendars, .what = what, .json = json };
	struct zone *zone = zone_name_valid(what->zone) ? zone_load(what->zone, why, sizeof(why)) : NULL;
	if (!zone)
		return fail_field(ctx, "/zone", "there is no such time zone");
	score.zone = zone;
	score.arena = arena_create(64 * 1024);
	bool good = score_all(ctx, &score);
	arena_destroy(score.arena);
	zone_destroy(zone);
	return good;
}
