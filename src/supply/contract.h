/* What the forms and files of contracts share. */
#ifndef VAKHTA_SUPPLY_CONTRACT_H
#define VAKHTA_SUPPLY_CONTRACT_H

#include "db/query.h"
#include "supply/terms_body.h"

/* Days of an edition as given; NULL: not given. */
struct edition_days {
	const char *from, *to;
};

/* What only the database can tell of terms becomes errors of the request, beside those that are there already;
 * pointers begin with
 * `prefix`. `contract` 0: a new one. */
bool contract_check(struct request *req, int64_t contract, const json_t *header, const json_t *terms,
	struct edition_days days, const char *prefix) MUST_CHECK;
/* ?dry_run=true: the answer tells what would be, and nothing is written. */
bool contract_dry_run(struct request *req, bool *dry_r) MUST_CHECK;
/* Answers with (id, version, json) of a row: 201 with Location when `made` and not dry, else 200. */
bool contract_reply(struct request *req, const struct rows *saved, bool made, bool dry) MUST_CHECK;

#endif
