/* Hearing notifications, and hearing of a lost connection. */
#include "tests.h"

#include "db/listen.h"
#include "tests/unit/db/test.sql.h"

#include <pthread.h>
#include <unistd.h>

struct heard {
	pthread_mutex_t lock;
	int connects, notifications;
	char last[64];
};

static void hear(const char *channel, const char *payload, void *user)
{
	struct heard *heard = user;
	pthread_mutex_lock(&heard->lock);
	if (channel) {
		heard->notifications++;
		strncpy(heard->last, payload, sizeof(heard->last) - 1);
	} else {
		heard->connects++;
	}
	pthread_mutex_unlock(&heard->lock);
}

static bool wait_for(struct heard *heard, int connects, int notifications)
{
	for (int i = 0; i < 500; i++) {
		pthread_mutex_lock(&heard->lock);
		bool there = heard->connects >= connects && heard->notifications >= notifications;
		pthread_mutex_unlock(&heard->lock);
		if (there)
			return true;
		usleep(10000);
	}
	return false;
}

static void notify(struct ctx *ctx, const char *payload)
{
	struct query_args args = query_args(ctx);
	arg_text(&args, payload);
	assert_good(ctx, query_run(ctx, QUERY_TEST_NOTIFY, &args));
}

static void test_notifications(void **state)
{
	struct ctx *ctx = *state;
	struct heard heard = { .lock = PTHREAD_MUTEX_INITIALIZER };
	const struct query *const listens[] = { QUERY_TEST_LISTEN };
	struct listener *listener = listen_start(ctx->config, listens, 1, hear, &heard);
	assert_true(wait_for(&heard, 1, 0));
	notify(ctx, "session:12");
	assert_true(wait_for(&heard, 1, 1));
	assert_string_equal(heard.last, "session:12");
	notify(ctx, "");
	assert_true(wait_for(&heard, 1, 2));
	assert_true(cluster_sql("test",
		"SELECT pg_terminate_backend(pid, 2000) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND pid <> "
		"pg_backend_pid()"));
	assert_true(wait_for(&heard, 2, 2));
	notify(ctx, "after");
	assert_true(wait_for(&heard, 2, 3));
	int64_t from_ms = monotonic_ms();
	listen_stop(listener);
	assert_true(monotonic_ms() - from_ms < 500);
	listen_stop(NULL);
}

static void test_absent_server(void **state)
{
	(void)state;
	struct heard heard = { .lock = PTHREAD_MUTEX_INITIALIZER };
	const struct query *const listens[] = { QUERY_TEST_LISTEN };
	struct config *config = test_config("host=/nonexistent dbname=test");
	struct listener *listener = listen_start(config, listens, 1, hear, &heard);
	usleep(100000);
	listen_stop(listener);
	assert_int_equal(heard.connects, 0);
	config_destroy(config);
}

int run_listen(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_notifications, test_setup, test_teardown),
		cmocka_unit_test(test_absent_server),
	};
	return cmocka_run_group_tests_name("db/listen", tests, NULL, NULL);
}
