/* What smtp.c and webhook.c share. */
#ifndef VAKHTA_POST_DELIVER_INTERNAL_H
#define VAKHTA_POST_DELIVER_INTERNAL_H

#include "post/deliver.h"

#include <curl/curl.h>

#define REPLY_LINE_BYTES 300
#define COMMAND_BYTES 16

struct delivery {
	const struct post_settings *settings;
	const atomic_bool *stopping;
	int64_t stop_seen_ms; /* when `stopping` was first seen; 0: not yet */
	CURL *curl;
	const char *bytes;    /* being handed over */
	size_t length, given;
	bool all_given;                 /* libcurl has taken the last byte */
	bool quitting;                  /* smtp.c: QUIT was said, nothing after it matters */
	bool refused_address;           /* webhook.c: an address was not allowed */
	bool private_allowed;           /* webhook.c: the host may be private */
	char reply[REPLY_LINE_BYTES];   /* last line that the server said */
	char command[COMMAND_BYTES];    /* smtp.c: last command that we said */
	char error[CURL_ERROR_SIZE];
};

/* A fresh set of options on the same connection: limits, no proxy, no signals, progress that sees `stopping`. */
void delivery_reset(struct delivery *delivery, const char *bytes, size_t length, int64_t timeout_ms);
void delivery_say(struct delivery_result *result, enum delivery_outcome outcome, long code, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

#endif
