/* Runs of reports over HTTP: asking for one, watching it, taking its file. The job makes them (job.c). Owns nothing.
 * Refuses: other people's runs (they are not there), but for auditors and administrators; more unfinished runs than RUNS_WAITING_MAX. */
#include "reports/reports.h"

#include "reports/file.h"
#include "reports/job.h"
#include "reports/make.h"
#include "reports/run.sql.h"
#include "supply/terms.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define RUNS_WAITING_MAX 10
#define MISSING "There is no such run"
#define FILE_MISSING "There is no file of this run"

static const char *const states[] = { "queued", "running", "done", "failed", NULL };
static const char *const deliveries[] = { "mail", "download", NULL };
static const char *const list_names[] = { "report", "state", "subscription", "mine", "limit", "cursor", NULL };

bool report_run_list(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct query_args args = query_args(ctx);
	struct page page;
	const char *report = query_choice(req, "report", report_kinds), *state = query_choice(req, "state", states);
	int64_t subscription = query_int(req, "subscription", 0, 1, INT64_MAX);
	const char *mine = query_choice(req, "mine", (const char *const[]){ "true", "false", NULL });
	if (!query_done(req, list_names) || !page_read(req, &page))
		return false;
	arg_int(&args, ctx->actor.id);
	arg_int(&args, ctx->actor.roles);
	arg_bool(&args, !mine || strcmp(mine, "true") == 0);
	arg_text(&args, report);
	arg_text(&args, state);
	arg_int_or_null(&args, subscription, subscription == 0);
	return terms_list(req, QUERY_REPORT_RUN_LIST, &args, &page);
}

static struct rows *find(struct request *req, const struct query *query, int64_t *id_r)
{
	struct query_args args = query_args(&req->ctx);
	if (!terms_id(req, MISSING, id_r))
		return NULL;
	arg_int(&args, *id_r);
	arg_int(&args, req->ctx.actor.id);
	arg_int(&args, req->ctx.actor.roles);
	struct rows *rows = query_run(&req->ctx, query, &args);
	if (rows && rows_count(rows) == 0)
		fail(&req->ctx, ERROR_NOT_FOUND, MISSING);
	return rows && rows_count(rows) > 0 ? rows : NULL;
}

bool report_run_read(struct request *req)
{
	int64_t id;
	struct rows *rows = find(req, QUERY_REPORT_RUN_READ, &id);
	return rows && reply_json(req, 200, rows_text(rows, 0, 0), rows_length(rows, 0, 0));
}

/* What only the database knows: the supplier, an address, and how many are under way. */
static bool may_create(struct request *req, struct body *body, int64_t supplier, bool by_mail)
{
	struct ctx *ctx = &req->ctx;
	struct query_args args = query_args(ctx);
	arg_int(&args, ctx->actor.id);
	arg_int_or_null(&args, supplier, supplier == 0);
	struct rows *rows = query_one(ctx, QUERY_REPORT_RUN_WAITING, &args);
	if (!rows)
		return false;
	if (!rows_bool(rows, 0, 1))
		body_wrong(body, "supplier", "there is no such supplier");
	if (by_mail && !rows_bool(rows, 0, 2))
		body_wrong(body, "delivery", "the directory knows no mail address of yours; choose download");
	return body_close(body) &&
		(rows_int(rows, 0, 0) < RUNS_WAITING_MAX ||
			fail_rule(ctx, ERROR_CONFLICT, "too-many-runs", NULL,
				"%d of your reports are not finished yet; wait until one is", RUNS_WAITING_MAX));
}

bool report_run_create(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct query_args args = query_args(ctx);
	struct body *body = body_open(req);
	int64_t from_day = 0, to_day = 0;
	if (!body)
		return false;
	const char *report = body_choice(body, "report", BODY_REQUIRED, report_kinds);
	const char *from = body_day(body, "from", BODY_REQUIRED), *to = body_day(body, "to", BODY_REQUIRED);
	const char *language = body_choice(body, "language", BODY_OPTIONAL, report_languages);
	const char *zone = body_text(body, "zone", BODY_OPTIONAL, 1, ZONE_NAME_MAX);
	const char *delivery = body_choice(body, "delivery", BODY_OPTIONAL, deliveries);
	int64_t supplier = body_id(body, "supplier", BODY_OPTIONAL);
	if (from && to && day_parse(from, &from_day) && day_parse(to, &to_day) && to_day <= from_day)
		body_wrong(body, "to", "must be after from; it is the first day that no longer belongs to the period");
	else if (to_day - from_day > PERIOD_DAYS_MAX)
		body_wrong(body, "to", "must be at most ten years after from");
	if (supplier > 0 && report && strcmp(report, "supplier-sla") != 0)
		body_wrong(body, "supplier", "only the report on suppliers can be of one supplier");
	if (zone && !report_zone_exists(zone))
		body_wrong(body, "zone", "there is no such time zone");
	if (!may_create(req, body, supplier, delivery && strcmp(delivery, "mail") == 0))
		return false;
	arg_int(&args, ctx->actor.id);
	arg_text(&args, report);
	arg_text(&args, language ? language : ctx->actor.language);
	arg_text(&args, zone ? zone : ctx->actor.zone);
	arg_int_or_null(&args, supplier, supplier == 0);
	arg_text(&args, from);
	arg_text(&args, to);
	arg_text(&args, delivery ? delivery : "download");
	arg_instant(&args, ctx->now);
	ctx->after_commit = report_job_wake;
	return terms_saved(req, QUERY_REPORT_RUN_CREATE, &args, "report-runs");
}

/* Piece by piece into a file without a name, each in memory of its own. */
static bool collect(struct ctx *ctx, int64_t id, int parts, int fd)
{
	struct ctx piece = *ctx;
	piece.arena = arena_create(4 * REPORT_PART_BYTES);
	bool good = true;
	for (int i = 1; good && i <= parts; i++) {
		size_t length;
		struct query_args args = query_args(&piece);
		arg_int(&args, id);
		arg_int(&args, i);
		struct rows *rows = query_one(&piece, QUERY_REPORT_RUN_PART_READ, &args);
		const unsigned char *bytes = rows ? rows_bytes(&piece, rows, 0, 0, &length) : NULL;
		good = bytes && file_write_all(fd, bytes, length);
		if (bytes && !good)
			fail_internal(ctx, ERROR_INTERNAL, "temporary file: %s", strerror(errno));
		else if (!bytes)
			fail_internal(ctx, piece.error.kind == ERROR_NONE ? ERROR_INTERNAL : piece.error.kind, "part %d of run %lld: %s", i,
				(long long)id, piece.error.log_detail ? piece.error.log_detail : "not readable");
		arena_reset(piece.arena);
	}
	arena_destroy(piece.arena);
	return good;
}

static void close_file(void *fd)
{
	close((int)(intptr_t)fd);
}

bool report_run_file(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	int64_t id;
	struct rows *rows = find(req, QUERY_REPORT_RUN_FILE, &id);
	if (!rows)
		return false;
	if (strcmp(rows_text(rows, 0, 0), "done") != 0)
		return fail_rule(ctx, ERROR_CONFLICT, "not-made", NULL, "The report is not made yet");
	if (!rows_null(rows, 0, 1))
		return fail(ctx, ERROR_NOT_FOUND, "The file was removed after its time; ask for the report again");
	int fd = file_unnamed();
	if (fd < 0)
		return fail_internal(ctx, ERROR_INTERNAL, "no temporary file in %s: %s", file_folder(), strerror(errno));
	if (!tx_begin_snapshot(ctx) || !collect(ctx, id, (int)rows_int(rows, 0, 4), fd) || !tx_commit(ctx)) {
		close_file((void *)(intptr_t)fd);
		return false;
	}
	if (lseek(fd, 0, SEEK_SET) != 0) {
		close_file((void *)(intptr_t)fd);
		return fail_internal(ctx, ERROR_INTERNAL, "temporary file: %s", strerror(errno));
	}
	reply_header(req, "Content-Disposition", arena_printf(ctx->arena, "attachment; filename=\"%s\"", rows_text(rows, 0, 2)));
	reply_header(req, "Cache-Control", "no-store");
	return reply_file(req, REPORT_CONTENT_TYPE, fd);
}
