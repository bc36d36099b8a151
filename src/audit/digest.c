/* See digest.h. */
#include "audit/digest.h"

#include "base/ctx.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdio.h>
#include <string.h>

void digest_begin(struct digest *digest)
{
	gnutls_hash_hd_t hash;
	INVARIANT(gnutls_hash_init(&hash, GNUTLS_DIG_SHA256) == 0);
	digest->hash = hash;
}

void digest_bytes(struct digest *digest, const void *bytes, size_t length)
{
	INVARIANT(length == 0 || gnutls_hash(digest->hash, bytes, length) == 0);
}

void digest_field(struct digest *digest, const char *text_or_null, size_t length)
{
	char prefix[32];
	if (!text_or_null) {
		digest_bytes(digest, "~;", 2);
		return;
	}
	digest_bytes(digest, prefix, (size_t)snprintf(prefix, sizeof(prefix), "%zu:", length));
	digest_bytes(digest, text_or_null, length);
	digest_bytes(digest, ";", 1);
}

void digest_field_int(struct digest *digest, int64_t value)
{
	char text[32];
	digest_field(digest, text, (size_t)snprintf(text, sizeof(text), "%lld", (long long)value));
}

void digest_end(struct digest *digest, unsigned char out[static DIGEST_BYTES])
{
	gnutls_hash_deinit(digest->hash, out);
	digest->hash = NULL;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool digest_parse(const char *hex, unsigned char out[static DIGEST_BYTES])
{
	if (strlen(hex) != 2 * DIGEST_BYTES)
		return false;
	for (size_t i = 0; i < DIGEST_BYTES; i++) {
		int high = hex_value(hex[2 * i]), low = hex_value(hex[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		out[i] = (unsigned char)(high * 16 + low);
	}
	return true;
}

void merkle_leaf(const char *subject, int64_t seq, const unsigned char head[static DIGEST_BYTES], unsigned char out[static DIGEST_BYTES])
{
	struct digest digest;
	digest_begin(&digest);
	digest_bytes(&digest, "\0", 1);
	digest_field(&digest, subject, strlen(subject));
	digest_field_int(&digest, seq);
	digest_bytes(&digest, head, DIGEST_BYTES);
	digest_end(&digest, out);
}

static void join(const unsigned char *left, const unsigned char *right, unsigned char *out)
{
	unsigned char both[1 + 2 * DIGEST_BYTES] = { 1 };
	memcpy(both + 1, left, DIGEST_BYTES);
	memcpy(both + 1 + DIGEST_BYTES, right, DIGEST_BYTES);
	INVARIANT(gnutls_hash_fast(GNUTLS_DIG_SHA256, both, sizeof(both), out) == 0);
}

void merkle_add(struct merkle *tree, const unsigned char leaf[static DIGEST_BYTES])
{
	unsigned char up[DIGEST_BYTES];
	int level = 0;
	memcpy(up, leaf, DIGEST_BYTES);
	for (; tree->leaves >> level & 1; level++)
		join(tree->node[level], up, up);
	memcpy(tree->node[level], up, DIGEST_BYTES);
	tree->leaves++;
}

void merkle_root(const struct merkle *tree, unsigned char out[static DIGEST_BYTES])
{
	bool any = false;
	INVARIANT(gnutls_hash_fast(GNUTLS_DIG_SHA256, "", 0, out) == 0);
	for (int level = 0; level < 64; level++) {
		if (!(tree->leaves >> level & 1))
			continue;
		if (any)
			join(tree->node[level], out, out);
		else
			memcpy(out, tree->node[level], DIGEST_BYTES);
		any = true;
	}
}
