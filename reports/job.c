/* See job.h. A run is one node's while its session holds the run's advisory lock; what the node finishes counts only if no other has
 * begun the run anew meanwhile (report_run_done asks for the attempt). */
#include "reports/job.h"

#include "base/config.h"
#include "base/log.h"
#include "db/pool.h"
#include "db/rounds.h"
#include "reports/file.h"
#include "reports/make.h"
#include "reports/run.sql.h"

#include <errno.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SLEEP_MS 2000
#define RETRY_MS 5000
#define DUE_EVERY_S 30
#define SWEEP_EVERY_S 3600
#define KEEP_STATEMENT_MS 60000
#define PROGRESS_EVERY_MS 500
/* Rows are most of the work; putting the file together and storing it are the rest. */
#define PERCENT_ROWS 85
#define PERCENT_FILE 95
#define HASH_BYTES 32

struct report_job {
	struct rounds *rounds;
	pthread_mutex_t lock;
	bool stop;                /* under the lock */
	int socket;               /* of the statement that reads figures, or -1; under the lock */
	struct ctx *keep;         /* of the round */
	struct ctx read;          /* the thread's */
	instant due_at, swept_at; /* last looked */
	char node[96];
};

static pthread_mutex_t current_lock = PTHREAD_MUTEX_INITIALIZER;
static struct report_job *current;

struct run {
	struct report_job *job;
	int64_t id, attempt;
	const char *kind;
	int percent;
	int64_t told_ms;
	struct sla_request request;
};

static bool stopping(struct report_job *job)
{
	pthread_mutex_lock(&job->lock);
	bool stop = job->stop;
	pthread_mutex_unlock(&job->lock);
	return stop;
}

static void log_failure(const struct ctx *ctx, const char *event, int64_t run)
{
	log_event(LOG_WARN, event, LOG_INT("run", run), LOG_TEXT("error", error_type(ctx->error.kind)),
		LOG_TEXT("detail", ctx->error.log_detail ? ctx->error.log_detail : ctx->error.detail));
}

/* Each step of bookkeeping is a piece of work of its own: its failure is logged and does not end what is being made. */
static void keep_begin(struct report_job *job)
{
	ctx_begin(job->keep);
	job->keep->deadline_ms = 0; /* each statement has its limit */
}

static void tell_progress(struct run *run, int percent)
{
	struct report_job *job = run->job;
	struct query_args args;
	if (percent <= run->percent || monotonic_ms() - run->told_ms < PROGRESS_EVERY_MS)
		return;
	run->percent = percent;
	run->told_ms = monotonic_ms();
	keep_begin(job);
	args = query_args(job->keep);
	arg_int(&args, run->id);
	arg_int(&args, run->attempt);
	arg_int(&args, percent);
	if (!query_run(job->keep, QUERY_REPORT_RUN_PROGRESS, &args))
		log_failure(job->keep, "report.progress", run->id);
}

/* The socket is known only once the connection stands; told here, since rows come long before the end. */
static bool on_progress(void *run_, int64_t done, int64_t all)
{
	struct run *run = run_;
	tell_progress(run, all > 0 ? (int)(done * PERCENT_ROWS / all) : 0);
	return !stopping(run->job);
}

static void show_socket(struct report_job *job, bool shown)
{
	pthread_mutex_lock(&job->lock);
	job->socket = shown ? db_conn_socket(job->read.db) : -1;
	pthread_mutex_unlock(&job->lock);
}

static bool make(struct run *run, int *fd_r)
{
	struct report_job *job = run->job;
	run->request.progress = on_progress;
	run->request.user = run;
	if (!db_conn_ready(&job->read))
		return false;
	show_socket(job, true);
	bool good = report_make(&job->read, run->kind, &run->request, fd_r);
	if (!good)
		tx_rollback(&job->read);
	show_socket(job, false);
	return good;
}

/* One piece: read, hashed, written; its memory goes at once. */
static bool store_part(struct run *run, int fd, int ordinal, unsigned char *buffer, gnutls_hash_hd_t hash, size_t *length_r)
{
	struct ctx *ctx = run->job->keep;
	struct ctx piece = *ctx;
	if (!file_read_full(fd, buffer, REPORT_PART_BYTES, length_r))
		return fail_internal(ctx, ERROR_INTERNAL, "reading the workbook: %s", strerror(errno));
	if (*length_r == 0)
		return true;
	if (gnutls_hash(hash, buffer, *length_r) != 0)
		return fail_internal(ctx, ERROR_INTERNAL, "SHA-256 failed");
	piece.arena = arena_create(2 * REPORT_PART_BYTES);
	struct query_args args = query_args(&piece);
	arg_int(&args, run->id);
	arg_int(&args, ordinal);
	arg_bytes(&args, buffer, *length_r);
	bool good = query_run(&piece, QUERY_REPORT_RUN_PART_WRITE, &args) != NULL;
	if (!good)
		fail_internal(ctx, piece.error.kind, "part %d: %s", ordinal,
			piece.error.log_detail ? piece.error.log_detail : error_type(piece.error.kind));
	arena_destroy(piece.arena);
	return good;
}

static bool store_parts(struct run *run, int fd, int64_t *size_r, unsigned char digest_r[static HASH_BYTES])
{
	unsigned char *buffer = arena_alloc(run->job->keep->arena, REPORT_PART_BYTES);
	gnutls_hash_hd_t hash;
	size_t length = 0;
	bool good = true;
	if (gnutls_hash_init(&hash, GNUTLS_DIG_SHA256) != 0)
		return fail_internal(run->job->keep, ERROR_INTERNAL, "SHA-256 is not to be had");
	*size_r = 0;
	for (int ordinal = 1; good && (ordinal == 1 || length == REPORT_PART_BYTES); ordinal++) {
		good = store_part(run, fd, ordinal, buffer, hash, &length);
		*size_r += (int64_t)length;
	}
	gnutls_hash_deinit(hash, digest_r);
	return good;
}

static const char *page_url(struct ctx *ctx)
{
	const struct config *config = ctx->config;
	if (config->http_public_url[0])
		return arena_printf(ctx->arena, "%s/suppliers/reports", config->http_public_url);
	return arena_printf(ctx->arena, "http://%s:%lld/suppliers/reports", config->http_address, (long long)config->http_port);
}

/* File, state and mail in one transaction. */
static bool store(struct run *run, int fd)
{
	struct ctx *ctx = run->job->keep;
	unsigned char digest[HASH_BYTES];
	int64_t size;
	keep_begin(run->job);
	struct query_args args = query_args(ctx);
	arg_int(&args, run->id);
	arg_int(&args, run->attempt);
	if (!tx_begin(ctx))
		return false;
	struct rows *rows = query_run(ctx, QUERY_REPORT_RUN_CLEAR, &args);
	if (!rows)
		return false;
	if (rows_count(rows) == 0) {
		log_event(LOG_INFO, "report.taken_over", LOG_INT("run", run->id));
		return tx_commit(ctx);
	}
	if (!store_parts(run, fd, &size, digest))
		return false;
	args = query_args(ctx);
	arg_int(&args, run->id);
	arg_int(&args, run->attempt);
	arg_text(&args, report_file_name(ctx->arena, run->kind, run->request.from_day, run->request.to_day));
	arg_int(&args, size);
	arg_bytes(&args, digest, HASH_BYTES);
	arg_text(&args, page_url(ctx));
	arg_int(&args, ctx->config->report_attach_bytes);
	arg_instant(&args, ctx->now);
	if (!query_one(ctx, QUERY_REPORT_RUN_DONE, &args) || !tx_commit(ctx))
		return false;
	log_event(LOG_INFO, "report.made", LOG_INT("run", run->id), LOG_TEXT("report", run->kind), LOG_INT("bytes", size));
	return true;
}

/* What the person is told. A failure of ours says nothing of its inside; the log has it. */
static const char *reason(const struct ctx *ctx)
{
	const struct error *error = &ctx->error;
	if (error->fields)
		return error->fields->detail;
	return error->kind == ERROR_INVALID && error->detail ? error->detail : "The program could not make it; the log says why";
}

static void end_failed(struct run *run, const struct ctx *failed, bool again)
{
	struct report_job *job = run->job;
	char why[512];
	bool interrupted = stopping(job);
	snprintf(why, sizeof(why), "%s", reason(failed));
	if (!interrupted)
		log_failure(failed, "report.failed", run->id);
	tx_rollback(job->keep);
	keep_begin(job);
	struct query_args args = query_args(job->keep);
	arg_int(&args, run->id);
	arg_int(&args, run->attempt);
	if (!interrupted) {
		arg_text(&args, why);
		arg_bool(&args, again);
		arg_instant(&args, job->keep->now);
	}
	if (!query_run(job->keep, interrupted ? QUERY_REPORT_RUN_INTERRUPTED : QUERY_REPORT_RUN_FAILED, &args))
		log_failure(job->keep, "report.unfinished", run->id);
}

static void make_one(struct run *run)
{
	struct ctx *read = &run->job->read;
	int fd = -1;
	if (!make(run, &fd)) {
		/* Wrong terms of the request stay wrong. */
		end_failed(run, read, read->error.kind != ERROR_INVALID);
		return;
	}
	run->told_ms = 0;
	tell_progress(run, PERCENT_FILE);
	if (!store(run, fd))
		end_failed(run, run->job->keep, true);
	close(fd);
}

enum { T_ID, T_ATTEMPT, T_REPORT, T_LANGUAGE, T_ZONE, T_SUPPLIER, T_FROM, T_TO, T_NAME, T_ALLOWED, T_PERSON };

/* The row lives in the bookkeeping context, which every step begins anew: all is copied into the reader's. */
static void read_run(struct report_job *job, const struct rows *rows, struct run *run)
{
	struct arena *arena = job->read.arena;
	*run = (struct run){ .job = job,
		.id = rows_int(rows, 0, T_ID),
		.attempt = rows_int(rows, 0, T_ATTEMPT),
		.kind = arena_strdup(arena, rows_text(rows, 0, T_REPORT)),
		.request = { .supplier_id = rows_int(rows, 0, T_SUPPLIER),
			.zone = arena_strdup(arena, rows_text(rows, 0, T_ZONE)),
			.language = arena_strdup(arena, rows_text(rows, 0, T_LANGUAGE)),
			.made_by = arena_strdup(arena, rows_text(rows, 0, T_NAME)) } };
	INVARIANT(day_parse(rows_text(rows, 0, T_FROM), &run->request.from_day));
	INVARIANT(day_parse(rows_text(rows, 0, T_TO), &run->request.to_day));
}

/* False: the database is not there. found_r: a run was made, or tried. */
static bool take_one(struct report_job *job, bool *found_r)
{
	struct run run;
	keep_begin(job);
	ctx_begin(&job->read);
	struct query_args args = query_args(job->keep);
	arg_text(&args, job->node);
	arg_instant(&args, job->keep->now);
	struct rows *rows = query_run(job->keep, QUERY_REPORT_RUN_TAKE, &args);
	*found_r = rows && rows_count(rows) > 0;
	if (!rows || !*found_r)
		return rows != NULL;
	bool allowed = rows_bool(rows, 0, T_ALLOWED);
	job->read.actor.id = rows_int(rows, 0, T_PERSON);
	read_run(job, rows, &run);
	if (allowed) {
		make_one(&run);
	} else {
		fail(&job->read, ERROR_INVALID, "The person may no longer see reports");
		end_failed(&run, &job->read, false);
	}
	return true;
}

static bool look_after(struct report_job *job)
{
	struct ctx *ctx = job->keep;
	keep_begin(job);
	if (ctx->now - job->due_at >= DUE_EVERY_S) {
		struct query_args args = query_args(ctx);
		arg_instant(&args, ctx->now);
		if (!query_run(ctx, QUERY_REPORT_RUNS_DUE, &args))
			return false;
		job->due_at = ctx->now;
	}
	if (ctx->now - job->swept_at >= SWEEP_EVERY_S) {
		struct query_args args = query_args(ctx);
		arg_instant(&args, ctx->now);
		arg_int(&args, ctx->config->report_keep_days);
		if (!query_run(ctx, QUERY_REPORT_RUNS_SWEEP, &args))
			return false;
		job->swept_at = ctx->now;
	}
	return true;
}

static bool job_round(struct ctx *ctx, void *job_, int64_t *sleep_ms_r)
{
	struct report_job *job = job_;
	bool found = false;
	job->keep = ctx;
	if (!look_after(job) || !take_one(job, &found))
		return false;
	if (found)
		*sleep_ms_r = 0;
	return true;
}

struct report_job *report_job_start(const struct config *config)
{
	struct report_job *job = calloc(1, sizeof(*job));
	char host[64] = "";
	INVARIANT(job != NULL);
	job->socket = -1;
	gethostname(host, sizeof(host) - 1);
	snprintf(job->node, sizeof(job->node), "%s:%d", host, (int)getpid());
	job->read = (struct ctx){ .arena = arena_create(64 * 1024), .config = config };
	job->read.db = db_conn_create(config, DB_RUNTIME, config->database_report_statement_ms, true);
	pthread_mutex_init(&job->lock, NULL);
	struct rounds_plan plan = { .name = "reports",
		.round = job_round,
		.user = job,
		.longest_sleep_ms = SLEEP_MS,
		.retry_ms = RETRY_MS,
		.deadline_ms = KEEP_STATEMENT_MS,
		.statement_ms = KEEP_STATEMENT_MS };
	job->rounds = rounds_start(config, &plan);
	pthread_mutex_lock(&current_lock);
	current = job;
	pthread_mutex_unlock(&current_lock);
	return job;
}

void report_job_interrupt(struct report_job *job)
{
	pthread_mutex_lock(&current_lock);
	current = NULL;
	pthread_mutex_unlock(&current_lock);
	pthread_mutex_lock(&job->lock);
	job->stop = true;
	/* Whoever waits for figures wakes up with a broken connection. */
	if (job->socket >= 0)
		shutdown(job->socket, SHUT_RDWR);
	pthread_mutex_unlock(&job->lock);
}

bool report_job_stop(struct report_job *job, int limit_ms)
{
	report_job_interrupt(job);
	if (!rounds_stop_within(job->rounds, limit_ms))
		return false;
	db_conn_destroy(job->read.db);
	arena_destroy(job->read.arena);
	pthread_mutex_destroy(&job->lock);
	free(job);
	return true;
}

void report_job_wake(void)
{
	pthread_mutex_lock(&current_lock);
	if (current)
		rounds_wake(current->rounds);
	pthread_mutex_unlock(&current_lock);
}
