/* Owns: writing one batch of tickets; one transaction of the caller's. New tickets come by COPY with ids taken in
 * advance; tickets that are here already go on where their log left off.
 * Refuses: a log that no longer begins as it did when it was imported, and tickets that somebody has worked on here
 * since. */
#include "import/event.h"

#include "db/query.h"
#include "import/import.sql.h"
#include "import/table.h"
#include "sla/subject.h"

#include <string.h>

#define FLUSH_BYTES (256 * 1024)

struct batch {
	struct trail_run *run;
	struct ctx *ctx;
	struct trail_ticket *tickets;
	int count;
	struct text_out line;
	struct json_out json;
};

static void sort_by_instant(struct trail_row *rows, int count)
{
	for (int i = 1; i < count; i++) {
		struct trail_row row = rows[i];
		int place = i;
		for (; place > 0 && rows[place - 1].at > row.at; place--)
			rows[place] = rows[place - 1];
		rows[place] = row;
	}
}

/* The records were accepted when the file was read; read again, they give the same. */
static void ticket_read(struct batch *batch, int index, struct trail_ticket *ticket)
{
	struct trail_run *run = batch->run;
	struct trail_spool_cursor cursor = { 0 };
	const char *bytes, *why;
	size_t length;
	int line;
	struct csv cells;
	memset(ticket, 0, sizeof(*ticket));
	ticket->rows =
		arena_array(batch->ctx->arena, (size_t)trail_spool_case_rows(run->spool, index), sizeof(*ticket->rows));
	while (trail_spool_next(run->spool, index, &cursor, &bytes, &length, &line)) {
		bool good = trail_record_cells(batch->ctx->arena, bytes, length, run->delimiter, &cells, &why) &&
			trail_row_read(run->map, batch->ctx->arena, &cells, line, INT64_MAX, &ticket->rows[ticket->count], &why);
		INVARIANT(good);
		ticket->count++;
	}
	ticket->number = ticket->rows[0].text[FIELD_CASE];
	ticket->line = ticket->rows[0].line;
	if (run->map->by_instant)
		sort_by_instant(ticket->rows, ticket->count);
}

static void digest_rows(const struct batch *batch, struct trail_ticket *ticket, int from, int to)
{
	for (int i = from; i < to; i++)
		trail_row_digest(batch->run->map, batch->ctx->arena, &ticket->rows[i], ticket->digest);
}

static void ticket_refuse(struct batch *batch, struct trail_ticket *ticket, const char *reason)
{
	ticket->writes = false;
	batch->run->counts.tickets_refused++;
	batch->run->counts.rows_refused += ticket->count;
	trail_refuse(batch->run, ticket->line, ticket->number, reason);
}

/* What is here of a ticket, against the rows of the file. */
static void ticket_compare(struct batch *batch, struct trail_ticket *ticket, const struct rows *known, int row)
{
	struct arena *arena = batch->ctx->arena;
	const char *ours = rows_text(known, row, 2);
	char hex[2 * TRAIL_DIGEST_BYTES + 1];
	if (rows_null(known, row, 3)) {
		ticket_refuse(batch, ticket, arena_printf(arena, "is here as %s, but this command did not bring it", ours));
		return;
	}
	int before = (int)rows_int(known, row, 3);
	if (before > ticket->count) {
		ticket_refuse(batch, ticket,
			arena_printf(arena, "is here as %s with %d rows, the file has only %d", ours, before, ticket->count));
		return;
	}
	digest_rows(batch, ticket, 0, before);
	text_hex(ticket->digest, TRAIL_DIGEST_BYTES, hex);
	if (strcmp(hex, rows_text(known, row, 4)) != 0) {
		ticket_refuse(batch, ticket,
			arena_printf(arena,
				"its first %d rows are not those that were imported as %s (or the map reads them otherwise)", before,
				ours));
		return;
	}
	if (before == ticket->count) {
		batch->run->counts.tickets_unchanged++;
		return;
	}
	if (!rows_bool(known, row, 5)) {
		ticket_refuse(batch, ticket, arena_printf(arena, "somebody has worked on %s here since its import", ours));
		return;
	}
	digest_rows(batch, ticket, before, ticket->count);
	ticket->id = rows_int(known, row, 1);
	ticket->rows_before = before;
	ticket->writes = true;
	batch->run->counts.tickets_continued++;
}

static bool compare_all(struct batch *batch)
{
	struct query_args args = query_args(batch->ctx);
	bool *seen = arena_array(batch->ctx->arena, (size_t)batch->count + 1, sizeof(*seen));
	const char **numbers = arena_array(batch->ctx->arena, (size_t)batch->count + 1, sizeof(*numbers));
	for (int i = 0; i < batch->count; i++)
		numbers[i] = batch->tickets[i].number;
	arg_text(&args, batch->run->map->source);
	arg_texts(&args, numbers, batch->count);
	struct rows *known = query_run(batch->ctx, QUERY_IMPORT_KNOWN, &args);
	if (!known)
		return false;
	for (int i = 0; i < rows_count(known); i++) {
		int place = (int)rows_int(known, i, 0);
		seen[place] = true;
		ticket_compare(batch, &batch->tickets[place], known, i);
	}
	for (int i = 0; i < batch->count; i++) {
		if (seen[i])
			continue;
		digest_rows(batch, &batch->tickets[i], 0, batch->tickets[i].count);
		batch->tickets[i].writes = true;
		batch->run->counts.tickets_new++;
	}
	return true;
}

/* Names to ids, rows to stories. */
static void tell_all(struct batch *batch)
{
	struct trail_run *run = batch->run;
	for (int i = 0; i < batch->count; i++) {
		struct trail_ticket *ticket = &batch->tickets[i];
		if (!ticket->writes)
			continue;
		for (int row = 0; row < ticket->count; row++)
			trail_names_apply(run->names, &ticket->rows[row]);
		ticket->story = trail_story_tell(batch->ctx->arena, ticket->rows, ticket->count, &run->setting);
		run->counts.rows_in += ticket->count - ticket->rows_before;
		for (int e = 0; e < ticket->story->event_count; e++)
			run->counts.events += ticket->story->events[e].row >= ticket->rows_before;
		for (int h = 0; h < ticket->story->handover_count; h++)
			run->counts.handovers += ticket->story->handovers[h].row >= ticket->rows_before;
	}
}

static int64_t element(const char *const *elements, int at)
{
	int64_t value = 0;
	INVARIANT(text_parse_int64(elements[at], &value));
	return value;
}

static bool numbers_take(struct batch *batch)
{
	struct query_args args = query_args(batch->ctx);
	const char *const *ticket_ids, *const *handover_ids;
	int tickets = 0, handovers = 0;
	for (int i = 0; i < batch->count; i++) {
		const struct trail_ticket *ticket = &batch->tickets[i];
		tickets += ticket->writes && ticket->id == 0;
		for (int h = 0; ticket->writes && h < ticket->story->handover_count; h++)
			handovers += ticket->story->handovers[h].row >= ticket->rows_before;
	}
	arg_int(&args, tickets);
	arg_int(&args, handovers);
	struct rows *rows = query_one(batch->ctx, QUERY_IMPORT_NUMBERS, &args);
	if (!rows)
		return false;
	INVARIANT(rows_array(batch->ctx, rows, 0, 0, &ticket_ids) == tickets &&
		rows_array(batch->ctx, rows, 0, 1, &handover_ids) == handovers);
	tickets = handovers = 0;
	for (int i = 0; i < batch->count; i++) {
		struct trail_ticket *ticket = &batch->tickets[i];
		if (ticket->writes && ticket->id == 0)
			ticket->id = element(ticket_ids, tickets++);
		for (int h = 0; ticket->writes && h < ticket->story->handover_count; h++)
			if (ticket->story->handovers[h].row >= ticket->rows_before)
				ticket->story->handovers[h].id = element(handover_ids, handovers++);
	}
	return true;
}

static void field_int(struct batch *batch, int64_t value)
{
	text_append_char(&batch->line, '\t');
	text_append_int(&batch->line, value);
}

static void field_id(struct batch *batch, int64_t id_or_0)
{
	if (id_or_0)
		field_int(batch, id_or_0);
	else
		text_append(&batch->line, "\t\\N", 3);
}

static void field_text(struct batch *batch, const char *text)
{
	text_append_char(&batch->line, '\t');
	copy_escape(&batch->line, text);
}

static void field_instant(struct batch *batch, instant at_or_none)
{
	char text[INSTANT_TEXT_BYTES];
	if (at_or_none != INSTANT_NONE)
		instant_format(at_or_none, text);
	field_text(batch, at_or_none == INSTANT_NONE ? NULL : text);
}

static void moment_text(int64_t at_us, char out[static 2 * INSTANT_TEXT_BYTES])
{
	char second[INSTANT_TEXT_BYTES];
	instant_format(at_us / 1000000, second);
	second[strlen(second) - 1] = '\0'; /* the Z goes behind the fraction */
	snprintf(out, 2 * INSTANT_TEXT_BYTES, "%s.%06dZ", second, (int)(at_us % 1000000));
}

static bool line_put(struct batch *batch)
{
	text_append_char(&batch->line, '\n');
	if (batch->line.length < FLUSH_BYTES)
		return true;
	bool good = copy_put(batch->ctx, batch->line.data, batch->line.length);
	batch->line.length = 0;
	return good;
}

static bool ticket_lines(struct batch *batch, const struct trail_ticket *ticket)
{
	const struct trail_story *story = ticket->story;
	const struct trail_row *row = ticket->rows;
	const struct trail_face *face = &story->face;
	const int64_t ten_days_s = 10 * 86400; /* how long a closed ticket without a policy can be reopened */
	if (ticket->rows_before > 0)
		return true;
	text_append_int(&batch->line, ticket->id);
	field_text(batch, row->kind ? row->kind : "incident");
	field_text(batch, face->subject);
	field_text(batch, row->body);
	field_text(batch, trail_state_name[face->status]);
	field_text(batch, row->channel ? row->channel : "import");
	field_int(batch, face->impact);
	field_int(batch, face->urgency);
	field_int(batch, face->priority);
	field_id(batch, face->reporter);
	field_id(batch, row->opened_by ? row->opened_by : face->reporter);
	field_id(batch, face->owner);
	field_id(batch, face->team);
	field_id(batch, face->category);
	field_instant(batch, story->opened_at);
	field_instant(batch, story->updated_at);
	field_instant(batch, story->resolved_at);
	field_instant(batch, story->closed_at);
	field_instant(batch, face->status == TRAIL_CLOSED ? story->closed_at + ten_days_s : INSTANT_NONE);
	field_int(batch, story->resolution_count);
	field_int(batch, story->reopen_count);
	field_int(batch, story->move_count);
	field_text(batch, batch->run->map->source);
	field_text(batch, ticket->number);
	return line_put(batch);
}

static bool handover_lines(struct batch *batch, const struct trail_ticket *ticket)
{
	for (int i = 0; i < ticket->story->handover_count; i++) {
		const struct trail_handover *handover = &ticket->story->handovers[i];
		if (handover->row < ticket->rows_before)
			continue;
		text_append_int(&batch->line, handover->id);
		field_id(batch, ticket->id);
		field_id(batch, handover->from);
		field_id(batch, handover->to);
		field_id(batch, handover->to_team);
		field_text(batch, "imported");
		field_text(batch, "permanent");
		field_text(batch, "accepted");
		field_instant(batch, handover->at);
		field_instant(batch, handover->at);
		field_id(batch, handover->new_owner);
		if (!line_put(batch))
			return false;
	}
	return true;
}

static bool ownership_lines(struct batch *batch, const struct trail_ticket *ticket)
{
	const struct trail_story *story = ticket->story;
	for (int i = 0; i < story->ownership_count; i++) {
		const struct trail_ownership *ownership = &story->ownerships[i];
		char from[2 * INSTANT_TEXT_BYTES], to[2 * INSTANT_TEXT_BYTES] = "";
		if (ownership->row < ticket->rows_before)
			continue;
		moment_text(ownership->from_us, from);
		if (i + 1 < story->ownership_count)
			moment_text(story->ownerships[i + 1].from_us, to);
		text_append_int(&batch->line, ticket->id);
		field_id(batch, ownership->person);
		text_append_printf(&batch->line, "\t[\"%s\",%s%s%s)", from, *to ? "\"" : "", to, *to ? "\"" : "");
		field_id(batch, ownership->handover >= 0 ? story->handovers[ownership->handover].id : 0);
		if (!line_put(batch))
			return false;
	}
	return true;
}

static bool event_lines(struct batch *batch, const struct trail_ticket *ticket)
{
	for (int i = 0; i < ticket->story->event_count; i++) {
		const struct trail_event *event = &ticket->story->events[i];
		if (event->row < ticket->rows_before)
			continue;
		trail_event_line(batch->run, ticket, event, &batch->json, &batch->line);
		batch->line.length--; /* line_put ends it */
		if (!line_put(batch))
			return false;
	}
	return true;
}

/* When the CI that is linked at the end came. */
static instant linked_at(const struct trail_story *story)
{
	instant at = story->opened_at;
	for (int i = 0; i < story->event_count; i++)
		if (story->events[i].type == TRAIL_CI_LINKED)
			at = story->events[i].at;
	return at;
}

static bool link_lines(struct batch *batch, const struct trail_ticket *ticket)
{
	if (ticket->rows_before > 0 || !ticket->story->face.ci)
		return true;
	text_append_int(&batch->line, ticket->id);
	field_id(batch, ticket->story->face.ci);
	field_text(batch, "affected");
	field_instant(batch, linked_at(ticket->story));
	return line_put(batch);
}

static bool progress_lines(struct batch *batch, const struct trail_ticket *ticket)
{
	char hex[2 * TRAIL_DIGEST_BYTES + 1];
	if (ticket->rows_before > 0)
		return true;
	text_hex(ticket->digest, TRAIL_DIGEST_BYTES, hex);
	text_append_int(&batch->line, ticket->id);
	field_text(batch, batch->run->map->source);
	field_text(batch, ticket->number);
	field_int(batch, ticket->count);
	text_append_printf(&batch->line, "\t\\\\x%s", hex);
	field_int(batch, 1);
	field_instant(batch, batch->ctx->now);
	return line_put(batch);
}

static bool copy_all(struct batch *batch, const struct query *copy, bool (*lines)(struct batch *, const struct trail_ticket *))
{
	int64_t loaded;
	if (!copy_begin(batch->ctx, copy))
		return false;
	batch->line.length = 0;
	for (int i = 0; i < batch->count; i++)
		if (batch->tickets[i].writes && !lines(batch, &batch->tickets[i]))
			return false;
	return copy_put(batch->ctx, batch->line.data, batch->line.length) && copy_end(batch->ctx, &loaded);
}

/* The ticket after its new rows, for import_advance. */
static void advance_json(struct batch *batch, const struct trail_ticket *ticket)
{
	struct json_out *json = &batch->json;
	const struct trail_story *story = ticket->story;
	const struct trail_face *face = &story->face, *was = face;
	char moment[2 * INSTANT_TEXT_BYTES] = "", hex[2 * TRAIL_DIGEST_BYTES + 1];
	for (int i = story->event_count - 1; i >= 0 && story->events[i].row >= ticket->rows_before; i--)
		was = &story->events[i].before;
	for (int i = story->ownership_count - 1; i >= 0 && story->ownerships[i].row >= ticket->rows_before; i--)
		moment_text(story->ownerships[i].from_us, moment);
	text_hex(ticket->digest, TRAIL_DIGEST_BYTES, hex);
	json_open_object(json, NULL);
	json_int(json, "id", ticket->id);
	json_text(json, "status", trail_state_name[face->status]);
	json_int(json, "impact", face->impact);
	json_int(json, "urgency", face->urgency);
	json_int(json, "priority", face->priority);
	json_int(json, "reporter", face->reporter);
	if (face->owner)
		json_int(json, "owner", face->owner);
	json_int(json, "team", face->team);
	if (face->category)
		json_int(json, "category", face->category);
	json_text(json, "subject", face->subject);
	json_instant(json, "updated_at", story->updated_at);
	json_instant(json, "resolved_at", story->resolved_at);
	json_instant(json, "closed_at", story->closed_at);
	json_int(json, "resolution_count", story->resolution_count);
	json_int(json, "reopen_count", story->reopen_count);
	json_int(json, "handover_count", story->move_count);
	if (was->owner && *moment)
		json_text(json, "owned_until", moment);
	if (was->ci)
		json_int(json, "was_ci", was->ci);
	if (face->ci)
		json_int(json, "ci", face->ci);
	json_instant(json, "linked_at", linked_at(story));
	json_int(json, "row_count", ticket->count);
	json_text(json, "digest", hex);
	json_close_object(json);
}

static bool advance_all(struct batch *batch)
{
	struct query_args args = query_args(batch->ctx);
	bool any = false;
	batch->json.text.length = 0;
	batch->json.has_item = 0;
	batch->json.depth = 0;
	json_open_array(&batch->json, NULL);
	for (int i = 0; i < batch->count; i++)
		if (batch->tickets[i].writes && batch->tickets[i].rows_before > 0) {
			any = true;
			advance_json(batch, &batch->tickets[i]);
		}
	json_close_array(&batch->json);
	if (!any)
		return true;
	arg_text(&args, batch->json.text.data);
	arg_instant(&args, batch->ctx->now);
	return query_run(batch->ctx, QUERY_IMPORT_ADVANCE, &args) != NULL;
}

static bool follow_up(struct batch *batch)
{
	struct query_args args = query_args(batch->ctx);
	int64_t *ids = arena_array(batch->ctx->arena, (size_t)batch->count + 1, sizeof(*ids));
	int count = 0;
	for (int i = 0; i < batch->count; i++)
		if (batch->tickets[i].writes)
			ids[count++] = batch->tickets[i].id;
	arg_ints(&args, ids, count);
	if (!query_run(batch->ctx, QUERY_IMPORT_SEARCH, &args))
		return false;
	for (int i = 0; i < count && batch->run->map->has_targets; i++)
		if (!clocks_refresh_ticket(batch->ctx, ids[i]))
			return false;
	return true;
}

bool trail_batch_write(struct trail_run *run, int first, int count)
{
	struct batch batch = { .run = run, .ctx = run->ctx };
	bool writes = false;
	batch.tickets = arena_array(run->ctx->arena, (size_t)count + 1, sizeof(*batch.tickets));
	for (int i = 0; i < count; i++)
		if (trail_spool_case_rows(run->spool, first + i) > 0)
			ticket_read(&batch, first + i, &batch.tickets[batch.count++]);
	text_begin(&batch.line, run->ctx->arena, 2 * FLUSH_BYTES);
	json_begin(&batch.json, run->ctx->arena, 64 * 1024);
	if (!compare_all(&batch))
		return false;
	tell_all(&batch);
	for (int i = 0; i < batch.count; i++)
		writes = writes || batch.tickets[i].writes;
	if (!writes || run->trial)
		return true;
	return numbers_take(&batch) && copy_all(&batch, QUERY_IMPORT_COPY_TICKETS, ticket_lines) &&
		copy_all(&batch, QUERY_IMPORT_COPY_HANDOVERS, handover_lines) && advance_all(&batch) &&
		copy_all(&batch, QUERY_IMPORT_COPY_OWNERSHIPS, ownership_lines) &&
		copy_all(&batch, QUERY_IMPORT_COPY_EVENTS, event_lines) &&
		copy_all(&batch, QUERY_IMPORT_COPY_LINKS, link_lines) &&
		copy_all(&batch, QUERY_IMPORT_COPY_PROGRESS, progress_lines) && follow_up(&batch);
}
