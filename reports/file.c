/* See file.h. Owns nothing. Refuses: relative temporary folders. */
#include "reports/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

const char *file_folder(void)
{
	const char *folder = getenv("TMPDIR");
	return folder && *folder == '/' ? folder : P_tmpdir;
}

int file_unnamed(void)
{
	char path[4096];
	const char *folder = file_folder();
	int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd >= 0)
		return fd;
	if (snprintf(path, sizeof(path), "%s/vakhta-XXXXXX", folder) >= (int)sizeof(path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		unlink(path);
	return fd;
}

bool file_write_all(int fd, const void *bytes, size_t length)
{
	for (size_t done = 0; done < length;) {
		ssize_t n = write(fd, (const char *)bytes + done, length - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		done += (size_t)n;
	}
	return true;
}

bool file_read_full(int fd, void *bytes, size_t length, size_t *got_r)
{
	*got_r = 0;
	while (*got_r < length) {
		ssize_t n = read(fd, (char *)bytes + *got_r, length - *got_r);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		if (n == 0)
			break;
		*got_r += (size_t)n;
	}
	return true;
}
