/* Numbers by text, growing: which ticket a case id is, which row of ours a name is.
 * Owns: its memory, copies of the texts included. */
#ifndef VAKHTA_IMPORT_INDEX_H
#define VAKHTA_IMPORT_INDEX_H

#include <stddef.h>
#include <stdint.h>

struct trail_index;

struct trail_index *trail_index_create(void);
void trail_index_destroy(struct trail_index *index);
/* The place of the value, made with the value 0 when the text is new; valid until the next call. */
int64_t *trail_index_at(struct trail_index *index, const char *text);
/* NULL: the text is not there. */
const int64_t *trail_index_find(const struct trail_index *index, const char *text);
/* The index's own copy of a text that is there. */
const char *trail_index_text(const struct trail_index *index, const char *text);
size_t trail_index_count(const struct trail_index *index);

#endif
