/* The year of quality behind the demo company: draws and scores, reviews of what was rated badly, KPI, attestations.
 * Owns nothing. Refuses: to make up a draw or a KPI; both are made by the program's own rules from the history. */
#include "demo/demo.h"

#include "base/config.h"
#include "db/query.h"
#include "demo/quality.sql.h"
#include "quality/kpi.h"

static struct query_args until(struct ctx *ctx, const struct demo_options *options)
{
	struct query_args args = query_args(ctx);
	arg_instant(&args, options->end);
	return args;
}

static bool draws(struct ctx *ctx, const struct demo_options *options)
{
	struct query_args args = until(ctx, options);
	arg_text(&args, ctx->config->desk_zone);
	arg_int(&args, options->days);
	return query_run(ctx, QUERY_DEMO_QUALITY_DRAWS, &args) != NULL;
}

static bool seeded(struct ctx *ctx, const struct demo_options *options, const struct query *query)
{
	struct query_args args = until(ctx, options);
	arg_int(&args, (int64_t)options->seed);
	return query_run(ctx, query, &args) != NULL;
}

static bool calibrations(struct ctx *ctx, const struct demo_options *options)
{
	struct query_args args = query_args(ctx);
	arg_int(&args, (int64_t)options->seed);
	return query_run(ctx, QUERY_DEMO_QUALITY_CALIBRATIONS, &args) != NULL;
}

static bool attestations(struct ctx *ctx, const struct demo_options *options)
{
	struct query_args args = until(ctx, options);
	arg_text(&args, ctx->config->desk_zone);
	arg_int(&args, (int64_t)options->seed);
	return query_run(ctx, QUERY_DEMO_QUALITY_ATTESTATIONS, &args) != NULL;
}

/* Each month as on the day on which the program would have computed it. */
static bool months(struct ctx *ctx, const struct demo_options *options)
{
	struct query_args args = until(ctx, options);
	instant now = ctx->now;
	bool good = true;
	arg_text(&args, ctx->config->desk_zone);
	arg_int(&args, options->days);
	struct rows *rows = query_run(ctx, QUERY_DEMO_QUALITY_MONTHS, &args);
	for (int i = 0; rows && good && i < rows_count(rows); i++) {
		int count;
		ctx->now = rows_instant(rows, i, 1);
		good = kpi_compute(ctx, rows_text(rows, i, 0), &count);
	}
	ctx->now = now;
	return rows && good;
}

bool demo_quality_load(struct ctx *ctx, const struct demo_options *options)
{
	return query_run(ctx, QUERY_DEMO_QUALITY_SETTINGS, NULL) && draws(ctx, options) &&
		seeded(ctx, options, QUERY_DEMO_QUALITY_SCORINGS) && calibrations(ctx, options) &&
		seeded(ctx, options, QUERY_DEMO_QUALITY_REVIEWS) && seeded(ctx, options, QUERY_DEMO_QUALITY_COMPLAINTS) &&
		attestations(ctx, options) && months(ctx, options);
}
