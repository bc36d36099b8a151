/* A class as the API writes it; shared by the calls about classes and about their attributes. */
#ifndef VAKHTA_CMDB_CLASS_H
#define VAKHTA_CMDB_CLASS_H

#include "cmdb/model.h"

void class_write(struct json_out *json, const struct ctx *ctx, const struct model *model, const struct class *class);
/* Answers with the class as it is now in the database, and its ETag. */
bool class_reply(struct request *req, int status, const char *key) MUST_CHECK;
/* Loads the model alone: nobody changes it or writes CIs until the end of the transaction; then compares If-Match. */
bool class_own(struct request *req, int64_t if_match, struct model *model_r, const struct class **class_r) MUST_CHECK;

#endif
