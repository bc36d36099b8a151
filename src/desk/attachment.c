/* Files of tickets: stored as bytes in the database, served as downloads only.
 * Refuses: to show a file in the page, whatever type its sender gave it. */
#include "base/config.h"
#include "desk/attachment.sql.h"
#include "desk/desk.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* A file passes through memory in parts; the whole waits in an anonymous file of the kernel. */
#define PART_BYTES 1048576

bool attachment_create(struct request *req)
{
	static const char *const names[] = { "visibility", NULL };
	static const char *const visibilities[] = { "public", "internal", NULL };
	struct ctx *ctx = &req->ctx;
	struct query_args args = query_args(ctx);
	struct json_out json;
	struct upload file;
	int64_t id;
	const char *visibility = query_choice(req, "visibility", visibilities);
	if (!query_done(req, names) || !ticket_number_parse(req, req->path_arg[0], &id) || !attachment_upload(req, &file))
		return false;
	arg_actor(&args);
	arg_int(&args, id);
	arg_text(&args, file.name);
	arg_text(&args, file.content_type);
	arg_bytes(&args, file.bytes, file.length);
	arg_text(&args, visibility ? visibility : "public");
	struct rows *made = query_one(ctx, QUERY_ATTACHMENT_CREATE, &args);
	if (!made)
		return false;
	if (strcmp(rows_text(made, 0, 2), req->path_arg[0]) != 0)
		return fail(ctx, ERROR_NOT_FOUND, "There is no such ticket, or it is not yours");
	json_begin(&json, ctx->arena, 512);
	json_open_object(&json, NULL);
	json_int(&json, "id", rows_int(made, 0, 0));
	json_text(&json, "name", file.name);
	json_text(&json, "content_type", file.content_type);
	json_int(&json, "size_bytes", (int64_t)file.length);
	json_text(&json, "sha256", rows_text(made, 0, 1));
	json_text(&json, "visibility", visibility ? visibility : "public");
	json_instant(&json, "added_at", ctx->now);
	json_ref(&json, "author", arena_printf(ctx->arena, "%lld", (long long)ctx->actor.id), ctx->actor.name);
	json_close_object(&json);
	reply_location(req, "/api/v1/attachments/%s", rows_text(made, 0, 0));
	return reply_json_out(req, 201, &json);
}

static bool is_plain(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_' ||
		c == '.';
}

/* RFC 6266: an ASCII name for old readers, the real one in UTF-8 (RFC 8187). Nothing of the name can end the header. */
static const char *disposition(struct arena *arena, const char *name)
{
	struct text_out out;
	text_begin(&out, arena, 64 + 4 * strlen(name));
	text_append_z(&out, "attachment; filename=\"");
	for (const char *c = name; *c; c++)
		if ((*c & 0xc0) != 0x80)
			text_append_char(&out, is_plain((unsigned char)*c) || *c == ' ' ? *c : '_');
	text_append_z(&out, "\"; filename*=UTF-8''");
	for (const char *c = name; *c; c++)
		if (is_plain((unsigned char)*c))
			text_append_char(&out, *c);
		else
			text_append_printf(&out, "%%%02X", (unsigned char)*c);
	return out.data;
}

/* Types that a browser would run if it ever showed them. */
static const char *served_type(const char *type)
{
	static const char *const active[] = { "html", "xml", "svg", "script", "pdf", "shockwave", "multipart", "message/" };
	for (size_t i = 0; i < sizeof(active) / sizeof(*active); i++)
		if (strcasestr(type, active[i]))
			return "application/octet-stream";
	return type;
}

static bool write_whole(int fd, const unsigned char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t done = write(fd, bytes, length);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		bytes += done;
		length -= (size_t)done;
	}
	return true;
}

struct copy {
	int fd;
	struct arena *arena; /* of one part: the request's would keep them all */
};

static bool copy_part(struct ctx *ctx, const struct rows *rows, void *user)
{
	struct copy *copy = user;
	struct ctx part = *ctx;
	size_t length;
	part.arena = copy->arena;
	const unsigned char *bytes = rows_bytes(&part, rows, 0, 0, &length);
	bool good = write_whole(copy->fd, bytes, length);
	arena_reset(copy->arena);
	return good || fail_internal(ctx, ERROR_UNAVAILABLE, "a file cannot be copied to memory: %s", strerror(errno));
}

static bool copy_content(struct ctx *ctx, int64_t id, int64_t size_bytes, int fd)
{
	struct query_args args = query_args(ctx);
	struct copy copy = { fd, arena_create(PART_BYTES + 4096) };
	arg_int(&args, id);
	arg_int(&args, size_bytes);
	bool good = query_each(ctx, QUERY_ATTACHMENT_PARTS, &args, copy_part, &copy);
	arena_destroy(copy.arena);
	return good;
}

bool attachment_send(struct request *req, int64_t id, const char *name, const char *type, int64_t size_bytes)
{
	struct ctx *ctx = &req->ctx;
	int fd = memfd_create("attachment", MFD_CLOEXEC);
	if (fd < 0)
		return fail_internal(ctx, ERROR_UNAVAILABLE, "no memory for a file: %s", strerror(errno));
	if (!copy_content(ctx, id, size_bytes, fd)) {
		close(fd);
		return false;
	}
	reply_header(req, "Content-Disposition", disposition(ctx->arena, name));
	return reply_file(req, served_type(type), fd);
}

bool attachment_upload(struct request *req, struct upload *file_r)
{
	struct ctx *ctx = &req->ctx;
	if (!body_upload(req, file_r))
		return false;
	if (file_r->length > (size_t)ctx->config->http_attachment_bytes)
		return fail(ctx, ERROR_TOO_LARGE, "A file may have at most %lld bytes", (long long)ctx->config->http_attachment_bytes);
	if (text_utf8_length(file_r->name) > 255)
		return fail_field(ctx, "/file", "the name of the file may have at most 255 characters");
	return true;
}

bool attachment_read(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct query_args args = query_args(ctx);
	int64_t id;
	if (!text_parse_int64(req->path_arg[0], &id) || id <= 0)
		return fail(ctx, ERROR_NOT_FOUND, "There is no such file, or it is not yours");
	arg_actor(&args);
	arg_int(&args, id);
	struct rows *file = query_run(ctx, QUERY_ATTACHMENT_SEEN, &args);
	if (!file)
		return false;
	if (rows_count(file) == 0)
		return fail(ctx, ERROR_NOT_FOUND, "There is no such file, or it is not yours");
	return attachment_send(req, id, rows_text(file, 0, 0), rows_text(file, 0, 1), rows_int(file, 0, 2));
}
