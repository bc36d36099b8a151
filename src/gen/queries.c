/* The named blocks of the .sql files become one header a file with their names, and the table of their texts.
 * Refuses: text before the first name, a name given twice, a name that is no identifier, an empty block. */
#include "gen/gen.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* PostgreSQL keeps 63 bytes of a prepared statement's name. */
#define NAME_BYTES_MAX 60

struct named {
	char *name;
	const char *file;
	int line;
	bool prepare;
	struct sql_statement statement;
};

struct catalogue {
	struct named *items;
	size_t count, capacity;
};

static struct named *add(struct catalogue *catalogue)
{
	if (catalogue->count == catalogue->capacity) {
		catalogue->capacity = catalogue->capacity ? 2 * catalogue->capacity : 64;
		catalogue->items = realloc(catalogue->items, catalogue->capacity * sizeof(struct named));
		if (!catalogue->items)
			gen_die("out of memory");
	}
	struct named *item = &catalogue->items[catalogue->count++];
	memset(item, 0, sizeof(*item));
	return item;
}

/* The value after "-- key:" when the line is such a marker, else NULL. */
static const char *marker(const char *line, size_t length, const char *key, size_t *value_length_r)
{
	size_t key_length = strlen(key), at = 2;
	if (length < 2 || line[0] != '-' || line[1] != '-')
		return NULL;
	while (at < length && (line[at] == ' ' || line[at] == '\t'))
		at++;
	if (length - at <= key_length || strncmp(line + at, key, key_length) != 0 || line[at + key_length] != ':')
		return NULL;
	at += key_length + 1;
	while (at < length && isspace((unsigned char)line[at]))
		at++;
	size_t end = length;
	while (end > at && isspace((unsigned char)line[end - 1]))
		end--;
	*value_length_r = end - at;
	return line + at;
}

static void check_name(const char *file, int line, const char *name, size_t length)
{
	bool good = length > 0 && length <= NAME_BYTES_MAX && islower((unsigned char)name[0]);
	for (size_t i = 0; good && i < length; i++)
		good = islower((unsigned char)name[i]) || isdigit((unsigned char)name[i]) || name[i] == '_';
	if (!good)
		gen_die("%s:%d: \"%.*s\" is not a name of at most %d characters a-z, 0-9 and _", file, line, (int)length, name,
			NAME_BYTES_MAX);
}

static void finish(struct named *item, const char *from, const char *to)
{
	item->statement = sql_statement_read(item->file, item->line + 1, from, (size_t)(to - from));
	if (item->statement.is_copy)
		item->prepare = false;
}

static void read_marker(struct named *item, const char *value, size_t length, int line)
{
	if (length == 2 && strncmp(value, "no", 2) == 0)
		item->prepare = false;
	else
		gen_die("%s:%d: after \"-- prepare:\" only \"no\" is known", item->file, line);
}

static void read_file(struct catalogue *catalogue, const char *root, const char *path)
{
	struct bytes bytes = gen_read(path);
	const char *file = gen_below(root, path);
	const char *end = bytes.data + bytes.length, *block = NULL;
	int line = 1;
	if (strlen(bytes.data) != bytes.length)
		gen_die("%s: holds a NUL", file);
	for (const char *at = bytes.data; at < end; line++) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *next = newline ? newline + 1 : end;
		size_t length = (size_t)(next - at) - (newline != NULL), value_length;
		const char *value = marker(at, length, "name", &value_length);
		struct named *item = block ? &catalogue->items[catalogue->count - 1] : NULL;
		if (value) {
			if (item)
				finish(item, block, at);
			check_name(file, line, value, value_length);
			item = add(catalogue);
			*item = (struct named){ gen_strndup(value, value_length), file, line, true, { 0 } };
			block = next;
		} else if (item && line == item->line + 1 && (value = marker(at, length, "prepare", &value_length))) {
			read_marker(item, value, value_length, line);
		} else if (!item && length > strspn(at, " \t\r") && strncmp(at + strspn(at, " \t"), "--", 2) != 0 &&
			*at != '\n') {
			gen_die("%s:%d: a statement without \"-- name: …\" before it", file, line);
		}
		at = next;
	}
	if (block)
		finish(&catalogue->items[catalogue->count - 1], block, end);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct named *)a)->name, ((const struct named *)b)->name);
}

static void check_unique(const struct catalogue *catalogue)
{
	for (size_t i = 1; i < catalogue->count; i++) {
		const struct named *a = &catalogue->items[i - 1], *b = &catalogue->items[i];
		if (strcmp(a->name, b->name) == 0)
			gen_die("%s:%d: the name \"%s\" is also in %s:%d", b->file, b->line, b->name, a->file, a->line);
	}
}

/* The part of the path that an #include names: below the root, and without src/, which is a root of includes itself. */
static const char *include_path(const char *file)
{
	return strncmp(file, "src/", 4) == 0 ? file + 4 : file;
}

static void write_upper(FILE *out, const char *name)
{
	for (const char *c = name; *c; c++)
		fputc(toupper((unsigned char)*c), out);
}

/* One header a .sql file: a new statement is news to those who call the statements of that file, and to nobody else. */
static void write_header(const struct catalogue *catalogue, const char *file, const char *directory)
{
	const char *below = include_path(file);
	size_t size = strlen(directory) + strlen(below) + 4;
	char *path = gen_alloc(size);
	snprintf(path, size, "%s/%s.h", directory, below);
	gen_directories(path);
	FILE *out = gen_open(path);
	fputs("#pragma once\n#include \"db/statement.h\"\n\n", out);
	for (size_t i = 0; i < catalogue->count; i++) {
		const struct named *item = &catalogue->items[i];
		if (strcmp(item->file, file) != 0)
			continue;
		fprintf(out, "extern const struct query sql_%s; /* %s:%d */\n#define QUERY_", item->name, item->file, item->line);
		write_upper(out, item->name);
		fprintf(out, " (&sql_%s)\n", item->name);
	}
	gen_close(out, path);
	free(path);
}

static void write_table(const struct catalogue *catalogue, const char *path)
{
	FILE *out = gen_open(path);
	fputs("#include \"db/statement.h\"\n\n#include <stddef.h>\n\n", out);
	for (size_t i = 0; i < catalogue->count; i++) {
		const struct named *item = &catalogue->items[i];
		fprintf(out, "extern const struct query sql_%s;\nconst struct query sql_%s = { \"%s\",", item->name, item->name, item->name);
		gen_write_literal(out, item->statement.text);
		fprintf(out, ",\n\t\"%s\", %d, %d, %s, %s };\n", item->file, item->line, item->statement.param_count,
			item->prepare ? "true" : "false", item->statement.is_copy ? "true" : "false");
	}
	fputs("\nconst struct query *const query_all[] = {\n", out);
	for (size_t i = 0; i < catalogue->count; i++)
		fprintf(out, "\t&sql_%s,\n", catalogue->items[i].name);
	fprintf(out, "\tNULL,\n};\nconst int query_count = %zu;\n", catalogue->count);
	gen_close(out, path);
}

void gen_queries(int argc, char **argv)
{
	struct catalogue catalogue = { 0 };
	for (int i = 3; i < argc; i++)
		read_file(&catalogue, argv[0], argv[i]);
	if (catalogue.count > 0)
		qsort(catalogue.items, catalogue.count, sizeof(struct named), by_name);
	check_unique(&catalogue);
	for (int i = 3; i < argc; i++)
		write_header(&catalogue, gen_below(argv[0], argv[i]), argv[1]);
	write_table(&catalogue, argv[2]);
}
