/* Names of another system as rows of ours: people, teams, categories, CIs, suppliers. Looked up once a run, made
 * where they are missing.
 * Owns: what is known of them so far. Refuses: to sign anybody in; what it makes is inactive and has no roles.
 * Thread: after trail_names_resolve any may read. */
#ifndef VAKHTA_IMPORT_NAMES_H
#define VAKHTA_IMPORT_NAMES_H

#include "base/ctx.h"
#include "import/map.h"
#include "import/row.h"

struct trail_names;

/* `trial`: makes nothing; unknown names get numbers of their own. Owns: the arena releases it. */
struct trail_names *trail_names_create(struct arena *arena, const struct trail_map *map, bool trial);

/* Notes the names of a row; then all that are noted and unknown are found or made, in the caller's transaction. */
void trail_names_note(struct trail_names *names, const struct trail_row *row);
bool trail_names_resolve(struct ctx *ctx, struct trail_names *names) MUST_CHECK;
/* Writes the ids of a noted and resolved row. */
void trail_names_apply(const struct trail_names *names, struct trail_row *row);

/* The placeholders; known after the first trail_names_resolve. */
int64_t trail_names_nobody(const struct trail_names *names);
int64_t trail_names_no_team(const struct trail_names *names);
int64_t trail_names_count(const struct trail_names *names, enum trail_name kind);

#endif
