/* Redundancy groups of a CI: of which members some suffice. */
#ifndef VAKHTA_CMDB_MODEL_REDUNDANCY_H
#define VAKHTA_CMDB_MODEL_REDUNDANCY_H

#include "http/request.h"

bool redundancy_list(struct request *req);
bool redundancy_create(struct request *req);
bool redundancy_end(struct request *req);
bool redundancy_member_put(struct request *req);
bool redundancy_member_end(struct request *req);

#endif
