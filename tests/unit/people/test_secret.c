/* Tokens: long enough, never the same, hashed as everybody hashes. */
#include "test_people.h"

#include "base/text.h"
#include "people/secret.h"

#include <string.h>

void test_secret_make(void **state)
{
	struct arena *arena = arena_create(4096);
	char seen[64][64];
	(void)state;
	for (int i = 0; i < 64; i++) {
		const char *token = secret_make(arena, TOKEN_PREFIX);
		assert_int_equal(strlen(token), 4 + 43);
		assert_memory_equal(token, "vkh_", 4);
		assert_int_equal(strspn(token + 4, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"), 43);
		strcpy(seen[i], token);
		for (int earlier = 0; earlier < i; earlier++)
			assert_string_not_equal(seen[earlier], token);
	}
	/* 43 digits hold 258 bits; the last two of the last digit are zero, so it is every fourth digit. */
	assert_int_equal(strlen(secret_make(arena, "")), 43);
	assert_non_null(strchr("AEIMQUYcgkosw048", secret_make(arena, "")[42]));
	arena_destroy(arena);
}

void test_secret_hash(void **state)
{
	unsigned char hash[SECRET_HASH_BYTES];
	char hex[2 * SECRET_HASH_BYTES + 1];
	(void)state;
	secret_hash("abc", hash); /* FIPS 180-4 */
	text_hex(hash, sizeof(hash), hex);
	assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

void test_secret_key(void **state)
{
	struct arena *arena = arena_create(4096);
	(void)state;
	assert_string_equal(secret_key(arena, "a", "bc"), secret_key(arena, "a", "bc"));
	assert_string_not_equal(secret_key(arena, "login", "x"), secret_key(arena, "address", "x"));
	assert_int_equal(strlen(secret_key(arena, "login", "")), 64);
	arena_destroy(arena);
}

void test_secret_sign(void **state)
{
	static const char key[] = "0123456789abcdef0123456789abcdef";
	struct arena *arena = arena_create(4096);
	struct secret_claim claim = { .subject = 1234567890123, .ordinal = 3, .expires_at = 1800000000 }, back = { 0 };
	const char *text = secret_sign(arena, key, "rating", &claim);
	(void)state;
	assert_int_equal(strlen(text), 50);
	assert_true(secret_verify(arena, key, "rating", text, &back));
	assert_int_equal(back.subject, claim.subject);
	assert_int_equal(back.ordinal, 3);
	assert_int_equal(back.expires_at, 1800000000);
	assert_false(secret_verify(arena, key, "case", text, &back));
	assert_false(secret_verify(arena, "0123456789abcdef0123456789abcdeF", "rating", text, &back));
	assert_false(secret_verify(arena, "", "rating", text, &back));
	assert_false(secret_verify(arena, key, "rating", "", &back));
	assert_false(secret_verify(arena, key, "rating", arena_printf(arena, "%sA", text), &back));
	/* Each character counts, and each value has one form. */
	for (int i = 0; i < 50; i++)
		for (const char *other = "A_9x"; *other; other++) {
			char *changed = arena_strdup(arena, text);
			if (changed[i] == *other)
				continue;
			changed[i] = *other;
			assert_false(secret_verify(arena, key, "rating", changed, &back));
		}
	arena_destroy(arena);
}
