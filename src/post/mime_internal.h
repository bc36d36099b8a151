/* What the files that read messages share; only they see GMime's types. */
#ifndef VAKHTA_POST_MIME_INTERNAL_H
#define VAKHTA_POST_MIME_INTERNAL_H

#include "post/mime.h"

#include <gmime/gmime.h>

/* "<id>" of an id without brackets; NULL when it cannot be one. */
const char *mime_id(struct arena *arena, const char *bare);
/* The decoded bytes of a part; a NUL is added. */
const char *mime_part_bytes(struct arena *arena, GMimePart *part, size_t *length_r);
/* "pass", "fail" or "none" of lines of Authentication-Results: DMARC decides where it is given, else a pass of DKIM or SPF. */
const char *mime_verdict(const char *verdicts);
/* Fills the report members when the message is a delivery report. */
void mime_report(struct arena *arena, GMimeMessage *message, struct mime_read *read);

#endif
