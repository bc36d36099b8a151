/* Evidence as it was computed, read for judging and written as JSON; inside cmdb/evidence only. */
#ifndef VAKHTA_CMDB_EVIDENCE_STORE_H
#define VAKHTA_CMDB_EVIDENCE_STORE_H

#include "base/text.h"
#include "cmdb/evidence/judge.h"
#include "db/query.h"
#include "http/request.h"

/* The latest finished computation. */
struct computation {
	bool known;
	const char *day, *rule; /* rule: JSON, as it was */
	instant at;
	bool under_way;          /* a newer one is */
	int64_t steps, steps_of; /* of the newer one */
	int64_t counted_days;
};

struct evidence {
	int count, compared; /* compared: whose lift could be, among which those named were chosen */
	struct rows *rows;   /* one an attribute */
	struct facts *facts;
	struct verdict *verdict;
};

bool computation_read(struct ctx *ctx, struct computation *computation_r) MUST_CHECK;
/* All attributes in force with their verdicts; one class (and those below it) when class_id is not 0. Comparisons are always made among
 * all attributes, so that looking at one class alone does not make more of them stand. */
bool evidence_load(struct ctx *ctx, const struct computation *computation, int64_t class_id, struct evidence *evidence_r) MUST_CHECK;
/* Index of an attribute, -1: none. */
int evidence_find(const struct evidence *evidence, int64_t attribute_id);

void evidence_put_attribute(struct json_out *json, const struct ctx *ctx, const struct evidence *evidence, int i);
/* Members proposal, reasons, problems and evidence. */
void evidence_put_verdict(struct json_out *json, const struct evidence *evidence, int i);
/* Figures of one class or one day, from the columns beginning at `first`. */
struct facts evidence_read_facts(const struct rows *rows, int row, int first);
void evidence_put_facts(struct json_out *json, const struct facts *facts);

/* Today in desk.zone, "YYYY-MM-DD". */
bool evidence_today(struct ctx *ctx, const char **day_r) MUST_CHECK;
/* The job's next round begins at once. */
void evidence_wake(void);

#endif
