/* See xml.h. The only caller of expat. */
#include "cmdb/inventory/xml.h"

#include "base/text.h"

#include <expat.h>
#include <iconv.h>
#include <string.h>
#include <strings.h>

#define DEPTH_REQUEST 1
#define DEPTH_MESSAGE 2 /* QUERY, DEVICEID, CONTENT */
#define DEPTH_SECTION 3
#define DEPTH_FIELD 4

struct reading {
	struct ctx *ctx;
	const struct inventory_sink *sink;
	XML_Parser parser;
	struct inventory_record record;
	char text[INVENTORY_VALUE_MAX + 8]; /* longer than a value, so that the cut falls on a character */
	size_t length;
	int depth, nodes;
	bool in_content, stopped;
};

static void stop(struct reading *reading)
{
	reading->stopped = true;
	XML_StopParser(reading->parser, XML_FALSE);
}

static void XMLCALL on_doctype(void *user, const XML_Char *name, const XML_Char *system, const XML_Char *public, int internal)
{
	struct reading *reading = user;
	(void)name;
	(void)system;
	(void)public;
	(void)internal;
	fail_rule(reading->ctx, ERROR_UNREADABLE, "doctype", NULL, "An inventory has no DOCTYPE");
	stop(reading);
}

static void XMLCALL on_start(void *user, const XML_Char *name, const XML_Char **attributes)
{
	struct reading *reading = user;
	(void)attributes;
	if (reading->stopped)
		return;
	reading->length = 0;
	reading->depth++;
	if (++reading->nodes > INVENTORY_NODES_MAX) {
		fail_rule(reading->ctx, ERROR_TOO_LARGE, "inventory-too-large", NULL, "An inventory may have %d elements", INVENTORY_NODES_MAX);
		stop(reading);
	} else if (reading->depth > INVENTORY_DEPTH_MAX) {
		fail(reading->ctx, ERROR_UNREADABLE, "Elements are nested more than %d deep", INVENTORY_DEPTH_MAX);
		stop(reading);
	} else if (reading->depth == DEPTH_REQUEST && strcasecmp(name, "REQUEST") != 0) {
		fail(reading->ctx, ERROR_UNREADABLE, "The message is no REQUEST of an inventory agent");
		stop(reading);
	} else if (reading->depth == DEPTH_MESSAGE) {
		reading->in_content = strcasecmp(name, "CONTENT") == 0;
		inventory_record_begin(&reading->record, "", 0);
	} else if (reading->depth == DEPTH_SECTION && reading->in_content) {
		inventory_record_begin(&reading->record, name, strlen(name));
	}
}

static bool text_counts(const struct reading *reading)
{
	return reading->depth == DEPTH_MESSAGE || (reading->in_content && (reading->depth == DEPTH_SECTION || reading->depth == DEPTH_FIELD));
}

static void XMLCALL on_text(void *user, const XML_Char *text, int length)
{
	struct reading *reading = user;
	size_t room = sizeof(reading->text) - reading->length, taken = (size_t)length;
	if (reading->stopped || !text_counts(reading))
		return;
	if (taken > room)
		taken = room;
	memcpy(reading->text + reading->length, text, taken);
	reading->length += taken;
}

static bool is_blank(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (!strchr(" \t\r\n", text[i]))
			return false;
	return true;
}

static void hand_over(struct reading *reading)
{
	if (!reading->sink->take(reading->ctx, reading->sink->user, &reading->record))
		stop(reading);
}

static void XMLCALL on_end(void *user, const XML_Char *name)
{
	struct reading *reading = user;
	if (reading->stopped)
		return;
	if (reading->depth == DEPTH_FIELD && reading->in_content) {
		inventory_record_add(&reading->record, name, strlen(name), reading->text, reading->length);
	} else if (reading->depth == DEPTH_SECTION && reading->in_content) {
		if (reading->record.count == 0 && !is_blank(reading->text, reading->length))
			inventory_record_add(&reading->record, "", 0, reading->text, reading->length);
		hand_over(reading);
	} else if (reading->depth == DEPTH_MESSAGE && !reading->in_content) {
		inventory_record_add(&reading->record, name, strlen(name), reading->text, reading->length);
		hand_over(reading);
	}
	reading->length = 0;
	reading->depth--;
}

static bool charset_allowed(const char *name)
{
	static const char *const families[] = { "windows-125", "cp125", "iso-8859-", "koi8-", "ibm866", "cp866", "latin1" };
	for (size_t i = 0; i < sizeof(families) / sizeof(*families); i++)
		if (strncasecmp(name, families[i], strlen(families[i])) == 0 && strlen(name) <= strlen(families[i]) + 2)
			return true;
	return false;
}

/* Encodings of one byte a character, as a table for expat. */
static int XMLCALL on_charset(void *user, const XML_Char *name, XML_Encoding *info)
{
	iconv_t conversion;
	(void)user;
	if (!charset_allowed(name) || (conversion = iconv_open("UTF-32LE", name)) == (iconv_t)-1)
		return XML_STATUS_ERROR;
	for (int byte = 0; byte < 256; byte++) {
		char from = (char)byte, *in = &from, *out;
		unsigned char code[4] = { 0 };
		size_t in_left = 1, out_left = sizeof(code);
		out = (char *)code;
		iconv(conversion, NULL, NULL, NULL, NULL);
		bool good = iconv(conversion, &in, &in_left, &out, &out_left) != (size_t)-1 && out_left == 0;
		info->map[byte] = byte < 128 ? byte : good ? (int)(code[0] | (unsigned)code[1] << 8 | (unsigned)code[2] << 16) : -1;
	}
	iconv_close(conversion);
	info->data = NULL;
	info->convert = NULL;
	info->release = NULL;
	return XML_STATUS_OK;
}

static bool unreadable(struct reading *reading)
{
	struct ctx *ctx = reading->ctx;
	if (ctx->error.kind != ERROR_NONE)
		return false;
	return fail(ctx, ERROR_UNREADABLE, "The inventory is not well-formed XML: %s, line %lu", XML_ErrorString(XML_GetErrorCode(reading->parser)),
		(unsigned long)XML_GetCurrentLineNumber(reading->parser));
}

/* Whether the text says of itself that it is something else than UTF-8, by a mark at its beginning or by its declaration. */
static bool other_charset(const char *text, size_t length)
{
	const unsigned char *bytes = (const unsigned char *)text;
	char head[128];
	size_t taken = length < sizeof(head) - 1 ? length : sizeof(head) - 1;
	if (length >= 2 && ((bytes[0] == 0xff && bytes[1] == 0xfe) || (bytes[0] == 0xfe && bytes[1] == 0xff)))
		return true;
	memcpy(head, text, taken);
	head[taken] = '\0';
	const char *end = strstr(head, "?>"), *declared = strcasestr(head, "encoding=");
	return end && declared && declared < end && strncasecmp(declared + 10, "utf-8", 5) != 0;
}

bool inventory_xml_read(struct ctx *ctx, const char *text, size_t length, const char *fallback_charset, const struct inventory_sink *sink)
{
	bool as_declared = other_charset(text, length) || text_utf8_valid(text, length);
	struct reading *reading = arena_alloc(ctx->arena, sizeof(*reading));
	reading->ctx = ctx;
	reading->sink = sink;
	reading->parser = XML_ParserCreate(as_declared ? NULL : fallback_charset);
	if (!reading->parser)
		return fail_internal(ctx, ERROR_UNAVAILABLE, "no memory to read an inventory");
	XML_SetUserData(reading->parser, reading);
	XML_SetElementHandler(reading->parser, on_start, on_end);
	XML_SetCharacterDataHandler(reading->parser, on_text);
	XML_SetStartDoctypeDeclHandler(reading->parser, on_doctype);
	XML_SetUnknownEncodingHandler(reading->parser, on_charset, NULL);
	bool good = XML_Parse(reading->parser, text, (int)length, 1) == XML_STATUS_OK && !reading->stopped;
	if (!good)
		good = unreadable(reading);
	XML_ParserFree(reading->parser);
	return good;
}
