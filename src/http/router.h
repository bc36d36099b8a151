/* Finds the row of the route table for a path.
 * Owns: the patterns cut into segments, sorted so that a literal stands before a {parameter}.
 * Refuses: two rows for the same method and pattern, a row without a right or handler, an INLINE row that is not
 * public. */
#ifndef VAKHTA_HTTP_ROUTER_H
#define VAKHTA_HTTP_ROUTER_H

#include "http/request.h"

struct router;

/* NULL with one line in `why`. */
struct router *router_create(const struct route *routes, int count, char *why, size_t why_bytes);
void router_destroy(struct router *router);

enum router_found { ROUTER_FOUND, ROUTER_NO_PATH, ROUTER_NO_METHOD };

/* On success the row's index and the parameters (in `arena`). On ROUTER_NO_METHOD the value for Allow. */
enum router_found router_match(const struct router *router, struct arena *arena, enum http_method method,
	const char *path, int *index_r, const char *args_r[static REQUEST_PATH_ARGS], const char **allow_r);
/* The methods that exist for the path, as for Allow; NULL when the path does not exist. */
const char *router_allowed(const struct router *router, struct arena *arena, const char *path);

const char *router_method_name(enum http_method method);

#endif
