/* Owns: type, author, visibility and data of each kind of event, as the desk itself would write them
 * (ticket_event.data). */
#include "import/event.h"

#include "db/query.h"

#include <string.h>

enum author { BY_ROW, BY_OPENER, BY_OWNER, BY_NOBODY };

static const struct {
	const char *type, *visibility;
	enum author author;
} kinds[] = {
	[TRAIL_OPENED] = { "opened", "public", BY_OPENER },
	[TRAIL_IMPORTED] = { "imported", "system", BY_ROW },
	[TRAIL_EDITED] = { "edited", "system", BY_ROW },
	[TRAIL_PRIORITY_CHANGED] = { "priority_changed", "system", BY_ROW },
	[TRAIL_CI_UNLINKED] = { "ci_unlinked", "system", BY_ROW },
	[TRAIL_CI_LINKED] = { "ci_linked", "system", BY_ROW },
	[TRAIL_REOPENED] = { "reopened", "public", BY_ROW },
	[TRAIL_TEAM_CHANGED] = { "team_changed", "system", BY_ROW },
	[TRAIL_HANDOVER] = { "handover_accepted", "internal", BY_OWNER },
	[TRAIL_TAKEN] = { "taken", "system", BY_OWNER },
	[TRAIL_INTRODUCED] = { "introduced", "system", BY_OWNER },
	[TRAIL_WAITING] = { "waiting", "internal", BY_ROW },
	[TRAIL_RESUMED] = { "resumed", "system", BY_ROW },
	[TRAIL_RESOLVED_EVENT] = { "resolved", "public", BY_ROW },
	[TRAIL_CLOSED_EVENT] = { "closed", "public", BY_NOBODY },
	[TRAIL_CANCELLED_EVENT] = { "cancelled", "public", BY_ROW },
};

static void id_or_null(struct json_out *json, const char *key, int64_t id)
{
	if (id)
		json_int(json, key, id);
	else
		json_put_null(json, key);
}

static void change_ints(struct json_out *json, const char *key, int64_t before, int64_t now)
{
	if (before == now)
		return;
	json_open_array(json, key);
	id_or_null(json, NULL, before);
	id_or_null(json, NULL, now);
	json_close_array(json);
}

static void changes(struct json_out *json, const struct trail_face *before, const struct trail_face *now)
{
	json_open_object(json, "changes");
	change_ints(json, "reporter", before->reporter, now->reporter);
	change_ints(json, "category", before->category, now->category);
	if (strcmp(before->subject, now->subject) != 0) {
		json_open_array(json, "subject");
		json_text(json, NULL, before->subject);
		json_text(json, NULL, now->subject);
		json_close_array(json);
	}
	change_ints(json, "priority", before->priority, now->priority);
	change_ints(json, "impact", before->impact, now->impact);
	change_ints(json, "urgency", before->urgency, now->urgency);
	json_close_object(json);
}

static void target(const struct trail_run *run, struct json_out *json, const char *metric, int64_t target_s)
{
	if (target_s == 0)
		return;
	json_open_object(json, NULL);
	json_text(json, "metric", metric);
	json_int(json, "target_s", target_s);
	json_int(json, "calendar_version", run->calendar_version);
	json_bool(json, "pause_supplier", false);
	json_close_object(json);
}

static void targets(const struct trail_run *run, struct json_out *json, int priority)
{
	const struct trail_targets *of = &run->map->targets[priority];
	json_open_array(json, "targets");
	target(run, json, "response", of->response_s);
	target(run, json, "resolution", of->resolution_s);
	json_close_array(json);
}

static void ola(const struct trail_run *run, struct json_out *json, int priority)
{
	int64_t target_s = run->map->targets[priority].ola_s;
	if (target_s == 0)
		return;
	json_open_object(json, "ola");
	json_int(json, "target_s", target_s);
	json_int(json, "calendar_version", run->calendar_version);
	json_close_object(json);
}

static void opened(
	const struct trail_run *run, const struct trail_row *row, const struct trail_face *face, struct json_out *json)
{
	targets(run, json, face->priority);
	ola(run, json, face->priority);
	json_int(json, "team", face->team);
	json_text(json, "subject", face->subject);
	json_int(json, "priority", face->priority);
	json_int(json, "impact", face->impact);
	json_int(json, "urgency", face->urgency);
	json_text(json, "channel", row->channel ? row->channel : "import");
	json_int(json, "reporter", face->reporter);
	if (face->category)
		json_int(json, "category", face->category);
	if (face->ci) {
		json_open_array(json, "cis");
		json_int(json, NULL, face->ci);
		json_close_array(json);
	}
}

/* The row in the other system's words; what is missing is left out, and the case, which stands on the ticket. The
 * row's own instant is kept where it is not the event's, because the row above was later. */
static void imported(const struct trail_run *run, const struct trail_row *row, instant at, struct json_out *json)
{
	json_int(json, "line", row->line);
	json_text(json, "state", trail_state_name[row->state]);
	if (row->at != at)
		json_instant(json, "at", row->at);
	json_open_object(json, "row");
	for (int i = FIELD_STATE; i < FIELD_COUNT; i++)
		if (row->text[i] && i != FIELD_OPENED_AT && !run->map->field[i].constant)
			json_text(json, trail_field_name[i], row->text[i]);
	for (int i = 0; i < run->map->keep_count; i++)
		if (row->kept[i])
			json_text(json, run->map->keep[i].name, row->kept[i]);
	json_close_object(json);
}

static void handover(const struct trail_run *run, const struct trail_handover *of, const struct trail_event *event,
	struct json_out *json)
{
	json_int(json, "handover", of->id);
	json_int(json, "from", of->from);
	id_or_null(json, "to", of->to);
	id_or_null(json, "to_team", of->to_team);
	json_text(json, "reason", "imported");
	json_text(json, "mode", "permanent");
	json_put_null(json, "until");
	json_int(json, "new_owner", of->new_owner);
	if (event->now.team != event->before.team) {
		json_int(json, "team", event->now.team);
		json_int(json, "from_team", event->before.team);
		ola(run, json, event->now.priority);
	}
}

static void waiting(const struct trail_row *row, const struct trail_event *event, struct json_out *json)
{
	bool for_supplier = event->now.status == TRAIL_WAITING_SUPPLIER;
	json_text(json, "for", for_supplier ? "supplier" : "reporter");
	if (for_supplier && row->supplier)
		json_int(json, "supplier", row->supplier);
}

static void data_write(const struct trail_run *run, const struct trail_ticket *ticket, const struct trail_event *event,
	struct json_out *json)
{
	const struct trail_row *row = &ticket->rows[event->row];
	json->text.length = 0;
	json->has_item = 0;
	json->depth = 0;
	json_open_object(json, NULL);
	switch (event->type) {
	case TRAIL_OPENED:
		opened(run, row, &event->now, json);
		break;
	case TRAIL_IMPORTED:
		imported(run, row, event->at, json);
		break;
	case TRAIL_EDITED:
		changes(json, &event->before, &event->now);
		break;
	case TRAIL_PRIORITY_CHANGED:
		changes(json, &event->before, &event->now);
		targets(run, json, event->now.priority);
		ola(run, json, event->now.priority);
		break;
	case TRAIL_CI_UNLINKED:
	case TRAIL_CI_LINKED:
		json_int(json, "ci", event->type == TRAIL_CI_LINKED ? event->now.ci : event->before.ci);
		json_text(json, "role", "affected");
		break;
	case TRAIL_TEAM_CHANGED:
		json_int(json, "team", event->now.team);
		json_int(json, "from_team", event->before.team);
		ola(run, json, event->now.priority);
		break;
	case TRAIL_HANDOVER:
		handover(run, &ticket->story->handovers[event->handover], event, json);
		break;
	case TRAIL_TAKEN:
	case TRAIL_INTRODUCED:
		json_int(json, "owner", event->now.owner);
		break;
	case TRAIL_WAITING:
		waiting(row, event, json);
		break;
	default:
		break;
	}
	json_close_object(json);
}

static int64_t author_of(
	const struct trail_run *run, const struct trail_row *row, const struct trail_event *event, const char **role_r)
{
	int64_t author = 0;
	switch (kinds[event->type].author) {
	case BY_ROW:
		author = row->author;
		*role_r = "staff";
		break;
	case BY_OPENER:
		author = row->opened_by ? row->opened_by : row->reporter;
		*role_r = author == row->reporter ? "reporter" : "staff";
		break;
	case BY_OWNER:
		author = event->now.owner == run->setting.nobody ? 0 : event->now.owner;
		*role_r = "owner";
		break;
	case BY_NOBODY:
		break;
	}
	if (!author)
		*role_r = "system";
	return author;
}

void trail_event_line(const struct trail_run *run, const struct trail_ticket *ticket, const struct trail_event *event,
	struct json_out *json, struct text_out *line)
{
	const struct trail_row *row = &ticket->rows[event->row];
	const char *role = "system";
	char at[INSTANT_TEXT_BYTES], now[INSTANT_TEXT_BYTES];
	int64_t author = author_of(run, row, event, &role);
	instant_format(event->at, at);
	instant_format(run->ctx->now, now);
	data_write(run, ticket, event, json);
	text_append_int(line, ticket->id);
	text_append_char(line, '\t');
	text_append_z(line, kinds[event->type].type);
	text_append_char(line, '\t');
	text_append_z(line, at);
	text_append_char(line, '\t');
	text_append_z(line, now);
	text_append_char(line, '\t');
	if (author)
		text_append_int(line, author);
	else
		text_append(line, "\\N", 2);
	text_append_char(line, '\t');
	text_append_z(line, role);
	text_append_char(line, '\t');
	text_append_z(line, kinds[event->type].visibility);
	text_append_char(line, '\t');
	copy_escape(line, event->type == TRAIL_OPENED ? row->body : NULL);
	text_append_char(line, '\t');
	copy_escape(line, json->text.data);
	text_append_char(line, '\n');
}
