/* Owns: the window on the text that holds at least one record. Refuses: to guess the end of a record. */
#include "import/table.h"

#include "base/text.h"

#include <string.h>

#define WINDOW_BYTES (2 * TRAIL_RECORD_BYTES_MAX)

struct trail_table {
	struct trail_source *source;
	char delimiter;
	char *window;
	size_t at, end;
	int line;
	bool ended;
};

static bool fill(struct ctx *ctx, struct trail_table *table)
{
	size_t got = 1;
	if (table->at > 0) {
		memmove(table->window, table->window + table->at, table->end - table->at);
		table->end -= table->at;
		table->at = 0;
	}
	while (!table->ended && WINDOW_BYTES - table->end >= 4096) {
		if (!trail_source_read(ctx, table->source, table->window + table->end, WINDOW_BYTES - table->end, &got))
			return false;
		table->end += got;
		table->ended = got == 0;
		if (table->end >= WINDOW_BYTES / 2)
			break;
	}
	return true;
}

struct trail_table *trail_table_open(struct ctx *ctx, const char *path, const char *encoding, char delimiter)
{
	struct trail_table *table = arena_alloc(ctx->arena, sizeof(*table));
	struct csv first;
	table->source = trail_source_open(ctx, path, encoding);
	table->window = arena_alloc(ctx->arena, WINDOW_BYTES + 1);
	table->delimiter = delimiter;
	table->line = 1;
	if (!table->source || !fill(ctx, table))
		return NULL;
	if (table->end >= 3 && memcmp(table->window, "\xef\xbb\xbf", 3) == 0)
		table->at = 3;
	if (table->at == table->end) {
		fail(ctx, ERROR_INVALID, "%s: the file is empty", path);
		return NULL;
	}
	if (!delimiter) {
		size_t line = 0;
		while (table->at + line < table->end && !memchr("\r\n", table->window[table->at + line], 2))
			line++;
		if (!csv_open(&first, ctx->arena, table->window + table->at, line)) {
			fail(ctx, ERROR_INVALID, "%s: line 1 is not UTF-8 text; name the encoding in the map's \"file\"", path);
			return NULL;
		}
		table->delimiter = first.separator;
	}
	return table;
}

enum place { CELL_BEGINS, PLAIN, QUOTED };

/* Bytes of the record that begins at `at`, its line end included; 0: the window has no end of it. */
static size_t record_length(const struct trail_table *table, int *lines_r)
{
	const char *begin = table->window + table->at, *end = table->window + table->end, *at = begin;
	enum place place = CELL_BEGINS;
	*lines_r = 0;
	for (; at < end; at++) {
		char c = *at;
		bool line_end = c == '\n' || c == '\r';
		if (line_end) {
			if (c == '\r' && at + 1 == end && !table->ended)
				return 0;
			if (c == '\r' && at + 1 < end && at[1] == '\n')
				at++;
			++*lines_r;
			if (place != QUOTED)
				return (size_t)(at + 1 - begin);
		} else if (place == QUOTED && c == '"') {
			if (at + 1 == end && !table->ended)
				return 0;
			if (at + 1 < end && at[1] == '"')
				at++;
			else
				place = PLAIN;
		} else if (place != QUOTED) {
			place = c == table->delimiter ? CELL_BEGINS : place == CELL_BEGINS && c == '"' ? QUOTED : PLAIN;
		}
	}
	return table->ended && place != QUOTED ? (size_t)(at - begin) : 0;
}

bool trail_table_next(struct ctx *ctx, struct trail_table *table, struct trail_record *record_r)
{
	int lines;
	for (;;) {
		if (table->at == table->end && table->ended) {
			*record_r = (struct trail_record){ .line = table->line };
			return true;
		}
		size_t length = record_length(table, &lines);
		if (length == 0 && !table->ended && table->end - table->at <= TRAIL_RECORD_BYTES_MAX) {
			if (!fill(ctx, table))
				return false;
			continue;
		}
		if (length == 0 || length > TRAIL_RECORD_BYTES_MAX)
			return fail(ctx, ERROR_INVALID, "line %d: a quote that begins here does not end%s", table->line,
				table->ended ? "" : " within 1 MiB");
		*record_r = (struct trail_record){ table->window + table->at, length, table->line };
		table->at += length;
		table->line += lines;
		if (length > strspn(record_r->bytes, "\r\n"))
			return true;
	}
}

char trail_table_delimiter(const struct trail_table *table)
{
	return table->delimiter;
}

double trail_table_share(const struct trail_table *table)
{
	return trail_source_share(table->source);
}

bool trail_record_cells(
	struct arena *arena, const char *bytes, size_t length, char delimiter, struct csv *csv_r, const char **why_r)
{
	*csv_r = (struct csv){ .arena = arena, .at = bytes, .end = bytes + length, .separator = delimiter, .line = 1 };
	if (csv_next(csv_r) == CSV_RECORD && text_utf8_valid(bytes, length))
		return true;
	const char *colon = csv_r->why ? strchr(csv_r->why, ':') : NULL;
	*why_r =
		csv_r->why ? (colon ? colon + 2 : csv_r->why) : "has bytes that are not text in the file's encoding, or NUL";
	return false;
}
