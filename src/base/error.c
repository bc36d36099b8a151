/* Setting the one error of a piece of work.
 * Refuses: to overwrite an error that is set; a wrong field after another error is dropped with it. */
#include "base/error.h"

#include "base/ctx.h"

#include <stdarg.h>
#include <string.h>

#undef fail
#undef fail_rule
#undef fail_field
#undef fail_internal

static const struct {
	int status;
	const char *type, *title;
} kinds[ERROR_KINDS] = {
	[ERROR_NONE] = { 200, "none", "No error" },
#define X(name, status, type, title) [ERROR_##name] = { status, type, title },
#include "base/errors.def"
#undef X
};

static bool set(struct ctx *ctx, enum error_kind kind)
{
	INVARIANT(kind > ERROR_NONE && kind < ERROR_KINDS);
	if (ctx->error.kind != ERROR_NONE)
		return false;
	ctx->error.kind = kind;
	ctx->error.type = kinds[kind].type;
	return true;
}

bool fail(struct ctx *ctx, enum error_kind kind, const char *format, ...)
{
	if (!set(ctx, kind))
		return false;
	va_list args;
	va_start(args, format);
	ctx->error.detail = arena_vprintf(ctx->arena, format, args);
	va_end(args);
	return false;
}

bool fail_rule(struct ctx *ctx, enum error_kind kind, const char *type, const char *extra, const char *format, ...)
{
	if (!set(ctx, kind))
		return false;
	if (type)
		ctx->error.type = arena_strdup(ctx->arena, type);
	ctx->error.extra = extra ? arena_strdup(ctx->arena, extra) : NULL;
	va_list args;
	va_start(args, format);
	ctx->error.detail = arena_vprintf(ctx->arena, format, args);
	va_end(args);
	return false;
}

bool fail_field(struct ctx *ctx, const char *pointer, const char *format, ...)
{
	struct error *error = &ctx->error;
	if (!set(ctx, ERROR_INVALID) && error->kind != ERROR_INVALID)
		return false;
	struct error_field *field = arena_alloc(ctx->arena, sizeof(*field));
	va_list args;
	va_start(args, format);
	field->pointer = arena_strdup(ctx->arena, pointer);
	field->detail = arena_vprintf(ctx->arena, format, args);
	va_end(args);
	if (!error->fields_tail)
		error->fields_tail = &error->fields;
	*error->fields_tail = field;
	error->fields_tail = &field->next;
	error->field_count++;
	return false;
}

bool fail_internal(struct ctx *ctx, enum error_kind kind, const char *format, ...)
{
	if (!set(ctx, kind))
		return false;
	va_list args;
	va_start(args, format);
	ctx->error.log_detail = arena_vprintf(ctx->arena, format, args);
	va_end(args);
	return false;
}

void error_clear(struct ctx *ctx)
{
	memset(&ctx->error, 0, sizeof(ctx->error));
}

int error_status(enum error_kind kind)
{
	INVARIANT(kind >= ERROR_NONE && kind < ERROR_KINDS);
	return kinds[kind].status;
}

const char *error_type(enum error_kind kind)
{
	INVARIANT(kind >= ERROR_NONE && kind < ERROR_KINDS);
	return kinds[kind].type;
}

const char *error_title(enum error_kind kind)
{
	INVARIANT(kind >= ERROR_NONE && kind < ERROR_KINDS);
	return kinds[kind].title;
}
