/* Which network addresses are somebody's own and not the world's. */
#ifndef VAKHTA_POST_ADDRESS_H
#define VAKHTA_POST_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

/* Routable in the public Internet: not loopback, private, link-local, multicast, for documentation or for translation to such a one.
 * Source: IANA special-purpose address registries (RFC 6890). */
bool address_is_public(const struct sockaddr *address);
/* Whether `host` stands in a list of names and addresses separated by commas; case does not matter. */
bool address_listed(const char *list, const char *host);

#endif
