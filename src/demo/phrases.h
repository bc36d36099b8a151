/* Texts of tickets: picked from the scenarios, slots filled. A slot keeps its value in all texts of one ticket.
 * Owns: nothing; texts lie in the story's arena. */
#ifndef VAKHTA_DEMO_PHRASES_H
#define VAKHTA_DEMO_PHRASES_H

#include "demo/chance.h"
#include "demo/world.h"

#define SLOTS_MAX 32

struct phrases {
	struct arena *arena;
	const struct world *world;
	struct chance *chance;
	struct {
		const char *name;
		enum tongue tongue;
		const char *value;
	} slot[SLOTS_MAX];
	int slot_count;
};

/* Sets what a slot stands for in both languages. */
void phrases_set(struct phrases *phrases, const char *name, const char *value);
/* The text with its slots filled. */
const char *phrases_fill(struct phrases *phrases, const char *text, enum tongue tongue);
/* One of an array of texts, filled; `index` < 0: any. NULL: there is none. */
const char *phrases_pick(struct phrases *phrases, const json_t *texts, int index, enum tongue tongue);
/* shared.NAME or shared.NAME.PART in the language. */
const char *phrases_shared(struct phrases *phrases, const char *name, const char *part_or_null, enum tongue tongue);
/* A template of the program, {name} replaced from pairs name, value …, NULL; unknown ones become empty. */
const char *phrases_render(struct arena *arena, const char *text, const char *const *pairs);

#endif
