/* The last sessions and tokens seen, so that most requests need no statement to know who asks.
 * Owns: a table of fixed size; entries live SESSION_CACHE_MS at most. Refuses: to answer while the listener is not connected,
 * since then nobody would say that a session ended. Thread: safe. */
#ifndef VAKHTA_PEOPLE_SESSION_CACHE_H
#define VAKHTA_PEOPLE_SESSION_CACHE_H

#include "base/ctx.h"
#include "db/listen.h"
#include "people/secret.h"

#define SESSION_CACHE_MS 5000
#define SESSION_TOUCH_S 60

/* What the database says about a session or a token. */
struct session_facts {
	struct actor actor;
	int64_t token_id;     /* 0 with a session */
	instant last_seen_at; /* INSTANT_NONE: a token never used */
	instant expires_at;   /* INSTANT_NONE: a token without end */
};

/* Number to take before reading the database and to give to the put: what was forgotten meanwhile is not kept. */
uint64_t session_cache_generation(void);
/* Copies into the arena of ctx. *touch_r: the last use is older than SESSION_TOUCH_S; only one caller a time is told so. */
bool session_cache_get(
	struct ctx *ctx, const unsigned char hash[static SECRET_HASH_BYTES], struct session_facts *facts_r, bool *touch_r);
void session_cache_put(
	uint64_t generation, const unsigned char hash[static SECRET_HASH_BYTES], const struct session_facts *facts);
void session_cache_forget_session(int64_t session_id);
void session_cache_forget_token(int64_t token_id);
void session_cache_forget_person(int64_t person_id);
void session_cache_forget_all(void);

/* For the listener's callback: channel NULL (connected anew) or "vakhta_session". Other channels are ignored. */
void session_cache_heard(const char *channel, const char *payload);
/* For serve: a listener of its own that keeps the cache honest, from the start of the server until after its stop. */
struct listener *session_cache_start(const struct config *config);
void session_cache_stop(struct listener *listener);
/* The listener that calls it; NULL (at first, and before it is stopped): the cache is not used. */
void session_cache_follow(const struct listener *listener);

#endif
