/* Questions about the company. Owns nothing; the world is read only. */
#include "demo/world.h"

#include <string.h>

const char *const tongue_name[TONGUES] = { "ru", "en" };
const char *const reason_name[REASONS] = { "sick", "overloaded", "level_escalation", "expertise", "shift_end", "other",
	"returned" };

int world_person(const struct world *world, const char *login)
{
	for (int i = 0; login && i < world->person_count; i++)
		if (strcmp(world->person[i].login, login) == 0)
			return i;
	return NOBODY;
}

int world_scenario(const struct world *world, const char *key)
{
	for (int i = 0; i < world->scenario_count; i++)
		if (strcmp(world->scenario[i].key, key) == 0)
			return i;
	return -1;
}

static bool in_shop(const struct person *person)
{
	return person->location && strcmp(person->location, "Москва, офис") != 0;
}

const struct calendar *world_hours(const struct world *world, int person)
{
	const struct person *who = &world->person[person];
	if (who->staff)
		return who->team_count > 0 && world->team[who->team[0]].level == 3 ? world->office : world->desk;
	return in_shop(who) ? world->shops : world->office;
}

bool world_in_team(const struct world *world, int person, int team)
{
	for (int i = 0; i < world->team[team].member_count; i++)
		if (world->team[team].member[i] == person)
			return true;
	return false;
}

/* Breadth first from one item towards what is hit, at most six steps, until the contract covers it. */
static int climb(const struct world *world, const struct contract *contract, int from, int *before)
{
	int *queue = arena_array(world->ctx->arena, (size_t)world->item_count, sizeof(int));
	int *depth = arena_array(world->ctx->arena, (size_t)world->item_count, sizeof(int));
	int first = 0, last = 0;
	for (int i = 0; i < world->item_count; i++)
		before[i] = -1;
	queue[last++] = from;
	before[from] = from;
	while (first < last) {
		int at = queue[first++];
		if (contract->covers[at])
			return at;
		for (int i = 0; i < world->hit_count && depth[at] < 6; i++) {
			int next = world->hit[i].to;
			if (world->hit[i].from != at || before[next] >= 0)
				continue;
			before[next] = at;
			depth[next] = depth[at] + 1;
			queue[last++] = next;
		}
	}
	return -1;
}

static const char *path_text(const struct world *world, const int *before, int at)
{
	const char *text = world->item[at].name;
	while (before[at] != at) {
		at = before[at];
		text = arena_printf(world->ctx->arena, "%s → %s", world->item[at].name, text);
	}
	return text;
}

const char *world_contract_path(const struct world *world, int contract, const int *items, int count, int *item_r)
{
	const struct contract *terms = &world->contract[contract];
	int *before = arena_array(world->ctx->arena, (size_t)world->item_count, sizeof(int));
	for (int i = 0; i < count; i++) {
		int found = climb(world, terms, items[i], before);
		if (found < 0)
			continue;
		*item_r = found;
		return arena_printf(world->ctx->arena, "%s: %s", terms->number, path_text(world, before, found));
	}
	*item_r = -1;
	return terms->number;
}
