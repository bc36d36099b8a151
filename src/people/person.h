/* People as others see them: staff see what they need for handing work over, employees names and departments. */
#ifndef VAKHTA_PEOPLE_PERSON_H
#define VAKHTA_PEOPLE_PERSON_H

#include "http/request.h"

/* Who sees more than names: everybody but plain employees. */
#define ROLES_SEE_PEOPLE (ROLES_STAFF | ROLES_READ_ALL | ROLE_CMDB)

bool person_list(struct request *req); /* GET /api/v1/persons?q=&staff=&limit=&cursor= */
bool person_read(struct request *req); /* GET /api/v1/persons/{id} */
bool person_me(struct request *req);   /* GET /api/v1/me */
bool person_patch(struct request
		*req); /* PATCH /api/v1/me {language?, zone?, theme?, absent_until?, present?}; present: true ends an absence */

#endif
