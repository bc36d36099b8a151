/* What the directory's files share; nobody else includes it. */
#ifndef VAKHTA_PEOPLE_DIRECTORY_INTERNAL_H
#define VAKHTA_PEOPLE_DIRECTORY_INTERNAL_H

#include "base/config.h"
#include "people/directory.h"
#include "people/directory_watch.h"

#include <ldap.h>

struct directory {
	struct ctx *ctx;
	LDAP *handle; /* NULL: closed */
	struct ldap_conncb callbacks;
	struct directory_watch *watch;
};

/* directory_connect.c. Connects, secures and binds as the service; closed at the arena's reset at the latest. */
struct directory *directory_open(struct ctx *ctx) MUST_CHECK;
void directory_close(struct directory *directory);
bool directory_bind_service(struct directory *directory) MUST_CHECK;
/* False: could not be asked. *right_r false: the directory said no. */
bool directory_bind_person(struct directory *directory, const char *dn, const char *password, bool *right_r) MUST_CHECK;
/* The result must be freed with ldap_msgfree. `limit` 0: none; with more entries than that *rc_r is LDAP_SIZELIMIT_EXCEEDED. NULL:
 * failed and ctx->error is set, but for LDAP_NO_SUCH_OBJECT in *rc_r when a single object was asked for. */
LDAPMessage *directory_search(struct directory *directory, const char *base, int scope, const char *filter,
	char **attributes, int limit, int *rc_r);
/* All pages; each entry is handed to `visit`, which returns false with an error set to stop. */
bool directory_search_paged(struct directory *directory, const char *base, const char *filter, char **attributes,
	bool (*visit)(struct directory *directory, LDAPMessage *entry, void *user), void *user) MUST_CHECK;

/* directory_entry.c */
#define DIRECTORY_ATTRIBUTES 15
void directory_person_attributes(const struct config *config, char *attributes[static DIRECTORY_ATTRIBUTES]);
/* NULL when the entry lacks login or key. */
struct directory_person *directory_person_read(struct directory *directory, LDAPMessage *entry);
/* The first value as text, or NULL. An empty name of an attribute means there is none. */
const char *directory_value(struct directory *directory, LDAPMessage *entry, const char *attribute);
/* All values as texts, NULL-terminated, in the arena; *count_r may be NULL. */
const char **directory_values(struct directory *directory, LDAPMessage *entry, const char *attribute, int *count_r);
const char *directory_filter_escape(struct arena *arena, const char *value);
/* "(…)" around a configured filter that lacks it. */
const char *directory_filter_wrap(struct arena *arena, const char *filter);

/* directory_group.c: a set of DNs with the groups each is directly in. */
struct directory_node {
	const char *dn, *normal;
	struct directory_edge *parents;
	bool parents_read; /* its own memberOf was read */
	int mark;
	struct directory_node *next;
};
struct directory_edge {
	struct directory_node *parent;
	struct directory_edge *next;
};
struct directory_graph {
	struct arena *arena;
	struct directory_node **buckets;
	size_t bucket_count, node_count;
	int mark;                             /* of the walk under way */
	struct directory_node *role_nodes[6]; /* the groups that give roles, once looked up */
};
void directory_graph_begin(struct directory_graph *graph, struct arena *arena, size_t node_hint);
struct directory_node *directory_graph_node(struct directory_graph *graph, const char *dn);
void directory_graph_edge(struct directory_graph *graph, struct directory_node *member, const char *group_dn);
/* Fills groups and roles of a person by walking the graph; reads memberOf of groups on the way when no groups_base is set. */
bool directory_graph_resolve(struct directory *directory, struct directory_graph *graph,
	struct directory_person *person, const char *const *member_of) MUST_CHECK;
/* The same for one person with searches by member, for sign-in. */
bool directory_groups_of(
	struct directory *directory, struct directory_person *person, const char *const *member_of) MUST_CHECK;
/* Bases to look for groups in: groups_base, and team_base when it is not below it. Returns how many (0 to 2). */
int directory_group_bases(struct directory *directory, const char *bases[static 2]);

#endif
