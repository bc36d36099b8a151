/* What config.c and config_file.c share. */
#ifndef VAKHTA_BASE_CONFIG_INTERNAL_H
#define VAKHTA_BASE_CONFIG_INTERNAL_H

#include "base/config.h"

struct config_load {
	struct config *config;
	char *why;
	size_t why_bytes;
	const char *source; /* "vakhta.conf:12" or the name of an environment variable */
};

/* Puts the line into why. Returns false. */
bool config_refuse(struct config_load *load, const char *format, ...) __attribute__((format(printf, 2, 3), cold));
/* A copy that the configuration owns. */
const char *config_keep(struct config *config, const char *text, size_t length);
/* Sets one key from its text. */
bool config_set(struct config_load *load, const char *section, const char *key, const char *value);
/* Reads every line of the file. A file that is absent is an error unless `optional`. */
bool config_read_file(struct config_load *load, const char *path, bool optional);

#endif
