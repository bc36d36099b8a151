/* See write.h: everything but the clocks. */
#include "demo/write.h"

#include "db/query.h"
#include "demo/write.sql.h"

void line_text(struct text_out *line, const char *text_or_null)
{
	if (line->length > 0 && line->data[line->length - 1] != '\n')
		text_append_char(line, '\t');
	copy_escape(line, text_or_null);
}

void line_int(struct text_out *line, int64_t value)
{
	char text[24];
	snprintf(text, sizeof(text), "%lld", (long long)value);
	line_text(line, text);
}

void line_id(struct text_out *line, int64_t id_or_0)
{
	if (id_or_0 == 0)
		line_text(line, NULL);
	else
		line_int(line, id_or_0);
}

void line_instant(struct text_out *line, instant at_or_none)
{
	char text[INSTANT_TEXT_BYTES];
	if (at_or_none == INSTANT_NONE) {
		line_text(line, NULL);
		return;
	}
	instant_format(at_or_none, text);
	line_text(line, text);
}

void line_end(struct text_out *line)
{
	text_append_char(line, '\n');
}

void write_begin(struct writer *writer)
{
	for (int i = 0; i < TABLES; i++)
		text_begin(&writer->line[i], writer->arena, 16384);
	writer->clock = NULL;
	writer->clock_count = writer->clock_capacity = 0;
	writer->first_id = writer->last_id = 0;
}

static int64_t person_id(const struct writer *writer, int person)
{
	return person < 0 ? 0 : writer->world->person[person].id;
}

static void write_ticket(struct writer *writer, const struct story *story, instant due)
{
	const struct world *world = writer->world;
	struct text_out *line = &writer->line[T_TICKET];
	int64_t open_supplier = 0;
	for (int i = 0; i < story->case_count; i++)
		if (story->supplier_case[i].state <= CASE_VERIFYING)
			open_supplier = world->contract[story->supplier_case[i].contract].supplier_id;
	line_int(line, story->id);
	line_text(line, story->scenario->kind);
	line_text(line, story->subject);
	line_text(line, story->body);
	line_text(line, status_name[story->status]);
	line_text(line, story->channel);
	line_int(line, story->impact);
	line_int(line, story->urgency);
	line_int(line, story->priority);
	line_int(line, person_id(writer, story->reporter));
	line_int(line, person_id(writer, story->opener));
	line_id(line, person_id(writer, story->owner));
	line_int(line, world->team[story->team].id);
	line_id(line, story->scenario->restricted ? world->team[story->scenario->team].id : 0);
	line_int(line, world->item[story->scenario->service].id);
	line_id(line, story->scenario->category);
	line_int(line, world->policy[story->scenario->policy].id);
	const instant times[] = { story->opened, story->updated, due, story->resolved, story->closed, story->close_due,
		story->reopen_until };
	for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++)
		line_instant(line, times[i]);
	line_text(line, story->cause);
	line_text(line, story->fix);
	line_text(line, story->prevention);
	line_text(line, story->no_prevention ? "t" : "f");
	line_text(line, story->no_ci_reason);
	line_int(line, story->resolution_count);
	line_int(line, story->reopen_count);
	line_int(line, story->handover_count);
	line_id(line, open_supplier);
	line_int(line, story->version);
	line_end(line);
}

static void write_offer(struct writer *writer, const struct story *story, const struct offer *offer)
{
	struct text_out *line = &writer->line[T_HANDOVER];
	line_int(line, offer->id);
	line_int(line, story->id);
	line_int(line, person_id(writer, offer->from));
	line_id(line, person_id(writer, offer->to));
	line_id(line, offer->to_team < 0 ? 0 : writer->world->team[offer->to_team].id);
	line_text(line, reason_name[offer->reason]);
	line_text(line, offer->until == INSTANT_NONE ? "permanent" : "temporary");
	line_instant(line, offer->until);
	line_text(line, offer->note);
	line_text(line, offer_state_name[offer->state]);
	line_id(line, person_id(writer, offer->offered_by));
	line_instant(line, offer->offered);
	line_id(line, person_id(writer, offer->decided_by));
	line_instant(line, offer->decided);
	line_text(line, offer->decision_note);
	line_id(line, person_id(writer, offer->new_owner));
	line_instant(line, offer->returned);
	line_end(line);
}

static const char *microseconds(struct arena *arena, int64_t at_us)
{
	char text[INSTANT_TEXT_BYTES];
	instant_format(at_us / 1000000, text);
	return arena_printf(arena, "%.19s.%06dZ", text, (int)(at_us % 1000000));
}

static void write_owned(struct writer *writer, const struct story *story, const struct owned *owned)
{
	struct text_out *line = &writer->line[T_OWNERSHIP];
	line_int(line, story->id);
	line_int(line, person_id(writer, owned->person));
	line_text(line,
		arena_printf(writer->arena, "[%s,%s)", microseconds(writer->arena, owned->from_us),
			owned->to_us ? microseconds(writer->arena, owned->to_us) : ""));
	line_id(line, owned->handover);
	line_end(line);
}

static void write_event(struct writer *writer, enum table table, int64_t subject, const struct event *event)
{
	struct text_out *line = &writer->line[table];
	line_int(line, subject);
	line_text(line, event->type);
	line_instant(line, event->occurred);
	line_instant(line, event->recorded);
	line_id(line, person_id(writer, event->actor));
	line_text(line, event->role);
	if (table == T_EVENT)
		line_text(line, event->visibility);
	line_text(line, event->body);
	line_text(line, event->data);
	line_end(line);
	writer->counts->events++;
}

static bool write_case(struct writer *writer, const struct story *story, const struct supplier_case *about)
{
	const struct contract *contract = &writer->world->contract[about->contract];
	struct text_out *line = &writer->line[T_CASE];
	instant due;
	if (!write_clocks(writer, 0, about->id, &about->events, &due))
		return false;
	line_int(line, about->id);
	line_int(line, story->id);
	line_int(line, contract->supplier_id);
	line_int(line, contract->id);
	line_int(line, contract->terms_id);
	line_id(line, about->item < 0 ? 0 : writer->world->item[about->item].id);
	line_text(line, case_state_name[about->state]);
	line_int(line, about->priority);
	line_text(line, about->summary);
	line_text(line, about->body);
	line_text(line, about->ref);
	line_text(line, about->why);
	line_int(line, person_id(writer, about->opened_by));
	const instant times[] = { about->sent, about->updated, about->acknowledged, about->fixed, about->closed, due };
	for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++)
		line_instant(line, times[i]);
	line_int(line, about->version);
	line_end(line);
	for (int i = 0; i < about->events.count; i++)
		write_event(writer, T_CASE_EVENT, about->id, &about->events.item[i]);
	writer->counts->cases++;
	writer->counts->open_cases += about->state <= CASE_VERIFYING;
	return true;
}

static void write_rating(struct writer *writer, const struct story *story, const struct rating *rating)
{
	struct text_out *line = &writer->line[T_RATING];
	line_int(line, story->id);
	line_int(line, rating->resolution);
	line_int(line, rating->score);
	if (rating->recommend < 0)
		line_text(line, NULL);
	else
		line_int(line, rating->recommend);
	line_text(line, rating->comment);
	line_int(line, person_id(writer, story->reporter));
	line_int(line, person_id(writer, rating->owner));
	line_instant(line, rating->at);
	line_end(line);
	writer->counts->ratings++;
}

static void write_links(struct writer *writer, const struct story *story)
{
	for (int i = 0; i < story->link_count; i++) {
		struct text_out *line = &writer->line[T_CI];
		line_int(line, story->id);
		line_int(line, writer->world->item[story->link[i].item].id);
		line_text(line, story->link[i].role);
		line_instant(line, story->link[i].at);
		line_int(line, person_id(writer, story->link[i].by));
		line_end(line);
	}
	for (int i = 0; i < story->participant_count; i++) {
		struct text_out *line = &writer->line[T_PARTICIPANT];
		line_int(line, story->id);
		line_int(line, person_id(writer, story->participant[i]));
		line_end(line);
	}
}

bool write_story(struct writer *writer, const struct story *story)
{
	instant due;
	if (!write_clocks(writer, story->id, 0, &story->events, &due))
		return false;
	write_ticket(writer, story, due);
	for (int i = 0; i < story->offer_count; i++)
		write_offer(writer, story, &story->offer[i]);
	for (int i = 0; i < story->owned_count; i++)
		write_owned(writer, story, &story->owned[i]);
	write_links(writer, story);
	for (int i = 0; i < story->events.count; i++)
		write_event(writer, T_EVENT, story->id, &story->events.item[i]);
	for (int i = 0; i < story->rating_count; i++)
		write_rating(writer, story, &story->rating[i]);
	for (int i = 0; i < story->case_count; i++)
		if (!write_case(writer, story, &story->supplier_case[i]))
			return false;
	writer->counts->tickets++;
	writer->counts->open_tickets += story->status < RESOLVED;
	if (writer->first_id == 0)
		writer->first_id = story->id;
	writer->last_id = story->id;
	return true;
}

static bool copy_table(struct writer *writer, const struct query *query, const struct text_out *line)
{
	int64_t rows;
	if (line->length == 0)
		return true;
	return copy_begin(writer->ctx, query) && copy_put(writer->ctx, line->data, line->length) &&
		copy_end(writer->ctx, &rows);
}

bool write_flush(struct writer *writer)
{
	static const struct query *const copies[TABLES] = { QUERY_DEMO_COPY_TICKET, QUERY_DEMO_COPY_HANDOVER,
		QUERY_DEMO_COPY_OWNERSHIP, QUERY_DEMO_COPY_TICKET_CI, QUERY_DEMO_COPY_PARTICIPANT, QUERY_DEMO_COPY_EVENT,
		QUERY_DEMO_COPY_RATING, QUERY_DEMO_COPY_CASE, QUERY_DEMO_COPY_CASE_EVENT, QUERY_DEMO_COPY_CLOCK,
		QUERY_DEMO_COPY_PAUSE };
	struct query_args args = query_args(writer->ctx);
	if (writer->first_id == 0)
		return true;
	if (!write_clock_lines(writer))
		return false;
	for (int i = 0; i < TABLES; i++)
		if (!copy_table(writer, copies[i], &writer->line[i]))
			return false;
	arg_int(&args, writer->first_id);
	arg_int(&args, writer->last_id);
	if (!query_run(writer->ctx, QUERY_DEMO_SEARCH, &args))
		return false;
	arena_reset(writer->arena);
	write_begin(writer);
	return true;
}
