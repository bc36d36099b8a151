/* See link.h. */
#include "people/link.h"

#include "base/config.h"

#include <string.h>

const char *link_page(struct ctx *ctx, const char *path)
{
	const struct config *config = ctx->config;
	const char *public = config->http_public_url;
	if (*public)
		return arena_printf(
			ctx->arena, "%.*s%s", (int)(strlen(public) - (public[strlen(public) - 1] == '/')), public, path);
	bool six = strchr(config->http_address, ':') != NULL;
	return arena_printf(ctx->arena, "%s://%s%s%s:%lld%s", *config->http_tls_certificate ? "https" : "http",
		six ? "[" : "", config->http_address, six ? "]" : "", (long long)config->http_port, path);
}

const char *link_signed(struct ctx *ctx, const char *path, const char *purpose, const struct secret_claim *claim)
{
	const char *key = ctx->config->http_link_key;
	if (!*key)
		return NULL;
	return link_page(ctx, arena_printf(ctx->arena, "%s%s", path, secret_sign(ctx->arena, key, purpose, claim)));
}
