/* From figures to a proposal: keep, drop or watch, each with the reasons that led to it. Pure; refuses to propose removal before uses have
 * been counted long enough, and to propose watching on a handful of coincidences. */
#ifndef VAKHTA_CMDB_EVIDENCE_JUDGE_H
#define VAKHTA_CMDB_EVIDENCE_JUDGE_H

#include "cmdb/evidence/lift.h"

/* What is known of one attribute, added up over its classes. */
struct facts {
	int64_t cis, filled, reviewed, fresh, distinct_count;
	int64_t changes, fills, batch_changes, answer_changes, changed_cis;
	double ci_days, exposed_days, expected;
	int64_t episodes, observed, observed_cis;
	int64_t claimed, disagreed;
	int64_t opened, reads, filters, reports, programs;
	int64_t counted_days; /* for how long uses have been counted */
	int64_t created_days; /* for how long the attribute is there, as far as known */
	bool needed;          /* by the program itself */
	bool named;           /* its lift stands among all that were compared (lift_discoveries) */
	struct lift lift;
};

enum proposal { PROPOSAL_KEEP, PROPOSAL_DROP, PROPOSAL_WATCH, PROPOSALS };
extern const char *const proposal_names[PROPOSALS + 1];

/* Why. Those after REASON_PROBLEMS do not lead to a proposal: they are what should be mended on what stays. */
enum reason {
	REASON_PRECEDES, /* trouble follows its changes more often than chance has it */
	REASON_UNUSED,   /* nobody chose to see it, asked by it or reported it */
	REASON_SPARSE,   /* less than half of the CIs have it */
	REASON_CONSTANT, /* it is the same everywhere */
	REASON_UNSEEN,   /* not even opened */
	REASON_NEGLECTED, /* more than half of the values are overdue */
	REASON_USED,
	REASON_NEEDED,
	REASON_EARLY,    /* uses have not been counted long enough to say that there are none */
	REASON_IN_SIGHT, /* nobody chose it, but it is well kept and people open its CIs */
	REASON_EMPTY,    /* there are no CIs to speak of */
	REASON_PROBLEMS,
	REASON_INCOMPLETE = REASON_PROBLEMS,
	REASON_STALE,
	REASON_DISAGREES,
	REASONS
};
extern const char *const reason_names[REASONS + 1];

struct verdict {
	enum proposal proposal;
	bool why[REASONS];
};

/* For so many days uses must have been counted before their absence means anything. */
#define JUDGE_USE_DAYS_MIN 60
/* So many episodes on so many CIs, at least, before it is worth anybody's attention. */
#define JUDGE_EPISODES_MIN 5
#define JUDGE_CIS_MIN 3
/* Share of false alarms among those proposed for watching. */
#define JUDGE_FALSE_RATE 0.05

/* May the lift of these figures be compared at all? Only those count among how many were compared. */
bool judge_compares(const struct facts *facts);
struct verdict judge(const struct facts *facts);

#endif
