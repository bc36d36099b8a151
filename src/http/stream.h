/* Server-Sent Events: one thread follows the committed changes and gives each listener what they may see.
 * A change carries a position that grows with commit order, so that Last-Event-ID resumes without a loss. */
#ifndef VAKHTA_HTTP_STREAM_H
#define VAKHTA_HTTP_STREAM_H

#include "base/ctx.h"

/* One change as the stream thread holds it. */
struct stream_change {
	const char *position;                    /* opaque, ordered by the source */
	const char *type;                        /* SSE event name: "ticket", "case" */
	const char *data;                        /* one line of JSON */
	int64_t reporter_id, restricted_team_id; /* 0: none; for `may_see` */
	const int64_t *watcher_ids;
	int watcher_count;
};

struct stream_source {
	/* Changes after `position` in order, at most `limit`; position NULL: only says where now is (count 0). The new
	 * position comes in next_r (arena of ctx). False: see ctx->error. With ERROR_UNAVAILABLE, ERROR_TIMEOUT or
	 * ERROR_INTERNAL the thread retries; any other kind (ERROR_STALE: older than what is kept; ERROR_UNREADABLE: no
	 * position) says that nothing can be resumed from there: the listener gets the event "resync" and goes on from
	 * now. Positions and types are plain ASCII. */
	bool (*read)(struct ctx *ctx, const char *position, int limit, const struct stream_change **changes_r, int *count_r,
		const char **next_r);
	bool (*may_see)(const struct actor *actor, const struct stream_change *change);
};

#endif
