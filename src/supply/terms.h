/* What suppliers, contracts and calendars share as editable things. */
#ifndef VAKHTA_SUPPLY_TERMS_H
#define VAKHTA_SUPPLY_TERMS_H

#include "db/query.h"
#include "http/body.h"

/* The id in the path. False: 404 with the text. */
bool terms_id(struct request *req, const char *missing, int64_t *id_r) MUST_CHECK;
/* Answers a list whose query gives (json, id) ordered by id; the last two arguments, id before and limit, are added here. */
bool terms_list(struct request *req, const struct query *query, struct query_args *args, const struct page *page) MUST_CHECK;
/* Answers one whose query gives (json, version); 404 with the text when there is none. */
bool terms_read(struct request *req, const struct query *query, const struct query_args *args, const char *missing) MUST_CHECK;
/* The same for a query whose one argument is the id of the path. */
bool terms_read_id(struct request *req, const struct query *query, const char *missing) MUST_CHECK;
/* Runs a query that gives (json, version, id) and answers: 201 with Location when `collection` is given, else 200. */
bool terms_saved(struct request *req, const struct query *query, const struct query_args *args, const char *collection) MUST_CHECK;
/* A JSON value as text in the arena. */
const char *terms_json_text(struct ctx *ctx, json_t *value);

#endif
