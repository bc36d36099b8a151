/* Reading results in text form. A wrong row, column or type is a fault of the program and stops at an assertion. */
#include "db/conn.h"

#include <stdlib.h>
#include <string.h>

int rows_count(const struct rows *rows)
{
	return rows->count;
}

static void check(const struct rows *rows, int row, int column)
{
	INVARIANT(row >= 0 && row < rows->count);
	INVARIANT(column >= 0 && column < rows->columns);
}

bool rows_null(const struct rows *rows, int row, int column)
{
	check(rows, row, column);
	return PQgetisnull(rows->result, row, column);
}

const char *rows_text(const struct rows *rows, int row, int column)
{
	return rows_null(rows, row, column) ? NULL : PQgetvalue(rows->result, row, column);
}

size_t rows_length(const struct rows *rows, int row, int column)
{
	check(rows, row, column);
	return (size_t)PQgetlength(rows->result, row, column);
}

int64_t rows_int(const struct rows *rows, int row, int column)
{
	const char *text = rows_text(rows, row, column);
	int64_t value = 0;
	INVARIANT(!text || text_parse_int64(text, &value));
	return value;
}

bool rows_bool(const struct rows *rows, int row, int column)
{
	const char *text = rows_text(rows, row, column);
	INVARIANT(!text || strcmp(text, "t") == 0 || strcmp(text, "f") == 0);
	return text && *text == 't';
}

/* "2026-03-02 08:00:00.25+00" of a connection in UTC. Infinity and years beyond four digits are no instants of ours. */
instant rows_instant(const struct rows *rows, int row, int column)
{
	const char *text = rows_text(rows, row, column);
	char copy[48];
	instant at;
	if (!text || strstr(text, "infinity"))
		return INSTANT_NONE;
	size_t length = strlen(text);
	INVARIANT(length >= 22 && length < sizeof(copy) - 1 && strcmp(text + length - 3, "+00") == 0);
	memcpy(copy, text, length - 3);
	memcpy(copy + length - 3, "Z", 2);
	copy[10] = 'T';
	return instant_parse(copy, &at) ? at : INSTANT_NONE;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

const unsigned char *rows_bytes(struct ctx *ctx, const struct rows *rows, int row, int column, size_t *length_r)
{
	const char *text = rows_text(rows, row, column);
	*length_r = 0;
	if (!text)
		return NULL;
	size_t length = rows_length(rows, row, column);
	INVARIANT(length >= 2 && length % 2 == 0 && text[0] == '\\' && text[1] == 'x');
	*length_r = length / 2 - 1;
	unsigned char *bytes = arena_alloc(ctx->arena, *length_r + 1);
	for (size_t i = 0; i < *length_r; i++) {
		int high = hex_digit(text[2 * i + 2]), low = hex_digit(text[2 * i + 3]);
		INVARIANT(high >= 0 && low >= 0);
		bytes[i] = (unsigned char)(high << 4 | low);
	}
	return bytes;
}

int64_t rows_affected(const struct rows *rows)
{
	int64_t count;
	return text_parse_int64(PQcmdTuples(rows->result), &count) ? count : 0;
}

/* Upper bound of the number of elements: every comma may separate two. */
static size_t element_bound(const char *text)
{
	size_t bound = 1;
	for (; *text; text++)
		bound += *text == ',';
	return bound;
}

/* One element from `at`; leaves `at` behind it. NULL is the word without quotes. */
static const char *read_element(struct arena *arena, const char **at)
{
	const char *from = *at;
	if (*from != '"') {
		size_t length = strcspn(from, ",}");
		*at = from + length;
		bool null = length == 4 && memcmp(from, "NULL", 4) == 0;
		return null ? NULL : arena_strndup(arena, from, length);
	}
	const char *end = from + 1;
	while (*end && *end != '"')
		end += *end == '\\' && end[1] ? 2 : 1;
	char *element = arena_alloc(arena, (size_t)(end - from) + 1), *out = element;
	for (const char *c = from + 1; c < end; c++) {
		c += *c == '\\';
		*out++ = *c;
	}
	INVARIANT(*end == '"');
	*at = end + 1;
	return element;
}

int rows_array(struct ctx *ctx, const struct rows *rows, int row, int column, const char *const **elements_r)
{
	const char *text = rows_text(rows, row, column);
	*elements_r = NULL;
	if (!text)
		return 0;
	INVARIANT(text[0] == '{');
	const char **elements = arena_array(ctx->arena, element_bound(text), sizeof(char *));
	const char *at = text + 1;
	int count = 0;
	while (*at != '}') {
		INVARIANT(*at != '{');
		elements[count++] = read_element(ctx->arena, &at);
		INVARIANT(*at == ',' || *at == '}');
		at += *at == ',';
	}
	*elements_r = elements;
	return count;
}
