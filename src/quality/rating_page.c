/* The page behind the link in the mail about a solution: 0 to 10, without sign-in and without JavaScript.
 * Owns nothing. Refuses: to rate by a GET (mail scanners follow links), to show more of a ticket than its number and subject, and to tell a
 * forged link from an old one. */
#include "assets_data.h"
#include "base/config.h"
#include "desk/desk.h"
#include "people/link.h"
#include "quality/quality.h"
#include "quality/rating_page.sql.h"

#include <string.h>

#define COMMENT_MAX 4000

static const struct {
	const char *key, *text[2];
} words[] = {
#define X(key, en, ru) { #key, { en, ru } },
#include "quality/rating_page.def"
#undef X
};

struct page_values {
	const char *state; /* ask, thanks, rated, over, gone */
	const char *language, *number, *subject, *action;
	const char *comment;
	int64_t score, recommend; /* below 0: none */
	bool fault;
};

static void append_escaped(struct text_out *out, const char *text)
{
	for (; *text; text++)
		switch (*text) {
		case '&':
			text_append_z(out, "&amp;");
			break;
		case '<':
			text_append_z(out, "&lt;");
			break;
		case '>':
			text_append_z(out, "&gt;");
			break;
		case '"':
			text_append_z(out, "&quot;");
			break;
		default:
			text_append_char(out, *text);
		}
}

/* "score_7" and "recommend_7": whether the choice is marked. False: the name is neither. */
static bool append_choice(struct text_out *out, const char *name, size_t length, const struct page_values *values)
{
	static const char score[] = "score_", recommend[] = "recommend_";
	bool is_score = length > sizeof(score) - 1 && memcmp(name, score, sizeof(score) - 1) == 0;
	size_t prefix = is_score ? sizeof(score) - 1 : sizeof(recommend) - 1;
	char digits[4] = "";
	int64_t number;
	if (!is_score && (length <= prefix || memcmp(name, recommend, prefix) != 0))
		return false;
	if (length - prefix >= sizeof(digits))
		return false;
	memcpy(digits, name + prefix, length - prefix);
	if (!text_parse_int64(digits, &number))
		return false;
	if (number == (is_score ? values->score : values->recommend))
		text_append_z(out, " checked");
	return true;
}

static bool is(const char *name, size_t length, const char *wanted)
{
	return strlen(wanted) == length && memcmp(name, wanted, length) == 0;
}

static void append_value(struct text_out *out, const char *name, size_t length, const struct page_values *values)
{
	const struct {
		const char *name, *value;
	} given[] = { { "language", values->language }, { "number", values->number }, { "subject", values->subject },
		{ "action", values->action }, { "comment", values->comment } };
	if (append_choice(out, name, length, values))
		return;
	for (size_t i = 0; i < sizeof(given) / sizeof(*given); i++)
		if (is(name, length, given[i].name)) {
			append_escaped(out, given[i].value ? given[i].value : "");
			return;
		}
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (is(name, length, words[i].key)) {
			append_escaped(out, words[i].text[strcmp(values->language, "ru") == 0]);
			return;
		}
	INVARIANT(!"a place of the page without a value");
}

static bool shown(const char *name, size_t length, const struct page_values *values)
{
	return is(name, length, "fault") ? values->fault : is(name, length, values->state);
}

/* The template with {{values}}; <!--if NAME--> … <!--end--> stays when NAME is the state of the page. Blocks may stand in one another. */
static const char *render(struct arena *arena, const struct page_values *values)
{
	const char *at = arena_strndup(arena, (const char *)asset_rating_page.data, asset_rating_page.length);
	struct text_out out;
	int depth = 0, hidden = 0; /* hidden: depth of the outermost block that is left out */
	text_begin(&out, arena, asset_rating_page.length * 2);
	while (*at) {
		if (strncmp(at, "<!--if ", 7) == 0) {
			const char *end = strstr(at, "-->");
			INVARIANT(end != NULL);
			depth++;
			if (!hidden && !shown(at + 7, (size_t)(end - at - 7), values))
				hidden = depth;
			at = end + 3;
		} else if (strncmp(at, "<!--end-->", 10) == 0) {
			if (hidden == depth)
				hidden = 0;
			depth--;
			at += 10;
		} else if (!hidden && strncmp(at, "{{", 2) == 0) {
			const char *end = strstr(at, "}}");
			INVARIANT(end != NULL);
			append_value(&out, at + 2, (size_t)(end - at - 2), values);
			at = end + 2;
		} else if (hidden) {
			at++;
		} else {
			text_append_char(&out, *at++);
		}
	}
	return out.data;
}

static bool reply_page(struct request *req, int status, const struct page_values *values)
{
	const char *html = render(req->ctx.arena, values);
	reply_bytes(req, status, "text/html; charset=utf-8", html, strlen(html));
	reply_header(req, "Content-Security-Policy",
		"default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
	/* The address is a secret to other sites, but this one must see that the form is its own. */
	reply_header(req, "Referrer-Policy", "same-origin");
	reply_header(req, "X-Robots-Tag", "noindex");
	return true;
}

/* Forged, cut and expired links look alike. */
static bool claim_read(struct request *req, struct secret_claim *claim_r)
{
	struct ctx *ctx = &req->ctx;
	return secret_verify(ctx->arena, ctx->config->http_link_key, RATING_LINK_PURPOSE, req->path_arg[0], claim_r) &&
		claim_r->expires_at > ctx->now;
}

static bool reply_gone(struct request *req)
{
	return reply_page(req, 404,
		&(struct page_values){
			.state = "gone", .language = req->ctx.config->desk_language, .score = -1, .recommend = -1 });
}

/* (state, number, subject, language) of a row. */
static bool reply_state(struct request *req, const struct rows *rows, struct page_values *values, bool posted)
{
	values->state = rows_text(rows, 0, 0);
	values->number = rows_text(rows, 0, 1);
	values->subject = rows_text(rows, 0, 2);
	values->language = rows_null(rows, 0, 3) ? req->ctx.config->desk_language : rows_text(rows, 0, 3);
	values->action = req->path;
	if (strcmp(values->state, "gone") == 0)
		return reply_gone(req);
	bool refused = posted && (strcmp(values->state, "rated") == 0 || strcmp(values->state, "over") == 0);
	return reply_page(req, refused ? 409 : values->fault ? 422 : 200, values);
}

static bool show(struct request *req, const struct secret_claim *claim, struct page_values *values)
{
	struct query_args args = query_args(&req->ctx);
	arg_int(&args, claim->subject);
	arg_int(&args, claim->ordinal);
	struct rows *rows = query_one(&req->ctx, QUERY_RATING_LINK_SHOW, &args);
	return rows && reply_state(req, rows, values, false);
}

bool rating_page_read(struct request *req)
{
	struct secret_claim claim;
	struct page_values values = { .score = -1, .recommend = -1 };
	return claim_read(req, &claim) ? show(req, &claim, &values) : reply_gone(req);
}

/* -1: absent, -2: not a number from 0 to 10. */
static int64_t choice(const struct form *form, const char *name)
{
	const char *text = form_text(form, name);
	int64_t value;
	if (!text || !*text)
		return -1;
	return text_parse_int64(text, &value) && value >= 0 && value <= 10 ? value : -2;
}

/* Line ends of forms are CR LF; an empty comment is none. NULL also when it is longer than the page allows to type. */
static const char *comment_read(struct request *req, const struct form *form)
{
	const char *text = form_text(form, "comment");
	struct text_out out;
	if (!text)
		return NULL;
	text_begin(&out, req->ctx.arena, strlen(text) + 1);
	for (; *text; text++)
		if (*text != '\r')
			text_append_char(&out, *text);
	const char *trimmed = text_trim(req->ctx.arena, out.data);
	return *trimmed ? trimmed : NULL;
}

bool rating_page_write(struct request *req)
{
	struct query_args args = query_args(&req->ctx);
	struct secret_claim claim;
	const struct form *form = form_open(req);
	if (!form)
		return false;
	if (!claim_read(req, &claim))
		return reply_gone(req);
	struct page_values values = {
		.score = choice(form, "score"), .recommend = choice(form, "recommend"), .comment = comment_read(req, form)
	};
	values.fault = values.score < 0 || values.recommend == -2 ||
		(values.comment && text_utf8_length(values.comment) > COMMENT_MAX);
	if (values.fault)
		return show(req, &claim, &values);
	arg_int(&args, claim.subject);
	arg_int(&args, claim.ordinal);
	arg_instant(&args, req->ctx.now);
	arg_int(&args, values.score);
	arg_int_or_null(&args, values.recommend, values.recommend < 0);
	arg_text(&args, values.comment);
	struct rows *rows = query_one(&req->ctx, QUERY_RATING_LINK_USE, &args);
	return rows && reply_state(req, rows, &values, true);
}

bool rating_page_style(struct request *req)
{
	const struct asset *asset = &asset_rating_style;
	reply_bytes(req, 200, asset->content_type, asset->data, asset->length);
	req->reply.body_static = true;
	reply_header(req, "ETag", asset->etag);
	reply_header(req, "Cache-Control", "no-cache");
	return true;
}
