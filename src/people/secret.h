/* Random tokens and what is stored of them.
 * Refuses: to keep a token; the database has its SHA-256 alone. */
#ifndef VAKHTA_PEOPLE_SECRET_H
#define VAKHTA_PEOPLE_SECRET_H

#include "base/arena.h"

#define SECRET_HASH_BYTES 32
#define TOKEN_PREFIX "vkh_"

/* `prefix` and 256 random bits as URL-safe base64. */
const char *secret_make(struct arena *arena, const char *prefix);
void secret_hash(const char *text, unsigned char hash_r[static SECRET_HASH_BYTES]);
/* SHA-256 of "kind:value" in hex, for keys that must not tell the value. */
const char *secret_key(struct arena *arena, const char *kind, const char *value);

#endif
