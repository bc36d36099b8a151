/* GET /api/v1/openapi.yaml: the description of the API as it was built in.
 * Owns nothing. Refuses: to differ by caller; it is public. */
#include "openapi.h"

#include "assets_data.h"

bool openapi_read(struct request *req)
{
	const struct asset *asset = &asset_openapi;
	bool compressed = asset->gzip && reply_accepts_gzip(req);
	reply_bytes(req, 200, asset->content_type, compressed ? asset->gzip : asset->data,
		compressed ? asset->gzip_length : asset->length);
	req->reply.body_static = true;
	req->reply.compressed = compressed;
	reply_header(req, "ETag", asset->etag);
	reply_header(req, "Cache-Control", "no-cache");
	return true;
}
