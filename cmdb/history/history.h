/* Time over HTTP, for the route table: what happened to a CI, comparisons, baselines and drift. */
#ifndef VAKHTA_CMDB_HISTORY_HISTORY_H
#define VAKHTA_CMDB_HISTORY_HISTORY_H

#include "http/request.h"

bool ci_timeline(struct request *req);
bool ci_compare(struct request *req);
bool baseline_list(struct request *req);
bool baseline_get(struct request *req);
bool baseline_create(struct request *req);
bool baseline_drift(struct request *req);

#endif
