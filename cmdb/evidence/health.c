/* Health of the CIs: how many are complete, fresh, without contradiction, orphaned, by class and owner, and which. Owns nothing; the figures
 * are those of the last computation, the lists are of now. */
#include "cmdb/evidence/evidence.h"
#include "cmdb/evidence/store.h"

#include "cmdb/evidence/health.sql.h"
#include "cmdb/evidence/review.sql.h"

#include <string.h>

static const char *const counts[] = { "cis", "complete", "reviewed", "fresh", "claimed", "consistent", "no_owner", "no_relation", "no_use", "silent",
	"orphaned", "due" };
#define COUNTS ((int)(sizeof(counts) / sizeof(counts[0])))

static const char *const problems[] = { "incomplete", "overdue", "contradicted", "orphaned", "no_owner", "no_relation", "no_use", "silent", NULL };

static bool read_scope(struct request *req, int64_t *class_id_r, int64_t *owner_id_r)
{
	struct ctx *ctx = &req->ctx;
	const char *key = request_query(req, "class");
	*class_id_r = 0;
	*owner_id_r = query_int(req, "owner", 0, 1, INT64_MAX);
	if (!key)
		return true;
	struct query_args args = query_args(ctx);
	arg_text(&args, key);
	struct rows *rows = query_run(ctx, QUERY_REVIEW_CLASS, &args);
	if (!rows)
		return false;
	if (rows_count(rows) == 0)
		return fail_field(ctx, "class", "there is no such class");
	*class_id_r = rows_int(rows, 0, 0);
	return true;
}

static void put_counts(struct json_out *json, const struct rows *rows, int row, int first)
{
	for (int i = 0; i < COUNTS; i++)
		json_int(json, counts[i], rows_int(rows, row, first + i));
}

static void put_class(struct json_out *json, const struct ctx *ctx, const struct rows *rows, int row, int first)
{
	json_open_object(json, "class");
	json_raw(json, "id", rows_text(rows, row, first));
	json_text(json, "name", rows_text(rows, row, first + 1));
	json_text(json, "label", rows_text(rows, row, strcmp(ctx->actor.language, "ru") == 0 ? first + 3 : first + 2));
	json_close_object(json);
}

static void put_classes(struct json_out *json, const struct ctx *ctx, const struct rows *rows, int64_t class_id)
{
	char id[32];
	struct ctx plain = { .arena = json->text.arena };
	snprintf(id, sizeof(id), "%lld", (long long)class_id);
	json_open_array(json, "classes");
	for (int i = 0; i < rows_count(rows); i++) {
		const char *const *lineage;
		bool within = class_id == 0;
		int depth = rows_array(&plain, rows, i, 5, &lineage);
		for (int d = 0; d < depth && !within; d++)
			within = strcmp(lineage[d], id) == 0;
		if (!within)
			continue;
		json_open_object(json, NULL);
		put_class(json, ctx, rows, i, 0);
		json_raw(json, "parent", rows_text(rows, i, 4));
		json_int(json, "depth", depth - 1);
		put_counts(json, rows, i, 6);
		json_close_object(json);
	}
	json_close_array(json);
}

static void put_owners(struct json_out *json, const struct rows *rows)
{
	json_open_array(json, "owners");
	for (int i = 0; i < rows_count(rows); i++) {
		json_open_object(json, NULL);
		json_ref(json, "owner", rows_text(rows, i, 0), rows_text(rows, i, 1));
		put_counts(json, rows, i, 3);
		json_text(json, "reminded_on", rows_text(rows, i, 15));
		json_bool(json, "reminders_off", rows_bool(rows, i, 16));
		json_close_object(json);
	}
	json_close_array(json);
}

static void put_days(struct json_out *json, const struct rows *rows)
{
	static const char *const names[] = { "cis", "complete", "reviewed", "fresh", "claimed", "consistent", "orphaned" };
	json_open_array(json, "days");
	for (int i = 0; i < rows_count(rows); i++) {
		json_open_object(json, NULL);
		json_text(json, "day", rows_text(rows, i, 0));
		for (int c = 0; c < 7; c++)
			json_int(json, names[c], rows_int(rows, i, c + 1));
		json_close_object(json);
	}
	json_close_array(json);
}

bool health_read(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct computation computation;
	struct json_out json;
	int64_t class_id, owner_id;
	if (!read_scope(req, &class_id, &owner_id) || !query_done(req, (const char *const[]){ "class", "owner", NULL }) || !computation_read(ctx, &computation))
		return false;
	struct query_args classes = query_args(ctx), owners = query_args(ctx), days = query_args(ctx);
	arg_text(&classes, computation.day);
	arg_int_or_null(&classes, owner_id, owner_id == 0);
	for (int i = 0; i < 2; i++) {
		struct query_args *args = i == 0 ? &owners : &days;
		arg_text(args, computation.day);
		arg_int_or_null(args, class_id, class_id == 0);
		arg_int_or_null(args, owner_id, owner_id == 0);
	}
	struct query_step steps[] = { { QUERY_HEALTH_CLASSES, &classes, NULL }, { QUERY_HEALTH_OWNERS, &owners, NULL }, { QUERY_HEALTH_DAYS, &days, NULL } };
	if (!query_pipeline(ctx, steps, 3))
		return false;
	json_begin(&json, ctx->arena, 16384);
	json_open_object(&json, NULL);
	json_text(&json, "day", computation.day);
	json_instant(&json, "at", computation.known ? computation.at : INSTANT_NONE);
	put_classes(&json, ctx, steps[0].rows, class_id);
	put_owners(&json, steps[1].rows);
	put_days(&json, steps[2].rows);
	json_close_object(&json);
	return reply_json_out(req, 200, &json);
}

bool health_ci_list(struct request *req)
{
	struct ctx *ctx = &req->ctx;
	struct page page;
	struct json_out json;
	int64_t class_id, owner_id;
	const char *last = NULL;
	if (!page_read(req, &page) || !read_scope(req, &class_id, &owner_id))
		return false;
	const char *problem = query_choice(req, "problem", problems);
	if (!request_query(req, "problem"))
		fail_field(ctx, "problem", "is required");
	if (!query_done(req, (const char *const[]){ "problem", "class", "owner", "limit", "cursor", NULL }))
		return false;
	struct query_args args = query_args(ctx);
	arg_text(&args, problem);
	arg_int_or_null(&args, class_id, class_id == 0);
	arg_int_or_null(&args, owner_id, owner_id == 0);
	arg_text(&args, page.count ? page.value[0] : NULL);
	arg_int(&args, page.limit + 1);
	arg_instant(&args, ctx->now);
	struct rows *rows = query_run(ctx, QUERY_HEALTH_CIS, &args);
	if (!rows)
		return false;
	int count = rows_count(rows), shown = count > page.limit ? page.limit : count;
	json_begin(&json, ctx->arena, 16384);
	json_open_object(&json, NULL);
	json_open_array(&json, "items");
	for (int i = 0; i < shown; i++) {
		json_open_object(&json, NULL);
		json_raw(&json, "id", rows_text(rows, i, 0));
		json_text(&json, "name", rows_text(rows, i, 1));
		put_class(&json, ctx, rows, i, 2);
		json_ref(&json, "owner", rows_text(rows, i, 6), rows_text(rows, i, 7));
		json_text(&json, "location", rows_text(rows, i, 8));
		json_instant(&json, "updated_at", rows_instant(rows, i, 9));
		json_close_object(&json);
	}
	json_close_array(&json);
	if (count > shown)
		last = rows_text(rows, shown - 1, 0);
	json_text(&json, "next", last ? page_cursor(req, &last, 1) : NULL);
	json_close_object(&json);
	return reply_json_out(req, 200, &json);
}
