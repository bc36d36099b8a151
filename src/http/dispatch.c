/* Owns: the order in which a whole request is treated: who, may they, from where, transaction, once only, handler,
 * commit, answer, log. It stands here and nowhere else.
 * Refuses: to send a 2xx of a TX_WRITE route before it is committed.
 * Thread: a worker; INLINE routes on the I/O thread. */
#include "http/internal.h"

#include "base/log.h"
#include "db/query.h"

static bool state_changing(const struct request *req)
{
	return req->method != HTTP_GET;
}

static bool identify(struct request *req)
{
	const struct server *server = exchange_of(req)->server;
	struct ctx *ctx = &req->ctx;
	if (!server->options.authenticate)
		return fail_internal(ctx, ERROR_INTERNAL, "no authentication is set up");
	if (!server->options.authenticate(req)) {
		INVARIANT(ctx->error.kind != ERROR_NONE);
		return false;
	}
	if (ctx->actor.id == 0)
		return fail(ctx, ERROR_UNAUTHENTICATED, "sign in, or send a token");
	if (req->route->right != RIGHT_SIGNED_IN && !CTX_HAS_ROLE(ctx, req->route->right))
		return fail(ctx, ERROR_FORBIDDEN, "your roles do not allow this");
	return true;
}

static bool admit(struct request *req)
{
	if (req->route->right != RIGHT_PUBLIC && !identify(req))
		return false;
	return !state_changing(req) || (csrf_check_origin(req) && csrf_check_session(req));
}

static bool call_handler(struct request *req)
{
	if (!req->route->handler(req)) {
		INVARIANT(req->ctx.error.kind != ERROR_NONE);
		return false;
	}
	INVARIANT(req->reply.status > 0);
	return true;
}

/* The answer of a refusal by the handler itself (status from 400) is not a success: nothing of it stays. */
static bool run_in_transaction(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	if (!tx_begin(ctx))
		return false;
	enum idempotency claim = idempotency_claim(req);
	if (claim == IDEMPOTENCY_FAILED)
		return false;
	if (claim == IDEMPOTENCY_REPLAYED) {
		tx_rollback(ctx);
		return true;
	}
	if (!call_handler(req))
		return false;
	if (req->reply.status >= 400) {
		tx_rollback(ctx);
		return true;
	}
	if (claim == IDEMPOTENCY_FIRST && !idempotency_store(req))
		return false;
	return tx_commit(ctx);
}

static bool run(struct exchange *exchange)
{
	struct request *req = &exchange->req;
	const struct route *route = req->route;
	const char *key = req->method == HTTP_POST ? request_header(req, "idempotency-key") : NULL;
	if (key && !idempotency_key_valid(key))
		return fail(&req->ctx, ERROR_UNREADABLE, "Idempotency-Key must be 1 to 255 visible ASCII characters");
	if (!admit(req))
		return false;
	if (route->pool == POOL_STREAM)
		return stream_open(exchange);
	bool transaction = route->tx == TX_WRITE && req->ctx.db;
	bool good = transaction ? run_in_transaction(req) : call_handler(req);
	if (req->ctx.db && tx_active(&req->ctx))
		tx_rollback(&req->ctx);
	if (good && state_changing(req) && req->reply.status < 300)
		server_changed(exchange->server);
	return good;
}

void dispatch_run(struct exchange *exchange, struct gzip *gzip)
{
	exchange_answer(exchange, run(exchange), gzip);
}

void dispatch_inline(struct exchange *exchange)
{
	struct request *req = &exchange->req;
	bool good = (!state_changing(req) || csrf_check_origin(req)) && call_handler(req);
	exchange_answer(exchange, good, NULL);
}

static void log_request(struct exchange *exchange, int64_t duration_ms)
{
	const struct request *req = &exchange->req;
	const struct error *error = &req->ctx.error;
	enum log_level level = req->reply.status >= 500 ? LOG_WARN : LOG_INFO;
	struct log_field fields[9] = {
		LOG_TEXT("request", req->ctx.request_id),
		LOG_TEXT("method", exchange->method_name ? exchange->method_name : "-"),
		LOG_TEXT("route", req->route ? req->route->pattern : "-"),
		LOG_INT("status", req->reply.status),
		LOG_INT("ms", duration_ms),
		LOG_INT("bytes", req->reply.length),
		LOG_INT("actor", req->ctx.actor.id),
	};
	int count = 7;
	if (error->kind != ERROR_NONE)
		fields[count++] = LOG_TEXT("problem", error->type ? error->type : error_type(error->kind));
	if (error->log_detail)
		fields[count++] = LOG_TEXT("why", error->log_detail);
	log_write(level, "http.request", fields, count);
}

void exchange_answer(struct exchange *exchange, bool good, struct gzip *gzip_or_null)
{
	struct request *req = &exchange->req;
	if (!good && req->ctx.error.kind == ERROR_NONE)
		fail_internal(&req->ctx, ERROR_INTERNAL, "failed without an error");
	if (!good)
		problem_render(req);
	INVARIANT(req->reply.status > 0);
	reply_finish(req, gzip_or_null);
	int64_t duration_ms = monotonic_ms() - exchange->started_ms;
	metrics_count(exchange, req->reply.status, duration_ms);
	log_request(exchange, duration_ms);
}
