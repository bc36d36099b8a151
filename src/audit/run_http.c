/* The auditor's page: runs, anchors, one chain event by event. Who may call stands in the route table; those readers may see all. */
#include "audit/run.h"

#include "audit/anchor.h"
#include "audit/audit.h"
#include "audit/audit.sql.h"
#include "db/query.h"
#include "http/body.h"

#include <string.h>

static const char *const kinds[] = { "verify", "replay", "anchors", NULL };
static const char *const page_names[] = { "limit", "cursor", NULL };
static const char *const no_names[] = { NULL };

enum { R_ID, R_KIND, R_SUBJECT, R_STATE, R_ASKER, R_ASKER_NAME, R_ASKED, R_STARTED, R_FINISHED, R_SUBJECTS, R_TOTAL, R_ITEMS, R_FINDINGS, R_LINES, R_ERROR };

static void run_json(struct json_out *json, const struct rows *rows, int i)
{
	json_open_object(json, NULL);
	json_int(json, "id", rows_int(rows, i, R_ID));
	json_text(json, "kind", rows_text(rows, i, R_KIND));
	json_text(json, "subject", rows_text(rows, i, R_SUBJECT));
	json_text(json, "state", rows_text(rows, i, R_STATE));
	json_ref(json, "asked_by", rows_text(rows, i, R_ASKER), rows_text(rows, i, R_ASKER_NAME));
	json_instant(json, "asked_at", rows_instant(rows, i, R_ASKED));
	json_instant(json, "started_at", rows_instant(rows, i, R_STARTED));
	json_instant(json, "finished_at", rows_instant(rows, i, R_FINISHED));
	json_int(json, "subjects", rows_int(rows, i, R_SUBJECTS));
	json_raw(json, "total", rows_text(rows, i, R_TOTAL));
	json_int(json, "items", rows_int(rows, i, R_ITEMS));
	json_int(json, "findings", rows_int(rows, i, R_FINDINGS));
	json_raw(json, "lines", rows_text(rows, i, R_LINES));
	json_text(json, "error", rows_text(rows, i, R_ERROR));
	json_close_object(json);
}

/* The id of the last of the page before; 0: first page. */
static bool page_before(struct request *req, struct page *page, int64_t *before_r)
{
	*before_r = 0;
	if (!page_read(req, page) || !query_done(req, page_names))
		return false;
	return page->count == 0 || text_parse_int64(page->value[0], before_r) || fail_field(&req->ctx, "cursor", "is not one that this list gave");
}

static struct rows *page_rows(struct request *req, const struct query *query, struct page *page)
{
	struct query_args args = query_args(&req->ctx);
	int64_t before;
	if (!page_before(req, page, &before))
		return NULL;
	arg_int_or_null(&args, before, before == 0);
	arg_int(&args, page->limit + 1);
	return query_run(&req->ctx, query, &args);
}

static void page_end(struct request *req, struct json_out *json, const struct rows *rows, const struct page *page)
{
	json_close_array(json);
	json_text(json, "next", rows_count(rows) > page->limit ? page_cursor(req, (const char *[]){ rows_text(rows, page->limit - 1, 0) }, 1) : NULL);
	json_close_object(json);
}

bool audit_run_list(struct request *req)
{
	struct page page;
	struct json_out json;
	struct rows *rows = page_rows(req, QUERY_AUDIT_RUN_LIST, &page);
	if (!rows)
		return false;
	json_begin(&json, req->ctx.arena, 4096);
	json_open_object(&json, NULL);
	json_open_array(&json, "items");
	for (int i = 0; i < rows_count(rows) && i < page.limit; i++)
		run_json(&json, rows, i);
	page_end(req, &json, rows, &page);
	return reply_json_out(req, 200, &json);
}

static bool run_reply(struct request *req, int status, int64_t id)
{
	struct query_args args = query_args(&req->ctx);
	struct json_out json;
	arg_int(&args, id);
	struct rows *rows = query_run(&req->ctx, QUERY_AUDIT_RUN_READ, &args);
	if (!rows)
		return false;
	if (rows_count(rows) == 0)
		return fail(&req->ctx, ERROR_NOT_FOUND, "There is no such check");
	json_begin(&json, req->ctx.arena, 2048);
	run_json(&json, rows, 0);
	return reply_json_out(req, status, &json);
}

bool audit_run_read(struct request *req)
{
	int64_t id;
	if (!query_done(req, no_names))
		return false;
	return text_parse_int64(req->path_arg[0], &id) ? run_reply(req, 200, id) : fail(&req->ctx, ERROR_NOT_FOUND, "There is no such check");
}

/* One that is queued or running already is given instead of a second one. */
bool audit_run_create(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct body *body = body_open(req);
	int64_t ticket = 0, supplier_case = 0;
	if (!body)
		return false;
	const char *kind = body_choice(body, "kind", BODY_REQUIRED, kinds), *subject = body_text(body, "subject", BODY_OPTIONAL, 1, 40);
	if (kind && subject && strcmp(kind, "anchors") == 0)
		body_wrong(body, "subject", "anchors cover all tickets and cases");
	if (!body_close(body))
		return false;
	if (subject && !audit_subject_find(ctx, subject, &ticket, &supplier_case)) {
		if (ctx->error.kind != ERROR_NOT_FOUND)
			return false;
		ctx->error = (struct error){ 0 };
		return fail_field(ctx, "/subject", "there is no such ticket or case");
	}
	struct query_args args = query_args(ctx);
	arg_text(&args, kind);
	arg_text(&args, subject);
	arg_int_or_null(&args, ctx->actor.id, ctx->actor.id == 0);
	arg_instant(&args, ctx->now);
	struct rows *rows = query_one(ctx, QUERY_AUDIT_RUN_ADD, &args);
	if (!rows)
		return false;
	reply_location(req, "/api/v1/audit/runs/%s", rows_text(rows, 0, 0));
	return run_reply(req, 201, rows_int(rows, 0, 0));
}

bool audit_anchor_list(struct request *req)
{
	struct page page;
	struct json_out json;
	struct rows *rows = page_rows(req, QUERY_AUDIT_ANCHOR_LIST, &page);
	if (!rows)
		return false;
	json_begin(&json, req->ctx.arena, 4096);
	json_open_object(&json, NULL);
	json_open_array(&json, "items");
	for (int i = 0; i < rows_count(rows) && i < page.limit; i++) {
		struct anchor anchor;
		anchor_read_row(&req->ctx, rows, i, &anchor);
		anchor_json(&json, NULL, &anchor);
	}
	page_end(req, &json, rows, &page);
	return reply_json_out(req, 200, &json);
}

/* As the file of anchors: vakhta audit verify --anchors reads it. */
bool audit_anchor_file(struct request *req)
{
	struct query_args args = query_args(&req->ctx);
	struct text_out lines;
	if (!query_done(req, no_names))
		return false;
	arg_int(&args, 0);
	struct rows *rows = query_run(&req->ctx, QUERY_AUDIT_ANCHOR_AFTER, &args);
	if (!rows)
		return false;
	text_begin(&lines, req->ctx.arena, 4096);
	for (int i = 0; i < rows_count(rows); i++) {
		struct anchor anchor;
		struct json_out json;
		anchor_read_row(&req->ctx, rows, i, &anchor);
		json_begin(&json, req->ctx.arena, 1024);
		anchor_json(&json, NULL, &anchor);
		text_append(&lines, json.text.data, json.text.length);
		text_append_char(&lines, '\n');
	}
	reply_header(req, "Content-Disposition", "attachment; filename=\"anchors.jsonl\"");
	reply_header(req, "Cache-Control", "no-store");
	return reply_bytes(req, 200, "text/plain; charset=utf-8", lines.data, lines.length);
}

struct finding {
	const char *what;
	int64_t seq;
	struct finding *next;
};

struct findings {
	struct arena *arena;
	struct finding *first, **end;
};

static void chain_found(struct audit_check *check, const char *number, int64_t seq, const char *what)
{
	struct findings *findings = check->user;
	(void)number;
	struct finding *finding = arena_alloc(findings->arena, sizeof(*finding));
	*finding = (struct finding){ arena_strdup(findings->arena, what), seq, NULL };
	*findings->end = finding;
	findings->end = &finding->next;
}

static void findings_json(struct json_out *json, const struct findings *findings)
{
	json_open_array(json, "findings");
	for (const struct finding *finding = findings->first; finding; finding = finding->next) {
		json_open_object(json, NULL);
		if (finding->seq > 0)
			json_int(json, "seq", finding->seq);
		else
			json_put_null(json, "seq");
		json_text(json, "what", finding->what);
		json_close_object(json);
	}
	json_close_array(json);
}

static void chain_event_json(struct json_out *json, const struct rows *rows, int i)
{
	json_open_object(json, NULL);
	json_int(json, "seq", rows_int(rows, i, 0));
	json_text(json, "type", rows_text(rows, i, 1));
	json_instant(json, "occurred_at", rows_instant(rows, i, 2));
	json_instant(json, "recorded_at", rows_instant(rows, i, 3));
	json_ref(json, "actor", rows_text(rows, i, 4), rows_text(rows, i, 5));
	json_text(json, "role", rows_text(rows, i, 6));
	json_text(json, "hash", rows_text(rows, i, 7));
	json_bool(json, "holds", rows_bool(rows, i, 8));
	json_raw(json, "anchor", rows_text(rows, i, 9));
	json_close_object(json);
}

/* `holds` of an event is the database's own computation; the findings are the program's, so that two say the same. */
bool audit_chain_read(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct findings findings = { .arena = ctx->arena, .end = &findings.first };
	struct audit_check check = { .found = chain_found, .user = &findings };
	struct json_out json;
	int64_t ticket, supplier_case;
	if (!query_done(req, no_names))
		return false;
	if (!audit_subject_find(ctx, req->path_arg[0], &ticket, &supplier_case))
		return false;
	struct query_args args = query_args(ctx);
	arg_int(&args, ticket ? ticket : supplier_case);
	struct rows *rows = query_run(ctx, ticket ? QUERY_AUDIT_CHAIN_TICKET : QUERY_AUDIT_CHAIN_CASE, &args);
	struct rows *head = rows ? query_run(ctx, ticket ? QUERY_AUDIT_HEAD_TICKET : QUERY_AUDIT_HEAD_CASE, &args) : NULL;
	if (!head || !audit_verify(ctx, ticket, supplier_case, NULL, &check))
		return false;
	json_begin(&json, ctx->arena, 512 * (size_t)rows_count(rows) + 512);
	json_open_object(&json, NULL);
	json_text(&json, "number", req->path_arg[0]);
	json_text(&json, "subject", arena_printf(ctx->arena, "%s:%lld", ticket ? "ticket" : "case", (long long)(ticket ? ticket : supplier_case)));
	json_text(&json, "head", rows_count(head) > 0 ? rows_text(head, 0, 1) : NULL);
	json_int(&json, "events_in_head", rows_count(head) > 0 ? rows_int(head, 0, 0) : 0);
	findings_json(&json, &findings);
	json_open_array(&json, "events");
	for (int i = 0; i < rows_count(rows); i++)
		chain_event_json(&json, rows, i);
	json_close_array(&json);
	json_close_object(&json);
	return reply_json_out(req, 200, &json);
}
