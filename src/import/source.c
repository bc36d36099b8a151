/* Owns: zlib and iconv. Refuses: to end quietly where the file was cut off. */
#include "import/source.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <zlib.h>

#define RAW_BYTES (256 * 1024)
#define BAD_BYTE '\xff'

struct trail_source {
	const char *path;
	gzFile file;
	off_t size_bytes;
	bool utf8, ended;
	iconv_t converter;
	char raw[RAW_BYTES];
	size_t raw_at, raw_length;
};

static void source_close(void *object)
{
	struct trail_source *source = object;
	if (source->file)
		gzclose_r(source->file);
	if (!source->utf8)
		iconv_close(source->converter);
}

static bool is_utf8(const char *encoding)
{
	return strcasecmp(encoding, "utf-8") == 0 || strcasecmp(encoding, "utf8") == 0;
}

struct trail_source *trail_source_open(struct ctx *ctx, const char *path, const char *encoding)
{
	struct trail_source *source = arena_alloc(ctx->arena, sizeof(*source));
	struct stat status;
	size_t length = strlen(path);
	source->path = path;
	source->utf8 = is_utf8(encoding);
	if (!source->utf8 && (source->converter = iconv_open("UTF-8", encoding)) == (iconv_t)-1) {
		fail_field(ctx, "/file/encoding", "\"%s\" is not an encoding that this machine knows", encoding);
		return NULL;
	}
	arena_on_release(ctx->arena, source_close, source);
	if (stat(path, &status) != 0 || (source->file = gzopen(path, "rbe")) == NULL) {
		fail(ctx, ERROR_NOT_FOUND, "%s: %s", path, strerror(errno));
		return NULL;
	}
	if (!S_ISREG(status.st_mode)) {
		fail(ctx, ERROR_INVALID, "%s is not a file", path);
		return NULL;
	}
	source->size_bytes = status.st_size;
	gzbuffer(source->file, RAW_BYTES);
	/* Read as it is when it does not begin like gzip; a name that ends in .gz promises more. */
	if (length > 3 && strcmp(path + length - 3, ".gz") == 0 && gzdirect(source->file)) {
		fail(ctx, ERROR_INVALID, "%s: is not gzip, whatever its name says", path);
		return NULL;
	}
	return source;
}

static bool raw_fill(struct ctx *ctx, struct trail_source *source)
{
	int code, got;
	const char *why;
	memmove(source->raw, source->raw + source->raw_at, source->raw_length - source->raw_at);
	source->raw_length -= source->raw_at;
	source->raw_at = 0;
	if (source->ended)
		return true;
	got = gzread(source->file, source->raw + source->raw_length, (unsigned)(RAW_BYTES - source->raw_length));
	why = gzerror(source->file, &code);
	if (got < 0 || code == Z_BUF_ERROR || code == Z_DATA_ERROR)
		return fail(ctx, ERROR_INVALID, "%s: the gzip file is damaged or cut off (%s)", source->path,
			code == Z_ERRNO ? strerror(errno) : why);
	source->raw_length += (size_t)got;
	source->ended = (size_t)got == 0 || gzeof(source->file);
	return true;
}

static void mark_nul(char *bytes, size_t length)
{
	for (char *at = bytes; (at = memchr(at, '\0', length - (size_t)(at - bytes))) != NULL;)
		*at++ = BAD_BYTE;
}

/* Converts what is there; the rest of a character that is not whole yet stays for the next time. */
static size_t convert(struct trail_source *source, char *out, size_t room)
{
	char *in = source->raw + source->raw_at, *to = out;
	size_t in_left = source->raw_length - source->raw_at, left = room;
	while (in_left > 0 && left > 8) {
		if (iconv(source->converter, &in, &in_left, &to, &left) != (size_t)-1)
			break;
		if (errno == E2BIG || (errno == EINVAL && !source->ended))
			break;
		/* Not text: one byte is passed over (two where characters are pairs of bytes, which iconv finds by itself). */
		*to++ = BAD_BYTE;
		left--;
		in++;
		in_left--;
	}
	source->raw_at = source->raw_length - in_left;
	return (size_t)(to - out);
}

bool trail_source_read(struct ctx *ctx, struct trail_source *source, char *out, size_t room, size_t *length_r)
{
	INVARIANT(room >= 64);
	*length_r = 0;
	while (*length_r == 0) {
		if ((source->raw_at == source->raw_length || !source->utf8) && !raw_fill(ctx, source))
			return false;
		size_t ready = source->raw_length - source->raw_at;
		if (ready == 0 && source->ended)
			return true;
		if (source->utf8) {
			*length_r = ready < room ? ready : room;
			memcpy(out, source->raw + source->raw_at, *length_r);
			source->raw_at += *length_r;
		} else {
			*length_r = convert(source, out, room);
		}
	}
	mark_nul(out, *length_r);
	return true;
}

double trail_source_share(const struct trail_source *source)
{
	off_t at = gzoffset(source->file);
	return source->size_bytes > 0 && at > 0 ? (double)at / (double)source->size_bytes : 0;
}
