/* See run.h. Owns: a second connection for progress, since the first is busy with the stream of events. */
#include "audit/run.h"

#include "audit/anchor.h"
#include "audit/audit.h"
#include "audit/audit.sql.h"
#include "base/config.h"
#include "base/log.h"
#include "db/pool.h"
#include "db/query.h"

#include <stdatomic.h>
#include <string.h>

#define RUN_SLEEP_MS 2000
#define RUN_RETRY_MS 5000
#define RUN_LIMIT_MS (24 * 3600 * 1000)
#define RUN_BEAT_MS 1000
#define RUN_LINES_MAX 500

static atomic_bool interrupted;

struct run {
	struct ctx side; /* progress and calendars */
	struct audit_check check;
	int64_t id;
	const char *kind, *subject;
	struct json_out lines;
	int64_t beat_at_ms;
};

static bool side_write(struct run *run, const struct query *query, const char *text, const char *lines)
{
	struct query_args args = query_args(&run->side);
	arg_int(&args, run->id);
	arg_instant(&args, instant_now());
	arg_int(&args, run->check.subjects);
	arg_int(&args, run->check.items);
	arg_int(&args, run->check.findings);
	if (text || lines) {
		arg_text(&args, text);
		arg_text(&args, lines);
	}
	return query_run(&run->side, query, &args) != NULL;
}

static void run_found(struct audit_check *check, const char *number, int64_t seq, const char *what)
{
	struct run *run = check->user;
	if (check->findings > RUN_LINES_MAX)
		return;
	json_open_object(&run->lines, NULL);
	json_text(&run->lines, "number", number);
	if (seq > 0)
		json_int(&run->lines, "seq", seq);
	else
		json_put_null(&run->lines, "seq");
	json_text(&run->lines, "what", what);
	json_close_object(&run->lines);
}

static bool run_step(struct audit_check *check, struct ctx *ctx)
{
	struct run *run = check->user;
	if (interrupted)
		return fail(ctx, ERROR_UNAVAILABLE, "The server stops; the check begins anew on another");
	if (monotonic_ms() < run->beat_at_ms + RUN_BEAT_MS)
		return true;
	run->beat_at_ms = monotonic_ms();
	return side_write(run, QUERY_AUDIT_RUN_BEAT, NULL, NULL) || fail(ctx, ERROR_UNAVAILABLE, "The progress cannot be written");
}

static bool run_check(struct ctx *ctx, struct run *run)
{
	const char *file = ctx->config->audit_anchor_file;
	struct anchor_set *anchors = NULL;
	int64_t ticket, supplier_case;
	if (!audit_subject_find(ctx, run->subject, &ticket, &supplier_case))
		return false;
	if (strcmp(run->kind, "replay") == 0)
		return audit_replay(ctx, &run->side, ticket, supplier_case, &run->check);
	if (strcmp(run->kind, "anchors") == 0 &&
		!(*file ? anchor_set_read_file(ctx, file, &run->check, &anchors) : anchor_set_read_table(ctx, &run->check, &anchors)))
		return false;
	return audit_verify(ctx, ticket, supplier_case, anchors, &run->check);
}

/* What failed here may succeed elsewhere only if the server stops; else it is said. */
static bool run_end(struct ctx *ctx, struct run *run, bool good)
{
	const char *why = ctx->error.log_detail ? ctx->error.log_detail : ctx->error.detail;
	json_close_array(&run->lines);
	if (!good && interrupted)
		return side_write(run, QUERY_AUDIT_RUN_REQUEUE, NULL, NULL);
	if (!good)
		log_event(LOG_WARN, "audit.run.failed", LOG_INT("run", run->id), LOG_TEXT("detail", why));
	ctx->error.kind = ERROR_NONE;
	return side_write(run, QUERY_AUDIT_RUN_END,
		good							  ? ""
		: ctx->error.log_detail == NULL && why ? why
											   : "could not be finished; the log says why",
		run->lines.text.data);
}

static bool run_take(struct ctx *ctx, struct run *run, bool *taken_r)
{
	struct query_args args = query_args(ctx);
	arg_instant(&args, ctx->now);
	struct rows *rows = query_run(ctx, QUERY_AUDIT_RUN_TAKE, &args);
	*taken_r = rows && rows_count(rows) == 1;
	if (*taken_r) {
		run->id = rows_int(rows, 0, 0);
		run->kind = rows_text(rows, 0, 1);
		run->subject = rows_text(rows, 0, 2);
	}
	return rows != NULL;
}

static bool runs_round(struct ctx *ctx, void *user, int64_t *sleep_ms_r)
{
	struct run run = { .check = { .found = run_found, .step = run_step, .user = &run } };
	bool taken;
	(void)user;
	if (interrupted || !run_take(ctx, &run, &taken))
		return interrupted;
	if (!taken)
		return true;
	run.side = (struct ctx){ .arena = arena_create(64 * 1024), .config = ctx->config };
	run.side.db = db_conn_create(ctx->config, DB_RUNTIME, ctx->config->database_statement_ms, true);
	ctx_begin(&run.side);
	json_begin(&run.lines, ctx->arena, 1024);
	json_open_array(&run.lines, NULL);
	bool checked = run_check(ctx, &run), good = run_end(ctx, &run, checked);
	if (!good)
		fail_internal(ctx, ERROR_INTERNAL, "%s", run.side.error.log_detail ? run.side.error.log_detail : "the end of a run cannot be written");
	db_conn_destroy(run.side.db);
	arena_destroy(run.side.arena);
	*sleep_ms_r = 0;
	return good;
}

void audit_runs_interrupt(void)
{
	interrupted = true;
}

struct rounds *audit_runs_start(const struct config *config)
{
	const struct rounds_plan plan = {
		.name = "audit",
		.round = runs_round,
		.longest_sleep_ms = RUN_SLEEP_MS,
		.retry_ms = RUN_RETRY_MS,
		.deadline_ms = RUN_LIMIT_MS,
		.statement_ms = RUN_LIMIT_MS,
	};
	interrupted = false;
	return rounds_start(config, &plan);
}
