/* The checks of a request's head that libmicrohttpd 0.9.75 leaves out: whatever two programs could read differently is
 * refused, so that no request hides in another's body.
 * Refuses: to repair anything. Pure: no libmicrohttpd here.
 * Source: RFC 9112 (3, 5, 6.3, 11.2), RFC 9110 (5.6.2, 9.3.6, 9.3.8); trust.md. */
#ifndef VAKHTA_HTTP_FRAMING_H
#define VAKHTA_HTTP_FRAMING_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRAMING_FIELDS_MAX 100

struct framing_field {
	const char *name, *value;
	size_t name_length, value_length;
};

struct framing_head {
	const char *method, *version;
	struct framing_field *fields;
	int field_count;
	size_t bytes;       /* from the method to the end of the empty line */
	const char *uri_at; /* NULL: the layout cannot be checked */
	size_t uri_length;
};

struct framing_result {
	enum error_kind kind; /* ERROR_NONE: good */
	const char *detail;
	bool has_length;
	uint64_t content_length;
	const char *host; /* NULL in HTTP/1.0 without one */
};

/* Checks method, version, fields and the length of the body. A refusal means: answer and close. */
void framing_check(const struct framing_head *head, struct framing_result *result_r);

/* libmicrohttpd parses the head where it was received and puts NULs over the line ends. So the addresses of the parts
 * tell what stood between them: a bare LF, a folded line, a NUL or a white space too many moves the next part from
 * where CRLF would have put it. True when every byte of the head is accounted for. */
bool framing_layout_exact(const struct framing_head *head);

bool framing_is_token(const char *text, size_t length);

#endif
