/* Writes finished stories as they are: rows by COPY, a batch at a time, and the clocks that follow from their events.
 * Owns: the lines that wait for the next flush. Refuses: mails; what is past is not announced. */
#ifndef VAKHTA_DEMO_WRITE_H
#define VAKHTA_DEMO_WRITE_H

#include "demo/demo.h"
#include "demo/story.h"

enum table {
	T_TICKET,
	T_HANDOVER,
	T_OWNERSHIP,
	T_CI,
	T_PARTICIPANT,
	T_EVENT,
	T_RATING,
	T_CASE,
	T_CASE_EVENT,
	T_CLOCK,
	T_PAUSE,
	TABLES
};

struct pending_clock;

struct writer {
	struct ctx *ctx;
	const struct world *world;
	struct arena *arena; /* of the batch; reset by write_flush, stories and all */
	struct text_out line[TABLES];
	struct pending_clock *clock;
	int clock_count, clock_capacity;
	int64_t first_id, last_id;
	struct demo_counts *counts;
};

void write_begin(struct writer *writer);
bool write_story(struct writer *writer, const struct story *story) MUST_CHECK;
bool write_flush(struct writer *writer) MUST_CHECK;

/* Fields of a line of COPY: each ends the one before it. */
void line_text(struct text_out *line, const char *text_or_null);
void line_int(struct text_out *line, int64_t value);
void line_id(struct text_out *line, int64_t id_or_0);
void line_instant(struct text_out *line, instant at_or_none);
void line_end(struct text_out *line);

/* write_clocks.c. Derives the clocks of a subject and keeps them for the flush. `due_r`: of the resolution, or the
 * earliest of all. */
bool write_clocks(struct writer *writer, int64_t ticket, int64_t supplier_case, const struct event_list *events,
	instant *due_r) MUST_CHECK;
bool write_clock_lines(struct writer *writer) MUST_CHECK;

#endif
