/* A CI as lists give it, for lists that are found in other ways. */
#ifndef VAKHTA_CMDB_CI_LIST_H
#define VAKHTA_CMDB_CI_LIST_H

#include "db/query.h"

/* Columns: id, name, status, class id, name, label en, ru, owner id, name, location, external key, attributes, updated at, state en, ru. */
void ci_list_write(struct json_out *json, const struct ctx *ctx, const struct rows *rows, int row);

#endif
