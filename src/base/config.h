/* The configuration: one file of "[section]" and "key = value", each key overridable as VAKHTA_SECTION_KEY.
 * A secret is given as a file (key ending in _file), read once at load.
 * Owns: the strings it holds. Fails: unknown section or key, wrong value: one line that names file, line and key. */
#ifndef VAKHTA_BASE_CONFIG_H
#define VAKHTA_BASE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* config.def: KEY_TEXT/KEY_INT/KEY_BOOL/KEY_SECRET(section, key, default, "help"[, min, max]).
 * Reached as config->database_connection, config->http_port … */
#define KEY_TEXT(section, key, fallback, help) const char *section##_##key;
#define KEY_INT(section, key, fallback, min, max, help) int64_t section##_##key;
#define KEY_BOOL(section, key, fallback, help) bool section##_##key;
#define KEY_SECRET(section, key, fallback, help) const char *section##_##key;
#define CONFIG_SECRET_FILES_MAX 8

struct config {
#include "base/config.def"
	struct config_note *notes; /* internal: owned strings */
	const char *secret_files[CONFIG_SECRET_FILES_MAX]; /* files that secrets were read from, NULL after the last */
};
#undef KEY_TEXT
#undef KEY_INT
#undef KEY_BOOL
#undef KEY_SECRET

#define CONFIG_DEFAULT_PATH "/etc/vakhta/vakhta.conf"

/* `path` NULL: the default path, whose absence is not an error. On failure the reason (one line) is in `why`. */
struct config *config_load(const char *path, char *why, size_t why_bytes);
void config_destroy(struct config *config);
/* Writes every key with its help and default, as a sample file. */
void config_print_sample(void);

#endif
