/* A thread that shuts a socket down when a limit passes. libldap's own limits end neither a TLS handshake nor the reading of half
 * a message; a shut socket ends both.
 * Owns: its thread. Refuses: to touch a descriptor after it was withdrawn. */
#ifndef VAKHTA_PEOPLE_DIRECTORY_WATCH_H
#define VAKHTA_PEOPLE_DIRECTORY_WATCH_H

#include <stdbool.h>
#include <stdint.h>

struct directory_watch;

/* NULL: no thread could be made. */
struct directory_watch *directory_watch_create(void);
void directory_watch_destroy(struct directory_watch *watch);

/* From now on `limit_ms` are left, until it is disarmed. */
void directory_watch_arm(struct directory_watch *watch, int64_t limit_ms);
void directory_watch_disarm(struct directory_watch *watch);
/* The socket to shut; -1 withdraws it, before it is closed. False: the limit has passed already. */
bool directory_watch_socket(struct directory_watch *watch, int fd);
/* Did a limit pass since the creation? */
bool directory_watch_fired(struct directory_watch *watch);

#endif
