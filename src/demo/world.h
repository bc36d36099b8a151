/* The company as the history's maker sees it: read once from the database and the scenarios, then unchanged.
 * People, teams and so on are named by their index here; ids are those of the database. */
#ifndef VAKHTA_DEMO_WORLD_H
#define VAKHTA_DEMO_WORLD_H

#include "base/ctx.h"
#include "sla/calendar.h"

#include <jansson.h>

#define NOBODY (-1)
#define TEAMS_OF_PERSON 4
#define PRIORITIES 4

enum tongue { RU, EN, TONGUES };
extern const char *const tongue_name[TONGUES]; /* "ru", "en" */

struct person {
	int64_t id;
	const char *login, *given_name, *name, *location, *zone, *phone;
	enum tongue tongue;
	uint32_t roles;
	int team[TEAMS_OF_PERSON], team_count; /* by level */
	bool staff;
	double weight; /* how often they report */
};

struct team {
	int64_t id;
	const char *key, *name;
	int level;
	const int *member;
	int member_count;
	int lead;                    /* person */
	const char *ola[PRIORITIES]; /* JSON, or NULL */
	int64_t ola_s[PRIORITIES];   /* 0: none */
};

struct item {
	int64_t id;
	const char *key, *class, *name, *name_ru, *location;
	int user; /* person, or NOBODY */
};

/* Failure of `from` hits `to`. */
struct hit {
	int from, to;
};

struct policy {
	int64_t id;
	const struct calendar *calendar;
	int close_days, reopen_days;
	const char *targets[PRIORITIES];                          /* JSON, as events have them */
	int64_t response_s[PRIORITIES], resolution_s[PRIORITIES]; /* 0: none */
};

enum uc_metric { UC_ACKNOWLEDGE, UC_RESPONSE, UC_WORKAROUND, UC_RESOLUTION, UC_UPDATE, UC_METRICS };

struct contract {
	int64_t id, supplier_id, terms_id;
	int64_t version; /* of the terms */
	const char *number, *supplier;
	enum tongue tongue;
	const struct calendar *calendar;
	const char *targets[PRIORITIES]; /* JSON; NULL: none */
	int64_t target_s[PRIORITIES][UC_METRICS];
	const bool *covers; /* by item */
	double acknowledge, resolution, spread, reject, late_entry, drift;
};

struct scenario {
	const char *key, *kind;
	int service, team, policy; /* service: item; team: the one that new tickets go to */
	int service_team;          /* the one that knows it */
	int64_t category;
	bool restricted;
	double weight, impact[3], urgency[3];
	const char *channel[6];
	int channel_count;
	const json_t *text[TONGUES]; /* NULL: not in this language */
	const json_t *supplier;
	int contract; /* or -1 */
	double escalates;
	const int *item; /* CIs it can happen to; none when it has no class */
	int item_count;
};

enum introduction { INTRODUCED_TAKE, INTRODUCED_HANDOVER, INTRODUCED_TEMPORARY, INTRODUCTIONS };
enum reason { SICK, OVERLOADED, LEVEL_ESCALATION, EXPERTISE, SHIFT_END, OTHER, RETURNED, REASONS };
extern const char *const reason_name[REASONS];

struct world {
	struct ctx *ctx;
	struct person *person;
	int person_count;
	struct team *team;
	int team_count;
	struct item *item;
	int item_count;
	struct hit *hit;
	int hit_count;
	struct policy *policy;
	int policy_count;
	struct contract *contract;
	int contract_count;
	struct scenario *scenario;
	int scenario_count;
	int priority[3][3];
	const json_t *slots, *shared;
	const char *introduction[INTRODUCTIONS][TONGUES];
	const char *reason_words[REASONS][TONGUES];
	const struct calendar *desk, *office, *shops, *always;
	instant end;
	uint64_t seed;
	int days;
};

bool world_load(struct world *world) MUST_CHECK; /* world_load.c; ctx, end, seed and days are set */

/* NOBODY or -1 when there is none. */
int world_person(const struct world *world, const char *login);
int world_scenario(const struct world *world, const char *key);
/* Calendar by whose hours the person works. */
const struct calendar *world_hours(const struct world *world, int person);
bool world_in_team(const struct world *world, int person, int team);
/* "КС-2024/118: POS-012 → Retail checkout": how the contract was found from a linked CI or the service. */
const char *world_contract_path(const struct world *world, int contract, const int *items, int count, int *item_r);

#endif
