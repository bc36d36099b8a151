/* Evidence on attributes, health of CIs, confirmations: calls for the route table, and the job that computes once a day.
 * Each call answers as http/request.h says. */
#ifndef VAKHTA_CMDB_EVIDENCE_EVIDENCE_H
#define VAKHTA_CMDB_EVIDENCE_EVIDENCE_H

#include "db/rounds.h"
#include "http/request.h"

bool review_read(struct request *req);
bool review_attribute(struct request *req);
bool review_decide(struct request *req);
bool review_column_decide(struct request *req);
bool review_decision_list(struct request *req);
bool review_rule_read(struct request *req);
bool review_rule_change(struct request *req);
bool review_run(struct request *req);

bool health_read(struct request *req);
bool health_ci_list(struct request *req);

bool ci_checks(struct request *req);
bool confirmation_list(struct request *req);
bool confirmation_create(struct request *req);
bool confirmation_change(struct request *req);

/* The computation of each day, then reminders; any number of nodes. */
struct rounds *evidence_start(const struct config *config);
/* False: a step did not end in time and its thread goes on. */
bool evidence_stop(struct rounds *rounds, int limit_ms) MUST_CHECK;

#endif
