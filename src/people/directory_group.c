/* Who is in which group. Groups may be members of groups, in circles too; a walk enters each once and goes no deeper than
 * DEPTH_MAX, so that a directory gone wild costs a bounded time.
 * Owns: nothing; nodes live in the arena. */
#include "people/directory_internal.h"

#include <string.h>

#define DEPTH_MAX 16
#define GROUPS_MAX 4000
/* Members asked for in one filter; servers limit its length. */
#define FILTER_MEMBERS 40

void directory_graph_begin(struct directory_graph *graph, struct arena *arena, size_t node_hint)
{
	size_t buckets = 64;
	while (buckets < node_hint && buckets < (1u << 20))
		buckets *= 2;
	*graph = (struct directory_graph){ .arena = arena, .bucket_count = buckets };
	graph->buckets = arena_array(arena, buckets, sizeof(*graph->buckets));
}

struct directory_node *directory_graph_node(struct directory_graph *graph, const char *dn)
{
	const char *normal = directory_dn_normal(graph->arena, dn);
	uint64_t hash = UINT64_C(14695981039346656037);
	for (const char *c = normal; *c; c++)
		hash = (hash ^ (unsigned char)*c) * UINT64_C(1099511628211);
	struct directory_node **bucket = &graph->buckets[hash & (graph->bucket_count - 1)];
	for (struct directory_node *node = *bucket; node; node = node->next)
		if (strcmp(node->normal, normal) == 0)
			return node;
	struct directory_node *node = arena_alloc(graph->arena, sizeof(*node));
	*node = (struct directory_node){ .dn = arena_strdup(graph->arena, dn), .normal = normal, .next = *bucket };
	*bucket = node;
	graph->node_count++;
	return node;
}

void directory_graph_edge(struct directory_graph *graph, struct directory_node *member, const char *group_dn)
{
	struct directory_node *group = directory_graph_node(graph, group_dn);
	for (struct directory_edge *edge = member->parents; edge; edge = edge->next)
		if (edge->parent == group)
			return;
	struct directory_edge *edge = arena_alloc(graph->arena, sizeof(*edge));
	*edge = (struct directory_edge){ group, member->parents };
	member->parents = edge;
}

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), end_length = strlen(end);
	return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

int directory_group_bases(struct directory *directory, const char *bases[static 2])
{
	const struct config *config = directory->ctx->config;
	struct arena *arena = directory->ctx->arena;
	int count = 0;
	if (config->directory_groups_base[0])
		bases[count++] = config->directory_groups_base;
	if (config->directory_team_base[0] &&
		(count == 0 ||
			!ends_with(directory_dn_normal(arena, config->directory_team_base), directory_dn_normal(arena, bases[0]))))
		bases[count++] = config->directory_team_base;
	return count;
}

static bool read_own_groups(struct directory *directory, struct directory_graph *graph, struct directory_node *group)
{
	const char *attribute = directory->ctx->config->directory_attr_member_of;
	char *attributes[] = { (char *)(uintptr_t)attribute, NULL };
	int rc;
	group->parents_read = true;
	if (!attribute[0])
		return true;
	LDAPMessage *result =
		directory_search(directory, group->dn, LDAP_SCOPE_BASE, "(objectClass=*)", attributes, 0, &rc);
	if (!result)
		/* A group outside what the service may read ends the walk there. */
		return rc == LDAP_NO_SUCH_OBJECT;
	LDAPMessage *entry = ldap_first_entry(directory->handle, result);
	const char **values = entry ? directory_values(directory, entry, attribute, NULL) : NULL;
	for (int i = 0; values && values[i]; i++)
		directory_graph_edge(graph, group, values[i]);
	ldap_msgfree(result);
	return true;
}

struct walk {
	struct directory_node **nodes; /* reached, in order; those from `done` on are to be entered */
	int count, done, capacity;
};

static void reach(struct directory_graph *graph, struct walk *walk, struct directory_node *node)
{
	if (node->mark == graph->mark || walk->count >= GROUPS_MAX)
		return;
	node->mark = graph->mark;
	if (walk->count == walk->capacity) {
		int capacity = walk->capacity ? 2 * walk->capacity : 32;
		struct directory_node **nodes = arena_array(graph->arena, (size_t)capacity, sizeof(struct directory_node *));
		if (walk->count > 0)
			memcpy(nodes, walk->nodes, (size_t)walk->count * sizeof(*nodes));
		walk->nodes = nodes;
		walk->capacity = capacity;
	}
	walk->nodes[walk->count++] = node;
}

static void reach_parents(struct directory_graph *graph, struct walk *walk, const struct directory_node *node)
{
	for (const struct directory_edge *edge = node->parents; edge; edge = edge->next)
		reach(graph, walk, edge->parent);
}

static void give_roles(struct directory *directory, struct directory_graph *graph, struct directory_person *person)
{
	const struct config *config = directory->ctx->config;
	const struct {
		const char *group;
		uint32_t role;
	} roles[6] = { { config->directory_role_agent, ROLE_AGENT }, { config->directory_role_lead, ROLE_LEAD },
		{ config->directory_role_manager, ROLE_MANAGER }, { config->directory_role_auditor, ROLE_AUDITOR },
		{ config->directory_role_cmdb, ROLE_CMDB }, { config->directory_role_admin, ROLE_ADMIN } };
	for (int i = 0; i < 6; i++) {
		if (!roles[i].group[0])
			continue;
		if (!graph->role_nodes[i])
			graph->role_nodes[i] = directory_graph_node(graph, roles[i].group);
		if (graph->role_nodes[i]->mark == graph->mark)
			person->roles |= roles[i].role;
	}
}

static void finish(struct directory *directory, struct directory_graph *graph, struct directory_person *person,
	const struct walk *walk)
{
	give_roles(directory, graph, person);
	person->groups = arena_array(graph->arena, (size_t)walk->count + 1, sizeof(*person->groups));
	for (int i = 0; i < walk->count; i++)
		person->groups[i] = walk->nodes[i]->normal;
	person->group_count = walk->count;
}

bool directory_graph_resolve(struct directory *directory, struct directory_graph *graph,
	struct directory_person *person, const char *const *member_of)
{
	const struct config *config = directory->ctx->config;
	bool lazily = !config->directory_groups_base[0];
	struct walk walk = { 0 };
	struct directory_node *self = directory_graph_node(graph, person->dn);
	for (int i = 0; member_of[i]; i++)
		directory_graph_edge(graph, self, member_of[i]);
	graph->mark++;
	reach_parents(graph, &walk, self);
	for (int depth = 1; config->directory_nested_groups && depth < DEPTH_MAX && walk.done < walk.count; depth++) {
		for (int end = walk.count; walk.done < end; walk.done++) {
			struct directory_node *group = walk.nodes[walk.done];
			if (lazily && !group->parents_read && !read_own_groups(directory, graph, group))
				return false;
			reach_parents(graph, &walk, group);
		}
	}
	finish(directory, graph, person, &walk);
	return true;
}

/* Groups below `base` that name one of `nodes` as a member; they and what they say to be in are reached. */
static bool search_parents(struct directory *directory, struct directory_graph *graph, struct walk *walk,
	const char *base, struct directory_node *const *nodes, int count)
{
	const struct config *config = directory->ctx->config;
	struct text_out filter;
	text_begin(&filter, graph->arena, 1024);
	text_append_printf(&filter, "(&%s(|", directory_filter_wrap(graph->arena, config->directory_groups_filter));
	for (int i = 0; i < count; i++)
		text_append_printf(
			&filter, "(%s=%s)", config->directory_attr_member, directory_filter_escape(graph->arena, nodes[i]->dn));
	text_append_z(&filter, "))");
	char *attributes[] = {
		(char *)(uintptr_t)(config->directory_attr_member_of[0] ? config->directory_attr_member_of : "1.1"), NULL
	};
	int rc;
	LDAPMessage *result = directory_search(directory, base, LDAP_SCOPE_SUBTREE, filter.data, attributes, 0, &rc);
	if (!result)
		return false;
	for (LDAPMessage *entry = ldap_first_entry(directory->handle, result); entry;
		 entry = ldap_next_entry(directory->handle, entry)) {
		char *dn = ldap_get_dn(directory->handle, entry);
		if (!dn)
			continue;
		reach(graph, walk, directory_graph_node(graph, dn));
		ldap_memfree(dn);
		if (!config->directory_nested_groups)
			continue;
		const char **values = directory_values(directory, entry, config->directory_attr_member_of, NULL);
		for (int i = 0; values[i]; i++)
			reach(graph, walk, directory_graph_node(graph, values[i]));
	}
	ldap_msgfree(result);
	return true;
}

static bool enter(struct directory *directory, struct directory_graph *graph, struct walk *walk,
	struct directory_node *const *nodes, int count)
{
	const char *bases[2];
	int base_count = directory_group_bases(directory, bases);
	for (int base = 0; base < base_count; base++)
		for (int from = 0; from < count; from += FILTER_MEMBERS) {
			int part = count - from < FILTER_MEMBERS ? count - from : FILTER_MEMBERS;
			if (!search_parents(directory, graph, walk, bases[base], nodes + from, part))
				return false;
		}
	return true;
}

bool directory_groups_of(struct directory *directory, struct directory_person *person, const char *const *member_of)
{
	const struct config *config = directory->ctx->config;
	struct directory_graph graph;
	struct walk walk = { 0 };
	directory_graph_begin(&graph, directory->ctx->arena, 64);
	struct directory_node *self = directory_graph_node(&graph, person->dn);
	graph.mark = 1;
	for (int i = 0; member_of[i]; i++)
		reach(&graph, &walk, directory_graph_node(&graph, member_of[i]));
	if (!enter(directory, &graph, &walk, &self, 1))
		return false;
	for (int depth = 1; config->directory_nested_groups && depth < DEPTH_MAX && walk.done < walk.count; depth++) {
		int from = walk.done, end = walk.count;
		walk.done = end;
		struct directory_node **nodes = walk.nodes + from; /* stays valid when walk.nodes grows: arena memory */
		if (!enter(directory, &graph, &walk, nodes, end - from))
			return false;
		for (int i = 0; !config->directory_groups_base[0] && i < end - from; i++) {
			if (!read_own_groups(directory, &graph, nodes[i]))
				return false;
			reach_parents(&graph, &walk, nodes[i]);
		}
	}
	finish(directory, &graph, person, &walk);
	return true;
}
