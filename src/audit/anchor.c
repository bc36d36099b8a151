/* See anchor.h: an anchor by itself, and the making of one. The heads come from the chains; whether those are true is for verify to say. */
#include "audit/anchor.h"

#include "audit/audit.sql.h"
#include "base/config.h"
#include "db/query.h"

#include <stdio.h>
#include <string.h>

static const char *const subject_kind[] = { "ticket", "case", "calendar", "contract" };

const char *const anchor_root_name[ANCHOR_KINDS] = { "tickets_root", "cases_root", "calendars_root", "contracts_root" };

int anchor_kinds(const struct anchor *anchor)
{
	return anchor->format == ANCHOR_FORMAT_ONE_TREE ? ANCHOR_CONTRACT : ANCHOR_KINDS;
}

void anchor_root(const struct anchor *anchor, unsigned char out[static DIGEST_BYTES])
{
	struct digest digest;
	digest_begin(&digest);
	digest_bytes(&digest, "\3", 1);
	digest_bytes(&digest, anchor->kind_root, sizeof(anchor->kind_root));
	digest_end(&digest, out);
}

void anchor_link(const struct anchor *anchor, unsigned char out[static DIGEST_BYTES])
{
	struct digest digest;
	digest_begin(&digest);
	digest_bytes(&digest, "\2", 1);
	digest_bytes(&digest, anchor->previous_link, DIGEST_BYTES);
	digest_bytes(&digest, anchor->root, DIGEST_BYTES);
	digest_field_int(&digest, anchor->number);
	digest_field(&digest, anchor->day, strlen(anchor->day));
	digest_field_int(&digest, anchor->made_at);
	digest_field(&digest, anchor->boundary, strlen(anchor->boundary));
	if (anchor->last_recorded == INSTANT_NONE)
		digest_field(&digest, NULL, 0);
	else
		digest_field_int(&digest, anchor->last_recorded);
	for (int kind = 0; kind < ANCHOR_CONTRACT; kind++)
		digest_field_int(&digest, anchor->last_id[kind]);
	for (int kind = 0; kind < ANCHOR_CONTRACT; kind++)
		digest_field_int(&digest, anchor->leaves[kind]);
	if (anchor->format != ANCHOR_FORMAT_ONE_TREE) {
		digest_field_int(&digest, anchor->format);
		digest_field_int(&digest, anchor->last_id[ANCHOR_CONTRACT]);
		digest_field_int(&digest, anchor->leaves[ANCHOR_CONTRACT]);
	}
	digest_end(&digest, out);
}

static void json_digest(struct json_out *json, const char *key, const unsigned char digest[static DIGEST_BYTES])
{
	char hex[DIGEST_HEX];
	text_hex(digest, DIGEST_BYTES, hex);
	json_text(json, key, hex);
}

void anchor_json(struct json_out *json, const char *key_or_null, const struct anchor *anchor)
{
	json_open_object(json, key_or_null);
	json_int(json, "number", anchor->number);
	json_text(json, "day", anchor->day);
	json_instant(json, "made_at", anchor->made_at);
	json_text(json, "boundary", anchor->boundary);
	json_instant(json, "last_recorded", anchor->last_recorded);
	json_int(json, "last_ticket", anchor->last_id[ANCHOR_TICKET]);
	json_int(json, "last_case", anchor->last_id[ANCHOR_CASE]);
	json_int(json, "last_calendar", anchor->last_id[ANCHOR_CALENDAR]);
	json_int(json, "tickets", anchor->leaves[ANCHOR_TICKET]);
	json_int(json, "cases", anchor->leaves[ANCHOR_CASE]);
	json_int(json, "calendars", anchor->leaves[ANCHOR_CALENDAR]);
	if (anchor->format != ANCHOR_FORMAT_ONE_TREE) {
		json_int(json, "format", anchor->format);
		json_int(json, "last_contract", anchor->last_id[ANCHOR_CONTRACT]);
		json_int(json, "contracts", anchor->leaves[ANCHOR_CONTRACT]);
		for (int kind = 0; kind < ANCHOR_KINDS; kind++)
			json_digest(json, anchor_root_name[kind], anchor->kind_root[kind]);
	}
	json_digest(json, "root", anchor->root);
	json_digest(json, "previous_link", anchor->previous_link);
	json_digest(json, "link", anchor->link);
	json_close_object(json);
}

static void read_digest(const struct rows *rows, int row, int column, unsigned char out[static DIGEST_BYTES])
{
	INVARIANT(digest_parse(rows_text(rows, row, column), out));
}

void anchor_read_row(struct ctx *ctx, const struct rows *rows, int row, struct anchor *anchor_r)
{
	*anchor_r = (struct anchor){
		.number = rows_int(rows, row, 0),
		.day = arena_strdup(ctx->arena, rows_text(rows, row, 1)),
		.made_at = rows_instant(rows, row, 2),
		.boundary = arena_strdup(ctx->arena, rows_text(rows, row, 3)),
		.last_recorded = rows_instant(rows, row, 4),
	};
	for (int kind = 0; kind < ANCHOR_KINDS; kind++) {
		anchor_r->last_id[kind] = rows_int(rows, row, 5 + kind);
		anchor_r->leaves[kind] = rows_int(rows, row, 5 + ANCHOR_KINDS + kind);
	}
	read_digest(rows, row, 5 + 2 * ANCHOR_KINDS, anchor_r->root);
	read_digest(rows, row, 6 + 2 * ANCHOR_KINDS, anchor_r->previous_link);
	read_digest(rows, row, 7 + 2 * ANCHOR_KINDS, anchor_r->link);
	anchor_r->format = rows_int(rows, row, 8 + 2 * ANCHOR_KINDS);
	for (int kind = 0; kind < ANCHOR_KINDS && anchor_r->format != ANCHOR_FORMAT_ONE_TREE; kind++) {
		char hex[DIGEST_HEX];
		snprintf(hex, sizeof(hex), "%.*s", DIGEST_HEX - 1, rows_text(rows, row, 9 + 2 * ANCHOR_KINDS) + (size_t)kind * (DIGEST_HEX - 1));
		INVARIANT(digest_parse(hex, anchor_r->kind_root[kind]));
	}
}

struct making {
	struct merkle tree[ANCHOR_KINDS];
	struct anchor *anchor;
};

/* The first row has the snapshot, the others a head each. */
static bool leaf_row(struct ctx *ctx, const struct rows *rows, void *user)
{
	struct making *making = user;
	int64_t kind = rows_int(rows, 0, 0) - 1;
	unsigned char head[DIGEST_BYTES], leaf[DIGEST_BYTES];
	char subject[48];
	if (kind < 0) {
		making->anchor->boundary = arena_strdup(ctx->arena, rows_text(rows, 0, 4));
		return true;
	}
	if (!digest_parse(rows_text(rows, 0, 3), head))
		return fail_internal(ctx, ERROR_INTERNAL, "the head of a chain is not 32 bytes");
	making->anchor->last_id[kind] = rows_int(rows, 0, 1);
	making->anchor->leaves[kind]++;
	snprintf(subject, sizeof(subject), "%s:%lld", subject_kind[kind], (long long)rows_int(rows, 0, 1));
	merkle_leaf(subject, rows_int(rows, 0, 2), head, leaf);
	merkle_add(&making->tree[kind], leaf);
	return true;
}

static bool previous_read(struct ctx *ctx, struct anchor *anchor, const char **boundary_r, instant *recorded_r)
{
	/* Anchors are made one after the other, so that each boundary includes the one before. */
	struct rows *rows = query_one(ctx, QUERY_AUDIT_ANCHOR_LOCK, NULL);
	if (!rows || !(rows = query_run(ctx, QUERY_AUDIT_ANCHOR_LAST, NULL)))
		return false;
	*anchor = (struct anchor){ .number = 1, .made_at = ctx->now, .format = ANCHOR_FORMAT_KINDS };
	*boundary_r = NULL;
	*recorded_r = INSTANT_NONE;
	if (rows_count(rows) == 0)
		return true;
	struct anchor last;
	anchor_read_row(ctx, rows, 0, &last);
	anchor->number = last.number + 1;
	memcpy(anchor->previous_link, last.link, DIGEST_BYTES);
	*boundary_r = last.boundary;
	*recorded_r = last.last_recorded;
	return true;
}

static bool last_recorded_read(struct ctx *ctx, struct anchor *anchor, const char *before, instant recorded)
{
	struct query_args args = query_args(ctx);
	arg_text(&args, anchor->boundary);
	arg_text(&args, before);
	struct rows *rows = query_one(ctx, QUERY_AUDIT_LAST_RECORDED, &args);
	if (!rows)
		return false;
	anchor->last_recorded = rows_instant(rows, 0, 0);
	if (anchor->last_recorded == INSTANT_NONE || recorded > anchor->last_recorded)
		anchor->last_recorded = recorded;
	return true;
}

static bool anchor_insert(struct ctx *ctx, const struct anchor *anchor, bool scheduled)
{
	struct query_args args = query_args(ctx);
	arg_int(&args, anchor->number);
	arg_text(&args, anchor->day);
	arg_bool(&args, scheduled);
	arg_instant(&args, anchor->made_at);
	arg_int_or_null(&args, ctx->actor.id, ctx->actor.id == 0);
	arg_text(&args, anchor->boundary);
	arg_instant(&args, anchor->last_recorded);
	for (int kind = 0; kind < ANCHOR_KINDS; kind++)
		arg_int(&args, anchor->last_id[kind]);
	for (int kind = 0; kind < ANCHOR_KINDS; kind++)
		arg_int(&args, anchor->leaves[kind]);
	arg_bytes(&args, anchor->root, DIGEST_BYTES);
	arg_bytes(&args, anchor->previous_link, DIGEST_BYTES);
	arg_bytes(&args, anchor->link, DIGEST_BYTES);
	arg_int(&args, anchor->format);
	arg_bytes(&args, anchor->kind_root, sizeof(anchor->kind_root));
	arg_text(&args, ctx->config->audit_mail);
	arg_text(&args, ctx->config->desk_language);
	return query_one(ctx, QUERY_AUDIT_ANCHOR_ADD, &args) != NULL;
}

bool anchor_make(struct ctx *ctx, const char *day, bool scheduled, struct anchor *anchor_r)
{
	struct making making = { .anchor = anchor_r };
	const char *before;
	instant recorded;
	if (!previous_read(ctx, anchor_r, &before, &recorded))
		return false;
	anchor_r->day = day;
	if (!query_each(ctx, QUERY_AUDIT_LEAVES, NULL, leaf_row, &making) || !last_recorded_read(ctx, anchor_r, before, recorded))
		return false;
	for (int kind = 0; kind < ANCHOR_KINDS; kind++)
		merkle_root(&making.tree[kind], anchor_r->kind_root[kind]);
	anchor_root(anchor_r, anchor_r->root);
	anchor_link(anchor_r, anchor_r->link);
	return anchor_insert(ctx, anchor_r, scheduled);
}
