/* Checklists of samples, in editions, and the settings of quality. Owns nothing. */
#include "quality/quality.h"

#include "http/body.h"
#include "quality/checklist.sql.h"
#include "supply/terms.h"

#define ITEMS_MAX 50
#define LABEL_MAX 300

static const char *const kinds[] = { "incident", "request", "consultation", NULL };
static const char *const facts[] = { "introduced", "signed", "solved", "prevention", "response_kept", "resolution_kept",
	NULL };

bool quality_checklist_list(struct request *req)
{
	static const char *const names[] = { "kind", "all", NULL };
	struct query_args args = query_args(&req->ctx);
	const char *kind = query_choice(req, "kind", kinds);
	bool all = query_flag(req, "all");
	if (!query_done(req, names))
		return false;
	arg_text(&args, kind);
	arg_bool(&args, all);
	struct rows *rows = query_one(&req->ctx, QUERY_QUALITY_CHECKLIST_LIST, &args);
	return rows && quality_reply_row(req, 200, rows);
}

static const char *items_read(struct request *req, struct body *body)
{
	struct json_out out;
	json_t *list = body_array(body, "items", BODY_REQUIRED, ITEMS_MAX), *entry;
	size_t i;
	if (list && json_array_size(list) == 0)
		body_wrong(body, "items", "a checklist has at least one question");
	json_begin(&out, req->ctx.arena, 1024);
	json_open_array(&out, NULL);
	json_array_foreach(list, i, entry)
	{
		struct body *one = body_open_nested(body, arena_printf(req->ctx.arena, "/items/%zu", i), entry);
		if (!one)
			break;
		json_open_object(&out, NULL);
		json_text(&out, "label_en", body_text(one, "label_en", BODY_REQUIRED, 1, LABEL_MAX));
		json_text(&out, "label_ru", body_text(one, "label_ru", BODY_REQUIRED, 1, LABEL_MAX));
		json_int(&out, "weight", body_int(one, "weight", BODY_REQUIRED, 1, 100, 1));
		json_text(&out, "fact", body_choice(one, "fact", BODY_OPTIONAL, facts));
		json_close_object(&out);
	}
	json_close_array(&out);
	return out.text.data;
}

bool quality_checklist_create(struct request *req)
{
	struct query_args args = query_args(&req->ctx);
	struct body *body = body_open(req);
	if (!body)
		return false;
	const char *kind = body_choice(body, "kind", BODY_REQUIRED, kinds);
	int64_t version = body_int(body, "version", BODY_OPTIONAL, 0, INT32_MAX, -1);
	const char *items = items_read(req, body);
	if (!body_close(body))
		return false;
	arg_int(&args, req->ctx.actor.id);
	arg_instant(&args, req->ctx.now);
	arg_text(&args, kind);
	arg_int(&args, version);
	arg_text(&args, items);
	struct rows *rows = query_one(&req->ctx, QUERY_QUALITY_CHECKLIST_ADD, &args);
	return rows && quality_reply_row(req, 201, rows);
}

bool quality_settings_read(struct request *req)
{
	static const char *const names[] = { NULL };
	return query_done(req, names) && terms_read(req, QUERY_QUALITY_SETTINGS, NULL, "There are no settings");
}

bool quality_settings_edit(struct request *req)
{
	static const struct {
		const char *name;
		int64_t least, most;
	} fields[] = { { "low_score", 0, 9 }, { "sample_size", 0, 50 }, { "kpi_day", 1, 28 }, { "min_tickets", 1, 1000 },
		{ "min_ratings", 1, 1000 }, { "min_samples", 1, 1000 }, { "attestation_months", 1, 60 } };
	struct query_args args = query_args(&req->ctx);
	struct json_out wanted;
	int64_t version;
	if (!request_if_match(req, &version))
		return false;
	struct body *body = body_open(req);
	if (!body)
		return false;
	json_begin(&wanted, req->ctx.arena, 256);
	json_open_object(&wanted, NULL);
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		if (body_has(body, fields[i].name))
			json_int(&wanted, fields[i].name,
				body_int(body, fields[i].name, BODY_REQUIRED, fields[i].least, fields[i].most, 0));
	json_close_object(&wanted);
	if (!body_close(body))
		return false;
	arg_int(&args, req->ctx.actor.id);
	arg_instant(&args, req->ctx.now);
	arg_int(&args, version);
	arg_text(&args, wanted.text.data);
	struct rows *rows = query_one(&req->ctx, QUERY_QUALITY_SETTINGS_CHANGE, &args);
	return rows && quality_reply_row(req, 200, rows);
}
