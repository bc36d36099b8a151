#include "test_cmdb.h"

#include "cmdb/csv.h"

#include "base/text.h"

#include <stdlib.h>

/* The table as "[cell|cell]" a record, "!why" at a failure. The bytes lie at the end of their block, so that reading on shows. */
static char *shape(const char *bytes, size_t length)
{
	struct arena *arena = arena_create(4096);
	struct text_out out;
	struct csv csv;
	char *exact = malloc(length ? length : 1);
	assert_non_null(exact);
	memcpy(exact, bytes, length);
	text_begin(&out, arena, 64);
	enum csv_result result = csv_open(&csv, arena, exact, length) ? CSV_RECORD : CSV_BROKEN;
	while (result == CSV_RECORD && (result = csv_next(&csv)) == CSV_RECORD) {
		text_append_char(&out, '[');
		for (int i = 0; i < csv.cell_count; i++)
			text_append_printf(&out, "%s%s", i > 0 ? "|" : "", csv.cell[i]);
		text_append_char(&out, ']');
	}
	if (result == CSV_BROKEN)
		text_append_printf(&out, "!%s", csv.why);
	char *kept = strdup(out.data);
	free(exact);
	arena_destroy(arena);
	return kept;
}

static void check(const char *table, const char *expected)
{
	char *got = shape(table, strlen(table));
	assert_string_equal(got, expected);
	free(got);
}

void test_csv_records(void **state)
{
	(void)state;
	check("a,b\n1,2\n", "[a|b][1|2]");
	check("a,b\r\n1,2", "[a|b][1|2]");
	check("a,b\r1,2\r", "[a|b][1|2]");
	check("a,b\n\n\n,\n", "[a|b][|]");
	check("\"a,1\",\"b \"\"c\"\"\"\n\"\",x", "[a,1|b \"c\"][|x]");
	check("\"two\r\nlines\",x\n", "[two\nlines|x]");
	check("\xef\xbb\xbfимя,б\nЖ,1\n", "[имя|б][Ж|1]");
}

void test_csv_separators(void **state)
{
	(void)state;
	check("a;b;c,d\n1;2;3\n", "[a|b|c,d][1|2|3]");
	check("a\tb\n1\t2,3\n", "[a|b][1|2,3]");
	check("\"a;b;c\",d\n1,2\n", "[a;b;c|d][1|2]");
	check("alone\n", "[alone]");
}

void test_csv_lines(void **state)
{
	struct arena *arena = arena_create(4096);
	const char *table = "h\n\n\"a\nb\"\nc\n";
	struct csv csv;
	(void)state;
	assert_true(csv_open(&csv, arena, table, strlen(table)));
	static const int lines[] = { 1, 3, 5 };
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(csv_next(&csv), CSV_RECORD);
		assert_int_equal(csv.record_line, lines[i]);
	}
	assert_int_equal(csv_next(&csv), CSV_END);
	arena_destroy(arena);
}

void test_csv_broken(void **state)
{
	(void)state;
	check("", "!the table is empty");
	check("\xef\xbb\xbf", "!the table is empty");
	check("a\n\"open\nx\n", "[a]!line 2: this quote does not end");
	check("a\n\"b\"c\n", "[a]!line 2: text after a closing quote");
	check("a\nb\"c\n", "[a]!line 2: a quote within a cell that is not quoted");
	check("a\n\xff\n", "!the table is not valid UTF-8, or contains NUL");
	char *nul = shape("a\0b", 3);
	assert_string_equal(nul, "!the table is not valid UTF-8, or contains NUL");
	free(nul);
	char wide[CSV_CELLS_MAX + 2];
	memset(wide, ',', sizeof(wide) - 1);
	wide[sizeof(wide) - 1] = '\0';
	check(wide, "!line 1: more than 256 cells");
	wide[CSV_CELLS_MAX - 1] = '\0';
	char *full = shape(wide, CSV_CELLS_MAX - 1);
	assert_int_equal(full[0], '[');
	free(full);
}

/* Every beginning of a table ends well; the sanitizers watch. */
void test_csv_never_reads_on(void **state)
{
	static const char table[] = "\xef\xbb\xbf"
								"a;\"b\"\"\r\n\";c\r\n\r\r\n;;\"\"\n\"x";
	(void)state;
	for (size_t length = 0; length < sizeof(table); length++)
		free(shape(table, length));
}
