/* What changed, for the event stream: events of tickets and cases in the order of their transactions.
 * A position is "xid.kind.id.seq" of the last change; a transaction that began earlier and commits later is waited
 * for, so that nothing is passed over. Refuses: to put texts or names into the stream; a listener fetches what it
 * may see. */
#include "desk/desk.h"
#include "desk/feed.sql.h"

#include <stdlib.h>
#include <string.h>

enum kind { KIND_TICKET = 1, KIND_CASE = 2 };

struct position {
	uint64_t xid;
	int64_t kind, id, seq;
};

enum column { XID, KIND, ID, SEQ, TYPE, OUTSIDE, TICKET, CASE, STATUS, OWNER, VERSION, REPORTER, RESTRICTED, NAMED };

static bool read_part(const char **at, uint64_t max, uint64_t *value_r)
{
	uint64_t value = 0;
	const char *from = *at;
	for (; **at >= '0' && **at <= '9'; (*at)++) {
		uint64_t digit = (uint64_t)(**at - '0');
		if (value > (max - digit) / 10)
			return false;
		value = 10 * value + digit;
	}
	*value_r = value;
	return *at > from;
}

static bool position_parse(struct ctx *ctx, const char *text, struct position *position_r)
{
	uint64_t kind = 0, id = 0, seq = 0;
	const char *at = text;
	if (read_part(&at, UINT64_MAX, &position_r->xid) && *at++ == '.' && read_part(&at, KIND_CASE, &kind) &&
		*at++ == '.' && read_part(&at, INT64_MAX, &id) && *at++ == '.' && read_part(&at, INT32_MAX, &seq) &&
		*at == '\0' && kind >= KIND_TICKET) {
		position_r->kind = (int64_t)kind;
		position_r->id = (int64_t)id;
		position_r->seq = (int64_t)seq;
		return true;
	}
	return fail(ctx, ERROR_UNREADABLE, "This is no position of the stream");
}

/* Everything older than the oldest running transaction has been seen. */
static bool position_now(struct ctx *ctx, const char **next_r)
{
	struct rows *rows = query_one(ctx, QUERY_FEED_NOW, NULL);
	if (!rows)
		return false;
	*next_r = arena_printf(ctx->arena, "%s.%d.0.0", rows_text(rows, 0, 0), KIND_TICKET);
	return true;
}

static void args_after(struct query_args *args, const struct position *position, int limit)
{
	bool in_tickets = position->kind == KIND_TICKET;
	arg_text(args, arena_printf(args->ctx->arena, "%llu", (unsigned long long)position->xid));
	/* Within a transaction tickets come before cases. */
	arg_int(args, in_tickets ? position->id : INT64_MAX);
	arg_int(args, in_tickets ? position->seq : INT32_MAX);
	arg_int(args, in_tickets ? 0 : position->id);
	arg_int(args, in_tickets ? 0 : position->seq);
	arg_int(args, limit);
}

static const char *change_data(struct ctx *ctx, const struct rows *rows, int i, bool is_case)
{
	struct json_out json;
	json_begin(&json, ctx->arena, 192);
	json_open_object(&json, NULL);
	json_text(&json, "number", rows_text(rows, i, is_case ? CASE : TICKET));
	if (is_case)
		json_text(&json, "ticket", rows_text(rows, i, TICKET));
	json_text(&json, "type", rows_text(rows, i, TYPE));
	json_text(&json, "status", rows_text(rows, i, STATUS));
	json_raw(&json, "owner", rows_text(rows, i, OWNER));
	json_int(&json, "version", rows_int(rows, i, VERSION));
	json_close_object(&json);
	return json.text.data;
}

/* The owner sees a restricted ticket whatever their team; people named on it and the reporter hear of what is said
 * to them. */
static void change_watchers(struct ctx *ctx, const struct rows *rows, int i, struct stream_change *change)
{
	const char *const *named = NULL;
	int count = rows_null(rows, i, NAMED) ? 0 : rows_array(ctx, rows, i, NAMED, &named);
	int64_t *ids = arena_array(ctx->arena, (size_t)count + 1, sizeof(int64_t));
	for (int n = 0; n < count; n++)
		INVARIANT(text_parse_int64(named[n], &ids[n]));
	if (!rows_null(rows, i, OWNER))
		ids[count++] = rows_int(rows, i, OWNER);
	change->watcher_ids = ids;
	change->watcher_count = count;
}

static void change_read(struct ctx *ctx, const struct rows *rows, int i, struct stream_change *change_r)
{
	bool is_case = rows_int(rows, i, KIND) == KIND_CASE;
	*change_r = (struct stream_change){
		.position = arena_printf(ctx->arena, "%s.%s.%s.%s", rows_text(rows, i, XID), rows_text(rows, i, KIND),
			rows_text(rows, i, ID), rows_text(rows, i, SEQ)),
		.type = is_case ? "case" : "ticket",
		.data = change_data(ctx, rows, i, is_case),
		.reporter_id = rows_bool(rows, i, OUTSIDE) ? rows_int(rows, i, REPORTER) : 0,
		.restricted_team_id = rows_int(rows, i, RESTRICTED),
	};
	change_watchers(ctx, rows, i, change_r);
}

static bool feed_read(struct ctx *ctx, const char *position, int limit, const struct stream_change **changes_r,
	int *count_r, const char **next_r)
{
	struct query_args args = query_args(ctx);
	struct position after;
	*changes_r = NULL;
	*count_r = 0;
	if (!position)
		return position_now(ctx, next_r);
	if (!position_parse(ctx, position, &after))
		return false;
	args_after(&args, &after, limit);
	struct rows *rows = query_run(ctx, QUERY_FEED_READ, &args);
	if (!rows)
		return false;
	int count = rows_count(rows);
	struct stream_change *changes = arena_array(ctx->arena, (size_t)count + 1, sizeof(*changes));
	for (int i = 0; i < count; i++)
		change_read(ctx, rows, i, &changes[i]);
	*changes_r = changes;
	*count_r = count;
	*next_r = count > 0 ? changes[count - 1].position : arena_strdup(ctx->arena, position);
	return true;
}

/* The terms of ticket_visible; what only the inside may know has no reporter and no named people (feed_read). */
static bool feed_may_see(const struct actor *actor, const struct stream_change *change)
{
	if (actor->roles & ROLES_READ_ALL)
		return true;
	bool in_team = change->restricted_team_id == 0;
	for (int i = 0; i < actor->team_count && !in_team; i++)
		in_team = actor->teams[i] == change->restricted_team_id;
	if ((actor->roles & ROLES_STAFF) && in_team)
		return true;
	bool watches = change->reporter_id != 0 && change->reporter_id == actor->id;
	for (int i = 0; i < change->watcher_count && !watches; i++)
		watches = change->watcher_ids[i] == actor->id;
	return watches;
}

const struct stream_source *desk_stream_source(void)
{
	static const struct stream_source source = { feed_read, feed_may_see };
	return &source;
}
