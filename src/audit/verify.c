/* Chains of events: each event's SHA-256 is computed anew from the row and compared, and the last with the chain's head.
 * The form that is hashed stands at function event_digest (schema/rules/10_base.sql); this is the same, written a second time on purpose.
 * Refuses: to trust seq, hash or head; a changed, removed, inserted or reordered event breaks one of them. */
#include "audit/audit.h"

#include "base/text.h"
#include "db/query.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <string.h>

enum column { SUBJECT, NUMBER, SEQ, TYPE, OCCURRED, RECORDED, ACTOR, ROLE, VISIBILITY, BODY, DATA, HASH, CHAIN_SEQ, CHAIN_HEAD };

#define HASH_BYTES 32
#define HASH_HEX (2 * HASH_BYTES + 1)

struct walk {
	const char *kind; /* "ticket" or "case": part of what is hashed */
	FILE *out;
	struct audit_result *result;
	int64_t subject;
	int64_t seq;
	unsigned char last[HASH_BYTES]; /* as stored by the event before */
	char number[32];
	int64_t chain_seq;
	char chain_head[HASH_HEX];
	char last_hex[HASH_HEX];
};

static void found(struct walk *walk, int64_t seq, const char *what)
{
	walk->result->findings++;
	fprintf(walk->out, "%s: event %lld: %s\n", walk->number, (long long)seq, what);
}

static bool hash_field(gnutls_hash_hd_t hash, const struct rows *rows, int column)
{
	char prefix[32];
	if (rows_null(rows, 0, column))
		return gnutls_hash(hash, "~;", 2) == 0;
	size_t length = rows_length(rows, 0, column);
	int prefix_length = snprintf(prefix, sizeof(prefix), "%zu:", length);
	return gnutls_hash(hash, prefix, (size_t)prefix_length) == 0 && gnutls_hash(hash, rows_text(rows, 0, column), length) == 0
		&& gnutls_hash(hash, ";", 1) == 0;
}

static bool event_hash(struct ctx *ctx, const struct walk *walk, const struct rows *rows, unsigned char out[static HASH_BYTES])
{
	static const enum column fields[] = { SEQ, TYPE, OCCURRED, RECORDED, ACTOR, ROLE, VISIBILITY, BODY, DATA };
	gnutls_hash_hd_t hash;
	char subject[48], field[64];
	int subject_length = snprintf(subject, sizeof(subject), "%s:%lld", walk->kind, (long long)walk->subject);
	int field_length = snprintf(field, sizeof(field), "%d:%s;", subject_length, subject);
	if (gnutls_hash_init(&hash, GNUTLS_DIG_SHA256) != 0)
		return fail_internal(ctx, ERROR_INTERNAL, "SHA-256 is not to be had");
	bool good = gnutls_hash(hash, walk->last, HASH_BYTES) == 0 && gnutls_hash(hash, field, (size_t)field_length) == 0;
	for (size_t i = 0; good && i < sizeof(fields) / sizeof(*fields); i++)
		good = hash_field(hash, rows, (int)fields[i]);
	gnutls_hash_deinit(hash, out);
	return good || fail_internal(ctx, ERROR_INTERNAL, "SHA-256 failed");
}

static void chain_end(struct walk *walk)
{
	if (walk->subject == 0)
		return;
	if (walk->chain_seq == 0)
		found(walk, walk->seq, "the chain has no head");
	else if (walk->chain_seq != walk->seq)
		found(walk, walk->seq, walk->chain_seq > walk->seq ? "events after this one are missing" : "events after the head were added");
	else if (strcmp(walk->chain_head, walk->last_hex) != 0)
		found(walk, walk->seq, "the head of the chain is another hash");
}

static void chain_begin(struct walk *walk, const struct rows *rows)
{
	walk->subject = rows_int(rows, 0, SUBJECT);
	walk->seq = 0;
	walk->chain_seq = rows_int(rows, 0, CHAIN_SEQ);
	memset(walk->last, 0, HASH_BYTES);
	snprintf(walk->number, sizeof(walk->number), "%s", rows_text(rows, 0, NUMBER));
	snprintf(walk->chain_head, HASH_HEX, "%s", rows_null(rows, 0, CHAIN_HEAD) ? "" : rows_text(rows, 0, CHAIN_HEAD));
	walk->result->subjects++;
}

static bool event_row(struct ctx *ctx, const struct rows *rows, void *user)
{
	struct walk *walk = user;
	unsigned char computed[HASH_BYTES];
	char hex[HASH_HEX];
	if (rows_int(rows, 0, SUBJECT) != walk->subject) {
		chain_end(walk);
		chain_begin(walk, rows);
	}
	int64_t seq = rows_int(rows, 0, SEQ);
	if (seq != walk->seq + 1)
		found(walk, seq, "an event before this one is missing");
	if (!event_hash(ctx, walk, rows, computed))
		return false;
	text_hex(computed, HASH_BYTES, hex);
	if (strcmp(hex, rows_text(rows, 0, HASH)) != 0)
		found(walk, seq, "its content, or the event before it, is not what was hashed");
	/* The stored hash leads on, so that one change is one finding and not one for every event after it. */
	snprintf(walk->last_hex, HASH_HEX, "%s", rows_text(rows, 0, HASH));
	for (int i = 0; i < HASH_BYTES; i++) {
		unsigned value;
		INVARIANT(sscanf(walk->last_hex + 2 * i, "%2x", &value) == 1);
		walk->last[i] = (unsigned char)value;
	}
	walk->seq = seq;
	walk->result->items++;
	return true;
}

static bool verify_chains(struct ctx *ctx, const char *kind, enum query events, enum query without, int64_t subject, FILE *out,
	struct audit_result *result)
{
	struct query_args args = query_args(ctx);
	struct walk walk = { .kind = kind, .out = out, .result = result };
	arg_int_or_null(&args, subject, subject == 0);
	if (!query_each(ctx, events, &args, event_row, &walk))
		return false;
	chain_end(&walk);
	struct rows *rows = query_run(ctx, without, &args);
	if (!rows)
		return false;
	for (int i = 0; i < rows_count(rows); i++) {
		result->findings++;
		fprintf(out, "%s: has no events at all\n", rows_text(rows, i, 0));
	}
	return true;
}

bool audit_verify(struct ctx *ctx, int64_t ticket_id, int64_t case_id, FILE *out, struct audit_result *result_r)
{
	*result_r = (struct audit_result){ 0 };
	return (case_id != 0
				   || verify_chains(ctx, "ticket", QUERY_AUDIT_TICKET_EVENTS, QUERY_AUDIT_TICKETS_WITHOUT_EVENTS, ticket_id, out, result_r))
		&& (ticket_id != 0
			|| verify_chains(ctx, "case", QUERY_AUDIT_CASE_EVENTS, QUERY_AUDIT_CASES_WITHOUT_EVENTS, case_id, out, result_r));
}
