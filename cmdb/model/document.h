/* The model of the CMDB as one document (format vakhta-model/1): read whole, tried, put in place. */
#ifndef VAKHTA_CMDB_MODEL_DOCUMENT_H
#define VAKHTA_CMDB_MODEL_DOCUMENT_H

#include "http/request.h"

#include <jansson.h>

/* Largest document with its conversions. */
#define MODEL_MAX_BYTES ((size_t)4 * 1024 * 1024)

bool model_export(struct request *req);
bool model_preview(struct request *req);
bool model_put(struct request *req);
bool model_changes(struct request *req);

struct model_wish {
	const json_t *model, *conversions; /* conversions NULL: none */
	const char *missing;			   /* keep | retire: attributes that a named class does not name */
	const char *via;				   /* page | file | cli */
	const char *prefix;				   /* of pointers to faults of the document */
	bool trial;
};
/* Judges, compares and, unless it is a trial, writes in the transaction of `ctx`. The report as JSON, its version besides.
 * Fails: wrong fields of the document (422); what would not fit the CIs, unless it is a trial (409 model-unfit). */
const char *model_apply(struct ctx *ctx, const struct model_wish *wish, int64_t *version_r) MUST_CHECK;
/* The document indented for reading and for version control. */
const char *model_text(struct ctx *ctx, int64_t *version_r) MUST_CHECK;

#endif
