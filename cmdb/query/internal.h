/* What the parts of the compiler share: compile.c walks the tree, leaf.c judges comparisons. */
#ifndef VAKHTA_CMDB_QUERY_INTERNAL_H
#define VAKHTA_CMDB_QUERY_INTERNAL_H

#include "cmdb/query/ciql.h"

#include "base/text.h"

struct compiler {
	struct arena *arena;
	const struct ciql_words *words;
	struct ciql_fault *fault;
	struct ciql_compiled *compiled;
};

/* Which classes a CI may be of where a condition stands; one byte a class of the model. */
struct scope {
	const bool *has;
};

/* A node as JSON, and how soon it should be evaluated. */
struct piece {
	const char *json;
	int rank;
	const bool *classes; /* a CI of no other class fits; NULL: not known */
};

enum rank { RANK_KEY, RANK_RANGE, RANK_CLASS, RANK_OWN, RANK_WORDS, RANK_BRANCH, RANK_PEOPLE, RANK_REFERENCE, RANK_RELATION, RANK_TICKETS };

/* False, so that callers read `return refuse(…)`; the first fault stays. */
bool ciql_refuse(struct compiler *compiler, size_t at, size_t length, const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The class of this name or label; NULL. */
const struct class *ciql_class(const struct model *model, const char *name);
/* Of a class and those below it, within the scope: {"k":"class","classes":[…]}. */
const char *ciql_class_json(struct compiler *compiler, const bool *wanted);
/* Marks the class and those below it. */
void ciql_class_mark(const struct model *model, const struct class *class, bool *marks);
bool ciql_classes_of(struct compiler *compiler, const struct ciql_node *node, bool *marks);

bool ciql_leaf(struct compiler *compiler, const struct ciql_node *node, const struct scope *scope, struct piece *piece_r);
/* A name alone. */
bool ciql_named(struct compiler *compiler, const struct ciql_node *node, const struct scope *scope, struct piece *piece_r);
bool ciql_text(struct compiler *compiler, const struct ciql_node *node, struct piece *piece_r);

/* "Москва" anywhere, or with * and ? as typed; for LIKE. */
const char *ciql_pattern(struct arena *arena, const char *text, bool anywhere);
/* The longest part without wildcards as a pattern for the words of a CI, or NULL when it is too short to look up. */
const char *ciql_words_pattern(struct arena *arena, const char *text, bool anywhere);
/* ", did you mean X?" or "" */
const char *ciql_nearest(struct compiler *compiler, const char *name);
const char *ciql_negated(struct arena *arena, const char *json);

#endif
