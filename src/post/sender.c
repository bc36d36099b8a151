/* See sender.h. A row is taken for a while, handed over without any transaction open, and settled in a transaction of its own.
 * When the program dies in between, the row is taken again when its time is over, with the same Message-ID.
 * Refuses: to send anything that was cancelled meanwhile; outbox_take and outbox_settle (55_post.sql) decide that. */
#include "post/sender.h"

#include "base/log.h"
#include "db/query.h"
#include "post/deliver.h"
#include "post/figures.h"
#include "post/mime.h"
#include "post/sender.sql.h"
#include "supply/supplier_link.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define SLEEP_MAX_MS 1000
#define ROUND_RETRY_MS 3000
#define DATABASE_MS 15000
#define LEASE_EXTRA_S 60
#define FILES_MAX 20
#define FIGURES_EVERY_MS 5000

enum take_column { TAKE_ID, TAKE_KIND, TAKE_RECIPIENT, TAKE_LANGUAGE, TAKE_SUBJECT, TAKE_BODY, TAKE_MESSAGE_ID, TAKE_IN_REPLY_TO, TAKE_CASE,
	TAKE_ATTEMPTS, TAKE_LINK, TAKE_THREAD, TAKE_SECRET };

struct handed {
	const char *bytes; /* the message as sent; NULL for webhooks and for mail that could not be written */
	size_t length;
	struct delivery_result result;
};

/* Twice as long after each try, a fifth more or less, so that a server that comes back is not met by everything at once. */
static int64_t wait_s(const struct config *config, int64_t attempts)
{
	int64_t wait = config->mail_retry_s;
	uint32_t random = 0;
	for (int64_t i = 1; i < attempts && wait < config->mail_retry_max_s; i++)
		wait *= 2;
	if (wait > config->mail_retry_max_s)
		wait = config->mail_retry_max_s;
	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) != sizeof(random))
		random = 0;
	wait += wait * ((int64_t)(random % 401) - 200) / 1000;
	return wait > 0 ? wait : 1;
}

static struct rows *take(struct sender *sender, struct ctx *ctx)
{
	const struct config *config = sender->settings->config;
	struct query_args args = query_args(ctx);
	int64_t longest_s = (config->mail_timeout_ms + config->mail_connect_ms + config->webhook_timeout_ms) / 1000 + LEASE_EXTRA_S;
	arg_instant(&args, ctx->now);
	arg_instant(&args, ctx->now + longest_s);
	arg_bool(&args, sender->settings->sends);
	return query_run(ctx, QUERY_OUTBOX_TAKE, &args);
}

static bool read_files(struct ctx *ctx, int64_t id, struct mime_file **files_r, int *count_r)
{
	struct query_args args = query_args(ctx);
	arg_int(&args, id);
	struct rows *rows = query_run(ctx, QUERY_OUTBOX_FILES, &args);
	if (!rows)
		return false;
	*count_r = rows_count(rows) < FILES_MAX ? rows_count(rows) : FILES_MAX;
	*files_r = arena_array(ctx->arena, FILES_MAX, sizeof(**files_r));
	for (int i = 0; i < *count_r; i++) {
		(*files_r)[i] = (struct mime_file){ .name = rows_text(rows, i, 0), .content_type = rows_text(rows, i, 1) };
		(*files_r)[i].bytes = rows_bytes(ctx, rows, i, 2, &(*files_r)[i].length);
	}
	return true;
}

static bool write_mail(struct sender *sender, struct ctx *ctx, const struct rows *row, struct handed *handed)
{
	const char *const *thread = NULL, *why = NULL;
	struct mime_file *files = NULL;
	struct mime_draft draft = {
		.from = sender->settings->config->mail_from,
		.to = rows_text(row, 0, TAKE_RECIPIENT),
		.subject = rows_text(row, 0, TAKE_SUBJECT),
		.body = rows_text(row, 0, TAKE_BODY),
		.language = rows_text(row, 0, TAKE_LANGUAGE),
		.message_id = rows_text(row, 0, TAKE_MESSAGE_ID),
		.at = ctx->now,
	};
	/* The address of a supplier's link stands in what leaves, and nowhere else. */
	draft.body = supplier_link_fill(ctx, rows_int(row, 0, TAKE_LINK), draft.body);
	if (!draft.body)
		return false;
	draft.reference_count = rows_array(ctx, row, 0, TAKE_THREAD, &thread);
	draft.references = thread;
	/* An answer to what came last; before anything came, to the root of the thread. */
	draft.in_reply_to = draft.reference_count > 0 ? thread[draft.reference_count - 1] : NULL;
	if (!read_files(ctx, rows_int(row, 0, TAKE_ID), &files, &draft.file_count))
		return false;
	draft.files = files;
	handed->bytes = mime_write(ctx->arena, &draft, &handed->length, &why);
	if (!handed->bytes) {
		handed->result.outcome = DELIVERY_REFUSED;
		snprintf(handed->result.detail, sizeof(handed->result.detail), "%s", why);
	}
	return true;
}

/* "<id@domain>" → "id"; what else it may be never ends a header. */
static const char *bare(struct arena *arena, const char *text)
{
	struct text_out out;
	text_begin(&out, arena, 128);
	for (const char *c = text; *c && *c != '@' && out.length < 100; c++)
		if ((*c >= '0' && *c <= '9') || ((*c | 0x20) >= 'a' && (*c | 0x20) <= 'z') || *c == '_' || *c == '.' || *c == '-')
			text_append_char(&out, *c);
	return out.data;
}

static void call_webhook(struct sender *sender, struct ctx *ctx, const struct rows *row, struct handed *handed)
{
	const struct webhook_call call = {
		.url = rows_text(row, 0, TAKE_RECIPIENT),
		.secret = rows_text(row, 0, TAKE_SECRET),
		.body = rows_text(row, 0, TAKE_BODY),
		.event = bare(ctx->arena, rows_text(row, 0, TAKE_SUBJECT)),
		.id = bare(ctx->arena, rows_text(row, 0, TAKE_MESSAGE_ID)),
		.at = instant_now(),
	};
	webhook_send(sender->delivery, ctx->arena, &call, &handed->result);
}

static bool settle(struct sender *sender, struct ctx *ctx, const struct rows *row, const struct handed *handed)
{
	const struct config *config = sender->settings->config;
	const struct delivery_result *result = &handed->result;
	struct query_args args = query_args(ctx);
	/* Handing over may have taken minutes. */
	ctx->now = instant_now();
	ctx->deadline_ms = monotonic_ms() + DATABASE_MS;
	arg_int(&args, rows_int(row, 0, TAKE_ID));
	arg_instant(&args, ctx->now);
	arg_text(&args, delivery_outcome_name[result->outcome]);
	arg_int_or_null(&args, result->code, result->code == 0);
	arg_text(&args, result->detail);
	if (handed->bytes && result->outcome == DELIVERY_SENT && !rows_null(row, 0, TAKE_CASE))
		arg_bytes(&args, handed->bytes, handed->length);
	else
		arg_bytes(&args, "", 0);
	arg_int(&args, wait_s(config, rows_int(row, 0, TAKE_ATTEMPTS)));
	arg_int(&args, config->mail_tries);
	arg_int(&args, config->mail_late_s);
	arg_text(&args, sender->settings->address);
	struct rows *settled = query_one(ctx, QUERY_OUTBOX_SETTLE, &args);
	if (!settled)
		return false;
	figures_count_try(result->outcome == DELIVERY_SENT);
	if (result->outcome != DELIVERY_SENT)
		log_event(LOG_WARN, "post.not_sent", LOG_INT("outbox", rows_int(row, 0, TAKE_ID)), LOG_TEXT("kind", rows_text(row, 0, TAKE_KIND)),
			LOG_TEXT("outcome", delivery_outcome_name[result->outcome]), LOG_INT("code", result->code), LOG_TEXT("state", rows_text(settled, 0, 0)),
			LOG_INT("attempts", rows_int(row, 0, TAKE_ATTEMPTS)));
	return true;
}

bool sender_round(struct sender *sender, struct ctx *ctx, bool *done_r)
{
	struct handed handed = { 0 };
	struct rows *row = take(sender, ctx);
	*done_r = row && rows_count(row) > 0;
	if (!row)
		return false;
	if (!*done_r)
		return true;
	if (strcmp(rows_text(row, 0, TAKE_KIND), "mail") != 0) {
		call_webhook(sender, ctx, row, &handed);
	} else {
		if (!write_mail(sender, ctx, row, &handed))
			return false;
		if (handed.bytes)
			smtp_send(sender->delivery, sender->settings->address, rows_text(row, 0, TAKE_RECIPIENT), handed.bytes, handed.length, &handed.result);
	}
	return settle(sender, ctx, row, &handed);
}

static bool count_figures(struct sender *sender, struct ctx *ctx)
{
	struct query_args args = query_args(ctx);
	if (!sender->first || (sender->counted_ms != 0 && monotonic_ms() - sender->counted_ms < FIGURES_EVERY_MS))
		return true;
	if (sender->counted_ms == 0 && sender->settings->sends) {
		struct query_args domain = query_args(ctx);
		arg_text(&domain, sender->settings->domain);
		if (!query_run(ctx, QUERY_POST_IDENTITY, &domain))
			return false;
	}
	arg_instant(&args, ctx->now);
	struct rows *rows = query_one(ctx, QUERY_POST_FIGURES, &args);
	if (!rows)
		return false;
	figures_set(rows_int(rows, 0, 0), rows_int(rows, 0, 1), rows_int(rows, 0, 2), rows_int(rows, 0, 3));
	sender->counted_ms = monotonic_ms();
	return true;
}

static bool round_of(struct ctx *ctx, void *user, int64_t *sleep_ms_r)
{
	struct sender *sender = user;
	struct query_args args = query_args(ctx);
	bool done;
	if (!count_figures(sender, ctx) || !sender_round(sender, ctx, &done))
		return false;
	if (done) {
		*sleep_ms_r = 0;
		return true;
	}
	arg_bool(&args, sender->settings->sends);
	struct rows *next = query_one(ctx, QUERY_OUTBOX_NEXT, &args);
	if (next && !rows_null(next, 0, 0) && rows_instant(next, 0, 0) <= ctx->now)
		*sleep_ms_r = 100; /* another sender has it in hand */
	return next != NULL;
}

bool sender_start(struct sender *sender, const struct post_settings *settings, const atomic_bool *stopping, bool first)
{
	const struct rounds_plan plan = {
		.name = "post.sender",
		.round = round_of,
		.user = sender,
		.longest_sleep_ms = SLEEP_MAX_MS,
		.retry_ms = ROUND_RETRY_MS,
		.deadline_ms = DATABASE_MS,
	};
	*sender = (struct sender){ .settings = settings, .stopping = stopping, .first = first };
	sender->delivery = delivery_create(settings, stopping);
	if (!sender->delivery)
		return false;
	sender->rounds = rounds_start(settings->config, &plan);
	return true;
}

void sender_stop(struct sender *sender)
{
	rounds_stop(sender->rounds);
	delivery_destroy(sender->delivery);
}
