/* Request memory: everything taken from an arena goes away together at its reset.
 * Owns: its blocks and the list of foreign objects registered for release.
 * Refuses: to return NULL (input is bounded before it gets here; exhaustion stops at an assertion) and to free one object. */
#ifndef VAKHTA_BASE_ARENA_H
#define VAKHTA_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena;

struct arena *arena_create(size_t block_bytes);
void arena_destroy(struct arena *arena);

/* Runs the release callbacks, last registered first, then forgets all memory but the first block. */
void arena_reset(struct arena *arena);

/* Memory is zeroed and aligned for any type. */
void *arena_alloc(struct arena *arena, size_t size_bytes) __attribute__((returns_nonnull, malloc));
/* The same, not zeroed: for bytes that are written before they are read. */
void *arena_reserve(struct arena *arena, size_t size_bytes) __attribute__((returns_nonnull, malloc));
void *arena_array(struct arena *arena, size_t count, size_t size_bytes) __attribute__((returns_nonnull));
char *arena_strdup(struct arena *arena, const char *text) __attribute__((returns_nonnull));
/* Copies `length` bytes and adds a NUL. */
char *arena_strndup(struct arena *arena, const char *text, size_t length) __attribute__((returns_nonnull));
char *arena_printf(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3), returns_nonnull));
char *arena_vprintf(struct arena *arena, const char *format, va_list args)
	__attribute__((format(printf, 2, 0), returns_nonnull));

/* Registers a foreign object (PGresult, json_t, FILE, lease); `run(object)` runs at the reset. */
void arena_on_release(struct arena *arena, void (*run)(void *object), void *object);

size_t arena_used_bytes(const struct arena *arena);

#endif
