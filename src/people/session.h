/* Sign-in with the directory's password, sessions in cookies, and who is asking.
 * Refuses: guessing (attempts by login and by address are counted), and to tell an unknown login from a wrong password, in words
 * or in time.
 * Source: trust.md (sign-in); RFC 6265bis (__Host- cookies); RFC 6750. */
#ifndef VAKHTA_PEOPLE_SESSION_H
#define VAKHTA_PEOPLE_SESSION_H

#include "http/request.h"

/* For server_options: fills req->ctx.actor from the bearer token, else from the cookie; leaves id 0 when neither is valid. */
bool session_authenticate(struct request *req);

bool session_create(struct request *req); /* POST /api/v1/session */
bool session_read(struct request *req);   /* GET /api/v1/session */
bool session_delete(struct request *req); /* DELETE /api/v1/session */

/* The name under which the browser keeps the session; with TLS the prefix pins it to this host. */
const char *session_cookie_name(const struct request *req);

/* For a job that runs now and then: deletes what is long past. *deleted_r rows went, at most 2,000 at a time. */
bool session_purge(struct ctx *ctx, int64_t *deleted_r) MUST_CHECK;

#endif
