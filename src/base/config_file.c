/* The text of the configuration file: "[section]", "key = value", "# comment", empty lines.
 * A value may stand in double quotes to keep spaces at its ends; there are no escapes. */
#include "base/config_internal.h"

#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *trim(char *text)
{
	text += strspn(text, " \t\r\n");
	size_t length = strlen(text);
	while (length > 0 && isspace((unsigned char)text[length - 1]))
		length--;
	text[length] = '\0';
	return text;
}

static bool unquote(struct config_load *load, char **value)
{
	size_t length = strlen(*value);
	if ((*value)[0] != '"')
		return true;
	if (length < 2 || (*value)[length - 1] != '"')
		return config_refuse(load, "the quote does not end");
	(*value)[length - 1] = '\0';
	(*value)++;
	return true;
}

static bool read_section(struct config_load *load, char *line, char *section, size_t section_bytes)
{
	size_t length = strlen(line);
	if (line[length - 1] != ']')
		return config_refuse(load, "a section is written [name]");
	line[length - 1] = '\0';
	char *name = trim(line + 1);
	if (strlen(name) >= section_bytes)
		return config_refuse(load, "unknown section [%.40s]", name);
	memcpy(section, name, strlen(name) + 1);
	return true;
}

static bool read_line(struct config_load *load, char *line, char *section, size_t section_bytes)
{
	line = trim(line);
	if (*line == '\0' || *line == '#' || *line == ';')
		return true;
	if (*line == '[')
		return read_section(load, line, section, section_bytes);
	char *equals = strchr(line, '=');
	if (!equals)
		return config_refuse(load, "neither [section] nor key = value");
	*equals = '\0';
	char *key = trim(line), *value = trim(equals + 1);
	if (!*section)
		return config_refuse(load, "key \"%.60s\" stands before any [section]", key);
	return unquote(load, &value) && config_set(load, section, key, value);
}

static bool read_lines(struct config_load *load, FILE *file, const char *path)
{
	char *line = NULL, section[64] = "", source[512];
	size_t capacity = 0;
	ssize_t length;
	bool good = true;
	load->source = source;
	for (int number = 1; good && (length = getline(&line, &capacity, file)) >= 0; number++) {
		snprintf(source, sizeof(source), "%s:%d", path, number);
		if (!text_utf8_valid(line, (size_t)length))
			good = config_refuse(load, "not UTF-8 text");
		else
			good = read_line(load, line, section, sizeof(section));
	}
	load->source = path;
	if (good && ferror(file))
		good = config_refuse(load, "%s", strerror(errno));
	free(line);
	return good;
}

bool config_read_file(struct config_load *load, const char *path, bool optional)
{
	FILE *file = fopen(path, "re");
	load->source = path;
	if (!file)
		return (optional && errno == ENOENT) || config_refuse(load, "%s", strerror(errno));
	bool good = read_lines(load, file, path);
	fclose(file);
	return good;
}
