/* The table: one entry a slot, chosen by the token's hash; a newcomer takes the slot. */
#include "people/session_cache.h"

#include "base/text.h"
#include "people/session.sql.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS 4096
#define TEXT_BYTES 768 /* name, language and zone, each with its NUL; people with longer names are not kept */

struct slot {
	unsigned char hash[SECRET_HASH_BYTES];
	int64_t good_until_ms; /* 0: empty */
	struct session_facts facts;
	char text[TEXT_BYTES]; /* facts.actor points into it */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct slot *slots;
static uint64_t generation;
static const struct listener *_Atomic follows;

static struct slot *slot_of(const unsigned char *hash)
{
	return &slots[((unsigned)hash[0] << 8 | hash[1]) % SLOTS];
}

static bool in_use(void)
{
	const struct listener *listener = atomic_load(&follows);
	return listener && listen_connected(listener);
}

uint64_t session_cache_generation(void)
{
	pthread_mutex_lock(&lock);
	uint64_t now = generation;
	pthread_mutex_unlock(&lock);
	return now;
}

static void copy_out(struct ctx *ctx, const struct slot *slot, struct session_facts *facts_r)
{
	*facts_r = slot->facts;
	facts_r->actor.name = arena_strdup(ctx->arena, slot->facts.actor.name);
	facts_r->actor.language = arena_strdup(ctx->arena, slot->facts.actor.language);
	facts_r->actor.zone = arena_strdup(ctx->arena, slot->facts.actor.zone);
}

bool session_cache_get(
	struct ctx *ctx, const unsigned char hash[static SECRET_HASH_BYTES], struct session_facts *facts_r, bool *touch_r)
{
	bool found = false;
	if (!in_use())
		return false;
	pthread_mutex_lock(&lock);
	struct slot *slot = slots ? slot_of(hash) : NULL;
	if (slot && slot->good_until_ms > monotonic_ms() && memcmp(slot->hash, hash, SECRET_HASH_BYTES) == 0) {
		found = true;
		copy_out(ctx, slot, facts_r);
		*touch_r = slot->facts.last_seen_at == INSTANT_NONE || ctx->now - slot->facts.last_seen_at >= SESSION_TOUCH_S;
		if (*touch_r)
			slot->facts.last_seen_at = ctx->now;
	}
	pthread_mutex_unlock(&lock);
	return found;
}

static const char *keep(struct slot *slot, size_t *used, const char *text)
{
	size_t bytes = strlen(text) + 1;
	if (*used + bytes > TEXT_BYTES)
		return NULL;
	char *copy = memcpy(slot->text + *used, text, bytes);
	*used += bytes;
	return copy;
}

void session_cache_put(
	uint64_t taken, const unsigned char hash[static SECRET_HASH_BYTES], const struct session_facts *facts)
{
	size_t used = 0;
	if (!in_use())
		return;
	pthread_mutex_lock(&lock);
	if (!slots)
		slots = calloc(SLOTS, sizeof(*slots));
	if (slots && taken == generation) {
		struct slot *slot = slot_of(hash);
		struct actor *actor = &slot->facts.actor;
		slot->facts = *facts;
		memcpy(slot->hash, hash, SECRET_HASH_BYTES);
		actor->name = keep(slot, &used, facts->actor.name);
		actor->language = keep(slot, &used, facts->actor.language);
		actor->zone = keep(slot, &used, facts->actor.zone);
		slot->good_until_ms = actor->name && actor->language && actor->zone ? monotonic_ms() + SESSION_CACHE_MS : 0;
	}
	pthread_mutex_unlock(&lock);
}

enum forget { FORGET_SESSION, FORGET_TOKEN, FORGET_PERSON, FORGET_ALL };

static void forget(enum forget what, int64_t id)
{
	pthread_mutex_lock(&lock);
	generation++;
	for (int i = 0; slots && i < SLOTS; i++) {
		const struct session_facts *facts = &slots[i].facts;
		if (what == FORGET_ALL || (what == FORGET_SESSION && facts->actor.session_id == id) ||
			(what == FORGET_TOKEN && facts->token_id == id) || (what == FORGET_PERSON && facts->actor.id == id))
			slots[i].good_until_ms = 0;
	}
	pthread_mutex_unlock(&lock);
}

void session_cache_forget_session(int64_t session_id)
{
	forget(FORGET_SESSION, session_id);
}

void session_cache_forget_token(int64_t token_id)
{
	forget(FORGET_TOKEN, token_id);
}

void session_cache_forget_person(int64_t person_id)
{
	forget(FORGET_PERSON, person_id);
}

void session_cache_forget_all(void)
{
	forget(FORGET_ALL, 0);
}

void session_cache_heard(const char *channel, const char *payload)
{
	static const char *const kinds[] = { "session ", "token ", "person " };
	int64_t id;
	if (channel && strcmp(channel, "vakhta_session") != 0)
		return;
	for (int i = 0; channel && i < 3; i++) {
		size_t length = strlen(kinds[i]);
		if (strncmp(payload, kinds[i], length) == 0 && text_parse_int64(payload + length, &id)) {
			forget((enum forget)i, id);
			return;
		}
	}
	session_cache_forget_all();
}

void session_cache_follow(const struct listener *listener)
{
	atomic_store(&follows, listener);
	session_cache_forget_all();
}

static void heard(const char *channel, const char *payload, void *user)
{
	(void)user;
	session_cache_heard(channel, payload);
}

struct listener *session_cache_start(const struct config *config)
{
	const struct query *const listens[] = { QUERY_SESSION_LISTEN };
	struct listener *listener = listen_start(config, listens, 1, heard, NULL);
	session_cache_follow(listener);
	return listener;
}

void session_cache_stop(struct listener *listener)
{
	session_cache_follow(NULL);
	listen_stop(listener);
}
