/* The embedded files of the demo company, as texts, tables and JSON.
 * Refuses: nothing; the files are part of the program and checked with it. */
#include "demo/demo.h"

#include "base/text.h"
#include "demo_data.h"

#include <string.h>

#define COLUMNS_MAX 16

const char *demo_file(const char *name)
{
	const struct demo_file *file = demo_files;
	while (file->name && strcmp(file->name, name) != 0)
		file++;
	INVARIANT(file->name != NULL);
	return file->text;
}

/* The next cell of a line; moves past its separator. */
static char *cell(struct arena *arena, const char **at)
{
	size_t length = strcspn(*at, "\t\n");
	char *text = arena_strndup(arena, *at, length);
	*at += length;
	if (**at == '\t')
		(*at)++;
	return text;
}

const char *demo_table(struct ctx *ctx, const char *name)
{
	const char *at = demo_file(name);
	const char *heading[COLUMNS_MAX];
	int columns = 0;
	struct json_out out;
	do
		heading[columns++] = cell(ctx->arena, &at);
	while (columns < COLUMNS_MAX && *at != '\n' && *at);
	INVARIANT(*at == '\n');
	json_begin(&out, ctx->arena, 2 * strlen(at));
	json_open_array(&out, NULL);
	for (at++; *at; at++) {
		json_open_object(&out, NULL);
		for (int i = 0; i < columns; i++) {
			const char *text = cell(ctx->arena, &at);
			json_text(&out, heading[i], *text ? text : NULL);
		}
		json_close_object(&out);
		INVARIANT(*at == '\n');
	}
	json_close_array(&out);
	return out.text.data;
}

json_t *demo_json(struct ctx *ctx, const char *name)
{
	json_error_t error;
	json_t *json = json_loads(demo_file(name), JSON_REJECT_DUPLICATES, &error);
	if (!json) {
		fail_internal(ctx, ERROR_INTERNAL, "%s, line %d: %s", name, error.line, error.text);
		return NULL;
	}
	arena_on_release(ctx->arena, (void (*)(void *))json_decref, json);
	return json;
}
