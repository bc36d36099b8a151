/* See post.h. Owns: the threads' order of start and stop. */
#include "post/post.h"

#include "base/config.h"
#include "base/log.h"
#include "post/figures.h"
#include "post/mime.h"
#include "post/receiver.h"
#include "post/sender.h"

#include <curl/curl.h>
#include <stdlib.h>

#define SENDERS_MAX 16

struct post {
	struct post_settings settings;
	atomic_bool stopping;
	struct sender senders[SENDERS_MAX];
	int sender_count;
	struct receiver *receiver;
};

static void say_wrong(const char *server, const char *why)
{
	if (*why)
		log_event(LOG_ERROR, "post.misconfigured", LOG_TEXT("server", server), LOG_TEXT("detail", why));
}

struct post *post_start(const struct config *config)
{
	struct post *post = calloc(1, sizeof(*post));
	INVARIANT(post != NULL);
	mime_start();
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		log_event(LOG_ERROR, "post.no_curl");
	post_settings_read(config, &post->settings);
	say_wrong("smtp", post->settings.smtp_wrong);
	say_wrong("imap", post->settings.imap_wrong);
	/* Webhooks leave without any mail server, so there are senders in any case. */
	for (int i = 0; i < config->mail_senders && i < SENDERS_MAX; i++)
		if (sender_start(&post->senders[i], &post->settings, &post->stopping, i == 0))
			post->sender_count++;
		else
			break;
	if (post->settings.receives)
		post->receiver = receiver_start(&post->settings, &post->stopping);
	return post;
}

void post_stop(struct post *post)
{
	if (!post)
		return;
	atomic_store(&post->stopping, true);
	for (int i = 0; i < post->sender_count; i++)
		sender_stop(&post->senders[i]);
	receiver_stop(post->receiver);
	curl_global_cleanup();
	free(post);
}

void post_metrics(struct text_out *out)
{
	figures_write(out);
}
