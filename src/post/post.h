/* The post room: what leaves the house and what comes in. Handlers of the route table, and the threads of serve.
 * Mail lies in the outbox, written in the transaction of its cause; senders hand it to SMTP or to webhooks, the receiver reads a mailbox, and the
 * rules of schema/rules/55_post.sql and 56_mail.sql decide what it means.
 * Refuses: to render what came as HTML; to believe a sender's name. */
#ifndef VAKHTA_POST_POST_H
#define VAKHTA_POST_POST_H

#include "http/request.h"

struct config;
struct post;

/* Senders and receiver of this node, as configured; never fails, what is wrong is said in the log and by doctor. */
struct post *post_start(const struct config *config);
void post_stop(struct post *post);
/* Prometheus text of the post, for /metrics. */
void post_metrics(struct text_out *out);

/* For doctor: whether the server answers and takes the user; one line. "" when none is configured. */
bool post_check_smtp(const struct config *config, char *line, size_t line_bytes);
bool post_check_imap(const struct config *config, char *line, size_t line_bytes);

bool outbox_list(struct request *req);        /* GET /mail/outbox */
bool outbox_read(struct request *req);        /* GET /mail/outbox/{id} */
bool outbox_retry(struct request *req);       /* POST /mail/outbox/{id}/retry */
bool outbox_cancel(struct request *req);      /* POST /mail/outbox/{id}/cancel */
bool mail_state(struct request *req);         /* GET /mail/state */
bool mail_list(struct request *req);          /* GET /mail/messages */
bool mail_quarantine_list(struct request *req); /* GET /mail/quarantine */
bool mail_read(struct request *req);          /* GET /mail/messages/{id} */
bool mail_raw(struct request *req);           /* GET /mail/messages/{id}/raw */
bool mail_assign(struct request *req);        /* POST /mail/messages/{id}/assign */
bool mail_discard(struct request *req);       /* POST /mail/messages/{id}/discard */

#endif
