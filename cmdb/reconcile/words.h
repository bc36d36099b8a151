/* Words of people and of other programs' exports for what the model calls otherwise: headings, classes, states, choices, dates, numbers.
 * Pure: no I/O. */
#ifndef VAKHTA_RECONCILE_WORDS_H
#define VAKHTA_RECONCILE_WORDS_H

#include "cmdb/import_row.h"

/* What a heading probably means: a field, or the name of an attribute that the model has; NULL: nothing known. */
const char *words_heading(struct arena *arena, const struct model *model, const char *heading);
/* The cell as the model writes it, or the cell itself. */
const char *words_cell(struct arena *arena, const struct import_plan *plan, const struct class *class, enum column_kind kind,
	const struct attribute *attribute, const char *cell);
/* Lower case for Latin and Cyrillic letters. */
char *words_lower(struct arena *arena, const char *text);

#endif
