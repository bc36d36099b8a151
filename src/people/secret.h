/* Random tokens and what is stored of them; signed texts for links that work without sign-in.
 * Refuses: to keep a token; the database has its SHA-256 alone. */
#ifndef VAKHTA_PEOPLE_SECRET_H
#define VAKHTA_PEOPLE_SECRET_H

#include "base/ctx.h"

#define SECRET_HASH_BYTES 32
#define TOKEN_PREFIX "vkh_"

/* `prefix` and 256 random bits as URL-safe base64. */
const char *secret_make(struct arena *arena, const char *prefix);
void secret_hash(const char *text, unsigned char hash_r[static SECRET_HASH_BYTES]);
/* SHA-256 of "kind:value" in hex, for keys that must not tell the value. */
const char *secret_key(struct arena *arena, const char *kind, const char *value);

/* What a signed link says: whom or what it is about, which one of several, and until when it holds. Nobody without the key
 * (http.link_key) can make one, nor change it, nor use it for another purpose; it is readable by everyone who has it. */
struct secret_claim {
	int64_t subject;
	int64_t ordinal; /* 0 to 2^32 - 1 */
	instant expires_at;
};
/* URL-safe text of 50 characters; the key must not be empty. `purpose` names the kind of link, as "rating". */
const char *secret_sign(struct arena *arena, const char *key, const char *purpose, const struct secret_claim *claim);
/* False: not signed by this key for this purpose. Whether it has expired is the caller's to judge. With an empty key nothing is good. */
bool secret_verify(struct arena *arena, const char *key, const char *purpose, const char *text,
	struct secret_claim *claim_r) MUST_CHECK;

#endif
