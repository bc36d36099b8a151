/* Owns: where a state-changing request comes from. Browsers say it in Sec-Fetch-Site or Origin, which pages cannot
 * forge. A foreign origin is refused in any case; with the session cookie silence is refused too. Programs send a
 * token.
 * Source: api.md (sign-in); Fetch Metadata; RFC 6454. */
#include "http/internal.h"

#include <string.h>
#include <strings.h>

enum proof { PROOF_NONE, PROOF_OURS, PROOF_FOREIGN };

const char *csrf_origin_of_url(struct arena *arena, const char *url)
{
	const char *scheme_end = url ? strstr(url, "://") : NULL;
	if (!scheme_end || scheme_end == url)
		return NULL;
	size_t length = strcspn(scheme_end + 3, "/?#");
	if (length == 0)
		return NULL;
	return arena_strndup(arena, url, (size_t)(scheme_end - url) + 3 + length);
}

const char *csrf_own_origin(struct request *req)
{
	const char *host = request_header(req, "host");
	if (!host)
		return NULL;
	return arena_printf(req->ctx.arena, "%s://%s", req->secure ? "https" : "http", host);
}

static bool is_public_origin(struct request *req, const char *origin)
{
	const char *public_origin = csrf_origin_of_url(req->ctx.arena, req->ctx.config->http_public_url);
	return public_origin && strcasecmp(public_origin, origin) == 0;
}

bool csrf_origin_is_ours(struct request *req, const char *origin)
{
	const char *host = request_header(req, "host");
	int port = exchange_of(req)->server->api.port;
	const char *scheme = req->secure ? "https" : "http";
	if (is_public_origin(req, origin))
		return true;
	if (!host)
		return false;
	const char *bracket = strchr(host, ']');
	const char *colon = strchr(bracket ? bracket : host, ':');
	int length = (int)(colon ? (size_t)(colon - host) : strlen(host));
	if (strcasecmp(origin, arena_printf(req->ctx.arena, "%s://%.*s:%d", scheme, length, host, port)) == 0)
		return true;
	return port == (req->secure ? 443 : 80) &&
		strcasecmp(origin, arena_printf(req->ctx.arena, "%s://%.*s", scheme, length, host)) == 0;
}

static enum proof origin_proof(struct request *req)
{
	const char *site = request_header(req, "sec-fetch-site"), *origin = request_header(req, "origin");
	if (site)
		return strcmp(site, "same-origin") == 0 || strcmp(site, "none") == 0 ? PROOF_OURS : PROOF_FOREIGN;
	if (!origin)
		return PROOF_NONE;
	const char *own = csrf_own_origin(req);
	return (own && strcasecmp(own, origin) == 0) || is_public_origin(req, origin) ? PROOF_OURS : PROOF_FOREIGN;
}

bool csrf_check_origin(struct request *req)
{
	if (request_header(req, "authorization") || origin_proof(req) != PROOF_FOREIGN)
		return true;
	return fail_rule(&req->ctx, ERROR_FORBIDDEN, "foreign-origin", NULL, "the request comes from another site");
}

bool csrf_check_session(struct request *req)
{
	if (req->ctx.actor.session_id == 0 || origin_proof(req) == PROOF_OURS)
		return true;
	return fail_rule(&req->ctx, ERROR_FORBIDDEN, "foreign-origin", NULL,
		"with the session cookie, Sec-Fetch-Site or Origin must name this site; programs send a token");
}

bool request_from_our_page(struct request *req)
{
	return origin_proof(req) == PROOF_OURS
		|| fail_rule(&req->ctx, ERROR_FORBIDDEN, "foreign-origin", NULL, "Sec-Fetch-Site or Origin must name this site");
}
