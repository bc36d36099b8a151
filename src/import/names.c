/* Owns: one index a kind; a name that is noted but not found yet has the value 0. */
#include "import/names.h"

#include "db/query.h"
#include "import/import.sql.h"
#include "import/index.h"

#include <stdlib.h>
#include <string.h>

/* Stands for "nobody named" and "no group". */
#define PLACEHOLDER ""

struct trail_names {
	const struct trail_map *map;
	bool trial;
	int64_t trial_last;
	struct trail_index *index[NAME_KINDS];
	const char **pending[NAME_KINDS];
	int pending_count[NAME_KINDS], pending_room[NAME_KINDS];
};

static void names_release(void *object)
{
	struct trail_names *names = object;
	for (int kind = 0; kind < NAME_KINDS; kind++) {
		trail_index_destroy(names->index[kind]);
		free(names->pending[kind]);
	}
}

static void note(struct trail_names *names, enum trail_name kind, const char *name)
{
	size_t known = trail_index_count(names->index[kind]);
	trail_index_at(names->index[kind], name);
	if (trail_index_count(names->index[kind]) == known)
		return;
	if (names->pending_count[kind] == names->pending_room[kind]) {
		names->pending_room[kind] = names->pending_room[kind] == 0 ? 64 : 2 * names->pending_room[kind];
		names->pending[kind] = realloc(names->pending[kind], (size_t)names->pending_room[kind] * sizeof(char *));
		INVARIANT(names->pending[kind] != NULL);
	}
	names->pending[kind][names->pending_count[kind]++] = trail_index_text(names->index[kind], name);
}

struct trail_names *trail_names_create(struct arena *arena, const struct trail_map *map, bool trial)
{
	struct trail_names *names = arena_alloc(arena, sizeof(*names));
	names->map = map;
	names->trial = trial;
	for (int kind = 0; kind < NAME_KINDS; kind++)
		names->index[kind] = trail_index_create();
	arena_on_release(arena, names_release, names);
	note(names, NAME_PERSON, PLACEHOLDER);
	note(names, NAME_TEAM, PLACEHOLDER);
	return names;
}

void trail_names_note(struct trail_names *names, const struct trail_row *row)
{
	for (int i = 0; i < FIELD_COUNT; i++) {
		enum trail_name kind = trail_field_kind((enum trail_field)i);
		if (kind != NAME_KINDS && row->text[i])
			note(names, kind, row->text[i]);
	}
}

static int64_t level_of(const struct trail_map *map, const char *team)
{
	const char *level = trail_pair_find(map->team_levels, map->team_level_count, team);
	return level ? *level - '0' : map->team_level;
}

static struct rows *find_or_make(struct ctx *ctx, const struct trail_names *names, enum trail_name kind)
{
	static const struct query *const query_of[NAME_KINDS] = { QUERY_IMPORT_PEOPLE, QUERY_IMPORT_TEAMS, QUERY_IMPORT_CATEGORIES,
		QUERY_IMPORT_CIS, QUERY_IMPORT_SUPPLIERS };
	struct query_args args = query_args(ctx);
	const struct trail_map *map = names->map;
	int count = names->pending_count[kind];
	int64_t *levels = arena_array(ctx->arena, (size_t)count + 1, sizeof(*levels));
	arg_text(&args, map->source);
	arg_texts(&args, names->pending[kind], count);
	switch (kind) {
	case NAME_PERSON:
		arg_text(&args, map->unknown_person);
		arg_text(&args, map->language);
		arg_instant(&args, ctx->now);
		break;
	case NAME_TEAM:
		for (int i = 0; i < count; i++)
			levels[i] = level_of(map, names->pending[kind][i]);
		arg_ints(&args, levels, count);
		arg_text(&args, map->unknown_team);
		break;
	case NAME_CI:
		arg_text(&args, map->ci_class);
		arg_instant(&args, ctx->now);
		break;
	case NAME_SUPPLIER:
		arg_text(&args, map->language);
		break;
	default:
		break;
	}
	return query_run(ctx, query_of[kind], &args);
}

bool trail_names_resolve(struct ctx *ctx, struct trail_names *names)
{
	for (int kind = 0; kind < NAME_KINDS; kind++) {
		int count = names->pending_count[kind];
		if (count == 0)
			continue;
		if (names->trial) {
			for (int i = 0; i < count; i++)
				*trail_index_at(names->index[kind], names->pending[kind][i]) = ++names->trial_last;
		} else {
			struct rows *rows = find_or_make(ctx, names, (enum trail_name)kind);
			if (!rows)
				return false;
			INVARIANT(rows_count(rows) == count);
			for (int i = 0; i < count; i++)
				*trail_index_at(names->index[kind], rows_text(rows, i, 0)) = rows_int(rows, i, 1);
		}
		names->pending_count[kind] = 0;
	}
	return true;
}

static int64_t id_of(const struct trail_names *names, enum trail_name kind, const char *name)
{
	const int64_t *id = trail_index_find(names->index[kind], name);
	INVARIANT(id != NULL && *id > 0);
	return *id;
}

void trail_names_apply(const struct trail_names *names, struct trail_row *row)
{
	for (int i = 0; i < FIELD_COUNT; i++) {
		enum trail_name kind = trail_field_kind((enum trail_field)i);
		if (kind != NAME_KINDS && row->text[i])
			*trail_row_id(row, (enum trail_field)i) = id_of(names, kind, row->text[i]);
	}
}

int64_t trail_names_nobody(const struct trail_names *names)
{
	return id_of(names, NAME_PERSON, PLACEHOLDER);
}

int64_t trail_names_no_team(const struct trail_names *names)
{
	return id_of(names, NAME_TEAM, PLACEHOLDER);
}

int64_t trail_names_count(const struct trail_names *names, enum trail_name kind)
{
	bool has_placeholder = kind == NAME_PERSON || kind == NAME_TEAM;
	return (int64_t)trail_index_count(names->index[kind]) - has_placeholder;
}
