/* See answer.h. */
#include "cmdb/inventory/answer.h"

#include "base/text.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

const char *answer_agent_uuid(struct request *req)
{
	const char *id = request_header(req, "glpi-agent-id");
	if (!id || strlen(id) != 36)
		return NULL;
	for (int i = 0; i < 36; i++)
		if (i == 8 || i == 13 || i == 18 || i == 23 ? id[i] != '-' : !isxdigit((unsigned char)id[i]))
			return NULL;
	return id;
}

/* Eight hexadecimal digits by which an agent names what it waits for: its own, else ours. */
static void reply_request_id(struct request *req)
{
	const char *id = request_header(req, "glpi-request-id");
	bool good = id && strlen(id) == 8 && strspn(id, "0123456789ABCDEF") == 8;
	char *ours = arena_strndup(req->ctx.arena, req->ctx.request_id, 8);
	for (char *c = ours; *c; c++)
		*c = (char)toupper((unsigned char)*c);
	reply_header(req, "GLPI-Request-ID", good ? id : ours);
}

/* Whole hours are what every version understands; a number without unit is hours. */
static void expiration(struct json_out *json, struct arena *arena, int seconds)
{
	if (seconds > 0 && seconds % 3600 == 0)
		json_int(json, "expiration", seconds / 3600);
	else
		json_text(json, "expiration", arena_printf(arena, "%ds", seconds < 1 ? 1 : seconds));
}

static bool send_json(struct request *req, struct json_out *json)
{
	reply_request_id(req);
	reply_header(req, "Cache-Control", "no-store");
	return reply_json(req, 200, json->text.data, json->text.length);
}

static bool send_xml(struct request *req, const char *body)
{
	const char *text = arena_printf(req->ctx.arena, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<REPLY>%s</REPLY>\n", body);
	reply_header(req, "Cache-Control", "no-store");
	return reply_bytes(req, 200, "application/xml", text, strlen(text));
}

static void begin(struct json_out *json, struct arena *arena, const char *status, const char *note)
{
	json_begin(json, arena, 512);
	json_open_object(json, NULL);
	json_text(json, "status", status);
	if (note)
		json_text(json, "message", note);
}

bool answer_asked(struct request *req, const struct inventory_message *message, bool wanted, int period_s, const char *note)
{
	static const char *const others[] = { "netdiscovery", "netinventory", "deploy", "collect", "esx", "wakeonlan" };
	struct arena *arena = req->ctx.arena;
	struct json_out json;
	if (message->protocol == INVENTORY_FUSION && !answer_agent_uuid(req))
		return send_xml(req, arena_printf(arena, "<RESPONSE>%s</RESPONSE><PROLOG_FREQ>%d</PROLOG_FREQ>", wanted ? "SEND" : "STOP",
			period_s < 3600 ? 1 : period_s / 3600));
	begin(&json, arena, "ok", note);
	expiration(&json, arena, period_s);
	json_open_object(&json, "tasks");
	json_open_object(&json, "inventory");
	json_text(&json, "server", "glpi");
	json_text(&json, "version", "1");
	json_close_object(&json);
	json_close_object(&json);
	json_open_array(&json, "disabled");
	if (!wanted)
		json_text(&json, NULL, "inventory");
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		json_text(&json, NULL, others[i]);
	json_close_array(&json);
	json_close_object(&json);
	return send_json(req, &json);
}

bool answer_taken(struct request *req, const struct inventory_message *message, int period_s)
{
	struct json_out json;
	if (message->protocol == INVENTORY_FUSION)
		return send_xml(req, "<RESPONSE>OK</RESPONSE>");
	begin(&json, req->ctx.arena, "ok", NULL);
	expiration(&json, req->ctx.arena, period_s);
	json_close_object(&json);
	return send_json(req, &json);
}

bool answer_pending(struct request *req, const struct inventory_message *message, int period_s, int again_s)
{
	struct json_out json;
	if (message->protocol == INVENTORY_FUSION)
		return answer_taken(req, message, period_s);
	begin(&json, req->ctx.arena, "pending", "The inventory is kept and worked on");
	expiration(&json, req->ctx.arena, again_s);
	json_close_object(&json);
	return send_json(req, &json);
}

bool answer_refuse(struct request *req, enum error_kind kind, const char *type, const char *text)
{
	struct json_out extra;
	json_begin(&extra, req->ctx.arena, 128);
	json_open_object(&extra, NULL);
	json_text(&extra, "message", text);
	json_close_object(&extra);
	if (kind == ERROR_UNAUTHENTICATED)
		req->ctx.error.challenge = "Basic realm=\"inventory\"";
	return fail_rule(&req->ctx, kind, type, extra.text.data, "%s", text);
}
