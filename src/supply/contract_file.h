/* Contracts as files, for the API and the command line. */
#ifndef VAKHTA_SUPPLY_CONTRACT_FILE_H
#define VAKHTA_SUPPLY_CONTRACT_FILE_H

#include "db/query.h"
#include "http/body.h"

/* Puts the document in req->body in place of contract `id` (0: makes one); version -1: whatever it is. One row (id,
 * version, JSON as the
 * API answers). `dry`: nothing is written. NULL: see ctx->error, every reason at once. */
struct rows *contract_file_put(struct request *req, int64_t id, int64_t version, bool dry) MUST_CHECK;

#endif
