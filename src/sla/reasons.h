/* Why an input was refused: reasons joined by "; " in a caller's buffer, so that all faults are told at once.
 * Owns: nothing; the buffer is the caller's. Refuses: to write past it (the text is then cut between characters). */
#ifndef VAKHTA_SLA_REASONS_H
#define VAKHTA_SLA_REASONS_H

#include <stdbool.h>
#include <stddef.h>

struct reasons {
	char *text;
	size_t size_bytes, length;
	int count;
};

/* `text` may be NULL with size 0: then reasons are only counted. */
void reasons_begin(struct reasons *reasons, char *text, size_t size_bytes);
/* Adds one reason. Returns false, so that a guard reads `return reasons_add(…)`. */
bool reasons_add(struct reasons *reasons, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The name of a place in the input, "events[3].at"; one that does not fit is cut. */
void reasons_place(char *out, size_t size_bytes, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
