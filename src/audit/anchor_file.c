/* The file of anchors: one JSON object a line, appended, never rewritten. A line that was cut short by a crash is followed by the whole one. */
#include "audit/anchor.h"

#include "audit/audit.sql.h"
#include "base/text.h"
#include "db/query.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <libgen.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static bool file_failed(struct ctx *ctx, const char *path, const char *what)
{
	return fail_internal(ctx, ERROR_INTERNAL, "%s: %s: %s", path, what, strerror(errno));
}

static void close_fd(void *fd)
{
	close((int)(intptr_t)fd);
}

static bool read_whole(struct ctx *ctx, int fd, const char *path, struct text_out *text_r)
{
	char buffer[65536];
	ssize_t n;
	text_begin(text_r, ctx->arena, sizeof(buffer));
	while ((n = read(fd, buffer, sizeof(buffer))) > 0)
		text_append(text_r, buffer, (size_t)n);
	return n == 0 || file_failed(ctx, path, "cannot be read");
}

/* The next line without its end; NULL after the last. *whole_r: it ended with a line feed. */
static const char *line_next(const char **at, const char *end, size_t *length_r, bool *whole_r)
{
	const char *line = *at, *stop = memchr(line, '\n', (size_t)(end - line));
	if (line == end)
		return NULL;
	*whole_r = stop != NULL;
	*length_r = (size_t)((stop ? stop : end) - line);
	*at = stop ? stop + 1 : end;
	return line;
}

static json_t *line_parse(struct ctx *ctx, const char *line, size_t length)
{
	json_t *json = json_loadb(line, length, JSON_REJECT_DUPLICATES, NULL);
	if (json)
		arena_on_release(ctx->arena, (void (*)(void *))json_decref, json);
	return json;
}

/* The number of the last whole line, 0 without; and whether the file ends inside of a line. */
static int64_t last_number(struct ctx *ctx, const struct text_out *text, bool *torn_r)
{
	const char *at = text->data, *end = text->data + text->length, *line;
	size_t length;
	bool whole = true;
	int64_t number = 0;
	while ((line = line_next(&at, end, &length, &whole))) {
		json_t *json = whole ? line_parse(ctx, line, length) : NULL;
		if (json)
			number = json_integer_value(json_object_get(json, "number"));
	}
	*torn_r = !whole;
	return number;
}

static bool write_all(struct ctx *ctx, int fd, const char *path, const struct text_out *text)
{
	for (size_t done = 0; done < text->length;) {
		ssize_t n = write(fd, text->data + done, text->length - done);
		if (n < 0 && errno != EINTR)
			return file_failed(ctx, path, "cannot be written");
		done += n > 0 ? (size_t)n : 0;
	}
	return fsync(fd) == 0 || file_failed(ctx, path, "cannot be synced");
}

/* A new file must survive a crash too. */
static bool sync_folder(struct ctx *ctx, const char *path)
{
	int fd = open(dirname(arena_strdup(ctx->arena, path)), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool good = fd >= 0 && fsync(fd) == 0;
	if (!good)
		file_failed(ctx, path, "its folder cannot be synced");
	if (fd >= 0)
		close(fd);
	return good;
}

bool anchor_file_append(struct ctx *ctx, const char *path, int *added_r)
{
	struct query_args args = query_args(ctx);
	struct text_out held, lines;
	bool torn;
	*added_r = 0;
	bool is_new = access(path, F_OK) != 0;
	int fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
	if (fd < 0)
		return file_failed(ctx, path, "cannot be opened");
	arena_on_release(ctx->arena, close_fd, (void *)(intptr_t)fd);
	if (flock(fd, LOCK_EX) != 0)
		return file_failed(ctx, path, "cannot be locked");
	if (!read_whole(ctx, fd, path, &held))
		return false;
	arg_int(&args, last_number(ctx, &held, &torn));
	struct rows *rows = query_run(ctx, QUERY_AUDIT_ANCHOR_AFTER, &args);
	if (!rows)
		return false;
	*added_r = rows_count(rows);
	if (*added_r == 0)
		return true;
	text_begin(&lines, ctx->arena, 1024);
	if (torn)
		text_append_char(&lines, '\n');
	for (int i = 0; i < *added_r; i++) {
		struct anchor anchor;
		struct json_out json;
		anchor_read_row(ctx, rows, i, &anchor);
		json_begin(&json, ctx->arena, 1024);
		anchor_json(&json, NULL, &anchor);
		text_append(&lines, json.text.data, json.text.length);
		text_append_char(&lines, '\n');
	}
	return write_all(ctx, fd, path, &lines) && (!is_new || sync_folder(ctx, path));
}

static bool member_int(const json_t *json, const char *name, int64_t *value_r)
{
	const json_t *value = json_object_get(json, name);
	*value_r = json_integer_value(value);
	return json_is_integer(value) && *value_r >= 0;
}

static bool member_digest(const json_t *json, const char *name, unsigned char out[static DIGEST_BYTES])
{
	const char *text = json_string_value(json_object_get(json, name));
	return text && digest_parse(text, out);
}

static bool member_instant(const json_t *json, const char *name, instant *at_r)
{
	const char *text = json_string_value(json_object_get(json, name));
	*at_r = INSTANT_NONE;
	return text ? instant_parse(text, at_r) : json_is_null(json_object_get(json, name));
}

static bool anchor_parse(struct ctx *ctx, const json_t *json, struct anchor *anchor_r)
{
	static const char *const last[] = { "last_ticket", "last_case", "last_calendar", "last_contract" };
	static const char *const leaves[] = { "tickets", "cases", "calendars", "contracts" };
	const char *day = json_string_value(json_object_get(json, "day")), *boundary = json_string_value(json_object_get(json, "boundary"));
	bool good = day && boundary && member_int(json, "number", &anchor_r->number) && anchor_r->number > 0 &&
		member_instant(json, "made_at", &anchor_r->made_at) && anchor_r->made_at != INSTANT_NONE &&
		member_instant(json, "last_recorded", &anchor_r->last_recorded) && member_digest(json, "root", anchor_r->root) &&
		member_digest(json, "previous_link", anchor_r->previous_link) && member_digest(json, "link", anchor_r->link);
	/* The first form does not say which it is. */
	anchor_r->format = ANCHOR_FORMAT_ONE_TREE;
	if (good && json_object_get(json, "format"))
		good = member_int(json, "format", &anchor_r->format) && anchor_r->format == ANCHOR_FORMAT_KINDS;
	for (int kind = 0; good && kind < ANCHOR_KINDS && anchor_r->format == ANCHOR_FORMAT_KINDS; kind++)
		good = member_digest(json, anchor_root_name[kind], anchor_r->kind_root[kind]);
	for (int kind = 0; good && kind < anchor_kinds(anchor_r); kind++)
		good = member_int(json, last[kind], &anchor_r->last_id[kind]) && member_int(json, leaves[kind], &anchor_r->leaves[kind]);
	if (good) {
		anchor_r->day = arena_strdup(ctx->arena, day);
		anchor_r->boundary = arena_strdup(ctx->arena, boundary);
	}
	return good;
}

bool anchor_file_read(struct ctx *ctx, const char *path, struct audit_check *check, struct anchor **anchors_r, int *count_r)
{
	struct text_out text;
	size_t length;
	const char *line, *end;
	bool whole;
	int fd = open(path, O_RDONLY | O_CLOEXEC), number = 0, room = 0;
	if (fd < 0)
		return fail(ctx, ERROR_NOT_FOUND, "%s: %s", path, strerror(errno));
	arena_on_release(ctx->arena, close_fd, (void *)(intptr_t)fd);
	if (!read_whole(ctx, fd, path, &text))
		return false;
	end = text.data + text.length;
	for (const char *at = text.data; line_next(&at, end, &length, &whole);)
		room++;
	*anchors_r = arena_array(ctx->arena, (size_t)room + 1, sizeof(**anchors_r));
	*count_r = 0;
	for (const char *at = text.data; (line = line_next(&at, end, &length, &whole));) {
		json_t *json = line_parse(ctx, line, length);
		/* Cut short by a crash, then written anew: nothing is lost. */
		bool torn = !json && (size_t)(end - at) > length && memcmp(at, line, length) == 0;
		number++;
		if (json && anchor_parse(ctx, json, &(*anchors_r)[*count_r]))
			(*count_r)++;
		else if (!torn)
			audit_found(check, "anchors", 0, "line %d of the file is not an anchor", number);
	}
	return true;
}
