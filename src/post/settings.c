/* See settings.h. */
#include "post/settings.h"

#include "base/text.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* "Name <a@b>" or "a@b" → "a@b" in lower case. */
static void read_address(const char *from, struct post_settings *settings)
{
	const char *open = strrchr(from, '<'), *begin = open ? open + 1 : from, *at;
	size_t length = strcspn(begin, ">");
	if (length >= sizeof(settings->address))
		length = 0;
	for (size_t i = 0; i < length; i++)
		settings->address[i] = (char)(begin[i] >= 'A' && begin[i] <= 'Z' ? begin[i] + 32 : begin[i]);
	at = strrchr(settings->address, '@');
	snprintf(settings->domain, sizeof(settings->domain), "%s", at ? at + 1 : "localhost");
	for (const char *c = settings->domain; *c; c++)
		if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789.-", *c))
			snprintf(settings->domain, sizeof(settings->domain), "localhost");
}

static bool is_loopback(const char *host)
{
	struct in_addr four;
	return strcmp(host, "localhost") == 0 || strcmp(host, "::1") == 0 || strcmp(host, "[::1]") == 0 ||
		(inet_pton(AF_INET, host, &four) == 1 && (ntohl(four.s_addr) >> 24) == 127);
}

/* False with the reason: not a URL of `plain` or `plain`s, or a password would go unencrypted. */
static bool url_good(const char *url, const char *plain, bool starttls, bool has_password, bool clear_allowed, char *host_r, size_t host_bytes, char *port_r,
	size_t port_bytes, char *why, size_t why_bytes)
{
	CURLU *parsed = curl_url();
	char *scheme = NULL, *host = NULL, *port = NULL;
	bool good = false;
	if (!parsed || curl_url_set(parsed, CURLUPART_URL, url, 0) != CURLUE_OK || curl_url_get(parsed, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
		curl_url_get(parsed, CURLUPART_HOST, &host, 0) != CURLUE_OK || curl_url_get(parsed, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) != CURLUE_OK) {
		snprintf(why, why_bytes, "the address of the server cannot be read: write %ss://host:port", plain);
	} else {
		bool encrypted = strncasecmp(scheme, plain, strlen(plain)) == 0 && strcasecmp(scheme + strlen(plain), "s") == 0;
		bool clear = strcasecmp(scheme, plain) == 0 && !starttls && !is_loopback(host);
		if (!encrypted && strcasecmp(scheme, plain) != 0)
			snprintf(why, why_bytes, "%s:// cannot be used here: write %s:// or %ss://", scheme, plain, plain);
		else if (clear && (has_password || !clear_allowed))
			snprintf(why, why_bytes, "without STARTTLS a password would go unencrypted: use %ss:// or mail.%s_starttls", plain, plain);
		else
			good = true;
		snprintf(host_r, host_bytes, "%s", host);
		snprintf(port_r, port_bytes, "%s", port);
	}
	curl_free(scheme);
	curl_free(host);
	curl_free(port);
	curl_url_cleanup(parsed);
	return good;
}

void post_settings_read(const struct config *config, struct post_settings *settings_r)
{
	char host[256] = "", port[8] = "";
	bool has_password = *config->mail_user != '\0';
	*settings_r = (struct post_settings){ .config = config };
	read_address(config->mail_from, settings_r);
	settings_r->sends = *config->mail_smtp_url && url_good(config->mail_smtp_url, "smtp", config->mail_smtp_starttls, has_password, true, host, sizeof(host),
		port, sizeof(port), settings_r->smtp_wrong, sizeof(settings_r->smtp_wrong));
	if (settings_r->sends && !strchr(settings_r->address, '@')) {
		settings_r->sends = false;
		snprintf(settings_r->smtp_wrong, sizeof(settings_r->smtp_wrong), "mail.from is not a mail address");
	}
	settings_r->receives = *config->mail_imap_url && url_good(config->mail_imap_url, "imap", config->mail_imap_starttls, true, false, host, sizeof(host),
		port, sizeof(port), settings_r->imap_wrong, sizeof(settings_r->imap_wrong));
	snprintf(settings_r->account, sizeof(settings_r->account), "%.100s@%s:%s/%.100s", config->mail_user, host, port, config->mail_imap_mailbox);
}

void post_curl_server(void *curl, const struct post_settings *settings, const char *url, bool starttls, const char *protocols)
{
	const struct config *config = settings->config;
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, protocols);
	curl_easy_setopt(curl, CURLOPT_USE_SSL, starttls ? (long)CURLUSESSL_ALL : (long)CURLUSESSL_NONE);
	curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
	if (*config->mail_ca_file)
		curl_easy_setopt(curl, CURLOPT_CAINFO, config->mail_ca_file);
	if (*config->mail_user) {
		curl_easy_setopt(curl, CURLOPT_USERNAME, config->mail_user);
		curl_easy_setopt(curl, CURLOPT_PASSWORD, config->mail_password);
	}
}
