/* The ledger of pauses in answers: facts as they stand, flags in words of the reader's language, notes, files of evidence.
 * Owns nothing. Refuses: to decide what is a pause (derive.c) and what is late (pause_rows in 52_ledger.sql). */
#include "desk/desk.h"
#include "http/body.h"
#include "sla/subject.h"
#include "supply/pause.sql.h"
#include "supply/supply.h"
#include "supply/terms.h"

#include <string.h>

enum pause_column {
	PAUSE_CASE, PAUSE_CASE_NUMBER, PAUSE_CASE_STATUS, PAUSE_TICKET, PAUSE_SUPPLIER, PAUSE_SUPPLIER_NAME, PAUSE_CONTRACT, PAUSE_CONTRACT_NUMBER,
	PAUSE_FROM_SEQ, PAUSE_TO_SEQ, PAUSE_FROM, PAUSE_TO, PAUSE_WORKED, PAUSE_CALENDAR_VERSION, PAUSE_METRICS, PAUSE_LIMIT, PAUSE_REASON,
	PAUSE_REASON_EN, PAUSE_REASON_RU, PAUSE_WAITS_FOR, PAUSE_PARTY, PAUSE_AUTHOR, PAUSE_AUTHOR_NAME, PAUSE_VIA, PAUSE_SAID, PAUSE_ENTERED,
	PAUSE_LATE, PAUSE_END_TYPE, PAUSE_END_AUTHOR, PAUSE_END_AUTHOR_NAME, PAUSE_END_VIA, PAUSE_END_ENTERED, PAUSE_END_LATE, PAUSE_FILES,
	PAUSE_NOTES, PAUSE_CONSENT, PAUSE_CONSENT_REASON, PAUSE_CONSENT_BY, PAUSE_CONSENT_AT, PAUSE_CONTEST, PAUSE_CONTEST_STATE, PAUSE_IS_LATE,
	PAUSE_SELF_SERVING, PAUSE_IS_CONTESTED, PAUSE_CONSENT_ENTERED, PAUSE_CONSENT_ENTERED_NAME
};

static const char *const flag_names[] = { "long", "late", "self_serving", "contested", NULL };

/* "2 d 3 h" of 24 hours, "50 min": working time is told in hours, so days never stand for something else. */
static const char *duration(struct ctx *ctx, int64_t seconds, bool russian)
{
	int64_t minutes = (seconds + 30) / 60, hours = minutes / 60;
	if (hours == 0)
		return arena_printf(ctx->arena, russian ? "%lld мин" : "%lld min", (long long)minutes);
	if (minutes % 60 == 0 || hours >= 48)
		return arena_printf(ctx->arena, russian ? "%lld ч" : "%lld h", (long long)hours);
	return arena_printf(ctx->arena, russian ? "%lld ч %lld мин" : "%lld h %lld min", (long long)hours, (long long)(minutes % 60));
}

static void flag(struct json_out *json, const char *name, const char *why, const char *text)
{
	json_open_object(json, NULL);
	json_text(json, "flag", name);
	json_text(json, "why", why);
	json_text(json, "text", text);
	json_close_object(json);
}

static void late_flag(struct ctx *ctx, struct json_out *json, const struct rows *rows, int i, bool russian)
{
	int64_t start_s = rows_int(rows, i, PAUSE_LATE), end_s = rows_int(rows, i, PAUSE_END_LATE);
	bool end = end_s > start_s;
	const char *by = rows_text(rows, i, end ? PAUSE_END_AUTHOR_NAME : PAUSE_AUTHOR_NAME);
	if (!by)
		by = rows_text(rows, i, PAUSE_SUPPLIER_NAME);
	flag(json, "late", end ? "end" : "start",
		arena_printf(ctx->arena, russian ? "%s паузы внесено позже на %s: %s" : "The %s was entered %s after it happened, by %s",
			end ? (russian ? "Окончание" : "end") : (russian ? "Начало" : "beginning"),
			duration(ctx, end ? end_s : start_s, russian), by));
}

static const struct {
	const char *why, *en, *ru;
} self_serving[] = {
	{ "supplier_entered", "The supplier, whose clock it stops, entered it itself, and nothing of ours confirms it",
		"Внесена самим поставщиком, чьё время она останавливает, и с нашей стороны ничем не подтверждена" },
	{ "supplier_word", "Entered afterwards on the supplier's word alone: no mail and no call note is attached",
		"Внесена задним числом только со слов поставщика: нет ни письма, ни записи звонка" },
	{ "our_word", "We entered our own answer afterwards, to an earlier time, and the supplier has not agreed",
		"Наш ответ внесён задним числом на более раннее время, и поставщик этого не подтвердил" },
};

static void flags_json(struct ctx *ctx, struct json_out *json, const struct rows *rows, int i, int64_t worked_s)
{
	bool russian = ctx->actor.language && strcmp(ctx->actor.language, "ru") == 0;
	const char *gain = rows_text(rows, i, PAUSE_SELF_SERVING), *contest = rows_text(rows, i, PAUSE_CONTEST_STATE);
	json_open_array(json, "flags");
	if (worked_s > rows_int(rows, i, PAUSE_LIMIT))
		flag(json, "long", "limit",
			arena_printf(ctx->arena, russian ? "%s рабочего времени при договорном пределе %s" : "%s of working time; the contract's limit is %s",
				duration(ctx, worked_s, russian), duration(ctx, rows_int(rows, i, PAUSE_LIMIT), russian)));
	if (rows_bool(rows, i, PAUSE_IS_LATE))
		late_flag(ctx, json, rows, i, russian);
	for (size_t k = 0; gain && k < sizeof(self_serving) / sizeof(*self_serving); k++)
		if (strcmp(self_serving[k].why, gain) == 0)
			flag(json, "self_serving", gain, russian ? self_serving[k].ru : self_serving[k].en);
	if (contest)
		flag(json, "contested", contest,
			strcmp(contest, "open") == 0 ? (russian ? "Поставщик возражает; решения ещё нет" : "The supplier objects; it is not decided yet")
				: strcmp(contest, "upheld") == 0 ? (russian ? "Возражение поставщика принято" : "The supplier's objection was upheld")
												 : (russian ? "Возражение поставщика отклонено" : "The supplier's objection was rejected"));
	json_close_array(json);
}

static void side_json(struct json_out *json, const char *key, const struct rows *rows, int i, int seq, int author, int via, int entered, int late)
{
	json_open_object(json, key);
	json_int(json, "seq", rows_int(rows, i, seq));
	json_ref(json, "author", rows_text(rows, i, author), rows_text(rows, i, author + 1));
	json_text(json, "via", rows_text(rows, i, via));
	json_instant(json, "entered_at", rows_instant(rows, i, entered));
	json_int(json, "late_s", rows_int(rows, i, late));
}

static void pause_item(struct ctx *ctx, struct json_out *json, const struct rows *rows, int i, int64_t worked_s)
{
	json_open_object(json, NULL);
	json_text(json, "case", rows_text(rows, i, PAUSE_CASE_NUMBER));
	json_text(json, "case_status", rows_text(rows, i, PAUSE_CASE_STATUS));
	json_text(json, "ticket", rows_text(rows, i, PAUSE_TICKET));
	json_ref(json, "supplier", rows_text(rows, i, PAUSE_SUPPLIER), rows_text(rows, i, PAUSE_SUPPLIER_NAME));
	json_ref(json, "contract", rows_text(rows, i, PAUSE_CONTRACT), rows_text(rows, i, PAUSE_CONTRACT_NUMBER));
	json_int(json, "from_seq", rows_int(rows, i, PAUSE_FROM_SEQ));
	json_instant(json, "from", rows_instant(rows, i, PAUSE_FROM));
	json_instant(json, "to", rows_instant(rows, i, PAUSE_TO));
	json_int(json, "worked_s", worked_s);
	json_int(json, "limit_s", rows_int(rows, i, PAUSE_LIMIT));
	json_raw(json, "metrics", rows_text(rows, i, PAUSE_METRICS));
	json_text(json, "reason", rows_text(rows, i, PAUSE_REASON));
	json_text(json, "reason_en", rows_text(rows, i, PAUSE_REASON_EN));
	json_text(json, "reason_ru", rows_text(rows, i, PAUSE_REASON_RU));
	json_text(json, "waits_for", rows_text(rows, i, PAUSE_WAITS_FOR));
	json_text(json, "body", rows_text(rows, i, PAUSE_SAID));
	side_json(json, "begun", rows, i, PAUSE_FROM_SEQ, PAUSE_AUTHOR, PAUSE_VIA, PAUSE_ENTERED, PAUSE_LATE);
	json_text(json, "party", rows_text(rows, i, PAUSE_PARTY));
	json_close_object(json);
	if (rows_null(rows, i, PAUSE_TO_SEQ)) {
		json_put_null(json, "ended");
	} else {
		side_json(json, "ended", rows, i, PAUSE_TO_SEQ, PAUSE_END_AUTHOR, PAUSE_END_VIA, PAUSE_END_ENTERED, PAUSE_END_LATE);
		json_text(json, "type", rows_text(rows, i, PAUSE_END_TYPE));
		json_close_object(json);
	}
	json_raw(json, "attachments", rows_text(rows, i, PAUSE_FILES));
	json_raw(json, "notes", rows_text(rows, i, PAUSE_NOTES));
	json_open_object(json, "consent");
	json_text(json, "state", rows_text(rows, i, PAUSE_CONSENT));
	json_text(json, "reason", rows_text(rows, i, PAUSE_CONSENT_REASON));
	json_text(json, "by", rows_text(rows, i, PAUSE_CONSENT_BY));
	json_instant(json, "at", rows_instant(rows, i, PAUSE_CONSENT_AT));
	json_ref(json, "entered_by", rows_text(rows, i, PAUSE_CONSENT_ENTERED), rows_text(rows, i, PAUSE_CONSENT_ENTERED_NAME));
	json_close_object(json);
	if (rows_null(rows, i, PAUSE_CONTEST)) {
		json_put_null(json, "contest");
	} else {
		json_open_object(json, "contest");
		json_int(json, "id", rows_int(rows, i, PAUSE_CONTEST));
		json_text(json, "state", rows_text(rows, i, PAUSE_CONTEST_STATE));
		json_close_object(json);
	}
	flags_json(ctx, json, rows, i, worked_s);
	json_close_object(json);
}

/* Working seconds of the pause up to now: an open one is stored as it was at the last evaluation. */
static bool worked_now(struct ctx *ctx, const struct rows *rows, int i, int64_t *worked_s_r)
{
	*worked_s_r = rows_int(rows, i, PAUSE_WORKED);
	if (!rows_null(rows, i, PAUSE_TO))
		return true;
	const struct calendar *calendar = calendar_of_version(ctx, rows_int(rows, i, PAUSE_CALENDAR_VERSION));
	if (!calendar)
		return false;
	*worked_s_r = calendar_worked_s(calendar, rows_instant(rows, i, PAUSE_FROM), ctx->now);
	return true;
}

/* With `only` long, open pauses that are not long yet are left out here; a page may then be shorter, its cursor is still right. */
static bool answer(struct request *req, const struct query_args *args, const char *only, int limit)
{
	struct ctx *ctx = &req->ctx;
	struct json_out json;
	struct rows *rows = query_run(ctx, QUERY_PAUSE_ROWS, args);
	if (!rows)
		return false;
	int shown = rows_count(rows) > limit ? limit : rows_count(rows);
	bool only_long = only && strcmp(only, "long") == 0;
	json_begin(&json, ctx->arena, 1024 * (size_t)shown + 256);
	json_open_object(&json, NULL);
	json_open_array(&json, "items");
	for (int i = 0; i < shown; i++) {
		int64_t worked_s;
		if (!worked_now(ctx, rows, i, &worked_s))
			return false;
		if (!only_long || worked_s > rows_int(rows, i, PAUSE_LIMIT))
			pause_item(ctx, &json, rows, i, worked_s);
	}
	json_close_array(&json);
	if (rows_count(rows) > limit) {
		const char *const last[] = { rows_text(rows, shown - 1, PAUSE_CASE), rows_text(rows, shown - 1, PAUSE_FROM_SEQ) };
		json_text(&json, "next", page_cursor(req, last, 2));
	} else {
		json_put_null(&json, "next");
	}
	json_close_object(&json);
	return reply_json_out(req, 200, &json);
}

struct filter {
	int64_t case_id, supplier, contract, before_case, before_seq;
	instant from, to;
	const char *only;
	int limit;
};

static bool list(struct request *req, const struct filter *filter)
{
	struct query_args args = query_args(&req->ctx);
	arg_instant(&args, req->ctx.now);
	arg_int_or_null(&args, filter->case_id, filter->case_id == 0);
	arg_int_or_null(&args, filter->supplier, filter->supplier == 0);
	arg_int_or_null(&args, filter->contract, filter->contract == 0);
	arg_instant(&args, filter->from);
	arg_instant(&args, filter->to);
	arg_text(&args, filter->only);
	arg_int_or_null(&args, filter->before_case, filter->before_case == 0);
	arg_int_or_null(&args, filter->before_seq, filter->before_case == 0);
	arg_int(&args, filter->limit + 1);
	return answer(req, &args, filter->only, filter->limit);
}

static bool cursor_read(struct request *req, const struct page *page, struct filter *filter)
{
	if (page->count == 0)
		return true;
	if (page->count == 2 && text_parse_int64(page->value[0], &filter->before_case) && text_parse_int64(page->value[1], &filter->before_seq))
		return true;
	return fail_field(&req->ctx, "cursor", "is not one that this list gave");
}

bool pause_list(struct request *req)
{
	static const char *const names[] = { "supplier", "contract", "flag", "from", "to", "limit", "cursor", NULL };
	struct page page;
	struct filter filter = {
		.supplier = query_int(req, "supplier", 0, 1, INT64_MAX),
		.contract = query_int(req, "contract", 0, 1, INT64_MAX),
		.only = query_choice(req, "flag", flag_names),
		.from = query_instant(req, "from", INSTANT_NONE),
		.to = query_instant(req, "to", INSTANT_NONE),
	};
	if (!query_done(req, names) || !page_read(req, &page) || !cursor_read(req, &page, &filter))
		return false;
	filter.limit = page.limit;
	return list(req, &filter);
}

/* The pauses of one case are one page: a case has few. */
bool pause_list_of_case(struct request *req)
{
	static const char *const names[] = { "flag", NULL };
	struct query_args args = query_args(&req->ctx);
	struct filter filter = { .only = query_choice(req, "flag", flag_names), .from = INSTANT_NONE, .to = INSTANT_NONE, .limit = 1000 };
	if (!query_done(req, names) || !case_number_parse(req, req->path_arg[0], &filter.case_id))
		return false;
	arg_actor(&args);
	arg_int(&args, filter.case_id);
	struct rows *seen = query_run(&req->ctx, QUERY_PAUSE_CASE_SEEN, &args);
	if (!seen)
		return false;
	if (rows_count(seen) == 0)
		return fail(&req->ctx, ERROR_NOT_FOUND, "There is no such case, or it is not yours");
	return list(req, &filter);
}

bool pause_note(struct request *req)
{
	struct query_args args = query_args(&req->ctx);
	int64_t id, seq;
	struct body *body = body_open(req);
	if (!body)
		return false;
	const char *text = body_text(body, "body", BODY_REQUIRED, 1, 20000);
	int64_t file = body_id(body, "attachment", BODY_OPTIONAL);
	if (!body_close(body) || !case_number_parse(req, req->path_arg[0], &id))
		return false;
	if (!text_parse_int64(req->path_arg[1], &seq) || seq <= 0 || seq > INT32_MAX)
		return fail(&req->ctx, ERROR_NOT_FOUND, "There is no such pause of this case");
	arg_actor(&args);
	arg_int(&args, id);
	arg_int(&args, seq);
	arg_text(&args, text);
	arg_int_or_null(&args, file, file == 0);
	return query_one(&req->ctx, QUERY_PAUSE_NOTE, &args) != NULL && case_reply(req, 201, id);
}

bool case_attach(struct request *req)
{
	static const char *const names[] = { "for_supplier", NULL };
	struct ctx *ctx = &req->ctx;
	struct query_args args = query_args(ctx);
	struct json_out json;
	struct upload file;
	int64_t id;
	bool for_supplier = query_flag(req, "for_supplier");
	if (!query_done(req, names) || !case_number_parse(req, req->path_arg[0], &id) || !attachment_upload(req, &file))
		return false;
	arg_actor(&args);
	arg_int(&args, id);
	arg_text(&args, file.name);
	arg_text(&args, file.content_type);
	arg_bytes(&args, file.bytes, file.length);
	arg_bool(&args, for_supplier);
	struct rows *made = query_one(ctx, QUERY_CASE_ATTACH, &args);
	if (!made)
		return false;
	json_begin(&json, ctx->arena, 256);
	json_open_object(&json, NULL);
	json_int(&json, "id", rows_int(made, 0, 0));
	json_text(&json, "name", file.name);
	json_text(&json, "content_type", file.content_type);
	json_int(&json, "size_bytes", (int64_t)file.length);
	json_text(&json, "sha256", rows_text(made, 0, 1));
	json_bool(&json, "for_supplier", for_supplier);
	json_close_object(&json);
	reply_location(req, "/api/v1/attachments/%s", rows_text(made, 0, 0));
	return reply_json_out(req, 201, &json);
}

bool supply_rule_read(struct request *req)
{
	struct rows *rows = query_one(&req->ctx, QUERY_SUPPLY_RULE_READ, NULL);
	if (!rows)
		return false;
	reply_etag(req, rows_int(rows, 0, 1));
	return reply_json(req, 200, rows_text(rows, 0, 0), rows_length(rows, 0, 0));
}

bool supply_rule_update(struct request *req)
{
	struct query_args args = query_args(&req->ctx);
	int64_t version;
	struct body *body = body_open(req);
	if (!body)
		return false;
	int64_t late_s = body_int(body, "late_entry_s", BODY_OPTIONAL, 0, 31536000, -1);
	int64_t days = body_int(body, "link_days", BODY_OPTIONAL, 1, 365, -1);
	int64_t grace_h = body_int(body, "link_grace_h", BODY_OPTIONAL, 0, 2160, -1);
	if (!body_close(body) || !request_if_match(req, &version))
		return false;
	arg_int(&args, version);
	arg_int_or_null(&args, late_s, late_s < 0);
	arg_int_or_null(&args, days, days < 0);
	arg_int_or_null(&args, grace_h, grace_h < 0);
	struct rows *rows = query_run(&req->ctx, QUERY_SUPPLY_RULE_SAVE, &args);
	if (!rows)
		return false;
	if (rows_count(rows) == 0)
		return fail(&req->ctx, ERROR_STALE, "The rules were changed meanwhile; read them again");
	reply_etag(req, rows_int(rows, 0, 1));
	return reply_json(req, 200, rows_text(rows, 0, 0), rows_length(rows, 0, 0));
}
