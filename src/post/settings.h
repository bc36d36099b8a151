/* The part of the configuration that concerns mail and webhooks, judged once at start.
 * Owns: nothing of the configuration. Refuses: settings under which a password would travel unencrypted. */
#ifndef VAKHTA_POST_SETTINGS_H
#define VAKHTA_POST_SETTINGS_H

#include "base/config.h"
#include "base/ctx.h"

struct post_settings {
	const struct config *config;
	bool sends, receives;  /* a server is named and the settings are sound */
	char address[321];     /* address in mail.from, in lower case */
	char domain[254];      /* of it: right side of our Message-IDs */
	char smtp_wrong[200], imap_wrong[200]; /* why not, in one line; "" */
	char account[500];     /* "user@host:port/mailbox" of the mailbox read */
};

void post_settings_read(const struct config *config, struct post_settings *settings_r);
/* URL, TLS, certificate, user and password of a mail server onto a handle of libcurl (CURL *). */
void post_curl_server(void *curl, const struct post_settings *settings, const char *url, bool starttls, const char *protocols);

#endif
