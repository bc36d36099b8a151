/* Sign-in against the directory, and reading all of it. */
#include "people/directory.h"

#include "people/directory_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Values of one group that a server gives in parts (Active Directory: 1,500 a part). */
#define RANGES_MAX 2000

static LDAPMessage *search_login(struct directory *directory, const char *login, int *rc_r)
{
	const struct config *config = directory->ctx->config;
	struct arena *arena = directory->ctx->arena;
	char *attributes[DIRECTORY_ATTRIBUTES];
	directory_person_attributes(config, attributes);
	const char *filter =
		arena_printf(arena, "(&%s(%s=%s))", directory_filter_wrap(arena, config->directory_people_filter),
			config->directory_attr_login, directory_filter_escape(arena, login));
	return directory_search(directory, config->directory_people_base, LDAP_SCOPE_SUBTREE, filter, attributes, 2, rc_r);
}

/* NULL without an error: nobody, or more than one. */
static struct directory_person *find_login(struct directory *directory, const char *login, const char ***member_of_r)
{
	int rc;
	LDAPMessage *result = search_login(directory, login, &rc);
	if (!result)
		return NULL;
	struct directory_person *person = NULL;
	if (rc == LDAP_SUCCESS && ldap_count_entries(directory->handle, result) == 1) {
		LDAPMessage *entry = ldap_first_entry(directory->handle, result);
		person = directory_person_read(directory, entry);
		*member_of_r = directory_values(directory, entry, directory->ctx->config->directory_attr_member_of, NULL);
	}
	ldap_msgfree(result);
	return person;
}

/* Somebody unknown costs the directory as much as somebody known, so that the time tells nothing. */
static bool bind_nobody(struct directory *directory, const char *password)
{
	const struct config *config = directory->ctx->config;
	bool right;
	const char *dn = arena_printf(directory->ctx->arena, "%s=vakhta-nobody-%s,%s", config->directory_attr_login,
		directory->ctx->request_id, config->directory_people_base);
	return directory_bind_person(directory, dn, password, &right);
}

static bool sign_in(
	struct directory *directory, const char *login, const char *password, struct directory_person **person_r)
{
	const char **member_of = NULL;
	bool right;
	struct directory_person *person = find_login(directory, login, &member_of);
	if (!person)
		return directory->ctx->error.kind == ERROR_NONE && bind_nobody(directory, password);
	if (!directory_bind_person(directory, person->dn, password, &right))
		return false;
	if (!right)
		return true;
	if (!directory_bind_service(directory) || !directory_groups_of(directory, person, member_of))
		return false;
	*person_r = person;
	return true;
}

bool directory_sign_in(struct ctx *ctx, const char *login, const char *password, struct directory_person **person_r)
{
	*person_r = NULL;
	if (!password[0] || !login[0])
		return true;
	struct directory *directory = directory_open(ctx);
	if (!directory)
		return false;
	bool asked = sign_in(directory, login, password, person_r);
	directory_close(directory);
	return asked;
}

/* Reading all: people and groups are collected in lists, then resolved. */
struct found {
	struct found *next;
	struct directory_person *person;
	const char **member_of;
};

struct partial {
	struct partial *next;
	const char *dn, *attribute; /* "member;range=1500-*" */
};

struct reading {
	struct directory_graph graph;
	struct found *people;
	struct partial *partials;
	int person_count, skipped;
	struct directory_team *teams;
	int team_count, team_capacity;
	bool is_team_base;
};

static bool visit_person(struct directory *directory, LDAPMessage *entry, void *user)
{
	struct reading *reading = user;
	struct directory_person *person = directory_person_read(directory, entry);
	if (!person) {
		reading->skipped++;
		return true;
	}
	struct found *found = arena_alloc(directory->ctx->arena, sizeof(*found));
	found->person = person;
	found->member_of = directory_values(directory, entry, directory->ctx->config->directory_attr_member_of, NULL);
	found->next = reading->people;
	reading->people = found;
	reading->person_count++;
	return true;
}

static void add_members(struct directory *directory, struct directory_graph *graph, LDAPMessage *entry,
	const char *attribute, const char *group_dn)
{
	const char **members = directory_values(directory, entry, attribute, NULL);
	for (int i = 0; members[i]; i++)
		directory_graph_edge(graph, directory_graph_node(graph, members[i]), group_dn);
}

/* Active Directory gives a large group in parts: "member;range=0-1499", and asks to be asked for the rest. */
static void find_partial(struct directory *directory, struct reading *reading, LDAPMessage *entry, const char *group_dn)
{
	const char *member = directory->ctx->config->directory_attr_member;
	size_t length = strlen(member);
	BerElement *state = NULL;
	for (char *name = ldap_first_attribute(directory->handle, entry, &state); name;
		 ldap_memfree(name), name = ldap_next_attribute(directory->handle, entry, state)) {
		unsigned long to;
		if (strncasecmp(name, member, length) != 0 || strncasecmp(name + length, ";range=", 7) != 0)
			continue;
		add_members(directory, &reading->graph, entry, name, group_dn);
		const char *dash = strchr(name + length + 7, '-');
		if (!dash || sscanf(dash + 1, "%lu", &to) != 1)
			continue;
		struct partial *partial = arena_alloc(directory->ctx->arena, sizeof(*partial));
		partial->dn = arena_strdup(directory->ctx->arena, group_dn);
		partial->attribute = arena_printf(directory->ctx->arena, "%s;range=%lu-*", member, to + 1);
		partial->next = reading->partials;
		reading->partials = partial;
	}
	ber_free(state, 0);
}

static int level_of(struct directory *directory, LDAPMessage *entry, const char *cn)
{
	const char **categories = directory_values(directory, entry, "businessCategory", NULL);
	for (int i = 0; categories[i]; i++)
		if (strncasecmp(categories[i], "level:", 6) == 0 && categories[i][6] >= '1' && categories[i][6] <= '3' &&
			!categories[i][7])
			return categories[i][6] - '0';
	const char **units = directory_values(directory, entry, "ou", NULL);
	for (int i = 0; units[i]; i++)
		if ((units[i][0] == 'L' || units[i][0] == 'l') && units[i][1] >= '1' && units[i][1] <= '3' && !units[i][2])
			return units[i][1] - '0';
	size_t length = strlen(cn);
	if (length > 3 && strncasecmp(cn + length - 3, "-l", 2) == 0 && cn[length - 1] >= '1' && cn[length - 1] <= '3')
		return cn[length - 1] - '0';
	return 1;
}

static void add_team(struct directory *directory, struct reading *reading, LDAPMessage *entry, const char *dn)
{
	struct arena *arena = directory->ctx->arena;
	const char *cn = directory_value(directory, entry, "cn"), *name = directory_value(directory, entry, "description");
	/* Names by language (RFC 3866) come with the attribute that they belong to. */
	const char *name_en = directory_value(directory, entry, "description;lang-en");
	const char *name_ru = directory_value(directory, entry, "description;lang-ru");
	if (!name)
		name = name_en ? name_en : name_ru;
	if (!cn)
		return;
	if (reading->team_count == reading->team_capacity) {
		int capacity = reading->team_capacity ? 2 * reading->team_capacity : 32;
		struct directory_team *teams = arena_array(arena, (size_t)capacity, sizeof(*teams));
		if (reading->team_count > 0)
			memcpy(teams, reading->teams, (size_t)reading->team_count * sizeof(*teams));
		reading->teams = teams;
		reading->team_capacity = capacity;
	}
	reading->teams[reading->team_count++] = (struct directory_team){ .key = cn,
		.name = name ? name : cn,
		.dn_normal = directory_dn_normal(arena, dn),
		.name_en = name_en,
		.name_ru = name_ru,
		.level = level_of(directory, entry, cn) };
}

static bool visit_group(struct directory *directory, LDAPMessage *entry, void *user)
{
	struct reading *reading = user;
	const struct config *config = directory->ctx->config;
	char *dn = ldap_get_dn(directory->handle, entry);
	if (!dn)
		return true;
	struct directory_node *group = directory_graph_node(&reading->graph, dn);
	group->parents_read = true;
	add_members(directory, &reading->graph, entry, config->directory_attr_member, dn);
	find_partial(directory, reading, entry, dn);
	const char **member_of = directory_values(directory, entry, config->directory_attr_member_of, NULL);
	for (int i = 0; member_of[i]; i++)
		directory_graph_edge(&reading->graph, group, member_of[i]);
	if (reading->is_team_base)
		add_team(directory, reading, entry, dn);
	ldap_memfree(dn);
	return true;
}

static bool read_partials(struct directory *directory, struct reading *reading)
{
	for (int i = 0; reading->partials; i++) {
		struct partial *partial = reading->partials;
		char *attributes[] = { (char *)(uintptr_t)partial->attribute, NULL };
		int rc;
		reading->partials = partial->next;
		if (i >= RANGES_MAX)
			return fail_internal(
				directory->ctx, ERROR_UNAVAILABLE, "directory: a group has more than %d parts", RANGES_MAX);
		LDAPMessage *result =
			directory_search(directory, partial->dn, LDAP_SCOPE_BASE, "(objectClass=*)", attributes, 0, &rc);
		if (!result && rc != LDAP_NO_SUCH_OBJECT)
			return false;
		LDAPMessage *entry = result ? ldap_first_entry(directory->handle, result) : NULL;
		if (entry)
			find_partial(directory, reading, entry, partial->dn);
		ldap_msgfree(result);
	}
	return true;
}

static bool read_groups(struct directory *directory, struct reading *reading)
{
	const struct config *config = directory->ctx->config;
	const char *filter = directory_filter_wrap(directory->ctx->arena, config->directory_groups_filter);
	char *attributes[] = { (char *)(uintptr_t) "cn", (char *)(uintptr_t) "description",
		(char *)(uintptr_t) "businessCategory", (char *)(uintptr_t) "ou",
		(char *)(uintptr_t)config->directory_attr_member, (char *)(uintptr_t)config->directory_attr_member_of, NULL };
	if (!config->directory_attr_member_of[0])
		attributes[5] = NULL;
	reading->is_team_base = false;
	if (config->directory_groups_base[0] &&
		!directory_search_paged(directory, config->directory_groups_base, filter, attributes, visit_group, reading))
		return false;
	reading->is_team_base = true;
	if (config->directory_team_base[0] &&
		!directory_search_paged(directory, config->directory_team_base, filter, attributes, visit_group, reading))
		return false;
	return read_partials(directory, reading);
}

static bool read_all(struct directory *directory, struct directory_snapshot *snapshot)
{
	const struct config *config = directory->ctx->config;
	struct arena *arena = directory->ctx->arena;
	struct reading reading = { 0 };
	char *attributes[DIRECTORY_ATTRIBUTES];
	directory_person_attributes(config, attributes);
	directory_graph_begin(&reading.graph, arena, 1 << 16);
	if (!directory_search_paged(directory, config->directory_people_base,
			directory_filter_wrap(arena, config->directory_people_filter), attributes, visit_person, &reading) ||
		!read_groups(directory, &reading))
		return false;
	snapshot->people = arena_array(arena, (size_t)reading.person_count + 1, sizeof(*snapshot->people));
	for (struct found *found = reading.people; found; found = found->next) {
		if (!directory_graph_resolve(directory, &reading.graph, found->person, found->member_of))
			return false;
		snapshot->people[snapshot->person_count++] = *found->person;
	}
	snapshot->skipped = reading.skipped;
	snapshot->teams = reading.teams;
	snapshot->team_count = reading.team_count;
	return true;
}

bool directory_read_all(struct ctx *ctx, struct directory_snapshot *snapshot_r)
{
	*snapshot_r = (struct directory_snapshot){ 0 };
	struct directory *directory = directory_open(ctx);
	if (!directory)
		return false;
	bool done = read_all(directory, snapshot_r);
	directory_close(directory);
	return done;
}

bool directory_check(struct ctx *ctx, char *line, size_t line_bytes)
{
	const struct config *config = ctx->config;
	char *attributes[DIRECTORY_ATTRIBUTES];
	int rc, count = 0;
	const char *readable = NULL;
	struct directory *directory = directory_open(ctx);
	if (directory) {
		directory_person_attributes(config, attributes);
		LDAPMessage *result = directory_search(directory, config->directory_people_base, LDAP_SCOPE_SUBTREE,
			directory_filter_wrap(ctx->arena, config->directory_people_filter), attributes, 1, &rc);
		LDAPMessage *entry = result ? ldap_first_entry(directory->handle, result) : NULL;
		count = entry != NULL;
		readable = entry && !directory_person_read(directory, entry) ? "no" : NULL;
		ldap_msgfree(result);
		directory_close(directory);
	}
	if (ctx->error.kind != ERROR_NONE)
		snprintf(line, line_bytes,
			"%s; check directory.url, ca_file, bind_dn and its password, and that the server is up",
			ctx->error.log_detail);
	else if (count == 0)
		snprintf(line, line_bytes,
			"directory: nobody found below \"%s\" with %s; check directory.people_base and people_filter",
			config->directory_people_base, config->directory_people_filter);
	else if (readable)
		snprintf(line, line_bytes,
			"directory: people have no readable \"%s\" or \"%s\"; check directory.attr_login, attr_key and the "
			"rights of bind_dn",
			config->directory_attr_login, config->directory_attr_key);
	else
		snprintf(line, line_bytes, "directory: %s answers over TLS and shows people", config->directory_url);
	bool good = ctx->error.kind == ERROR_NONE && count > 0 && !readable;
	error_clear(ctx);
	return good;
}
