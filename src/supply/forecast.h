/* What will happen if nobody does anything: pure arithmetic on counts and seconds; no database, no floating point.
 * Refuses: to guess how people will work; a clock that runs is taken to run on. */
#ifndef VAKHTA_SUPPLY_FORECAST_H
#define VAKHTA_SUPPLY_FORECAST_H

#include <stdbool.h>
#include <stdint.h>

/* One metric of one contract in one month. The goal is the mean of the goals of those clocks: goal_sum hundredths of a percent over
 * goal_count of them, kept as two numbers so that nothing is rounded. */
struct forecast_goal {
	int64_t kept, breached;       /* decided so far */
	int64_t open;                 /* running, and due before the month ends */
	int64_t goal_sum, goal_count; /* goal_count > 0 */
};

enum forecast_outlook {
	FORECAST_SAFE,      /* reached even if every open one is breached */
	FORECAST_AT_RISK,   /* missed if nothing changes; the open ones are enough to reach it */
	FORECAST_TOO_FEW,   /* the open ones are not enough: only with further cases */
	FORECAST_IMPOSSIBLE /* no number of kept cases is enough: the goal is 100 % and one is breached */
};
extern const char *const forecast_outlook_name[]; /* "safe", "at_risk", "too_few", "impossible" */

/* Kept cases still needed to reach the goal if no other is breached; 0: reached; -1: no number is enough. */
int64_t forecast_needed(const struct forecast_goal *goal);
/* How many of the open ones must be kept to reach the goal when they all come due; -1: all of them are not enough. */
int64_t forecast_needed_of_open(const struct forecast_goal *goal);
enum forecast_outlook forecast_judge(const struct forecast_goal *goal);
/* Compliance in hundredths of a percent, rounded half up, if the open ones are all breached (`hopeful` false) or all kept.
 * -1: nothing is measured. */
int64_t forecast_compliance(const struct forecast_goal *goal, bool hopeful);
/* Compliance of what is decided; -1: nothing is. */
int64_t forecast_so_far(const struct forecast_goal *goal);

/* Whether a running clock breaches within so much working time: as soon as elapsed exceeds the target; equal is kept. */
bool forecast_breaches(int64_t target_s, int64_t elapsed_s, int64_t within_s);

#endif
