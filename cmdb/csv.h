/* Tables as text: RFC 4180 with what programs really write: a byte order mark, LF or CR LF or CR, commas, semicolons,
 * tabs or bars (found from the heading line), quotes inside quotes doubled. One record at a time. Refuses: NUL, invalid
 * UTF-8, a quote left open, text after a closing quote, a quote within an unquoted cell. Pure: no I/O; cells live in
 * the arena. Source: RFC 4180. */
#ifndef VAKHTA_CMDB_CSV_H
#define VAKHTA_CMDB_CSV_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>

#define CSV_CELLS_MAX 256
#define CSV_SEPARATORS ",;\t|"

struct csv {
	struct arena *arena;
	const char *at, *end;
	char separator;
	bool lenient;    /* a broken record is CSV_BAD and reading goes on; quotes within unquoted cells are taken as they are */
	int line;        /* of the next record, from 1 */
	int record_line; /* where the last record began */
	const char *cell[CSV_CELLS_MAX];
	int cell_count;
	const char *why; /* one line, when csv_open or csv_next failed */
};

enum csv_result { CSV_RECORD, CSV_END, CSV_BROKEN, CSV_BAD };

/* False: not a table at all; see why. */
bool csv_open(struct csv *csv, struct arena *arena, const char *bytes, size_t length);
/* Empty lines are passed over. After CSV_BROKEN nothing more can be read; after CSV_BAD (lenient only) the next line is
 * the next record, and why says what was wrong. */
enum csv_result csv_next(struct csv *csv);

#endif
