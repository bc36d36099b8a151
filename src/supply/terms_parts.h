/* Parts of an edition that are lists, for terms_body.c alone. Each adds its member to `terms` when the body has it. */
#ifndef VAKHTA_SUPPLY_TERMS_PARTS_H
#define VAKHTA_SUPPLY_TERMS_PARTS_H

#include "http/body.h"

#define TERMS_TARGET_MAX_S (10LL * 366 * 86400)

/* A percentage from 0 to 100 with at most two decimals, exact as text. NULL: absent or wrong. */
const char *terms_percent(
	struct request *req, struct body *body, const char *name, enum body_need need, double *value_r);

void terms_targets_read(struct request *req, struct body *body, json_t *terms);
void terms_credits_read(struct request *req, struct body *body, json_t *terms);
void terms_reasons_read(struct request *req, struct body *body, json_t *terms);
void terms_steps_read(struct request *req, struct body *body, json_t *terms);
/* Member "filter" of a covered class: {attribute: value} in stored form; an object, empty when there is none. Owns: the caller. */
json_t *terms_filter_read(struct request *req, struct body *item, int64_t class_id);

#endif
