/* Reads the directory of a finished .xlsx to see that each sheet is whole.
 * libxlsxwriter copies its temporary files without looking at errors; on a full disk the file would be cut and called good.
 * Source: PKWARE APPNOTE 4.3.12 (central directory), 4.3.16 (its end), 4.5.3 (ZIP64). */
#include "reports/sheet_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define END_BYTES 22
#define ENTRY_BYTES 46
#define DIRECTORY_BYTES_MAX 1048576

static uint32_t le32(const unsigned char *at)
{
	return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static unsigned le16(const unsigned char *at)
{
	return (unsigned)at[0] | (unsigned)at[1] << 8;
}

static bool read_at(int fd, void *to, size_t length, off_t from)
{
	for (size_t got = 0; got < length;) {
		ssize_t n = pread(fd, (char *)to + got, length - got, from + (off_t)got);
		if (n <= 0)
			return false;
		got += (size_t)n;
	}
	return true;
}

/* The uncompressed size of an entry; with ZIP64 it is the first number of the extra field 0x0001. */
static int64_t entry_size(const unsigned char *entry, unsigned name_length, unsigned extra_length)
{
	uint32_t size = le32(entry + 24);
	const unsigned char *extra = entry + ENTRY_BYTES + name_length;
	if (size != UINT32_MAX)
		return size;
	for (unsigned at = 0; at + 4 <= extra_length; at += 4 + le16(extra + at + 2))
		if (le16(extra + at) == 1 && at + 12 <= extra_length)
			return (int64_t)le32(extra + at + 4) | (int64_t)le32(extra + at + 8) << 32;
	return -1;
}

static int entries_whole(const unsigned char *at, size_t length, const int64_t *sheet_bytes, int sheet_count)
{
	int whole = 0;
	for (size_t from = 0; from + ENTRY_BYTES <= length && le32(at + from) == 0x02014b50;) {
		unsigned name_length = le16(at + from + 28), extra_length = le16(at + from + 30),
				 comment_length = le16(at + from + 32);
		size_t entry_length = (size_t)ENTRY_BYTES + name_length + extra_length + comment_length;
		char name[64];
		int number;
		if (from + entry_length > length)
			return -1;
		snprintf(name, sizeof(name), "%.*s", (int)name_length, (const char *)at + from + ENTRY_BYTES);
		if (sscanf(name, "xl/worksheets/sheet%d.xml", &number) == 1 && number >= 1 && number <= sheet_count)
			whole += entry_size(at + from, name_length, extra_length) >= sheet_bytes[number - 1];
		from += entry_length;
	}
	return whole;
}

bool sheet_file_whole(int fd, const int64_t *sheet_bytes, int sheet_count)
{
	unsigned char end[END_BYTES];
	struct stat status;
	/* The writer adds no comment, so the end record is the last thing. */
	if (fstat(fd, &status) != 0 || status.st_size < END_BYTES ||
		!read_at(fd, end, END_BYTES, status.st_size - END_BYTES) || le32(end) != 0x06054b50)
		return false;
	size_t length = le32(end + 12);
	off_t from = (off_t)le32(end + 16);
	if (length > DIRECTORY_BYTES_MAX)
		return false;
	/* Past four gigabytes the place stands in the ZIP64 record; the directory ends where that record begins. */
	if (le32(end + 16) == UINT32_MAX)
		from = status.st_size - END_BYTES - 20 - 56 - (off_t)length;
	unsigned char *directory = malloc(length + 1);
	INVARIANT(directory != NULL);
	bool whole = from >= 0 && read_at(fd, directory, length, from) &&
		entries_whole(directory, length, sheet_bytes, sheet_count) == sheet_count;
	free(directory);
	return whole;
}
