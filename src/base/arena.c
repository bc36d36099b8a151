/* Blocks of memory that go away together.
 * Owns: the blocks; large objects get a block of their own, so that one attachment does not set the size of all that follow.
 * Refuses: to return NULL. */
#include "base/arena.h"

#include "base/ctx.h"

#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct block {
	struct block *next;
	size_t size_bytes, used_bytes;
	alignas(max_align_t) unsigned char memory[];
};

struct release {
	struct release *next;
	void (*run)(void *object);
	void *object;
};

struct arena {
	struct block *first, *current; /* first is kept over resets; the others hang behind it */
	struct release *releases;
	size_t block_bytes, used_bytes;
};

static struct block *block_create(size_t size_bytes)
{
	INVARIANT(size_bytes <= SIZE_MAX - sizeof(struct block));
	struct block *block = malloc(sizeof(struct block) + size_bytes);
	INVARIANT(block != NULL);
	block->next = NULL;
	block->size_bytes = size_bytes;
	block->used_bytes = 0;
	return block;
}

struct arena *arena_create(size_t block_bytes)
{
	struct arena *arena = calloc(1, sizeof(*arena));
	INVARIANT(arena != NULL && block_bytes > 0);
	arena->block_bytes = block_bytes;
	arena->first = arena->current = block_create(block_bytes);
	return arena;
}

void arena_destroy(struct arena *arena)
{
	if (!arena)
		return;
	arena_reset(arena);
	free(arena->first);
	free(arena);
}

void arena_reset(struct arena *arena)
{
	while (arena->releases) {
		struct release *release = arena->releases;
		arena->releases = release->next;
		release->run(release->object);
	}
	struct block *block = arena->first->next;
	while (block) {
		struct block *next = block->next;
		free(block);
		block = next;
	}
	arena->first->next = NULL;
	arena->first->used_bytes = 0;
	arena->current = arena->first;
	arena->used_bytes = 0;
}

static struct block *block_with_room(struct arena *arena, size_t size_bytes)
{
	struct block *current = arena->current;
	if (current->size_bytes - current->used_bytes >= size_bytes)
		return current;
	if (size_bytes > arena->block_bytes / 4) {
		struct block *own = block_create(size_bytes);
		own->next = arena->first->next;
		arena->first->next = own;
		return own;
	}
	struct block *block = block_create(arena->block_bytes);
	block->next = arena->first->next;
	arena->first->next = block;
	arena->current = block;
	return block;
}

void *arena_reserve(struct arena *arena, size_t size_bytes)
{
	const size_t align = alignof(max_align_t);
	INVARIANT(size_bytes <= SIZE_MAX - 2 * align);
	size_bytes = (size_bytes ? size_bytes + align - 1 : align) & ~(align - 1);
	struct block *block = block_with_room(arena, size_bytes);
	void *memory = block->memory + block->used_bytes;
	block->used_bytes += size_bytes;
	arena->used_bytes += size_bytes;
	return memory;
}

void *arena_alloc(struct arena *arena, size_t size_bytes)
{
	return memset(arena_reserve(arena, size_bytes), 0, size_bytes);
}

void *arena_array(struct arena *arena, size_t count, size_t size_bytes)
{
	size_t total;
	INVARIANT(!__builtin_mul_overflow(count, size_bytes, &total));
	return arena_alloc(arena, total);
}

char *arena_strndup(struct arena *arena, const char *text, size_t length)
{
	char *copy = arena_reserve(arena, length + 1);
	if (length > 0)
		memcpy(copy, text, length);
	copy[length] = '\0';
	return copy;
}

char *arena_strdup(struct arena *arena, const char *text)
{
	return arena_strndup(arena, text, strlen(text));
}

char *arena_vprintf(struct arena *arena, const char *format, va_list args)
{
	va_list again;
	va_copy(again, args);
	int length = vsnprintf(NULL, 0, format, again);
	va_end(again);
	INVARIANT(length >= 0);
	char *text = arena_reserve(arena, (size_t)length + 1);
	vsnprintf(text, (size_t)length + 1, format, args);
	return text;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	char *text = arena_vprintf(arena, format, args);
	va_end(args);
	return text;
}

void arena_on_release(struct arena *arena, void (*run)(void *object), void *object)
{
	struct release *release = arena_alloc(arena, sizeof(*release));
	*release = (struct release){ arena->releases, run, object };
	arena->releases = release;
}

size_t arena_used_bytes(const struct arena *arena)
{
	return arena->used_bytes;
}
