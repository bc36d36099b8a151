/* Migrations: schema/NNNN_name.sql forward only, each in a transaction under one advisory lock, its checksum recorded;
 * then schema/rules/NN_name.sql (functions and triggers) re-created in one transaction when their checksum changed.
 * Fails: an old file changed, a schema newer than the program, no owner connection. */
#ifndef VAKHTA_DB_MIGRATE_H
#define VAKHTA_DB_MIGRATE_H

#include "base/ctx.h"

/* Uses ctx->db, made with DB_OWNER and prepare=false. Says each step on standard output unless quiet. */
bool migrate_run(struct ctx *ctx, bool quiet) MUST_CHECK;

#endif
