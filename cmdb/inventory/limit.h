/* How often addresses and agents may come: counters of a minute in bounded memory; at worst somebody who shares a place waits a minute too
 * long. Each node counts for itself.
 * Thread: any. */
#ifndef VAKHTA_CMDB_INVENTORY_LIMIT_H
#define VAKHTA_CMDB_INVENTORY_LIMIT_H

#include "base/ctx.h"

#define LIMIT_ADDRESS_A_MINUTE 600 /* an office behind one address */
#define LIMIT_WRONG_A_MINUTE 20    /* tokens that are not ours, from an address */
#define LIMIT_AGENT_A_MINUTE 30    /* of one agent */

/* Counts one; false: too many this minute. */
bool inventory_limit(const char *kind, const char *key, instant now, int most) MUST_CHECK;

#endif
