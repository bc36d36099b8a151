/* The company's directory (OpenLDAP, Active Directory) as people and their groups.
 * Owns: one LDAP handle per piece of work, used by that thread alone, and a watchdog that cuts its socket when a limit passes.
 * Refuses: a connection without TLS (but to loopback when configured so), a certificate that does not verify, an empty password,
 * two entries for one login, referrals. With a bad certificate no password ever leaves.
 * Fails: ERROR_UNAVAILABLE; the cause is for the log. Names are resolved by the system's resolver within its own limits.
 * Source: RFC 4511, 4513 (5.1.2 unauthenticated bind), 4514, 4515, 2696; MS-ADTS 3.1.1.3.1.3.3 (range retrieval). */
#ifndef VAKHTA_PEOPLE_DIRECTORY_H
#define VAKHTA_PEOPLE_DIRECTORY_H

#include "base/ctx.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One entry. Texts are valid UTF-8, trimmed, without controls; NULL: the entry has none. */
struct directory_person {
	const char *dn;        /* as the server writes it, for binding */
	const char *dn_normal; /* directory_dn_normal(dn) */
	const char *key;       /* survives renaming; binary ones in hex */
	const char *login;     /* as the directory has it */
	const char *given_name, *family_name, *mail, *phone, *department, *title, *location;
	const char *manager_dn; /* normal */
	const char *language;   /* "en", "ru" or NULL */
	uint32_t roles;         /* employee, and what the groups give */
	const char **groups;    /* normal DNs of all groups the person is in, nested ones too */
	int group_count;
};

/* A group below directory.team_base. */
struct directory_team {
	const char *key, *name, *dn_normal;
	const char *name_en, *name_ru; /* NULL: only the one name */
	int level; /* businessCategory "level:2", else ou "L2", else a cn that ends in "-l2", else 1 */
};

struct directory_snapshot {
	struct directory_person *people;
	int person_count;
	int skipped; /* entries without login or key */
	struct directory_team *teams;
	int team_count;
};

/* Asks the directory whether this is the person's password. True with a person: yes; true with NULL: no (unknown, ambiguous,
 * wrong or empty password); false: it could not be asked. */
bool directory_sign_in(
	struct ctx *ctx, const char *login, const char *password, struct directory_person **person_r) MUST_CHECK;

/* Everybody and every team, page by page. An incomplete answer fails as a whole. */
bool directory_read_all(struct ctx *ctx, struct directory_snapshot *snapshot_r) MUST_CHECK;

/* For doctor: one line that says the directory is fine, or what is wrong and what to do. Leaves no error in ctx. */
bool directory_check(struct ctx *ctx, char *line, size_t line_bytes);

/* One spelling for one DN: parsed, written without needless spaces, ASCII letters in lower case. */
const char *directory_dn_normal(struct arena *arena, const char *dn);

/* The entry as people_put (schema/rules/20_people.sql) reads it, and the teams as teams_put does. */
void directory_person_json(struct json_out *json, const struct directory_person *person);
void directory_team_json(struct json_out *json, const struct directory_team *team);

#endif
