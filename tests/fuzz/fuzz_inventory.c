/* Feeds any bytes as a message of an inventory agent: unpacked, read as XML or JSON, judged. A message or one reason; facts that are JSON, the
 * same each time. */
#include "cmdb/inventory/message.h"

#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_create(65536);
	struct ctx ctx = { .arena = arena };
	struct inventory_message message, again;
	ctx_begin(&ctx);
	char *bytes = arena_reserve(ctx.arena, size + 1);
	memcpy(bytes, data, size);
	bytes[size] = '\0';
	bool good = inventory_message_read(&ctx, bytes, size, "windows-1251", &message);
	if (good == (ctx.error.kind != ERROR_NONE))
		abort();
	if (good) {
		if (!message.device_id || !*message.device_id || !text_utf8_valid(message.device_id, strlen(message.device_id)))
			abort();
		if (!inventory_message_read(&ctx, bytes, size, "windows-1251", &again))
			abort();
		if ((message.facts == NULL) != (again.facts == NULL) || (message.facts && strcmp(message.facts, again.facts) != 0))
			abort();
		json_t *facts = message.facts ? json_loadb(message.facts, message.facts_length, JSON_REJECT_DUPLICATES, NULL) : NULL;
		if (message.facts && !facts)
			abort();
		json_decref(facts);
	}
	arena_destroy(arena);
	return 0;
}
