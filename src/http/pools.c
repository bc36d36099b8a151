/* Owns: the bounded queues and the workers, each with its own connection to the database for its whole life.
 * Refuses: to run a request whose time is up, and to wait for a worker longer than it is told at the end.
 * Source: limits.md (four workers saturate two cores; exports and directory apart). */
#include "http/internal.h"

#include "base/log.h"
#include "db/pool.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

struct worker {
	struct pool *pool;
	pthread_t thread;
	bool started;
	struct db_conn *db;
	struct gzip gzip;
};

struct pool {
	struct server *server;
	const char *name;
	int64_t statement_ms, request_ms; /* request_ms 0: no limit but the statement's */
	pthread_mutex_t mutex;
	pthread_cond_t wake, idle;
	struct exchange *first, *last;
	int waiting, queue_max, busy, running;
	bool stopping, aborting;
	int worker_count;
	struct worker workers[];
};

struct pool *pool_create(
	struct server *server, const char *name, int workers, int queue_max, int64_t statement_ms, int64_t request_ms)
{
	pthread_condattr_t monotonic;
	struct pool *pool = calloc(1, sizeof(*pool) + (size_t)workers * sizeof(struct worker));
	if (!pool)
		return NULL;
	pool->server = server;
	pool->name = name;
	pool->statement_ms = statement_ms;
	pool->request_ms = request_ms;
	pool->queue_max = queue_max;
	pool->worker_count = workers;
	pthread_mutex_init(&pool->mutex, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&pool->wake, NULL);
	pthread_cond_init(&pool->idle, &monotonic);
	pthread_condattr_destroy(&monotonic);
	return pool;
}

/* Connects before the first request, so that it does not pay for it; a failure is the first request's to report. */
static void warm_up(struct worker *worker)
{
	struct server *server = worker->pool->server;
	struct ctx ctx = { .arena = server_arena_take(server), .config = server->config, .db = worker->db };
	ctx_begin(&ctx);
	if (db_conn_ready(&ctx) && server->options.worker_started)
		server->options.worker_started(&ctx);
	server_arena_give(server, ctx.arena);
}

static bool lease(struct worker *worker, struct exchange *exchange)
{
	struct ctx *ctx = &exchange->req.ctx;
	if (!worker->db)
		return true;
	ctx->db = worker->db;
	bool anew = db_conn_socket(worker->db) < 0;
	if (!db_conn_ready(ctx))
		return false;
	if (anew && worker->pool->server->options.worker_started)
		worker->pool->server->options.worker_started(ctx);
	return true;
}

static void serve(struct worker *worker, struct exchange *exchange)
{
	struct pool *pool = worker->pool;
	struct ctx *ctx = &exchange->req.ctx;
	ctx->now = instant_now();
	ctx->deadline_ms = pool->request_ms > 0 ? exchange->queued_ms + pool->request_ms : 0;
	bool late = ctx->deadline_ms > 0 && monotonic_ms() >= ctx->deadline_ms;
	pthread_mutex_lock(&pool->mutex);
	late = late || pool->aborting;
	pthread_mutex_unlock(&pool->mutex);
	if (late) {
		ctx->error.retry_after_s = 1;
		exchange_answer(exchange, fail(ctx, ERROR_TIMEOUT, "its turn did not come in time"), NULL);
	} else if (!lease(worker, exchange)) {
		INVARIANT(ctx->error.kind != ERROR_NONE);
		exchange_answer(exchange, false, &worker->gzip);
	} else {
		dispatch_run(exchange, &worker->gzip);
	}
	ctx->db = NULL;
	exchange_finish(exchange);
}

static struct exchange *next_exchange(struct pool *pool)
{
	pthread_mutex_lock(&pool->mutex);
	while (!pool->first && !pool->stopping)
		pthread_cond_wait(&pool->wake, &pool->mutex);
	struct exchange *exchange = pool->first;
	if (exchange) {
		pool->first = exchange->queue_next;
		if (!pool->first)
			pool->last = NULL;
		pool->waiting--;
		pool->busy++;
	}
	pthread_mutex_unlock(&pool->mutex);
	return exchange;
}

static void *worker_run(void *worker_)
{
	struct worker *worker = worker_;
	struct pool *pool = worker->pool;
	struct exchange *exchange;
	if (worker->db)
		warm_up(worker);
	while ((exchange = next_exchange(pool))) {
		serve(worker, exchange);
		pthread_mutex_lock(&pool->mutex);
		pool->busy--;
		pthread_mutex_unlock(&pool->mutex);
	}
	gzip_end(&worker->gzip);
	pthread_mutex_lock(&pool->mutex);
	pool->running--;
	pthread_cond_signal(&pool->idle);
	pthread_mutex_unlock(&pool->mutex);
	return NULL;
}

bool pool_start(struct pool *pool)
{
	sigset_t all, before;
	bool good = true;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	for (int i = 0; i < pool->worker_count && good; i++) {
		struct worker *worker = &pool->workers[i];
		worker->pool = pool;
		if (!pool->server->options.without_database) {
			worker->db = db_conn_create(pool->server->config, DB_RUNTIME, pool->statement_ms, true);
			good = worker->db != NULL;
			if (good && pool == pool->server->pool[POOL_API])
				db_conn_plan_once(worker->db);
		}
		pthread_mutex_lock(&pool->mutex);
		good = good && pthread_create(&worker->thread, NULL, worker_run, worker) == 0;
		worker->started = good;
		pool->running += good ? 1 : 0;
		pthread_mutex_unlock(&pool->mutex);
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return good;
}

bool pool_submit(struct pool *pool, struct exchange *exchange)
{
	pthread_mutex_lock(&pool->mutex);
	bool room = !pool->stopping && pool->waiting < pool->queue_max;
	if (room) {
		exchange->pool = pool;
		exchange->queued_ms = monotonic_ms();
		exchange->queue_next = NULL;
		exchange->state = EXCHANGE_QUEUED;
		/* Suspended under the lock: a worker that is faster must not resume what is not yet suspended. */
		MHD_suspend_connection(exchange->connection->mhd);
		if (pool->last)
			pool->last->queue_next = exchange;
		else
			pool->first = exchange;
		pool->last = exchange;
		pool->waiting++;
		pthread_cond_signal(&pool->wake);
	}
	pthread_mutex_unlock(&pool->mutex);
	return room;
}

void pool_lock(struct pool *pool)
{
	pthread_mutex_lock(&pool->mutex);
}

void pool_unlock(struct pool *pool)
{
	pthread_mutex_unlock(&pool->mutex);
}

static bool wait_until(struct pool *pool, int64_t until_ms)
{
	struct timespec until = { .tv_sec = until_ms / 1000, .tv_nsec = (until_ms % 1000) * 1000000 };
	while (pool->running > 0)
		if (pthread_cond_timedwait(&pool->idle, &pool->mutex, &until) == ETIMEDOUT)
			break;
	return pool->running == 0;
}

/* A worker that waits for the database past the end is freed by breaking its socket; the statement fails, the worker
 * goes. */
static void break_connections(struct pool *pool)
{
	for (int i = 0; i < pool->worker_count; i++) {
		int fd = pool->workers[i].db ? db_conn_socket(pool->workers[i].db) : -1;
		if (fd >= 0)
			shutdown(fd, SHUT_RDWR);
	}
}

bool pool_stop(struct pool *pool, int64_t until_ms)
{
	pthread_mutex_lock(&pool->mutex);
	pool->stopping = true;
	pthread_cond_broadcast(&pool->wake);
	bool ended = wait_until(pool, until_ms);
	if (!ended) {
		log_event(LOG_WARN, "http.stop_forced", LOG_TEXT("pool", pool->name), LOG_INT("workers", pool->running),
			LOG_INT("waiting", pool->waiting));
		pool->aborting = true;
		break_connections(pool);
		ended = wait_until(pool, monotonic_ms() + 1000);
	}
	pthread_mutex_unlock(&pool->mutex);
	for (int i = 0; i < pool->worker_count && ended; i++) {
		if (pool->workers[i].started)
			pthread_join(pool->workers[i].thread, NULL);
		pool->workers[i].started = false;
	}
	return ended;
}

void pool_destroy(struct pool *pool)
{
	if (!pool)
		return;
	for (int i = 0; i < pool->worker_count; i++)
		if (pool->workers[i].db)
			db_conn_destroy(pool->workers[i].db);
	pthread_cond_destroy(&pool->wake);
	pthread_cond_destroy(&pool->idle);
	pthread_mutex_destroy(&pool->mutex);
	free(pool);
}

int pool_waiting(struct pool *pool)
{
	pthread_mutex_lock(&pool->mutex);
	int waiting = pool->waiting;
	pthread_mutex_unlock(&pool->mutex);
	return waiting;
}

int pool_busy(struct pool *pool)
{
	pthread_mutex_lock(&pool->mutex);
	int busy = pool->busy;
	pthread_mutex_unlock(&pool->mutex);
	return busy;
}

int pool_workers(const struct pool *pool)
{
	return pool->worker_count;
}

const char *pool_name(const struct pool *pool)
{
	return pool->name;
}
