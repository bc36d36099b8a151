/* A message of an agent, whichever protocol it speaks: bytes in, meaning out. Pure: no database.
 * Refuses: what decode.h, xml.h and json.h refuse; messages that ask for something else than an inventory. */
#ifndef VAKHTA_CMDB_INVENTORY_MESSAGE_H
#define VAKHTA_CMDB_INVENTORY_MESSAGE_H

#include "cmdb/inventory/facts.h"

enum inventory_protocol { INVENTORY_FUSION, INVENTORY_GLPI };
/* PROLOG and contact both ask what to do. */
enum inventory_query { INVENTORY_ASKS, INVENTORY_SENDS };

struct inventory_message {
	enum inventory_protocol protocol;
	enum inventory_query query;
	const char *device_id; /* not empty */
	const char *machine;   /* name of the machine, or device_id */
	const char *program;   /* agent and version; "" when not said */
	const char *tag;       /* "" */
	bool partial;
	const char *facts; /* JSON of an inventory, NULL with INVENTORY_ASKS */
	size_t facts_length;
};

/* Fails: 400 unreadable, 413 too large, 422 another query or no device. `message_r->protocol` is set even then, as far as it could be told. */
bool inventory_message_read(
	struct ctx *ctx, const char *bytes, size_t length, const char *fallback_charset, struct inventory_message *message_r) MUST_CHECK;

#endif
