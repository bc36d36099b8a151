/* Owns: what tells operators and load balancers how the server is. */
#include "http/internal.h"

#include "db/pool.h"

bool health_live(struct request *req)
{
	return reply_bytes(req, 200, "text/plain; charset=utf-8", "ok\n", 3);
}

/* A worker runs this, so its connection is there already: what is left to ask is whether the schema is this
 * program's. */
bool health_ready(struct request *req)
{
	int version = 0;
	if (req->ctx.db) {
		if (!db_schema_version(&req->ctx, &version))
			return false;
		if (version != db_schema_version_program())
			return fail_rule(&req->ctx, ERROR_UNAVAILABLE, "schema-version", NULL,
				"the database has schema version %d, the program needs %d", version, db_schema_version_program());
	}
	return reply_bytes(req, 200, "text/plain; charset=utf-8", "ready\n", 6);
}

bool health_metrics(struct request *req)
{
	struct text_out out;
	text_begin(&out, req->ctx.arena, 16384);
	const struct server *server = exchange_of(req)->server;
	server_metrics(server, &out);
	if (server->options.more_metrics)
		server->options.more_metrics(&out);
	return reply_bytes(req, 200, "text/plain; version=0.0.4; charset=utf-8", out.data, out.length);
}
