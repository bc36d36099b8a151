/* The files under ui/dist become a table with their compressed forms; single files named beside it, one asset each.
 * Refuses: a file whose content type it does not know, so that nothing is served under a guessed one. */
#include "gen/gen.h"

#include <ctype.h>
#include <errno.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static const struct {
	const char *ending, *content_type;
	bool text;
} content_types[] = {
	{ ".html", "text/html; charset=utf-8", true },
	{ ".js", "text/javascript; charset=utf-8", true },
	{ ".mjs", "text/javascript; charset=utf-8", true },
	{ ".css", "text/css; charset=utf-8", true },
	{ ".json", "application/json", true },
	{ ".map", "application/json", true },
	{ ".webmanifest", "application/manifest+json", true },
	{ ".svg", "image/svg+xml", true },
	{ ".txt", "text/plain; charset=utf-8", true },
	{ ".md", "text/markdown; charset=utf-8", true },
	{ ".yaml", "application/yaml", true },
	{ ".png", "image/png", false },
	{ ".jpg", "image/jpeg", false },
	{ ".webp", "image/webp", false },
	{ ".ico", "image/x-icon", false },
	{ ".woff2", "font/woff2", false },
	{ ".woff", "font/woff", false },
	{ ".pdf", "application/pdf", false },
};

static char **paths;
static size_t path_count;

static int collect(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	(void)status;
	(void)walk;
	if (type != FTW_F)
		return 0;
	paths = realloc(paths, (path_count + 1) * sizeof(char *));
	if (!paths)
		gen_die("out of memory");
	paths[path_count++] = gen_strndup(path, strlen(path));
	return 0;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static size_t type_index(const char *path)
{
	const char *ending = strrchr(path, '.');
	for (size_t i = 0; ending && i < sizeof(content_types) / sizeof(content_types[0]); i++)
		if (strcmp(ending, content_types[i].ending) == 0)
			return i;
	gen_die("%s: a file of unknown content type", path);
}

/* "name-AB12CD34.js": eight or more letters and digits (of base 64 for URLs) after the last dash that begins such a run,
 * with at least one digit or capital, so that "date-formatted.js" is no hash. */
static bool has_hash(const char *path)
{
	const char *name = strrchr(path, '/');
	name = name ? name + 1 : path;
	const char *dot = strchr(name, '.');
	for (const char *dash = strchr(name, '-'); dot && dash && dash < dot; dash = strchr(dash + 1, '-')) {
		size_t length = 0;
		bool mixed = false;
		for (const char *c = dash + 1; c < dot && (isalnum((unsigned char)*c) || *c == '_' || *c == '-'); c++, length++)
			mixed = mixed || isdigit((unsigned char)*c) || isupper((unsigned char)*c);
		if (dash + 1 + length == dot && length >= 8 && length <= 64 && mixed)
			return true;
	}
	return false;
}

/* Without time and name in the header, so that the same input gives the same bytes. */
static struct bytes compress_bytes(struct bytes in)
{
	z_stream stream = { 0 };
	if (deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) != Z_OK)
		gen_die("zlib does not start");
	size_t bound = deflateBound(&stream, (uLong)in.length);
	struct bytes out = { gen_alloc(bound + 1), 0 };
	stream.next_in = (Bytef *)in.data;
	stream.avail_in = (uInt)in.length;
	stream.next_out = (Bytef *)out.data;
	stream.avail_out = (uInt)bound;
	if (deflate(&stream, Z_FINISH) != Z_STREAM_END)
		gen_die("zlib does not finish");
	out.length = stream.total_out;
	deflateEnd(&stream);
	return out;
}

struct written {
	size_t length, gzip_length;
	char etag[65];
};

static struct written write_bytes(FILE *out, size_t index, const char *path)
{
	struct written written = { 0 };
	struct bytes bytes = gen_read(path), gzip = { 0 };
	char name[32];
	snprintf(name, sizeof(name), "data_%zu", index);
	gen_write_array(out, name, (const unsigned char *)bytes.data, bytes.length);
	if (content_types[type_index(path)].text)
		gzip = compress_bytes(bytes);
	if (gzip.data && gzip.length < bytes.length) {
		snprintf(name, sizeof(name), "gzip_%zu", index);
		gen_write_array(out, name, (const unsigned char *)gzip.data, gzip.length);
		written.gzip_length = gzip.length;
	}
	written.length = bytes.length;
	gen_sha256_hex(bytes.data, bytes.length, written.etag);
	written.etag[32] = '\0';
	free(bytes.data);
	free(gzip.data);
	return written;
}

/* A file that a handler serves under its own address: "openapi=docs/openapi.yaml" becomes asset_openapi. */
static void write_single(FILE *out, size_t index, const char *argument)
{
	const char *path = strchr(argument, '=');
	if (!path)
		gen_die("%s: write NAME=FILE", argument);
	path++;
	struct written written = write_bytes(out, index, path);
	fprintf(out, "const struct asset asset_%.*s = { \"%s\", \"%s\", \"\\\"%s\\\"\", data_%zu, %zu, ",
		(int)(path - 1 - argument), argument, strrchr(path, '/') ? strrchr(path, '/') : path,
		content_types[type_index(path)].content_type, written.etag, index, written.length);
	if (written.gzip_length > 0)
		fprintf(out, "gzip_%zu, %zu, false };\n", index, written.gzip_length);
	else
		fputs("NULL, 0, false };\n", out);
}

void gen_assets(int argc, char **argv)
{
	if (nftw(argv[0], collect, 16, FTW_PHYS) != 0 && errno != ENOENT)
		gen_die("%s: %s", argv[0], strerror(errno));
	if (path_count > 0)
		qsort(paths, path_count, sizeof(char *), by_path);
	struct written *written = gen_alloc((path_count + 1) * sizeof(struct written));
	FILE *out = gen_open(argv[1]);
	fputs("#include \"assets_data.h\"\n\n", out);
	for (size_t i = 0; i < path_count; i++)
		written[i] = write_bytes(out, i, paths[i]);
	for (int i = 2; i < argc; i++)
		write_single(out, path_count + (size_t)i, argv[i]);
	fputs("const struct asset assets_data[] = {\n", out);
	for (size_t i = 0; i < path_count; i++) {
		fprintf(out, "\t{ \"/%s\", \"%s\", \"\\\"%s\\\"\", data_%zu, %zu, ", gen_below(argv[0], paths[i]),
			content_types[type_index(paths[i])].content_type, written[i].etag, i, written[i].length);
		if (written[i].gzip_length > 0)
			fprintf(out, "gzip_%zu, %zu, ", i, written[i].gzip_length);
		else
			fputs("NULL, 0, ", out);
		fprintf(out, "%s },\n", has_hash(paths[i]) ? "true" : "false");
		free(paths[i]);
	}
	fprintf(
		out, "\t{ NULL, NULL, NULL, NULL, 0, NULL, 0, false },\n};\nconst int assets_data_count = %zu;\n", path_count);
	gen_close(out, argv[1]);
	free(paths);
	free(written);
}
