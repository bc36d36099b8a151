/* Inventories by agents: the calls of this room, for the route table, and its background work. Each call answers as http/request.h says.
 * Agents do not sign in: their right is a token or a person's approval; people decide, make tokens and read. */
#ifndef VAKHTA_CMDB_INVENTORY_INVENTORY_H
#define VAKHTA_CMDB_INVENTORY_INVENTORY_H

#include "db/rounds.h"
#include "http/request.h"

/* As it comes; unpacked it may be larger (decode.h). */
#define INVENTORY_MAX_BYTES ((size_t)24 * 1024 * 1024)

/* POST of an agent without a token in the address (it may be in Authorization), with one, and at the address that asks for one. */
bool inventory_receive(struct request *req);
bool inventory_receive_challenged(struct request *req);
/* GET of an agent that was told `pending`. */
bool inventory_progress(struct request *req);

bool inventory_agent_list(struct request *req);   /* GET ?state=&stale=&q= */
bool inventory_agent_read(struct request *req);   /* GET, with parts and the last inventory */
bool inventory_agent_decide(struct request *req); /* POST {agents, decision, note?} */
bool inventory_ci_read(struct request *req);      /* GET /cmdb/cis/{id}/inventory */

bool inventory_token_list(struct request *req);
bool inventory_token_create(struct request *req);
bool inventory_token_delete(struct request *req);

bool inventory_setting_read(struct request *req);
bool inventory_setting_change(struct request *req);

bool software_of_ci(struct request *req);         /* GET /cmdb/cis/{id}/software?gone=&q= */
bool software_product_list(struct request *req);  /* GET ?q= */
bool software_product_read(struct request *req);  /* GET: versions with counts */
bool software_machine_list(struct request *req);  /* GET ?product=&version= */

/* Applies inventories that wait and marks what is silent. */
struct rounds *inventory_jobs_start(const struct config *config);
void inventory_jobs_stop(struct rounds *rounds);
/* Something waits; any thread. */
void inventory_jobs_wake(void);

#endif
