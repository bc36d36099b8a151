/* See message.h. */
#include "cmdb/inventory/message.h"

#include "cmdb/inventory/decode.h"
#include "cmdb/inventory/json.h"
#include "cmdb/inventory/xml.h"

#include <string.h>
#include <strings.h>

#define DEVICE_MAX 255

struct collected {
	struct arena *arena;
	struct inventory_facts *facts;
	const char *query, *device_id, *tag, *program, *version, *item_type, *partial;
};

static const char *text_of(struct collected *collected, const struct inventory_record *record, const char *name)
{
	return inventory_record_get(collected->arena, record, name);
}

static void take_message_field(struct collected *collected, const struct inventory_record *record)
{
	const struct {
		const char *name, **into;
	} known[] = { { "query", &collected->query }, { "action", &collected->query }, { "deviceid", &collected->device_id }, { "tag", &collected->tag },
		{ "name", &collected->program }, { "version", &collected->version }, { "itemtype", &collected->item_type }, { "partial", &collected->partial } };
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		const char *value = text_of(collected, record, known[i].name);
		if (value && !*known[i].into)
			*known[i].into = value;
	}
}

static bool take(struct ctx *ctx, void *user, const struct inventory_record *record)
{
	struct collected *collected = user;
	(void)ctx;
	if (record->section[0] == '\0') {
		take_message_field(collected, record);
	} else if (strcmp(record->section, "versionclient") == 0) {
		collected->program = text_of(collected, record, "");
		collected->version = NULL;
	} else if (strcmp(record->section, "accountinfo") == 0) {
		const char *key = text_of(collected, record, "keyname");
		if (key && strcasecmp(key, "TAG") == 0)
			collected->tag = text_of(collected, record, "keyvalue");
	} else {
		inventory_facts_take(collected->facts, record);
	}
	return true;
}

static const char *bounded(struct arena *arena, const char *text)
{
	size_t length = text ? strlen(text) : 0;
	if (length <= DEVICE_MAX)
		return text ? text : "";
	length = DEVICE_MAX;
	while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80)
		length--;
	return arena_strndup(arena, text, length);
}

static bool judge(struct ctx *ctx, struct collected *collected, struct inventory_message *message)
{
	const char *query = collected->query ? collected->query : "inventory";
	if (!collected->device_id)
		return fail_field(ctx, "/deviceid", "The message does not say which device sends it");
	if (strlen(collected->device_id) > DEVICE_MAX)
		return fail_field(ctx, "/deviceid", "has more than %d bytes", DEVICE_MAX);
	message->device_id = collected->device_id;
	message->tag = bounded(ctx->arena, collected->tag);
	message->program = collected->version ? bounded(ctx->arena, arena_printf(ctx->arena, "%s %s", collected->program ? collected->program : "",
		collected->version)) : bounded(ctx->arena, collected->program);
	message->machine = collected->facts->name ? collected->facts->name : collected->device_id;
	if (strcasecmp(query, "prolog") == 0 || strcasecmp(query, "contact") == 0) {
		message->query = INVENTORY_ASKS;
		return true;
	}
	if (strcasecmp(query, "inventory") != 0)
		return fail_field(ctx, "/query", "\"%.40s\" is not answered here: prolog, contact and inventory are", query);
	if (collected->item_type && strcasecmp(collected->item_type, "Computer") != 0)
		return fail_field(ctx, "/itemtype", "\"%.40s\" is not taken in: inventories of computers are", collected->item_type);
	message->query = INVENTORY_SENDS;
	message->partial = collected->partial && strcmp(collected->partial, "1") == 0;
	message->facts = inventory_facts_json(collected->facts, collected->device_id, message->partial, &message->facts_length);
	return true;
}

bool inventory_message_read(struct ctx *ctx, const char *bytes, size_t length, const char *fallback_charset, struct inventory_message *message_r)
{
	struct collected collected = { .arena = ctx->arena, .facts = inventory_facts_create(ctx->arena) };
	const struct inventory_sink sink = { .take = take, .user = &collected };
	const char *plain;
	size_t plain_length;
	*message_r = (struct inventory_message){ .protocol = INVENTORY_FUSION };
	if (!inventory_decode(ctx, bytes, length, &plain, &plain_length))
		return false;
	const char *first = plain, *end = plain + plain_length;
	while (first < end && strchr(" \t\r\n", *first) && *first)
		first++;
	if (first < end && *first == '{') {
		message_r->protocol = INVENTORY_GLPI;
		return inventory_json_read(ctx, plain, plain_length, &sink) && judge(ctx, &collected, message_r);
	}
	return inventory_xml_read(ctx, plain, plain_length, fallback_charset, &sink) && judge(ctx, &collected, message_r);
}
