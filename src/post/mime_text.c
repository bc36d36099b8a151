/* Text of messages: cleaned, freed of HTML and of quotes; a supplier's number in a subject.
 * Refuses: to guess. Each rule is written in docs/administration.md, and the whole message stays beside what is cut from it. */
#include "post/mime.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Length of the well-formed UTF-8 character at `at`, 0 when there is none. */
static size_t character(const unsigned char *at, size_t left)
{
	size_t length = *at < 0x80 ? 1 : *at >= 0xc2 && *at < 0xe0 ? 2 : *at >= 0xe0 && *at < 0xf0 ? 3 : *at >= 0xf0 && *at < 0xf5 ? 4 : 0;
	return length > 0 && length <= left && text_utf8_valid((const char *)at, length) ? length : 0;
}

const char *mime_clean(struct arena *arena, const char *bytes, size_t length, size_t max)
{
	struct text_out out;
	const unsigned char *at = (const unsigned char *)bytes, *end = at + length;
	text_begin(&out, arena, length < max ? length + 1 : max + 1);
	while (at < end) {
		size_t size = *at == '\0' ? 1 : character(at, (size_t)(end - at));
		if (out.length + (size ? size : 3) > max)
			break;
		if (size == 0)
			text_append_z(&out, "\xef\xbf\xbd");
		else if (size > 1 || *at >= 0x20 || *at == '\t' || *at == '\n')
			text_append(&out, (const char *)at, *at == 0x7f ? 0 : size);
		else if (*at == '\r' && !(at + 1 < end && at[1] == '\n'))
			text_append_char(&out, '\n');
		at += size ? size : 1;
	}
	return out.data;
}

/* --- answers --- */

static bool starts(const char *line, size_t length, const char *with)
{
	size_t size = strlen(with);
	return length >= size && strncasecmp(line, with, size) == 0;
}

static bool ends(const char *line, size_t length, const char *with)
{
	size_t size = strlen(with);
	while (length > 0 && (line[length - 1] == ' ' || line[length - 1] == '\t'))
		length--;
	return length >= size && memcmp(line + length - size, with, size) == 0;
}

/* After such a line everything is what is answered. */
static bool cuts_all(const char *line, size_t length, const char *next)
{
	static const char *const marks[] = { "-----Original Message", "----- Original Message", "-------- Original Message", "---------- Forwarded message",
		"-----Исходное сообщение", "----- Исходное сообщение", "-------- Исходное сообщение", "-------- Пересылаемое сообщение",
		"-----Ursprüngliche Nachricht", "Begin forwarded message:" };
	static const char *const heads[] = { "From:", "От:", "Von:", "От кого:" };
	static const char *const seconds[] = { "Sent:", "Date:", "To:", "Отправлено:", "Дата:", "Кому:", "Gesendet:", "An:" };
	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++)
		if (starts(line, length, marks[i]))
			return true;
	for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++)
		for (size_t j = 0; j < sizeof(seconds) / sizeof(*seconds) && starts(line, length, heads[i]); j++)
			if (next && starts(next, strlen(next), seconds[j]))
				return true;
	return false;
}

/* A line that introduces lines with '>'. */
static bool introduces(const char *line, size_t length)
{
	static const char *const tails[] = { "wrote:", "writes:", "пишет:", "написал:", "написала:", "написал(а):", "писал:", "писала:", "писал(а):", "schrieb:" };
	for (size_t i = 0; i < sizeof(tails) / sizeof(*tails); i++)
		if (ends(line, length, tails[i]))
			return true;
	return false;
}

/* The introduction may be broken over two lines: "On Tuesday, Ann Fox <ann@example.org>" and "wrote:". */
static bool introduction_begins(const char *line, size_t length, const char *next)
{
	const char *end = next ? strchr(next, '\n') : NULL;
	bool dated = starts(line, length, "On ") || starts(line, length, "Am ") || (length > 0 && *line >= '0' && *line <= '9');
	return dated && next && introduces(next, end ? (size_t)(end - next) : strlen(next));
}

const char *mime_answer(struct arena *arena, const char *text)
{
	struct text_out out;
	text_begin(&out, arena, strlen(text) + 1);
	for (const char *line = text; line;) {
		const char *end = strchr(line, '\n'), *next = end ? end + 1 : NULL;
		size_t length = end ? (size_t)(end - line) : strlen(line);
		if (cuts_all(line, length, next) || (length == 3 && memcmp(line, "-- ", 3) == 0))
			break;
		if (introduction_begins(line, length, next))
			next = strchr(next, '\n') ? strchr(next, '\n') + 1 : NULL;
		else if (*line != '>' && !introduces(line, length)) {
			text_append(&out, line, length);
			text_append_char(&out, '\n');
		}
		line = next;
	}
	const char *kept = text_trim(arena, out.data);
	return *kept ? kept : text_trim(arena, text);
}

/* --- HTML --- */

static const struct {
	const char *name, *text;
} entities[] = { { "amp", "&" }, { "lt", "<" }, { "gt", ">" }, { "quot", "\"" }, { "apos", "'" }, { "nbsp", " " }, { "laquo", "«" }, { "raquo", "»" },
	{ "ndash", "–" }, { "mdash", "—" }, { "hellip", "…" }, { "ldquo", "“" }, { "rdquo", "”" }, { "lsquo", "‘" }, { "rsquo", "’" }, { "bull", "•" },
	{ "copy", "©" }, { "reg", "®" }, { "euro", "€" }, { "numero", "№" } };

static void put_code(struct text_out *out, unsigned long code)
{
	if (code < 0x20 || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
		code = ' ';
	if (code < 0x80) {
		text_append_char(out, (char)code);
	} else if (code < 0x800) {
		text_append_char(out, (char)(0xc0 | (code >> 6)));
		text_append_char(out, (char)(0x80 | (code & 0x3f)));
	} else if (code < 0x10000) {
		text_append_char(out, (char)(0xe0 | (code >> 12)));
		text_append_char(out, (char)(0x80 | ((code >> 6) & 0x3f)));
		text_append_char(out, (char)(0x80 | (code & 0x3f)));
	} else {
		text_append_char(out, (char)(0xf0 | (code >> 18)));
		text_append_char(out, (char)(0x80 | ((code >> 12) & 0x3f)));
		text_append_char(out, (char)(0x80 | ((code >> 6) & 0x3f)));
		text_append_char(out, (char)(0x80 | (code & 0x3f)));
	}
}

/* "&name;" or "&#123;"; bytes used, 0: it is only an ampersand. */
static size_t put_entity(struct text_out *out, const char *at, size_t left)
{
	const char *semicolon = memchr(at, ';', left < 12 ? left : 12);
	size_t length = semicolon ? (size_t)(semicolon - at) : 0;
	char name[12] = "";
	if (length < 2)
		return 0;
	memcpy(name, at + 1, length - 1);
	if (name[0] == '#') {
		char *end;
		bool hex = name[1] == 'x' || name[1] == 'X';
		unsigned long code = strtoul(name + 1 + hex, &end, hex ? 16 : 10);
		if (end == name + 1 + hex || *end)
			return 0;
		put_code(out, code);
		return length + 1;
	}
	for (size_t i = 0; i < sizeof(entities) / sizeof(*entities); i++)
		if (strcmp(entities[i].name, name) == 0) {
			text_append_z(out, entities[i].text);
			return length + 1;
		}
	return 0;
}

static bool tag_is(const char *tag, size_t length, const char *name)
{
	size_t size = strlen(name);
	return length >= size && strncasecmp(tag, name, size) == 0 && (length == size || strchr(" \t\n\r/>", tag[size]));
}

static const char *skip_to(const char *at, const char *end, const char *closing)
{
	size_t size = strlen(closing);
	for (; at + size <= end; at++)
		if (strncasecmp(at, closing, size) == 0)
			return at + size;
	return end;
}

/* `at` stands on '<'; returns what follows the tag, a block begins a new line. */
static const char *skip_tag(struct text_out *out, const char *at, const char *end)
{
	static const char *const blocks[] = { "br", "p", "/p", "div", "/div", "tr", "li", "h1", "h2", "h3", "h4", "blockquote", "/blockquote", "table", "hr", "pre" };
	if (end - at >= 4 && memcmp(at, "<!--", 4) == 0)
		return skip_to(at + 4, end, "-->");
	const char *close = memchr(at, '>', (size_t)(end - at));
	size_t length = (close ? (size_t)(close - at) : (size_t)(end - at)) - 1;
	const char *after = close ? close + 1 : end;
	if (tag_is(at + 1, length, "script"))
		return skip_to(after, end, "</script>");
	if (tag_is(at + 1, length, "style"))
		return skip_to(after, end, "</style>");
	if (tag_is(at + 1, length, "title"))
		return skip_to(after, end, "</title>");
	for (size_t i = 0; i < sizeof(blocks) / sizeof(*blocks); i++)
		if (tag_is(at + 1, length, blocks[i]) && out->length > 0 && !(out->length > 1 && out->data[out->length - 1] == '\n' && out->data[out->length - 2] == '\n'))
			return text_append_char(out, '\n'), after;
	return after;
}

const char *mime_html_text(struct arena *arena, const char *html, size_t length)
{
	struct text_out out;
	const char *at = html, *end = html + length;
	text_begin(&out, arena, length / 2 + 16);
	while (at < end) {
		if (*at == '<' && at + 1 < end && (at[1] == '/' || at[1] == '!' || (at[1] | 0x20) >= 'a')) {
			at = skip_tag(&out, at, end);
		} else if (*at == '&') {
			size_t used = put_entity(&out, at, (size_t)(end - at));
			if (used == 0)
				text_append_char(&out, '&');
			at += used ? used : 1;
		} else if (strchr(" \t\r\n", *at)) {
			if (out.length > 0 && !strchr(" \n", out.data[out.length - 1]))
				text_append_char(&out, ' ');
			at++;
		} else {
			text_append_char(&out, *at++);
		}
	}
	return text_trim(arena, out.data);
}

/* --- a number in a subject --- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool in_reference(char c)
{
	return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_' || c == '/' || c == '.' || c == ':';
}

static bool is_ours(const char *reference)
{
	static const char *const prefixes[] = { "CASE-", "INC-", "REQ-", "CON-" };
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++)
		if (strncasecmp(reference, prefixes[i], strlen(prefixes[i])) == 0)
			return true;
	return false;
}

static const char *reference_at(struct arena *arena, const char *at)
{
	size_t length = 0, digits = 0;
	for (; in_reference(at[length]); length++)
		digits += is_digit(at[length]);
	while (length > 0 && !is_digit(at[length - 1]))
		length--;
	if (digits < 3 || length > 60)
		return NULL;
	const char *reference = arena_strndup(arena, at, length);
	return is_ours(reference) ? NULL : reference;
}

const char *mime_subject_reference(struct arena *arena, const char *subject)
{
	/* In brackets, the whole of what stands in them: "[SD-123]", "[#123456]", "[Ticket#123456]". */
	for (const char *open = strchr(subject, '['); open; open = strchr(open + 1, '[')) {
		const char *close = strchr(open, ']'), *hash = close ? memchr(open, '#', (size_t)(close - open)) : NULL;
		const char *from = hash ? hash + 1 : open + 1;
		const char *found = close ? reference_at(arena, from + strspn(from, " ")) : NULL;
		if (found && from + strspn(from, " ") + strlen(found) == close)
			return found;
	}
	for (const char *hash = strchr(subject, '#'); hash; hash = strchr(hash + 1, '#')) {
		const char *found = reference_at(arena, hash + 1 + strspn(hash + 1, " "));
		if (found)
			return found;
	}
	return NULL;
}
