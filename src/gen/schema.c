/* schema/NNNN_name.sql and schema/rules/NN_name.sql become two tables with checksums.
 * Refuses: a gap or a repetition in the numbers of the migrations, a file name without a number. */
#include "gen/gen.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const char *file_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(file_name(*(char *const *)a), file_name(*(char *const *)b));
}

static int file_number(const char *path, size_t digits)
{
	const char *name = file_name(path);
	for (size_t i = 0; i < digits; i++)
		if (!isdigit((unsigned char)name[i]))
			gen_die("%s: the name must begin with %zu digits and _", path, digits);
	if (name[digits] != '_')
		gen_die("%s: the name must begin with %zu digits and _", path, digits);
	return (int)strtol(name, NULL, 10);
}

static void write_table(FILE *out, const char *name, const char *root, char **paths, int count, size_t digits)
{
	fprintf(out, "const struct schema_file %s[] = {\n", name);
	for (int i = 0; i < count; i++) {
		struct bytes bytes = gen_read(paths[i]);
		char checksum[65];
		int number = file_number(paths[i], digits);
		if (strlen(bytes.data) != bytes.length)
			gen_die("%s: holds a NUL", gen_below(root, paths[i]));
		if (digits == 4 && number != i + 1)
			gen_die("%s: the number must be %04d, one more than the last", gen_below(root, paths[i]), i + 1);
		gen_sha256_hex(bytes.data, bytes.length, checksum);
		fprintf(out, "\t{ %d, \"%s\", \"%s\",", number, file_name(paths[i]), checksum);
		gen_write_literal(out, bytes.data);
		fputs(" },\n", out);
	}
	fputs("\t{ 0, NULL, NULL, NULL },\n};\n", out);
}

void gen_schema(int argc, char **argv)
{
	const char *root = argv[0];
	char **migrations = gen_alloc((size_t)argc * sizeof(char *)), **rules = gen_alloc((size_t)argc * sizeof(char *));
	int migration_count = 0, rule_count = 0;
	for (int i = 2; i < argc; i++) {
		bool rule = strncmp(gen_below(root, argv[i]), "schema/rules/", strlen("schema/rules/")) == 0;
		if (rule)
			rules[rule_count++] = argv[i];
		else
			migrations[migration_count++] = argv[i];
	}
	qsort(migrations, (size_t)migration_count, sizeof(char *), by_name);
	qsort(rules, (size_t)rule_count, sizeof(char *), by_name);
	FILE *out = gen_open(argv[1]);
	fputs("#include \"db/schema_data.h\"\n\n#include <stddef.h>\n\n", out);
	write_table(out, "schema_migrations", root, migrations, migration_count, 4);
	fprintf(out, "const int schema_migration_count = %d;\n\n", migration_count);
	write_table(out, "schema_rules", root, rules, rule_count, 2);
	fprintf(out, "const int schema_rule_count = %d;\n", rule_count);
	gen_close(out, argv[1]);
	free(migrations);
	free(rules);
}
