/* See judge.h. */
#include "cmdb/evidence/judge.h"

#define SPARSE 0.5
#define NEGLECTED 0.5
#define COMPLETE_GOAL 0.9
#define FRESH_GOAL 0.8
#define DISAGREE_GOAL 0.05
#define CONSTANT_MIN 20

const char *const proposal_names[PROPOSALS + 1] = { "keep", "drop", "watch", 0 };
const char *const reason_names[REASONS + 1] = { "precedes_incidents", "unused", "sparse", "constant", "unseen", "neglected", "used", "needed", "early",
	"in_sight", "empty", "incomplete", "stale", "disagrees", 0 };

static double share(int64_t part, int64_t whole)
{
	return whole > 0 ? (double)part / (double)whole : 1;
}

bool judge_compares(const struct facts *facts)
{
	return facts->expected > 0 && facts->changed_cis >= JUDGE_CIS_MIN;
}

/* What speaks against an attribute that nobody chose to look at. */
static bool speaks_against(const struct facts *facts, struct verdict *verdict)
{
	verdict->why[REASON_SPARSE] = share(facts->filled, facts->cis) < SPARSE;
	verdict->why[REASON_CONSTANT] = facts->filled >= CONSTANT_MIN && facts->distinct_count <= 1;
	verdict->why[REASON_UNSEEN] = facts->opened == 0;
	verdict->why[REASON_NEGLECTED] = facts->reviewed > 0 && share(facts->fresh, facts->reviewed) < NEGLECTED;
	return verdict->why[REASON_SPARSE] || verdict->why[REASON_CONSTANT] || verdict->why[REASON_UNSEEN] || verdict->why[REASON_NEGLECTED];
}

static void name_problems(const struct facts *facts, struct verdict *verdict)
{
	verdict->why[REASON_INCOMPLETE] = facts->cis > 0 && share(facts->filled, facts->cis) < COMPLETE_GOAL;
	verdict->why[REASON_STALE] = facts->reviewed > 0 && share(facts->fresh, facts->reviewed) < FRESH_GOAL;
	verdict->why[REASON_DISAGREES] = facts->disagreed > 0 && share(facts->disagreed, facts->claimed) > DISAGREE_GOAL;
}

struct verdict judge(const struct facts *facts)
{
	struct verdict verdict = { .proposal = PROPOSAL_KEEP };
	bool used = facts->reads + facts->filters + facts->reports + facts->programs > 0;
	verdict.why[REASON_USED] = used;
	verdict.why[REASON_NEEDED] = facts->needed;
	if (facts->named && facts->lift.known && facts->lift.low > 1 && facts->observed >= JUDGE_EPISODES_MIN && facts->observed_cis >= JUDGE_CIS_MIN) {
		verdict.proposal = PROPOSAL_WATCH;
		verdict.why[REASON_PRECEDES] = true;
	} else if (facts->cis == 0) {
		verdict.why[REASON_EMPTY] = true;
	} else if (!used && !facts->needed && (facts->counted_days < JUDGE_USE_DAYS_MIN || facts->created_days < JUDGE_USE_DAYS_MIN)) {
		verdict.why[REASON_EARLY] = true;
	} else if (!used && !facts->needed) {
		verdict.why[REASON_UNUSED] = true;
		if (speaks_against(facts, &verdict))
			verdict.proposal = PROPOSAL_DROP;
		else
			verdict.why[REASON_IN_SIGHT] = true;
	}
	if (verdict.proposal != PROPOSAL_DROP)
		name_problems(facts, &verdict);
	return verdict;
}
