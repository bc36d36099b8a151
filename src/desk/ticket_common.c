/* What every operation on a ticket shares: its first arguments, the number in the path, wrong fields found by SQL. */
#include "desk/desk.h"

#include <string.h>

void arg_actor(struct query_args *args)
{
	const struct actor *actor = &args->ctx->actor;
	arg_int_or_null(args, actor->id, actor->id == 0);
	arg_int(args, actor->roles);
	arg_ints(args, actor->teams, actor->team_count);
	arg_instant(args, args->ctx->now);
}

bool ticket_number_parse(struct request *req, const char *number, int64_t *id_r)
{
	static const char *const prefixes[] = { "INC-", "REQ-", "CON-" };
	size_t length = strlen(number);
	bool known = false;
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++)
		known = known || strncmp(number, prefixes[i], 4) == 0;
	*id_r = 0;
	/* Six digits at least, and no zero before more of them: one ticket has one address. */
	if (known && length >= 10 && length <= 22 && strspn(number + 4, "0123456789") == length - 4 &&
		(length == 10 || number[4] != '0') && text_parse_int64(number + 4, id_r) && *id_r > 0)
		return true;
	return fail(&req->ctx, ERROR_NOT_FOUND, "There is no such ticket, or it is not yours");
}

bool ticket_fields_good(struct ctx *ctx, const struct rows *rows, int row, int column)
{
	const char *const *element;
	int count = rows_array(ctx, rows, row, column, &element);
	for (int i = 0; i + 1 < count; i += 2)
		fail_field(ctx, element[i], "%s", element[i + 1]);
	return count == 0;
}
