/* What the receiver needs of IMAP: one mailbox, messages by UID, marks after they are recorded. libcurl connects, encrypts and signs in; the
 * commands are ours, because its own fetch would mark a message as read before anybody recorded it.
 * Owns: the connection. Refuses: anything unencrypted (post_settings), lines and messages without bound.
 * Fails: with one line in imap_why; the connection is then to be closed. Thread: one.
 * Source: RFC 3501, 6851 (MOVE). */
#ifndef VAKHTA_POST_IMAP_H
#define VAKHTA_POST_IMAP_H

#include "base/ctx.h"
#include "post/settings.h"

#include <stdatomic.h>

struct imap;

/* Connected and signed in; NULL: `why` has one line. */
struct imap *imap_open(const struct post_settings *settings, const atomic_bool *stopping, char *why, size_t why_bytes);
void imap_close(struct imap *imap);
const char *imap_why(const struct imap *imap);

/* Opens the mailbox; its UIDVALIDITY. */
bool imap_select(struct imap *imap, const char *mailbox, int64_t *uid_validity_r) MUST_CHECK;
/* UIDs above `after` in ascending order, in the arena. */
bool imap_search(struct imap *imap, struct arena *arena, int64_t after, int64_t **uids_r, int *count_r) MUST_CHECK;

struct imap_message {
	const char *bytes; /* NULL: it is not there any more */
	size_t length;     /* at most the bound; size_bytes says how large it is */
	int64_t size_bytes;
	instant received_at; /* INTERNALDATE; INSTANT_NONE when the server gives none that can be read */
};
bool imap_fetch(struct imap *imap, struct arena *arena, int64_t uid, size_t max_bytes, struct imap_message *message_r) MUST_CHECK;
/* Marks the UIDs from … to as read, and moves them when `move_to` is not empty. */
bool imap_mark(struct imap *imap, int64_t from, int64_t to, const char *move_to) MUST_CHECK;

/* "24-Nov-2026 13:33:25 +0000"; INSTANT_NONE: cannot be read. */
instant imap_date(const char *text);

#endif
