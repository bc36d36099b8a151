/* See intake.h. What becomes of a message is decided by mail_take_in (56_mail.sql) in one place, for what comes by itself and for tests alike. */
#include "post/intake.h"

#include "base/config.h"
#include "base/log.h"
#include "db/query.h"
#include "post/figures.h"
#include "post/receiver.sql.h"
#include "sla/subject.h"

#include <string.h>

enum taken_column { TAKEN_MESSAGE, TAKEN_OUTCOME, TAKEN_REASON, TAKEN_CASE, TAKEN_TICKET };

static void texts(struct json_out *json, const char *name, const char *const *values, int count)
{
	json_open_array(json, name);
	for (int i = 0; i < count; i++)
		json_text(json, NULL, values[i]);
	json_close_array(json);
}

static void report(struct json_out *json, const struct mime_read *read)
{
	if (!read->is_report) {
		json_put_null(json, "report");
		return;
	}
	json_open_object(json, "report");
	json_text(json, "message_id", read->report_message_id);
	json_text(json, "action", read->report_action);
	json_text(json, "status", read->report_status);
	json_text(json, "recipient", read->report_recipient);
	json_text(json, "diagnostic", read->report_diagnostic);
	json_close_object(json);
}

/* What was read, for the rules. */
static const char *parsed(struct arena *arena, const struct mime_read *read)
{
	struct json_out json;
	json_begin(&json, arena, 4096);
	json_open_object(&json, NULL);
	json_text(&json, "message_id", read->message_id);
	json_text(&json, "in_reply_to", read->in_reply_to);
	texts(&json, "thread", read->thread, read->thread_count);
	json_text(&json, "from_address", read->from_address);
	json_text(&json, "from_name", read->from_name);
	texts(&json, "recipients", read->recipients, read->recipient_count);
	json_text(&json, "subject", read->subject);
	json_instant(&json, "dated_at", read->dated_at);
	json_bool(&json, "automatic", read->automatic);
	json_text(&json, "authentication", read->authentication);
	json_text(&json, "verdict", read->verdict);
	json_text(&json, "answer", read->answer);
	json_text(&json, "reference", mime_subject_reference(arena, read->subject));
	json_text(&json, "trouble", read->trouble);
	report(&json, read);
	json_open_array(&json, "parts");
	for (int i = 0; i < read->file_count; i++) {
		json_open_object(&json, NULL);
		json_text(&json, "name", read->files[i].name);
		json_text(&json, "content_type", read->files[i].content_type);
		json_int(&json, "size_bytes", (int64_t)read->files[i].length);
		json_close_object(&json);
	}
	json_close_array(&json);
	json_close_object(&json);
	return json.text.data;
}

static const char *rules(struct arena *arena, const struct post_settings *settings)
{
	struct json_out json;
	json_begin(&json, arena, 256);
	json_open_object(&json, NULL);
	json_text(&json, "own", settings->address);
	json_bool(&json, "opens", settings->config->mail_opens_tickets);
	json_int(&json, "per_hour", settings->config->mail_sender_per_hour);
	json_bool(&json, "authenticated", settings->config->mail_auth_required);
	json_close_object(&json);
	return json.text.data;
}

bool intake_files(struct ctx *ctx, int64_t message_id, const struct mime_read *read)
{
	for (int i = 0; i < read->file_count; i++) {
		const struct mime_file *file = &read->files[i];
		struct query_args args = query_args(ctx);
		arg_int(&args, message_id);
		arg_int(&args, i + 1);
		arg_text(&args, file->name);
		arg_text(&args, *file->content_type ? file->content_type : "application/octet-stream");
		arg_bytes(&args, file->bytes, file->length);
		arg_instant(&args, ctx->now);
		if (!query_one(ctx, QUERY_MAIL_ATTACH, &args))
			return false;
	}
	return true;
}

/* The reporter of a new ticket hears what it was promised, so after its clocks. */
static bool follow(struct ctx *ctx, const struct rows *taken, const struct mime_read *read)
{
	const char *outcome = rows_text(taken, 0, TAKEN_OUTCOME);
	bool opened = strcmp(outcome, "opened") == 0, went_in = opened || strcmp(outcome, "recorded") == 0;
	if (went_in && !intake_files(ctx, rows_int(taken, 0, TAKEN_MESSAGE), read))
		return false;
	if (!rows_null(taken, 0, TAKEN_CASE) && !clocks_refresh_case(ctx, rows_int(taken, 0, TAKEN_CASE)))
		return false;
	if (!rows_null(taken, 0, TAKEN_TICKET) && !clocks_refresh_ticket(ctx, rows_int(taken, 0, TAKEN_TICKET)))
		return false;
	if (!opened)
		return true;
	struct query_args args = query_args(ctx);
	arg_int(&args, rows_int(taken, 0, TAKEN_TICKET));
	arg_instant(&args, ctx->now);
	return query_one(ctx, QUERY_MAIL_OPENED, &args) != NULL;
}

bool intake_apply(struct ctx *ctx, const struct post_settings *settings, const struct intake_message *message, const struct mime_read *read,
	const char *forced_or_null, struct intake_result *result_r)
{
	struct query_args args = query_args(ctx);
	arg_text(&args, parsed(ctx->arena, read));
	arg_bytes(&args, message->bytes, message->length);
	arg_instant(&args, message->received_at == INSTANT_NONE ? ctx->now : message->received_at);
	arg_text(&args, message->account);
	arg_int(&args, message->uid_validity);
	arg_int(&args, message->uid);
	arg_text(&args, rules(ctx->arena, settings));
	arg_text(&args, forced_or_null);
	arg_instant(&args, ctx->now);
	struct rows *taken = query_one(ctx, QUERY_MAIL_TAKE_IN, &args);
	if (!taken || !follow(ctx, taken, read))
		return false;
	*result_r = (struct intake_result){ .message_id = rows_int(taken, 0, TAKEN_MESSAGE), .outcome = rows_text(taken, 0, TAKEN_OUTCOME),
		.reason = rows_text(taken, 0, TAKEN_REASON) };
	return true;
}

/* The place in the mailbox moves in the same transaction, so that no message is taken in twice or never. */
static bool take(struct ctx *ctx, const struct post_settings *settings, const struct intake_message *message, const struct mime_read *read, const char *forced,
	struct intake_result *result, bool *done_r)
{
	struct query_args place = query_args(ctx);
	*done_r = false;
	arg_text(&place, message->account);
	arg_int(&place, message->uid_validity);
	arg_int(&place, message->uid);
	if (!tx_begin(ctx))
		return false;
	struct rows *placed = query_run(ctx, QUERY_MAIL_ACCOUNT_DONE, &place);
	if (!placed)
		return false;
	if (rows_count(placed) == 0) {
		tx_rollback(ctx);
		return true;
	}
	if (!intake_apply(ctx, settings, message, read, forced, result) || !tx_commit(ctx))
		return false;
	*done_r = true;
	return true;
}

static bool database_is_away(const struct ctx *ctx)
{
	return ctx->error.kind == ERROR_UNAVAILABLE || ctx->error.kind == ERROR_TIMEOUT;
}

bool intake_take(struct ctx *ctx, const struct post_settings *settings, const struct intake_message *message, struct intake_result *result_r, bool *done_r)
{
	struct mime_read read;
	mime_read(ctx->arena, message->bytes, message->length, settings->config->mail_auth_server, &read);
	if (message->size_bytes > (int64_t)message->length) {
		read.trouble = arena_printf(ctx->arena, "it is larger than %lld bytes (%lld); only its head is here",
			(long long)settings->config->mail_message_bytes, (long long)message->size_bytes);
		read.file_count = 0;
	}
	bool good = take(ctx, settings, message, &read, NULL, result_r, done_r);
	if (!good && !database_is_away(ctx)) {
		const char *why = ctx->error.log_detail ? ctx->error.log_detail : ctx->error.detail;
		log_event(LOG_WARN, "post.set_aside", LOG_INT("uid", message->uid), LOG_TEXT("error", error_type(ctx->error.kind)), LOG_TEXT("detail", why));
		tx_rollback(ctx);
		error_clear(ctx);
		good = take(ctx, settings, message, &read, "taking it in failed; the log says why", result_r, done_r);
	}
	if (good && *done_r)
		figures_count_received(result_r->reason != NULL);
	return good;
}
