/* Slow, frozen, closed and absent servers: bounded answers and recovery. */
#include "tests.h"
#include "tests/unit/db/test.sql.h"

#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static struct rows *sleep_for(struct ctx *ctx, const char *seconds)
{
	struct query_args args = query_args(ctx);
	arg_text(&args, seconds);
	return query_run(ctx, QUERY_TEST_SLEEP, &args);
}

static void assert_between(int64_t value, int64_t least, int64_t most)
{
	if (value < least || value > most)
		fail_msg("%lld ms is not between %lld and %lld", (long long)value, (long long)least, (long long)most);
}

static void test_statement_limit_keeps_the_connection(void **state)
{
	struct ctx *ctx = *state;
	int64_t pid = test_backend_pid(ctx), from_ms = monotonic_ms();
	assert_null(sleep_for(ctx, "30"));
	assert_kind(ctx, ERROR_TIMEOUT);
	assert_between(monotonic_ms() - from_ms, 950, 1450);
	error_clear(ctx);
	assert_int_equal(test_backend_pid(ctx), pid);
}

static void test_deadline_of_the_work(void **state)
{
	struct ctx *ctx = *state;
	int64_t pid = test_backend_pid(ctx), from_ms = monotonic_ms();
	ctx->deadline_ms = from_ms + 200;
	assert_null(sleep_for(ctx, "30"));
	assert_kind(ctx, ERROR_TIMEOUT);
	assert_int_equal(ctx->error.retry_after_s, 1);
	assert_between(monotonic_ms() - from_ms, 200, 300);
	error_clear(ctx);
	/* Past the deadline nothing is sent. */
	assert_null(query_run(ctx, QUERY_TEST_COUNT, NULL));
	assert_kind(ctx, ERROR_TIMEOUT);
	ctx_begin(ctx);
	assert_int_not_equal(test_backend_pid(ctx), pid);
}

static void test_frozen_backend(void **state)
{
	struct ctx *ctx = *state;
	pid_t pid = (pid_t)test_backend_pid(ctx);
	assert_true(tx_begin(ctx) && test_insert(ctx, 1, "one"));
	kill(pid, SIGSTOP);
	int64_t from_ms = monotonic_ms();
	assert_false(test_insert(ctx, 2, "two"));
	assert_kind(ctx, ERROR_TIMEOUT);
	assert_between(monotonic_ms() - from_ms, 1450, 1900);
	/* Its transaction is gone: nothing more runs until it is rolled back. */
	error_clear(ctx);
	assert_false(test_insert(ctx, 3, "three"));
	assert_kind(ctx, ERROR_UNAVAILABLE);
	error_clear(ctx);
	assert_false(tx_commit(ctx));
	assert_kind(ctx, ERROR_UNAVAILABLE);
	error_clear(ctx);
	assert_int_equal(test_count(ctx), 0);
	kill(pid, SIGCONT);
	assert_int_equal(test_count(ctx), 0);
}

static void test_frozen_server(void **state)
{
	struct ctx *ctx = *state;
	test_backend_pid(ctx);
	cluster_signal_all(SIGSTOP);
	int64_t from_ms = monotonic_ms();
	assert_null(query_run(ctx, QUERY_TEST_COUNT, NULL));
	int64_t first_ms = monotonic_ms() - from_ms;
	enum error_kind first = ctx->error.kind;
	error_clear(ctx);
	from_ms = monotonic_ms();
	assert_null(query_run(ctx, QUERY_TEST_COUNT, NULL));
	int64_t second_ms = monotonic_ms() - from_ms;
	enum error_kind second = ctx->error.kind;
	/* Just after a failed connect the answer is immediate. */
	error_clear(ctx);
	from_ms = monotonic_ms();
	assert_null(query_run(ctx, QUERY_TEST_COUNT, NULL));
	int64_t third_ms = monotonic_ms() - from_ms;
	cluster_signal_all(SIGCONT);
	assert_int_equal(first, ERROR_TIMEOUT);
	assert_int_equal(second, ERROR_UNAVAILABLE);
	assert_between(first_ms, 1450, 1900);
	assert_between(second_ms, 1900, 2400);
	assert_between(third_ms, 0, 20);
	error_clear(ctx);
	from_ms = monotonic_ms();
	while (!query_run(ctx, QUERY_TEST_COUNT, NULL) && monotonic_ms() - from_ms < 5000) {
		error_clear(ctx);
		usleep(20000);
	}
	assert_between(monotonic_ms() - from_ms, 0, 1500);
}

static bool terminate(int64_t pid)
{
	char sql[100];
	snprintf(sql, sizeof(sql), "SELECT pg_terminate_backend(%lld, 2000)", (long long)pid);
	return cluster_sql("test", sql);
}

static void test_closed_while_idle_is_not_noticed(void **state)
{
	struct ctx *ctx = *state;
	int64_t pid = test_backend_pid(ctx);
	assert_true(terminate(pid));
	assert_int_not_equal(test_backend_pid(ctx), pid);
	pid = test_backend_pid(ctx);
	assert_true(tx_begin(ctx));
	assert_true(terminate(pid));
	/* BEGIN was not sent yet, so a new connection serves as well. */
	assert_good(ctx, test_insert(ctx, 1, "one"));
	assert_good(ctx, tx_commit(ctx));
	assert_int_equal(test_count(ctx), 1);
}

static void test_closed_inside_a_transaction(void **state)
{
	struct ctx *ctx = *state;
	int64_t pid = test_backend_pid(ctx);
	assert_true(tx_begin(ctx) && test_insert(ctx, 1, "one"));
	assert_true(terminate(pid));
	assert_false(test_insert(ctx, 2, "two"));
	assert_kind(ctx, ERROR_UNAVAILABLE);
	error_clear(ctx);
	assert_false(test_insert(ctx, 3, "three"));
	assert_kind(ctx, ERROR_UNAVAILABLE);
	tx_rollback(ctx);
	error_clear(ctx);
	assert_int_equal(test_count(ctx), 0);
}

static void test_closed_inside_a_copy(void **state)
{
	struct ctx *ctx = *state;
	static char lines[60000];
	int64_t pid = test_backend_pid(ctx), loaded;
	for (size_t i = 0; i + 6 <= sizeof(lines); i += 6)
		memcpy(lines + i, "1\tone\n", 6);
	assert_good(ctx, copy_begin(ctx, QUERY_TEST_COPY));
	assert_true(terminate(pid));
	bool put = true;
	for (int i = 0; put && i < 1000; i++)
		put = copy_put(ctx, lines, sizeof(lines));
	if (put)
		assert_false(copy_end(ctx, &loaded));
	assert_kind(ctx, ERROR_UNAVAILABLE);
	tx_rollback(ctx);
	error_clear(ctx);
	assert_int_equal(test_count(ctx), 0);
}

static void test_absent_and_wrong_servers(void **state)
{
	static const char *const strings[] = {
		"host=/nonexistent dbname=test",
		"host=127.0.0.1 port=1 dbname=test",
		"not a string",
		"nonsense=1",
		"",
		"host=a,b port=1,2,3",
	};
	(void)state;
	for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
		struct ctx *ctx = test_open_with(test_config(strings[i]), DB_RUNTIME, 1000, true);
		int64_t from_ms = monotonic_ms();
		ctx->deadline_ms = from_ms + 5000;
		assert_null(query_run(ctx, QUERY_TEST_COUNT, NULL));
		assert_kind(ctx, ERROR_UNAVAILABLE);
		assert_null(ctx->error.detail);
		assert_true(ctx->error.retry_after_s > 0);
		test_close(ctx);
	}
}

/* A socket that takes connections and never answers, as a frozen host does. */
static int silent_host(const char *folder)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t room = sizeof(address.sun_path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	mkdir(folder, 0755);
	assert_true((size_t)snprintf(address.sun_path, room, "%.80s/.s.PGSQL.5432", folder) < room);
	unlink(address.sun_path);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 8), 0);
	return fd;
}

static void test_several_hosts(void **state)
{
	char folder[80], connection[512];
	(void)state;
	snprintf(folder, sizeof(folder), "%s/silent", cluster_host());
	int fd = silent_host(folder);
	snprintf(
		connection, sizeof(connection), "host=/nonexistent,%s,%s dbname=test user=vakhta_app", folder, cluster_host());
	struct ctx *ctx = test_open_with(test_config(connection), DB_RUNTIME, 1000, true);
	int64_t from_ms = monotonic_ms();
	assert_int_equal(test_count(ctx) >= 0, 1);
	assert_between(monotonic_ms() - from_ms, 1950, 2600);
	/* The one that answered is asked first the next time. */
	db_conn_drop(ctx->db);
	from_ms = monotonic_ms();
	assert_int_equal(test_count(ctx) >= 0, 1);
	assert_between(monotonic_ms() - from_ms, 0, 500);
	test_close(ctx);
	close(fd);
}

/* A server that is read-only is none for us: with several hosts the next one is asked. */
static void test_read_only_server(void **state)
{
	struct ctx *ctx = *state;
	assert_true(cluster_sql("postgres", "ALTER ROLE vakhta_app SET default_transaction_read_only = on"));
	db_conn_drop(ctx->db);
	struct rows *rows = query_run(ctx, QUERY_TEST_COUNT, NULL);
	enum error_kind kind = ctx->error.kind;
	assert_true(cluster_sql("postgres", "ALTER ROLE vakhta_app RESET default_transaction_read_only"));
	assert_null(rows);
	assert_int_equal(kind, ERROR_UNAVAILABLE);
}

int run_failure(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_statement_limit_keeps_the_connection, test_setup, test_teardown),
		cmocka_unit_test_setup_teardown(test_deadline_of_the_work, test_setup, test_teardown),
		cmocka_unit_test_setup_teardown(test_frozen_backend, test_setup, test_teardown),
		cmocka_unit_test_setup_teardown(test_frozen_server, test_setup, test_teardown),
		cmocka_unit_test_setup_teardown(test_closed_while_idle_is_not_noticed, test_setup, test_teardown),
		cmocka_unit_test_setup_teardown(test_closed_inside_a_transaction, test_setup, test_teardown),
		cmocka_unit_test_setup_teardown(test_closed_inside_a_copy, test_setup, test_teardown),
		cmocka_unit_test(test_absent_and_wrong_servers),
		cmocka_unit_test(test_several_hosts),
		cmocka_unit_test_setup_teardown(test_read_only_server, test_setup, test_teardown),
	};
	return cmocka_run_group_tests_name("db/failure", tests, NULL, NULL);
}
