/* Attribute values of one CI, judged against its class before they are written. */
#ifndef VAKHTA_CMDB_CI_VALUES_H
#define VAKHTA_CMDB_CI_VALUES_H

#include "cmdb/model.h"

struct ci_reference {
	const char *pointer;
	int64_t ci_id, class_id; /* class 0: any */
};

struct ci_values {
	const char *set;            /* JSON object of values to write, in stored form */
	const char *const *removed; /* names to take away */
	int removed_count;
	const struct ci_reference *references; /* new ones: who is meant must still be asked */
	int reference_count;
};

/* Judges `given` (NULL: nothing given) for a CI of `class` whose values now are `current` (NULL: a new CI). With
 * `moved` the CI comes from another class and what it has is judged too. All that is wrong becomes field errors under
 * /attributes. */
struct ci_values ci_values_check(struct ctx *ctx, const struct class *class, const struct model *lineage,
	const json_t *current, bool moved, const json_t *given);
/* Each reference names a CI of the right class that is not retired; locks them against retiring. Field errors
 * otherwise. */
bool ci_values_refer(struct ctx *ctx, const struct ci_values *values) MUST_CHECK;

#endif
