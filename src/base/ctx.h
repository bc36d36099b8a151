/* The context of one piece of work (a request, a job, a command): its memory, error, actor, connection and time.
 * Thread: used by one thread at a time. */
#ifndef VAKHTA_BASE_CTX_H
#define VAKHTA_BASE_CTX_H

#include "base/arena.h"
#include "base/error.h"
#include "base/instant.h"

#include <stdbool.h>
#include <stdint.h>

struct config;
struct db_conn;

/* Roles come from directory groups (product.md); a person has several. Bits, stored as person.roles. */
enum role {
	ROLE_EMPLOYEE = 1 << 0,
	ROLE_AGENT = 1 << 1,
	ROLE_LEAD = 1 << 2,
	ROLE_MANAGER = 1 << 3,
	ROLE_AUDITOR = 1 << 4,
	ROLE_CMDB = 1 << 5,
	ROLE_ADMIN = 1 << 6,
};
#define ROLES_STAFF (ROLE_AGENT | ROLE_LEAD)
#define ROLES_READ_ALL (ROLE_LEAD | ROLE_MANAGER | ROLE_AUDITOR | ROLE_ADMIN)
#define ROLES_ALL 0x7f

#define ACTOR_TEAMS_MAX 32

/* Who acts. `id` 0: nobody signed in, or the system itself. */
struct actor {
	int64_t id;
	uint32_t roles;
	const char *name;     /* "Given Family" */
	const char *language; /* "en" or "ru" */
	const char *zone;     /* IANA zone of the person */
	int64_t session_id;   /* 0 with a bearer token */
	int64_t teams[ACTOR_TEAMS_MAX];
	int team_count;
};

#define CTX_REQUEST_ID_BYTES 33

struct ctx {
	struct arena *arena;
	struct error error;
	struct actor actor;
	const struct config *config;
	struct db_conn *db;  /* leased for this work, or NULL */
	instant now;         /* fixed at the start of the work */
	int64_t deadline_ms; /* monotonic; 0: none. No query waits past it */
	/* Called once by a tx_commit that succeeded, then forgotten: wakes who must look at what was written. NULL: nobody. */
	void (*after_commit)(void);
	char request_id[CTX_REQUEST_ID_BYTES];
};

/* Resets arena, error and actor for the next piece of work; keeps config and db. Sets `now` and a new request id. */
void ctx_begin(struct ctx *ctx);

#define CTX_HAS_ROLE(ctx, mask) (((ctx)->actor.roles & (uint32_t)(mask)) != 0)

#define MUST_CHECK __attribute__((warn_unused_result))

/* An invariant that stays on in release. */
#define INVARIANT(condition) ((condition) ? (void)0 : invariant_broken(#condition, __FILE__, __LINE__))
void invariant_broken(const char *condition, const char *file, int line) __attribute__((noreturn, cold));

#endif
