/* Anchors against the events: one pass over all subjects feeds one Merkle tree for each anchor. What belongs to an anchor grows with each,
 * so the events of a subject that belong to one are a beginning of those that belong to the next. */
#include "audit/anchor.h"

#include "audit/audit.sql.h"
#include "db/query.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct boundary {
	int64_t xmin, xmax;
	int64_t *open; /* ascending: transactions between them that were not visible */
	int open_count;
};

struct checked {
	struct anchor anchor;
	struct boundary boundary;
	bool readable; /* its boundary */
	int64_t leaves[ANCHOR_KINDS];
	struct merkle tree[ANCHOR_KINDS]; /* the first alone in an anchor of the first form */
};

struct anchor_set {
	struct checked *items;
	int count;
};

static bool boundary_parse(struct ctx *ctx, const char *text, struct boundary *boundary_r)
{
	char *at;
	int room = 1;
	boundary_r->xmin = strtoll(text, &at, 10);
	if (at == text || *at != ':')
		return false;
	text = at + 1;
	boundary_r->xmax = strtoll(text, &at, 10);
	if (at == text || *at != ':')
		return false;
	for (const char *comma = at; *comma; comma++)
		room += *comma == ',';
	boundary_r->open = arena_array(ctx->arena, (size_t)room, sizeof(int64_t));
	for (at++; *at; at += *at == ',') {
		text = at;
		boundary_r->open[boundary_r->open_count++] = strtoll(text, &at, 10);
		if (at == text || (*at && *at != ','))
			return false;
	}
	return true;
}

static int compare_int(const void *a, const void *b)
{
	int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
	return left < right ? -1 : left > right;
}

static bool is_visible(const struct boundary *boundary, int64_t xid)
{
	if (xid < boundary->xmin || xid >= boundary->xmax)
		return xid < boundary->xmin;
	return !bsearch(&xid, boundary->open, (size_t)boundary->open_count, sizeof(int64_t), compare_int);
}

int anchor_set_count(const struct anchor_set *set)
{
	return set->count;
}

/* Each anchor must name the one before it; a first one in the file may have forerunners elsewhere. */
static void check_links(const struct anchor_set *set, struct audit_check *check)
{
	for (int i = 0; i < set->count; i++) {
		const struct anchor *anchor = &set->items[i].anchor, *before = i > 0 ? &set->items[i - 1].anchor : NULL;
		unsigned char link[DIGEST_BYTES];
		char name[48];
		snprintf(name, sizeof(name), "anchor %lld", (long long)anchor->number);
		anchor_link(anchor, link);
		if (memcmp(link, anchor->link, DIGEST_BYTES) != 0)
			audit_found(check, name, 0, "its link is not the hash of what it says");
		if (before && anchor->number != before->number + 1)
			audit_found(check, name, 0, "follows anchor %lld", (long long)before->number);
		else if (before && memcmp(anchor->previous_link, before->link, DIGEST_BYTES) != 0)
			audit_found(check, name, 0, "is not linked to the anchor before it");
		anchor_root(anchor, link);
		if (anchor->format != ANCHOR_FORMAT_ONE_TREE && memcmp(link, anchor->root, DIGEST_BYTES) != 0)
			audit_found(check, name, 0, "its root is not the hash of the roots of its kinds");
		if (!set->items[i].readable)
			audit_found(check, name, 0, "its boundary is not a snapshot");
	}
}

static void set_make(struct ctx *ctx, const struct anchor *anchors, int count, struct audit_check *check, struct anchor_set **set_r)
{
	struct anchor_set *set = arena_alloc(ctx->arena, sizeof(*set));
	set->count = count;
	set->items = arena_array(ctx->arena, (size_t)count + 1, sizeof(*set->items));
	for (int i = 0; i < count; i++) {
		set->items[i].anchor = anchors[i];
		set->items[i].readable = boundary_parse(ctx, anchors[i].boundary, &set->items[i].boundary);
	}
	check_links(set, check);
	*set_r = set;
}

static bool table_read(struct ctx *ctx, struct anchor **anchors_r, int *count_r)
{
	struct query_args args = query_args(ctx);
	arg_int(&args, 0);
	struct rows *rows = query_run(ctx, QUERY_AUDIT_ANCHOR_AFTER, &args);
	if (!rows)
		return false;
	*count_r = rows_count(rows);
	*anchors_r = arena_array(ctx->arena, (size_t)*count_r + 1, sizeof(**anchors_r));
	for (int i = 0; i < *count_r; i++)
		anchor_read_row(ctx, rows, i, &(*anchors_r)[i]);
	return true;
}

bool anchor_set_read_table(struct ctx *ctx, struct audit_check *check, struct anchor_set **set_r)
{
	struct anchor *anchors;
	int count;
	if (!table_read(ctx, &anchors, &count))
		return false;
	set_make(ctx, anchors, count, check, set_r);
	return true;
}

/* What the file has, the table must have the same. */
static void check_table(const struct anchor_set *set, const struct anchor *table, int count, struct audit_check *check)
{
	for (int i = 0, t = 0; i < set->count; i++) {
		const struct anchor *anchor = &set->items[i].anchor;
		char name[48];
		snprintf(name, sizeof(name), "anchor %lld", (long long)anchor->number);
		while (t < count && table[t].number < anchor->number)
			t++;
		if (t == count || table[t].number != anchor->number)
			audit_found(check, name, 0, "stands in the file, but the database has no such anchor");
		else if (memcmp(table[t].link, anchor->link, DIGEST_BYTES) != 0)
			audit_found(check, name, 0, "the database has another anchor of this number than the file");
	}
}

bool anchor_set_read_file(struct ctx *ctx, const char *path, struct audit_check *check, struct anchor_set **set_r)
{
	struct anchor *anchors, *table;
	int count, table_count;
	if (!anchor_file_read(ctx, path, check, &anchors, &count) || !table_read(ctx, &table, &table_count))
		return false;
	if (count == 0)
		return fail(ctx, ERROR_NOT_FOUND, "%s has no anchors", path);
	set_make(ctx, anchors, count, check, set_r);
	check_table(*set_r, table, table_count, check);
	return true;
}

static bool event_belongs(const struct checked *checked, enum anchor_kind kind, int64_t id, const struct chain_event *event)
{
	const struct anchor *anchor = &checked->anchor;
	return (int)kind < anchor_kinds(anchor) && id <= anchor->last_id[kind] && anchor->last_recorded != INSTANT_NONE && event->recorded <= anchor->last_recorded &&
		is_visible(&checked->boundary, event->xid);
}

static void add_leaf(struct checked *checked, enum anchor_kind kind, const unsigned char leaf[static DIGEST_BYTES])
{
	merkle_add(&checked->tree[checked->anchor.format == ANCHOR_FORMAT_ONE_TREE ? 0 : kind], leaf);
	checked->leaves[kind]++;
}

void anchor_subject(struct anchor_set *set, enum anchor_kind kind, int64_t id, const struct chain *chain)
{
	unsigned char leaf[DIGEST_BYTES];
	int count = 0, hashed = 0;
	for (int i = 0; i < set->count; i++) {
		struct checked *checked = &set->items[i];
		while (count < chain->count && event_belongs(checked, kind, id, &chain->events[count]))
			count++;
		if (count == 0)
			continue;
		if (hashed != count)
			merkle_leaf(chain->subject, chain->events[count - 1].seq, chain->events[count - 1].computed, leaf);
		hashed = count;
		add_leaf(checked, kind, leaf);
	}
}

static bool calendar_row(struct ctx *ctx, const struct rows *rows, void *user)
{
	struct anchor_set *set = user;
	int64_t id = rows_int(rows, 0, 0), xid = rows_int(rows, 0, 3);
	unsigned char head[DIGEST_BYTES], leaf[DIGEST_BYTES];
	char subject[48];
	if (!digest_parse(rows_text(rows, 0, 2), head))
		return fail_internal(ctx, ERROR_INTERNAL, "the hash of a calendar is not 32 bytes");
	snprintf(subject, sizeof(subject), "calendar:%lld", (long long)id);
	merkle_leaf(subject, rows_int(rows, 0, 1), head, leaf);
	for (int i = 0; i < set->count; i++) {
		struct checked *checked = &set->items[i];
		if (id > checked->anchor.last_id[ANCHOR_CALENDAR] || !is_visible(&checked->boundary, xid))
			continue;
		add_leaf(checked, ANCHOR_CALENDAR, leaf);
	}
	return true;
}

/* What does not hold, kind by kind as far as the anchor tells them apart, and since when: what the last good anchor covers is as it was. */
static void report_lost(const struct checked *checked, const struct anchor *good, struct audit_check *check)
{
	static const char *const kinds[] = { "tickets", "cases", "calendars", "contracts" };
	const struct anchor *anchor = &checked->anchor;
	char name[48], since[100] = "no anchor before it holds";
	bool counted = false;
	snprintf(name, sizeof(name), "anchor %lld", (long long)anchor->number);
	if (good)
		snprintf(since, sizeof(since), "what was recorded up to anchor %lld of %s is unchanged", (long long)good->number, good->day);
	for (int kind = 0; kind < anchor_kinds(anchor); kind++) {
		unsigned char root[DIGEST_BYTES];
		merkle_root(&checked->tree[kind], root);
		bool other = anchor->format != ANCHOR_FORMAT_ONE_TREE && memcmp(root, anchor->kind_root[kind], DIGEST_BYTES) != 0;
		if (checked->leaves[kind] != anchor->leaves[kind])
			audit_found(check, name, 0, "of %s does not hold: it covered %lld %s, the records give %lld; %s", anchor->day, (long long)anchor->leaves[kind],
				kinds[kind], (long long)checked->leaves[kind], since);
		else if (other)
			audit_found(check, name, 0, "of %s does not hold: what was recorded of %s before it is not what it covered; %s", anchor->day, kinds[kind], since);
		counted = counted || other || checked->leaves[kind] != anchor->leaves[kind];
	}
	if (!counted)
		audit_found(check, name, 0, "of %s does not hold: the events recorded before it are not those that it covered; %s", anchor->day, since);
}

static bool holds(const struct checked *checked)
{
	struct anchor found = checked->anchor;
	unsigned char root[DIGEST_BYTES];
	for (int kind = 0; kind < anchor_kinds(&found); kind++)
		merkle_root(&checked->tree[kind], found.kind_root[kind]);
	if (found.format == ANCHOR_FORMAT_ONE_TREE)
		memcpy(root, found.kind_root[0], DIGEST_BYTES);
	else
		anchor_root(&found, root);
	return memcmp(root, checked->anchor.root, DIGEST_BYTES) == 0;
}

bool anchor_finish(struct ctx *ctx, struct anchor_set *set, struct audit_check *check)
{
	const struct anchor *good = NULL;
	if (!query_each(ctx, QUERY_AUDIT_CALENDARS, NULL, calendar_row, set))
		return false;
	for (int i = 0; i < set->count; i++) {
		if (holds(&set->items[i]))
			good = &set->items[i].anchor;
		else
			report_lost(&set->items[i], good, check);
	}
	return true;
}
