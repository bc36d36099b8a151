/* The bytes of a log as UTF-8: plain or gzip, in any encoding iconv knows, a piece at a time. What is not text in
 * its encoding, and NUL, comes out as the byte 0xFF, which no UTF-8 has: so the record that contains it is refused
 * and the others are not.
 * Owns: the open file. Refuses: a gzip file that is damaged or cut off, an encoding that is not known. */
#ifndef VAKHTA_IMPORT_SOURCE_H
#define VAKHTA_IMPORT_SOURCE_H

#include "base/ctx.h"

#include <stddef.h>

struct trail_source;

/* NULL: see ctx->error. Owns: the arena closes it. */
struct trail_source *trail_source_open(struct ctx *ctx, const char *path, const char *encoding) MUST_CHECK;
/* Up to `room` bytes (at least 64); 0 at the end. */
bool trail_source_read(
	struct ctx *ctx, struct trail_source *source, char *out, size_t room, size_t *length_r) MUST_CHECK;
/* How much of the file on disk has been read, 0 to 1. */
double trail_source_share(const struct trail_source *source);

#endif
