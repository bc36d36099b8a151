/* Files without a name: nothing stays behind, however the process ends. */
#ifndef VAKHTA_REPORTS_FILE_H
#define VAKHTA_REPORTS_FILE_H

#include "base/ctx.h"

/* $TMPDIR, or the system's folder. */
const char *file_folder(void);
/* An open descriptor for reading and writing, the caller's to close; -1: see errno. */
int file_unnamed(void) MUST_CHECK;
/* Both return false at the first failure, with errno. */
bool file_write_all(int fd, const void *bytes, size_t length) MUST_CHECK;
/* Up to `length` bytes; fewer only at the end. */
bool file_read_full(int fd, void *bytes, size_t length, size_t *got_r) MUST_CHECK;

#endif
