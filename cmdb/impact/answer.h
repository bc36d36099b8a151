/* How impact is written: CIs reached with their paths, and what hangs on them. Shared by the calls of this folder. */
#ifndef VAKHTA_CMDB_IMPACT_ANSWER_H
#define VAKHTA_CMDB_IMPACT_ANSWER_H

#include "cmdb/impact/walk.h"
#include "http/request.h"

/* Names of nodes, read for those that are written. */
struct named {
	const struct rows *rows;
	int *row_of; /* by node; -1: not read */
};

/* Names of the first `shown` reached, of the starts, and of all on their paths. */
bool answer_names(struct ctx *ctx, const struct walk *walk, int shown, instant at, struct named *named_r) MUST_CHECK;
/* {"id","name","class":{…}} under `key`. */
void answer_ci(struct json_out *json, const struct ctx *ctx, const struct named *named, int node, const char *key);
void answer_items(struct json_out *json, const struct ctx *ctx, const struct walk *walk, const struct named *named, int shown);
/* Relations among starts and shown CIs, in the direction in which the failure travels. */
void answer_links(struct json_out *json, const struct ctx *ctx, const struct walk *walk, int shown);
/* Redundancy that the failure touches. */
void answer_redundancy(struct json_out *json, const struct ctx *ctx, const struct walk *walk, const struct named *named);
/* Members services … changes: counted over starts and all reached. */
bool answer_hit(struct json_out *json, struct ctx *ctx, const struct walk *walk, instant at) MUST_CHECK;

#endif
