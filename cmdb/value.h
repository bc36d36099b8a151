/* Values of attributes: whether one fits its attribute, and the one form in which it is stored, so that equal values are
 * equal.
 *   text       trimmed, 1 to 10,000 characters      integer    64 bits; 1.0 is none
 *   decimal    JSON text in shortest exact form, "12.5"; a JSON number is taken while 15 digits say what was typed
 *   boolean    true or false                        date       "2026-03-02"
 *   instant    UTC with Z, whole seconds            enum       one of the choices
 *   reference  id of a CI; whether it may be is asked of the database
 *   url        http, https, ftp, sftp, ssh; a host  ip         v4 or v6 in canonical form
 *   mac        aa:bb:cc:dd:ee:ff                    json       anything
 * Pure: no I/O. Source: RFC 3339, RFC 3986, RFC 5952. */
#ifndef VAKHTA_CMDB_VALUE_H
#define VAKHTA_CMDB_VALUE_H

#include "cmdb/model.h"

/* The value in stored form, as JSON text. NULL: it does not fit, and why_r says so. */
const char *value_check(
	struct arena *arena, const struct attribute *attribute, const json_t *value, const char **why_r) MUST_CHECK;
/* The same from a cell of a table or a parameter: numbers, dates and the rest as text; yes/no words for booleans in
 * both languages; comma as decimal sign. Not empty. A reference must be an id here. */
const char *value_check_text(
	struct arena *arena, const struct attribute *attribute, const char *text, const char **why_r) MUST_CHECK;

/* Forms shared by both; NULL: no such value. */
const char *value_decimal(struct arena *arena, const char *text);
const char *value_ip(struct arena *arena, const char *text);
const char *value_mac(struct arena *arena, const char *text);
const char *value_quoted(struct arena *arena, const char *text); /* as a JSON string */
bool value_url_valid(const char *text);

#endif
