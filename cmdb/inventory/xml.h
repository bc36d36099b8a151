/* Reads a message of the FusionInventory protocol: <REQUEST> with QUERY, DEVICEID and CONTENT of sections with fields.
 * Refuses: DOCTYPE (so no entity can be declared, inside or outside), nesting over INVENTORY_DEPTH_MAX, over INVENTORY_NODES_MAX elements,
 * encodings of more than a byte a character other than UTF-8 and UTF-16, whatever is not well-formed. Attributes are not looked at.
 * Agents of old declare UTF-8 and send the system's own encoding: text that is not UTF-8 is read in `fallback_charset`.
 * Source: trust.md (XXE, bombs); XML 1.0. */
#ifndef VAKHTA_CMDB_INVENTORY_XML_H
#define VAKHTA_CMDB_INVENTORY_XML_H

#include "cmdb/inventory/record.h"

/* Sections and fields come with lower-case names; QUERY, DEVICEID and others beside CONTENT as fields of a record of section "". Fails: 400. */
bool inventory_xml_read(
	struct ctx *ctx, const char *text, size_t length, const char *fallback_charset, const struct inventory_sink *sink) MUST_CHECK;

#endif
