/* What body.c and body_fields.c share. */
#ifndef VAKHTA_HTTP_BODY_INTERNAL_H
#define VAKHTA_HTTP_BODY_INTERNAL_H

#include "http/body.h"

#define BODY_ASKED_MAX 64

struct body {
	struct request *req;
	const char *prefix; /* JSON pointer of this object */
	json_t *object;     /* NULL: it was no object (already reported) */
	const char *asked[BODY_ASKED_MAX];
	int asked_count;
	struct body *children, *next_child;
};

/* The value, remembered as asked for; NULL when absent or null. */
json_t *body_ask(struct body *body, const char *name);
const char *body_pointer(struct body *body, const char *name);

#endif
