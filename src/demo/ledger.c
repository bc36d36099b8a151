/* What suppliers say to the pauses of the history: consents, objections open, upheld and rejected, notes with files.
 * All goes through the rules that real answers go through.
 * Owns: nothing. Refuses: an objection that the rules would refuse; it is not chosen. */
#include "demo/demo.h"

#include "db/query.h"
#include "demo/ledger.sql.h"
#include "sla/subject.h"

#include <string.h>

enum disputed_column { DISPUTED_CASE, DISPUTED_SEQ, DISPUTED_PAUSE, DISPUTED_AT, DISPUTED_RAISED, DISPUTED_RIGHT, DISPUTED_CLOSED, DISPUTED_LANGUAGE,
	DISPUTED_MAIL, DISPUTED_TICKET, DISPUTED_ACTOR };

#define OPEN_MOST 3

static const struct {
	const char *en, *ru;
} reasons[] = {
	{ "Your answer reached us later: the mail server has it an hour and a half after the time in your entry.",
		"Ваш ответ пришёл позже: по журналу почтового сервера — на полтора часа позже времени в записи." },
	{ "We could not begin at that time, the contact at the shop did not answer.", "В это время мы не могли начать: контактное лицо в магазине не отвечало." },
};
static const struct {
	const char *outcome, *en, *ru;
} decisions[] = {
	{ "upheld", "The log of our mail server shows the same time.", "Журнал нашего почтового сервера показывает то же время." },
	{ "rejected", "The call at that time is recorded and confirmed by the shop.", "Звонок в это время записан и подтверждён магазином." },
};

static bool is_russian(const struct rows *rows, int i)
{
	return strcmp(rows_text(rows, i, DISPUTED_LANGUAGE), "ru") == 0;
}

static bool contest(struct ctx *ctx, const struct rows *rows, int i, int64_t *contest_r)
{
	struct query_args args = query_args(ctx);
	struct json_out evidence;
	json_begin(&evidence, ctx->arena, 96);
	json_open_object(&evidence, NULL);
	json_text(&evidence, "via", "mail");
	json_text(&evidence, "address", rows_text(rows, i, DISPUTED_MAIL));
	json_close_object(&evidence);
	arg_instant(&args, rows_instant(rows, i, DISPUTED_RAISED));
	arg_int(&args, rows_int(rows, i, DISPUTED_CASE));
	arg_int(&args, rows_int(rows, i, DISPUTED_SEQ));
	arg_int(&args, rows_int(rows, i, DISPUTED_PAUSE));
	arg_text(&args, is_russian(rows, i) ? reasons[i % 2].ru : reasons[i % 2].en);
	arg_instant(&args, rows_instant(rows, i, DISPUTED_RIGHT));
	arg_text(&args, evidence.text.data);
	struct rows *made = query_one(ctx, QUERY_DEMO_LEDGER_CONTEST, &args);
	if (!made)
		return false;
	*contest_r = rows_int(made, 0, 0);
	return true;
}

/* A day later; the lead and the manager in turn, never about an entry of their own: then the objection stays open. */
static bool decide(struct ctx *ctx, const struct rows *rows, int i, const struct rows *deciders, int64_t contest_id)
{
	struct query_args args = query_args(ctx);
	int who = i % rows_count(deciders), how = i / 2 % 2;
	if (rows_int(deciders, who, 0) == rows_int(rows, i, DISPUTED_ACTOR))
		who = (who + 1) % rows_count(deciders);
	if (rows_int(deciders, who, 0) == rows_int(rows, i, DISPUTED_ACTOR))
		return true;
	arg_int(&args, rows_int(deciders, who, 0));
	arg_int(&args, rows_int(deciders, who, 1));
	arg_instant(&args, rows_instant(rows, i, DISPUTED_RAISED) + 86400);
	arg_int(&args, contest_id);
	arg_text(&args, decisions[how].outcome);
	arg_text(&args, is_russian(rows, i) ? decisions[how].ru : decisions[how].en);
	struct rows *decided = query_one(ctx, QUERY_DEMO_LEDGER_DECIDE, &args);
	return decided && clocks_refresh_case(ctx, rows_int(decided, 0, 1)) && clocks_refresh_ticket(ctx, rows_int(decided, 0, 0));
}

static bool objections(struct ctx *ctx)
{
	struct query_args args = query_args(ctx);
	int open = 0;
	arg_instant(&args, ctx->now);
	struct rows *rows = query_run(ctx, QUERY_DEMO_LEDGER_DISPUTED, &args), *deciders = query_run(ctx, QUERY_DEMO_LEDGER_DECIDERS, NULL);
	if (!rows || !deciders)
		return false;
	for (int i = 0; i < rows_count(rows); i++) {
		bool closed = rows_bool(rows, i, DISPUTED_CLOSED);
		int64_t id;
		if (rows_instant(rows, i, DISPUTED_RIGHT) <= rows_instant(rows, i, DISPUTED_AT) || (!closed && open++ >= OPEN_MOST))
			continue;
		if (!contest(ctx, rows, i, &id) || (closed && rows_count(deciders) > 0 && !decide(ctx, rows, i, deciders, id)))
			return false;
	}
	return true;
}

static bool at_end(struct ctx *ctx, const struct query *query)
{
	struct query_args args = query_args(ctx);
	arg_instant(&args, ctx->now);
	return query_run(ctx, query, &args) != NULL;
}

bool demo_ledger_load(struct ctx *ctx, const struct demo_options *options)
{
	instant now = ctx->now;
	ctx->now = options->end;
	bool good = at_end(ctx, QUERY_DEMO_LEDGER_AGREE) && at_end(ctx, QUERY_DEMO_LEDGER_NOTES) && query_run(ctx, QUERY_DEMO_LEDGER_BIND, NULL) && objections(ctx)
		&& at_end(ctx, QUERY_DEMO_LEDGER_OLD_MAIL);
	ctx->now = now;
	return good;
}
