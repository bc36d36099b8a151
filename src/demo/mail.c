/* Some mail of the last day: what left and what did not, answers of suppliers, an answer of the employee, and a quarantine with something in it.
 * All goes the way that real mail goes; only the servers are missing.
 * Owns: nothing. Refuses: to send anything. */
#include "demo/demo.h"

#include "base/config.h"
#include "db/query.h"
#include "demo/mail.sql.h"
#include "post/deliver.h"
#include "post/intake.h"
#include "post/sender.sql.h"

#include <stdio.h>
#include <string.h>

#define CASES_WANTED 6
#define TRIES_MAX 100
#define LATE_S 86400

struct postbag {
	struct ctx *ctx;
	struct post_settings settings;
	const struct rows *cases;
	int letters;
};

enum case_column { CASE_ID, CASE_NUMBER, CASE_MAIL, CASE_SUPPLIER, CASE_LANGUAGE, CASE_SUMMARY, CASE_TICKET };

static bool is_russian(const struct postbag *bag, int i)
{
	return strcmp(rows_text(bag->cases, i, CASE_LANGUAGE), "ru") == 0;
}

/* The row that was just put into the outbox, as a message. */
static const char *as_sent(struct postbag *bag, const struct rows *row, size_t *length_r)
{
	const char *const *thread, *why;
	struct mime_draft draft = {
		.from = bag->settings.config->mail_from,
		.to = rows_text(row, 0, 2),
		.subject = rows_text(row, 0, 4),
		.body = rows_text(row, 0, 5),
		.language = rows_text(row, 0, 3),
		.message_id = rows_text(row, 0, 6),
		.in_reply_to = rows_text(row, 0, 7),
		.at = bag->ctx->now,
	};
	draft.reference_count = rows_array(bag->ctx, row, 0, 11, &thread);
	draft.references = thread;
	const char *bytes = mime_write(bag->ctx->arena, &draft, length_r, &why);
	INVARIANT(bytes != NULL);
	return bytes;
}

static bool leave(struct postbag *bag, int i, enum delivery_outcome outcome, int code, const char *detail)
{
	struct ctx *ctx = bag->ctx;
	struct query_args out = query_args(ctx), take = query_args(ctx), settle = query_args(ctx);
	size_t length = 0;
	arg_int(&out, rows_int(bag->cases, i, CASE_ID));
	arg_instant(&out, ctx->now);
	struct rows *written = query_one(ctx, QUERY_DEMO_MAIL_OUT, &out);
	if (!written)
		return false;
	arg_int(&take, rows_int(written, 0, 0));
	arg_instant(&take, ctx->now);
	struct rows *row = query_one(ctx, QUERY_DEMO_MAIL_TAKE, &take);
	if (!row)
		return false;
	const char *bytes = as_sent(bag, row, &length);
	arg_int(&settle, rows_int(row, 0, 0));
	arg_instant(&settle, ctx->now);
	arg_text(&settle, delivery_outcome_name[outcome]);
	arg_int_or_null(&settle, code, code == 0);
	arg_text(&settle, detail);
	arg_bytes(&settle, bytes, length);
	arg_int(&settle, 3600);
	arg_int(&settle, TRIES_MAX);
	arg_int(&settle, LATE_S);
	arg_text(&settle, bag->settings.address);
	return query_one(ctx, QUERY_OUTBOX_SETTLE, &settle) != NULL;
}

static bool come(struct postbag *bag, const char *name, const char *from, const char *subject, const char *more, const char *text)
{
	struct ctx *ctx = bag->ctx;
	struct mime_read read;
	struct intake_result result;
	char date[INSTANT_TEXT_BYTES];
	instant_format(ctx->now, date);
	const char *bytes = arena_printf(ctx->arena,
		"Received: by mx.rassvet.example; %s\r\nFrom: %s <%s>\r\nTo: <%s>\r\nSubject: %s\r\nMessage-ID: <demo-%d@%s>\r\n"
		"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n%s\r\n%s\r\n",
		date, name, from, bag->settings.address, subject, ++bag->letters, strchr(from, '@') + 1, more, text);
	const struct intake_message message = { .bytes = bytes, .length = strlen(bytes), .size_bytes = (int64_t)strlen(bytes), .received_at = ctx->now,
		.account = "demo", .uid_validity = 1, .uid = bag->letters };
	mime_read(ctx->arena, bytes, strlen(bytes), "", &read);
	return intake_apply(ctx, &bag->settings, &message, &read, NULL, &result);
}

static const char *about(const struct postbag *bag, int i, const char *format)
{
	struct text_out out;
	const char *mark = strstr(format, "{}");
	text_begin(&out, bag->ctx->arena, 128);
	text_append(&out, format, (size_t)(mark - format));
	text_append_z(&out, rows_text(bag->cases, i, CASE_NUMBER));
	text_append_z(&out, mark + 2);
	return out.data;
}

static bool answers(struct postbag *bag)
{
	const struct rows *cases = bag->cases;
	bool good = come(bag, "Support", rows_text(cases, 0, CASE_MAIL), about(bag, 0, "Re: [{}] [SD-20417]"), "",
		is_russian(bag, 0) ? "Добрый день!\n\nИнженер выезжает, будет через час.\n\n> Пожалуйста, сохраняйте номер в теме" : "Hello,\n\nan engineer is on the way and will be there within the hour.\n\n> Please keep the number in the subject");
	good = good && come(bag, "Automatic reply", rows_text(cases, 1, CASE_MAIL), about(bag, 1, "[{}] received"), "Auto-Submitted: auto-replied\r\n",
		is_russian(bag, 1) ? "Ваше обращение получено. Ответим в рабочее время." : "We received your request and answer within working hours.");
	good = good && come(bag, "Field service", "team7@subcontractor.example", about(bag, 4, "[{}] done"), "",
		is_russian(bag, 4) ? "Работы завершены, проверьте." : "The work is done, please check.");
	return good && come(bag, "Sales", rows_text(cases, 2, CASE_MAIL), is_russian(bag, 2) ? "Новые тарифы со следующего квартала" : "New prices from next quarter", "",
		is_russian(bag, 2) ? "Уважаемый клиент, направляем новые тарифы." : "Dear customer, please find our new prices.")
		&& come(bag, "Offers", "offers@toner-world.example", "Toner -40 %", "Precedence: bulk\r\n", "Only this week.");
}

static bool employee(struct postbag *bag)
{
	struct rows *ticket = query_run(bag->ctx, QUERY_DEMO_MAIL_TICKET, NULL);
	if (!ticket || rows_count(ticket) == 0)
		return ticket != NULL;
	return come(bag, rows_text(ticket, 0, 2), rows_text(ticket, 0, 1), arena_printf(bag->ctx->arena, "Re: [%s]", rows_text(ticket, 0, 0)), "",
		"Спасибо! Сейчас я на месте до 18:00, можно подойти в любое время.\n\n-- \nОтправлено с телефона");
}

bool demo_mail_load(struct ctx *ctx, const struct demo_options *options)
{
	struct query_args identity = query_args(ctx);
	struct postbag bag = { .ctx = ctx };
	instant real_now = ctx->now;
	bool good;
	mime_start();
	post_settings_read(ctx->config, &bag.settings);
	arg_text(&identity, arena_printf(ctx->arena, "%llu", (unsigned long long)options->seed));
	bag.cases = query_run(ctx, QUERY_DEMO_MAIL_CASES, NULL);
	if (!bag.cases || !query_run(ctx, QUERY_DEMO_MAIL_IDENTITY, &identity))
		return false;
	if (rows_count(bag.cases) < CASES_WANTED)
		return true; /* a short history has too few open cases */
	ctx->now = options->end;
	good = leave(&bag, 0, DELIVERY_SENT, 250, "250 2.0.0 Ok") && leave(&bag, 1, DELIVERY_SENT, 250, "250 2.0.0 Ok")
		&& leave(&bag, 3, DELIVERY_RETRY, 451, "RCPT put off: 451 4.7.1 greylisted, try again later")
		&& leave(&bag, 2, DELIVERY_REFUSED, 550, "RCPT refused: 550 5.1.1 mailbox is full or gone")
		&& answers(&bag) && employee(&bag);
	ctx->now = real_now;
	return good;
}
