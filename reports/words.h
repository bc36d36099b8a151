/* The words of the workbooks in English and Russian: one catalogue, words.def. */
#ifndef VAKHTA_REPORTS_WORDS_H
#define VAKHTA_REPORTS_WORDS_H

#include "base/arena.h"

enum word {
#define X(key, en, ru) WORD_##key,
#include "reports/words.def"
#undef X
	WORD_COUNT
};

enum words_language { WORDS_EN, WORDS_RU };

/* Anything but "ru" is English. */
enum words_language words_language(const char *name);
const char *words_get(enum words_language language, enum word word);
/* {1} … {9} replaced by the texts given, NULL-terminated. */
const char *words_fill(struct arena *arena, enum words_language language, enum word word, ...)
	__attribute__((sentinel));
/* The word PREFIX_NAME of a value as the database names it ("METRIC", "acknowledge"). An unknown one comes back as it is. */
const char *words_of(enum words_language language, const char *prefix, const char *value);

#endif
