/* Queries of CIs over HTTP, for the route table; and what else asks with a query (baselines, workbooks). */
#ifndef VAKHTA_CMDB_QUERY_QUERY_H
#define VAKHTA_CMDB_QUERY_QUERY_H

#include "cmdb/query/ciql.h"
#include "http/request.h"

#define CIQL_EXPORT_MAX 100000

bool ci_query(struct request *req);
bool ci_query_count(struct request *req);
bool ci_query_words(struct request *req);
bool ci_query_saved_list(struct request *req);
bool ci_query_saved_get(struct request *req);
bool ci_query_saved_create(struct request *req);
bool ci_query_saved_change(struct request *req);
bool ci_query_saved_delete(struct request *req);

/* Judges a query that came in `field` of a request, within a class (NULL: all). Fails: 422 with the place of the fault; its members
 * are line, column, offset, length (in characters) and message. */
bool ciql_read(struct ctx *ctx, const char *field, const char *text, const char *class_or_null, struct model *model_r,
	struct ciql_compiled *compiled_r) MUST_CHECK;
/* Counts the attributes of the query as used for filtering. */
void ciql_note(const struct ctx *ctx, const struct ciql_compiled *compiled);

#endif
