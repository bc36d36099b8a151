/* Owns: reading records of a table. Refuses: to repair a broken one by guessing where a cell ends. */
#include "cmdb/csv.h"

#include "base/text.h"

#include <string.h>

static bool at_line_end(const struct csv *csv)
{
	return csv->at == csv->end || *csv->at == '\n' || *csv->at == '\r';
}

static void pass_line_end(struct csv *csv)
{
	if (csv->at == csv->end)
		return;
	if (*csv->at == '\r' && csv->at + 1 < csv->end && csv->at[1] == '\n')
		csv->at++;
	csv->at++;
	csv->line++;
}

/* The most frequent of them in the first line, outside quotes. */
static char find_separator(const char *at, const char *end)
{
	static const char candidates[] = { ',', ';', '\t', '|' };
	int counts[4] = { 0 }, best = 0;
	bool quoted = false;
	for (; at < end && (quoted || (*at != '\n' && *at != '\r')); at++) {
		if (*at == '"')
			quoted = !quoted;
		for (int i = 0; i < 4 && !quoted; i++)
			counts[i] += *at == candidates[i];
	}
	for (int i = 1; i < 4; i++)
		if (counts[i] > counts[best])
			best = i;
	return candidates[best];
}

bool csv_open(struct csv *csv, struct arena *arena, const char *bytes, size_t length)
{
	*csv = (struct csv){ .arena = arena, .at = bytes, .end = bytes + length, .line = 1 };
	if (!text_utf8_valid(bytes, length)) {
		csv->why = "the table is not valid UTF-8, or contains NUL";
		return false;
	}
	if (length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
		csv->at += 3;
	if (csv->at == csv->end) {
		csv->why = "the table is empty";
		return false;
	}
	/* Spreadsheets' own way to say it. */
	if (csv->end - csv->at > 5 && memcmp(csv->at, "sep=", 4) == 0 && (csv->at[5] == '\r' || csv->at[5] == '\n')) {
		csv->separator = csv->at[4];
		csv->at += 5;
		pass_line_end(csv);
		return true;
	}
	csv->separator = find_separator(csv->at, csv->end);
	return true;
}

static const char *read_quoted(struct csv *csv)
{
	struct text_out out;
	int opened = csv->line;
	text_begin(&out, csv->arena, 32);
	for (csv->at++; csv->at < csv->end; csv->at++) {
		char c = *csv->at;
		if (c == '"') {
			if (csv->at + 1 < csv->end && csv->at[1] == '"') {
				csv->at++;
			} else {
				csv->at++;
				if (at_line_end(csv) || *csv->at == csv->separator)
					return out.data;
				csv->why = arena_printf(csv->arena, "line %d: text after a closing quote", csv->line);
				return NULL;
			}
		}
		/* Line ends within a cell become LF. */
		if (c == '\r') {
			if (csv->at + 1 < csv->end && csv->at[1] == '\n')
				csv->at++;
			c = '\n';
		}
		csv->line += c == '\n';
		text_append_char(&out, c);
	}
	csv->why = arena_printf(csv->arena, "line %d: this quote does not end", opened);
	return NULL;
}

static const char *read_plain(struct csv *csv)
{
	const char *begin = csv->at;
	for (; !at_line_end(csv) && *csv->at != csv->separator; csv->at++) {
		if (*csv->at == '"' && !csv->lenient) {
			csv->why = arena_printf(csv->arena, "line %d: a quote within a cell that is not quoted", csv->line);
			return NULL;
		}
	}
	return arena_strndup(csv->arena, begin, (size_t)(csv->at - begin));
}

/* The record that began at `begin` is given up, and the line after it is the next. */
static enum csv_result pass_bad(struct csv *csv, const char *begin)
{
	csv->at = begin;
	csv->line = csv->record_line;
	while (!at_line_end(csv))
		csv->at++;
	pass_line_end(csv);
	return CSV_BAD;
}

enum csv_result csv_next(struct csv *csv)
{
	while (csv->at < csv->end && at_line_end(csv))
		pass_line_end(csv);
	if (csv->at == csv->end)
		return CSV_END;
	csv->record_line = csv->line;
	csv->cell_count = 0;
	csv->why = NULL;
	const char *begin = csv->at;
	for (;;) {
		const char *cell = NULL;
		if (csv->cell_count == CSV_CELLS_MAX)
			csv->why = arena_printf(csv->arena, "line %d: more than %d cells", csv->line, CSV_CELLS_MAX);
		else
			cell = csv->at < csv->end && *csv->at == '"' ? read_quoted(csv) : read_plain(csv);
		if (!cell)
			return csv->lenient ? pass_bad(csv, begin) : CSV_BROKEN;
		csv->cell[csv->cell_count++] = cell;
		if (at_line_end(csv))
			break;
		csv->at++;
	}
	pass_line_end(csv);
	return CSV_RECORD;
}
