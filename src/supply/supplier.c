/* Suppliers as forms edit them. Owns nothing. Refuses: deletion; a supplier that is no longer used is made inactive. */
#include "supply/supply.h"

#include "supply/supplier.sql.h"
#include "supply/terms.h"

#include <string.h>

static const char *const kinds[] = { "external", "internal", NULL };
static const char *const languages[] = { "en", "ru", NULL };
static const char *const list_names[] = { "kind", "active", "limit", "cursor", NULL };

bool supplier_list(struct request *req)
{
	struct query_args args = query_args(&req->ctx);
	const char *kind = query_choice(req, "kind", kinds);
	const char *active = query_choice(req, "active", (const char *const[]){ "true", "false", NULL });
	struct page page;
	if (!query_done(req, list_names) || !page_read(req, &page))
		return false;
	arg_text(&args, kind);
	arg_text(&args, active);
	return terms_list(req, QUERY_SUPPLIER_LIST, &args, &page);
}

bool supplier_read(struct request *req)
{
	return terms_read_id(req, QUERY_SUPPLIER_READ, "There is no such supplier");
}

/* A contact is {name, role?, mail?, phone?}; anything else in it is refused. */
static const char *contacts_read(struct request *req, struct body *body)
{
	json_t *contacts = body_array(body, "contacts", BODY_OPTIONAL, 50), *contact;
	size_t i;
	if (!contacts)
		return NULL;
	json_array_foreach (contacts, i, contact) {
		const char *key;
		json_t *value;
		if (!json_is_string(json_object_get(contact, "name"))) {
			body_wrong(body, "contacts", "each contact needs a name (contact %zu)", i + 1);
			return NULL;
		}
		json_object_foreach (contact, key, value)
			if (!json_is_string(value)
				|| (strcmp(key, "name") != 0 && strcmp(key, "role") != 0 && strcmp(key, "mail") != 0 && strcmp(key, "phone") != 0)) {
				body_wrong(body, "contacts", "a contact has name, role, mail and phone as texts (contact %zu)", i + 1);
				return NULL;
			}
	}
	return terms_json_text(&req->ctx, contacts);
}

/* A domain of two labels or more; whoever may send from it is taken to be the supplier, so a whole top-level domain is refused. */
static bool is_domain(const char *text)
{
	size_t label = 0, labels = 1;
	for (const char *c = text; *c; c++) {
		bool letter = (*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9');
		if (*c == '.' ? label == 0 || c[-1] == '-' : !letter && (*c != '-' || label == 0))
			return false;
		label = *c == '.' ? 0 : label + 1;
		labels += *c == '.';
		if (label > 63)
			return false;
	}
	return labels >= 2 && label > 0 && strlen(text) <= 253 && text[strlen(text) - 1] != '-';
}

/* NULL: not given. */
static const char *const *domains_read(struct request *req, struct body *body, int *count_r)
{
	json_t *domains = body_array(body, "mail_domains", BODY_OPTIONAL, 50), *domain;
	size_t i;
	*count_r = 0;
	if (!domains)
		return NULL;
	const char **texts = arena_array(req->ctx.arena, json_array_size(domains) + 1, sizeof(*texts));
	json_array_foreach (domains, i, domain) {
		const char *text = json_string_value(domain);
		if (!text || !is_domain(text)) {
			body_wrong(body, "mail_domains", "domain %zu must be a name in lower case like supplier.example", i + 1);
			return texts;
		}
		texts[(*count_r)++] = text;
	}
	return texts;
}

static bool save(struct request *req, int64_t id, int64_t version, enum body_need need)
{
	struct query_args args = query_args(&req->ctx);
	struct body *body = body_open(req);
	if (!body)
		return false;
	const char *key = id == 0 ? body_text(body, "key", BODY_OPTIONAL, 1, 100) : NULL;
	const char *name = body_text(body, "name", need, 1, 200);
	const char *kind = body_choice(body, "kind", need, kinds);
	const char *mail = body_text(body, "mail", BODY_OPTIONAL, 3, 254);
	bool mail_taken_away = body_null(body, "mail");
	const char *language = body_choice(body, "language", BODY_OPTIONAL, languages);
	const char *contacts = contacts_read(req, body);
	const char *notes = body_text(body, "notes", BODY_OPTIONAL, 0, 20000);
	bool active = body_bool(body, "active", true), active_given = body_has(body, "active");
	int domain_count;
	const char *const *domains = domains_read(req, body, &domain_count);
	if (mail && (!strchr(mail, '@') || strpbrk(mail, " \t\n<>,;\"")))
		body_wrong(body, "mail", "must be one mail address like service@example.com");
	if (!body_close(body))
		return false;
	arg_int_or_null(&args, id, id == 0);
	arg_int(&args, version);
	arg_text(&args, key);
	arg_text(&args, name);
	arg_text(&args, kind);
	arg_text(&args, mail);
	arg_bool(&args, mail_taken_away);
	arg_text(&args, language);
	arg_text(&args, contacts);
	arg_text(&args, notes);
	arg_text(&args, active_given ? (active ? "true" : "false") : NULL);
	if (domains)
		arg_texts(&args, domains, domain_count);
	else
		arg_text(&args, NULL);
	return terms_saved(req, QUERY_SUPPLIER_SAVE, &args, id == 0 ? "suppliers" : NULL);
}

bool supplier_create(struct request *req)
{
	return save(req, 0, -1, BODY_REQUIRED);
}

bool supplier_update(struct request *req)
{
	int64_t id, version;
	return terms_id(req, "There is no such supplier", &id) && request_if_match(req, &version) && save(req, id, version, BODY_OPTIONAL);
}
