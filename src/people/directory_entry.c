/* Entries of the directory as C structs and as the JSON that SQL takes.
 * Refuses: text that is not valid UTF-8 or holds controls; such a value counts as absent. */
#include "people/directory_internal.h"

#include <string.h>
#include <strings.h>

#define VALUE_CODE_POINTS_MAX 300
#define KEY_BYTES_MAX 128

void directory_person_attributes(const struct config *config, char *attributes[static DIRECTORY_ATTRIBUTES])
{
	const char *const names[] = { config->directory_attr_login, config->directory_attr_key,
		config->directory_attr_given_name, config->directory_attr_family_name, config->directory_attr_mail,
		config->directory_attr_phone, config->directory_attr_department, config->directory_attr_title,
		config->directory_attr_location, config->directory_attr_manager, config->directory_attr_language,
		config->directory_attr_member_of };
	int count = 0;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i][0])
			attributes[count++] = (char *)(uintptr_t)names[i];
	attributes[count] = NULL;
}

/* Longer texts are cut between characters. */
static const char *clean(struct arena *arena, const struct berval *value)
{
	if (!text_utf8_valid(value->bv_val, value->bv_len))
		return NULL;
	char *text = text_trim(arena, arena_strndup(arena, value->bv_val, value->bv_len));
	if (!text[0])
		return NULL;
	for (const unsigned char *c = (const unsigned char *)text; *c; c++)
		if (*c < 0x20 || *c == 0x7f)
			return NULL;
	size_t points = 0;
	for (char *c = text; *c; c++)
		if (((unsigned char)*c & 0xc0) != 0x80 && ++points > VALUE_CODE_POINTS_MAX) {
			*c = '\0';
			break;
		}
	return text;
}

const char **directory_values(struct directory *directory, LDAPMessage *entry, const char *attribute, int *count_r)
{
	struct arena *arena = directory->ctx->arena;
	struct berval **values = attribute[0] ? ldap_get_values_len(directory->handle, entry, attribute) : NULL;
	int found = values ? ldap_count_values_len(values) : 0, count = 0;
	const char **texts = arena_array(arena, (size_t)found + 1, sizeof(*texts));
	for (int i = 0; i < found; i++) {
		/* DNs may be longer than any name, so they are only checked, not cut. */
		if (text_utf8_valid(values[i]->bv_val, values[i]->bv_len) && values[i]->bv_len > 0)
			texts[count++] = arena_strndup(arena, values[i]->bv_val, values[i]->bv_len);
	}
	ldap_value_free_len(values);
	if (count_r)
		*count_r = count;
	return texts;
}

const char *directory_value(struct directory *directory, LDAPMessage *entry, const char *attribute)
{
	struct berval **values = attribute[0] ? ldap_get_values_len(directory->handle, entry, attribute) : NULL;
	const char *text = values && values[0] ? clean(directory->ctx->arena, values[0]) : NULL;
	ldap_value_free_len(values);
	return text;
}

/* objectGUID is always sixteen bytes of anything, which by chance may be valid text: always hex. Other keys only if they are not text. */
static const char *key_value(struct directory *directory, LDAPMessage *entry)
{
	const char *attribute = directory->ctx->config->directory_attr_key;
	struct arena *arena = directory->ctx->arena;
	struct berval **values = attribute[0] ? ldap_get_values_len(directory->handle, entry, attribute) : NULL;
	const char *key = NULL;
	if (values && values[0] && values[0]->bv_len > 0 && values[0]->bv_len <= KEY_BYTES_MAX) {
		bool binary = strcasecmp(attribute, "objectGUID") == 0 || strcasecmp(attribute, "objectSid") == 0;
		key = binary ? NULL : clean(arena, values[0]);
		if (!key) {
			char *hex = arena_alloc(arena, 2 * values[0]->bv_len + 1);
			text_hex((const unsigned char *)values[0]->bv_val, values[0]->bv_len, hex);
			key = hex;
		}
	}
	ldap_value_free_len(values);
	return key;
}

/* "ru", "ru-RU", "en-GB, ru;q=0.5": the first one counts. */
static const char *language_value(const char *text)
{
	if (text && strncasecmp(text, "ru", 2) == 0)
		return "ru";
	if (text && strncasecmp(text, "en", 2) == 0)
		return "en";
	return NULL;
}

struct directory_person *directory_person_read(struct directory *directory, LDAPMessage *entry)
{
	const struct config *config = directory->ctx->config;
	struct arena *arena = directory->ctx->arena;
	struct directory_person *person = arena_alloc(arena, sizeof(*person));
	char *dn = ldap_get_dn(directory->handle, entry);
	if (!dn)
		return NULL;
	person->dn = arena_strdup(arena, dn);
	ldap_memfree(dn);
	person->dn_normal = directory_dn_normal(arena, person->dn);
	person->key = key_value(directory, entry);
	person->login = directory_value(directory, entry, config->directory_attr_login);
	if (!person->key || !person->login)
		return NULL;
	person->given_name = directory_value(directory, entry, config->directory_attr_given_name);
	person->family_name = directory_value(directory, entry, config->directory_attr_family_name);
	person->mail = directory_value(directory, entry, config->directory_attr_mail);
	person->phone = directory_value(directory, entry, config->directory_attr_phone);
	person->department = directory_value(directory, entry, config->directory_attr_department);
	person->title = directory_value(directory, entry, config->directory_attr_title);
	person->location = directory_value(directory, entry, config->directory_attr_location);
	const char **managers = directory_values(directory, entry, config->directory_attr_manager, NULL);
	person->manager_dn = managers[0] ? directory_dn_normal(arena, managers[0]) : NULL;
	person->language = language_value(directory_value(directory, entry, config->directory_attr_language));
	person->roles = ROLE_EMPLOYEE;
	return person;
}

const char *directory_filter_escape(struct arena *arena, const char *value)
{
	struct berval in = { strlen(value), (char *)(uintptr_t)value }, out = { 0, NULL };
	INVARIANT(ldap_bv2escaped_filter_value(&in, &out) == 0);
	char *escaped = arena_strndup(arena, out.bv_val ? out.bv_val : "", out.bv_len);
	/* A value without anything to escape comes back as itself. */
	if (out.bv_val != in.bv_val)
		ldap_memfree(out.bv_val);
	return escaped;
}

const char *directory_filter_wrap(struct arena *arena, const char *filter)
{
	if (!filter[0])
		return "(objectClass=*)";
	return filter[0] == '(' ? filter : arena_printf(arena, "(%s)", filter);
}

const char *directory_dn_normal(struct arena *arena, const char *dn)
{
	LDAPDN parts = NULL;
	char *written = NULL;
	if (ldap_str2dn(dn, &parts, LDAP_DN_FORMAT_LDAPV3) != LDAP_SUCCESS ||
		ldap_dn2str(parts, &written, LDAP_DN_FORMAT_LDAPV3) != LDAP_SUCCESS)
		written = NULL;
	char *normal = arena_strdup(arena, written ? written : dn);
	ldap_memfree(written);
	ldap_dnfree(parts);
	for (char *c = normal; *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	return normal;
}

void directory_person_json(struct json_out *json, const struct directory_person *person)
{
	json_open_object(json, NULL);
	json_text(json, "key", person->key);
	json_text(json, "dn", person->dn_normal);
	json_text(json, "login", person->login);
	json_text(json, "given_name", person->given_name);
	json_text(json, "family_name", person->family_name);
	json_text(json, "mail", person->mail);
	json_text(json, "phone", person->phone);
	json_text(json, "department", person->department);
	json_text(json, "title", person->title);
	json_text(json, "location", person->location);
	json_text(json, "manager_dn", person->manager_dn);
	json_text(json, "language", person->language);
	json_int(json, "roles", person->roles);
	json_close_object(json);
}

void directory_team_json(struct json_out *json, const struct directory_team *team)
{
	json_open_object(json, NULL);
	json_text(json, "key", team->key);
	json_text(json, "name", team->name);
	json_text(json, "name_en", team->name_en);
	json_text(json, "name_ru", team->name_ru);
	json_int(json, "level", team->level);
	json_text(json, "dn", team->dn_normal);
	json_close_object(json);
}
