/* What a named statement is. The build makes one for each "-- name: ticket_take" block, and for each .sql file the header
 * beside which it is called: desk/ownership.sql gives "desk/ownership.sql.h" with QUERY_TICKET_TAKE. */
#ifndef VAKHTA_DB_STATEMENT_H
#define VAKHTA_DB_STATEMENT_H

#include <stdbool.h>

/* For db/ alone; others hand the pointer on. */
struct query {
	const char *name, *text, *file;
	int line, param_count;
	bool prepare, copy;
};

/* All statements by name. */
extern const struct query *const query_all[];
extern const int query_count;

#endif
