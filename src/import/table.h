/* Records of a log, one at a time, in constant memory: finds where a record ends and lets cmdb/csv.h read it.
 * Refuses: a quote that is not closed before the file or 1 MiB ends (the whole file: nobody can say where its
 * records are); records that are broken otherwise are the caller's to refuse. */
#ifndef VAKHTA_IMPORT_TABLE_H
#define VAKHTA_IMPORT_TABLE_H

#include "base/ctx.h"
#include "cmdb/csv.h"
#include "import/source.h"

#define TRAIL_RECORD_BYTES_MAX (1024 * 1024)

struct trail_table;

struct trail_record {
	const char *bytes; /* with its line end; valid until the next record is read */
	size_t length;
	int line;
};

/* `delimiter` 0: found from the first line. NULL: see ctx->error. */
struct trail_table *trail_table_open(
	struct ctx *ctx, const char *path, const char *encoding, char delimiter) MUST_CHECK;
/* False: failed, see ctx->error. At the end length is 0. */
bool trail_table_next(struct ctx *ctx, struct trail_table *table, struct trail_record *record_r) MUST_CHECK;
char trail_table_delimiter(const struct trail_table *table);
double trail_table_share(const struct trail_table *table);

/* The cells of one record, in the arena. False: broken, the reason (without the line) in *why_r; cells read before
 * stay. */
bool trail_record_cells(
	struct arena *arena, const char *bytes, size_t length, char delimiter, struct csv *csv_r, const char **why_r);

#endif
