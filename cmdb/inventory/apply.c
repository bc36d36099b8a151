/* See apply.h. */
#include "cmdb/inventory/apply.h"

#include "cmdb/inventory/inventory.sql.h"
#include "db/query.h"

bool inventory_apply(struct ctx *ctx, int64_t agent)
{
	struct query_args args = query_args(ctx);
	arg_int(&args, agent);
	arg_instant(&args, ctx->now);
	return query_one(ctx, QUERY_INVENTORY_APPLY, &args) != NULL;
}
