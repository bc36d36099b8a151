/* What agents are told, each in its protocol's form.
 * Source: FusionInventory agent 2.6 and GLPI Agent 1.x as they read answers. */
#ifndef VAKHTA_CMDB_INVENTORY_ANSWER_H
#define VAKHTA_CMDB_INVENTORY_ANSWER_H

#include "cmdb/inventory/message.h"
#include "http/request.h"

/* Agents of the GLPI kind name themselves in a header, also where they try the old protocol first. NULL: not one, or no UUID. */
const char *answer_agent_uuid(struct request *req);

/* To a question: send an inventory (or not, if one is here already), and come again in so long. */
bool answer_asked(struct request *req, const struct inventory_message *message, bool wanted, int period_s, const char *note_or_null);
/* To an inventory: taken. */
bool answer_taken(struct request *req, const struct inventory_message *message, int period_s);
/* To an inventory that is kept and takes a while: ask again in so long (GLPI), or taken (FusionInventory cannot wait). */
bool answer_pending(struct request *req, const struct inventory_message *message, int period_s, int again_s);
/* A refusal with a text for the agent's log; both agents read it. Returns false. */
bool answer_refuse(struct request *req, enum error_kind kind, const char *type, const char *text);

#endif
