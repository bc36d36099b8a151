/* All chains, or one: events are read in order, one subject at a time. The form that is hashed stands at function event_digest
 * (schema/rules/10_base.sql); this is the same, written a second time on purpose.
 * Owns: the memory of one subject. */
#include "audit/audit.h"

#include "audit/anchor.h"
#include "audit/audit.sql.h"
#include "audit/chain.h"
#include "base/text.h"
#include "db/query.h"

#include <stdio.h>
#include <string.h>

enum column { SUBJECT, NUMBER, SEQ, TYPE, OCCURRED, RECORDED, ACTOR, ROLE, VISIBILITY, BODY, DATA, HASH, CHAIN_SEQ, CHAIN_HEAD, XID };

struct walk {
	enum anchor_kind kind;
	struct audit_check *check;
	struct anchor_set *anchors; /* or NULL */
	struct arena *arena;        /* of the subject at hand */
	int64_t subject;            /* 0: none yet */
	struct chain chain;
	int room;
};

void audit_found(struct audit_check *check, const char *number, int64_t seq, const char *format, ...)
{
	char what[400];
	va_list args;
	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	check->findings++;
	check->found(check, number, seq, what);
}

#define PART_SUBJECTS 5000

static bool part_end(struct ctx *ctx, const struct query *part, int64_t from, int64_t *to_r)
{
	struct query_args args = query_args(ctx);
	arg_int(&args, from);
	arg_int(&args, PART_SUBJECTS - 1);
	struct rows *rows = query_run(ctx, part, &args);
	*to_r = rows && rows_count(rows) == 1 ? rows_int(rows, 0, 0) : INT64_MAX;
	return rows != NULL;
}

bool audit_parts_each(struct ctx *ctx, const struct query *part, const struct query *query, int64_t subject_or_0,
	bool (*row)(struct ctx *ctx, const struct rows *rows, void *user), void *user)
{
	int64_t from = subject_or_0 == 0 ? INT64_MIN : subject_or_0 - 1, to = subject_or_0;
	do {
		if (subject_or_0 == 0 && !part_end(ctx, part, from, &to))
			return false;
		struct query_args args = query_args(ctx);
		arg_int(&args, from);
		arg_int(&args, to);
		if (!query_each(ctx, query, &args, row, user))
			return false;
		from = to;
	} while (subject_or_0 == 0 && to != INT64_MAX);
	return true;
}

bool audit_subject_find(struct ctx *ctx, const char *number_or_null, int64_t *ticket_r, int64_t *case_r)
{
	struct query_args args = query_args(ctx);
	*ticket_r = *case_r = 0;
	if (!number_or_null)
		return true;
	arg_text(&args, number_or_null);
	struct rows *rows = query_one(ctx, QUERY_AUDIT_SUBJECT, &args);
	if (!rows)
		return false;
	*ticket_r = rows_int(rows, 0, 0);
	*case_r = rows_int(rows, 0, 1);
	return *ticket_r != 0 || *case_r != 0 || fail(ctx, ERROR_NOT_FOUND, "there is no ticket or case %s", number_or_null);
}

static bool chain_end(struct ctx *ctx, struct walk *walk)
{
	struct audit_check *check = walk->check;
	if (walk->subject == 0)
		return true;
	chain_check(&walk->chain, check);
	if (walk->anchors)
		anchor_subject(walk->anchors, walk->kind, walk->subject, &walk->chain);
	return check->subjects % AUDIT_STEP_SUBJECTS != 0 || !check->step || check->step(check, ctx);
}

/* Of a row that lost its ticket only the subject is known. */
static void chain_begin(struct walk *walk, const struct rows *rows)
{
	static const char *const kinds[] = { [ANCHOR_TICKET] = "ticket", [ANCHOR_CASE] = "case", [ANCHOR_CONTRACT] = "contract" };
	arena_reset(walk->arena);
	walk->subject = rows_int(rows, 0, SUBJECT);
	walk->room = 0;
	walk->chain = (struct chain){
		.subject = arena_printf(walk->arena, "%s:%lld", kinds[walk->kind], (long long)walk->subject),
		.head_seq = rows_int(rows, 0, CHAIN_SEQ),
	};
	/* A head that is no hash is one that agrees with nothing. */
	walk->chain.has_head = !rows_null(rows, 0, CHAIN_HEAD);
	if (walk->chain.has_head && !digest_parse(rows_text(rows, 0, CHAIN_HEAD), walk->chain.head))
		memset(walk->chain.head, 0, DIGEST_BYTES);
	walk->chain.number = rows_null(rows, 0, NUMBER) ? walk->chain.subject : arena_strdup(walk->arena, rows_text(rows, 0, NUMBER));
	if (rows_null(rows, 0, NUMBER))
		audit_found(walk->check, walk->chain.subject, 0, "has events, but itself is missing");
}

static void content_read(struct walk *walk, const struct rows *rows, struct chain_event *event)
{
	static const enum column fields[] = { TYPE, OCCURRED, RECORDED, ACTOR, ROLE, VISIBILITY, BODY, DATA };
	struct text_out content;
	text_begin(&content, walk->arena, 256);
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		if (rows_null(rows, 0, (int)fields[i])) {
			text_append(&content, "~;", 2);
			continue;
		}
		text_append_int(&content, (int64_t)rows_length(rows, 0, (int)fields[i]));
		text_append_char(&content, ':');
		text_append(&content, rows_text(rows, 0, (int)fields[i]), rows_length(rows, 0, (int)fields[i]));
		text_append_char(&content, ';');
	}
	event->content = content.data;
	event->content_length = content.length;
}

static bool event_row(struct ctx *ctx, const struct rows *rows, void *user)
{
	struct walk *walk = user;
	struct chain *chain = &walk->chain;
	if (rows_int(rows, 0, SUBJECT) != walk->subject) {
		if (!chain_end(ctx, walk))
			return false;
		chain_begin(walk, rows);
	}
	if (chain->count == walk->room) {
		walk->room = walk->room == 0 ? 16 : 2 * walk->room;
		struct chain_event *larger = arena_array(walk->arena, (size_t)walk->room, sizeof(*larger));
		if (chain->count > 0)
			memcpy(larger, chain->events, (size_t)chain->count * sizeof(*larger));
		chain->events = larger;
	}
	struct chain_event *event = &chain->events[chain->count++];
	*event = (struct chain_event){ .seq = rows_int(rows, 0, SEQ), .recorded = rows_int(rows, 0, RECORDED), .xid = rows_int(rows, 0, XID) };
	content_read(walk, rows, event);
	if (!digest_parse(rows_text(rows, 0, HASH), event->hash))
		memset(event->hash, 0, DIGEST_BYTES); /* agrees with nothing */
	return true;
}

static bool verify_chains(struct ctx *ctx, enum anchor_kind kind, const struct query *part, const struct query *events, const struct query *without, int64_t subject,
	struct anchor_set *anchors, struct audit_check *check)
{
	struct query_args args = query_args(ctx);
	struct walk walk = { .kind = kind, .check = check, .anchors = anchors, .arena = arena_create(64 * 1024) };
	arg_int_or_null(&args, subject, subject == 0);
	bool good = audit_parts_each(ctx, part, events, subject, event_row, &walk) && chain_end(ctx, &walk);
	arena_destroy(walk.arena);
	struct rows *rows = good ? query_run(ctx, without, &args) : NULL;
	if (!rows)
		return false;
	for (int i = 0; i < rows_count(rows); i++)
		audit_found(check, rows_text(rows, i, 0), 0, "%s",
			rows_bool(rows, i, 1) ? "has no events at all" : "has the head of a chain, but neither events nor itself are there");
	return true;
}

/* The rows of contracts against their last record, fact by fact. */
static bool verify_contracts(struct ctx *ctx, struct audit_check *check)
{
	struct rows *rows = query_run(ctx, QUERY_AUDIT_CONTRACT_DIFFERENCES, NULL);
	if (!rows)
		return false;
	for (int i = 0; i < rows_count(rows); i++) {
		char edition[40] = "";
		bool recorded = !rows_null(rows, i, 3), present = !rows_null(rows, i, 4);
		if (!rows_null(rows, i, 1))
			snprintf(edition, sizeof(edition), "edition %s: ", rows_text(rows, i, 1));
		if (rows_null(rows, i, 2))
			audit_found(check, rows_text(rows, i, 0), 0, "%s%s", edition,
				recorded ? "was recorded, but is not there" : "is there, but was never recorded");
		else
			audit_found(check, rows_text(rows, i, 0), 0, "%s%.80s is %.100s, recorded was %.100s", edition, rows_text(rows, i, 2),
				present ? rows_text(rows, i, 4) : "not there", recorded ? rows_text(rows, i, 3) : "nothing");
	}
	return true;
}

static bool verify_case_terms(struct ctx *ctx, int64_t case_id, struct audit_check *check)
{
	struct query_args args = query_args(ctx);
	arg_int_or_null(&args, case_id, case_id == 0);
	struct rows *rows = query_run(ctx, QUERY_AUDIT_CASE_TERMS, &args);
	if (!rows)
		return false;
	for (int i = 0; i < rows_count(rows); i++)
		audit_found(check, rows_text(rows, i, 0), 0, "is judged by edition %s of the terms, but was sent under edition %s", rows_text(rows, i, 1),
			rows_null(rows, i, 2) ? "another contract's or one that is gone" : rows_text(rows, i, 2));
	return true;
}

static bool verify_cases(struct ctx *ctx, int64_t case_id, struct anchor_set *anchors, struct audit_check *check)
{
	return verify_chains(ctx, ANCHOR_CASE, QUERY_AUDIT_PART_CASES, QUERY_AUDIT_CASE_EVENTS, QUERY_AUDIT_CASES_WITHOUT_EVENTS, case_id, anchors, check) &&
		verify_case_terms(ctx, case_id, check);
}

bool audit_verify(struct ctx *ctx, int64_t ticket_id, int64_t case_id, struct anchor_set *anchors, struct audit_check *check)
{
	bool all = ticket_id == 0 && case_id == 0;
	return tx_begin_snapshot(ctx) &&
		(case_id != 0 || verify_chains(ctx, ANCHOR_TICKET, QUERY_AUDIT_PART_TICKETS, QUERY_AUDIT_TICKET_EVENTS, QUERY_AUDIT_TICKETS_WITHOUT_EVENTS, ticket_id,
							 anchors, check)) &&
		(ticket_id != 0 || verify_cases(ctx, case_id, anchors, check)) &&
		(!all || (verify_chains(ctx, ANCHOR_CONTRACT, QUERY_AUDIT_PART_CONTRACTS, QUERY_AUDIT_CONTRACT_EVENTS, QUERY_AUDIT_CONTRACTS_WITHOUT_EVENTS, 0, anchors,
					  check) &&
				  verify_contracts(ctx, check))) &&
		(!anchors || anchor_finish(ctx, anchors, check)) && tx_commit(ctx);
}
