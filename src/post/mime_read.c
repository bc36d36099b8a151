/* A message that came: headers and parts into plain fields. Bytes of any kind are expected; nothing here fails.
 * Refuses: to follow links, to render HTML, and to look deeper than MIME_DEPTH_MAX parts into parts. */
#include "post/mime_internal.h"

#include <string.h>
#include <strings.h>

#define LINE_BYTES_MAX 4000

struct reading {
	struct arena *arena;
	struct mime_read *read;
	struct text_out plain, html;
	int parts;
};

static void note_warning(gint64 offset, GMimeParserWarning code, const char *item, gpointer user)
{
	struct mime_read *read = user;
	(void)offset;
	(void)item;
	switch (code) {
	case GMIME_CRIT_CONFLICTING_HEADER:
		read->trouble = "a header that may stand once is there more than once";
		break;
	case GMIME_CRIT_MULTIPART_WITHOUT_BOUNDARY:
	case GMIME_CRIT_PART_WITHOUT_HEADERS_OR_CONTENT:
		read->trouble = "its parts cannot be told apart";
		break;
	case GMIME_CRIT_NESTING_OVERFLOW:
		read->trouble = "its parts are nested too deeply";
		break;
	default:
		break;
	}
}

static const char *header(GMimeMessage *message, const char *name)
{
	return g_mime_object_get_header(GMIME_OBJECT(message), name);
}

static const char *one_line(struct arena *arena, const char *value, size_t max)
{
	char *clean = (char *)mime_clean(arena, value ? value : "", value ? strlen(value) : 0, max);
	for (char *c = clean; *c; c++)
		if (*c == '\n' || *c == '\t')
			*c = ' ';
	return text_trim(arena, clean);
}

const char *mime_id(struct arena *arena, const char *bare)
{
	size_t length = bare ? strlen(bare) : 0;
	if (length < 3 || length > 900)
		return NULL;
	for (const char *c = bare; *c; c++)
		if ((unsigned char)*c <= 0x20 || (unsigned char)*c >= 0x7f || *c == '<' || *c == '>')
			return NULL;
	return arena_printf(arena, "<%s>", bare);
}

static void add_thread(struct reading *reading, const char *value, bool newest_last)
{
	struct mime_read *read = reading->read;
	GMimeReferences *ids = value ? g_mime_references_parse(NULL, value) : NULL;
	int count = ids ? g_mime_references_length(ids) : 0;
	for (int i = 0; i < count && read->thread_count < MIME_THREAD_MAX; i++) {
		const char *id = mime_id(reading->arena, g_mime_references_get_message_id(ids, newest_last ? count - 1 - i : i));
		if (id)
			read->thread[read->thread_count++] = id;
	}
	if (ids)
		g_mime_references_free(ids);
}

/* A domain is without case; so are local parts everywhere that matters here. */
static const char *address_lower(struct arena *arena, const char *address)
{
	char *lower = (char *)one_line(arena, address, 320);
	for (char *c = lower; *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	return lower;
}

static int collect(struct reading *reading, InternetAddressList *list, const char **out, int count, int max)
{
	int length = list ? internet_address_list_length(list) : 0;
	for (int i = 0; i < length && count < max; i++) {
		InternetAddress *one = internet_address_list_get_address(list, i);
		if (INTERNET_ADDRESS_IS_GROUP(one))
			count = collect(reading, internet_address_group_get_members(INTERNET_ADDRESS_GROUP(one)), out, count, max);
		else if (INTERNET_ADDRESS_IS_MAILBOX(one) && internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(one)))
			out[count++] = address_lower(reading->arena, internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(one)));
	}
	return count;
}

static void read_addresses(struct reading *reading, GMimeMessage *message)
{
	enum { MAX = 100 };
	struct mime_read *read = reading->read;
	InternetAddressList *from = g_mime_message_get_from(message);
	InternetAddress *first = from && internet_address_list_length(from) > 0 ? internet_address_list_get_address(from, 0) : NULL;
	if (first && INTERNET_ADDRESS_IS_MAILBOX(first) && internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(first))) {
		read->from_address = address_lower(reading->arena, internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(first)));
		read->from_name = one_line(reading->arena, internet_address_get_name(first), 300);
	}
	if (from && internet_address_list_length(from) > 1)
		read->trouble = "it names more than one sender";
	read->recipients = arena_array(reading->arena, MAX, sizeof(*read->recipients));
	read->recipient_count = collect(reading, g_mime_message_get_to(message), read->recipients, 0, MAX);
	read->recipient_count = collect(reading, g_mime_message_get_cc(message), read->recipients, read->recipient_count, MAX);
}

/* RFC 3834 and what came before it. Null return paths are for reports and automatic answers alone (RFC 5321 §4.5.5). */
static bool is_automatic(GMimeMessage *message)
{
	const char *submitted = header(message, "Auto-Submitted"), *precedence = header(message, "Precedence");
	const char *path = header(message, "Return-Path");
	if (submitted && strncasecmp(submitted + strspn(submitted, " \t"), "no", 2) != 0)
		return true;
	if (precedence && (strcasestr(precedence, "bulk") || strcasestr(precedence, "junk") || strcasestr(precedence, "auto") ||
			strcasestr(precedence, "list")))
		return true;
	return header(message, "X-Autoreply") || header(message, "X-Autorespond") || header(message, "X-Autoresponder") ||
		header(message, "X-FC-MachineGenerated") || header(message, "List-Id") || (path && strstr(path, "<>"));
}

/* The verdicts that stand on top under our server's name, one after another: what is below the first other header came from outside. */
static const char *authentication(struct reading *reading, GMimeMessage *message, const char *server)
{
	GMimeHeaderList *list = g_mime_object_get_header_list(GMIME_OBJECT(message));
	struct text_out out;
	size_t length = strlen(server);
	bool found = false;
	text_begin(&out, reading->arena, 256);
	for (int i = 0; i < g_mime_header_list_get_count(list) && length > 0; i++) {
		GMimeHeader *one = g_mime_header_list_get_header_at(list, i);
		const char *value = g_mime_header_get_value(one);
		bool verdict = strcasecmp(g_mime_header_get_name(one), "Authentication-Results") == 0;
		value = value ? value + strspn(value, " \t\r\n") : "";
		bool ours = verdict && strncasecmp(value, server, length) == 0 && strchr(" \t\r\n;", value[length]);
		if (found && !ours)
			break;
		if (ours) {
			text_append_z(&out, found ? "\n" : "");
			text_append_z(&out, one_line(reading->arena, value, 2000));
			found = true;
		}
	}
	return out.data;
}

static bool says(const char *verdicts, const char *method, const char *result)
{
	size_t method_length = strlen(method), result_length = strlen(result);
	for (const char *at = verdicts; (at = strcasestr(at, method)); at += method_length) {
		bool begins = at == verdicts || strchr(" ;\t\n", at[-1]);
		if (begins && at[method_length] == '=' && strncasecmp(at + method_length + 1, result, result_length) == 0 &&
			strchr(" ;\t\n(", at[method_length + 1 + result_length]))
			return true;
	}
	return false;
}

const char *mime_verdict(const char *verdicts)
{
	if (says(verdicts, "dmarc", "pass"))
		return "pass";
	if (says(verdicts, "dmarc", "fail"))
		return "fail";
	if (says(verdicts, "dkim", "pass") || says(verdicts, "spf", "pass"))
		return "pass";
	return says(verdicts, "dkim", "fail") || says(verdicts, "spf", "fail") ? "fail" : "none";
}

const char *mime_part_bytes(struct arena *arena, GMimePart *part, size_t *length_r)
{
	GMimeDataWrapper *content = g_mime_part_get_content(part);
	GMimeStream *stream = g_mime_stream_mem_new();
	*length_r = 0;
	if (content)
		g_mime_data_wrapper_write_to_stream(content, stream);
	GByteArray *bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
	char *copy = arena_strndup(arena, (const char *)bytes->data, bytes->len);
	*length_r = bytes->len;
	g_object_unref(stream);
	return copy;
}

static void add_file(struct reading *reading, const char *name, const char *type, const char *bytes, size_t length)
{
	struct mime_read *read = reading->read;
	const char *slash = name ? strrchr(name, '/') : NULL, *back = name ? strrchr(name, '\\') : NULL;
	if (read->file_count == MIME_FILES_MAX)
		return;
	name = one_line(reading->arena, slash ? slash + 1 : back ? back + 1 : name, 240);
	read->files[read->file_count++] = (struct mime_file){
		.name = *name ? name : arena_printf(reading->arena, "part-%d", reading->parts),
		.content_type = one_line(reading->arena, type, 120),
		.bytes = (const unsigned char *)bytes,
		.length = length,
	};
}

static void add_text(struct reading *reading, GMimePart *part, struct text_out *out)
{
	size_t length;
	char *decoded = GMIME_IS_TEXT_PART(part) ? g_mime_text_part_get_text(GMIME_TEXT_PART(part)) : NULL;
	const char *bytes = decoded ? decoded : mime_part_bytes(reading->arena, part, &length);
	if (decoded)
		length = strlen(decoded);
	if (out->length > 0)
		text_append_char(out, '\n');
	text_append_z(out, mime_clean(reading->arena, bytes, length, 4 * MIME_TEXT_MAX));
	g_free(decoded);
}

static bool is_attached(GMimeObject *part)
{
	const char *disposition = g_mime_object_get_disposition(part) ? g_mime_content_disposition_get_disposition(
		g_mime_object_get_content_disposition(part)) : NULL;
	return disposition && strcasecmp(disposition, "attachment") == 0;
}

static void read_leaf(struct reading *reading, GMimePart *part)
{
	GMimeContentType *type = g_mime_object_get_content_type(GMIME_OBJECT(part));
	g_autofree char *type_name = type ? g_mime_content_type_get_mime_type(type) : g_strdup("application/octet-stream");
	const char *name = g_mime_part_get_filename(part);
	bool text = type && g_mime_content_type_is_type(type, "text", "*") && !name && !is_attached(GMIME_OBJECT(part));
	reading->parts++;
	if (text && g_mime_content_type_is_type(type, "text", "html")) {
		add_text(reading, part, &reading->html);
	} else if (text) {
		add_text(reading, part, &reading->plain);
	} else {
		size_t length;
		const char *bytes = mime_part_bytes(reading->arena, part, &length);
		add_file(reading, name, type_name, bytes, length);
	}
}

static void read_embedded(struct reading *reading, GMimeMessagePart *part)
{
	GMimeMessage *inner = g_mime_message_part_get_message(part);
	reading->parts++;
	if (!inner)
		return;
	GMimeStream *stream = g_mime_stream_mem_new();
	g_mime_object_write_to_stream(GMIME_OBJECT(inner), NULL, stream);
	GByteArray *bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
	add_file(reading, "message.eml", "message/rfc822", arena_strndup(reading->arena, (const char *)bytes->data, bytes->len), bytes->len);
	g_object_unref(stream);
}

/* Of alternatives plain text is read when there is any; HTML is kept in case there is none. */
static void read_part(struct reading *reading, GMimeObject *part, int depth)
{
	if (!part)
		return;
	if (depth > MIME_DEPTH_MAX) {
		reading->read->trouble = "its parts are nested too deeply";
	} else if (GMIME_IS_MULTIPART(part)) {
		if (GMIME_IS_MULTIPART_ENCRYPTED(part))
			reading->read->trouble = "it is encrypted";
		for (int i = 0; i < g_mime_multipart_get_count(GMIME_MULTIPART(part)); i++)
			read_part(reading, g_mime_multipart_get_part(GMIME_MULTIPART(part), i), depth + 1);
	} else if (GMIME_IS_MESSAGE_PART(part)) {
		read_embedded(reading, GMIME_MESSAGE_PART(part));
	} else if (GMIME_IS_PART(part)) {
		read_leaf(reading, GMIME_PART(part));
	}
}

static void read_message(struct reading *reading, GMimeMessage *message, const char *auth_server)
{
	struct mime_read *read = reading->read;
	GDateTime *date = g_mime_message_get_date(message);
	read_addresses(reading, message);
	read->message_id = mime_id(reading->arena, g_mime_message_get_message_id(message));
	add_thread(reading, header(message, "In-Reply-To"), false);
	read->in_reply_to = read->thread_count > 0 ? read->thread[0] : NULL;
	add_thread(reading, header(message, "References"), true);
	read->subject = one_line(reading->arena, g_mime_message_get_subject(message), MIME_SUBJECT_MAX);
	/* What PostgreSQL can hold and a person could mean. */
	if (date && g_date_time_get_year(date) >= 1970 && g_date_time_get_year(date) < 3000)
		read->dated_at = g_date_time_to_unix(date);
	read->automatic = is_automatic(message);
	read->authentication = authentication(reading, message, auth_server);
	read->verdict = mime_verdict(read->authentication);
	read_part(reading, g_mime_message_get_mime_part(message), 0);
	const char *text = reading->plain.length > 0 ? reading->plain.data
		: mime_html_text(reading->arena, reading->html.data, reading->html.length);
	read->text = mime_clean(reading->arena, text, strlen(text), MIME_TEXT_MAX);
	read->answer = mime_answer(reading->arena, read->text);
	mime_report(reading->arena, message, read);
	if (!*read->from_address && !read->trouble)
		read->trouble = "it names no sender";
}

void mime_read(struct arena *arena, const char *bytes, size_t length, const char *auth_server, struct mime_read *read_r)
{
	static const char *const charsets[] = { "utf-8", "windows-1251", "koi8-r", NULL };
	struct reading reading = { .arena = arena, .read = read_r };
	mime_start();
	*read_r = (struct mime_read){ .from_address = "", .from_name = "", .subject = "", .dated_at = INSTANT_NONE, .authentication = "",
		.verdict = "none", .text = "", .answer = "" };
	text_begin(&reading.plain, arena, 4096);
	text_begin(&reading.html, arena, 4096);
	GMimeParserOptions *options = g_mime_parser_options_new();
	g_mime_parser_options_set_warning_callback(options, note_warning, read_r);
	g_mime_parser_options_set_fallback_charsets(options, (const char **)charsets);
	GMimeStream *stream = g_mime_stream_mem_new_with_buffer(bytes, length);
	GMimeParser *parser = g_mime_parser_new_with_stream(stream);
	GMimeMessage *message = g_mime_parser_construct_message(parser, options);
	if (message)
		read_message(&reading, message, auth_server);
	else
		read_r->trouble = "it is no message";
	if (message)
		g_object_unref(message);
	g_object_unref(parser);
	g_object_unref(stream);
	g_mime_parser_options_free(options);
}

const char *mime_headers(struct arena *arena, const char *bytes, size_t length, size_t max)
{
	const char *end = memmem(bytes, length, "\r\n\r\n", 4), *bare = memmem(bytes, length, "\n\n", 2);
	if (!end || (bare && bare < end))
		end = bare;
	if (end)
		length = (size_t)(end - bytes);
	return mime_clean(arena, bytes, length, max);
}
