/* Append-only JSON. Lists of rows pass through here, so runs of plain characters are copied at once.
 * Refuses (by assertion): more closings than openings, more than 63 levels. Invalid UTF-8 becomes U+FFFD. */
#include "base/text.h"

#include "base/ctx.h"

#include <string.h>

#define LEVELS_MAX 63

void json_begin(struct json_out *out, struct arena *arena, size_t capacity_hint)
{
	text_begin(&out->text, arena, capacity_hint);
	out->has_item = 0;
	out->depth = 0;
}

static void item(struct json_out *out, const char *key)
{
	uint64_t bit = UINT64_C(1) << out->depth;
	if (out->has_item & bit)
		text_append_char(&out->text, ',');
	out->has_item |= bit;
	if (!key)
		return;
	text_append_char(&out->text, '"');
	text_append_z(&out->text, key);
	text_append(&out->text, "\":", 2);
}

static void open_level(struct json_out *out, const char *key, char bracket)
{
	INVARIANT(out->depth < LEVELS_MAX);
	item(out, key);
	text_append_char(&out->text, bracket);
	out->depth++;
	out->has_item &= ~(UINT64_C(1) << out->depth);
}

static void close_level(struct json_out *out, char bracket)
{
	INVARIANT(out->depth > 0);
	out->depth--;
	text_append_char(&out->text, bracket);
}

void json_open_object(struct json_out *out, const char *key_or_null)
{
	open_level(out, key_or_null, '{');
}

void json_close_object(struct json_out *out)
{
	close_level(out, '}');
}

void json_open_array(struct json_out *out, const char *key_or_null)
{
	open_level(out, key_or_null, '[');
}

void json_close_array(struct json_out *out)
{
	close_level(out, ']');
}

static void append_escaped(struct text_out *out, unsigned char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *from = "\"\\\b\f\n\r\t", *to = "\"\\bfnrt";
	const char *found = strchr(from, c);
	if (c != 0 && found) {
		char pair[2] = { '\\', to[found - from] };
		text_append(out, pair, 2);
		return;
	}
	char code[6] = { '\\', 'u', '0', '0', digits[c >> 4], digits[c & 15] };
	text_append(out, code, 6);
}

static void append_run(struct text_out *out, const char *run, size_t length)
{
	if (text_utf8_valid(run, length)) {
		text_append(out, run, length);
		return;
	}
	for (size_t i = 0; i < length;) {
		size_t step = 1;
		while (step <= 4 && i + step <= length && !text_utf8_valid(run + i, step))
			step++;
		if (step <= 4 && i + step <= length) {
			text_append(out, run + i, step);
			i += step;
		} else {
			text_append_z(out, "\xef\xbf\xbd");
			i++;
		}
	}
}

static void append_string(struct text_out *out, const char *value)
{
	text_append_char(out, '"');
	const char *run = value;
	for (;; value++) {
		unsigned char c = (unsigned char)*value;
		if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f)
			continue;
		if (value > run)
			append_run(out, run, (size_t)(value - run));
		if (c == 0)
			break;
		append_escaped(out, c);
		run = value + 1;
	}
	text_append_char(out, '"');
}

void json_text(struct json_out *out, const char *key_or_null, const char *value_or_null)
{
	item(out, key_or_null);
	if (value_or_null)
		append_string(&out->text, value_or_null);
	else
		text_append(&out->text, "null", 4);
}

void json_int(struct json_out *out, const char *key_or_null, int64_t value)
{
	item(out, key_or_null);
	text_append_int(&out->text, value);
}

void json_bool(struct json_out *out, const char *key_or_null, bool value)
{
	item(out, key_or_null);
	text_append_z(&out->text, value ? "true" : "false");
}

void json_put_null(struct json_out *out, const char *key_or_null)
{
	json_raw(out, key_or_null, NULL);
}

void json_instant(struct json_out *out, const char *key_or_null, instant at_or_none)
{
	char text[INSTANT_TEXT_BYTES];
	if (at_or_none == INSTANT_NONE) {
		json_raw(out, key_or_null, NULL);
		return;
	}
	instant_format(at_or_none, text);
	json_text(out, key_or_null, text);
}

void json_raw(struct json_out *out, const char *key_or_null, const char *json_or_null)
{
	item(out, key_or_null);
	text_append_z(&out->text, json_or_null ? json_or_null : "null");
}

void json_ref(struct json_out *out, const char *key, const char *id_or_null, const char *name)
{
	if (!id_or_null) {
		json_raw(out, key, NULL);
		return;
	}
	json_open_object(out, key);
	json_raw(out, "id", id_or_null);
	json_text(out, "name", name);
	json_close_object(out);
}
