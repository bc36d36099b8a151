/* The events of one subject, against each other. Pure: no database.
 * Refuses: to trust seq, hash or head; a changed, removed, inserted or reordered event breaks one of them. */
#ifndef VAKHTA_AUDIT_CHAIN_H
#define VAKHTA_AUDIT_CHAIN_H

#include "audit/audit.h"
#include "audit/digest.h"

struct chain_event {
	int64_t seq, xid;
	instant recorded;
	unsigned char hash[DIGEST_BYTES];     /* as stored */
	unsigned char computed[DIGEST_BYTES]; /* from the content and the computed hash before it */
	const char *content;                  /* the fields after seq in canonical form */
	size_t content_length;
};

struct chain {
	const char *number;  /* INC-000042 */
	const char *subject; /* "ticket:42", as it is hashed */
	bool has_head;
	int64_t head_seq;
	unsigned char head[DIGEST_BYTES];
	struct chain_event *events; /* by seq */
	int count;
};

/* The hash of an event whose content came after `previous` as number `seq`. */
void chain_hash(const char *subject, const unsigned char previous[static DIGEST_BYTES], int64_t seq, const struct chain_event *event,
	unsigned char out[static DIGEST_BYTES]);
/* Sets `computed` of every event and reports what does not fit, saying as closely as the hashes allow what was done. */
void chain_check(struct chain *chain, struct audit_check *check);

#endif
