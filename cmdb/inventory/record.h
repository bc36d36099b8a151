/* One entry of an inventory, whichever form it came in: a section ("softwares"), and fields by lower-case name.
 * The readers (xml.h, json.h) hand each entry over as it ends and keep nothing, so that memory does not grow with the inventory.
 * Refuses: values longer than INVENTORY_VALUE_MAX (cut at a character), fields beyond INVENTORY_FIELDS_MAX (left out). */
#ifndef VAKHTA_CMDB_INVENTORY_RECORD_H
#define VAKHTA_CMDB_INVENTORY_RECORD_H

#include "base/ctx.h"

#include <stddef.h>

#define INVENTORY_FIELDS_MAX 64
#define INVENTORY_NAME_MAX 40
#define INVENTORY_VALUE_MAX 1024
/* Deeper than any agent nests. */
#define INVENTORY_DEPTH_MAX 32
/* Elements or values; an inventory of 20 MB has some 600,000. */
#define INVENTORY_NODES_MAX 2000000

struct inventory_record {
	char section[INVENTORY_NAME_MAX]; /* "": of the message itself */
	int count;
	struct {
		char name[INVENTORY_NAME_MAX]; /* "": the entry is a value, not fields */
		char value[INVENTORY_VALUE_MAX + 1];
	} field[INVENTORY_FIELDS_MAX];
};

/* Called for each entry; false stops the reader (its error in ctx). An empty list is an entry without fields. */
struct inventory_sink {
	bool (*take)(struct ctx *ctx, void *user, const struct inventory_record *record);
	void *user;
};

void inventory_record_begin(struct inventory_record *record, const char *section, size_t length);
/* `value` is UTF-8, of any length. */
void inventory_record_add(struct inventory_record *record, const char *name, size_t name_length, const char *value, size_t value_length);
/* A field as it may be shown: control characters and runs of blanks are one blank, nothing around it. NULL: absent or empty. */
const char *inventory_record_get(struct arena *arena, const struct inventory_record *record, const char *name);
/* A number from 0; -1: absent or none. */
int64_t inventory_record_number(const struct inventory_record *record, const char *name);

#endif
