/* Feeds any bytes as a message that came: what is read is clean text within its bounds, whatever the bytes were. */
#include "post/mime.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void clean(const char *text, size_t max)
{
	size_t length = strlen(text);
	if (length > max || !text_utf8_valid(text, length))
		abort();
}

static void one_line(const char *text, size_t max)
{
	clean(text, max);
	if (strpbrk(text, "\r\n"))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_create(65536);
	struct mime_read read;
	mime_read(arena, (const char *)data, size, "mx.example", &read);
	one_line(read.subject, MIME_SUBJECT_MAX);
	one_line(read.from_address, 320);
	one_line(read.from_name, 300);
	clean(read.text, MIME_TEXT_MAX);
	clean(read.answer, MIME_TEXT_MAX);
	if (read.thread_count > MIME_THREAD_MAX || read.file_count > MIME_FILES_MAX)
		abort();
	for (int i = 0; i < read.file_count; i++) {
		one_line(read.files[i].name, 255);
		if (strchr(read.files[i].name, '/'))
			abort();
	}
	const char *reference = mime_subject_reference(arena, read.subject);
	if (reference)
		one_line(reference, 60);
	clean(mime_headers(arena, (const char *)data, size, 4096), 4096);
	clean(mime_clean(arena, mime_html_text(arena, (const char *)data, size), strlen(mime_html_text(arena, (const char *)data, size)), 100000), 100000);
	arena_destroy(arena);
	return 0;
}
