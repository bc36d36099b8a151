/* The query language of the CMDB: text to tree to what the database evaluates (docs/cmdb-queries.md has the grammar).
 *     class = server and memory_gb < 16 and runs(application.criticality = 1) and tickets(open) > 2 and not location ~ "Moscow"
 * Pure: words, model and time are given. Refuses: more than the bounds below, so that a query can be typed by people: it cannot
 * loop, reach anything but CIs and counts of tickets, or grow. What becomes of it is JSON for one parameter of fixed statements.
 * Thread: a parsed query is immutable. */
#ifndef VAKHTA_CMDB_QUERY_CIQL_H
#define VAKHTA_CMDB_QUERY_CIQL_H

#include "base/arena.h"
#include "base/instant.h"
#include "cmdb/model.h"

#include <stdbool.h>
#include <stddef.h>

#define CIQL_CHARACTERS_MAX 2000
#define CIQL_NODES_MAX 200
#define CIQL_DEPTH_MAX 20
#define CIQL_LIST_MAX 100

enum ciql_op { CIQL_EQ, CIQL_NE, CIQL_LT, CIQL_LE, CIQL_GT, CIQL_GE, CIQL_IN, CIQL_CONTAINS, CIQL_LIKE, CIQL_HAS, CIQL_EMPTY, CIQL_OPS };

enum ciql_kind {
	CIQL_AND,      /* first, then its siblings */
	CIQL_OR,
	CIQL_NOT,      /* first */
	CIQL_COMPARE,  /* name, rest: op and values */
	CIQL_NAMED,    /* a name alone: a class, or a boolean attribute that is true */
	CIQL_TEXT,     /* a text alone, anywhere in the words of a CI */
	CIQL_RELATION, /* name( first or nothing ) op count */
	CIQL_TICKETS,  /* tickets( facts ) op count */
};

enum ciql_form { CIQL_WORD, CIQL_STRING, CIQL_NUMBER, CIQL_DATE, CIQL_INSTANT, CIQL_TODAY, CIQL_NOW };

struct ciql_value {
	enum ciql_form form;
	const char *text;
	int64_t shift_s; /* of today and now */
	size_t at, length;
	struct ciql_value *next;
};

struct ciql_tickets {
	int open; /* -1: any */
	const char *kind, *role;
	bool has_priority;
	enum ciql_op priority_op;
	int64_t priority;
	int64_t within_s; /* 0: any */
};

struct ciql_node {
	enum ciql_kind kind;
	size_t at, length;
	struct ciql_node *first, *next;
	const char *name, *member; /* member: behind the point */
	size_t member_at;
	enum ciql_op op;
	struct ciql_value *value;
	bool inverse;
	int64_t count;
	struct ciql_tickets tickets;
};

/* Where and why: bytes in the text. */
struct ciql_fault {
	size_t at, length;
	const char *why;
};

/* NULL: fault_r says where and why. Owns: the arena. An empty text is NULL without a fault (why NULL): everything. */
const struct ciql_node *ciql_parse(struct arena *arena, const char *text, struct ciql_fault *fault_r) MUST_CHECK;

struct ciql_relation_word {
	const char *name, *inverse; /* inverse: the English label read the other way, as one word */
};

struct ciql_words {
	const struct model *model;
	const struct ciql_relation_word *relations;
	int relation_count;
	const struct class *within; /* only this class and those below it; NULL: all */
	instant now;
};

/* "is needed by" → "is_needed_by" */
const char *ciql_slug(struct arena *arena, const char *label);
const char *ciql_op_name(enum ciql_op op);

#define CIQL_USED_MAX 64
struct ciql_compiled {
	const char *tree; /* {"where"?: node, "classes"?: [ids]} */
	int64_t used[CIQL_USED_MAX]; /* attributes it filters by */
	int used_count;
};

/* Checks names and types against the model and writes the tree. False: fault_r. `root` NULL: everything. */
bool ciql_compile(struct arena *arena, const struct ciql_node *root, const struct ciql_words *words,
	struct ciql_compiled *compiled_r, struct ciql_fault *fault_r) MUST_CHECK;

/* Line and column from 1, in characters. */
void ciql_place(const char *text, size_t at, int *line_r, int *column_r);

#endif
