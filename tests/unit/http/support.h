/* A request without a transport, for the tests of http/. */
#ifndef VAKHTA_TESTS_HTTP_SUPPORT_H
#define VAKHTA_TESTS_HTTP_SUPPORT_H

#include "unit.h"

#include "http/internal.h"

/* A GET of `uri`; never fails. Freed by fixture_free. */
struct exchange *fixture(const char *uri);
void fixture_header(struct exchange *exchange, const char *name, const char *value);
void fixture_body(struct exchange *exchange, const char *content_type, const char *body, size_t length);
void fixture_free(struct exchange *exchange);
/* The detail of the field error for `pointer`, or NULL. */
const char *field_error(const struct exchange *exchange, const char *pointer);

int run_router(void);
int run_framing(void);
int run_uri(void);
int run_page(void);
int run_body(void);
int run_upload(void);
int run_reply(void);
int run_csrf(void);

#endif
