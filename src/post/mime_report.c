/* Delivery reports (RFC 3464), and bounces of servers that write their own: which message they are about and what became of it.
 * Refuses: to decide whether the report is believed. */
#include "post/mime_internal.h"

#include <string.h>
#include <strings.h>

/* The value of "Name: value" at the start of a line, folded lines joined; NULL when there is none. The last one counts: of several
 * recipients' blocks the last is as good as any, since our mail has one recipient. */
static const char *field(struct arena *arena, const char *text, const char *name)
{
	size_t length = strlen(name);
	const char *found = NULL;
	for (const char *line = text; line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
		if (strncasecmp(line, name, length) != 0 || line[length] != ':')
			continue;
		const char *end = line + length + 1;
		while ((end = strchr(end, '\n')) && (end[1] == ' ' || end[1] == '\t'))
			end++;
		found = text_trim(arena, arena_strndup(arena, line + length + 1, end ? (size_t)(end - line) - length - 1 : strlen(line + length + 1)));
	}
	return found;
}

/* "rfc822; user@example.org" → "user@example.org" */
static const char *after_type(const char *value)
{
	const char *semicolon = value ? strchr(value, ';') : NULL;
	return semicolon ? semicolon + 1 + strspn(semicolon + 1, " \t") : value;
}

static const char *found_id(struct arena *arena, const char *text)
{
	const char *value = field(arena, text, "Message-ID");
	const char *open = value ? strchr(value, '<') : NULL, *close = open ? strchr(open, '>') : NULL;
	return close ? mime_id(arena, arena_strndup(arena, open + 1, (size_t)(close - open - 1))) : NULL;
}

static void read_status(struct arena *arena, const char *text, struct mime_read *read)
{
	const char *action = field(arena, text, "Action");
	read->report_action = action ? action : read->report_action;
	read->report_status = field(arena, text, "Status");
	read->report_recipient = after_type(field(arena, text, "Final-Recipient"));
	read->report_diagnostic = after_type(field(arena, text, "Diagnostic-Code"));
}

static void read_parts(struct arena *arena, GMimeObject *part, int depth, struct mime_read *read)
{
	GMimeContentType *type = part ? g_mime_object_get_content_type(part) : NULL;
	if (!part || depth > MIME_DEPTH_MAX)
		return;
	if (GMIME_IS_MULTIPART(part)) {
		for (int i = 0; i < g_mime_multipart_get_count(GMIME_MULTIPART(part)); i++)
			read_parts(arena, g_mime_multipart_get_part(GMIME_MULTIPART(part), i), depth + 1, read);
	} else if (GMIME_IS_MESSAGE_PART(part)) {
		GMimeMessage *inner = g_mime_message_part_get_message(GMIME_MESSAGE_PART(part));
		if (inner && !read->report_message_id)
			read->report_message_id = mime_id(arena, g_mime_message_get_message_id(inner));
	} else if (GMIME_IS_PART(part) && type) {
		size_t length;
		if (g_mime_content_type_is_type(type, "message", "delivery-status") || g_mime_content_type_is_type(type, "message", "global-delivery-status")) {
			const char *bytes = mime_part_bytes(arena, GMIME_PART(part), &length);
			read_status(arena, mime_clean(arena, bytes, length, 20000), read);
		} else if (g_mime_content_type_is_type(type, "text", "rfc822-headers") && !read->report_message_id) {
			const char *bytes = mime_part_bytes(arena, GMIME_PART(part), &length);
			read->report_message_id = found_id(arena, mime_clean(arena, bytes, length, 100000));
		}
	}
}

static bool from_a_mailer(const char *address)
{
	return strncmp(address, "mailer-daemon@", 14) == 0 || strncmp(address, "postmaster@", 11) == 0;
}

void mime_report(struct arena *arena, GMimeMessage *message, struct mime_read *read)
{
	GMimeObject *body = g_mime_message_get_mime_part(message);
	GMimeContentType *type = body ? g_mime_object_get_content_type(body) : NULL;
	const char *path = g_mime_object_get_header(GMIME_OBJECT(message), "Return-Path");
	const char *kind = type ? g_mime_content_type_get_parameter(type, "report-type") : NULL;
	bool report = type && g_mime_content_type_is_type(type, "multipart", "report");
	if (report && kind && strcasecmp(kind, "delivery-status") != 0 && strcasecmp(kind, "global-delivery-status") != 0)
		return; /* read receipts and complaints are answers of another kind */
	if (!report && !(from_a_mailer(read->from_address) && path && strstr(path, "<>")))
		return;
	read->is_report = true;
	read_parts(arena, body, 0, read);
	if (!report && !read->report_message_id)
		read->report_message_id = found_id(arena, read->text);
	if (!read->report_action)
		read->report_action = "failed";
	read->report_action = mime_clean(arena, read->report_action, strlen(read->report_action), 100);
}
