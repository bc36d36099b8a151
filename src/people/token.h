/* Bearer tokens: made, listed, revoked; over HTTP and on the command line.
 * Refuses: to show a token a second time, also to a repeated request with the same Idempotency-Key; then it says so (409). */
#ifndef VAKHTA_PEOPLE_TOKEN_H
#define VAKHTA_PEOPLE_TOKEN_H

#include "http/request.h"

bool token_create(struct request *req); /* POST /api/v1/tokens {label?, expires_at?, login? (admin)} */
bool token_list(struct request *req);   /* GET /api/v1/tokens?login= (admin) */
bool token_revoke(struct request *req); /* DELETE /api/v1/tokens/{id} */

/* vakhta token create|list|revoke */
int command_token(int argc, char **argv);

#endif
