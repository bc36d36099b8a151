/* See receiver.h. Each message is a round of its own: fetched, recorded in one transaction with the mailbox's place, and only then marked.
 * Owns: the thread, the connection to the mailbox, and what is still to be fetched. */
#include "post/receiver.h"

#include "base/log.h"
#include "db/query.h"
#include "db/rounds.h"
#include "post/figures.h"
#include "post/imap.h"
#include "post/intake.h"
#include "post/receiver.sql.h"

#include <stdlib.h>
#include <string.h>

#define ROUND_RETRY_MS 3000
#define DATABASE_MS 30000
#define WAITING_MAX 1000

struct receiver {
	const struct post_settings *settings;
	const atomic_bool *stopping;
	struct rounds *rounds;
	struct imap *imap; /* NULL: not connected */
	int64_t uid_validity;
	int64_t done, marked;          /* UIDs */
	int64_t waiting[WAITING_MAX];  /* UIDs to fetch, ascending */
	int waiting_count, waiting_next;
	bool failing;
};

static bool unlock(struct ctx *ctx)
{
	return query_run(ctx, QUERY_MAIL_UNLOCK, NULL) != NULL;
}

/* The mailbox cannot be read: another node may try, and people are told where they look. */
static bool give_up(struct receiver *receiver, struct ctx *ctx, const char *why)
{
	struct query_args args = query_args(ctx);
	const char *kept = arena_strdup(ctx->arena, why);
	imap_close(receiver->imap);
	receiver->imap = NULL;
	receiver->waiting_count = receiver->waiting_next = 0;
	if (atomic_load(receiver->stopping))
		return true;
	figures_mailbox(false, 0);
	if (!receiver->failing)
		log_event(LOG_WARN, "post.mailbox_failed", LOG_TEXT("detail", kept));
	receiver->failing = true;
	ctx->deadline_ms = monotonic_ms() + DATABASE_MS;
	arg_text(&args, receiver->settings->account);
	arg_instant(&args, ctx->now);
	arg_text(&args, mime_clean(ctx->arena, kept, strlen(kept), 500));
	return query_run(ctx, QUERY_MAIL_ACCOUNT_FAILED, &args) && unlock(ctx);
}

static bool place(struct receiver *receiver, struct ctx *ctx)
{
	struct query_args args = query_args(ctx);
	arg_text(&args, receiver->settings->account);
	arg_int(&args, receiver->uid_validity);
	arg_instant(&args, ctx->now);
	struct rows *rows = query_one(ctx, QUERY_MAIL_ACCOUNT, &args);
	if (!rows)
		return false;
	receiver->done = rows_int(rows, 0, 0);
	receiver->marked = rows_int(rows, 0, 1);
	return true;
}

/* Looks for new messages. read_r false: the mailbox cannot be read (give_up was called). */
static bool look(struct receiver *receiver, struct ctx *ctx, bool *read_r)
{
	char why[400] = "";
	int64_t *uids;
	int count;
	*read_r = false;
	if (!receiver->imap)
		receiver->imap = imap_open(receiver->settings, receiver->stopping, why, sizeof(why));
	if (!receiver->imap)
		return give_up(receiver, ctx, why);
	if (!imap_select(receiver->imap, receiver->settings->config->mail_imap_mailbox, &receiver->uid_validity))
		return give_up(receiver, ctx, imap_why(receiver->imap));
	ctx->deadline_ms = monotonic_ms() + DATABASE_MS;
	if (!place(receiver, ctx))
		return false;
	if (!imap_search(receiver->imap, ctx->arena, receiver->done, &uids, &count))
		return give_up(receiver, ctx, imap_why(receiver->imap));
	receiver->waiting_next = 0;
	receiver->waiting_count = count < WAITING_MAX ? count : WAITING_MAX;
	if (count > 0)
		memcpy(receiver->waiting, uids, (size_t)receiver->waiting_count * sizeof(*uids));
	figures_mailbox(true, ctx->now);
	if (receiver->failing)
		log_event(LOG_INFO, "post.mailbox_recovered");
	receiver->failing = false;
	*read_r = true;
	return true;
}

/* What is recorded is marked as read, or moved; the server's marks are a courtesy, our place in the mailbox is what counts. */
static bool mark(struct receiver *receiver, struct ctx *ctx)
{
	const struct config *config = receiver->settings->config;
	if (receiver->done <= receiver->marked)
		return true;
	if (!imap_mark(receiver->imap, receiver->marked + 1, receiver->done, config->mail_imap_done_mailbox))
		return give_up(receiver, ctx, imap_why(receiver->imap));
	struct query_args args = query_args(ctx);
	ctx->deadline_ms = monotonic_ms() + DATABASE_MS;
	arg_text(&args, receiver->settings->account);
	arg_int(&args, receiver->uid_validity);
	arg_int(&args, receiver->done);
	if (!query_run(ctx, QUERY_MAIL_ACCOUNT_MARKED, &args))
		return false;
	receiver->marked = receiver->done;
	return true;
}

static bool take_next(struct receiver *receiver, struct ctx *ctx)
{
	const struct post_settings *settings = receiver->settings;
	struct imap_message fetched;
	struct intake_result result = { 0 };
	bool done = false;
	int64_t uid = receiver->waiting[receiver->waiting_next];
	if (!imap_fetch(receiver->imap, ctx->arena, uid, (size_t)settings->config->mail_message_bytes, &fetched))
		return give_up(receiver, ctx, imap_why(receiver->imap));
	receiver->waiting_next++;
	if (!fetched.bytes)
		return true; /* somebody took it out of the mailbox */
	const struct intake_message message = { .bytes = fetched.bytes, .length = fetched.length, .size_bytes = fetched.size_bytes, .received_at = fetched.received_at,
		.account = settings->account, .uid_validity = receiver->uid_validity, .uid = uid };
	ctx->now = instant_now();
	ctx->deadline_ms = monotonic_ms() + DATABASE_MS;
	if (!intake_take(ctx, settings, &message, &result, &done)) {
		receiver->waiting_next--;
		return false;
	}
	receiver->done = uid;
	if (done)
		log_event(LOG_INFO, "post.received", LOG_INT("message", result.message_id), LOG_TEXT("outcome", result.outcome), LOG_TEXT("reason", result.reason));
	return true;
}

static bool locked(struct receiver *receiver, struct ctx *ctx, bool *locked_r)
{
	struct query_args args = query_args(ctx);
	arg_text(&args, receiver->settings->account);
	struct rows *rows = query_one(ctx, QUERY_MAIL_LOCK, &args);
	*locked_r = rows && rows_bool(rows, 0, 0);
	return rows != NULL;
}

static bool round_of(struct ctx *ctx, void *user, int64_t *sleep_ms_r)
{
	struct receiver *receiver = user;
	bool good = true;
	if (receiver->waiting_next == receiver->waiting_count || !receiver->imap) {
		if (!locked(receiver, ctx, &good))
			return false;
		if (!good)
			return true;
		if (!look(receiver, ctx, &good))
			return false;
		if (!good)
			return true;
	}
	if (receiver->waiting_next < receiver->waiting_count && !take_next(receiver, ctx))
		return false;
	if (receiver->imap && receiver->waiting_next == receiver->waiting_count && !mark(receiver, ctx))
		return false;
	if (receiver->waiting_next < receiver->waiting_count)
		*sleep_ms_r = 0;
	return true;
}

struct receiver *receiver_start(const struct post_settings *settings, const atomic_bool *stopping)
{
	struct receiver *receiver = calloc(1, sizeof(*receiver));
	INVARIANT(receiver != NULL);
	receiver->settings = settings;
	receiver->stopping = stopping;
	const struct rounds_plan plan = {
		.name = "post.receiver",
		.round = round_of,
		.user = receiver,
		.longest_sleep_ms = settings->config->mail_imap_poll_s * 1000,
		.retry_ms = ROUND_RETRY_MS,
		.deadline_ms = DATABASE_MS,
		.statement_ms = DATABASE_MS,
	};
	receiver->rounds = rounds_start(settings->config, &plan);
	return receiver;
}

void receiver_stop(struct receiver *receiver)
{
	if (!receiver)
		return;
	rounds_stop(receiver->rounds);
	imap_close(receiver->imap);
	free(receiver);
}
