/* The files of schema/demo as they stand in the binary, for the room demo alone. The last entry has no name. */
#ifndef VAKHTA_DEMO_DATA_H
#define VAKHTA_DEMO_DATA_H

#include <stddef.h>

struct demo_file {
	const char *name; /* "people.tsv" */
	size_t length;
	const char *text;
};

extern const struct demo_file demo_files[];

#endif
