/* Random tokens. 256 bits, so that a plain hash without salt is enough to store them. */
#include "people/secret.h"

#include "base/ctx.h"
#include "base/text.h"

#include <nettle/sha2.h>
#include <string.h>
#include <sys/random.h>

#define TOKEN_BYTES 32

const char *secret_make(struct arena *arena, const char *prefix)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	unsigned char random[TOKEN_BYTES];
	INVARIANT(getrandom(random, sizeof(random), 0) == (ssize_t)sizeof(random));
	size_t prefix_length = strlen(prefix), out_length = (TOKEN_BYTES * 8 + 5) / 6;
	char *text = arena_alloc(arena, prefix_length + out_length + 1);
	memcpy(text, prefix, prefix_length);
	for (size_t i = 0; i < out_length; i++) {
		size_t bit = i * 6, byte = bit / 8, shift = bit % 8;
		unsigned pair = (unsigned)random[byte] << 8 | (byte + 1 < TOKEN_BYTES ? random[byte + 1] : 0u);
		text[prefix_length + i] = digits[pair >> (10 - shift) & 63];
	}
	explicit_bzero(random, sizeof(random));
	return text;
}

void secret_hash(const char *text, unsigned char hash_r[static SECRET_HASH_BYTES])
{
	struct sha256_ctx state;
	sha256_init(&state);
	sha256_update(&state, strlen(text), (const uint8_t *)text);
	sha256_digest(&state, SECRET_HASH_BYTES, hash_r);
}

const char *secret_key(struct arena *arena, const char *kind, const char *value)
{
	unsigned char hash[SECRET_HASH_BYTES];
	char *hex = arena_alloc(arena, 2 * SECRET_HASH_BYTES + 1);
	secret_hash(arena_printf(arena, "%s:%s", kind, value), hash);
	text_hex(hash, sizeof(hash), hex);
	return hex;
}
