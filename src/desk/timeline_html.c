/* What people typed, as HTML: CommonMark with tables, strike-through and bare links.
 * Refuses: raw HTML, links that run scripts (cmark leaves both out), and images, which would tell their server who
 * reads: they become links.
 * Thread: safe. */
#include "desk/desk.h"

#include <cmark-gfm-core-extensions.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Longer texts (logs, whole mails) are shown as they are: parsing is not linear in the worst case. */
#define MARKDOWN_BYTES_MAX 16384

#define OPTIONS (CMARK_OPT_DEFAULT | CMARK_OPT_HARDBREAKS)

static pthread_once_t registered = PTHREAD_ONCE_INIT;

static void append_escaped(struct text_out *out, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		switch (text[i]) {
		case '&':
			text_append_z(out, "&amp;");
			break;
		case '<':
			text_append_z(out, "&lt;");
			break;
		case '>':
			text_append_z(out, "&gt;");
			break;
		case '"':
			text_append_z(out, "&quot;");
			break;
		default:
			text_append_char(out, text[i]);
		}
	}
}

/* Paragraphs at blank lines, line breaks kept. */
static const char *plain_html(struct arena *arena, const char *text)
{
	struct text_out out;
	text_begin(&out, arena, strlen(text) + strlen(text) / 8 + 64);
	text_append_z(&out, "<p>");
	for (const char *at = text; *at;) {
		size_t line = strcspn(at, "\n");
		append_escaped(&out, at, line);
		at += line;
		if (at[0] == '\n' && at[1] == '\n') {
			at += strspn(at, "\n");
			text_append_z(&out, "</p>\n<p>");
		} else if (at[0] == '\n') {
			at++;
			text_append_z(&out, "<br />\n");
		}
	}
	text_append_z(&out, "</p>\n");
	return out.data;
}

static void image_to_link(cmark_node *image)
{
	cmark_node *link = cmark_node_new(CMARK_NODE_LINK), *child;
	cmark_node_set_url(link, cmark_node_get_url(image));
	if (!cmark_node_first_child(image)) {
		cmark_node *words = cmark_node_new(CMARK_NODE_TEXT);
		cmark_node_set_literal(words, cmark_node_get_url(image));
		cmark_node_append_child(link, words);
	}
	while ((child = cmark_node_first_child(image)))
		cmark_node_append_child(link, child);
	cmark_node_insert_before(image, link);
	cmark_node_free(image);
}

static void images_to_links(cmark_node *document)
{
	cmark_iter *iter = cmark_iter_new(document);
	cmark_event_type event;
	while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
		cmark_node *node = cmark_iter_get_node(iter);
		if (event == CMARK_EVENT_EXIT && cmark_node_get_type(node) == CMARK_NODE_IMAGE)
			image_to_link(node);
	}
	cmark_iter_free(iter);
}

/* An opening tag can only be cmark's own: in what was typed "<" is escaped. */
static const char *with_rel(struct arena *arena, const char *html)
{
	static const char tag[] = "<a href=";
	struct text_out out;
	const char *found;
	text_begin(&out, arena, strlen(html) + 256);
	while ((found = strstr(html, tag))) {
		text_append(&out, html, (size_t)(found - html));
		text_append_z(&out, "<a rel=\"noopener noreferrer nofollow\" target=\"_blank\" href=");
		html = found + sizeof(tag) - 1;
	}
	text_append_z(&out, html);
	return out.data;
}

const char *text_html(struct arena *arena, const char *text)
{
	static const char *const extensions[] = { "autolink", "table", "strikethrough" };
	size_t length = strlen(text);
	if (length > MARKDOWN_BYTES_MAX)
		return plain_html(arena, text);
	pthread_once(&registered, cmark_gfm_core_extensions_ensure_registered);
	cmark_parser *parser = cmark_parser_new(OPTIONS);
	for (size_t i = 0; i < sizeof(extensions) / sizeof(*extensions); i++) {
		cmark_syntax_extension *extension = cmark_find_syntax_extension(extensions[i]);
		INVARIANT(extension != NULL);
		cmark_parser_attach_syntax_extension(parser, extension);
	}
	cmark_parser_feed(parser, text, length);
	cmark_node *document = cmark_parser_finish(parser);
	images_to_links(document);
	char *html = cmark_render_html(document, OPTIONS, cmark_parser_get_syntax_extensions(parser));
	const char *result = with_rel(arena, html);
	free(html);
	cmark_node_free(document);
	cmark_parser_free(parser);
	return result;
}
