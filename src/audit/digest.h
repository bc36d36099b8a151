/* SHA-256 over the canonical form of evidence (docs/evidence.md), and the Merkle tree over heads of chains. Pure: no database.
 * Refuses: to fail; a machine without SHA-256 has no evidence to show. */
#ifndef VAKHTA_AUDIT_DIGEST_H
#define VAKHTA_AUDIT_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DIGEST_BYTES 32
#define DIGEST_HEX (2 * DIGEST_BYTES + 1)

/* One hash in the making. */
struct digest {
	void *hash;
};
void digest_begin(struct digest *digest);
void digest_bytes(struct digest *digest, const void *bytes, size_t length);
/* "<bytes>:<text>;", "~;" for NULL. Lengths make the form unambiguous. */
void digest_field(struct digest *digest, const char *text_or_null, size_t length);
void digest_field_int(struct digest *digest, int64_t value);
void digest_end(struct digest *digest, unsigned char out[static DIGEST_BYTES]);

/* False: not 64 hexadecimal digits. */
bool digest_parse(const char *hex, unsigned char out[static DIGEST_BYTES]);

/* A Merkle tree built leaf by leaf in the memory of its height. A leaf is SHA-256(0x00 ‖ …), a node SHA-256(0x01 ‖ left ‖ right), a
 * last one without a neighbour moves up as it is, the root of nothing is SHA-256 of nothing.
 * Source: RFC 9162 section 2.1.1, whose tree is the same. */
struct merkle {
	uint64_t leaves;
	unsigned char node[64][DIGEST_BYTES]; /* of the complete subtrees, one for each bit of `leaves` */
};
/* The leaf of a chain: `subject` as in its events ("ticket:42"), number of its last event, that event's hash. */
void merkle_leaf(const char *subject, int64_t seq, const unsigned char head[static DIGEST_BYTES], unsigned char out[static DIGEST_BYTES]);
void merkle_add(struct merkle *tree, const unsigned char leaf[static DIGEST_BYTES]);
void merkle_root(const struct merkle *tree, unsigned char out[static DIGEST_BYTES]);

#endif
