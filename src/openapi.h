/* The description of the API (docs/openapi.yaml), for the route table. */
#ifndef VAKHTA_OPENAPI_H
#define VAKHTA_OPENAPI_H

#include "http/request.h"

bool openapi_read(struct request *req);

#endif
