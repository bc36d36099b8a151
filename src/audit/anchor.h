/* Anchors: the Merkle root over the heads of all chains at an instant, each linked to the one before, kept outside of the database too.
 * An anchor knows its boundary (a snapshot), so that the heads as they were can be recomputed from the events alone, and a database that
 * was rewritten as a whole no longer gives the root. The form stands in docs/evidence.md.
 * Owns: table audit_anchor and the file of anchors. Refuses: to change either; both only grow. */
#ifndef VAKHTA_AUDIT_ANCHOR_H
#define VAKHTA_AUDIT_ANCHOR_H

#include "audit/chain.h"
#include "base/text.h"

enum anchor_kind { ANCHOR_TICKET, ANCHOR_CASE, ANCHOR_CALENDAR, ANCHOR_CONTRACT, ANCHOR_KINDS };

/* Of the first form, one tree over tickets, cases and calendars; of the second, which is made now, a tree for each kind. */
enum { ANCHOR_FORMAT_ONE_TREE = 1, ANCHOR_FORMAT_KINDS = 2 };

struct anchor {
	int64_t number;
	const char *day; /* "2026-11-24" */
	instant made_at;
	const char *boundary; /* as PostgreSQL writes a snapshot: xmin:xmax:xip,… */
	instant last_recorded; /* INSTANT_NONE: no event */
	int64_t last_id[ANCHOR_KINDS];
	int64_t leaves[ANCHOR_KINDS];
	unsigned char root[DIGEST_BYTES], previous_link[DIGEST_BYTES], link[DIGEST_BYTES];
	int64_t format;
	unsigned char kind_root[ANCHOR_KINDS][DIGEST_BYTES]; /* of the second form */
};

struct rows;

/* Makes the next anchor in the caller's transaction and puts mail and webhooks about it into the outbox. `scheduled`: the one of the day. */
bool anchor_make(struct ctx *ctx, const char *day, bool scheduled, struct anchor *anchor_r) MUST_CHECK;
/* Members with the roots of the kinds: "tickets_root". */
extern const char *const anchor_root_name[ANCHOR_KINDS];
/* Kinds that an anchor of this form covers. */
int anchor_kinds(const struct anchor *anchor);
/* What the root must be over the roots of the kinds, in the second form. */
void anchor_root(const struct anchor *anchor, unsigned char out[static DIGEST_BYTES]);
/* What the link must be. */
void anchor_link(const struct anchor *anchor, unsigned char out[static DIGEST_BYTES]);
/* An anchor as one JSON object, as in the file and the API. */
void anchor_json(struct json_out *json, const char *key_or_null, const struct anchor *anchor);
/* From a row of the statements audit_anchor_*. */
void anchor_read_row(struct ctx *ctx, const struct rows *rows, int row, struct anchor *anchor_r);

/* Appends to the file (audit.anchor_file) the anchors of the table that it does not hold yet, and syncs it; *added_r says how many.
 * Thread and process: safe, the file is locked. Fails: ERROR_INTERNAL with the reason. */
bool anchor_file_append(struct ctx *ctx, const char *path, int *added_r) MUST_CHECK;

/* Every anchor of a file; a line that is none is a finding. Fails: ERROR_NOT_FOUND when it cannot be opened. */
bool anchor_file_read(struct ctx *ctx, const char *path, struct audit_check *check, struct anchor **anchors_r, int *count_r) MUST_CHECK;

/* Anchors to be recomputed in one pass over all events. */
struct anchor_set;
/* From a file of JSON lines. What is wrong with the file itself (a line that is none, a broken link, a gap, an anchor that the table has
 * otherwise or not at all) is a finding. Fails: the file cannot be read or is empty. */
bool anchor_set_read_file(struct ctx *ctx, const char *path, struct audit_check *check, struct anchor_set **set_r) MUST_CHECK;
/* From the table; finds what was changed there and not hidden by new links. */
bool anchor_set_read_table(struct ctx *ctx, struct audit_check *check, struct anchor_set **set_r) MUST_CHECK;
int anchor_set_count(const struct anchor_set *set);
/* Subjects of a kind come by id; tickets, cases, contracts. */
void anchor_subject(struct anchor_set *set, enum anchor_kind kind, int64_t id, const struct chain *chain);
/* After the last subject: calendars, roots, findings. */
bool anchor_finish(struct ctx *ctx, struct anchor_set *set, struct audit_check *check) MUST_CHECK;

#endif
