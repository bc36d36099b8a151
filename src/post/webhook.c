/* One delivery to a webhook: a signed POST to the address that was registered.
 * Refuses: addresses inside the house unless the administrator listed the host (also those to which a public name leads at the moment of
 * connecting), redirects, other protocols than HTTP and HTTPS. */
#include "post/address.h"
#include "post/deliver_internal.h"

#include "base/config.h"
#include "base/text.h"

#include <nettle/hmac.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static curl_socket_t open_allowed(void *user, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct delivery *delivery = user;
	if (purpose != CURLSOCKTYPE_IPCXN || (!delivery->private_allowed && !address_is_public(&address->addr))) {
		delivery->refused_address = true;
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

const char *webhook_signature(struct arena *arena, const char *secret, instant at, const char *body)
{
	struct hmac_sha256_ctx hmac;
	uint8_t digest[SHA256_DIGEST_SIZE];
	char hex[2 * SHA256_DIGEST_SIZE + 1];
	const char *stamp = arena_printf(arena, "%lld.", (long long)at);
	hmac_sha256_set_key(&hmac, strlen(secret), (const uint8_t *)secret);
	hmac_sha256_update(&hmac, strlen(stamp), (const uint8_t *)stamp);
	hmac_sha256_update(&hmac, strlen(body), (const uint8_t *)body);
	hmac_sha256_digest(&hmac, sizeof(digest), digest);
	text_hex(digest, sizeof(digest), hex);
	return arena_printf(arena, "t=%lld,v1=%s", (long long)at, hex);
}

/* A list grows or stays as it is; a header that does not fit into memory would change the signature's meaning, so that is the end. */
static struct curl_slist *header(struct curl_slist *list, const char *line)
{
	struct curl_slist *longer = curl_slist_append(list, line);
	INVARIANT(longer != NULL);
	return longer;
}

static bool host_of(struct arena *arena, const char *url, const char **host_r)
{
	CURLU *parsed = curl_url();
	char *host = NULL;
	bool good = parsed && curl_url_set(parsed, CURLUPART_URL, url, CURLU_DISALLOW_USER) == CURLUE_OK &&
		curl_url_get(parsed, CURLUPART_HOST, &host, 0) == CURLUE_OK;
	if (good)
		*host_r = arena_strdup(arena, host);
	curl_free(host);
	curl_url_cleanup(parsed);
	return good;
}

static void judge(struct delivery *delivery, CURLcode code, struct delivery_result *result)
{
	const char *why = *delivery->error ? delivery->error : curl_easy_strerror(code);
	long status = 0;
	curl_easy_getinfo(delivery->curl, CURLINFO_RESPONSE_CODE, &status);
	/* A name may lead to several addresses; one that was reached counts. */
	if (code != CURLE_OK && delivery->refused_address)
		delivery_say(result, DELIVERY_REFUSED, 0, "its address is private and not listed in webhook.private_hosts");
	else if (code == CURLE_OK && status >= 200 && status < 300)
		delivery_say(result, DELIVERY_SENT, status, "HTTP %ld", status);
	else if (code == CURLE_OK && (status == 408 || status == 409 || status == 425 || status == 429 || status >= 500))
		delivery_say(result, DELIVERY_RETRY, status, "HTTP %ld", status);
	else if (code == CURLE_OK)
		delivery_say(result, DELIVERY_REFUSED, status, "HTTP %ld", status);
	else if (code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_URL_MALFORMAT)
		delivery_say(result, DELIVERY_REFUSED, 0, "%s", why);
	else if (delivery->all_given)
		delivery_say(result, DELIVERY_UNKNOWN, status, "cut off after everything was handed over: %s", why);
	else
		delivery_say(result, DELIVERY_RETRY, status, "%s", why);
}

void webhook_send(struct delivery *delivery, struct arena *arena, const struct webhook_call *call, struct delivery_result *result_r)
{
	const struct config *config = delivery->settings->config;
	CURL *curl = delivery->curl;
	struct curl_slist *headers = NULL;
	const char *host = "";
	size_t length = strlen(call->body);
	if (!host_of(arena, call->url, &host)) {
		delivery_say(result_r, DELIVERY_REFUSED, 0, "its address cannot be read");
		return;
	}
	delivery_reset(delivery, call->body, length, config->webhook_timeout_ms);
	delivery->private_allowed = address_listed(config->webhook_private_hosts, host);
	headers = header(headers, "Content-Type: application/json");
	headers = header(headers, "Expect:");
	headers = header(headers, arena_printf(arena, "Vakhta-Event: %s", call->event));
	headers = header(headers, arena_printf(arena, "Vakhta-Delivery: %s", call->id));
	headers = header(headers, arena_printf(arena, "Vakhta-Timestamp: %lld", (long long)call->at));
	if (call->secret)
		headers = header(headers, arena_printf(arena, "Vakhta-Signature: %s", webhook_signature(arena, call->secret, call->at, call->body)));
	curl_easy_setopt(curl, CURLOPT_URL, call->url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	if (*config->webhook_ca_file)
		curl_easy_setopt(curl, CURLOPT_CAINFO, config->webhook_ca_file);
	curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_allowed);
	curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, delivery);
	/* A kept connection was opened for another delivery, whose host may be listed while this one is not. */
	curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L);
	curl_easy_setopt(curl, CURLOPT_POST, 1L);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)length);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "Vakhta/" VAKHTA_VERSION);
	judge(delivery, curl_easy_perform(curl), result_r);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, NULL);
	curl_slist_free_all(headers);
}
