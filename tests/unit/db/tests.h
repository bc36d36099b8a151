/* What the tests of db/ share: a context on the private cluster. */
#ifndef VAKHTA_TESTS_DB_H
#define VAKHTA_TESTS_DB_H

#include "unit.h"

#include "base/config.h"
#include "db/pool.h"
#include "db/query.h"

#include "cluster.h"

/* A configuration of the test database with this connection string for the runtime role. */
struct config *test_config(const char *connection);
/* A context with a connection of its own (connected at first use). */
struct ctx *test_open(int64_t statement_ms, bool prepare);
struct ctx *test_open_with(struct config *config, enum db_role role, int64_t statement_ms, bool prepare);
void test_close(struct ctx *ctx);
/* cmocka fixtures: *state is a context with a statement limit of a second on an empty test_item. */
int test_setup(void **state);
/* The same with a limit of a minute, for large amounts under sanitizers. */
int test_setup_patient(void **state);
int test_teardown(void **state);

#define assert_kind(ctx, expected) \
	do { \
		if ((ctx)->error.kind != (expected)) \
			fail_msg("error %s (%s %s) instead of %s", error_type((ctx)->error.kind), \
				(ctx)->error.detail ? (ctx)->error.detail : "", \
				(ctx)->error.log_detail ? (ctx)->error.log_detail : "", error_type(expected)); \
	} while (0)
#define assert_good(ctx, condition) \
	do { \
		if (!(condition)) \
			fail_msg("%s: %s %s", #condition, (ctx)->error.detail ? (ctx)->error.detail : "", \
				(ctx)->error.log_detail ? (ctx)->error.log_detail : ""); \
	} while (0)

int64_t test_backend_pid(struct ctx *ctx);
bool test_insert(struct ctx *ctx, int64_t id, const char *name);
int64_t test_count(struct ctx *ctx);

int run_args(void);
int run_query(void);
int run_transaction(void);
int run_stream(void);
int run_failure(void);
int run_listen(void);
int run_migrate(void);

#endif
