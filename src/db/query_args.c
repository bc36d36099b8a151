/* Arguments of a statement. Text is judged here once more, since libpq would cut it at a NUL and the server refuse bad UTF-8
 * with an error that names no argument. */
#include "db/query.h"

#include <limits.h>
#include <string.h>

struct query_args query_args(struct ctx *ctx)
{
	struct query_args args;
	memset(&args, 0, sizeof(args));
	args.ctx = ctx;
	return args;
}

static void add(struct query_args *args, const char *value)
{
	INVARIANT(args->count < QUERY_ARGS_MAX);
	args->value[args->count++] = value;
}

static bool accept_text(struct query_args *args, const char *text)
{
	if (text_utf8_valid(text, strlen(text)))
		return true;
	args->refused = true;
	return fail(args->ctx, ERROR_INVALID, "Text must be UTF-8.");
}

void arg_text(struct query_args *args, const char *text_or_null)
{
	if (!text_or_null || !accept_text(args, text_or_null))
		add(args, NULL);
	else
		add(args, arena_strdup(args->ctx->arena, text_or_null));
}

void arg_int(struct query_args *args, int64_t value)
{
	struct text_out text;
	text_begin(&text, args->ctx->arena, 0);
	text_append_int(&text, value);
	add(args, text.data);
}

void arg_int_or_null(struct query_args *args, int64_t value, bool is_null)
{
	if (is_null)
		add(args, NULL);
	else
		arg_int(args, value);
}

void arg_bool(struct query_args *args, bool value)
{
	add(args, value ? "t" : "f");
}

void arg_instant(struct query_args *args, instant at_or_none)
{
	char text[INSTANT_TEXT_BYTES];
	if (at_or_none == INSTANT_NONE) {
		add(args, NULL);
		return;
	}
	instant_format(at_or_none, text);
	add(args, arena_strdup(args->ctx->arena, text));
}

void arg_ints(struct query_args *args, const int64_t *values, int count)
{
	struct text_out text;
	text_begin(&text, args->ctx->arena, 8 * (size_t)count + 3);
	text_append_char(&text, '{');
	for (int i = 0; i < count; i++) {
		if (i > 0)
			text_append_char(&text, ',');
		text_append_int(&text, values[i]);
	}
	text_append_char(&text, '}');
	add(args, text.data);
}

static void append_element(struct text_out *text, const char *value)
{
	text_append_char(text, '"');
	for (;;) {
		size_t plain = strcspn(value, "\"\\");
		text_append(text, value, plain);
		value += plain;
		if (!*value)
			break;
		text_append_char(text, '\\');
		text_append_char(text, *value++);
	}
	text_append_char(text, '"');
}

void arg_texts(struct query_args *args, const char *const *values, int count)
{
	struct text_out text;
	text_begin(&text, args->ctx->arena, 24 * (size_t)count + 3);
	text_append_char(&text, '{');
	for (int i = 0; i < count; i++) {
		if (i > 0)
			text_append_char(&text, ',');
		if (values[i] && accept_text(args, values[i]))
			append_element(&text, values[i]);
		else
			text_append(&text, "NULL", 4);
	}
	text_append_char(&text, '}');
	add(args, text.data);
}

void arg_instants(struct query_args *args, const instant *values, int count)
{
	struct text_out text;
	text_begin(&text, args->ctx->arena, 22 * (size_t)count + 3);
	text_append_char(&text, '{');
	for (int i = 0; i < count; i++) {
		char at[INSTANT_TEXT_BYTES] = "NULL";
		if (values[i] != INSTANT_NONE)
			instant_format(values[i], at);
		if (i > 0)
			text_append_char(&text, ',');
		text_append_z(&text, at);
	}
	text_append_char(&text, '}');
	add(args, text.data);
}

void arg_bytes(struct query_args *args, const void *bytes, size_t length)
{
	INVARIANT(length <= INT_MAX);
	add(args, arena_strndup(args->ctx->arena, bytes, length));
	args->length[args->count - 1] = (int)length;
	args->binary[args->count - 1] = 1;
}
