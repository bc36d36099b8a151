/* Open addressing over FNV-1a; texts lie in an arena of their own. */
#include "import/index.h"

#include "base/arena.h"
#include "base/ctx.h"

#include <stdlib.h>
#include <string.h>

struct slot {
	const char *text; /* NULL: free */
	uint64_t hash;
	int64_t value;
};

struct trail_index {
	struct arena *arena;
	struct slot *slots;
	size_t size, count;
};

struct trail_index *trail_index_create(void)
{
	struct trail_index *index = calloc(1, sizeof(*index));
	INVARIANT(index != NULL);
	index->arena = arena_create(64 * 1024);
	index->size = 1024;
	index->slots = calloc(index->size, sizeof(struct slot));
	INVARIANT(index->slots != NULL);
	return index;
}

void trail_index_destroy(struct trail_index *index)
{
	if (!index)
		return;
	arena_destroy(index->arena);
	free(index->slots);
	free(index);
}

static uint64_t hash_of(const char *text)
{
	uint64_t hash = UINT64_C(14695981039346656037);
	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
	return hash ^ (hash >> 29);
}

static struct slot *slot_of(struct slot *slots, size_t size, const char *text, uint64_t hash)
{
	size_t at = (size_t)hash & (size - 1);
	while (slots[at].text && (slots[at].hash != hash || strcmp(slots[at].text, text) != 0))
		at = (at + 1) & (size - 1);
	return &slots[at];
}

static void grow(struct trail_index *index)
{
	size_t size = 2 * index->size;
	struct slot *slots = calloc(size, sizeof(struct slot));
	INVARIANT(slots != NULL);
	for (size_t i = 0; i < index->size; i++)
		if (index->slots[i].text)
			*slot_of(slots, size, index->slots[i].text, index->slots[i].hash) = index->slots[i];
	free(index->slots);
	index->slots = slots;
	index->size = size;
}

int64_t *trail_index_at(struct trail_index *index, const char *text)
{
	uint64_t hash = hash_of(text);
	struct slot *slot = slot_of(index->slots, index->size, text, hash);
	if (!slot->text && 3 * index->count >= 2 * index->size) {
		grow(index);
		slot = slot_of(index->slots, index->size, text, hash);
	}
	if (!slot->text) {
		*slot = (struct slot){ arena_strdup(index->arena, text), hash, 0 };
		index->count++;
	}
	return &slot->value;
}

const int64_t *trail_index_find(const struct trail_index *index, const char *text)
{
	const struct slot *slot = slot_of(index->slots, index->size, text, hash_of(text));
	return slot->text ? &slot->value : NULL;
}

const char *trail_index_text(const struct trail_index *index, const char *text)
{
	return slot_of(index->slots, index->size, text, hash_of(text))->text;
}

size_t trail_index_count(const struct trail_index *index)
{
	return index->count;
}
