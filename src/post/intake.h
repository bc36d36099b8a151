/* Takes one message in: reads it, lets the rules decide, keeps it, attaches its files, brings the clocks up to date. */
#ifndef VAKHTA_POST_INTAKE_H
#define VAKHTA_POST_INTAKE_H

#include "post/mime.h"
#include "post/settings.h"

struct intake_message {
	const char *bytes;
	size_t length;
	int64_t size_bytes; /* larger than length: only the head is here */
	instant received_at;
	const char *account;
	int64_t uid_validity, uid;
};

struct intake_result {
	int64_t message_id;
	const char *outcome, *reason; /* as mail_message.outcome and mail_quarantine.reason; reason NULL: it went in */
};

/* In one transaction with the place in the mailbox that it marks as done. done_r false: another node was faster and nothing happened here.
 * Fails: the database is away; a message that cannot be taken in is set aside instead. */
bool intake_take(struct ctx *ctx, const struct post_settings *settings, const struct intake_message *message, struct intake_result *result_r, bool *done_r)
	MUST_CHECK;
/* The same without a mailbox, in the caller's transaction; what was read of it is given. `forced` sets it aside with these words; NULL: the
 * rules decide. */
bool intake_apply(struct ctx *ctx, const struct post_settings *settings, const struct intake_message *message, const struct mime_read *read,
	const char *forced_or_null, struct intake_result *result_r) MUST_CHECK;
/* Attaches the files of a message that went in; in the caller's transaction. */
bool intake_files(struct ctx *ctx, int64_t message_id, const struct mime_read *read) MUST_CHECK;

#endif
