/* A JSON body, read strictly: every field is asked for by name, unknown fields and all wrong fields are reported at
 * once.
 * Refuses: NUL, invalid UTF-8, duplicate keys, nesting over 32, `1.0` as an id, texts over their limit.
 *
 *     struct body *body = body_open(req);
 *     if (!body)
 *         return false;
 *     const char *subject = body_text(body, "subject", BODY_REQUIRED, 1, 200);
 *     int64_t service = body_id(body, "service", BODY_OPTIONAL);
 *     if (!body_close(body))
 *         return false;
 */
#ifndef VAKHTA_HTTP_BODY_H
#define VAKHTA_HTTP_BODY_H

#include "http/request.h"

enum body_need { BODY_OPTIONAL, BODY_REQUIRED };

struct body;

/* An absent body counts as {} . NULL: unreadable (400), not an object, or another content type (415). */
struct body *body_open(struct request *req) MUST_CHECK;
/* A nested object of an array or field, with its pointer for errors; closed by itself with the parent. */
struct body *body_open_nested(struct body *parent, const char *pointer, json_t *object);

/* Present and not null? */
bool body_has(struct body *body, const char *name);
/* Present and null: a PATCH takes a value away. */
bool body_null(struct body *body, const char *name);
/* Present and null: a PATCH takes the value away. */
bool body_is_null(struct body *body, const char *name);
/* Lengths in code points; trimmed; NULL when absent. Multi-line text keeps its line feeds; other controls are
 * refused. */
const char *body_text(struct body *body, const char *name, enum body_need need, size_t min, size_t max);
/* As given, not trimmed (passwords). */
const char *body_secret(struct body *body, const char *name, enum body_need need, size_t max);
/* Ids come as integers or as strings of digits; 0 when absent. */
int64_t body_id(struct body *body, const char *name, enum body_need need);
int body_ids(struct body *body, const char *name, enum body_need need, int max, const int64_t **ids_r);
int64_t body_int(struct body *body, const char *name, enum body_need need, int64_t min, int64_t max, int64_t fallback);
bool body_bool(struct body *body, const char *name, bool fallback);
instant body_instant(struct body *body, const char *name, enum body_need need); /* INSTANT_NONE when absent */
const char *body_day(struct body *body, const char *name, enum body_need need); /* "YYYY-MM-DD" */
const char *body_choice(struct body *body, const char *name, enum body_need need, const char *const *choices);
/* {"amount":"123.45","currency":"RUB"}: exact decimal text; false when absent. */
bool body_money(
	struct body *body, const char *name, enum body_need need, const char **amount_r, const char **currency_r);
/* Any JSON value, checked for depth and text; NULL when absent. */
json_t *body_json(struct body *body, const char *name, enum body_need need);
json_t *body_array(struct body *body, const char *name, enum body_need need, size_t max);
/* For rules of the caller: adds a field error with this body's pointer before the name. */
void body_wrong(struct body *body, const char *name, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* False when a field was wrong or unknown. */
bool body_close(struct body *body) MUST_CHECK;

/* The first file of a multipart/form-data body. */
struct upload {
	const char *name; /* file name, valid UTF-8, no path */
	const char *content_type;
	const char *bytes;
	size_t length;
};
bool body_upload(struct request *req, struct upload *upload_r) MUST_CHECK;

/* A plain HTML form. NULL: another content type (415) or unreadable (400). Values as sent, valid UTF-8 without NUL. */
struct form;
const struct form *form_open(struct request *req) MUST_CHECK;
/* NULL: the field is absent. */
const char *form_text(const struct form *form, const char *name);

#endif
