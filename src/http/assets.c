/* Owns: the interface's files, compressed at build, and the page policy (CSP).
 * Every address outside the API that is no file gives index.html, below /s/ supplier.html: the interface routes it itself.
 * Refuses: to touch the file system. */
#include "http/internal.h"

#include "assets_data.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct asset *table(const struct server *server, int *count_r)
{
	*count_r = server->options.assets ? server->options.asset_count : assets_data_count;
	return server->options.assets ? server->options.assets : assets_data;
}

static int by_path(const void *path, const void *asset)
{
	return strcmp(path, ((const struct asset *)asset)->path);
}

static const struct asset *find(const struct server *server, const char *path)
{
	int count;
	const struct asset *assets = table(server, &count);
	return bsearch(path, assets, (size_t)count, sizeof(*assets), by_path);
}

/* Compiled files come back under new names after an upgrade; a page in their place would be taken for a script. */
static bool page_address(const char *path)
{
	return strncmp(path, "/assets/", 8) != 0;
}

static void add_page_policy(struct request *req)
{
	const char *stream = csrf_origin_of_url(req->ctx.arena, request_stream_url(req));
	reply_header(req, "Content-Security-Policy",
		arena_printf(req->ctx.arena,
			"default-src 'self'; img-src 'self' data: blob:; style-src 'self'; connect-src 'self'%s%s; frame-ancestors "
			"'none'; "
			"base-uri 'none'; form-action 'self'; object-src 'none'",
			stream ? " " : "", stream ? stream : ""));
	reply_header(req, "Cross-Origin-Opener-Policy", "same-origin");
	reply_header(req, "X-Frame-Options", "DENY");
}

bool assets_serve(struct request *req)
{
	struct exchange *exchange = exchange_of(req);
	const struct server *server = exchange->server;
	const struct asset *asset = find(server, strcmp(req->path, "/") == 0 ? "/index.html" : req->path);
	if (!asset && page_address(req->path))
		asset = find(server, strncmp(req->path, "/s/", 3) == 0 ? "/supplier.html" : "/index.html");
	if (!asset)
		return fail(&req->ctx, ERROR_NOT_FOUND, "there is nothing at this address");
	bool compressed = asset->gzip && reply_accepts_gzip(req);
	reply_bytes(req, 200, asset->content_type, compressed ? asset->gzip : asset->data,
		compressed ? asset->gzip_length : asset->length);
	req->reply.body_static = true;
	req->reply.compressed = compressed;
	reply_header(req, "ETag", asset->etag);
	reply_header(req, "Cache-Control", asset->immutable ? "public, max-age=31536000, immutable" : "no-cache");
	add_page_policy(req);
	return true;
}
