/* The calls about impact, for the route table; and who is written how, for what joins tickets by their causes. */
#ifndef VAKHTA_CMDB_IMPACT_IMPACT_H
#define VAKHTA_CMDB_IMPACT_IMPACT_H

#include "cmdb/impact/walk.h"
#include "http/request.h"

bool ci_impact(struct request *req);       /* GET /cmdb/cis/{id}/impact */
bool cis_impact(struct request *req);      /* GET /cmdb/impact?cis= */
bool ci_impact_paths(struct request *req); /* GET /cmdb/cis/{id}/impact/{other}/paths */

#endif
