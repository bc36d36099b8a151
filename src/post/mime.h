/* Messages as bytes: written for those that leave, read for those that come. The only caller of GMime.
 * Owns: nothing; what is read lives in the arena given. Refuses: to trust anything a message says about itself; that is judged elsewhere.
 * Source: RFC 5322, 2045–2047, 2231, 3464 (delivery reports), 3834 (automatic answers), 8601 (Authentication-Results). */
#ifndef VAKHTA_POST_MIME_H
#define VAKHTA_POST_MIME_H

#include "base/ctx.h"
#include "base/text.h"

/* Before any other thread runs; any number of times. */
void mime_start(void);

/* --- writing (mime_write.c) --- */

struct mime_file {
	const char *name, *content_type;
	const unsigned char *bytes;
	size_t length;
};

struct mime_draft {
	const char *from, *to;                /* "Name <address>" or an address */
	const char *subject, *body, *language;
	const char *message_id, *in_reply_to; /* with angle brackets; in_reply_to may be NULL */
	const char *const *references;        /* oldest first */
	int reference_count;
	const struct mime_file *files;
	int file_count;
	instant at;
};

/* The message with CRLF line ends, ready for SMTP; NULL: an address or a Message-ID cannot stand in a header (one line in *why_r). */
const char *mime_write(struct arena *arena, const struct mime_draft *draft, size_t *length_r, const char **why_r);

/* --- reading (mime_read.c, mime_report.c, mime_text.c) --- */

#define MIME_THREAD_MAX 100
#define MIME_FILES_MAX 50
#define MIME_TEXT_MAX 100000
#define MIME_SUBJECT_MAX 1000
#define MIME_DEPTH_MAX 20

struct mime_read {
	const char *message_id, *in_reply_to; /* with angle brackets, or NULL */
	const char *thread[MIME_THREAD_MAX];  /* Message-IDs of References and In-Reply-To, newest first */
	int thread_count;
	const char *from_address, *from_name; /* of the first From, in lower case; "" when there is none */
	const char **recipients;              /* addresses of To and Cc */
	int recipient_count;
	const char *subject; /* decoded, one line */
	instant dated_at;    /* INSTANT_NONE: none that can be read */
	bool automatic;      /* says of itself that no person wrote it */
	const char *authentication; /* our own server's verdicts, one a line; "" */
	const char *verdict;        /* "pass", "fail" or "none", from them */
	const char *text;           /* the whole text, from plain text or from HTML stripped of it */
	const char *answer;         /* without quotes of what is answered and without the signature's mark */
	struct mime_file files[MIME_FILES_MAX];
	int file_count;
	bool is_report; /* a delivery report or what looks like one */
	const char *report_message_id, *report_action, *report_status, *report_recipient, *report_diagnostic;
	const char *trouble; /* NULL, or what in it could not be read, in words; the rest may still be there */
};

/* Reads any bytes; never fails, what cannot be read is said in `trouble`. `auth_server` is the name that our mail server gives in
 * Authentication-Results; "": none is believed. */
void mime_read(struct arena *arena, const char *bytes, size_t length, const char *auth_server, struct mime_read *read_r);
/* The headers as they stand, decoded, for people: at most `max` bytes. */
const char *mime_headers(struct arena *arena, const char *bytes, size_t length, size_t max);

/* Text that has valid UTF-8 without NUL and controls but tab and line feed, cut at a character after at most `max` bytes. */
const char *mime_clean(struct arena *arena, const char *bytes, size_t length, size_t max);
/* What of an answer is new: stops at the line that introduces the quote ("On … wrote:", "-----Original Message-----", a From: block),
 * leaves out lines that begin with '>', and a signature after "-- ". When nothing remains, the whole text. */
const char *mime_answer(struct arena *arena, const char *text);
/* Text of HTML: tags, comments, scripts and styles left out, blocks on lines of their own, entities decoded. */
const char *mime_html_text(struct arena *arena, const char *html, size_t length);

/* A supplier's own number in a subject: "[#12345]", "[SD-123]", "#12345", "(Ticket 12345)" … as docs/administration.md says; not a number of
 * ours. NULL: none. */
const char *mime_subject_reference(struct arena *arena, const char *subject);

#endif
