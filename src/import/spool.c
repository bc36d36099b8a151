/* Owns: the temporary file, its map, the list of cases. Refuses: to sort; order within a case is the file's. */
#include "import/spool.h"

#include "import/index.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define BUFFER_BYTES (256 * 1024)

struct stretch {
	int64_t next; /* index; -1: none */
	size_t at;
	int rows;
};

struct one_case {
	int64_t first, last; /* stretches */
	int rows;
	int refused_line; /* 0: not refused */
};

struct record_head {
	uint32_t length;
	int32_t line;
};

struct trail_spool {
	int file;
	char *buffer;
	size_t buffered, written;
	const char *map;
	struct trail_index *index; /* number to place in cases, from 1 */
	struct one_case *cases;
	struct stretch *stretches;
	int case_count, case_room;
	int64_t stretch_count, stretch_room, row_count;
	int last_case; /* of the record added last; -1: none */
};

static void spool_release(void *object)
{
	struct trail_spool *spool = object;
	if (spool->map)
		munmap((void *)spool->map, spool->written);
	if (spool->file >= 0)
		close(spool->file);
	trail_index_destroy(spool->index);
	free(spool->buffer);
	free(spool->cases);
	free(spool->stretches);
}

static int temporary_file(void)
{
	const char *folder = getenv("TMPDIR");
	char path[4096];
	if (!folder || !*folder)
		folder = "/tmp";
	int file = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (file >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL))
		return file;
	snprintf(path, sizeof(path), "%s/vakhta-import-XXXXXX", folder);
	file = mkostemp(path, O_CLOEXEC);
	if (file >= 0)
		unlink(path);
	return file;
}

struct trail_spool *trail_spool_create(struct ctx *ctx)
{
	struct trail_spool *spool = arena_alloc(ctx->arena, sizeof(*spool));
	spool->last_case = -1;
	spool->index = trail_index_create();
	spool->buffer = malloc(BUFFER_BYTES);
	spool->file = temporary_file();
	INVARIANT(spool->buffer != NULL);
	arena_on_release(ctx->arena, spool_release, spool);
	if (spool->file < 0) {
		fail(ctx, ERROR_UNAVAILABLE, "a temporary file cannot be made: %s", strerror(errno));
		return NULL;
	}
	return spool;
}

static bool write_out(struct ctx *ctx, struct trail_spool *spool, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t put = write(spool->file, bytes, length);
		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return fail(ctx, ERROR_UNAVAILABLE, "the temporary file cannot be written: %s", strerror(errno));
		bytes += put;
		length -= (size_t)put;
		spool->written += (size_t)put;
	}
	return true;
}

static bool put(struct ctx *ctx, struct trail_spool *spool, const void *bytes, size_t length)
{
	if (length > BUFFER_BYTES - spool->buffered) {
		if (!write_out(ctx, spool, spool->buffer, spool->buffered))
			return false;
		spool->buffered = 0;
	}
	if (length > BUFFER_BYTES)
		return write_out(ctx, spool, bytes, length);
	memcpy(spool->buffer + spool->buffered, bytes, length);
	spool->buffered += length;
	return true;
}

static int case_make(struct trail_spool *spool, const char *number)
{
	if (spool->case_count == spool->case_room) {
		spool->case_room = spool->case_room == 0 ? 1024 : 2 * spool->case_room;
		spool->cases = realloc(spool->cases, (size_t)spool->case_room * sizeof(*spool->cases));
		INVARIANT(spool->cases != NULL);
	}
	spool->cases[spool->case_count] = (struct one_case){ .first = -1, .last = -1 };
	*trail_index_at(spool->index, number) = ++spool->case_count;
	return spool->case_count - 1;
}

enum trail_spool_case trail_spool_look(const struct trail_spool *spool, const char *number, int *line_r)
{
	const int64_t *place = trail_index_find(spool->index, number);
	*line_r = 0;
	if (!place)
		return SPOOL_NEW;
	*line_r = spool->cases[*place - 1].refused_line;
	return *line_r > 0 ? SPOOL_REFUSED : SPOOL_KNOWN;
}

void trail_spool_refuse(struct trail_spool *spool, const char *number, int line)
{
	int index = case_make(spool, number); /* which may move the cases */
	spool->cases[index].refused_line = line;
}

static struct stretch *stretch_make(struct trail_spool *spool, struct one_case *one)
{
	if (spool->stretch_count == spool->stretch_room) {
		spool->stretch_room = spool->stretch_room == 0 ? 1024 : 2 * spool->stretch_room;
		spool->stretches = realloc(spool->stretches, (size_t)spool->stretch_room * sizeof(*spool->stretches));
		INVARIANT(spool->stretches != NULL);
	}
	if (one->last >= 0)
		spool->stretches[one->last].next = spool->stretch_count;
	else
		one->first = spool->stretch_count;
	one->last = spool->stretch_count;
	struct stretch *stretch = &spool->stretches[spool->stretch_count++];
	*stretch = (struct stretch){ -1, spool->written + spool->buffered, 0 };
	return stretch;
}

bool trail_spool_add(
	struct ctx *ctx, struct trail_spool *spool, const char *number, const char *bytes, size_t length, int line)
{
	const int64_t *place = trail_index_find(spool->index, number);
	int index = place ? (int)*place - 1 : case_make(spool, number);
	struct one_case *one = &spool->cases[index];
	struct record_head head = { (uint32_t)length, line };
	if (spool->row_count == TRAIL_ROWS_MAX)
		return fail(
			ctx, ERROR_INVALID, "line %d: the file has more than %d rows; cut it into several", line, TRAIL_ROWS_MAX);
	if (one->rows == TRAIL_TICKET_ROWS_MAX)
		return fail(ctx, ERROR_INVALID, "line %d: %s has more than %d rows", line, number, TRAIL_TICKET_ROWS_MAX);
	struct stretch *stretch = index == spool->last_case ? &spool->stretches[one->last] : stretch_make(spool, one);
	spool->last_case = index;
	stretch->rows++;
	one->rows++;
	spool->row_count++;
	return put(ctx, spool, &head, sizeof(head)) && put(ctx, spool, bytes, length);
}

bool trail_spool_finish(struct ctx *ctx, struct trail_spool *spool)
{
	if (!write_out(ctx, spool, spool->buffer, spool->buffered))
		return false;
	spool->buffered = 0;
	if (spool->written == 0)
		return true;
	void *map = mmap(NULL, spool->written, PROT_READ, MAP_PRIVATE, spool->file, 0);
	if (map == MAP_FAILED)
		return fail(ctx, ERROR_UNAVAILABLE, "the temporary file cannot be read: %s", strerror(errno));
	spool->map = map;
	return true;
}

int64_t trail_spool_rows(const struct trail_spool *spool)
{
	return spool->row_count;
}

int trail_spool_cases(const struct trail_spool *spool)
{
	return spool->case_count;
}

int trail_spool_case_rows(const struct trail_spool *spool, int index)
{
	return spool->cases[index].rows;
}

bool trail_spool_next(const struct trail_spool *spool, int index, struct trail_spool_cursor *cursor,
	const char **bytes_r, size_t *length_r, int *line_r)
{
	struct record_head head;
	while (cursor->left == 0) {
		cursor->stretch = cursor->began ? spool->stretches[cursor->stretch].next : spool->cases[index].first;
		cursor->began = true;
		if (cursor->stretch < 0)
			return false;
		cursor->left = spool->stretches[cursor->stretch].rows;
		cursor->at = spool->stretches[cursor->stretch].at;
	}
	memcpy(&head, spool->map + cursor->at, sizeof(head));
	*bytes_r = spool->map + cursor->at + sizeof(head);
	*length_r = head.length;
	*line_r = head.line;
	cursor->at += sizeof(head) + head.length;
	cursor->left--;
	return true;
}
