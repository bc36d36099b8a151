/* Teams and who is in them. */
#ifndef VAKHTA_PEOPLE_TEAM_H
#define VAKHTA_PEOPLE_TEAM_H

#include "http/request.h"

bool team_list(struct request *req); /* GET /api/v1/teams?all= (true: retired ones too) */
bool team_read(struct request *req); /* GET /api/v1/teams/{id}; employees see the members' names and who leads */

#endif
