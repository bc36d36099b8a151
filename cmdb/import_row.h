/* One row of an import: from cells to what it says of a CI, or to the reasons why it says nothing. */
#ifndef VAKHTA_CMDB_IMPORT_ROW_H
#define VAKHTA_CMDB_IMPORT_ROW_H

#include "cmdb/csv.h"
#include "cmdb/model.h"

#include "db/query.h"

enum column_kind {
	COLUMN_NAME,
	COLUMN_CLASS,
	COLUMN_STATUS,
	COLUMN_OWNER,
	COLUMN_LOCATION,
	COLUMN_EXTERNAL_KEY,
	COLUMN_ATTRIBUTE
};

struct import_columns {
	enum column_kind kind[CSV_CELLS_MAX];
	const char *name[CSV_CELLS_MAX];
	int count;
	bool has_class;
};

struct import_plan;
struct import_plan {
	const struct model *model;
	const char *source;
	const struct class *class; /* for rows without a class of their own; or NULL */
	struct import_columns columns;
	/* Words of people and other programs for what the model calls otherwise; NULL: cells are as the model writes. */
	const char *(*reword)(struct arena *arena, const struct import_plan *plan, const struct class *class, enum column_kind kind,
		const struct attribute *attribute, const char *cell);
};

struct import_row {
	int line;
	const char *name;   /* NULL: none given */
	const char *errors; /* JSON list, or NULL: the database decides by what follows */
	int64_t class_id;
	const char *external_key, *status, *owner, *location; /* NULL: not given */
	const char *attributes; /* JSON object of values in stored form, references as in the cell */
};

/* Reads the heading. Field errors /columns/N for unknown and repeated ones, /columns for a missing name. */
bool import_columns_read(struct ctx *ctx, const struct csv *heading, struct import_plan *plan) MUST_CHECK;
void import_row_read(
	struct ctx *ctx, const struct import_plan *plan, const struct csv *record, struct import_row *row_r);

#endif
