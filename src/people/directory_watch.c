/* The watchdog of one LDAP handle. */
#include "people/directory_watch.h"

#include "base/instant.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

struct directory_watch {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	int fd;
	int64_t deadline_ms; /* monotonic; 0: disarmed */
	bool fired, stop;
};

static void *run(void *user)
{
	struct directory_watch *watch = user;
	pthread_mutex_lock(&watch->lock);
	while (!watch->stop) {
		if (watch->deadline_ms == 0) {
			pthread_cond_wait(&watch->wake, &watch->lock);
			continue;
		}
		if (monotonic_ms() < watch->deadline_ms) {
			struct timespec until = { watch->deadline_ms / 1000, (watch->deadline_ms % 1000) * 1000000 };
			pthread_cond_timedwait(&watch->wake, &watch->lock, &until);
			continue;
		}
		watch->fired = true;
		watch->deadline_ms = 0;
		if (watch->fd >= 0)
			shutdown(watch->fd, SHUT_RDWR);
	}
	pthread_mutex_unlock(&watch->lock);
	return NULL;
}

struct directory_watch *directory_watch_create(void)
{
	struct directory_watch *watch = calloc(1, sizeof(*watch));
	if (!watch)
		return NULL;
	pthread_condattr_t monotonic;
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_mutex_init(&watch->lock, NULL);
	pthread_cond_init(&watch->wake, &monotonic);
	pthread_condattr_destroy(&monotonic);
	watch->fd = -1;
	/* Signals are the main thread's. */
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int status = pthread_create(&watch->thread, NULL, run, watch);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (status == 0)
		return watch;
	pthread_cond_destroy(&watch->wake);
	pthread_mutex_destroy(&watch->lock);
	free(watch);
	errno = status;
	return NULL;
}

void directory_watch_destroy(struct directory_watch *watch)
{
	if (!watch)
		return;
	pthread_mutex_lock(&watch->lock);
	watch->stop = true;
	pthread_cond_signal(&watch->wake);
	pthread_mutex_unlock(&watch->lock);
	pthread_join(watch->thread, NULL);
	pthread_cond_destroy(&watch->wake);
	pthread_mutex_destroy(&watch->lock);
	free(watch);
}

static void set_deadline(struct directory_watch *watch, int64_t deadline_ms)
{
	pthread_mutex_lock(&watch->lock);
	watch->deadline_ms = deadline_ms;
	pthread_cond_signal(&watch->wake);
	pthread_mutex_unlock(&watch->lock);
}

void directory_watch_arm(struct directory_watch *watch, int64_t limit_ms)
{
	set_deadline(watch, monotonic_ms() + limit_ms);
}

void directory_watch_disarm(struct directory_watch *watch)
{
	set_deadline(watch, 0);
}

bool directory_watch_socket(struct directory_watch *watch, int fd)
{
	pthread_mutex_lock(&watch->lock);
	bool in_time = !watch->fired;
	watch->fd = fd;
	pthread_mutex_unlock(&watch->lock);
	return in_time;
}

bool directory_watch_fired(struct directory_watch *watch)
{
	pthread_mutex_lock(&watch->lock);
	bool fired = watch->fired;
	pthread_mutex_unlock(&watch->lock);
	return fired;
}
