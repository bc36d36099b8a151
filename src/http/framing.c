/* Owns: the judgement of a request's head. Refuses: to repair anything, and to know about connections. */
#include "http/framing.h"

#include "base/text.h"

#include <string.h>
#include <strings.h>

static bool is_token_char(unsigned char c)
{
	if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
		return true;
	return c != 0 && strchr("!#$%&'*+-.^_`|~", c) != NULL;
}

bool framing_is_token(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (!is_token_char((unsigned char)text[i]))
			return false;
	return length > 0;
}

bool framing_layout_exact(const struct framing_head *head)
{
	const char *at = head->method, *end = head->method + head->bytes;
	at += strlen(head->method) + 1;
	if (at != head->uri_at)
		return false;
	at += head->uri_length + 1;
	if (at != head->version)
		return false;
	at += strlen(head->version) + 2;
	for (int i = 0; i < head->field_count; i++) {
		const struct framing_field *field = &head->fields[i];
		const char *value_end = field->value + field->value_length;
		if (field->name != at || field->value < field->name + field->name_length + 1 || value_end + 2 > end)
			return false;
		for (const char *gap = field->name + field->name_length + 1; gap < field->value; gap++)
			if (*gap != ' ' && *gap != '\t')
				return false;
		at = value_end + 2;
	}
	return at + 2 == end;
}

static bool value_valid(const struct framing_field *field)
{
	for (size_t i = 0; i < field->value_length; i++) {
		unsigned char c = (unsigned char)field->value[i];
		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return false;
	}
	return text_utf8_valid(field->value, field->value_length);
}

static bool host_valid(const char *host)
{
	size_t length = strlen(host);
	if (length == 0 || length > 255)
		return false;
	for (size_t i = 0; i < length; i++) {
		char c = host[i];
		bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
			c == '-' || c == '_' || c == ':' || c == '[' || c == ']';
		if (!good)
			return false;
	}
	return true;
}

static void refuse(struct framing_result *result, enum error_kind kind, const char *detail)
{
	if (result->kind != ERROR_NONE)
		return;
	result->kind = kind;
	result->detail = detail;
}

static void read_length(const struct framing_field *field, struct framing_result *result)
{
	uint64_t length = 0;
	if (result->has_length)
		refuse(result, ERROR_UNREADABLE, "Content-Length is given more than once");
	result->has_length = true;
	if (field->value_length == 0)
		refuse(result, ERROR_UNREADABLE, "Content-Length is not a number");
	for (size_t i = 0; i < field->value_length; i++) {
		char c = field->value[i];
		if (c < '0' || c > '9') {
			refuse(result, ERROR_UNREADABLE, "Content-Length is not a number");
			return;
		}
		length = length > INT64_MAX / 10 ? INT64_MAX : length * 10 + (uint64_t)(c - '0');
	}
	/* libmicrohttpd takes the largest number for "unknown" and would wait for ever. */
	if (length >= INT64_MAX)
		refuse(result, ERROR_TOO_LARGE, "Content-Length is too large");
	result->content_length = length;
}

static void check_request_line(const struct framing_head *head, struct framing_result *result)
{
	if (!framing_is_token(head->method, strlen(head->method)) || strlen(head->method) > 32)
		refuse(result, ERROR_UNREADABLE, "the method is not readable");
	if (strcasecmp(head->method, "TRACE") == 0 || strcasecmp(head->method, "CONNECT") == 0)
		refuse(result, ERROR_UNREADABLE, "this method is refused");
	if (strcmp(head->version, "HTTP/1.1") != 0 && strcmp(head->version, "HTTP/1.0") != 0)
		refuse(result, ERROR_UNREADABLE, "the version is not HTTP/1.1");
}

static bool field_is(const struct framing_field *field, const char *name)
{
	return field->name_length == strlen(name) && strncasecmp(field->name, name, field->name_length) == 0;
}

void framing_check(const struct framing_head *head, struct framing_result *result_r)
{
	bool transfer_encoding = false;
	*result_r = (struct framing_result){ .kind = ERROR_NONE };
	if (head->uri_at && !framing_layout_exact(head))
		refuse(result_r, ERROR_UNREADABLE, "the lines of the header are not separated as they must be");
	check_request_line(head, result_r);
	for (int i = 0; i < head->field_count; i++) {
		const struct framing_field *field = &head->fields[i];
		if (!framing_is_token(field->name, field->name_length) || !value_valid(field)) {
			refuse(result_r, ERROR_UNREADABLE, "a header field is not readable");
			continue;
		}
		if (field_is(field, "content-length")) {
			read_length(field, result_r);
		} else if (field_is(field, "transfer-encoding")) {
			if (transfer_encoding)
				refuse(result_r, ERROR_UNREADABLE, "Transfer-Encoding is given more than once");
			transfer_encoding = true;
		} else if (field_is(field, "host")) {
			if (result_r->host)
				refuse(result_r, ERROR_UNREADABLE, "Host is given more than once");
			result_r->host = field->value;
			if (!host_valid(field->value))
				refuse(result_r, ERROR_UNREADABLE, "Host is not readable");
		}
	}
	if (!result_r->host && strcmp(head->version, "HTTP/1.1") == 0)
		refuse(result_r, ERROR_UNREADABLE, "Host is missing");
	if (transfer_encoding && result_r->has_length)
		refuse(result_r, ERROR_UNREADABLE, "Content-Length and Transfer-Encoding exclude each other");
	/* RFC 9112 6.3 allows to ask for a length; so no chunk is parsed here that a proxy could have read differently. */
	if (transfer_encoding)
		refuse(result_r, ERROR_LENGTH_REQUIRED, "send the body with Content-Length");
	if (head->bytes > 32768)
		refuse(result_r, ERROR_HEADERS_TOO_LARGE, "the header may have 32768 bytes");
}
