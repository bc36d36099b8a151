/* Random tokens: 256 bits, so that a plain hash without salt is enough to store them. Signed ones: HMAC-SHA256, cut to 128 bits (RFC 2104 §5). */
#include "people/secret.h"

#include "base/ctx.h"
#include "base/text.h"

#include <nettle/hmac.h>
#include <nettle/sha2.h>
#include <string.h>
#include <sys/random.h>

#define TOKEN_BYTES 32

const char *secret_make(struct arena *arena, const char *prefix)
{
	unsigned char random[TOKEN_BYTES];
	INVARIANT(getrandom(random, sizeof(random), 0) == (ssize_t)sizeof(random));
	const char *text = arena_printf(arena, "%s%s", prefix, text_base64url(arena, random, sizeof(random)));
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

/* version, subject, ordinal, end; then the code over them and the purpose. */
#define SIGNED_VERSION 1
#define SIGNED_PAYLOAD_BYTES (1 + 8 + 4 + 8)
#define SIGNED_CODE_BYTES 16
#define SIGNED_BYTES (SIGNED_PAYLOAD_BYTES + SIGNED_CODE_BYTES)
#define SIGNED_TEXT_BYTES ((SIGNED_BYTES * 8 + 5) / 6)

static void put_number(unsigned char *out, int64_t value, int bytes)
{
	for (int i = 0; i < bytes; i++)
		out[i] = (unsigned char)((uint64_t)value >> (8 * (bytes - 1 - i)));
}

static int64_t get_number(const unsigned char *in, int bytes)
{
	uint64_t value = 0;
	for (int i = 0; i < bytes; i++)
		value = value << 8 | in[i];
	return (int64_t)value;
}

static void signed_code(const char *key, const char *purpose, const unsigned char *payload, unsigned char *code)
{
	struct hmac_sha256_ctx state;
	hmac_sha256_set_key(&state, strlen(key), (const uint8_t *)key);
	hmac_sha256_update(&state, strlen(purpose) + 1, (const uint8_t *)purpose);
	hmac_sha256_update(&state, SIGNED_PAYLOAD_BYTES, payload);
	hmac_sha256_digest(&state, SIGNED_CODE_BYTES, code);
	explicit_bzero(&state, sizeof(state));
}

const char *secret_sign(struct arena *arena, const char *key, const char *purpose, const struct secret_claim *claim)
{
	unsigned char bytes[SIGNED_BYTES] = { SIGNED_VERSION };
	INVARIANT(*key && claim->ordinal >= 0 && claim->ordinal <= UINT32_MAX);
	put_number(bytes + 1, claim->subject, 8);
	put_number(bytes + 9, claim->ordinal, 4);
	put_number(bytes + 13, claim->expires_at, 8);
	signed_code(key, purpose, bytes, bytes + SIGNED_PAYLOAD_BYTES);
	return text_base64url(arena, bytes, sizeof(bytes));
}

bool secret_verify(
	struct arena *arena, const char *key, const char *purpose, const char *text, struct secret_claim *claim_r)
{
	size_t length = 0;
	unsigned char code[SIGNED_CODE_BYTES];
	if (!*key || strlen(text) != SIGNED_TEXT_BYTES)
		return false;
	const unsigned char *bytes = text_base64url_decode(arena, text, &length);
	if (!bytes || length != SIGNED_BYTES || bytes[0] != SIGNED_VERSION)
		return false;
	signed_code(key, purpose, bytes, code);
	if (!text_equal_time_constant((const char *)code, (const char *)bytes + SIGNED_PAYLOAD_BYTES, SIGNED_CODE_BYTES))
		return false;
	claim_r->subject = get_number(bytes + 1, 8);
	claim_r->ordinal = get_number(bytes + 9, 4);
	claim_r->expires_at = get_number(bytes + 13, 8);
	return true;
}
