/* Addresses of this server's pages for mail, plain and signed. */
#ifndef VAKHTA_PEOPLE_LINK_H
#define VAKHTA_PEOPLE_LINK_H

#include "people/secret.h"

/* http.public_url, or http(s)://address:port, and the path ("/requests/INC-000001"). In the arena. */
const char *link_page(struct ctx *ctx, const char *path);
/* The path ("/rate/") with a signed text at its end. NULL: there is no http.link_key, so no link works without sign-in. */
const char *link_signed(struct ctx *ctx, const char *path, const char *purpose, const struct secret_claim *claim);

#endif
