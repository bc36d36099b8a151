/* What happens once a day, on one of any number of nodes: the anchor of the day, the morning forecast.
 * A row of table daily_job, written in the transaction of the work, decides who does it. */
#ifndef VAKHTA_AUDIT_DAILY_H
#define VAKHTA_AUDIT_DAILY_H

#include "base/ctx.h"
#include "db/rounds.h"

/* Today in desk.zone, as a date. Fails: the zone cannot be read. */
bool daily_day(struct ctx *ctx, const char **day_r) MUST_CHECK;
/* "08:30" to minutes of the day. False: not a time of day. */
bool daily_time_parse(const char *text, int *minute_r);

struct rounds *daily_start(const struct config *config);

#endif
