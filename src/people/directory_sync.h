/* Bringing people, teams and memberships up to what the directory says.
 * Refuses: to believe a directory that shows nobody, or fewer than half of the people known so far (unless forced); then nothing
 * is changed. Everything is one transaction. */
#ifndef VAKHTA_PEOPLE_DIRECTORY_SYNC_H
#define VAKHTA_PEOPLE_DIRECTORY_SYNC_H

#include "base/ctx.h"

#include <stdbool.h>

struct directory_sync_counts {
	int found, created, changed, retired, ambiguous, skipped;
	int teams, teams_created, teams_changed, teams_retired, members_added, members_removed;
};

/* Needs ctx->db. `force`: also when fewer than half are found; never when nobody is. */
bool directory_sync(struct ctx *ctx, bool force, struct directory_sync_counts *counts_r) MUST_CHECK;

/* vakhta directory sync [--force] | check */
int command_directory(int argc, char **argv);

#endif
