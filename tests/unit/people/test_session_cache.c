/* What the cache must forget, and when it must not be asked. The listener is this file's own: listen_connected is replaced. */
#include "test_people.h"

#include "people/session_cache.h"

#include <stdatomic.h>
#include <string.h>

static bool connected;

bool listen_connected(const struct listener *listener)
{
	(void)listener;
	return connected;
}

struct listener *listen_start(
	const struct config *config, const struct query *const *listens, int count, listen_callback *callback, void *user)
{
	(void)config, (void)listens, (void)count, (void)callback, (void)user;
	return NULL;
}

void listen_stop(struct listener *listener)
{
	(void)listener;
}

struct fixture {
	struct ctx ctx;
	unsigned char hash[3][SECRET_HASH_BYTES];
};

static void begin(struct fixture *fixture)
{
	memset(fixture, 0, sizeof(*fixture));
	fixture->ctx.arena = arena_create(4096);
	ctx_begin(&fixture->ctx);
	for (int i = 0; i < 3; i++)
		secret_hash(i == 0 ? "one" : i == 1 ? "two" : "three", fixture->hash[i]);
	connected = true;
	session_cache_follow((const struct listener *)fixture);
}

static void end(struct fixture *fixture)
{
	session_cache_follow(NULL);
	arena_destroy(fixture->ctx.arena);
}

static struct session_facts facts_of(struct fixture *fixture, int64_t person, int64_t session, int64_t token)
{
	struct session_facts facts = {
		.token_id = token, .last_seen_at = fixture->ctx.now, .expires_at = fixture->ctx.now + 3600
	};
	facts.actor = (struct actor){ .id = person,
		.roles = ROLE_EMPLOYEE | ROLE_AGENT,
		.name = "Анна Иванова",
		.language = "ru",
		.zone = "Europe/Moscow",
		.session_id = session,
		.teams = { 7, 9 },
		.team_count = 2 };
	return facts;
}

static bool knows(struct fixture *fixture, int i, struct session_facts *facts, bool *touch)
{
	return session_cache_get(&fixture->ctx, fixture->hash[i], facts, touch);
}

static bool keeps(struct fixture *fixture, int i)
{
	struct session_facts facts;
	bool touch;
	return knows(fixture, i, &facts, &touch);
}

static void put_three(struct fixture *fixture)
{
	struct session_facts facts[3] = { facts_of(fixture, 1, 11, 0), facts_of(fixture, 2, 22, 0),
		facts_of(fixture, 2, 0, 33) };
	for (int i = 0; i < 3; i++)
		session_cache_put(session_cache_generation(), fixture->hash[i], &facts[i]);
	assert_true(keeps(fixture, 0) && keeps(fixture, 1) && keeps(fixture, 2));
}

void test_cache_unused_without_listener(void **state)
{
	struct fixture fixture;
	(void)state;
	begin(&fixture);
	session_cache_follow(NULL);
	struct session_facts facts = facts_of(&fixture, 1, 11, 0);
	session_cache_put(session_cache_generation(), fixture.hash[0], &facts);
	assert_false(keeps(&fixture, 0));
	end(&fixture);
}

void test_cache_put_and_get(void **state)
{
	struct fixture fixture;
	struct session_facts facts, found;
	bool touch = true;
	(void)state;
	begin(&fixture);
	facts = facts_of(&fixture, 1, 11, 0);
	session_cache_put(session_cache_generation(), fixture.hash[0], &facts);
	assert_true(knows(&fixture, 0, &found, &touch));
	assert_false(touch);
	assert_string_equal(found.actor.name, "Анна Иванова");
	assert_string_equal(found.actor.zone, "Europe/Moscow");
	assert_int_equal(found.actor.roles, ROLE_EMPLOYEE | ROLE_AGENT);
	assert_int_equal(found.actor.team_count, 2);
	assert_int_equal(found.actor.teams[1], 9);
	/* A minute later one caller is told to note the use, the next is not. */
	fixture.ctx.now += SESSION_TOUCH_S;
	assert_true(knows(&fixture, 0, &found, &touch));
	assert_true(touch);
	assert_true(knows(&fixture, 0, &found, &touch));
	assert_false(touch);
	end(&fixture);
}

void test_cache_forgets(void **state)
{
	struct fixture fixture;
	(void)state;
	begin(&fixture);
	put_three(&fixture);
	session_cache_heard("vakhta_session", "session 11");
	assert_true(!keeps(&fixture, 0) && keeps(&fixture, 1) && keeps(&fixture, 2));
	put_three(&fixture);
	session_cache_heard("vakhta_session", "token 33");
	assert_true(keeps(&fixture, 0) && keeps(&fixture, 1) && !keeps(&fixture, 2));
	put_three(&fixture);
	session_cache_heard("vakhta_session", "person 2");
	assert_true(keeps(&fixture, 0) && !keeps(&fixture, 1) && !keeps(&fixture, 2));
	put_three(&fixture);
	session_cache_heard("another_channel", "person 1");
	assert_true(keeps(&fixture, 0));
	session_cache_heard("vakhta_session", "all");
	assert_true(!keeps(&fixture, 0) && !keeps(&fixture, 1) && !keeps(&fixture, 2));
	put_three(&fixture);
	session_cache_heard(NULL, NULL);
	assert_true(!keeps(&fixture, 0) && !keeps(&fixture, 1) && !keeps(&fixture, 2));
	end(&fixture);
}

/* Read from the database before it ended, put after it was forgotten: must not be kept. */
void test_cache_generation(void **state)
{
	struct fixture fixture;
	(void)state;
	begin(&fixture);
	struct session_facts facts = facts_of(&fixture, 1, 11, 0);
	uint64_t generation = session_cache_generation();
	session_cache_heard("vakhta_session", "session 11");
	session_cache_put(generation, fixture.hash[0], &facts);
	assert_false(keeps(&fixture, 0));
	end(&fixture);
}

void test_cache_long_names(void **state)
{
	struct fixture fixture;
	char name[2000];
	(void)state;
	begin(&fixture);
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	struct session_facts facts = facts_of(&fixture, 1, 11, 0);
	facts.actor.name = name;
	session_cache_put(session_cache_generation(), fixture.hash[0], &facts);
	assert_false(keeps(&fixture, 0));
	end(&fixture);
}

void test_cache_loses_trust(void **state)
{
	struct fixture fixture;
	(void)state;
	begin(&fixture);
	put_three(&fixture);
	connected = false;
	assert_false(keeps(&fixture, 0));
	end(&fixture);
}
