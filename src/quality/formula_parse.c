/* Text to formula: recursive descent with a bound on depth. Owns nothing. Refuses: what the grammar in formula.h does not have. */
#include "quality/formula_internal.h"

#include <string.h>

#define NUMBER_DIGITS_MAX 15

struct parser {
	struct formula *formula;
	const char *text;
	size_t at;
	int depth;
	struct formula_fault *fault;
};

static const struct function {
	const char *name;
	enum node_kind kind;
	int least, most; /* arguments */
} functions[] = {
	{ "min", NODE_MIN, 2, 16 },
	{ "max", NODE_MAX, 2, 16 },
	{ "clamp", NODE_CLAMP, 3, 3 },
	{ "round", NODE_ROUND, 1, 1 },
	{ "abs", NODE_ABS, 1, 1 },
	{ "given", NODE_GIVEN, 2, 2 },
	{ "if", NODE_IF, 3, 3 },
};

static int sum(struct parser *parser);

static const char *const names[] = {
#define MEASURE(name, needs) #name,
#include "quality/measures.def"
#undef MEASURE
};

const char *measure_name(enum measure measure)
{
	return names[measure];
}

enum measure measure_find(const char *name, size_t length)
{
	for (int i = 0; i < MEASURE_COUNT; i++)
		if (strlen(names[i]) == length && memcmp(names[i], name, length) == 0)
			return (enum measure)i;
	return MEASURE_COUNT;
}

/* -1, so that the callers read `return refuse(…)`. The first fault stays. */
static int refuse(struct parser *parser, size_t at, const char *why)
{
	if (!parser->fault->why)
		*parser->fault = (struct formula_fault){ at, why };
	return -1;
}

static char peek(struct parser *parser)
{
	while (parser->text[parser->at] && strchr(" \t\r\n", parser->text[parser->at]))
		parser->at++;
	return parser->text[parser->at];
}

static bool take(struct parser *parser, char wanted)
{
	if (peek(parser) != wanted)
		return false;
	parser->at++;
	return true;
}

static int add(struct parser *parser, enum node_kind kind, size_t from)
{
	struct formula *formula = parser->formula;
	if (formula->count == FORMULA_NODES_MAX)
		return refuse(parser, from, "the formula is too long");
	struct node *node = &formula->node[formula->count];
	*node = (struct node){ .kind = kind, .first = -1, .next = -1, .from = (uint32_t)from, .to = (uint32_t)parser->at };
	return formula->count++;
}

static void adopt(struct parser *parser, int parent, int child)
{
	struct node *node = parser->formula->node;
	int *place = &node[parent].first;
	while (*place >= 0)
		place = &node[*place].next;
	*place = child;
}

/* The last child: the parent's text ends with it, not with the space behind it. */
static void adopt_last(struct parser *parser, int parent, int last)
{
	adopt(parser, parent, last);
	parser->formula->node[parent].to = parser->formula->node[last].to;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int number(struct parser *parser)
{
	size_t from = parser->at;
	double value = 0, scale = 1;
	int digits = 0;
	bool fraction = false;
	for (; is_digit(parser->text[parser->at]) || (parser->text[parser->at] == '.' && !fraction); parser->at++) {
		if (parser->text[parser->at] == '.') {
			fraction = true;
			continue;
		}
		value = value * 10 + (parser->text[parser->at] - '0');
		scale *= fraction ? 10 : 1;
		if (++digits > NUMBER_DIGITS_MAX)
			return refuse(parser, from, "a number has 15 digits at most");
	}
	if (digits == 0 || parser->text[parser->at - 1] == '.')
		return refuse(parser, from, "a number is written 12 or 0.5");
	int made = add(parser, NODE_NUMBER, from);
	if (made >= 0)
		parser->formula->node[made].number = value / scale;
	return made;
}

static int comparison(struct parser *parser)
{
	size_t from = parser->at;
	int left = sum(parser);
	if (left < 0)
		return -1;
	char sign = peek(parser);
	if (sign != '<' && sign != '>')
		return refuse(parser, parser->at, "if needs a comparison: < <= > or >=");
	parser->at++;
	bool equal = parser->text[parser->at] == '=';
	parser->at += equal;
	int right = sum(parser);
	if (right < 0)
		return -1;
	int made = add(parser,
		sign == '<' ? (equal ? NODE_LESS_EQUAL : NODE_LESS) : (equal ? NODE_GREATER_EQUAL : NODE_GREATER), from);
	if (made < 0)
		return -1;
	adopt(parser, made, left);
	adopt(parser, made, right);
	return made;
}

static int call(struct parser *parser, const struct function *function, size_t from)
{
	int made = add(parser, function->kind, from), count = 0;
	if (made < 0)
		return -1;
	do {
		int argument = count == 0 && function->kind == NODE_IF ? comparison(parser) : sum(parser);
		if (argument < 0)
			return -1;
		if (++count > function->most)
			return refuse(parser, from, "this function has fewer arguments");
		adopt(parser, made, argument);
	} while (take(parser, ','));
	if (!take(parser, ')'))
		return refuse(parser, parser->at, "a ) is missing");
	if (count < function->least)
		return refuse(parser, from, "this function needs more arguments");
	parser->formula->node[made].to = (uint32_t)parser->at;
	return made;
}

static int name(struct parser *parser)
{
	size_t from = parser->at;
	while ((parser->text[parser->at] >= 'a' && parser->text[parser->at] <= 'z') || parser->text[parser->at] == '_')
		parser->at++;
	size_t length = parser->at - from;
	if (peek(parser) == '(') {
		parser->at++;
		for (size_t i = 0; i < sizeof(functions) / sizeof(*functions); i++)
			if (strlen(functions[i].name) == length && memcmp(functions[i].name, parser->text + from, length) == 0)
				return call(parser, &functions[i], from);
		return refuse(parser, from, "there is no such function");
	}
	enum measure measure = measure_find(parser->text + from, length);
	if (measure == MEASURE_COUNT)
		return refuse(parser, from, "there is no such measure");
	int made = add(parser, NODE_MEASURE, from);
	if (made >= 0) {
		parser->formula->node[made].measure = measure;
		parser->formula->node[made].to = (uint32_t)(from + length);
	}
	return made;
}

static int primary(struct parser *parser)
{
	char c = peek(parser);
	size_t from = parser->at;
	if (is_digit(c) || c == '.')
		return number(parser);
	if ((c >= 'a' && c <= 'z') || c == '_')
		return name(parser);
	if (c != '(')
		return refuse(parser, from, c ? "a number, a measure or ( is expected here" : "the formula ends too early");
	parser->at++;
	int inner = sum(parser);
	if (inner < 0)
		return -1;
	if (!take(parser, ')'))
		return refuse(parser, parser->at, "a ) is missing");
	parser->formula->node[inner].from = (uint32_t)from;
	parser->formula->node[inner].to = (uint32_t)parser->at;
	parser->formula->node[inner].wrapped = true;
	return inner;
}

static int unary(struct parser *parser)
{
	size_t from;
	if (++parser->depth > FORMULA_DEPTH_MAX)
		return refuse(parser, parser->at, "the formula is nested too deeply");
	int made;
	bool negative = peek(parser) == '-';
	from = parser->at;
	if (negative) {
		parser->at++;
		int inner = unary(parser);
		made = inner < 0 ? -1 : add(parser, NODE_NEGATE, from);
		if (made >= 0)
			adopt_last(parser, made, inner);
	} else {
		made = primary(parser);
	}
	parser->depth--;
	return made;
}

/* Left to right: operands and the two operators of one rank. */
static int chain(struct parser *parser, int (*operand)(struct parser *), char first, enum node_kind first_kind,
	char second, enum node_kind second_kind)
{
	peek(parser);
	size_t from = parser->at;
	int left = operand(parser);
	while (left >= 0) {
		char sign = peek(parser);
		if (sign != first && sign != second)
			break;
		parser->at++;
		int right = operand(parser),
			made = right < 0 ? -1 : add(parser, sign == first ? first_kind : second_kind, from);
		if (made >= 0) {
			adopt(parser, made, left);
			adopt_last(parser, made, right);
		}
		left = made;
	}
	return left;
}

static int product(struct parser *parser)
{
	return chain(parser, unary, '*', NODE_MULTIPLY, '/', NODE_DIVIDE);
}

static int sum(struct parser *parser)
{
	return chain(parser, product, '+', NODE_ADD, '-', NODE_SUBTRACT);
}

const struct formula *formula_parse(struct arena *arena, const char *text, struct formula_fault *fault_r)
{
	struct formula *formula = arena_alloc(arena, sizeof(*formula));
	struct parser parser = { .formula = formula, .text = text, .fault = fault_r };
	*fault_r = (struct formula_fault){ 0, NULL };
	formula->text = text;
	if (strlen(text) > FORMULA_BYTES_MAX) {
		*fault_r = (struct formula_fault){ FORMULA_BYTES_MAX, "the formula is too long" };
		return NULL;
	}
	formula->root = sum(&parser);
	if (formula->root >= 0 && peek(&parser) != '\0')
		formula->root = refuse(&parser, parser.at, "an operator is expected here");
	return formula->root < 0 ? NULL : formula;
}

bool formula_uses(const struct formula *formula, enum measure measure)
{
	for (int i = 0; i < formula->count; i++)
		if (formula->node[i].kind == NODE_MEASURE && formula->node[i].measure == measure)
			return true;
	return false;
}
