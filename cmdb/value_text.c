/* Owns: judging values that come as text: cells of tables, parameters, and JSON texts with a form of their own.
 * Refuses: addresses with leading zeros or zones, dates that do not exist, links that would run as a script. */
#include "cmdb/value.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>
#include <strings.h>

#define DECIMAL_DIGITS_MAX 38
#define URL_MAX_BYTES 2000

static const char *refused(const char **why_r, const char *why)
{
	*why_r = why;
	return NULL;
}

const char *value_decimal(struct arena *arena, const char *text)
{
	bool negative = *text == '-';
	if (*text == '-' || *text == '+')
		text++;
	size_t whole = strspn(text, "0123456789"), fraction = 0;
	const char *after = text + whole;
	if (*after == '.' || *after == ',') {
		fraction = strspn(after + 1, "0123456789");
		if (fraction == 0)
			return NULL;
	}
	if (whole == 0 || after[fraction ? fraction + 1 : 0] != '\0')
		return NULL;
	while (whole > 1 && *text == '0')
		text++, whole--;
	while (fraction > 0 && after[fraction] == '0')
		fraction--;
	if (whole + fraction > DECIMAL_DIGITS_MAX)
		return NULL;
	if (whole == 1 && *text == '0' && fraction == 0)
		negative = false;
	return arena_printf(arena, "%s%.*s%s%.*s", negative ? "-" : "", (int)whole, text, fraction ? "." : "",
		(int)fraction, fraction ? after + 1 : "");
}

const char *value_ip(struct arena *arena, const char *text)
{
	unsigned char address[16];
	char form[INET6_ADDRSTRLEN];
	int family = strchr(text, ':') ? AF_INET6 : AF_INET;
	if (inet_pton(family, text, address) != 1 || !inet_ntop(family, address, form, sizeof(form)))
		return NULL;
	return arena_strdup(arena, form);
}

/* aa:bb:cc:dd:ee:ff, aa-bb-…, aabb.ccdd.eeff, aabbccddeeff. */
const char *value_mac(struct arena *arena, const char *text)
{
	char digits[12], separator = '\0';
	size_t count = 0, length = strlen(text), every = length == 17 ? 2 : length == 14 ? 4 : 12;
	if (length != 12 && length != 14 && length != 17)
		return NULL;
	for (size_t i = 0; i < length; i++) {
		if (i % (every + 1) == every) {
			if (separator != '\0' && text[i] != separator)
				return NULL;
			separator = text[i];
		} else if (isxdigit((unsigned char)text[i]) && count < sizeof(digits)) {
			digits[count++] = (char)tolower((unsigned char)text[i]);
		} else {
			return NULL;
		}
	}
	if (count != 12 || (every == 4 && separator != '.') || (every == 2 && separator != ':' && separator != '-'))
		return NULL;
	return arena_printf(
		arena, "%.2s:%.2s:%.2s:%.2s:%.2s:%.2s", digits, digits + 2, digits + 4, digits + 6, digits + 8, digits + 10);
}

bool value_url_valid(const char *text)
{
	static const char *const schemes[] = { "http://", "https://", "ftp://", "sftp://", "ssh://" };
	if (strlen(text) > URL_MAX_BYTES)
		return false;
	for (const char *c = text; *c; c++)
		if ((unsigned char)*c <= ' ' || *c == 0x7f || strchr("\"<>\\^`{|}", *c))
			return false;
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		size_t length = strlen(schemes[i]);
		if (strncasecmp(text, schemes[i], length) != 0)
			continue;
		const char *host = text + length, *end = host + strcspn(host, "/?#");
		const char *at = memchr(host, '@', (size_t)(end - host));
		return (at ? at + 1 : host) < end && (at ? at[1] : host[0]) != ':';
	}
	return false;
}

static const char *check_boolean(const char *text, const char **why_r)
{
	static const char *const yes[] = { "true", "yes", "1", "да", "Да", "ДА", "истина" };
	static const char *const no[] = { "false", "no", "0", "нет", "Нет", "НЕТ", "ложь" };
	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
		if (strcasecmp(text, yes[i]) == 0)
			return "true";
		if (strcasecmp(text, no[i]) == 0)
			return "false";
	}
	return refused(why_r, "must be true or false");
}

static const char *check_enum(
	struct arena *arena, const struct attribute *attribute, const char *text, const char **why_r)
{
	struct text_out list;
	text_begin(&list, arena, 128);
	for (int i = 0; i < attribute->choice_count; i++) {
		if (strcmp(attribute->choice_values[i], text) == 0)
			return value_quoted(arena, text);
		text_append_z(&list, i > 0 ? ", " : "must be one of: ");
		text_append_z(&list, attribute->choice_values[i]);
	}
	return refused(why_r, list.data);
}

static const char *check_instant(struct arena *arena, const char *text, const char **why_r)
{
	char form[INSTANT_TEXT_BYTES];
	instant at;
	if (!instant_parse(text, &at))
		return refused(why_r, "must be an instant such as 2026-03-02T08:00:00Z");
	instant_format(at, form);
	return value_quoted(arena, form);
}

static void release_json(void *json)
{
	json_decref(json);
}

static const char *check_json_text(
	struct arena *arena, const struct attribute *attribute, const char *text, const char **why_r)
{
	int depth = 0, deepest = 0;
	for (const char *c = text; *c; c++) {
		depth += (*c == '[' || *c == '{') - (*c == ']' || *c == '}');
		deepest = depth > deepest ? depth : deepest;
	}
	json_t *value = deepest <= 32 ? json_loads(text, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL) : NULL;
	if (!value)
		return refused(why_r, "must be JSON, at most 32 levels deep");
	arena_on_release(arena, release_json, value);
	return value_check(arena, attribute, value, why_r);
}

static const char *check_text(struct arena *arena, const char *text, const char **why_r)
{
	if (text_utf8_length(text) > 10000)
		return refused(why_r, "may have at most 10000 characters");
	if (text_has_control(text))
		return refused(why_r, "contains control characters");
	return value_quoted(arena, text);
}

const char *value_check_text(
	struct arena *arena, const struct attribute *attribute, const char *text, const char **why_r)
{
	int64_t number;
	const char *form;
	switch (attribute->type) {
	case VALUE_TEXT:
		return check_text(arena, text, why_r);
	case VALUE_INTEGER:
		return text_parse_int64(text, &number) ? arena_printf(arena, "%lld", (long long)number)
											   : refused(why_r, "must be a whole number");
	case VALUE_DECIMAL:
		form = value_decimal(arena, text);
		return form ? value_quoted(arena, form)
					: refused(why_r, "must be a decimal of at most 38 digits, such as 12.50");
	case VALUE_BOOLEAN:
		return check_boolean(text, why_r);
	case VALUE_DATE:
		return day_parse(text, &number) ? value_quoted(arena, text)
										: refused(why_r, "must be an existing date such as 2026-03-02");
	case VALUE_INSTANT:
		return check_instant(arena, text, why_r);
	case VALUE_ENUM:
		return check_enum(arena, attribute, text, why_r);
	case VALUE_REFERENCE:
		return isdigit((unsigned char)*text) && text_parse_int64(text, &number) && number > 0
			? arena_printf(arena, "%lld", (long long)number)
			: refused(why_r, "must be the id of a CI");
	case VALUE_URL:
		return value_url_valid(text)
			? value_quoted(arena, text)
			: refused(why_r, "must be an address with http, https, ftp, sftp or ssh and a host");
	case VALUE_IP:
		form = value_ip(arena, text);
		return form ? value_quoted(arena, form)
					: refused(why_r, "must be an IPv4 or IPv6 address without prefix and zone");
	case VALUE_MAC:
		form = value_mac(arena, text);
		return form ? value_quoted(arena, form) : refused(why_r, "must be a MAC address such as 00:1a:2b:3c:4d:5e");
	case VALUE_JSON:
		return check_json_text(arena, attribute, text, why_r);
	case VALUE_TYPES:
		break;
	}
	INVARIANT(!"an attribute type without a rule");
	return NULL;
}
