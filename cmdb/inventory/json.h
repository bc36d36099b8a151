/* Reads a message of the GLPI Agent: {"action","deviceid","content":{section: {…} | [{…}, …]}, …}.
 * Refuses: nesting over INVENTORY_DEPTH_MAX, over INVENTORY_NODES_MAX values, keys that come twice, NUL, invalid UTF-8. Values inside fields
 * are taken where they are texts, numbers or truth; of a list, the first.
 * Source: inventory_format's schema; trust.md. */
#ifndef VAKHTA_CMDB_INVENTORY_JSON_H
#define VAKHTA_CMDB_INVENTORY_JSON_H

#include "cmdb/inventory/record.h"

/* Values beside content come as fields of records of section "". Fails: 400. */
bool inventory_json_read(struct ctx *ctx, const char *text, size_t length, const struct inventory_sink *sink) MUST_CHECK;

#endif
