/* Checks that people ask for on the auditor's page, worked off by one of any number of nodes; and the page's other answers.
 * A run changes nothing that it checks: it writes its own row of table audit_run. */
#ifndef VAKHTA_AUDIT_RUN_H
#define VAKHTA_AUDIT_RUN_H

#include "db/rounds.h"
#include "http/request.h"

/* At most once in a process. */
struct rounds *audit_runs_start(const struct config *config);
/* A run in progress is given back to other nodes; before rounds_stop. */
void audit_runs_interrupt(void);

bool audit_run_list(struct request *req);
bool audit_run_create(struct request *req);
bool audit_run_read(struct request *req);
bool audit_anchor_list(struct request *req);
bool audit_anchor_file(struct request *req);
bool audit_chain_read(struct request *req);
bool audit_what_if(struct request *req);

#endif
