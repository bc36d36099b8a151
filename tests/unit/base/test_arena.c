/* Arena: zeroed, aligned, released in reverse order, one block kept. */
#include "tests.h"

#include "base/arena.h"

#include <stdalign.h>
#include <stdlib.h>

static void test_alloc_is_zeroed_and_aligned(void **state)
{
	(void)state;
	struct arena *arena = arena_create(256);
	for (int round = 0; round < 3; round++) {
		for (size_t size = 0; size < 2000; size += 7) {
			unsigned char *memory = arena_alloc(arena, size);
			assert_int_equal((uintptr_t)memory % alignof(max_align_t), 0);
			for (size_t i = 0; i < size; i++)
				assert_int_equal(memory[i], 0);
			memset(memory, 0xa5, size);
		}
		arena_reset(arena);
		assert_int_equal(arena_used_bytes(arena), 0);
	}
	arena_destroy(arena);
}

/* A large object must not end the block that small ones still fit in. */
static void test_large_objects_stand_alone(void **state)
{
	(void)state;
	struct arena *arena = arena_create(4096);
	char *before = arena_alloc(arena, 16);
	char *large = arena_alloc(arena, 1 << 20);
	char *after = arena_alloc(arena, 16);
	large[(1 << 20) - 1] = 1;
	assert_ptr_equal(after, before + 16);
	arena_destroy(arena);
}

static void test_text(void **state)
{
	(void)state;
	struct arena *arena = arena_create(64);
	assert_string_equal(arena_strdup(arena, "щит"), "щит");
	assert_string_equal(arena_strndup(arena, "abcdef", 3), "abc");
	assert_string_equal(arena_strndup(arena, "", 0), "");
	assert_string_equal(arena_printf(arena, "%s-%d", "x", 42), "x-42");
	char *long_text = arena_printf(arena, "%01000d", 7);
	assert_int_equal(strlen(long_text), 1000);
	arena_destroy(arena);
}

static char order[8];
static size_t order_length;

static void note(void *object)
{
	order[order_length++] = *(char *)object;
}

static void test_release_runs_backwards_once(void **state)
{
	(void)state;
	struct arena *arena = arena_create(64);
	arena_on_release(arena, note, arena_strdup(arena, "a"));
	arena_on_release(arena, note, arena_strdup(arena, "b"));
	arena_on_release(arena, note, arena_strdup(arena, "c"));
	arena_reset(arena);
	arena_reset(arena);
	assert_int_equal(order_length, 3);
	assert_memory_equal(order, "cba", 3);
	arena_on_release(arena, note, arena_strdup(arena, "d"));
	arena_destroy(arena);
	assert_memory_equal(order, "cbad", 4);
	arena_destroy(NULL);
}

int run_arena(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_alloc_is_zeroed_and_aligned),
		cmocka_unit_test(test_large_objects_stand_alone),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_release_runs_backwards_once),
	};
	return cmocka_run_group_tests_name("base/arena", tests, NULL, NULL);
}
