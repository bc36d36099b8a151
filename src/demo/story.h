/* One ticket while its history is made: its row as it will be, its timeline, periods of ownership, offers and
 * cases. act.c does to it what the functions of schema/rules/41_, 42_ and 50_ do to the tables: the same events
 * with the same data, the same changes of state; an act that the rules would refuse is a broken invariant here.
 * Time only goes forward. An act after the history's end is not done, and nothing is after it. */
#ifndef VAKHTA_DEMO_STORY_H
#define VAKHTA_DEMO_STORY_H

#include "base/text.h"
#include "demo/chance.h"
#include "demo/phrases.h"
#include "demo/world.h"
#include "sla/derive.h"

enum status { NEW, IN_PROGRESS, WAITING_REPORTER, WAITING_SUPPLIER, RESOLVED, CLOSED, CANCELLED };
extern const char *const status_name[];
enum case_state { CASE_OPEN, CASE_WAITING_US, CASE_VERIFYING, CASE_CLOSED, CASE_WITHDRAWN };
extern const char *const case_state_name[];

struct event {
	const char *type, *role, *visibility; /* of cases: role is the party, visibility NULL */
	instant occurred, recorded;
	int actor;
	const char *body, *data;
	/* for the clocks, as in data */
	int64_t team;
	const char *targets, *ola, *waits_for;
	struct subject_event *read; /* made when first asked for */
};
struct event_list {
	struct event *item;
	int count, capacity;
};

struct owned {
	int person;
	int64_t from_us, to_us; /* microseconds of the epoch; to_us 0: still */
	int64_t handover;       /* 0: taken */
};

enum offer_state { OFFERED, ACCEPTED, DECLINED, WITHDRAWN, FORCED };
extern const char *const offer_state_name[];
struct offer {
	int64_t id;
	int from, to, to_team; /* to or to_team is -1 */
	enum reason reason;
	instant until; /* INSTANT_NONE: permanent */
	const char *note, *decision_note;
	enum offer_state state;
	int offered_by, decided_by, new_owner;
	instant offered, decided, returned;
};

struct supplier_case {
	int64_t id;
	int contract, item; /* item: through which the contract was found, or -1 */
	enum case_state state;
	int priority;
	const char *summary, *body, *ref, *why;
	int opened_by;
	instant sent, updated, acknowledged, fixed, closed;
	int version;
	instant asked, declared, delivered; /* what an answer must not precede */
	struct event_list events;
};

struct link {
	int item;
	const char *role;
	instant at;
	int by;
};

struct rating {
	int resolution, score, recommend; /* recommend -1: not said */
	const char *comment;
	int owner;
	instant at;
};

#define OFFERS_MAX 24
#define CASES_MAX 4
#define LINKS_MAX 6
#define RATINGS_MAX 4
#define PARTICIPANTS_MAX 8
#define BREACHES_MAX 64

struct story {
	const struct world *world;
	struct arena *arena;
	struct chance *chance;
	struct phrases phrases;
	const struct scenario *scenario;
	struct ids *ids;

	enum tongue tongue; /* of the reporter: what the ticket is written in */
	int item;           /* the CI that it is about, linked sooner or later; -1: none */
	int64_t id;
	char number[24];
	const char *subject, *body, *channel;
	enum status status;
	int impact, urgency, priority;
	int reporter, opener, owner, team;
	instant opened, updated, resolved, closed, close_due, reopen_until;
	const char *cause, *fix, *prevention, *no_ci_reason;
	bool no_prevention;
	int resolution_count, reopen_count, handover_count, version;

	struct event_list events;
	struct owned owned[OFFERS_MAX];
	int owned_count;
	struct offer offer[OFFERS_MAX];
	int offer_count;
	struct supplier_case supplier_case[CASES_MAX];
	int case_count;
	struct link link[LINKS_MAX];
	int link_count;
	struct rating rating[RATINGS_MAX];
	int rating_count;
	int participant[PARTICIPANTS_MAX];
	int participant_count;

	struct breach {
		int about; /* -1: the ticket, else the index of a case */
		int metric, ordinal;
	} breach[BREACHES_MAX]; /* told already */
	int breach_count;

	instant now; /* of the last act */
	bool over;   /* the end was reached */
};

/* Ids come from the tables' own sequences, some at a time. */
struct ids {
	struct ctx *ctx;
	struct arena *scratch; /* of one derivation of clocks */
	struct id_pool {
		int64_t next[64];
		int at, count;
	} handover, supplier_case;
};
/* The next id; INVARIANT: ids_fill has been called often enough. */
int64_t ids_take(struct id_pool *pool);
/* Tops the pools up before a ticket, which needs at most OFFERS_MAX handovers and CASES_MAX cases. */
bool ids_fill(struct ids *ids) MUST_CHECK;

/* As an actor: whoever owns the ticket at that moment. */
#define THE_OWNER (-2)

/* --- act.c: what happens in time by itself, and what people do. False: it lies after the end, the story is over --- */

/* Temporary handovers return, resolved tickets close by silence, clocks are breached: up to `at`. */
void act_by_itself(struct story *story, instant at);
void act_open(struct story *story, const int *items, int count);
bool act_take(struct story *story, instant at, int who);
bool act_reply(struct story *story, instant at, int who, const char *said);
bool act_note(struct story *story, instant at, int who, const char *said);
bool act_wait(struct story *story, instant at, const char *for_whom, const char *note);
bool act_resume(struct story *story, instant at);
bool act_link(struct story *story, instant at, int who, int item, const char *role);
bool act_participant(struct story *story, instant at, int who, int named);
/* New urgency, with the priority of the matrix. */
bool act_urgency(struct story *story, instant at, int who, int urgency, const char *why);
bool act_team(struct story *story, instant at, int who, int team, const char *why);
bool act_resolve(struct story *story, instant at, const char *cause, const char *fix, const char *prevention,
	const char *no_ci_reason);
bool act_confirm(struct story *story, instant at);
bool act_reopen(struct story *story, instant at, const char *said);
bool act_cancel(struct story *story, instant at, int who, const char *why);
bool act_rate(struct story *story, instant at, int score, int recommend, const char *comment);

/* --- breaches.c: what the watch would have told --- */
/* The earliest breach up to `at` that is not told yet: when; INSTANT_NONE: none. */
instant breaches_next(struct story *story, instant at);
/* Tells the one that breaches_next found. */
void breaches_tell(struct story *story, instant at);

/* --- act_handover.c --- */
bool act_offer(
	struct story *story, instant at, int by, int to, int to_team, enum reason reason, instant until, const char *note);
bool act_accept(struct story *story, instant at, int who);
bool act_force(struct story *story, instant at, int lead, const char *note);
bool act_decline(struct story *story, instant at, const char *note);
bool act_withdraw(struct story *story, instant at, const char *note);
struct offer *story_open_offer(struct story *story);

/* --- act_case.c --- */
bool act_escalate(struct story *story, instant at, int contract, const char *summary, const char *body);
/* `occurred` is before `recorded` when it was entered late. */
bool act_case(struct story *story, struct supplier_case *about, const char *type, instant occurred, instant recorded,
	int who, const char *said, const char *ref);
struct supplier_case *story_open_case(struct story *story);

/* --- life.c and life_case.c: the tale of an ordinary ticket --- */
void life_tell(struct story *story, bool escalates);
/* From the escalation to the accepted fix. False also when the case was withdrawn and the ticket has ended with it. */
bool life_case(struct story *story);
/* Some way on in these working hours, log-normal around `median_s`; soon: in the owner's hours, by priority. */
instant life_later(struct story *story, const struct calendar *hours, double median_s, double sigma);
instant life_soon(struct story *story, double median_s, double sigma);
/* When its owner works on it. */
const struct calendar *life_hours(const struct story *story);
const char *life_text(struct story *story, const char *member, int index);
bool life_hand_on(struct story *story);
bool life_pass_up(struct story *story);
bool life_resolve(struct story *story, instant at);

/* --- shared by the acts --- */
bool act_begin(struct story *story, instant *at);
const char *act_role(const struct story *story, int who);
struct event *act_event(struct story *story, const char *type, int actor, const char *role, const char *visibility,
	const char *body, const char *data, instant at);
/* The event for the clocks. */
const struct subject_event *event_read(struct arena *arena, struct event *event, int seq);
struct event *event_add(struct arena *arena, struct event_list *list, struct event event);
void act_introduce(struct story *story, int who, int reason_or_less, const char *note, instant until, instant at);
void act_own(struct story *story, int who, int64_t handover, instant at);
void act_drop_offer(struct story *story, int who, instant at);
void act_return(struct story *story, struct offer *offer, instant at);

#endif
