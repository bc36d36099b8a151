/* Owns: judging JSON values of attributes. Refuses: to convert silently what is not exactly the type. */
#include "cmdb/value.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 10000

const char *value_quoted(struct arena *arena, const char *text)
{
	struct json_out out;
	json_begin(&out, arena, strlen(text) + 16);
	json_text(&out, NULL, text);
	return out.text.data;
}

static const char *refused(struct arena *arena, const char **why_r, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static const char *refused(struct arena *arena, const char **why_r, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	*why_r = arena_vprintf(arena, format, args);
	va_end(args);
	return NULL;
}

/* A real as typed, as long as 15 digits hold it: every decimal of up to 15 digits survives the way through a double. */
static const char *real_text(struct arena *arena, double value)
{
	if (!isfinite(value) || fabs(value) >= 1e15)
		return NULL;
	for (int decimals = 0; decimals <= 15; decimals++) {
		const char *text = arena_printf(arena, "%.*f", decimals, value);
		size_t digits = strlen(text) - (text[0] == '-') - (decimals > 0);
		if (strtod(text, NULL) == value) /* NOLINT: equality is the question */
			return digits <= 16 ? text : NULL;
	}
	return NULL;
}

static const char *check_decimal(struct arena *arena, const json_t *value, const char **why_r)
{
	const char *text = NULL;
	if (json_is_string(value))
		text = json_string_value(value);
	else if (json_is_integer(value))
		text = arena_printf(arena, "%lld", (long long)json_integer_value(value));
	else if (json_is_real(value))
		text = real_text(arena, json_real_value(value));
	else
		return refused(arena, why_r, "must be a decimal such as \"12.50\"");
	const char *form = text ? value_decimal(arena, text) : NULL;
	if (!form)
		return refused(arena, why_r, "must be a decimal of at most 38 digits; write it as text, such as \"12.50\"");
	return value_quoted(arena, form);
}

static const char *check_text(struct arena *arena, const json_t *value, const char **why_r)
{
	if (!json_is_string(value))
		return refused(arena, why_r, "must be text");
	const char *text = text_trim(arena, json_string_value(value));
	size_t length = text_utf8_length(text);
	if (length == 0)
		return refused(arena, why_r, "must not be empty; null takes the value away");
	if (length > TEXT_MAX)
		return refused(arena, why_r, "may have at most %d characters, and has %zu", TEXT_MAX, length);
	if (text_has_control(text))
		return refused(arena, why_r, "contains control characters");
	return value_quoted(arena, text);
}

static const char *check_reference(struct arena *arena, const json_t *value, const char **why_r)
{
	int64_t id = 0;
	if (json_is_integer(value))
		id = json_integer_value(value);
	else if (json_is_string(value) && isdigit((unsigned char)json_string_value(value)[0]) &&
		!text_parse_int64(json_string_value(value), &id))
		id = 0;
	if (id <= 0)
		return refused(arena, why_r, "must be the id of a CI");
	return arena_printf(arena, "%lld", (long long)id);
}

static json_t *reload(const char *text)
{
	return text ? json_loads(text, JSON_DECODE_ANY, NULL) : NULL;
}

/* Reals in 15 digits, as people type them, unless that loses something. */
static const char *write_json(struct arena *arena, const json_t *value)
{
	char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
	json_t *again = reload(text);
	if (!again || !json_equal(again, value)) {
		free(text);
		text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(17));
	}
	json_decref(again);
	INVARIANT(text != NULL);
	const char *kept = arena_strdup(arena, text);
	free(text);
	return kept;
}

/* Types whose JSON form is text of a certain look: the same rules as for cells. */
static const char *check_formed(
	struct arena *arena, const struct attribute *attribute, const json_t *value, const char **why_r)
{
	if (!json_is_string(value))
		return refused(arena, why_r, "must be text");
	const char *text = text_trim(arena, json_string_value(value));
	if (*text == '\0')
		return refused(arena, why_r, "must not be empty; null takes the value away");
	return value_check_text(arena, attribute, text, why_r);
}

const char *value_check(struct arena *arena, const struct attribute *attribute, const json_t *value, const char **why_r)
{
	switch (attribute->type) {
	case VALUE_TEXT:
		return check_text(arena, value, why_r);
	case VALUE_INTEGER:
		if (!json_is_integer(value))
			return refused(arena, why_r, "must be a whole number");
		return arena_printf(arena, "%lld", (long long)json_integer_value(value));
	case VALUE_DECIMAL:
		return check_decimal(arena, value, why_r);
	case VALUE_BOOLEAN:
		if (!json_is_boolean(value))
			return refused(arena, why_r, "must be true or false");
		return json_is_true(value) ? "true" : "false";
	case VALUE_REFERENCE:
		return check_reference(arena, value, why_r);
	case VALUE_JSON:
		return write_json(arena, value);
	case VALUE_DATE:
	case VALUE_INSTANT:
	case VALUE_ENUM:
	case VALUE_URL:
	case VALUE_IP:
	case VALUE_MAC:
		return check_formed(arena, attribute, value, why_r);
	case VALUE_TYPES:
		break;
	}
	INVARIANT(!"an attribute type without a rule");
	return NULL;
}
