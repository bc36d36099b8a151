/* The catalogue of words. Owns nothing. */
#include "reports/words.h"

#include "base/ctx.h"
#include "base/text.h"

#include <ctype.h>
#include <string.h>

static const char *const texts[WORD_COUNT][2] = {
#define X(key, en, ru) [WORD_##key] = { en, ru },
#include "reports/words.def"
#undef X
};

static const char *const names[WORD_COUNT] = {
#define X(key, en, ru) [WORD_##key] = #key,
#include "reports/words.def"
#undef X
};

enum words_language words_language(const char *name)
{
	return name && strcmp(name, "ru") == 0 ? WORDS_RU : WORDS_EN;
}

const char *words_get(enum words_language language, enum word word)
{
	return texts[word][language];
}

const char *words_fill(struct arena *arena, enum words_language language, enum word word, ...)
{
	const char *values[9] = { NULL };
	const char *text = texts[word][language];
	struct text_out out;
	va_list args;
	va_start(args, word);
	for (int i = 0; i < 9 && (values[i] = va_arg(args, const char *)) != NULL; i++)
		;
	va_end(args);
	text_begin(&out, arena, strlen(text) + 64);
	while (*text) {
		if (text[0] == '{' && text[1] >= '1' && text[1] <= '9' && text[2] == '}') {
			INVARIANT(values[text[1] - '1'] != NULL);
			text_append_z(&out, values[text[1] - '1']);
			text += 3;
		} else {
			text_append_char(&out, *text++);
		}
	}
	return out.data;
}

static bool is_named(const char *name, const char *prefix, const char *value)
{
	size_t length = strlen(prefix);
	if (strncmp(name, prefix, length) != 0 || name[length] != '_')
		return false;
	for (name += length + 1; *name && *value; name++, value++)
		if (*name != toupper((unsigned char)*value))
			return false;
	return !*name && !*value;
}

const char *words_of(enum words_language language, const char *prefix, const char *value)
{
	for (int i = 0; i < WORD_COUNT; i++)
		if (is_named(names[i], prefix, value))
			return texts[i][language];
	return value;
}
