/* One try to hand something over, and what became of it. Knows nothing of the database.
 * Owns: a delivery's connection, kept from one message to the next. Thread: one delivery a thread. */
#ifndef VAKHTA_POST_DELIVER_H
#define VAKHTA_POST_DELIVER_H

#include "base/ctx.h"
#include "post/settings.h"

#include <stdatomic.h>

/* UNKNOWN: cut off after everything was handed over and before the answer: it may have arrived. */
enum delivery_outcome { DELIVERY_SENT, DELIVERY_RETRY, DELIVERY_REFUSED, DELIVERY_UNKNOWN };
extern const char *const delivery_outcome_name[]; /* as outbox_settle wants them */

#define DELIVERY_DETAIL_BYTES 400

struct delivery_result {
	enum delivery_outcome outcome;
	int code;                           /* SMTP or HTTP; 0: no answer */
	char detail[DELIVERY_DETAIL_BYTES]; /* for people; may name addresses, so never for the log */
};

struct delivery;
/* NULL: libcurl does not start. `stopping` true ends what has not been handed over yet. */
struct delivery *delivery_create(const struct post_settings *settings, const atomic_bool *stopping);
void delivery_destroy(struct delivery *delivery);

/* `from` and `to` are bare addresses. */
void smtp_send(struct delivery *delivery, const char *from, const char *to, const char *bytes, size_t length, struct delivery_result *result_r);

struct webhook_call {
	const char *url, *secret, *body, *event, *id; /* id: the same for every try */
	instant at;
};
void webhook_send(struct delivery *delivery, struct arena *arena, const struct webhook_call *call, struct delivery_result *result_r);
/* "t=1767225600,v1=<hex>": HMAC-SHA256 of "t.body". */
const char *webhook_signature(struct arena *arena, const char *secret, instant at, const char *body);

#endif
