/* Tables that come in by steps: staged, mapped, compared, applied, undone; items that only a person can recognise; duplicates; the rules
 * of it all. Handlers answer as http/request.h says; the work itself is done in rounds of one node at a time. */
#ifndef VAKHTA_RECONCILE_RECONCILE_H
#define VAKHTA_RECONCILE_RECONCILE_H

#include "http/request.h"

/* Rows of a staged table. */
#define RECONCILE_ROWS_MAX 500000

bool batch_create(struct request *req);
bool batch_list(struct request *req);
bool batch_get(struct request *req);
bool batch_map(struct request *req);
bool batch_rows(struct request *req);
bool batch_report(struct request *req);
bool batch_kept(struct request *req);
bool batch_apply(struct request *req);
bool batch_undo(struct request *req);
bool batch_discard(struct request *req);

bool ambiguous_list(struct request *req);
bool ambiguous_get(struct request *req);
bool ambiguous_decide(struct request *req);
bool merge_preview(struct request *req);
bool merge_do(struct request *req);
bool reconciliation_get(struct request *req);
bool reconciliation_put(struct request *req);

struct config;
struct rounds;
/* Compares, applies and undoes batches. */
struct rounds *reconcile_work_start(const struct config *config);
/* Ends after the chunk at hand; what was not finished is undone by the database. */
void reconcile_work_stop(struct rounds *rounds);
/* A batch waits. Any thread. */
void reconcile_work_wake(void);

#endif
