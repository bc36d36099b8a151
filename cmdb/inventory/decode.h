/* What an agent sends as bytes: zlib (RFC 1950), gzip (RFC 1952) or plain, told apart by the bytes themselves, because agents and proxies
 * are not at one about the headers.
 * Refuses: more than INVENTORY_PLAIN_MAX when unpacked, bombs (INVENTORY_RATIO_MAX beyond the first INVENTORY_FREE_BYTES), bytes after the end.
 * Source: trust.md (bombs). */
#ifndef VAKHTA_CMDB_INVENTORY_DECODE_H
#define VAKHTA_CMDB_INVENTORY_DECODE_H

#include "base/ctx.h"

#define INVENTORY_PLAIN_MAX ((size_t)48 * 1024 * 1024)
/* Real inventories shrink five to forty times; a megabyte may come from anything. */
#define INVENTORY_RATIO_MAX 100
#define INVENTORY_FREE_BYTES ((size_t)1024 * 1024)

/* The plain bytes, followed by a NUL. Fails: 413 too-large, 400 not readable. Owns: registered for release in the arena. */
bool inventory_decode(struct ctx *ctx, const char *bytes, size_t length, const char **plain_r, size_t *plain_length_r) MUST_CHECK;

#endif
