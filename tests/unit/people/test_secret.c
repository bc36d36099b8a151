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
