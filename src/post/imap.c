/* See imap.h. */
#include "post/imap.h"

#include "base/config.h"
#include "base/text.h"

#include <curl/curl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define LINE_MAX_BYTES (4 << 20)
#define BUFFER_BYTES 65536
#define LOOK_MS 200

struct imap {
	const struct config *config;
	const atomic_bool *stopping;
	CURL *curl;
	curl_socket_t socket;
	unsigned tag;
	int64_t deadline_ms;
	char buffer[BUFFER_BYTES]; /* bytes that came and are not read yet */
	size_t begin, end;
	char *line; /* the last line, without its end */
	size_t line_length, line_capacity;
	char why[CURL_ERROR_SIZE + 64];
};

static bool broken(struct imap *imap, const char *format, ...) __attribute__((format(printf, 2, 3)));
static bool broken(struct imap *imap, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(imap->why, sizeof(imap->why), format, args);
	va_end(args);
	return false;
}

const char *imap_why(const struct imap *imap)
{
	return imap->why;
}

static bool wait_for(struct imap *imap, short events)
{
	struct pollfd one = { .fd = imap->socket, .events = events };
	for (;;) {
		int64_t left_ms = imap->deadline_ms - monotonic_ms();
		if (atomic_load_explicit(imap->stopping, memory_order_relaxed))
			return broken(imap, "the program ends");
		if (left_ms <= 0)
			return broken(imap, "the server does not answer in time");
		if (poll(&one, 1, left_ms < LOOK_MS ? (int)left_ms : LOOK_MS) > 0)
			return true;
	}
}

static bool put(struct imap *imap, const char *bytes, size_t length)
{
	while (length > 0) {
		size_t done = 0;
		CURLcode code = curl_easy_send(imap->curl, bytes, length, &done);
		if (code == CURLE_AGAIN) {
			if (!wait_for(imap, POLLOUT))
				return false;
			continue;
		}
		if (code != CURLE_OK)
			return broken(imap, "%s", curl_easy_strerror(code));
		bytes += done;
		length -= done;
	}
	return true;
}

static bool fill(struct imap *imap)
{
	for (;;) {
		size_t got = 0;
		CURLcode code = curl_easy_recv(imap->curl, imap->buffer, BUFFER_BYTES, &got);
		if (code == CURLE_OK && got > 0) {
			imap->begin = 0;
			imap->end = got;
			return true;
		}
		if (code == CURLE_OK)
			return broken(imap, "the server closed the connection");
		if (code != CURLE_AGAIN)
			return broken(imap, "%s", curl_easy_strerror(code));
		if (!wait_for(imap, POLLIN))
			return false;
	}
}

static bool add_to_line(struct imap *imap, const char *bytes, size_t length)
{
	if (imap->line_length + length + 1 > LINE_MAX_BYTES)
		return broken(imap, "the server sends a line without end");
	if (imap->line_length + length + 1 > imap->line_capacity) {
		imap->line_capacity = 2 * (imap->line_length + length + 1);
		imap->line = realloc(imap->line, imap->line_capacity);
		INVARIANT(imap->line != NULL);
	}
	memcpy(imap->line + imap->line_length, bytes, length);
	imap->line_length += length;
	imap->line[imap->line_length] = '\0';
	return true;
}

static bool read_line(struct imap *imap)
{
	imap->line_length = 0;
	for (;;) {
		if (imap->begin == imap->end && !fill(imap))
			return false;
		const char *from = imap->buffer + imap->begin, *line_feed = memchr(from, '\n', imap->end - imap->begin);
		size_t length = line_feed ? (size_t)(line_feed - from) + 1 : imap->end - imap->begin;
		if (!add_to_line(imap, from, length))
			return false;
		imap->begin += length;
		if (line_feed)
			break;
	}
	while (imap->line_length > 0 && strchr("\r\n", imap->line[imap->line_length - 1]))
		imap->line[--imap->line_length] = '\0';
	return true;
}

/* The next `length` bytes; beyond `keep` they are read and dropped. */
static bool read_literal(struct imap *imap, char *out, size_t length, size_t keep)
{
	size_t done = 0;
	while (done < length) {
		if (imap->begin == imap->end && !fill(imap))
			return false;
		size_t part = imap->end - imap->begin < length - done ? imap->end - imap->begin : length - done;
		if (done < keep)
			memcpy(out + done, imap->buffer + imap->begin, done + part <= keep ? part : keep - done);
		imap->begin += part;
		done += part;
	}
	return true;
}

/* Sends "V7 command"; the tag's length is what a line must begin with to be its end. */
static bool command(struct imap *imap, char tag_r[static 16], const char *format, ...) __attribute__((format(printf, 3, 4)));
static bool command(struct imap *imap, char tag_r[static 16], const char *format, ...)
{
	char line[2048];
	va_list args;
	int head = snprintf(line, sizeof(line), "V%u ", ++imap->tag), body;
	snprintf(tag_r, 16, "V%u ", imap->tag);
	va_start(args, format);
	body = vsnprintf(line + head, sizeof(line) - (size_t)head - 3, format, args);
	va_end(args);
	if (body < 0 || (size_t)(head + body) + 3 > sizeof(line))
		return broken(imap, "a command is too long");
	memcpy(line + head + body, "\r\n", 3);
	imap->deadline_ms = monotonic_ms() + imap->config->mail_timeout_ms;
	return put(imap, line, strlen(line));
}

/* Is the line the end of the command? good_r: it said OK. */
static bool is_end(struct imap *imap, const char *tag, bool *good_r)
{
	size_t length = strlen(tag);
	if (strncmp(imap->line, tag, length) != 0)
		return false;
	*good_r = strncasecmp(imap->line + length, "OK", 2) == 0;
	if (!*good_r)
		broken(imap, "the server refused: %.200s", imap->line + length);
	return true;
}

/* Reads to the end of a command whose answers do not matter. */
static bool finish(struct imap *imap, const char *tag)
{
	bool good = false;
	while (read_line(imap))
		if (is_end(imap, tag, &good))
			return good;
	return false;
}

static size_t ignore(char *bytes, size_t size, size_t count, void *user)
{
	(void)bytes;
	(void)user;
	return size * count;
}

struct imap *imap_open(const struct post_settings *settings, const atomic_bool *stopping, char *why, size_t why_bytes)
{
	const struct config *config = settings->config;
	struct imap *imap = calloc(1, sizeof(*imap));
	INVARIANT(imap != NULL);
	imap->config = config;
	imap->stopping = stopping;
	imap->curl = curl_easy_init();
	if (!imap->curl) {
		snprintf(why, why_bytes, "libcurl does not start");
		free(imap);
		return NULL;
	}
	post_curl_server(imap->curl, settings, config->mail_imap_url, config->mail_imap_starttls, "imap,imaps");
	curl_easy_setopt(imap->curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(imap->curl, CURLOPT_PROXY, "");
	curl_easy_setopt(imap->curl, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(imap->curl, CURLOPT_WRITEFUNCTION, ignore);
	curl_easy_setopt(imap->curl, CURLOPT_CONNECTTIMEOUT_MS, (long)config->mail_connect_ms);
	curl_easy_setopt(imap->curl, CURLOPT_TIMEOUT_MS, (long)(2 * config->mail_connect_ms));
	curl_easy_setopt(imap->curl, CURLOPT_ERRORBUFFER, imap->why);
	CURLcode code = curl_easy_perform(imap->curl);
	if (code == CURLE_OK)
		code = curl_easy_getinfo(imap->curl, CURLINFO_ACTIVESOCKET, &imap->socket);
	if (code != CURLE_OK || imap->socket == CURL_SOCKET_BAD) {
		snprintf(why, why_bytes, "%s", *imap->why ? imap->why : curl_easy_strerror(code));
		imap_close(imap);
		return NULL;
	}
	curl_easy_setopt(imap->curl, CURLOPT_ERRORBUFFER, NULL);
	imap->why[0] = '\0';
	return imap;
}

void imap_close(struct imap *imap)
{
	if (!imap)
		return;
	curl_easy_cleanup(imap->curl);
	free(imap->line);
	free(imap);
}

/* A mailbox as a quoted string; what could end the line is not in a configured name. */
static bool quoted(struct imap *imap, const char *mailbox, char *out, size_t bytes)
{
	size_t length = 0;
	out[length++] = '"';
	for (const char *c = mailbox; *c; c++) {
		if ((unsigned char)*c < 0x20 || length + 4 > bytes)
			return broken(imap, "the name of the mailbox cannot be used");
		if (*c == '"' || *c == '\\')
			out[length++] = '\\';
		out[length++] = *c;
	}
	out[length++] = '"';
	out[length] = '\0';
	return true;
}

bool imap_select(struct imap *imap, const char *mailbox, int64_t *uid_validity_r)
{
	char name[600], tag[16];
	bool good = false;
	*uid_validity_r = 0;
	if (!quoted(imap, mailbox, name, sizeof(name)) || !command(imap, tag, "SELECT %s", name))
		return false;
	while (read_line(imap)) {
		const char *validity = strcasestr(imap->line, "[UIDVALIDITY ");
		if (is_end(imap, tag, &good))
			return good && (*uid_validity_r > 0 || broken(imap, "the server gives no UIDVALIDITY"));
		if (imap->line[0] == '*' && validity)
			*uid_validity_r = strtoll(validity + 13, NULL, 10);
	}
	return false;
}

static int ascending(const void *a, const void *b)
{
	int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
	return left < right ? -1 : left > right;
}

bool imap_search(struct imap *imap, struct arena *arena, int64_t after, int64_t **uids_r, int *count_r)
{
	char tag[16];
	bool good = false;
	*count_r = 0;
	*uids_r = NULL;
	/* "n:*" always matches the last message, also when its UID is below n. */
	if (!command(imap, tag, "UID SEARCH UID %lld:*", (long long)after + 1))
		return false;
	while (read_line(imap)) {
		if (is_end(imap, tag, &good))
			break;
		if (strncasecmp(imap->line, "* SEARCH", 8) != 0)
			continue;
		*uids_r = arena_array(arena, imap->line_length / 2 + 1, sizeof(int64_t));
		for (char *at = imap->line + 8, *next; *at; at = next) {
			int64_t uid = strtoll(at, &next, 10);
			if (next == at)
				break;
			if (uid > after)
				(*uids_r)[(*count_r)++] = uid;
		}
	}
	if (*count_r > 0)
		qsort(*uids_r, (size_t)*count_r, sizeof(int64_t), ascending);
	return good;
}

instant imap_date(const char *text)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	char month[4] = "", sign;
	int day, year, hour, minute, second, zone_hour, zone_minute, used = 0;
	if (sscanf(text, " %2d-%3[A-Za-z]-%4d %2d:%2d:%2d %c%2d%2d%n", &day, month, &year, &hour, &minute, &second, &sign, &zone_hour, &zone_minute, &used) != 9)
		return INSTANT_NONE;
	const char *found = strcasestr(months, month);
	if (!found || strlen(month) != 3 || (found - months) % 3 != 0 || year < 1970 || year > 2999 || day < 1 || day > 31 || hour > 23 || minute > 59 ||
		second > 60 || zone_hour > 14 || zone_minute > 59 || (sign != '+' && sign != '-'))
		return INSTANT_NONE;
	int64_t zone_s = (int64_t)zone_hour * 3600 + zone_minute * 60;
	return day_from_civil(year, (int)(found - months) / 3 + 1, day) * 86400 + hour * 3600 + minute * 60 + second - (sign == '+' ? zone_s : -zone_s);
}

/* "… BODY[]<0> {417}" announces bytes; their number, -1: none. */
static int64_t literal_length(const struct imap *imap)
{
	const char *open = strrchr(imap->line, '{');
	char *end;
	if (!open || imap->line_length == 0 || imap->line[imap->line_length - 1] != '}')
		return -1;
	int64_t length = strtoll(open + 1, &end, 10);
	return *end == '}' && length >= 0 && length <= INT64_C(0x7fffffff) ? length : -1;
}

static void read_facts(const struct imap *imap, struct imap_message *message)
{
	const char *date = strcasestr(imap->line, "INTERNALDATE \""), *size = strcasestr(imap->line, "RFC822.SIZE ");
	if (date)
		message->received_at = imap_date(date + 14);
	if (size)
		message->size_bytes = strtoll(size + 12, NULL, 10);
}

bool imap_fetch(struct imap *imap, struct arena *arena, int64_t uid, size_t max_bytes, struct imap_message *message_r)
{
	char tag[16];
	bool good = false;
	*message_r = (struct imap_message){ .received_at = INSTANT_NONE };
	if (!command(imap, tag, "UID FETCH %lld (INTERNALDATE RFC822.SIZE BODY.PEEK[]<0.%zu>)", (long long)uid, max_bytes))
		return false;
	while (read_line(imap)) {
		if (is_end(imap, tag, &good))
			return good;
		read_facts(imap, message_r);
		int64_t length = literal_length(imap);
		if (length < 0)
			continue;
		char *bytes = arena_alloc(arena, ((size_t)length < max_bytes ? (size_t)length : max_bytes) + 1);
		if (!read_literal(imap, bytes, (size_t)length, max_bytes))
			return false;
		message_r->bytes = bytes;
		message_r->length = (size_t)length < max_bytes ? (size_t)length : max_bytes;
	}
	return false;
}

bool imap_mark(struct imap *imap, int64_t from, int64_t to, const char *move_to)
{
	char name[600], tag[16];
	if (!command(imap, tag, "UID STORE %lld:%lld +FLAGS.SILENT (\\Seen)", (long long)from, (long long)to) || !finish(imap, tag))
		return false;
	if (!*move_to)
		return true;
	return quoted(imap, move_to, name, sizeof(name)) && command(imap, tag, "UID MOVE %lld:%lld %s", (long long)from, (long long)to, name) && finish(imap, tag);
}
