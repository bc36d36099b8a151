/* Owns: the walk over a parsed query that checks names and writes the tree for the database. Conditions joined by "and" are
 * ordered by what they cost. Refuses: names that are neither attribute, field, class nor relation. */
#include "cmdb/query/internal.h"

#include <stdlib.h>
#include <string.h>

#define OPERANDS_MAX CIQL_NODES_MAX

static bool compile(struct compiler *compiler, const struct ciql_node *node, const struct scope *scope, struct piece *piece_r);

static const char *const op_names[CIQL_OPS] = { "eq", "ne", "lt", "le", "gt", "ge", "in", "like", "like", "has", "has" };

const char *ciql_op_name(enum ciql_op op)
{
	return op_names[op];
}

const char *ciql_slug(struct arena *arena, const char *label)
{
	struct text_out out;
	text_begin(&out, arena, strlen(label) + 1);
	for (const char *c = label; *c; c++) {
		bool plain = (*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9');
		if (*c >= 'A' && *c <= 'Z')
			text_append_char(&out, (char)(*c - 'A' + 'a'));
		else if (plain)
			text_append_char(&out, *c);
		else if (out.length > 0 && out.data[out.length - 1] != '_')
			text_append_char(&out, '_');
	}
	return out.data;
}

bool ciql_refuse(struct compiler *compiler, size_t at, size_t length, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	if (!compiler->fault->why)
		*compiler->fault = (struct ciql_fault){ at, length, arena_vprintf(compiler->arena, format, args) };
	va_end(args);
	return false;
}

const char *ciql_negated(struct arena *arena, const char *json)
{
	return arena_printf(arena, "{\"k\":\"not\",\"of\":%s}", json);
}

static const bool *all_classes(struct compiler *compiler)
{
	bool *has = arena_array(compiler->arena, (size_t)compiler->words->model->class_count + 1, sizeof(bool));
	memset(has, 1, (size_t)compiler->words->model->class_count);
	return has;
}

/* "class = server", "class in (…)", or the name of a class alone. */
static bool says_class(struct compiler *compiler, const struct ciql_node *node)
{
	if (node->kind == CIQL_NAMED)
		return !node->member && ciql_class(compiler->words->model, node->name) && !model_attribute(compiler->words->model, node->name);
	return node->kind == CIQL_COMPARE && !node->member && strcmp(node->name, "class") == 0 &&
		(node->op == CIQL_EQ || node->op == CIQL_IN);
}

/* What the conditions of a conjunction say of the class narrows what the others may name. */
static bool narrow(struct compiler *compiler, const struct ciql_node *node, const struct scope *scope, struct scope *scope_r)
{
	int count = compiler->words->model->class_count;
	*scope_r = *scope;
	for (const struct ciql_node *child = node->first; child; child = child->next) {
		if (!says_class(compiler, child))
			continue;
		bool *marks = arena_array(compiler->arena, (size_t)count + 1, sizeof(bool));
		if (!ciql_classes_of(compiler, child, marks))
			return false;
		for (int i = 0; i < count; i++)
			marks[i] = marks[i] && scope_r->has[i];
		scope_r->has = marks;
	}
	return true;
}

static int by_rank(const void *one, const void *other)
{
	const struct piece *a = one, *b = other;
	return a->rank - b->rank;
}

/* Of all operands together: those that each leaves, or that one of them lets in. */
static const bool *classes_together(struct compiler *compiler, const struct piece *pieces, int count, bool all)
{
	bool *marks = NULL;
	int known = 0;
	for (int i = 0; i < count; i++) {
		if (!pieces[i].classes)
			continue;
		known++;
		if (!marks) {
			marks = arena_array(compiler->arena, (size_t)compiler->words->model->class_count + 1, sizeof(bool));
			memcpy(marks, pieces[i].classes, (size_t)compiler->words->model->class_count);
			continue;
		}
		for (int c = 0; c < compiler->words->model->class_count; c++)
			marks[c] = all ? marks[c] && pieces[i].classes[c] : marks[c] || pieces[i].classes[c];
	}
	return all || known == count ? marks : NULL;
}

static bool join(struct compiler *compiler, const struct ciql_node *node, const struct scope *outer, struct piece *piece_r)
{
	bool all = node->kind == CIQL_AND;
	struct scope scope = *outer;
	struct piece *pieces = arena_array(compiler->arena, OPERANDS_MAX, sizeof(*pieces));
	struct text_out out;
	int count = 0;
	if (all && !narrow(compiler, node, outer, &scope))
		return false;
	for (const struct ciql_node *child = node->first; child; child = child->next)
		if (!compile(compiler, child, &scope, &pieces[count++]))
			return false;
	if (all)
		qsort(pieces, (size_t)count, sizeof(*pieces), by_rank);
	text_begin(&out, compiler->arena, 256);
	text_append_printf(&out, "{\"k\":\"%s\",\"of\":[", all ? "and" : "or");
	for (int i = 0; i < count; i++) {
		text_append_z(&out, i ? "," : "");
		text_append_z(&out, pieces[i].json);
	}
	text_append_z(&out, "]}");
	*piece_r = (struct piece){ out.data, all && count ? pieces[0].rank : RANK_BRANCH, classes_together(compiler, pieces, count, all) };
	return true;
}

static bool relation(struct compiler *compiler, const struct ciql_node *node, struct piece *piece_r)
{
	const struct ciql_words *words = compiler->words;
	const struct ciql_relation_word *found = NULL;
	bool out = !node->inverse;
	for (int i = 0; i < words->relation_count && !found; i++)
		if (strcmp(words->relations[i].name, node->name) == 0)
			found = &words->relations[i];
	for (int i = 0; i < words->relation_count && !found && out; i++)
		if (words->relations[i].inverse && strcmp(words->relations[i].inverse, node->name) == 0) {
			found = &words->relations[i];
			out = false;
			break;
		}
	if (!found)
		return ciql_refuse(compiler, node->at, strlen(node->name), "there is no type of relation called %s", node->name);
	struct piece inner = { NULL, 0, NULL };
	struct scope anything = { all_classes(compiler) };
	if (node->first && !compile(compiler, node->first, &anything, &inner))
		return false;
	*piece_r = (struct piece){ arena_printf(compiler->arena, "{\"k\":\"relation\",\"type\":\"%s\",\"way\":\"%s\",\"op\":\"%s\",\"v\":%lld%s%s}", found->name,
								   out ? "out" : "in", ciql_op_name(node->op), (long long)node->count, inner.json ? ",\"of\":" : "", inner.json ? inner.json : ""),
		RANK_RELATION, NULL };
	return true;
}

/* Ids of services and the classes below: tickets name them as their service. */
static void services(struct compiler *compiler, struct json_out *json)
{
	const struct model *model = compiler->words->model;
	const struct class *service = ciql_class(model, "business_service");
	bool *marks = arena_array(compiler->arena, (size_t)model->class_count + 1, sizeof(bool));
	if (service)
		ciql_class_mark(model, service, marks);
	json_open_array(json, "services");
	for (int i = 0; i < model->class_count; i++)
		if (marks[i])
			json_int(json, NULL, model->classes[i].id);
	json_close_array(json);
}

static bool tickets(struct compiler *compiler, const struct ciql_node *node, struct piece *piece_r)
{
	const struct ciql_tickets *facts = &node->tickets;
	struct json_out json;
	json_begin(&json, compiler->arena, 200);
	json_open_object(&json, NULL);
	json_text(&json, "k", "tickets");
	if (facts->open >= 0)
		json_bool(&json, "open", facts->open);
	if (facts->kind)
		json_text(&json, "kind", facts->kind);
	if (facts->role)
		json_text(&json, "role", facts->role);
	if (facts->has_priority) {
		json_text(&json, "priority_op", ciql_op_name(facts->priority_op));
		json_int(&json, "priority", facts->priority);
	}
	if (facts->within_s)
		json_instant(&json, "since", compiler->words->now - facts->within_s);
	json_text(&json, "op", ciql_op_name(node->op));
	json_int(&json, "v", node->count);
	services(compiler, &json);
	json_close_object(&json);
	*piece_r = (struct piece){ json.text.data, RANK_TICKETS, NULL };
	return true;
}

static bool compile(struct compiler *compiler, const struct ciql_node *node, const struct scope *scope, struct piece *piece_r)
{
	switch (node->kind) {
	case CIQL_AND:
	case CIQL_OR:
		return join(compiler, node, scope, piece_r);
	case CIQL_NOT:
		if (!compile(compiler, node->first, scope, piece_r))
			return false;
		*piece_r = (struct piece){ ciql_negated(compiler->arena, piece_r->json), RANK_BRANCH, NULL };
		return true;
	case CIQL_COMPARE:
		return ciql_leaf(compiler, node, scope, piece_r);
	case CIQL_NAMED:
		return ciql_named(compiler, node, scope, piece_r);
	case CIQL_TEXT:
		return ciql_text(compiler, node, piece_r);
	case CIQL_RELATION:
		return relation(compiler, node, piece_r);
	case CIQL_TICKETS:
		return tickets(compiler, node, piece_r);
	}
	INVARIANT(!"a node without a rule");
	return false;
}

/* Classes that the whole query says, for walking through no others. */
static const char *classes_json(struct compiler *compiler, const struct scope *scope)
{
	const struct model *model = compiler->words->model;
	struct json_out json;
	json_begin(&json, compiler->arena, 100);
	json_open_array(&json, NULL);
	for (int i = 0; i < model->class_count; i++)
		if (scope->has[i] && !model->classes[i].abstract)
			json_int(&json, NULL, model->classes[i].id);
	json_close_array(&json);
	return json.text.data;
}

bool ciql_compile(struct arena *arena, const struct ciql_node *root, const struct ciql_words *words,
	struct ciql_compiled *compiled_r, struct ciql_fault *fault_r)
{
	struct compiler compiler = { .arena = arena, .words = words, .fault = fault_r, .compiled = compiled_r };
	struct scope outer = { all_classes(&compiler) };
	struct piece pieces[2] = { { NULL, 0, NULL }, { NULL, 0, NULL } };
	*compiled_r = (struct ciql_compiled){ .tree = "{}" };
	*fault_r = (struct ciql_fault){ 0, 0, NULL };
	if (words->within) {
		bool *marks = arena_array(arena, (size_t)words->model->class_count + 1, sizeof(bool));
		ciql_class_mark(words->model, words->within, marks);
		outer.has = pieces[1].classes = marks;
	}
	if (root && !compile(&compiler, root, &outer, &pieces[0]))
		return false;
	struct scope scope = { classes_together(&compiler, pieces, 2, true) };
	const char *where = root && says_class(&compiler, root) ? NULL : pieces[0].json;
	compiled_r->tree = arena_printf(arena, "{%s%s%s%s%s}", where ? "\"where\":" : "", where ? where : "",
		where && scope.has ? "," : "", scope.has ? "\"classes\":" : "", scope.has ? classes_json(&compiler, &scope) : "");
	return true;
}
