/* People over HTTP. */
#include "people/person.h"

#include "db/query.h"
#include "http/body.h"
#include "people/person.sql.h"
#include "people/session_cache.h"

#include <string.h>

#define WORDS_MAX 6
#define QUERY_CODE_POINTS_MAX 100
#define ABSENCE_MAX_S (400LL * 86400)

struct search {
	const char *first; /* NULL: everybody */
	const char *rest[WORDS_MAX];
	int rest_count;
	bool staff;
	struct page page;
	int64_t after_id;
};

/* Latin and Cyrillic capitals; PostgreSQL folds the names themselves. */
static char *fold(struct arena *arena, const char *text)
{
	char *out = arena_strdup(arena, text);
	for (unsigned char *c = (unsigned char *)out; *c; c++) {
		if (*c >= 'A' && *c <= 'Z')
			*c = (unsigned char)(*c + 32);
		else if (c[0] == 0xd0 && c[1] >= 0x90 && c[1] <= 0x9f)
			c[1] = (unsigned char)(c[1] + 0x20);
		else if (c[0] == 0xd0 && c[1] >= 0xa0 && c[1] <= 0xaf) {
			c[0] = 0xd1;
			c[1] = (unsigned char)(c[1] - 0x20);
		} else if (c[0] == 0xd0 && c[1] == 0x81) {
			c[0] = 0xd1;
			c[1] = 0x91;
		}
	}
	return out;
}

static bool read_search(struct request *req, struct search *search)
{
	static const char *const known[] = { "q", "staff", "limit", "cursor", NULL };
	struct arena *arena = req->ctx.arena;
	const char *q = request_query(req, "q");
	*search = (struct search){ .staff = query_flag(req, "staff") };
	if (q && text_utf8_length(q) > QUERY_CODE_POINTS_MAX)
		fail_field(&req->ctx, "q", "may have at most %d characters", QUERY_CODE_POINTS_MAX);
	if (!page_read(req, &search->page) || !query_done(req, known))
		return false;
	if (search->page.count > 0 &&
		(search->page.count != 2 || !text_parse_int64(search->page.value[1], &search->after_id)))
		return fail_field(&req->ctx, "cursor", "is not one this list gave out");
	char *rest = fold(arena, q ? q : "");
	for (char *word; (word = strtok_r(rest, " \t", &rest)) != NULL;) {
		if (!search->first)
			search->first = word;
		else if (search->rest_count < WORDS_MAX)
			search->rest[search->rest_count++] = word;
	}
	return true;
}

static void add_search(struct query_args *args, const struct search *search)
{
	arg_text(args, search->first);
	arg_texts(args, search->rest, search->rest_count);
	arg_bool(args, search->staff);
	arg_text(args, search->page.count ? search->page.value[0] : NULL);
	arg_int_or_null(args, search->after_id, search->page.count == 0);
}

static void write_person(struct json_out *json, const struct rows *rows, int row)
{
	json_open_object(json, NULL);
	json_raw(json, "id", rows_text(rows, row, 0));
	json_text(json, "name", rows_text(rows, row, 1));
	json_text(json, "department", rows_text(rows, row, 2));
	json_text(json, "login", rows_text(rows, row, 3));
	json_text(json, "given_name", rows_text(rows, row, 4));
	json_text(json, "family_name", rows_text(rows, row, 5));
	json_text(json, "mail", rows_text(rows, row, 6));
	json_text(json, "phone", rows_text(rows, row, 7));
	json_text(json, "title", rows_text(rows, row, 8));
	json_text(json, "location", rows_text(rows, row, 9));
	json_bool(json, "active", rows_bool(rows, row, 10));
	json_instant(json, "absent_until", rows_instant(rows, row, 11));
	json_bool(json, "present", rows_bool(rows, row, 12));
	json_raw(json, "roles", rows_text(rows, row, 13));
	json_raw(json, "load", rows_text(rows, row, 14));
	json_raw(json, "teams", rows_text(rows, row, 15));
	json_close_object(json);
}

static void write_name(struct json_out *json, const struct rows *rows, int row)
{
	json_open_object(json, NULL);
	json_raw(json, "id", rows_text(rows, row, 0));
	json_text(json, "name", rows_text(rows, row, 1));
	json_text(json, "department", rows_text(rows, row, 2));
	json_close_object(json);
}

bool person_list(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct search search;
	struct json_out json;
	bool whole = CTX_HAS_ROLE(ctx, ROLES_SEE_PEOPLE);
	int sort_column = whole ? 16 : 3;
	if (!read_search(req, &search))
		return false;
	struct query_args args = query_args(ctx);
	add_search(&args, &search);
	if (whole)
		arg_instant(&args, ctx->now);
	arg_int(&args, search.page.limit + 1);
	struct rows *rows = query_run(ctx, whole ? QUERY_PERSON_LIST : QUERY_PERSON_LIST_NAMES, &args);
	if (!rows)
		return false;
	bool more = rows_count(rows) > search.page.limit;
	int count = more ? search.page.limit : rows_count(rows);
	json_begin(&json, ctx->arena, 256 + (size_t)count * 512);
	json_open_object(&json, NULL);
	json_open_array(&json, "items");
	for (int row = 0; row < count; row++)
		whole ? write_person(&json, rows, row) : write_name(&json, rows, row);
	json_close_array(&json);
	json_text(&json, "next",
		more ? page_cursor(
				   req, (const char *[]){ rows_text(rows, count - 1, sort_column), rows_text(rows, count - 1, 0) }, 2)
			 : NULL);
	json_close_object(&json);
	return reply_json_out(req, 200, &json);
}

static bool reply_person(struct request *req, const struct rows *rows)
{
	reply_etag(req, rows_int(rows, 0, 1));
	return reply_json(req, 200, rows_text(rows, 0, 0), rows_length(rows, 0, 0));
}

static bool read_one(struct request *req, int64_t id)
{
	struct ctx *ctx = &req->ctx;
	bool whole = id == ctx->actor.id || CTX_HAS_ROLE(ctx, ROLES_SEE_PEOPLE);
	struct query_args args = query_args(ctx);
	arg_int(&args, id);
	if (whole) {
		arg_instant(&args, ctx->now);
		arg_text(&args, ctx->actor.language);
	}
	struct rows *rows = query_run(ctx, whole ? QUERY_PERSON_READ : QUERY_PERSON_READ_NAME, &args);
	if (!rows)
		return false;
	if (rows_count(rows) == 0)
		return fail(ctx, ERROR_NOT_FOUND, "There is no such person");
	/* Load and presence change without the version: no 304 for others. */
	if (id == ctx->actor.id)
		return reply_person(req, rows);
	return reply_json(req, 200, rows_text(rows, 0, 0), rows_length(rows, 0, 0));
}

bool person_read(struct request *req)
{
	int64_t id;
	if (!text_parse_int64(req->path_arg[0], &id))
		return fail(&req->ctx, ERROR_NOT_FOUND, "There is no such person");
	return read_one(req, id);
}

bool person_me(struct request *req)
{
	return read_one(req, req->ctx.actor.id);
}

static bool check_zone(struct ctx *ctx, const char *zone)
{
	struct query_args args = query_args(ctx);
	if (!zone)
		return true;
	arg_text(&args, zone);
	struct rows *rows = query_one(ctx, QUERY_PERSON_ZONE_KNOWN, &args);
	if (!rows)
		return false;
	return rows_bool(rows, 0, 0)
		? true
		: fail_field(ctx, "/zone", "there is no time zone \"%.60s\"; write one such as Europe/Moscow", zone);
}

static bool check_version(struct ctx *ctx, int64_t version)
{
	struct query_args args = query_args(ctx);
	arg_int(&args, ctx->actor.id);
	struct rows *rows = query_one(ctx, QUERY_PERSON_LOCK, &args);
	if (!rows)
		return false;
	return version == -1 || version == rows_int(rows, 0, 0)
		? true
		: fail(ctx, ERROR_STALE, "Your settings were changed meanwhile");
}

bool person_patch(struct request *req)
{
	static const char *const languages[] = { "en", "ru", NULL }, *const themes[] = { "system", "light", "dark", NULL };
	struct ctx *ctx = &req->ctx;
	int64_t version;
	if (!request_if_match(req, &version))
		return false;
	struct body *body = body_open(req);
	if (!body)
		return false;
	const char *language = body_choice(body, "language", BODY_OPTIONAL, languages);
	const char *zone = body_text(body, "zone", BODY_OPTIONAL, 1, 64);
	const char *theme = body_choice(body, "theme", BODY_OPTIONAL, themes);
	instant absent_until = body_instant(body, "absent_until", BODY_OPTIONAL);
	bool present = body_bool(body, "present", false);
	if (absent_until != INSTANT_NONE && (absent_until <= ctx->now || absent_until > ctx->now + ABSENCE_MAX_S))
		body_wrong(body, "absent_until", "must lie in the future, and not more than 400 days away");
	if (absent_until != INSTANT_NONE && present)
		body_wrong(body, "present", "contradicts absent_until");
	if (!body_close(body) || !check_zone(ctx, zone) || !check_version(ctx, version))
		return false;
	struct query_args args = query_args(ctx);
	arg_int(&args, ctx->actor.id);
	arg_text(&args, language);
	arg_text(&args, zone);
	arg_text(&args, theme);
	arg_instant(&args, absent_until);
	arg_bool(&args, present);
	struct rows *rows = query_one(ctx, QUERY_PERSON_PATCH, &args);
	if (!rows)
		return false;
	session_cache_forget_person(ctx->actor.id);
	return reply_person(req, rows);
}
