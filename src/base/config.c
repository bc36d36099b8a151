/* The keys of config.def: defaults, then the file, then the environment, then the checks between keys.
 * Refuses: a secret written in the file or the environment itself, where backups, ps and logs would find it. */
#include "base/config_internal.h"

#include "base/ctx.h"
#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECRET_BYTES_MAX 4096
#define LINK_KEY_BYTES_MIN 32

enum key_kind { KEY_KIND_TEXT, KEY_KIND_INT, KEY_KIND_BOOL, KEY_KIND_SECRET };

struct key {
	const char *section, *name;
	enum key_kind kind;
	size_t offset;
	const char *fallback_text;
	int64_t fallback, min, max;
	const char *help;
};

#define AT(section, key) offsetof(struct config, section##_##key)
#define KEY_TEXT(section, key, fallback, help) \
	{ #section, #key, KEY_KIND_TEXT, AT(section, key), fallback, 0, 0, 0, help },
#define KEY_INT(section, key, fallback, min, max, help) \
	{ #section, #key, KEY_KIND_INT, AT(section, key), NULL, fallback, min, max, help },
#define KEY_BOOL(section, key, fallback, help) \
	{ #section, #key, KEY_KIND_BOOL, AT(section, key), NULL, fallback, 0, 1, help },
#define KEY_SECRET(section, key, fallback, help) \
	{ #section, #key, KEY_KIND_SECRET, AT(section, key), fallback, 0, 0, 0, help },
static const struct key keys[] = {
#include "base/config.def"
};
#define KEY_COUNT (sizeof(keys) / sizeof(keys[0]))

struct config_note {
	struct config_note *next;
	char text[];
};

bool config_refuse(struct config_load *load, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	int length = snprintf(load->why, load->why_bytes, "%s: ", load->source);
	if (length >= 0 && (size_t)length < load->why_bytes)
		vsnprintf(load->why + length, load->why_bytes - (size_t)length, format, args);
	va_end(args);
	return false;
}

const char *config_keep(struct config *config, const char *text, size_t length)
{
	struct config_note *note = malloc(sizeof(*note) + length + 1);
	INVARIANT(note != NULL);
	memcpy(note->text, text, length);
	note->text[length] = '\0';
	note->next = config->notes;
	config->notes = note;
	return note->text;
}

static void *place(struct config *config, const struct key *key)
{
	return (char *)config + key->offset;
}

static bool set_int(struct config_load *load, const struct key *key, const char *value)
{
	int64_t number;
	if (!text_parse_int64(value, &number))
		return config_refuse(load, "%s.%s: \"%.40s\" is not a whole number", key->section, key->name, value);
	if (number < key->min || number > key->max)
		return config_refuse(load, "%s.%s: %lld is not between %lld and %lld", key->section, key->name,
			(long long)number, (long long)key->min, (long long)key->max);
	*(int64_t *)place(load->config, key) = number;
	return true;
}

static bool set_bool(struct config_load *load, const struct key *key, const char *value)
{
	bool yes = strcmp(value, "true") == 0 || strcmp(value, "yes") == 0 || strcmp(value, "on") == 0;
	bool no = strcmp(value, "false") == 0 || strcmp(value, "no") == 0 || strcmp(value, "off") == 0;
	if (!yes && !no)
		return config_refuse(load, "%s.%s: \"%.40s\" is neither true nor false", key->section, key->name, value);
	*(bool *)place(load->config, key) = yes;
	return true;
}

static bool set_secret(struct config_load *load, const struct key *key, const char *path)
{
	char secret[SECRET_BYTES_MAX + 1];
	if (*path == '\0') {
		*(const char **)place(load->config, key) = "";
		return true;
	}
	FILE *file = fopen(path, "re");
	if (!file)
		return config_refuse(load, "%s.%s_file: %s: %s", key->section, key->name, path, strerror(errno));
	size_t length = fread(secret, 1, sizeof(secret), file);
	bool broken = ferror(file) != 0;
	fclose(file);
	if (broken || length == sizeof(secret))
		return config_refuse(load, "%s.%s_file: %s: %s", key->section, key->name, path,
			broken ? "cannot be read" : "longer than a secret may be");
	if (length > 0 && secret[length - 1] == '\n')
		length--;
	if (!text_utf8_valid(secret, length))
		return config_refuse(load, "%s.%s_file: %s: not UTF-8 text", key->section, key->name, path);
	*(const char **)place(load->config, key) = config_keep(load->config, secret, length);
	explicit_bzero(secret, sizeof(secret));
	for (int i = 0; i < CONFIG_SECRET_FILES_MAX - 1; i++)
		if (!load->config->secret_files[i]) {
			load->config->secret_files[i] = config_keep(load->config, path, strlen(path));
			break;
		}
	return true;
}

static bool set_key(struct config_load *load, const struct key *key, const char *value)
{
	switch (key->kind) {
	case KEY_KIND_INT:
		return set_int(load, key, value);
	case KEY_KIND_BOOL:
		return set_bool(load, key, value);
	case KEY_KIND_SECRET:
		return set_secret(load, key, value);
	case KEY_KIND_TEXT:
		*(const char **)place(load->config, key) = config_keep(load->config, value, strlen(value));
		return true;
	}
	return false;
}

static bool is_named(const struct key *key, const char *name)
{
	if (key->kind != KEY_KIND_SECRET)
		return strcmp(key->name, name) == 0;
	size_t length = strlen(key->name);
	return strncmp(key->name, name, length) == 0 && strcmp(name + length, "_file") == 0;
}

bool config_set(struct config_load *load, const char *section, const char *name, const char *value)
{
	bool section_known = false;
	for (size_t i = 0; i < KEY_COUNT; i++) {
		if (strcmp(keys[i].section, section) != 0)
			continue;
		section_known = true;
		if (is_named(&keys[i], name))
			return set_key(load, &keys[i], value);
		if (keys[i].kind == KEY_KIND_SECRET && strcmp(keys[i].name, name) == 0)
			return config_refuse(
				load, "%s.%s: a secret does not stand here; give its file as %s_file", section, name, name);
	}
	if (!section_known)
		return config_refuse(load, "unknown section [%.40s]", section);
	return config_refuse(load, "unknown key \"%.60s\" in [%s]", name, section);
}

static void variable_name(const struct key *key, const char *ending, char *out, size_t out_bytes)
{
	snprintf(out, out_bytes, "VAKHTA_%s_%s%s", key->section, key->name, ending);
	for (char *c = out; *c; c++)
		*c = (char)toupper((unsigned char)*c);
}

static bool read_environment(struct config_load *load)
{
	for (size_t i = 0; i < KEY_COUNT; i++) {
		char name[128];
		bool secret = keys[i].kind == KEY_KIND_SECRET;
		variable_name(&keys[i], "", name, sizeof(name));
		load->source = name;
		if (secret && getenv(name))
			return config_refuse(load, "a secret does not stand in the environment; give its file as %s_FILE", name);
		variable_name(&keys[i], secret ? "_FILE" : "", name, sizeof(name));
		const char *value = getenv(name);
		if (value && !text_utf8_valid(value, strlen(value)))
			return config_refuse(load, "not UTF-8 text");
		if (value && !set_key(load, &keys[i], value))
			return false;
	}
	return true;
}

static void set_defaults(struct config *config)
{
	for (size_t i = 0; i < KEY_COUNT; i++) {
		if (keys[i].kind == KEY_KIND_INT)
			*(int64_t *)place(config, &keys[i]) = keys[i].fallback;
		else if (keys[i].kind == KEY_KIND_BOOL)
			*(bool *)place(config, &keys[i]) = keys[i].fallback != 0;
		else
			*(const char **)place(config, &keys[i]) = keys[i].fallback_text;
	}
}

static bool one_of(const char *value, const char *const *choices)
{
	for (; *choices; choices++)
		if (strcmp(value, *choices) == 0)
			return true;
	return false;
}

static bool check_together(struct config_load *load, const char *path)
{
	static const char *const levels[] = { "debug", "info", "warn", "error", NULL };
	static const char *const languages[] = { "en", "ru", NULL };
	const struct config *config = load->config;
	load->source = path;
	if (!one_of(config->log_level, levels))
		return config_refuse(load, "log.level: \"%.40s\" is none of debug, info, warn, error", config->log_level);
	if (!one_of(config->desk_language, languages))
		return config_refuse(load, "desk.language: \"%.40s\" is neither en nor ru", config->desk_language);
	if (!*config->http_tls_certificate != !*config->http_tls_key)
		return config_refuse(load, "http.tls_certificate and http.tls_key are given together or not at all");
	if (*config->http_link_key && strlen(config->http_link_key) < LINK_KEY_BYTES_MIN)
		return config_refuse(load, "http.link_key_file: the key must have at least %d characters", LINK_KEY_BYTES_MIN);
	return true;
}

struct config *config_load(const char *path, char *why, size_t why_bytes)
{
	struct config *config = calloc(1, sizeof(*config));
	INVARIANT(config != NULL && why_bytes > 0);
	struct config_load load = { config, why, why_bytes, "" };
	const char *file = path ? path : CONFIG_DEFAULT_PATH;
	why[0] = '\0';
	set_defaults(config);
	if (config_read_file(&load, file, path == NULL) && read_environment(&load) && check_together(&load, file))
		return config;
	config_destroy(config);
	return NULL;
}

void config_destroy(struct config *config)
{
	if (!config)
		return;
	while (config->notes) {
		struct config_note *note = config->notes;
		config->notes = note->next;
		explicit_bzero(note->text, strlen(note->text));
		free(note);
	}
	free(config);
}

void config_print_sample(void)
{
	const char *section = "";
	for (size_t i = 0; i < KEY_COUNT; i++) {
		const struct key *key = &keys[i];
		if (strcmp(section, key->section) != 0)
			printf("%s[%s]\n", *section ? "\n" : "", key->section);
		section = key->section;
		printf("# %s", key->help);
		if (key->kind == KEY_KIND_INT)
			printf(" (%lld to %lld)\n#%s = %lld\n", (long long)key->min, (long long)key->max, key->name,
				(long long)key->fallback);
		else if (key->kind == KEY_KIND_BOOL)
			printf("\n#%s = %s\n", key->name, key->fallback ? "true" : "false");
		else if (key->kind == KEY_KIND_SECRET)
			printf("\n#%s_file =\n", key->name);
		else
			printf("\n#%s =%s%s\n", key->name, *key->fallback_text ? " " : "", key->fallback_text);
	}
}
