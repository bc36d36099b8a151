/* The demo company: its structure from the embedded files of schema/demo, and a year of history made from them.
 * Owns: nothing of its own; it fills the tables of the other rooms. Refuses: a database that holds tickets of
 * somebody else. */
#ifndef VAKHTA_DEMO_DEMO_H
#define VAKHTA_DEMO_DEMO_H

#include "base/ctx.h"

#include <jansson.h>

struct demo_options {
	uint64_t seed;
	int days;    /* of history */
	bool empty;  /* the company alone */
	instant end; /* the history's last instant */
	bool show_progress;
};

struct demo_counts {
	int tickets, open_tickets, cases, open_cases, events, ratings;
};

/* files.c. The text of an embedded file; it must be there (asserted). */
const char *demo_file(const char *name);
/* A table (.tsv) as JSON: an array of objects by the heading's names; empty cells are null. In the arena. */
const char *demo_table(struct ctx *ctx, const char *name);
/* A JSON file, parsed; released with the arena. NULL: it is not JSON. */
json_t *demo_json(struct ctx *ctx, const char *name) MUST_CHECK;

/* company.c. What the database holds already. */
struct demo_state {
	bool tickets, company;
};
bool demo_state_read(struct ctx *ctx, struct demo_state *state_r) MUST_CHECK;
/* Loads the structure in the caller's transaction; rows that are there stay. `since`: from when on CIs are recorded. */
bool demo_company_load(struct ctx *ctx, instant since) MUST_CHECK;

/* history.c. Makes and writes the tickets in the caller's transaction. */
bool demo_history_load(struct ctx *ctx, const struct demo_options *options, struct demo_counts *counts_r) MUST_CHECK;

/* quality.c. What was said of the history's tickets: samples, reviews, KPI, attestations. After the history, in the same transaction. */
bool demo_quality_load(struct ctx *ctx, const struct demo_options *options) MUST_CHECK;
/* ledger.c. What suppliers say to the history's pauses, in the caller's transaction; after the history. */
bool demo_ledger_load(struct ctx *ctx, const struct demo_options *options) MUST_CHECK;
/* evidence.c. Changes, uses, claims and confirmations of CIs, in the caller's transaction; after the history. */
bool demo_evidence_load(struct ctx *ctx, const struct demo_options *options) MUST_CHECK;
/* mail.c. Mail of the last day, in the caller's transaction; after the history. */
bool demo_mail_load(struct ctx *ctx, const struct demo_options *options) MUST_CHECK;

#endif
