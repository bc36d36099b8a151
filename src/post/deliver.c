/* What every way of delivering shares: the handle of libcurl, its limits, the bytes that it takes.
 * Refuses: proxies of the environment, redirects, signals. */
#include "post/deliver_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STOP_PATIENCE_MS 3000

const char *const delivery_outcome_name[] = { "sent", "retry", "refused", "unknown" };

struct delivery *delivery_create(const struct post_settings *settings, const atomic_bool *stopping)
{
	struct delivery *delivery = calloc(1, sizeof(*delivery));
	INVARIANT(delivery != NULL);
	delivery->settings = settings;
	delivery->stopping = stopping;
	delivery->curl = curl_easy_init();
	if (!delivery->curl) {
		free(delivery);
		return NULL;
	}
	return delivery;
}

void delivery_destroy(struct delivery *delivery)
{
	if (!delivery)
		return;
	curl_easy_cleanup(delivery->curl);
	free(delivery);
}

static size_t give(char *buffer, size_t size, size_t count, void *user)
{
	struct delivery *delivery = user;
	size_t left = delivery->length - delivery->given, part = size * count < left ? size * count : left;
	memcpy(buffer, delivery->bytes + delivery->given, part);
	delivery->given += part;
	/* libcurl knows the size and does not ask again after the last byte. */
	delivery->all_given = delivery->given == delivery->length;
	return part;
}

static size_t drop(char *buffer, size_t size, size_t count, void *user)
{
	(void)buffer;
	(void)user;
	return size * count;
}

/* When the program ends, what is not handed over yet can wait for the next start; what is gets a moment for its answer. */
static int look(void *user, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	struct delivery *delivery = user;
	(void)a;
	(void)b;
	(void)c;
	(void)d;
	if (!atomic_load_explicit(delivery->stopping, memory_order_relaxed))
		return 0;
	if (delivery->stop_seen_ms == 0)
		delivery->stop_seen_ms = monotonic_ms();
	return !delivery->all_given || monotonic_ms() - delivery->stop_seen_ms > STOP_PATIENCE_MS;
}

void delivery_reset(struct delivery *delivery, const char *bytes, size_t length, int64_t timeout_ms)
{
	const struct config *config = delivery->settings->config;
	CURL *curl = delivery->curl;
	curl_easy_reset(curl);
	delivery->bytes = bytes;
	delivery->length = length;
	delivery->given = 0;
	delivery->all_given = false;
	delivery->refused_address = delivery->quitting = false;
	delivery->reply[0] = delivery->command[0] = delivery->error[0] = '\0';
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)config->mail_connect_ms);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
	curl_easy_setopt(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, (long)(timeout_ms / 1000 + 1));
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, delivery->error);
	curl_easy_setopt(curl, CURLOPT_READFUNCTION, give);
	curl_easy_setopt(curl, CURLOPT_READDATA, delivery);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, drop);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, look);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, delivery);
}

void delivery_say(struct delivery_result *result, enum delivery_outcome outcome, long code, const char *format, ...)
{
	va_list args;
	result->outcome = outcome;
	result->code = (int)code;
	va_start(args, format);
	vsnprintf(result->detail, sizeof(result->detail), format, args);
	va_end(args);
	/* What a server says may be cut inside a character or be no text at all. */
	for (char *c = result->detail; *c; c++)
		if ((unsigned char)*c < 0x20 || (unsigned char)*c >= 0x7f)
			*c = *c == '\n' ? ' ' : '?';
}
