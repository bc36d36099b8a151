/* The accepted records of a log, grouped by case in the order in which the cases first appear, however the file
 * mixes them.
 * Owns: a temporary file without a name (in $TMPDIR, or /tmp) with the records, and in memory some 24 bytes for each
 * stretch of records of one case and 100 for each case. So the whole file is read and judged before anything is
 * written to the database.
 * Refuses: more than TRAIL_ROWS_MAX records, or TRAIL_TICKET_ROWS_MAX of one case. */
#ifndef VAKHTA_IMPORT_SPOOL_H
#define VAKHTA_IMPORT_SPOOL_H

#include "base/ctx.h"

#include <stddef.h>
#include <stdint.h>

#define TRAIL_ROWS_MAX 50000000
#define TRAIL_TICKET_ROWS_MAX 20000

struct trail_spool;

/* NULL: see ctx->error. Owns: the arena releases it. */
struct trail_spool *trail_spool_create(struct ctx *ctx) MUST_CHECK;

/* Records of a case that was refused are refused too. */
enum trail_spool_case { SPOOL_NEW, SPOOL_KNOWN, SPOOL_REFUSED };
/* `line_r`: where the refused first row stands. */
enum trail_spool_case trail_spool_look(const struct trail_spool *spool, const char *number, int *line_r);
/* The first row of the case was refused. */
void trail_spool_refuse(struct trail_spool *spool, const char *number, int line);
bool trail_spool_add(struct ctx *ctx, struct trail_spool *spool, const char *number, const char *bytes, size_t length,
	int line) MUST_CHECK;
/* Nothing is added any more. */
bool trail_spool_finish(struct ctx *ctx, struct trail_spool *spool) MUST_CHECK;

int64_t trail_spool_rows(const struct trail_spool *spool);
/* Cases, those that were refused included (they have no rows). */
int trail_spool_cases(const struct trail_spool *spool);
int trail_spool_case_rows(const struct trail_spool *spool, int index);
/* Walks the records of a case in the order of the file. `cursor` begins as { 0 }. False at the end. */
struct trail_spool_cursor {
	int64_t stretch;
	int left;
	size_t at;
	bool began;
};
bool trail_spool_next(const struct trail_spool *spool, int index, struct trail_spool_cursor *cursor,
	const char **bytes_r, size_t *length_r, int *line_r);

#endif
