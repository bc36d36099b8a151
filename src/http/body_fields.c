/* Owns: the kinds of fields a body may have. A wrong one is reported and gives its fallback, so that all wrong fields
 * of a body are told at once.
 * Refuses: to convert: a number is no text, "1" is no number, 1.0 is no id. */
#include "http/body_internal.h"

#include <string.h>

static json_t *need_value(struct body *body, const char *name, enum body_need need)
{
	json_t *value = body_ask(body, name);
	if (!value && need == BODY_REQUIRED && body->object)
		body_wrong(body, name, "is required");
	return value;
}

bool body_has(struct body *body, const char *name)
{
	return body_ask(body, name) != NULL;
}

bool body_is_null(struct body *body, const char *name)
{
	return body_ask(body, name) == NULL && body->object && json_is_null(json_object_get(body->object, name));
}

bool body_null(struct body *body, const char *name)
{
	return !body_ask(body, name) && body->object && json_is_null(json_object_get(body->object, name));
}

/* CR LF becomes LF; a lone CR stays and is refused as a control character. */
static char *unify_lines(struct arena *arena, const char *text)
{
	char *out = arena_strdup(arena, text), *write = out;
	for (const char *read = out; *read; read++)
		if (!(read[0] == '\r' && read[1] == '\n'))
			*write++ = *read;
	*write = '\0';
	return out;
}

const char *body_text(struct body *body, const char *name, enum body_need need, size_t min, size_t max)
{
	json_t *value = need_value(body, name, need);
	if (!value)
		return NULL;
	if (!json_is_string(value)) {
		body_wrong(body, name, "must be text");
		return NULL;
	}
	struct arena *arena = body->req->ctx.arena;
	const char *text = text_trim(arena, unify_lines(arena, json_string_value(value)));
	size_t length = text_utf8_length(text);
	if (text_has_control(text))
		body_wrong(body, name, "contains control characters");
	else if (length == 0 && min > 0)
		body_wrong(body, name, "must not be empty");
	else if (length < min)
		body_wrong(body, name, "must have at least %zu characters, and has %zu", min, length);
	else if (length > max)
		body_wrong(body, name, "may have at most %zu characters, and has %zu", max, length);
	else
		return text;
	return NULL;
}

const char *body_secret(struct body *body, const char *name, enum body_need need, size_t max)
{
	json_t *value = need_value(body, name, need);
	if (!value)
		return NULL;
	if (!json_is_string(value)) {
		body_wrong(body, name, "must be text");
		return NULL;
	}
	if (text_utf8_length(json_string_value(value)) > max) {
		body_wrong(body, name, "may have at most %zu characters", max);
		return NULL;
	}
	return json_string_value(value);
}

static bool parse_id(json_t *value, int64_t *id_r)
{
	*id_r = 0;
	if (json_is_integer(value)) {
		*id_r = json_integer_value(value);
	} else if (json_is_string(value)) {
		const char *text = json_string_value(value);
		if (text[0] == '\0' || strspn(text, "0123456789") != strlen(text) || !text_parse_int64(text, id_r))
			return false;
	}
	return *id_r > 0;
}

int64_t body_id(struct body *body, const char *name, enum body_need need)
{
	json_t *value = need_value(body, name, need);
	int64_t id;
	if (!value)
		return 0;
	if (parse_id(value, &id))
		return id;
	body_wrong(body, name, "must be an id");
	return 0;
}

int body_ids(struct body *body, const char *name, enum body_need need, int max, const int64_t **ids_r)
{
	json_t *array = body_array(body, name, need, (size_t)max);
	size_t count = json_array_size(array);
	int64_t *ids = arena_array(body->req->ctx.arena, count + 1, sizeof(int64_t));
	*ids_r = ids;
	for (size_t i = 0; i < count; i++) {
		if (parse_id(json_array_get(array, i), &ids[i]))
			continue;
		fail_field(&body->req->ctx, arena_printf(body->req->ctx.arena, "%s/%zu", body_pointer(body, name), i),
			"must be an id");
		return 0;
	}
	return (int)count;
}

int64_t body_int(struct body *body, const char *name, enum body_need need, int64_t min, int64_t max, int64_t fallback)
{
	json_t *value = need_value(body, name, need);
	if (!value)
		return fallback;
	if (json_is_integer(value) && json_integer_value(value) >= min && json_integer_value(value) <= max)
		return json_integer_value(value);
	body_wrong(body, name, "must be a whole number from %lld to %lld", (long long)min, (long long)max);
	return fallback;
}

bool body_bool(struct body *body, const char *name, bool fallback)
{
	json_t *value = body_ask(body, name);
	if (!value)
		return fallback;
	if (json_is_boolean(value))
		return json_is_true(value);
	body_wrong(body, name, "must be true or false");
	return fallback;
}

instant body_instant(struct body *body, const char *name, enum body_need need)
{
	json_t *value = need_value(body, name, need);
	instant at;
	if (!value)
		return INSTANT_NONE;
	if (json_is_string(value) && instant_parse(json_string_value(value), &at))
		return at;
	body_wrong(body, name, "must be an instant such as \"2026-03-02T08:00:00Z\"");
	return INSTANT_NONE;
}

const char *body_day(struct body *body, const char *name, enum body_need need)
{
	json_t *value = need_value(body, name, need);
	int64_t day;
	if (!value)
		return NULL;
	if (json_is_string(value) && day_parse(json_string_value(value), &day))
		return json_string_value(value);
	body_wrong(body, name, "must be an existing date such as \"2026-03-02\"");
	return NULL;
}

const char *body_choice(struct body *body, const char *name, enum body_need need, const char *const *choices)
{
	json_t *value = need_value(body, name, need);
	struct text_out list;
	if (!value)
		return NULL;
	text_begin(&list, body->req->ctx.arena, 128);
	for (int i = 0; choices[i]; i++) {
		if (json_is_string(value) && strcmp(json_string_value(value), choices[i]) == 0)
			return choices[i];
		text_append_z(&list, i > 0 ? ", " : "");
		text_append_z(&list, choices[i]);
	}
	body_wrong(body, name, "must be one of: %s", list.data);
	return NULL;
}

static bool amount_valid(const char *text)
{
	size_t whole = strspn(text, "0123456789");
	if (whole == 0 || whole > 15)
		return false;
	if (text[whole] == '\0')
		return true;
	size_t fraction = text[whole] == '.' ? strspn(text + whole + 1, "0123456789") : 0;
	return fraction >= 1 && fraction <= 2 && text[whole + 1 + fraction] == '\0';
}

bool body_money(
	struct body *body, const char *name, enum body_need need, const char **amount_r, const char **currency_r)
{
	json_t *value = need_value(body, name, need);
	*amount_r = *currency_r = NULL;
	if (!value)
		return false;
	struct body *money = body_open_nested(body, name, value);
	const char *amount = body_text(money, "amount", BODY_REQUIRED, 1, 18);
	const char *currency = body_text(money, "currency", BODY_REQUIRED, 3, 3);
	bool good = true;
	if (amount && !amount_valid(amount)) {
		body_wrong(money, "amount", "must be a decimal such as \"123.45\"");
		good = false;
	}
	if (currency && strspn(currency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 3) {
		body_wrong(money, "currency", "must be three capital letters such as \"RUB\"");
		good = false;
	}
	if (!amount || !currency || !good)
		return false;
	*amount_r = amount;
	*currency_r = currency;
	return true;
}

json_t *body_json(struct body *body, const char *name, enum body_need need)
{
	return need_value(body, name, need);
}

json_t *body_array(struct body *body, const char *name, enum body_need need, size_t max)
{
	json_t *value = need_value(body, name, need);
	if (!value)
		return NULL;
	if (!json_is_array(value)) {
		body_wrong(body, name, "must be a list");
		return NULL;
	}
	if (json_array_size(value) > max) {
		body_wrong(body, name, "may have at most %zu entries, and has %zu", max, json_array_size(value));
		return NULL;
	}
	return value;
}
