/* Reads one SQL statement as PostgreSQL's scanner would, far enough to drop comments and to find where it ends.
 * Refuses: a quote or comment left open, a second statement in one block. */
#include "gen/gen.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define PARAMS_MAX 48 /* QUERY_ARGS_MAX of db/query.h */

struct scan {
	const char *file;
	int line;
	const char *text;
	size_t length, at;
	char *out;
	size_t out_length;
	int param_count;
	bool ended; /* a semicolon was seen */
};

static char peek(const struct scan *scan, size_t ahead)
{
	return scan->at + ahead < scan->length ? scan->text[scan->at + ahead] : '\0';
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '$' || (unsigned char)c >= 0x80;
}

static void take(struct scan *scan)
{
	if (scan->text[scan->at] == '\n')
		scan->line++;
	scan->out[scan->out_length++] = scan->text[scan->at++];
}

static void skip_line_comment(struct scan *scan)
{
	while (scan->at < scan->length && peek(scan, 0) != '\n')
		scan->at++;
}

static void skip_block_comment(struct scan *scan)
{
	int start = scan->line, depth = 0;
	do {
		if (scan->at >= scan->length)
			gen_die("%s:%d: this comment does not end", scan->file, start);
		if (peek(scan, 0) == '/' && peek(scan, 1) == '*') {
			depth++;
			scan->at += 2;
		} else if (peek(scan, 0) == '*' && peek(scan, 1) == '/') {
			depth--;
			scan->at += 2;
		} else {
			scan->line += peek(scan, 0) == '\n';
			scan->at++;
		}
	} while (depth > 0);
	scan->out[scan->out_length++] = ' ';
}

static void take_quoted(struct scan *scan, char quote, bool escapes)
{
	int start = scan->line;
	take(scan);
	for (;;) {
		if (scan->at >= scan->length)
			gen_die("%s:%d: this quote does not end", scan->file, start);
		char c = peek(scan, 0);
		if ((c == quote && peek(scan, 1) == quote) || (c == '\\' && escapes && scan->at + 1 < scan->length)) {
			take(scan);
			take(scan);
			continue;
		}
		take(scan);
		if (c == quote)
			return;
	}
}

/* $tag$ … $tag$; false when this dollar sign opens none. */
static bool take_dollar_quoted(struct scan *scan)
{
	size_t end = 1;
	if (isdigit((unsigned char)peek(scan, 1)))
		return false;
	while (is_word(peek(scan, end)) && peek(scan, end) != '$')
		end++;
	if (peek(scan, end) != '$')
		return false;
	int start = scan->line;
	const char *tag = scan->text + scan->at;
	size_t tag_length = end + 1;
	for (size_t i = 0; i < tag_length; i++)
		take(scan);
	while (scan->at + tag_length <= scan->length && memcmp(scan->text + scan->at, tag, tag_length) != 0)
		take(scan);
	if (scan->at + tag_length > scan->length)
		gen_die("%s:%d: this dollar quote does not end", scan->file, start);
	for (size_t i = 0; i < tag_length; i++)
		take(scan);
	return true;
}

static void take_dollar(struct scan *scan)
{
	if (take_dollar_quoted(scan))
		return;
	long number = strtol(scan->text + scan->at + 1, NULL, 10);
	if (number > PARAMS_MAX)
		gen_die("%s:%d: $%ld is beyond $%d", scan->file, scan->line, number, PARAMS_MAX);
	if (number > scan->param_count)
		scan->param_count = (int)number;
	take(scan);
}

static void take_word(struct scan *scan)
{
	bool escapes = peek(scan, 1) == '\'' && (peek(scan, 0) == 'e' || peek(scan, 0) == 'E');
	if (escapes) {
		take(scan);
		take_quoted(scan, '\'', true);
		return;
	}
	while (is_word(peek(scan, 0)))
		take(scan);
}

/* Blank ends of lines and blank lines, which comments leave behind, are dropped; this is never inside a quote. */
static void take_newline(struct scan *scan)
{
	while (scan->out_length > 0 && strchr(" \t\r", scan->out[scan->out_length - 1]))
		scan->out_length--;
	bool blank = scan->out_length == 0 || scan->out[scan->out_length - 1] == '\n';
	take(scan);
	if (blank)
		scan->out_length--;
}

static void step(struct scan *scan)
{
	char c = peek(scan, 0);
	if (c == '-' && peek(scan, 1) == '-') {
		skip_line_comment(scan);
		return;
	}
	if (c == '/' && peek(scan, 1) == '*') {
		skip_block_comment(scan);
		return;
	}
	if (scan->ended && !isspace((unsigned char)c))
		gen_die("%s:%d: a second statement; one block holds one", scan->file, scan->line);
	if (c == ';') {
		scan->ended = true;
		scan->at++;
	} else if (c == '\n') {
		take_newline(scan);
	} else if (c == '\'' || c == '"') {
		take_quoted(scan, c, false);
	} else if (c == '$') {
		take_dollar(scan);
	} else if (is_word(c)) {
		take_word(scan);
	} else {
		take(scan);
	}
}

struct sql_statement sql_statement_read(const char *file, int line, const char *text, size_t length)
{
	struct scan scan = { .file = file, .line = line, .text = text, .length = length };
	scan.out = gen_alloc(2 * length + 2);
	while (scan.at < scan.length)
		step(&scan);
	while (scan.out_length > 0 && isspace((unsigned char)scan.out[scan.out_length - 1]))
		scan.out_length--;
	scan.out[scan.out_length] = '\0';
	char *statement = scan.out + strspn(scan.out, " \t\r\n");
	if (!*statement)
		gen_die("%s:%d: this block has no statement", file, line);
	bool is_copy = strncasecmp(statement, "copy", 4) == 0 && isspace((unsigned char)statement[4]);
	return (struct sql_statement){ statement, scan.param_count, is_copy };
}
