/* The CMDB's calls, for the route table. Each answers as http/request.h says. Reading CIs is for staff, managers,
 * auditors and architects, writing for architects and administrators; services and one's own devices are for
 * everyone. The route table says so. */
#ifndef VAKHTA_CMDB_CMDB_H
#define VAKHTA_CMDB_CMDB_H

#include "http/request.h"

#define CMDB_READERS (ROLES_STAFF | ROLE_MANAGER | ROLE_AUDITOR | ROLE_CMDB | ROLE_ADMIN)
#define CMDB_WRITERS (ROLE_CMDB | ROLE_ADMIN)
/* Largest table of an import. */
#define CMDB_IMPORT_MAX_BYTES ((size_t)64 * 1024 * 1024)

bool class_list(struct request *req);
bool class_get(struct request *req);
bool class_create(struct request *req);
bool class_change(struct request *req);
bool attribute_create(struct request *req);
bool attribute_change(struct request *req);

bool ci_list(struct request *req);
bool ci_get(struct request *req);
bool ci_create(struct request *req);
bool ci_change(struct request *req);
bool ci_history(struct request *req);

bool relation_list(struct request *req);
bool relation_put(struct request *req);
bool relation_delete(struct request *req);
bool relation_type_list(struct request *req);
bool relation_type_create(struct request *req);

bool ci_user_list(struct request *req);
bool ci_user_put(struct request *req);
bool ci_user_delete(struct request *req);
bool my_devices(struct request *req);
bool service_list(struct request *req);

bool import_create(struct request *req);
bool import_get(struct request *req);

#endif
