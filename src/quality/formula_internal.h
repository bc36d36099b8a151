/* A parsed formula, for formula_parse.c and formula.c alone. */
#ifndef VAKHTA_QUALITY_FORMULA_INTERNAL_H
#define VAKHTA_QUALITY_FORMULA_INTERNAL_H

#include "quality/formula.h"

enum node_kind {
	NODE_NUMBER,
	NODE_MEASURE,
	NODE_ADD,
	NODE_SUBTRACT,
	NODE_MULTIPLY,
	NODE_DIVIDE,
	NODE_NEGATE,
	NODE_MIN,
	NODE_MAX,
	NODE_CLAMP,
	NODE_ROUND,
	NODE_ABS,
	NODE_GIVEN,
	NODE_IF,
	NODE_LESS,
	NODE_LESS_EQUAL,
	NODE_GREATER,
	NODE_GREATER_EQUAL,
};

/* Children are a list: `first` and then each one's `next`; -1 ends. */
struct node {
	enum node_kind kind;
	double number;
	enum measure measure;
	int first, next;
	uint32_t from, to; /* its bytes in the text */
	bool wrapped;      /* it stands in parentheses of its own */
};

struct formula {
	const char *text;
	struct node node[FORMULA_NODES_MAX];
	int count, root;
};

#endif
