/* See forecast.h. */
#include "supply/forecast.h"

#include "base/ctx.h"

#define WHOLE 10000 /* 100 % in hundredths of a percent */

const char *const forecast_outlook_name[] = { "safe", "at_risk", "too_few", "impossible" };

/* kept / all >= goal_sum / (goal_count * WHOLE), without division. */
static bool reaches(const struct forecast_goal *goal, int64_t kept, int64_t all)
{
	return kept * goal->goal_count * WHOLE >= goal->goal_sum * all;
}

int64_t forecast_needed(const struct forecast_goal *goal)
{
	INVARIANT(goal->goal_count > 0);
	int64_t full = goal->goal_count * WHOLE, all = goal->kept + goal->breached;
	if (reaches(goal, goal->kept, all))
		return 0;
	if (goal->goal_sum >= full)
		return -1;
	/* (kept + n) * full >= goal_sum * (all + n) */
	int64_t lacking = goal->goal_sum * all - goal->kept * full, each = full - goal->goal_sum;
	return (lacking + each - 1) / each;
}

int64_t forecast_needed_of_open(const struct forecast_goal *goal)
{
	INVARIANT(goal->goal_count > 0);
	int64_t full = goal->goal_count * WHOLE, all = goal->kept + goal->breached + goal->open;
	/* (kept + n) * full >= goal_sum * all */
	int64_t lacking = goal->goal_sum * all - goal->kept * full;
	int64_t needed = lacking <= 0 ? 0 : (lacking + full - 1) / full;
	return needed <= goal->open ? needed : -1;
}

enum forecast_outlook forecast_judge(const struct forecast_goal *goal)
{
	int64_t needed = forecast_needed(goal);
	if (needed < 0)
		return FORECAST_IMPOSSIBLE;
	if (needed > goal->open)
		return FORECAST_TOO_FEW;
	return reaches(goal, goal->kept, goal->kept + goal->breached + goal->open) ? FORECAST_SAFE : FORECAST_AT_RISK;
}

static int64_t share(int64_t kept, int64_t all)
{
	return all == 0 ? -1 : (2 * kept * WHOLE + all) / (2 * all);
}

int64_t forecast_compliance(const struct forecast_goal *goal, bool hopeful)
{
	return share(goal->kept + (hopeful ? goal->open : 0), goal->kept + goal->breached + goal->open);
}

int64_t forecast_so_far(const struct forecast_goal *goal)
{
	return share(goal->kept, goal->kept + goal->breached);
}

bool forecast_breaches(int64_t target_s, int64_t elapsed_s, int64_t within_s)
{
	return elapsed_s + within_s > target_s;
}
