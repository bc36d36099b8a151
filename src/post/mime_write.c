/* A message that leaves: text in UTF-8 and files, headers encoded, lines short enough for SMTP.
 * Refuses: addresses and Message-IDs with characters that could end a header; GMime folds and encodes the rest. */
#include "post/mime.h"

#include <gmime/gmime.h>
#include <string.h>

void mime_start(void)
{
	static gsize started;
	if (g_once_init_enter(&started)) {
		g_mime_init();
		g_once_init_leave(&started, 1);
	}
}

static bool header_safe(const char *value)
{
	for (const char *c = value; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			return false;
	return *value != '\0';
}

/* "<local@domain>" of printable ASCII. */
static bool message_id_good(const char *id)
{
	size_t length = strlen(id);
	if (length < 5 || length > 900 || id[0] != '<' || id[length - 1] != '>' || !strchr(id, '@'))
		return false;
	for (const char *c = id + 1; c < id + length - 1; c++)
		if ((unsigned char)*c <= 0x20 || (unsigned char)*c >= 0x7f || *c == '<' || *c == '>')
			return false;
	return true;
}

/* GMime wants the id without its brackets. */
static char *bare_id(struct arena *arena, const char *id)
{
	return arena_strndup(arena, id + 1, strlen(id) - 2);
}

static bool put_addresses(GMimeMessage *message, GMimeAddressType type, const char *value)
{
	InternetAddressList *parsed = header_safe(value) ? internet_address_list_parse(NULL, value) : NULL;
	bool good = parsed && internet_address_list_length(parsed) == 1
		&& INTERNET_ADDRESS_IS_MAILBOX(internet_address_list_get_address(parsed, 0));
	if (good) {
		InternetAddressMailbox *mailbox = INTERNET_ADDRESS_MAILBOX(internet_address_list_get_address(parsed, 0));
		const char *address = internet_address_mailbox_get_addr(mailbox);
		good = address && strchr(address, '@') && header_safe(address);
		if (good)
			g_mime_message_add_mailbox(message, type, internet_address_get_name(INTERNET_ADDRESS(mailbox)), address);
	}
	if (parsed)
		g_object_unref(parsed);
	return good;
}

static GMimeObject *text_part(const char *body)
{
	GMimeTextPart *text = g_mime_text_part_new_with_subtype("plain");
	g_mime_text_part_set_charset(text, "utf-8");
	g_mime_text_part_set_text(text, body);
	g_mime_part_set_content_encoding(GMIME_PART(text), GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
	return GMIME_OBJECT(text);
}

static GMimeObject *file_part(const struct mime_file *file)
{
	const char *slash = strchr(file->content_type, '/');
	g_autofree char *type = g_strndup(file->content_type, (gsize)(slash - file->content_type));
	/* A message inside would be taken apart on the way. */
	bool plain = strcmp(type, "message") != 0 && strcmp(type, "multipart") != 0;
	GMimePart *part = g_mime_part_new_with_type(plain ? type : "application", plain ? slash + 1 : "octet-stream");
	GMimeStream *stream = g_mime_stream_mem_new_with_buffer((const char *)file->bytes, file->length);
	GMimeDataWrapper *content = g_mime_data_wrapper_new_with_stream(stream, GMIME_CONTENT_ENCODING_DEFAULT);
	g_mime_part_set_content(part, content);
	g_mime_part_set_content_encoding(part, GMIME_CONTENT_ENCODING_BASE64);
	g_mime_object_set_disposition(GMIME_OBJECT(part), "attachment");
	g_mime_part_set_filename(part, file->name);
	g_object_unref(content);
	g_object_unref(stream);
	return GMIME_OBJECT(part);
}

static void put_body(GMimeMessage *message, const struct mime_draft *draft)
{
	GMimeObject *text = text_part(draft->body);
	if (draft->file_count == 0) {
		g_mime_message_set_mime_part(message, text);
		g_object_unref(text);
		return;
	}
	GMimeMultipart *mixed = g_mime_multipart_new_with_subtype("mixed");
	g_mime_multipart_add(mixed, text);
	g_object_unref(text);
	for (int i = 0; i < draft->file_count; i++) {
		GMimeObject *part = file_part(&draft->files[i]);
		g_mime_multipart_add(mixed, part);
		g_object_unref(part);
	}
	g_mime_message_set_mime_part(message, GMIME_OBJECT(mixed));
	g_object_unref(mixed);
}

static bool put_thread(struct arena *arena, GMimeObject *message, const struct mime_draft *draft)
{
	struct text_out ids;
	text_begin(&ids, arena, 256);
	for (int i = 0; i < draft->reference_count; i++)
		if (message_id_good(draft->references[i])) {
			text_append_z(&ids, ids.length > 0 ? " " : "");
			text_append_z(&ids, draft->references[i]);
		}
	if (draft->in_reply_to) {
		if (!message_id_good(draft->in_reply_to))
			return false;
		g_mime_object_set_header(message, "In-Reply-To", draft->in_reply_to, NULL);
	}
	if (ids.length > 0)
		g_mime_object_set_header(message, "References", ids.data, NULL);
	return true;
}

static const char *to_bytes(struct arena *arena, GMimeMessage *message, size_t *length_r)
{
	GMimeFormatOptions *format = g_mime_format_options_new();
	GMimeStream *stream = g_mime_stream_mem_new();
	g_mime_format_options_set_newline_format(format, GMIME_NEWLINE_FORMAT_DOS);
	g_mime_object_write_to_stream(GMIME_OBJECT(message), format, stream);
	GByteArray *bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
	const char *copy = arena_strndup(arena, (const char *)bytes->data, bytes->len);
	*length_r = bytes->len;
	g_object_unref(stream);
	g_mime_format_options_free(format);
	return copy;
}

const char *mime_write(struct arena *arena, const struct mime_draft *draft, size_t *length_r, const char **why_r)
{
	GMimeMessage *message = g_mime_message_new(FALSE);
	GDateTime *date = g_date_time_new_from_unix_utc(draft->at);
	const char *bytes = NULL;
	*why_r = NULL;
	if (!put_addresses(message, GMIME_ADDRESS_TYPE_FROM, draft->from))
		*why_r = "mail.from is not one mail address";
	else if (!put_addresses(message, GMIME_ADDRESS_TYPE_TO, draft->to))
		*why_r = "the recipient is not one mail address";
	else if (!message_id_good(draft->message_id))
		*why_r = "the Message-ID cannot stand in a header";
	else if (!put_thread(arena, GMIME_OBJECT(message), draft))
		*why_r = "the Message-ID of the thread cannot stand in a header";
	if (!*why_r) {
		g_mime_message_set_subject(message, draft->subject, "utf-8");
		g_mime_message_set_date(message, date);
		g_mime_message_set_message_id(message, bare_id(arena, draft->message_id));
		/* RFC 3834: nobody's out-of-office note answers this. */
		g_mime_object_set_header(GMIME_OBJECT(message), "Auto-Submitted", "auto-generated", NULL);
		g_mime_object_set_header(GMIME_OBJECT(message), "X-Auto-Response-Suppress", "OOF, DR, RN, NRN", NULL);
		g_mime_object_set_header(GMIME_OBJECT(message), "Content-Language", draft->language, NULL);
		put_body(message, draft);
		g_mime_object_set_header(GMIME_OBJECT(message), "MIME-Version", "1.0", NULL);
		bytes = to_bytes(arena, message, length_r);
	}
	g_date_time_unref(date);
	g_object_unref(message);
	return bytes;
}
