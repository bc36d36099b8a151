/* Mail servers as doctor asks them: connected, encrypted, certificate checked, signed in, mailbox opened. Sends nothing and marks nothing. */
#include "post/imap.h"
#include "post/post.h"

#include "base/config.h"

#include <curl/curl.h>
#include <stdio.h>

bool post_check_smtp(const struct config *config, char *line, size_t line_bytes)
{
	struct post_settings settings;
	char reason[CURL_ERROR_SIZE] = "";
	post_settings_read(config, &settings);
	if (*settings.smtp_wrong)
		return snprintf(line, line_bytes, "%s", settings.smtp_wrong), false;
	CURL *curl = curl_easy_init();
	if (!curl)
		return snprintf(line, line_bytes, "libcurl does not start"), false;
	post_curl_server(curl, &settings, config->mail_smtp_url, config->mail_smtp_starttls, "smtp,smtps");
	curl_easy_setopt(curl, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)config->mail_connect_ms);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)(2 * config->mail_connect_ms));
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, reason);
	CURLcode code = curl_easy_perform(curl);
	curl_easy_cleanup(curl);
	if (code != CURLE_OK)
		return snprintf(line, line_bytes, "%s: %s", config->mail_smtp_url, *reason ? reason : curl_easy_strerror(code)), false;
	snprintf(line, line_bytes, "answers at %s%s", config->mail_smtp_url, *config->mail_user ? " and knows the user" : "");
	return true;
}

bool post_check_imap(const struct config *config, char *line, size_t line_bytes)
{
	struct post_settings settings;
	atomic_bool stopping = false;
	char why[400] = "";
	int64_t validity;
	post_settings_read(config, &settings);
	if (*settings.imap_wrong)
		return snprintf(line, line_bytes, "%s", settings.imap_wrong), false;
	struct imap *imap = imap_open(&settings, &stopping, why, sizeof(why));
	bool good = imap && imap_select(imap, config->mail_imap_mailbox, &validity);
	if (good)
		snprintf(line, line_bytes, "answers at %s, %s can be read", config->mail_imap_url, config->mail_imap_mailbox);
	else
		snprintf(line, line_bytes, "%s: %s", config->mail_imap_url, imap ? imap_why(imap) : why);
	imap_close(imap);
	return good;
}
