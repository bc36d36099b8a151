/* The beginning of a piece of work, and the end of a program whose invariant broke. */
#include "base/ctx.h"

#include "base/log.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

void ctx_begin(struct ctx *ctx)
{
	unsigned char random[16];
	arena_reset(ctx->arena);
	error_clear(ctx);
	memset(&ctx->actor, 0, sizeof(ctx->actor));
	ctx->now = instant_now();
	ctx->deadline_ms = 0;
	ctx->after_commit = NULL;
	INVARIANT(getrandom(random, sizeof(random), 0) == (ssize_t)sizeof(random));
	text_hex(random, sizeof(random), ctx->request_id);
}

void invariant_broken(const char *condition, const char *file, int line)
{
	log_event(LOG_ERROR, "invariant.broken", LOG_TEXT("condition", condition), LOG_TEXT("file", file), LOG_INT("line", line));
	abort();
}
