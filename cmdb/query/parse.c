/* Owns: text to tree, by recursive descent with bounds. Refuses: what the grammar does not have, with the place and what is
 * expected there. */
#include "cmdb/query/ciql.h"

#include <string.h>

enum token { TOKEN_END, TOKEN_NAME, TOKEN_STRING, TOKEN_NUMBER, TOKEN_DATE, TOKEN_INSTANT, TOKEN_SPAN, TOKEN_SIGN, TOKEN_WRONG };

struct parser {
	struct arena *arena;
	const char *text;
	size_t next;     /* byte behind the current token */
	enum token kind; /* the current token */
	size_t at, length;
	const char *value; /* text of a name, string, number */
	int64_t span_s;
	int depth, nodes;
	struct ciql_fault *fault;
};

static struct ciql_node *disjunction(struct parser *parser);

/* NULL, so that callers read `return wrong(…)`. The first fault stays. */
static void *wrong(struct parser *parser, size_t at, size_t length, const char *why)
{
	if (!parser->fault->why)
		*parser->fault = (struct ciql_fault){ at, length, why };
	return NULL;
}

static void *unexpected(struct parser *parser, const char *why)
{
	return wrong(parser, parser->at, parser->length, why);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static void read_string(struct parser *parser)
{
	const char *text = parser->text;
	size_t i = parser->at + 1, out = 0;
	char *value = arena_reserve(parser->arena, strlen(text + i) + 1);
	for (; text[i] && text[i] != '"'; i++) {
		if (text[i] == '\\') {
			i++;
			if (text[i] != '"' && text[i] != '\\') {
				wrong(parser, i - 1, text[i] ? 2 : 1, "after \\ only \" or \\ may stand in a text");
				parser->kind = TOKEN_WRONG;
				return;
			}
		}
		value[out++] = text[i];
	}
	value[out] = '\0';
	if (!text[i]) {
		wrong(parser, parser->at, i - parser->at, "the text does not end: a \" is missing");
		parser->kind = TOKEN_WRONG;
		return;
	}
	parser->kind = TOKEN_STRING;
	parser->value = value;
	parser->length = i + 1 - parser->at;
}

/* Digits as the format says: "0000-00-00". */
static bool looks_like(const char *text, const char *format)
{
	for (; *format; text++, format++)
		if (*format == '0' ? !is_digit(*text) : *text != *format)
			return false;
	return true;
}

static int64_t span_of(char unit)
{
	switch (unit) {
	case 'h':
		return 3600;
	case 'd':
		return 86400;
	case 'w':
		return 7 * 86400;
	case 'm':
		return 30 * 86400;
	case 'y':
		return 365 * (int64_t)86400;
	default:
		return 0;
	}
}

static void read_number(struct parser *parser)
{
	const char *text = parser->text + parser->at;
	size_t length = 0;
	if (looks_like(text, "0000-00-00")) {
		length = 10;
		parser->kind = TOKEN_DATE;
		if (text[length] == 'T') {
			length += strspn(text + length, "0123456789:.TZ+-");
			parser->kind = TOKEN_INSTANT;
		}
	} else {
		length = text[0] == '-' ? 1 : 0;
		size_t whole = strspn(text + length, "0123456789");
		length += whole;
		if (text[length] == '.' && is_digit(text[length + 1]))
			length += 1 + strspn(text + length + 1, "0123456789");
		parser->kind = TOKEN_NUMBER;
		int64_t unit_s = length == whole && whole <= 4 ? span_of(text[length]) : 0, number = 0;
		if (unit_s && !is_letter(text[length + 1]) && !is_digit(text[length + 1])) {
			for (size_t i = 0; i < whole; i++)
				number = number * 10 + (text[i] - '0');
			parser->span_s = number * unit_s;
			parser->kind = TOKEN_SPAN;
			length++;
		}
	}
	parser->length = length;
	if (is_letter(text[length])) {
		wrong(parser, parser->at, length + 1, "a number, a date such as 2026-03-02 or a span such as 30d is expected; put text in quotes");
		parser->kind = TOKEN_WRONG;
	}
	parser->value = arena_strndup(parser->arena, text, length);
}

static size_t character_bytes(const char *text)
{
	size_t length = 1;
	while (((unsigned char)text[length] & 0xc0) == 0x80)
		length++;
	return length;
}

static void advance(struct parser *parser)
{
	const char *text = parser->text;
	parser->at = parser->next + strspn(text + parser->next, " \t\r\n");
	const char *here = text + parser->at;
	parser->value = NULL;
	parser->length = 1;
	if (*here == '\0') {
		parser->kind = TOKEN_END;
		parser->length = 0;
	} else if (*here == '"') {
		read_string(parser);
	} else if (is_digit(*here) || (*here == '-' && is_digit(here[1]))) {
		read_number(parser);
	} else if (is_letter(*here)) {
		while (is_letter(here[parser->length]) || is_digit(here[parser->length]))
			parser->length++;
		parser->kind = TOKEN_NAME;
		parser->value = arena_strndup(parser->arena, here, parser->length);
	} else if (strchr("()=<>!~,.+-", *here)) {
		parser->kind = TOKEN_SIGN;
		if (strchr("<>!", *here) && here[1] == '=')
			parser->length = 2;
		parser->value = arena_strndup(parser->arena, here, parser->length);
	} else {
		parser->length = character_bytes(here);
		parser->kind = TOKEN_WRONG;
		wrong(parser, parser->at, parser->length, "this character has no meaning here; put text in quotes");
	}
	parser->next = parser->at + parser->length;
}

static bool at_sign(const struct parser *parser, const char *sign)
{
	return parser->kind == TOKEN_SIGN && strcmp(parser->value, sign) == 0;
}

static bool at_word(const struct parser *parser, const char *word)
{
	return parser->kind == TOKEN_NAME && strcmp(parser->value, word) == 0;
}

static bool take_sign(struct parser *parser, const char *sign)
{
	if (!at_sign(parser, sign))
		return false;
	advance(parser);
	return true;
}

static bool take_word(struct parser *parser, const char *word)
{
	if (!at_word(parser, word))
		return false;
	advance(parser);
	return true;
}

static bool reserved(const char *word)
{
	static const char *const words[] = { "and", "or", "not", "in", "is", "like", "inverse", "empty" };
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strcmp(words[i], word) == 0)
			return true;
	return false;
}

static struct ciql_node *make(struct parser *parser, enum ciql_kind kind, size_t at)
{
	if (++parser->nodes > CIQL_NODES_MAX)
		return wrong(parser, at, 1, "the query is too long");
	struct ciql_node *node = arena_alloc(parser->arena, sizeof(*node));
	node->kind = kind;
	node->at = at;
	return node;
}

static struct ciql_node *finish(struct parser *parser, struct ciql_node *node, size_t end)
{
	(void)parser;
	node->length = end - node->at;
	return node;
}

static bool take_comparison(struct parser *parser, enum ciql_op *op_r)
{
	static const struct {
		const char *sign;
		enum ciql_op op;
	} signs[] = { { "=", CIQL_EQ }, { "!=", CIQL_NE }, { "<", CIQL_LT }, { "<=", CIQL_LE }, { ">", CIQL_GT }, { ">=", CIQL_GE } };
	for (size_t i = 0; i < sizeof(signs) / sizeof(*signs); i++)
		if (take_sign(parser, signs[i].sign)) {
			*op_r = signs[i].op;
			return true;
		}
	return false;
}

static bool take_count(struct parser *parser, int64_t *count_r)
{
	if (parser->kind != TOKEN_NUMBER || !text_parse_int64(parser->value, count_r) || *count_r < 0 || *count_r > 1000000) {
		unexpected(parser, "a whole number is expected, such as 2");
		return false;
	}
	advance(parser);
	return true;
}

/* today - 30d, now + 2h */
static void read_shift(struct parser *parser, struct ciql_value *value)
{
	int64_t sign = at_sign(parser, "+") ? 1 : at_sign(parser, "-") ? -1 : 0;
	if (!sign)
		return;
	advance(parser);
	if (parser->kind != TOKEN_SPAN) {
		unexpected(parser, "a span is expected, such as 30d (h, d, w, m, y)");
		return;
	}
	value->shift_s = sign * parser->span_s;
	value->length = parser->next - value->at;
	advance(parser);
}

static struct ciql_value *read_value(struct parser *parser)
{
	struct ciql_value *value = arena_alloc(parser->arena, sizeof(*value));
	*value = (struct ciql_value){ .text = parser->value, .at = parser->at, .length = parser->length };
	switch (parser->kind) {
	case TOKEN_STRING:
		value->form = CIQL_STRING;
		break;
	case TOKEN_NUMBER:
		value->form = CIQL_NUMBER;
		break;
	case TOKEN_DATE:
		value->form = CIQL_DATE;
		break;
	case TOKEN_INSTANT:
		value->form = CIQL_INSTANT;
		break;
	case TOKEN_NAME:
		if (reserved(parser->value))
			return unexpected(parser, "a value is expected: a number, a text in quotes, a date, a word");
		value->form = strcmp(value->text, "today") == 0 ? CIQL_TODAY : strcmp(value->text, "now") == 0 ? CIQL_NOW : CIQL_WORD;
		advance(parser);
		if (value->form == CIQL_TODAY || value->form == CIQL_NOW)
			read_shift(parser, value);
		return parser->fault->why ? NULL : value;
	default:
		return unexpected(parser, "a value is expected: a number, a text in quotes, a date, a word");
	}
	advance(parser);
	return parser->fault->why ? NULL : value;
}

static struct ciql_node *list(struct parser *parser, struct ciql_node *node)
{
	struct ciql_value **tail = &node->value;
	int count = 0;
	node->op = CIQL_IN;
	if (!take_sign(parser, "("))
		return unexpected(parser, "( is expected after in: in (a, b)");
	do {
		*tail = read_value(parser);
		if (!*tail)
			return NULL;
		if (++count > CIQL_LIST_MAX)
			return wrong(parser, (*tail)->at, (*tail)->length, "a list has 100 values at most");
		tail = &(*tail)->next;
	} while (take_sign(parser, ","));
	size_t end = parser->next;
	if (!take_sign(parser, ")"))
		return unexpected(parser, ", or ) is expected");
	return finish(parser, node, end);
}

/* What follows a name: an operator with its value, or nothing. */
static struct ciql_node *comparison(struct parser *parser, struct ciql_node *node, size_t name_end)
{
	node->kind = CIQL_COMPARE;
	if (take_word(parser, "in"))
		return list(parser, node);
	if (take_word(parser, "is")) {
		node->op = take_word(parser, "not") ? CIQL_HAS : CIQL_EMPTY;
		size_t end = parser->next;
		return take_word(parser, "empty") ? finish(parser, node, end) : unexpected(parser, "empty is expected: is empty, is not empty");
	}
	if (take_word(parser, "like"))
		node->op = CIQL_LIKE;
	else if (take_sign(parser, "~"))
		node->op = CIQL_CONTAINS;
	else if (!take_comparison(parser, &node->op)) {
		node->kind = CIQL_NAMED;
		return finish(parser, node, name_end);
	}
	node->value = read_value(parser);
	return node->value ? finish(parser, node, node->value->at + node->value->length) : NULL;
}

/* ) and then, if at all, how many. */
static struct ciql_node *counted(struct parser *parser, struct ciql_node *node)
{
	size_t end = parser->next;
	if (!take_sign(parser, ")"))
		return unexpected(parser, "and, or or ) is expected");
	node->op = CIQL_GT;
	if (take_comparison(parser, &node->op)) {
		end = parser->next;
		if (!take_count(parser, &node->count))
			return NULL;
	}
	return parser->fault->why ? NULL : finish(parser, node, end);
}

static bool ticket_fact(struct parser *parser, struct ciql_tickets *facts)
{
	static const char *const kinds[] = { "incident", "request", "consultation" };
	static const char *const roles[] = { "affected", "cause", "related" };
	if (at_word(parser, "open") || at_word(parser, "ended")) {
		facts->open = at_word(parser, "open");
		advance(parser);
		return true;
	}
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (take_word(parser, kinds[i])) {
			facts->kind = kinds[i];
			return true;
		}
	for (size_t i = 0; i < sizeof(roles) / sizeof(*roles); i++)
		if (take_word(parser, roles[i])) {
			facts->role = roles[i];
			return true;
		}
	if (take_word(parser, "priority")) {
		facts->has_priority = true;
		if (!take_comparison(parser, &facts->priority_op)) {
			unexpected(parser, "= != < <= > or >= is expected");
			return false;
		}
		return take_count(parser, &facts->priority);
	}
	if (take_word(parser, "within")) {
		facts->within_s = parser->span_s;
		if (parser->kind != TOKEN_SPAN) {
			unexpected(parser, "a span is expected, such as 30d (h, d, w, m, y)");
			return false;
		}
		advance(parser);
		return true;
	}
	unexpected(parser, "open, ended, incident, request, consultation, affected, cause, related, priority or within is expected");
	return false;
}

static struct ciql_node *tickets(struct parser *parser, struct ciql_node *node)
{
	node->kind = CIQL_TICKETS;
	node->tickets.open = -1;
	while (!at_sign(parser, ")")) {
		if (!ticket_fact(parser, &node->tickets))
			return NULL;
		if (!take_word(parser, "and") && !take_sign(parser, ","))
			break;
	}
	return counted(parser, node);
}

static struct ciql_node *named(struct parser *parser)
{
	size_t name_end = parser->next;
	struct ciql_node *node = make(parser, CIQL_NAMED, parser->at);
	if (!node)
		return NULL;
	if (at_word(parser, "inverse")) {
		advance(parser);
		node->inverse = true;
		if (parser->kind != TOKEN_NAME || reserved(parser->value))
			return unexpected(parser, "the name of a type of relation is expected");
		name_end = parser->next;
	}
	node->name = parser->value;
	advance(parser);
	if (take_sign(parser, "(")) {
		if (!node->inverse && strcmp(node->name, "tickets") == 0)
			return tickets(parser, node);
		node->kind = CIQL_RELATION;
		if (!at_sign(parser, ")")) {
			node->first = disjunction(parser);
			if (!node->first)
				return NULL;
		}
		return counted(parser, node);
	}
	if (node->inverse)
		return unexpected(parser, "( is expected");
	if (take_sign(parser, ".")) {
		if (parser->kind != TOKEN_NAME)
			return unexpected(parser, "the name of an attribute is expected");
		node->member = parser->value;
		node->member_at = parser->at;
		name_end = parser->next;
		advance(parser);
	}
	return comparison(parser, node, name_end);
}

static struct ciql_node *primary(struct parser *parser)
{
	size_t at = parser->at;
	if (take_sign(parser, "(")) {
		struct ciql_node *inner = disjunction(parser);
		if (!inner)
			return NULL;
		if (!take_sign(parser, ")"))
			return unexpected(parser, "and, or or ) is expected");
		return inner;
	}
	if (parser->kind == TOKEN_STRING) {
		struct ciql_node *node = make(parser, CIQL_TEXT, at);
		if (!node)
			return NULL;
		node->value = read_value(parser);
		return node->value ? finish(parser, node, node->value->at + node->value->length) : NULL;
	}
	if (parser->kind == TOKEN_NAME && (!reserved(parser->value) || strcmp(parser->value, "inverse") == 0))
		return named(parser);
	return unexpected(parser, parser->kind == TOKEN_END ? "the query ends too early: a condition is expected"
														: "a condition is expected: a name, a text in quotes, not or (");
}

static struct ciql_node *negation(struct parser *parser)
{
	size_t at = parser->at;
	struct ciql_node *node;
	if (++parser->depth > CIQL_DEPTH_MAX)
		return unexpected(parser, "the query is nested too deeply");
	if (take_word(parser, "not")) {
		node = make(parser, CIQL_NOT, at);
		if (node) {
			node->first = negation(parser);
			node = node->first ? finish(parser, node, node->first->at + node->first->length) : NULL;
		}
	} else {
		node = primary(parser);
	}
	parser->depth--;
	return node;
}

static struct ciql_node *chain(
	struct parser *parser, struct ciql_node *(*operand)(struct parser *), const char *word, enum ciql_kind kind)
{
	struct ciql_node *first = operand(parser);
	if (!first || !at_word(parser, word))
		return first;
	struct ciql_node *node = make(parser, kind, first->at), *last = first;
	if (!node)
		return NULL;
	/* What stands in parentheses may have siblings of its own. */
	node->first = arena_alloc(parser->arena, sizeof(*first));
	*node->first = *first;
	node->first->next = NULL;
	last = node->first;
	while (take_word(parser, word)) {
		struct ciql_node *operand_node = operand(parser);
		if (!operand_node)
			return NULL;
		last->next = arena_alloc(parser->arena, sizeof(*operand_node));
		*last->next = *operand_node;
		last = last->next;
		last->next = NULL;
	}
	return finish(parser, node, last->at + last->length);
}

static struct ciql_node *conjunction(struct parser *parser)
{
	return chain(parser, negation, "and", CIQL_AND);
}

static struct ciql_node *disjunction(struct parser *parser)
{
	return chain(parser, conjunction, "or", CIQL_OR);
}

const struct ciql_node *ciql_parse(struct arena *arena, const char *text, struct ciql_fault *fault_r)
{
	struct parser parser = { .arena = arena, .text = text, .fault = fault_r };
	*fault_r = (struct ciql_fault){ 0, 0, NULL };
	if (!text_utf8_valid(text, strlen(text)))
		return wrong(&parser, 0, 1, "the query is not UTF-8");
	if (text_utf8_length(text) > CIQL_CHARACTERS_MAX)
		return wrong(&parser, 0, strlen(text), "the query is too long: 2000 characters at most");
	advance(&parser);
	if (parser.kind == TOKEN_END)
		return NULL;
	struct ciql_node *root = disjunction(&parser);
	if (root && parser.kind != TOKEN_END)
		root = unexpected(&parser, "and or or is expected, or the end");
	return fault_r->why ? NULL : root;
}

void ciql_place(const char *text, size_t at, int *line_r, int *column_r)
{
	*line_r = 1;
	*column_r = 1;
	for (size_t i = 0; i < at && text[i]; i++) {
		if (text[i] == '\n') {
			++*line_r;
			*column_r = 1;
		} else if (((unsigned char)text[i] & 0xc0) != 0x80) {
			++*column_r;
		}
	}
}
