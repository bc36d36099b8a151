/* Events of an imported story as rows of ticket_event. Refuses: to say more than the log did; who resolved and why
 * stays unsaid. */
#ifndef VAKHTA_IMPORT_EVENT_H
#define VAKHTA_IMPORT_EVENT_H

#include "base/text.h"
#include "import/load.h"

struct trail_ticket {
	const char *number;
	struct trail_row *rows;
	int count;
	unsigned char digest[TRAIL_DIGEST_BYTES];
	int64_t id;      /* 0: not here yet, and none given */
	int rows_before; /* of the log that are in already */
	bool writes;     /* there is something to write */
	int line;        /* of its first row */
	struct trail_story *story;
};

/* One line of import_copy_events. `json` is a buffer that is used again and again. */
void trail_event_line(const struct trail_run *run, const struct trail_ticket *ticket, const struct trail_event *event,
	struct json_out *json, struct text_out *line);

#endif
