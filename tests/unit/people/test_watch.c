/* The watchdog shuts the socket in time, and only then. */
#include "test_people.h"

#include "base/instant.h"
#include "people/directory_watch.h"

#include <poll.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

static bool ends_within(int fd, int ms)
{
	char byte;
	struct pollfd wait = { fd, POLLIN, 0 };
	return poll(&wait, 1, ms) == 1 && read(fd, &byte, 1) == 0;
}

void test_watch_fires(void **state)
{
	int pair[2];
	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	struct directory_watch *watch = directory_watch_create();
	int64_t from_ms = monotonic_ms();
	directory_watch_arm(watch, 100);
	assert_true(directory_watch_socket(watch, pair[0]));
	assert_true(ends_within(pair[1], 2000));
	int64_t took_ms = monotonic_ms() - from_ms;
	assert_true(took_ms >= 100 && took_ms < 1500);
	assert_true(directory_watch_fired(watch));
	directory_watch_destroy(watch);
	close(pair[0]);
	close(pair[1]);
}

void test_watch_disarmed(void **state)
{
	int pair[2];
	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	struct directory_watch *watch = directory_watch_create();
	assert_true(directory_watch_socket(watch, pair[0]));
	directory_watch_arm(watch, 50);
	directory_watch_disarm(watch);
	assert_false(ends_within(pair[1], 150));
	directory_watch_arm(watch, 50);
	assert_true(directory_watch_socket(watch, -1));
	assert_false(ends_within(pair[1], 150));
	assert_true(directory_watch_fired(watch));
	directory_watch_destroy(watch);
	close(pair[0]);
	close(pair[1]);
}

/* A connection made after the limit is refused at once. */
void test_watch_late_socket(void **state)
{
	(void)state;
	struct directory_watch *watch = directory_watch_create();
	directory_watch_arm(watch, 10);
	usleep(100000);
	assert_false(directory_watch_socket(watch, 0));
	directory_watch_destroy(watch);
}
