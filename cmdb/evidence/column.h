/* What attribute a delivered column would make: a name that may be one, and the narrowest type that its values fit. Pure. */
#ifndef VAKHTA_CMDB_EVIDENCE_COLUMN_H
#define VAKHTA_CMDB_EVIDENCE_COLUMN_H

#include "base/arena.h"

/* "Asset Tag" gives "asset_tag", "Дата ТО" "data_to"; NULL when nothing is left. */
const char *column_attribute_name(struct arena *arena, const char *heading);
/* Name of a type of attributes; "text" when there are no values. */
const char *column_type(struct arena *arena, const char *const *sample, int count);

#endif
