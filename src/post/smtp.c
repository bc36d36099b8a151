/* One message to the SMTP server: STARTTLS or SMTPS with the certificate checked, and what its answers mean.
 * A 5xx to MAIL, RCPT, DATA or to the message itself is final; every other failure is the connection's or the server's and is tried again.
 * Refuses: to send a password over a connection that is not encrypted (post_settings sees to it).
 * Source: RFC 5321 §4.2.1, §4.5.4; RFC 3207. */
#include "post/deliver_internal.h"

#include "base/config.h"

#include <string.h>
#include <strings.h>

static size_t hear(char *line, size_t size, size_t count, void *user)
{
	struct delivery *delivery = user;
	size_t length = size * count;
	if (delivery->quitting)
		return size * count;
	while (length > 0 && (line[length - 1] == '\r' || line[length - 1] == '\n'))
		length--;
	if (length >= REPLY_LINE_BYTES)
		length = REPLY_LINE_BYTES - 1;
	memcpy(delivery->reply, line, length);
	delivery->reply[length] = '\0';
	return size * count;
}

/* libcurl tells commands only here; nothing of them but the first word is kept. */
static int overhear(CURL *curl, curl_infotype type, char *data, size_t size, void *user)
{
	struct delivery *delivery = user;
	size_t length = 0;
	(void)curl;
	if (type != CURLINFO_HEADER_OUT)
		return 0;
	while (length < size && length < COMMAND_BYTES - 1 && ((data[length] | 0x20) >= 'a' && (data[length] | 0x20) <= 'z'))
		length++;
	/* Said when the connection is closed, after what matters. */
	if (length == 4 && strncasecmp(data, "QUIT", 4) == 0) {
		delivery->quitting = true;
		return 0;
	}
	memcpy(delivery->command, data, length);
	delivery->command[length] = '\0';
	return 0;
}

static bool about_the_message(const struct delivery *delivery)
{
	static const char *const commands[] = { "MAIL", "RCPT", "DATA" };
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		if (strcasecmp(delivery->command, commands[i]) == 0)
			return true;
	return false;
}

static void judge(struct delivery *delivery, CURLcode code, struct delivery_result *result)
{
	const char *why = *delivery->error ? delivery->error : curl_easy_strerror(code);
	long reply = 0;
	curl_easy_getinfo(delivery->curl, CURLINFO_RESPONSE_CODE, &reply);
	if (code == CURLE_OK)
		delivery_say(result, DELIVERY_SENT, reply, "%s", delivery->reply);
	else if (about_the_message(delivery) && reply >= 500 && reply < 600)
		delivery_say(result, DELIVERY_REFUSED, reply, "%s refused: %s", delivery->command, delivery->reply);
	else if (about_the_message(delivery) && reply >= 400 && reply < 500)
		delivery_say(result, DELIVERY_RETRY, reply, "%s put off: %s", delivery->command, delivery->reply);
	/* 354 was the last answer: the message is out, what became of it is not known. */
	else if (delivery->all_given && strcasecmp(delivery->command, "DATA") == 0)
		delivery_say(result, DELIVERY_UNKNOWN, reply, "cut off after the message was handed over: %s", why);
	else
		delivery_say(result, DELIVERY_RETRY, reply, "%s%s%s", why, *delivery->reply ? "; the server said: " : "", delivery->reply);
}

void smtp_send(struct delivery *delivery, const char *from, const char *to, const char *bytes, size_t length, struct delivery_result *result_r)
{
	const struct config *config = delivery->settings->config;
	struct curl_slist *recipients = curl_slist_append(NULL, to);
	CURL *curl = delivery->curl;
	delivery_reset(delivery, bytes, length, config->mail_timeout_ms);
	post_curl_server(curl, delivery->settings, config->mail_smtp_url, config->mail_smtp_starttls, "smtp,smtps");
	curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(curl, CURLOPT_MAIL_FROM, from);
	curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients);
	curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)length);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, hear);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, delivery);
	curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L);
	curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, overhear);
	curl_easy_setopt(curl, CURLOPT_DEBUGDATA, delivery);
	judge(delivery, curl_easy_perform(curl), result_r);
	curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, NULL);
	curl_slist_free_all(recipients);
}
