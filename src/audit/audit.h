/* What an auditor can check without us: chains of events, anchors and clocks, from the rows alone.
 * Refuses: to mend anything; findings are reported and counted. */
#ifndef VAKHTA_AUDIT_AUDIT_H
#define VAKHTA_AUDIT_AUDIT_H

#include "base/ctx.h"

struct anchor_set;

/* One check in progress. `found` gets each finding: number of the ticket or case (or "anchor 12"), of the event (0: the whole), and what
 * is wrong, in English. `step` is called now and then; false ends the check with its error in the context that works. */
struct audit_check {
	int64_t subjects, items; /* chains and events; or subjects and clocks */
	int64_t findings;
	void (*found)(struct audit_check *check, const char *number, int64_t seq, const char *what);
	bool (*step)(struct audit_check *check, struct ctx *ctx); /* or NULL */
	void *user;
};
#define AUDIT_STEP_SUBJECTS 1000

/* Counts and passes on. */
void audit_found(struct audit_check *check, const char *number, int64_t seq, const char *format, ...) __attribute__((format(printf, 4, 5)));

/* One chain, or all (both ids 0); then `anchors` (may be NULL) are recomputed too. False: could not be checked, see ctx->error. */
bool audit_verify(struct ctx *ctx, int64_t ticket_id, int64_t case_id, struct anchor_set *anchors, struct audit_check *check) MUST_CHECK;

/* Recomputes every clock from events and calendars, in constant memory and one snapshot. `calendars` is a second context, since the first
 * is busy with the stream of events. */
bool audit_replay(struct ctx *ctx, struct ctx *calendars, int64_t ticket_id, int64_t case_id, struct audit_check *check) MUST_CHECK;

/* Rows of `query` (subjects after $1, up to $2) for one subject, or for all of them in parts, so that the database sorts only a part at a time.
 * `part` says where one ends. In the caller's snapshot. */
struct query;
struct rows;
bool audit_parts_each(struct ctx *ctx, const struct query *part, const struct query *query, int64_t subject_or_0,
	bool (*row)(struct ctx *ctx, const struct rows *rows, void *user), void *user) MUST_CHECK;

/* The one ticket or case that is meant; NULL: all, both 0. Fails: ERROR_NOT_FOUND. */
bool audit_subject_find(struct ctx *ctx, const char *number_or_null, int64_t *ticket_r, int64_t *case_r) MUST_CHECK;

#endif
