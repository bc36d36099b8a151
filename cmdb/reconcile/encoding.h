/* Encodings of tables as programs write them: UTF-8, UTF-16 of both orders, Windows-1251 and Windows-1252, found out from the
 * bytes or named by a person, and turned into UTF-8. Pure: no I/O. */
#ifndef VAKHTA_RECONCILE_ENCODING_H
#define VAKHTA_RECONCILE_ENCODING_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>

enum encoding { ENCODING_UTF_8, ENCODING_UTF_16LE, ENCODING_UTF_16BE, ENCODING_CP1251, ENCODING_CP1252, ENCODINGS };
/* "utf-8", "utf-16le", "utf-16be", "windows-1251", "windows-1252"; NULL at the end. */
extern const char *const encoding_names[ENCODINGS + 1];

/* A byte order mark decides, then zero bytes, then whether it is UTF-8; what is left is told apart by whether letters beyond
 * ASCII stand beside each other (Cyrillic words) or alone among Latin ones. */
enum encoding encoding_detect(const char *bytes, size_t length);
/* UTF-8 without a byte order mark, NUL-terminated. NULL: not this encoding, or it contains NUL; why_r says so. */
const char *encoding_convert(
	struct arena *arena, enum encoding encoding, const char *bytes, size_t length, size_t *length_r, const char **why_r);

#endif
