/* Links by which suppliers see their cases without an account.
 * A link's address is /s/TOKEN. The token is the link's id, its salt and its end, signed with http.link_key; it is stored nowhere and made
 * anew whenever a mail leaves. A forged one is refused before the database is asked.
 * The first browser that acts with a link becomes its own (a cookie of 256 random bits, kept as SHA-256): others only read.
 * Owns: the counters of wrong tokens and of acts of this node. Refuses: what a supplier may do in a case (schema/rules). */
#ifndef VAKHTA_SUPPLY_SUPPLIER_LINK_H
#define VAKHTA_SUPPLY_SUPPLIER_LINK_H

#include "http/request.h"
#include "people/secret.h"

struct supplier_link {
	int64_t id, supplier_id;
	int64_t case_id; /* 0: a coordinator's */
	const char *supplier, *language;
	instant expires_at;
	bool coordinator;
	bool ended; /* its case is over: it may still be read */
	bool mine;  /* this browser may act, as far as browsers go */
};

/* The link of path argument 0 for this browser. Fails: 404 link-unknown, link-expired, link-revoked, link-ended; 429 after too many wrong
 * tokens from one address. */
bool supplier_link_open(struct request *req, struct supplier_link *link_r) MUST_CHECK;
/* The same for an act: it comes from our page, the case (path argument 1) is the link's and open, the browser is the link's own from now on.
 * `name`: what the person calls themself, or NULL. `first_r` false: the same Idempotency-Key did this before; nothing is to be done.
 * `evidence_r`: JSON object for the event. Fails: as above, 403 link-bound, 409 case-ended, 429. */
struct supplier_evidence {
	const char *name, *pause_reason;
	int64_t file;
};
bool supplier_link_act(struct request *req, const struct supplier_evidence *given, struct supplier_link *link_r, int64_t *case_r, bool *first_r,
	const char **evidence_r) MUST_CHECK;
/* The case of path argument 1, or 404 when the link does not show it. */
bool supplier_link_case(struct request *req, const struct supplier_link *link, int64_t *case_r) MUST_CHECK;

/* Address of a link. NULL: there is no http.link_key. */
const char *supplier_link_url(struct ctx *ctx, int64_t id, int64_t salt, instant expires_at);
/* The text of a mail as it leaves: the mark [[link]] becomes the address of link `id` (outbox.link_id; 0: none). Without a link, or when it
 * was revoked, lines with the mark are left out. NULL: see ctx->error. */
const char *supplier_link_fill(struct ctx *ctx, int64_t id, const char *text) MUST_CHECK;

/* One more of `kind` for this key in this minute; false when there were `most` before. Thread: safe. */
bool supplier_link_count(const char *kind, const char *key, instant now, int most);

#endif
