/* Webhooks: which programs are told of what. Owns table webhook. Refuses: to show a secret again, and to deliver (that is the post's). */
#include "supply/supply.h"
#include "supply/webhook.sql.h"

#include <stdio.h>
#include <string.h>

#define EVENTS_MAX 8

static const char *const events[] = { "case", "clock", "forecast", "anchor" };

static void webhook_json(struct ctx *ctx, struct json_out *json, const struct rows *rows, int i)
{
	const char *const *wanted;
	int count = rows_array(ctx, rows, i, 3, &wanted);
	json_open_object(json, NULL);
	json_raw(json, "id", rows_text(rows, i, 0));
	json_text(json, "name", rows_text(rows, i, 1));
	json_text(json, "url", rows_text(rows, i, 2));
	json_open_array(json, "events");
	for (int k = 0; k < count; k++)
		json_text(json, NULL, wanted[k]);
	json_close_array(json);
	json_bool(json, "active", rows_bool(rows, i, 4));
	json_ref(json, "created_by", rows_text(rows, i, 5), rows_text(rows, i, 6));
	json_instant(json, "created_at", rows_instant(rows, i, 7));
	json_open_object(json, "deliveries");
	json_int(json, "queued", rows_int(rows, i, 8));
	json_int(json, "sent", rows_int(rows, i, 9));
	json_int(json, "failed", rows_int(rows, i, 10));
	json_text(json, "last_error", rows_text(rows, i, 11));
	json_close_object(json);
	json_close_object(json);
}

bool webhook_list(struct request *req)
{
	static const char *const names[] = { NULL };
	struct ctx *ctx = &req->ctx;
	struct json_out json;
	if (!query_done(req, names))
		return false;
	struct rows *rows = query_run(ctx, QUERY_WEBHOOK_LIST, NULL);
	if (!rows)
		return false;
	json_begin(&json, ctx->arena, 1024);
	json_open_object(&json, NULL);
	json_open_array(&json, "items");
	for (int i = 0; i < rows_count(rows); i++)
		webhook_json(ctx, &json, rows, i);
	json_close_array(&json);
	json_put_null(&json, "next");
	json_close_object(&json);
	return reply_json_out(req, 200, &json);
}

static bool is_event(const char *name)
{
	for (size_t i = 0; name && i < sizeof(events) / sizeof(*events); i++)
		if (strcmp(events[i], name) == 0)
			return true;
	return false;
}

static int events_read(struct body *body, const char **names)
{
	json_t *array = body_array(body, "events", BODY_REQUIRED, EVENTS_MAX), *item;
	size_t i;
	int count = 0;
	json_array_foreach (array, i, item) {
		if (is_event(json_string_value(item)))
			names[count++] = json_string_value(item);
		else
			body_wrong(body, "events", "event %zu is none of case, clock, forecast, anchor", i + 1);
	}
	if (array && json_array_size(array) == 0)
		body_wrong(body, "events", "must name at least one");
	return count;
}

/* Where it leads is checked when something is sent: names resolve otherwise then. */
static const char *url_read(struct body *body)
{
	const char *url = body_text(body, "url", BODY_REQUIRED, 8, 2000);
	bool http = url && (strncmp(url, "https://", 8) == 0 || strncmp(url, "http://", 7) == 0);
	if (url && (!http || strpbrk(url, " \t\n\"<>@#\\")))
		body_wrong(body, "url", "must be an address that begins with https:// or http://, without user, spaces or #");
	return url;
}

bool webhook_create(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct body *body = body_open(req);
	const char *wanted[EVENTS_MAX];
	struct json_out json;
	if (!body)
		return false;
	const char *name = body_text(body, "name", BODY_REQUIRED, 1, 200), *url = url_read(body);
	const char *secret = body_secret(body, "secret", BODY_REQUIRED, 500);
	int count = events_read(body, wanted);
	bool active = body_bool(body, "active", true);
	if (secret && strlen(secret) < 16)
		body_wrong(body, "secret", "must have at least 16 characters; it signs each delivery");
	if (!body_close(body))
		return false;
	struct query_args args = query_args(ctx);
	arg_text(&args, name);
	arg_text(&args, url);
	arg_text(&args, secret);
	arg_texts(&args, wanted, count);
	arg_bool(&args, active);
	arg_int_or_null(&args, ctx->actor.id, ctx->actor.id == 0);
	arg_instant(&args, ctx->now);
	struct rows *rows = query_run(ctx, QUERY_WEBHOOK_ADD, &args);
	if (!rows)
		return false;
	if (rows_count(rows) == 0)
		return fail_field(ctx, "/url", "has a webhook already");
	json_begin(&json, ctx->arena, 512);
	webhook_json(ctx, &json, rows, 0);
	reply_location(req, "/api/v1/webhooks/%s", rows_text(rows, 0, 0));
	return reply_json_out(req, 201, &json);
}

/* What still waits for it is not sent any more. */
bool webhook_delete(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct query_args args = query_args(ctx);
	int64_t id;
	if (!text_parse_int64(req->path_arg[0], &id))
		return fail(ctx, ERROR_NOT_FOUND, "There is no such webhook");
	arg_int(&args, id);
	struct rows *rows = query_one(ctx, QUERY_WEBHOOK_CANCEL, &args);
	if (!rows || !(rows = query_run(ctx, QUERY_WEBHOOK_REMOVE, &args)))
		return false;
	return rows_count(rows) == 1 ? reply_empty(req, 204) : fail(ctx, ERROR_NOT_FOUND, "There is no such webhook");
}
