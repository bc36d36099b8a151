/* Owns: matching. A pattern's rows are few for each number of segments, so a sorted list is walked.
 * Refuses: regular expressions and optional parts. */
#include "http/router.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEGMENTS_MAX 12

struct segment {
	const char *text;
	size_t length;
	bool parameter;
};

struct entry {
	const struct route *route;
	int index, segment_count;
	struct segment segment[SEGMENTS_MAX];
};

struct router {
	struct entry *entries; /* by number of segments, then literals first */
	int count;
	int first[SEGMENTS_MAX + 2];
};

static const char *const method_names[] = { "GET", "POST", "PUT", "PATCH", "DELETE" };

const char *router_method_name(enum http_method method)
{
	return method_names[method];
}

/* -1: more segments than any pattern has. "/" has none. */
static int cut(const char *path, struct segment segments[static SEGMENTS_MAX])
{
	int count = 0;
	const char *at = path;
	if (at[0] == '/' && at[1] == '\0')
		return 0;
	while (*at == '/') {
		const char *end = strchrnul(at + 1, '/');
		if (count == SEGMENTS_MAX)
			return -1;
		segments[count].text = at + 1;
		segments[count].length = (size_t)(end - at - 1);
		segments[count].parameter = at[1] == '{' && end[-1] == '}';
		count++;
		at = end;
	}
	return *at == '\0' ? count : -1;
}

static int by_shape(const void *a_, const void *b_)
{
	const struct entry *a = a_, *b = b_;
	if (a->segment_count != b->segment_count)
		return a->segment_count - b->segment_count;
	for (int i = 0; i < a->segment_count; i++) {
		const struct segment *x = &a->segment[i], *y = &b->segment[i];
		if (x->parameter != y->parameter)
			return x->parameter ? 1 : -1;
		if (x->parameter)
			continue;
		size_t shorter = x->length < y->length ? x->length : y->length;
		int order = strncmp(x->text, y->text, shorter);
		if (order != 0 || x->length != y->length)
			return order != 0 ? order : (x->length < y->length ? -1 : 1);
	}
	return (int)a->route->method - (int)b->route->method;
}

static bool add(struct entry *entry, const struct route *route, int index, char *why, size_t why_bytes)
{
	int parameters = 0;
	entry->route = route;
	entry->index = index;
	entry->segment_count = cut(route->pattern, entry->segment);
	for (int i = 0; i < entry->segment_count; i++)
		parameters += entry->segment[i].parameter ? 1 : 0;
	if (entry->segment_count < 0 || parameters > REQUEST_PATH_ARGS) {
		snprintf(why, why_bytes, "route %s: the pattern is not usable", route->pattern);
		return false;
	}
	if (route->right == 0 || (!route->handler && route->pool != POOL_STREAM)) {
		snprintf(why, why_bytes, "route %s %s: it has no %s", method_names[route->method], route->pattern,
			route->right == 0 ? "right" : "handler");
		return false;
	}
	if (route->pool == POOL_INLINE && route->right != RIGHT_PUBLIC) {
		snprintf(why, why_bytes, "route %s: on the I/O thread nobody can be asked who they are", route->pattern);
		return false;
	}
	return true;
}

struct router *router_create(const struct route *routes, int count, char *why, size_t why_bytes)
{
	struct router *router = calloc(1, sizeof(*router));
	struct entry *entries = calloc((size_t)count + 1, sizeof(*entries));
	if (!router || !entries) {
		snprintf(why, why_bytes, "no memory for the routes");
		free(router);
		free(entries);
		return NULL;
	}
	router->entries = entries;
	router->count = count;
	for (int i = 0; i < count; i++) {
		if (!add(&entries[i], &routes[i], i, why, why_bytes)) {
			router_destroy(router);
			return NULL;
		}
	}
	qsort(entries, (size_t)count, sizeof(*entries), by_shape);
	for (int i = 1; i < count; i++) {
		if (by_shape(&entries[i - 1], &entries[i]) == 0) {
			snprintf(why, why_bytes, "route %s %s stands in the table twice", method_names[entries[i].route->method],
				entries[i].route->pattern);
			router_destroy(router);
			return NULL;
		}
	}
	for (int segments = 0, i = 0; segments <= SEGMENTS_MAX + 1; segments++) {
		while (i < count && entries[i].segment_count < segments)
			i++;
		router->first[segments] = i;
	}
	return router;
}

void router_destroy(struct router *router)
{
	if (!router)
		return;
	free(router->entries);
	free(router);
}

static bool fits(const struct entry *entry, const struct segment *segments)
{
	for (int i = 0; i < entry->segment_count; i++) {
		const struct segment *wanted = &entry->segment[i];
		if (wanted->parameter
				? segments[i].length == 0
				: wanted->length != segments[i].length || memcmp(wanted->text, segments[i].text, wanted->length) != 0)
			return false;
	}
	return true;
}

/* Rows of one pattern stand together. The first pattern that fits wins; later, less literal ones are asked only when it
 * lacks the method. */
enum router_found router_match(const struct router *router, struct arena *arena, enum http_method method,
	const char *path, int *index_r, const char *args_r[static REQUEST_PATH_ARGS], const char **allow_r)
{
	struct segment segments[SEGMENTS_MAX];
	int count = cut(path, segments);
	bool path_exists = false;
	*index_r = -1;
	*allow_r = NULL;
	if (count < 0)
		return ROUTER_NO_PATH;
	for (int i = router->first[count]; i < router->first[count + 1]; i++) {
		const struct entry *entry = &router->entries[i];
		if (!fits(entry, segments))
			continue;
		path_exists = true;
		if (entry->route->method != method)
			continue;
		for (int s = 0, arg = 0; s < count; s++)
			if (entry->segment[s].parameter)
				args_r[arg++] = arena_strndup(arena, segments[s].text, segments[s].length);
		*index_r = entry->index;
		return ROUTER_FOUND;
	}
	if (!path_exists)
		return ROUTER_NO_PATH;
	*allow_r = router_allowed(router, arena, path);
	return ROUTER_NO_METHOD;
}

const char *router_allowed(const struct router *router, struct arena *arena, const char *path)
{
	struct segment segments[SEGMENTS_MAX];
	struct text_out out;
	unsigned int seen = 0;
	int count = cut(path, segments);
	if (count < 0)
		return NULL;
	for (int i = router->first[count]; i < router->first[count + 1]; i++)
		if (fits(&router->entries[i], segments))
			seen |= 1u << router->entries[i].route->method;
	if (seen == 0)
		return NULL;
	text_begin(&out, arena, 48);
	for (unsigned int method = HTTP_GET; method <= HTTP_DELETE; method++) {
		if (!(seen & (1u << method)))
			continue;
		if (out.length > 0)
			text_append_z(&out, ", ");
		text_append_z(&out, method == HTTP_GET ? "GET, HEAD" : method_names[method]);
	}
	return out.data;
}
