/* What makes the review of attributes worth a look: an attribute whose changes precede trouble, one that nobody uses, two sources that
 * contradict each other, delivered columns that nobody records, CIs that nobody answers for. Owns nothing; all follows from the seed. */
#include "demo/demo.h"

#include "db/query.h"
#include "demo/evidence.sql.h"

static struct query_args seeded(struct ctx *ctx, const struct demo_options *options)
{
	struct query_args args = query_args(ctx);
	arg_instant(&args, options->end);
	arg_int(&args, (int64_t)(options->seed & INT64_MAX));
	return args;
}

static bool changes(struct ctx *ctx, const struct demo_options *options)
{
	struct query_args args = seeded(ctx, options);
	struct rows *rows = query_run(ctx, QUERY_DEMO_EVIDENCE_CHANGES, &args);
	if (!rows)
		return false;
	for (int i = 0; i < rows_count(rows); i++) {
		struct query_args change = query_args(ctx);
		arg_int(&change, rows_int(rows, i, 0));
		arg_instant(&change, rows_instant(rows, i, 1));
		for (int column = 2; column <= 4; column++)
			arg_text(&change, rows_text(rows, i, column));
		if (!query_run(ctx, QUERY_DEMO_EVIDENCE_CHANGE, &change))
			return false;
	}
	return true;
}

bool demo_evidence_load(struct ctx *ctx, const struct demo_options *options)
{
	const struct {
		const struct query *query;
		bool seed;
	} steps[] = { { QUERY_DEMO_EVIDENCE_ORPHANS, true }, { QUERY_DEMO_EVIDENCE_OWN, true }, { QUERY_DEMO_EVIDENCE_SAID, true },
		{ QUERY_DEMO_EVIDENCE_COLUMNS, false }, { QUERY_DEMO_EVIDENCE_USES, true }, { QUERY_DEMO_EVIDENCE_OPENED, true },
		{ QUERY_DEMO_EVIDENCE_CONFIRMATIONS, true }, { QUERY_DEMO_EVIDENCE_DECISIONS, false } };
	if (!changes(ctx, options))
		return false;
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		struct query_args args = query_args(ctx), both = seeded(ctx, options);
		arg_instant(&args, options->end);
		if (!query_run(ctx, steps[i].query, steps[i].seed ? &both : &args))
			return false;
	}
	return true;
}
