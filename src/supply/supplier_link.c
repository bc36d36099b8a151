/* See supplier_link.h. */
#include "supply/supplier_link.h"

#include "base/config.h"
#include "db/query.h"
#include "people/link.h"
#include "supply/link.sql.h"

#include <pthread.h>
#include <string.h>

#define PURPOSE "supplier"
#define COOKIE "vakhta_supplier"
#define COOKIE_DAYS 400
#define MARK "[[link]]"
#define WRONG_A_MINUTE 20
#define ACTS_A_MINUTE 30
#define COUNTERS 2048

/* Counters of a minute, shared by keys that fall into the same place: bounded memory, and at worst somebody waits a minute too long. */
static struct counter {
	int64_t minute;
	int count;
} counters[COUNTERS];
static pthread_mutex_t counters_mutex = PTHREAD_MUTEX_INITIALIZER;

bool supplier_link_count(const char *kind, const char *key, instant now, int most)
{
	unsigned char hash[SECRET_HASH_BYTES];
	char text[160];
	snprintf(text, sizeof(text), "%s:%s", kind, key);
	secret_hash(text, hash);
	struct counter *counter = &counters[(hash[0] << 8 | hash[1]) % COUNTERS];
	pthread_mutex_lock(&counters_mutex);
	if (counter->minute != now / 60)
		*counter = (struct counter){ .minute = now / 60 };
	bool good = counter->count < most;
	if (good)
		counter->count++;
	pthread_mutex_unlock(&counters_mutex);
	return good;
}

static bool refuse_wrong(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	if (supplier_link_count("wrong", req->peer ? req->peer : "", ctx->now, WRONG_A_MINUTE))
		return fail_rule(ctx, ERROR_NOT_FOUND, "link-unknown", NULL, "This link is not one of ours; open it exactly as it stands in the mail");
	ctx->error.retry_after_s = 60;
	return fail_rule(ctx, ERROR_TOO_MANY, "too-many-links", NULL, "Too many wrong links from this address; try again in a minute");
}

static bool refuse_dead(struct ctx *ctx, const char *why)
{
	static const struct {
		const char *why, *type, *detail;
	} reasons[] = {
		{ "revoked", "link-revoked", "This link was withdrawn; the newest mail about the case has one that works" },
		{ "expired", "link-expired", "This link has expired; the newest mail about the case has one that works" },
		{ "ended", "link-ended", "The case has ended, and its link with it" },
	};
	for (size_t i = 0; i < sizeof(reasons) / sizeof(*reasons); i++)
		if (strcmp(why, reasons[i].why) == 0)
			return fail_rule(ctx, ERROR_NOT_FOUND, reasons[i].type, NULL, "%s", reasons[i].detail);
	return fail_rule(ctx, ERROR_NOT_FOUND, "link-unknown", NULL, "This link is not one of ours");
}

static const char *browser_secret(struct request *req)
{
	const char *cookie = request_cookie(req, COOKIE);
	return cookie && strlen(cookie) >= 40 && strlen(cookie) <= 64 ? cookie : NULL;
}

static void arg_browser(struct query_args *args, const char *secret)
{
	unsigned char hash[SECRET_HASH_BYTES];
	if (!secret) {
		arg_text(args, NULL);
		return;
	}
	secret_hash(secret, hash);
	arg_bytes(args, hash, sizeof(hash));
}

bool supplier_link_open(struct request *req, struct supplier_link *link_r)
{
	struct ctx *ctx = &req->ctx;
	struct query_args args = query_args(ctx);
	struct secret_claim claim;
	if (!secret_verify(ctx->arena, ctx->config->http_link_key, PURPOSE, req->path_arg[0], &claim))
		return refuse_wrong(req);
	if (claim.expires_at <= ctx->now)
		return refuse_dead(ctx, "expired");
	arg_instant(&args, ctx->now);
	arg_int(&args, claim.subject);
	arg_int(&args, claim.ordinal);
	arg_browser(&args, browser_secret(req));
	arg_bool(&args, req->method == HTTP_GET);
	struct rows *row = query_one(ctx, QUERY_LINK_LOOK, &args);
	if (!row)
		return false;
	if (strcmp(rows_text(row, 0, 7), "dead") == 0)
		return refuse_dead(ctx, rows_text(row, 0, 8));
	*link_r = (struct supplier_link){
		.id = claim.subject,
		.supplier_id = rows_int(row, 0, 1),
		.case_id = rows_int(row, 0, 4),
		.supplier = rows_text(row, 0, 2),
		.language = rows_text(row, 0, 3),
		.expires_at = rows_instant(row, 0, 6),
		.coordinator = strcmp(rows_text(row, 0, 0), "coordinator") == 0,
		.ended = strcmp(rows_text(row, 0, 7), "ended") == 0,
		.mine = rows_bool(row, 0, 10),
	};
	return true;
}

bool supplier_link_case(struct request *req, const struct supplier_link *link, int64_t *case_r)
{
	struct query_args args = query_args(&req->ctx);
	arg_int(&args, link->id);
	arg_text(&args, req->path_arg[1]);
	struct rows *row = query_one(&req->ctx, QUERY_LINK_CASE, &args);
	if (!row)
		return false;
	if (rows_null(row, 0, 0))
		return fail(&req->ctx, ERROR_NOT_FOUND, "This link does not show such a case");
	*case_r = rows_int(row, 0, 0);
	return true;
}

/* The browser's own secret, made at its first act. */
static bool bind(struct request *req, const struct supplier_link *link)
{
	struct ctx *ctx = &req->ctx;
	struct query_args args = query_args(ctx);
	const char *secret = browser_secret(req);
	if (!secret)
		secret = secret_make(ctx->arena, "");
	arg_instant(&args, ctx->now);
	arg_int(&args, link->id);
	arg_browser(&args, secret);
	arg_text(&args, req->peer ? req->peer : "");
	struct rows *row = query_one(ctx, QUERY_LINK_BIND, &args);
	if (!row)
		return false;
	if (!rows_bool(row, 0, 0))
		return fail_rule(ctx, ERROR_FORBIDDEN, "link-bound", NULL,
			"Another browser acted with this link first; here it can only be read. A new mail brings a new link");
	reply_header(req, "Set-Cookie", arena_printf(ctx->arena, COOKIE "=%s; Path=/s/; Max-Age=%d; HttpOnly; SameSite=Strict%s", secret, COOKIE_DAYS * 86400,
		req->secure ? "; Secure" : ""));
	return true;
}

static const char *evidence_json(struct request *req, const struct supplier_link *link, const struct supplier_evidence *given)
{
	struct json_out json;
	const char *key = request_header(req, "idempotency-key");
	json_begin(&json, req->ctx.arena, 256);
	json_open_object(&json, NULL);
	json_text(&json, "via", "link");
	json_int(&json, "link", link->id);
	json_text(&json, "address", req->peer ? req->peer : "");
	if (given->name)
		json_text(&json, "name", given->name);
	if (given->pause_reason)
		json_text(&json, "pause_reason", given->pause_reason);
	if (given->file != 0)
		json_int(&json, "file", given->file);
	if (key)
		json_text(&json, "key", key);
	json_close_object(&json);
	return json.text.data;
}

bool supplier_link_act(struct request *req, const struct supplier_evidence *given, struct supplier_link *link_r, int64_t *case_r, bool *first_r,
	const char **evidence_r)
{
	struct ctx *ctx = &req->ctx;
	struct query_args args = query_args(ctx);
	if (!request_from_our_page(req) || !supplier_link_open(req, link_r) || !supplier_link_case(req, link_r, case_r))
		return false;
	if (link_r->ended)
		return fail_rule(ctx, ERROR_CONFLICT, "case-ended", NULL, "The case has ended; it can only be read");
	if (!supplier_link_count("act", arena_printf(ctx->arena, "%lld", (long long)link_r->id), ctx->now, ACTS_A_MINUTE)) {
		ctx->error.retry_after_s = 60;
		return fail_rule(ctx, ERROR_TOO_MANY, "too-many-acts", NULL, "Too many entries with this link in a minute");
	}
	arg_int(&args, *case_r);
	arg_text(&args, request_header(req, "idempotency-key"));
	struct rows *once = query_one(ctx, QUERY_LINK_ONCE, &args);
	if (!once || !bind(req, link_r))
		return false;
	link_r->mine = true;
	*first_r = rows_bool(once, 0, 0);
	*evidence_r = evidence_json(req, link_r, given);
	return true;
}

const char *supplier_link_url(struct ctx *ctx, int64_t id, int64_t salt, instant expires_at)
{
	return link_signed(ctx, "/s/", PURPOSE, &(struct secret_claim){ .subject = id, .ordinal = salt, .expires_at = expires_at });
}

/* Every mark replaced, or every line with one left out. */
static const char *fill(struct arena *arena, const char *text, const char *url)
{
	struct text_out out;
	text_begin(&out, arena, strlen(text) + 256);
	for (const char *line = text; *line;) {
		const char *end = strchrnul(line, '\n'), *mark;
		const char *next = *end ? end + 1 : end;
		bool marked = memmem(line, (size_t)(end - line), MARK, strlen(MARK)) != NULL;
		while (url && (mark = memmem(line, (size_t)(end - line), MARK, strlen(MARK))) != NULL) {
			text_append(&out, line, (size_t)(mark - line));
			text_append_z(&out, url);
			line = mark + strlen(MARK);
		}
		if (url || !marked)
			text_append(&out, line, (size_t)(next - line));
		line = next;
	}
	return out.data;
}

const char *supplier_link_fill(struct ctx *ctx, int64_t id, const char *text)
{
	struct query_args args = query_args(ctx);
	const char *url = NULL;
	if (!strstr(text, MARK))
		return text;
	if (id != 0) {
		arg_int(&args, id);
		struct rows *row = query_run(ctx, QUERY_LINK_OF_MAIL, &args);
		if (!row)
			return NULL;
		if (rows_count(row) > 0)
			url = supplier_link_url(ctx, rows_int(row, 0, 0), rows_int(row, 0, 1), rows_instant(row, 0, 2));
	}
	return fill(ctx->arena, text, url);
}
