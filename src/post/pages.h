/* What the handlers of this room share. */
#ifndef VAKHTA_POST_PAGES_H
#define VAKHTA_POST_PAGES_H

#include "db/query.h"
#include "http/body.h"

/* The id in the path. False: 404 with the text. */
bool pages_id(struct request *req, const char *missing, int64_t *id_r) MUST_CHECK;
/* Reads limit and cursor, runs a query that gives (json, id) in falling order of ids, and answers the page. The query's last two arguments are
 * added here: ids below, or NULL; rows wanted. */
bool pages_list(struct request *req, const struct query *query, struct query_args *args) MUST_CHECK;
/* Answers one JSON object that a query gives in its first column; 404 with the text when it gives none. */
bool pages_one(struct request *req, const struct query *query, const struct query_args *args, const char *missing) MUST_CHECK;

#endif
