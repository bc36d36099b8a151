/* vakhta directory sync. */
#include "people/directory_sync.h"

#include "base/config.h"
#include "db/command.h"
#include "db/query.h"
#include "people/directory.h"
#include "people/directory_sync.sql.h"

#include <stdio.h>
#include <string.h>

#define STATEMENT_MS 600000
#define LINE_BYTES 1024

static const char **keys_of(struct ctx *ctx, const struct directory_snapshot *snapshot)
{
	const char **keys = arena_array(ctx->arena, (size_t)snapshot->person_count + 1, sizeof(*keys));
	for (int i = 0; i < snapshot->person_count; i++)
		keys[i] = snapshot->people[i].key;
	return keys;
}

static bool check_believable(struct ctx *ctx, const struct directory_snapshot *snapshot, const char **keys, bool force)
{
	struct query_args args = query_args(ctx);
	if (snapshot->person_count == 0)
		return fail(ctx, ERROR_CONFLICT,
			"The directory shows nobody%s. Nothing was changed; check directory.people_base, "
			"people_filter, attr_login, attr_key and the rights of bind_dn",
			snapshot->skipped ? " with a login and a key" : "");
	arg_texts(&args, keys, snapshot->person_count);
	struct rows *rows = query_one(ctx, QUERY_DIRECTORY_SYNC_KNOWN, &args);
	if (!rows)
		return false;
	int64_t active = rows_int(rows, 0, 0), kept = rows_int(rows, 0, 1);
	if (force || kept * 2 >= active)
		return true;
	return fail(ctx, ERROR_CONFLICT,
		"The directory shows only %lld of the %lld people known so far. Nothing was changed; "
		"if that is right, run vakhta directory sync --force",
		(long long)kept, (long long)active);
}

static bool put_people(struct ctx *ctx, const struct directory_snapshot *snapshot, struct directory_sync_counts *counts)
{
	struct json_out json;
	json_begin(&json, ctx->arena, 1024 + 512 * (size_t)snapshot->person_count);
	json_open_array(&json, NULL);
	for (int i = 0; i < snapshot->person_count; i++)
		directory_person_json(&json, &snapshot->people[i]);
	json_close_array(&json);
	struct query_args args = query_args(ctx);
	arg_text(&args, json.text.data);
	arg_text(&args, ctx->config->desk_language);
	arg_text(&args, ctx->config->desk_zone);
	arg_instant(&args, ctx->now);
	struct rows *rows = query_one(ctx, QUERY_DIRECTORY_SYNC_PEOPLE, &args);
	if (!rows)
		return false;
	counts->created = (int)rows_int(rows, 0, 0);
	counts->changed = (int)rows_int(rows, 0, 1);
	counts->ambiguous = (int)rows_int(rows, 0, 2);
	return true;
}

static bool retire_people(
	struct ctx *ctx, const struct directory_snapshot *snapshot, const char **keys, struct directory_sync_counts *counts)
{
	struct query_args args = query_args(ctx);
	arg_texts(&args, keys, snapshot->person_count);
	struct rows *rows = query_one(ctx, QUERY_DIRECTORY_SYNC_RETIRE, &args);
	if (!rows)
		return false;
	counts->retired = (int)rows_int(rows, 0, 0);
	return true;
}

static bool put_teams(struct ctx *ctx, const struct directory_snapshot *snapshot, struct directory_sync_counts *counts)
{
	struct json_out json;
	json_begin(&json, ctx->arena, 4096);
	json_open_array(&json, NULL);
	for (int i = 0; i < snapshot->team_count; i++)
		directory_team_json(&json, &snapshot->teams[i]);
	json_close_array(&json);
	struct query_args args = query_args(ctx);
	arg_text(&args, json.text.data);
	struct rows *rows = query_one(ctx, QUERY_DIRECTORY_SYNC_TEAMS, &args);
	if (!rows)
		return false;
	counts->teams = snapshot->team_count;
	counts->teams_created = (int)rows_int(rows, 0, 0);
	counts->teams_changed = (int)rows_int(rows, 0, 1);
	counts->teams_retired = (int)rows_int(rows, 0, 2);
	return true;
}

static bool is_team(const struct directory_snapshot *snapshot, const char *dn)
{
	for (int i = 0; i < snapshot->team_count; i++)
		if (strcmp(snapshot->teams[i].dn_normal, dn) == 0)
			return true;
	return false;
}

static void write_memberships(
	struct json_out *json, const struct directory_snapshot *snapshot, const struct directory_person *person)
{
	for (int i = 0; i < person->group_count; i++) {
		if (!is_team(snapshot, person->groups[i]))
			continue;
		json_open_object(json, NULL);
		json_text(json, "team", person->groups[i]);
		json_text(json, "person", person->key);
		json_bool(json, "lead", (person->roles & ROLE_LEAD) != 0);
		json_close_object(json);
	}
}

static bool put_members(
	struct ctx *ctx, const struct directory_snapshot *snapshot, struct directory_sync_counts *counts)
{
	struct json_out json;
	json_begin(&json, ctx->arena, 4096);
	json_open_array(&json, NULL);
	for (int i = 0; i < snapshot->person_count; i++)
		write_memberships(&json, snapshot, &snapshot->people[i]);
	json_close_array(&json);
	struct query_args args = query_args(ctx);
	arg_text(&args, json.text.data);
	struct rows *rows = query_one(ctx, QUERY_DIRECTORY_SYNC_MEMBERS, &args);
	if (!rows)
		return false;
	counts->members_added = (int)rows_int(rows, 0, 0);
	counts->members_removed = (int)rows_int(rows, 0, 1);
	return true;
}

static bool write_all(
	struct ctx *ctx, const struct directory_snapshot *snapshot, bool force, struct directory_sync_counts *counts)
{
	const char **keys = keys_of(ctx, snapshot);
	if (!query_run(ctx, QUERY_DIRECTORY_SYNC_LOCK, NULL) || !check_believable(ctx, snapshot, keys, force) ||
		!put_people(ctx, snapshot, counts) || !retire_people(ctx, snapshot, keys, counts))
		return false;
	/* Teams are read as a whole or kept by hand; a team base that shows none takes nobody out of their team. */
	if (!ctx->config->directory_team_base[0] || snapshot->team_count == 0)
		return true;
	return put_teams(ctx, snapshot, counts) && put_members(ctx, snapshot, counts);
}

bool directory_sync(struct ctx *ctx, bool force, struct directory_sync_counts *counts_r)
{
	struct directory_snapshot snapshot;
	*counts_r = (struct directory_sync_counts){ 0 };
	if (!directory_read_all(ctx, &snapshot))
		return false;
	counts_r->found = snapshot.person_count;
	counts_r->skipped = snapshot.skipped;
	if (!tx_begin(ctx))
		return false;
	if (!write_all(ctx, &snapshot, force, counts_r)) {
		tx_rollback(ctx);
		return false;
	}
	return tx_commit(ctx);
}

enum action { DIRECTORY_NONE, DIRECTORY_SYNC, DIRECTORY_CHECK };

struct options {
	struct command_options common;
	enum action action;
	bool force;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->common;
		return 0;
	case 'f':
		options->force = true;
		return 0;
	case ARGP_KEY_ARG:
		if (options->action != DIRECTORY_NONE)
			argp_error(state, "unexpected argument \"%s\"", arg);
		if (strcmp(arg, "sync") == 0)
			options->action = DIRECTORY_SYNC;
		else if (strcmp(arg, "check") == 0)
			options->action = DIRECTORY_CHECK;
		else
			argp_error(state, "\"%s\" is neither sync nor check", arg);
		return 0;
	case ARGP_KEY_END:
		if (options->action == DIRECTORY_NONE)
			argp_error(state, "say sync or check");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static bool run_sync(struct ctx *ctx, bool force)
{
	struct directory_sync_counts counts;
	if (!directory_sync(ctx, force, &counts))
		return false;
	printf("people: %d found, %d created, %d changed, %d retired\n", counts.found, counts.created, counts.changed,
		counts.retired);
	if (counts.skipped || counts.ambiguous)
		printf("left alone: %d without login or key, %d that share a login or a key with another\n", counts.skipped,
			counts.ambiguous);
	if (ctx->config->directory_team_base[0])
		printf("teams: %d found, %d created, %d changed, %d retired; memberships: %d added, %d removed\n", counts.teams,
			counts.teams_created, counts.teams_changed, counts.teams_retired, counts.members_added,
			counts.members_removed);
	return true;
}

static bool run_check(struct ctx *ctx)
{
	char line[LINE_BYTES];
	if (!directory_check(ctx, line, sizeof(line)))
		return fail(ctx, ERROR_UNAVAILABLE, "%s", line);
	puts(line);
	return true;
}

int command_directory(int argc, char **argv)
{
	static const struct argp_option known[] = {
		{ "force", 'f', NULL, 0, "Believe the directory although it shows fewer than half of the people known", 0 },
		{ 0 },
	};
	static const struct argp_child children[] = { { &command_argp, 0, NULL, 0 }, { 0 } };
	static const struct argp argp = { known, parse, "sync [--force]\ncheck",
		"sync: people, teams and memberships become what the directory says; people it no longer has are made inactive "
		"and signed out.\n"
		"check: says in one line whether the directory can be used.",
		children, NULL, NULL };
	struct options options = { 0 };
	struct command command;
	argp_parse(&argp, argc, argv, 0, NULL, &options);
	if (!command_begin(&command, &options.common, DB_RUNTIME, STATEMENT_MS, false))
		return 2;
	return command_end(
		&command, options.action == DIRECTORY_SYNC ? run_sync(&command.ctx, options.force) : run_check(&command.ctx));
}
