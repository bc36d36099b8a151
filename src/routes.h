/* THE route table (routes.c). */
#ifndef VAKHTA_ROUTES_H
#define VAKHTA_ROUTES_H

#include "http/request.h"

extern const struct route routes[];
extern const int route_count;

#endif
