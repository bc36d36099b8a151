/* Who looks at which attribute: counted in memory, written away by rounds of its own, never in the transaction of the request that
 * looked. What is kept is no record of people: a day's count, and a sketch of 256 bits from which the number of different people can be
 * estimated, but not who they were.
 * Refuses: to grow. Counters that find no room are dropped, and the log says how many.
 * Thread: usage_note and usage_note_class from any thread. Several nodes add to the same rows. */
#ifndef VAKHTA_CMDB_USAGE_H
#define VAKHTA_CMDB_USAGE_H

#include "db/rounds.h"

enum usage_kind {
	USAGE_READ,   /* shown: in a column that somebody chose; of a class: one of its CIs was opened, with all that it has */
	USAGE_FILTER, /* searched, filtered, sorted or compared by */
	USAGE_REPORT, /* written into a report, an export, a subscription */
	USAGE_KINDS
};

/* One use by the actor of ctx: a person's when they are signed in, a program's with a token or in a job. Once a call, not once a row or a
 * page: a list notes its filters on its first page. */
void usage_note(const struct ctx *ctx, enum usage_kind kind, int64_t attribute_id);
/* The same for all attributes that CIs of the class have. */
void usage_note_class(const struct ctx *ctx, enum usage_kind kind, int64_t class_id);

struct rounds *usage_start(const struct config *config);
/* Writes away what is left, for a second at most. */
void usage_stop(struct rounds *rounds, const struct config *config);

#endif
