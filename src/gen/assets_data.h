/* The interface's files as they stand in the binary. The table is sorted by path, so that it can be searched by halves.
 * Without a built interface it is empty. */
#ifndef VAKHTA_ASSETS_DATA_H
#define VAKHTA_ASSETS_DATA_H

#include <stdbool.h>
#include <stddef.h>

struct asset {
	const char *path;         /* "/index.html", "/assets/app-AB12CD34.js" */
	const char *content_type; /* with its charset */
	const char *etag;         /* quoted, ready for the header */
	const unsigned char *data;
	size_t length;
	const unsigned char *gzip; /* NULL: not smaller compressed */
	size_t gzip_length;
	bool immutable; /* the name contains a hash of the content */
};

extern const struct asset assets_data[];
extern const int assets_data_count;

/* docs/openapi.yaml; not in the table. */
extern const struct asset asset_openapi;
/* The page behind a rating link and its style sheet (src/quality); not in the table. */
extern const struct asset asset_rating_page;
extern const struct asset asset_rating_style;

#endif
