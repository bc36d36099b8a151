/* One JSON object a line on standard error, built on the stack so that logging works when nothing else does.
 * A value that does not fit is cut; the line stays valid JSON. */
#include "base/log.h"

#include "base/instant.h"
#include "base/text.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LINE_BYTES 4096
#define TAIL_BYTES 8     /* kept free for the closing quote, brace and line feed */
#define VALUE_BYTES 1500 /* of one text */

static _Atomic int least_level = LOG_INFO;

struct line {
	size_t length;
	char data[LINE_BYTES];
};

void log_set_level(enum log_level level)
{
	atomic_store_explicit(&least_level, (int)level, memory_order_relaxed);
}

static bool append(struct line *line, const char *bytes, size_t length)
{
	if (line->length + length > LINE_BYTES - TAIL_BYTES)
		return false;
	memcpy(line->data + line->length, bytes, length);
	line->length += length;
	return true;
}

static void append_string(struct line *line, const char *text)
{
	line->data[line->length++] = '"';
	for (size_t i = 0; i < VALUE_BYTES && text[i];) {
		unsigned char c = (unsigned char)text[i];
		char code[8];
		size_t step = c < 0xc2 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
		bool whole = c >= 0x80 && strnlen(text + i, step) == step && text_utf8_valid(text + i, step);
		bool fits;
		if (whole) {
			fits = append(line, text + i, step);
		} else if (c >= 0x80) {
			step = 1;
			fits = append(line, "\xef\xbf\xbd", 3);
		} else if (c == '"' || c == '\\') {
			code[0] = '\\';
			code[1] = (char)c;
			fits = append(line, code, 2);
		} else if (c < 0x20 || c == 0x7f) {
			snprintf(code, sizeof(code), "\\u%04x", c);
			fits = append(line, code, 6);
		} else {
			fits = append(line, text + i, 1);
		}
		if (!fits)
			break;
		i += step;
	}
	line->data[line->length++] = '"';
}

static void append_time(struct line *line)
{
	struct timespec now;
	char date[INSTANT_TEXT_BYTES], text[48];
	clock_gettime(CLOCK_REALTIME, &now);
	instant_format(now.tv_sec, date);
	int length = snprintf(text, sizeof(text), "{\"time\":\"%.19s.%03dZ\"", date, (int)(now.tv_nsec / 1000000));
	append(line, text, (size_t)length);
}

/* Room for the comma, key, colon and quotes is checked first, so that a line never ends inside a key. */
static void append_field(struct line *line, struct log_field field)
{
	char number[24];
	if (line->length + strlen(field.key) + sizeof(number) + 8 > LINE_BYTES - TAIL_BYTES)
		return;
	append(line, ",\"", 2);
	append(line, field.key, strlen(field.key));
	append(line, "\":", 2);
	if (field.text) {
		append_string(line, field.text);
		return;
	}
	int length = snprintf(number, sizeof(number), "%lld", (long long)field.number);
	append(line, number, (size_t)length);
}

void log_write(enum log_level level, const char *event, const struct log_field *fields, int count)
{
	static const char *const names[] = { "debug", "info", "warn", "error" };
	if ((int)level < atomic_load_explicit(&least_level, memory_order_relaxed))
		return;
	struct line line;
	line.length = 0;
	append_time(&line);
	append_field(&line, LOG_TEXT("level", names[level]));
	append_field(&line, LOG_TEXT("event", event));
	for (int i = 0; i < count; i++)
		append_field(&line, fields[i]);
	line.data[line.length++] = '}';
	line.data[line.length++] = '\n';
	/* There is nowhere to report a failure of the log itself. */
	ssize_t written = write(STDERR_FILENO, line.data, line.length);
	(void)written;
}
