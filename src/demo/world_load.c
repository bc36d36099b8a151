/* Reads the company into a world. Owns: nothing; all lies in the command's arena. Refuses: a database without the
 * company. */
#include "demo/world.h"

#include "db/query.h"
#include "demo/demo.h"
#include "demo/world.sql.h"
#include "sla/subject.h"

#include <string.h>

static int item_of_id(const struct world *world, int64_t id)
{
	for (int i = 0; i < world->item_count; i++)
		if (world->item[i].id == id)
			return i;
	return -1;
}

static int item_of_key(const struct world *world, const char *key)
{
	for (int i = 0; key && i < world->item_count; i++)
		if (strcmp(world->item[i].key, key) == 0)
			return i;
	return -1;
}

static int team_of_id(const struct world *world, int64_t id)
{
	for (int i = 0; i < world->team_count; i++)
		if (world->team[i].id == id)
			return i;
	return -1;
}

static int team_of_key(const struct world *world, const char *key)
{
	for (int i = 0; key && i < world->team_count; i++)
		if (strcmp(world->team[i].key, key) == 0)
			return i;
	return -1;
}

/* One column of an embedded table, as an argument text[]. */
static json_t *table(struct ctx *ctx, const char *name)
{
	json_t *rows = json_loads(demo_table(ctx, name), 0, NULL);
	INVARIANT(rows != NULL);
	arena_on_release(ctx->arena, (void (*)(void *))json_decref, rows);
	return rows;
}

static void arg_members(struct query_args *args, const json_t *objects, const char *member)
{
	size_t count = json_array_size(objects);
	const char **values = arena_array(args->ctx->arena, count + 1, sizeof(char *));
	for (size_t i = 0; i < count; i++)
		values[i] = json_string_value(json_object_get(json_array_get(objects, i), member));
	arg_texts(args, values, (int)count);
}

static bool load_people(struct world *world)
{
	struct query_args args = query_args(world->ctx);
	arg_members(&args, table(world->ctx, "people.tsv"), "login");
	struct rows *rows = query_run(world->ctx, QUERY_DEMO_WORLD_PEOPLE, &args);
	if (!rows)
		return false;
	world->person_count = rows_count(rows);
	world->person = arena_array(world->ctx->arena, (size_t)world->person_count + 1, sizeof(struct person));
	for (int i = 0; i < world->person_count; i++)
		world->person[i] = (struct person){
			.id = rows_int(rows, i, 0),
			.login = rows_text(rows, i, 1),
			.given_name = rows_text(rows, i, 2),
			.name = rows_text(rows, i, 3),
			.location = rows_text(rows, i, 4),
			.zone = rows_text(rows, i, 5),
			.phone = rows_text(rows, i, 6),
			.tongue = strcmp(rows_text(rows, i, 7), "en") == 0 ? EN : RU,
			.roles = (uint32_t)rows_int(rows, i, 8),
			.staff = (rows_int(rows, i, 8) & ROLES_STAFF) != 0,
		};
	return true;
}

static bool load_teams(struct world *world)
{
	struct ctx *ctx = world->ctx;
	struct query_args args = query_args(ctx);
	arg_members(&args, table(ctx, "teams.tsv"), "key");
	struct rows *rows = query_run(ctx, QUERY_DEMO_WORLD_TEAMS, &args);
	if (!rows)
		return false;
	world->team_count = rows_count(rows);
	world->team = arena_array(ctx->arena, (size_t)world->team_count + 1, sizeof(struct team));
	for (int i = 0; i < world->team_count; i++) {
		const char *const *logins;
		int count = rows_array(ctx, rows, i, 4, &logins);
		int *member = arena_array(ctx->arena, (size_t)count + 1, sizeof(int));
		struct team *team = &world->team[i];
		*team = (struct team){ .id = rows_int(rows, i, 0),
			.key = rows_text(rows, i, 1),
			.name = rows_text(rows, i, 2),
			.level = (int)rows_int(rows, i, 3),
			.member = member,
			.lead = world_person(world, rows_text(rows, i, 5)) };
		for (int m = 0; m < count; m++) {
			int person = world_person(world, logins[m]);
			if (person == NOBODY || !world->person[person].staff)
				continue;
			member[team->member_count++] = person;
			if (world->person[person].team_count < TEAMS_OF_PERSON)
				world->person[person].team[world->person[person].team_count++] = i;
		}
		for (int p = 0; p < PRIORITIES; p++) {
			json_t *ola = rows_null(rows, i, 6 + p) ? NULL : json_loads(rows_text(rows, i, 6 + p), 0, NULL);
			team->ola[p] = rows_text(rows, i, 6 + p);
			team->ola_s[p] = json_integer_value(json_object_get(ola, "target_s"));
			json_decref(ola);
		}
		if (team->member_count == 0 || team->lead == NOBODY)
			return fail(ctx, ERROR_CONFLICT, "The team %s has no members or no lead; run vakhta directory sync first.",
				team->key);
	}
	return true;
}

static bool load_items(struct world *world)
{
	struct rows *rows = query_run(world->ctx, QUERY_DEMO_WORLD_ITEMS, NULL);
	if (!rows)
		return false;
	world->item_count = rows_count(rows);
	world->item = arena_array(world->ctx->arena, (size_t)world->item_count + 1, sizeof(struct item));
	for (int i = 0; i < world->item_count; i++)
		world->item[i] = (struct item){
			.id = rows_int(rows, i, 0),
			.key = rows_text(rows, i, 1),
			.class = rows_text(rows, i, 2),
			.name = rows_text(rows, i, 3),
			.name_ru = rows_null(rows, i, 4) ? rows_text(rows, i, 3) : rows_text(rows, i, 4),
			.location = rows_text(rows, i, 5),
			.user = world_person(world, rows_text(rows, i, 6)),
		};
	rows = query_run(world->ctx, QUERY_DEMO_WORLD_HITS, NULL);
	if (!rows)
		return false;
	world->hit = arena_array(world->ctx->arena, (size_t)rows_count(rows) + 1, sizeof(struct hit));
	for (int i = 0; i < rows_count(rows); i++) {
		struct hit hit = { item_of_id(world, rows_int(rows, i, 0)), item_of_id(world, rows_int(rows, i, 1)) };
		if (hit.from >= 0 && hit.to >= 0)
			world->hit[world->hit_count++] = hit;
	}
	return true;
}

static int64_t target_s(const json_t *targets, const char *metric)
{
	const json_t *target;
	size_t i;
	json_array_foreach(targets, i, target) if (strcmp(json_string_value(json_object_get(target, "metric")), metric) ==
		0) return json_integer_value(json_object_get(target, "target_s"));
	return 0;
}

static bool load_policies(struct world *world)
{
	struct ctx *ctx = world->ctx;
	struct rows *rows = query_run(ctx, QUERY_DEMO_WORLD_POLICIES, NULL);
	if (!rows)
		return false;
	world->policy_count = rows_count(rows);
	world->policy = arena_array(ctx->arena, (size_t)world->policy_count + 1, sizeof(struct policy));
	for (int i = 0; i < world->policy_count; i++) {
		struct policy *policy = &world->policy[i];
		*policy = (struct policy){ .id = rows_int(rows, i, 0),
			.calendar = calendar_of_version(ctx, rows_int(rows, i, 1)),
			.close_days = (int)rows_int(rows, i, 2),
			.reopen_days = (int)rows_int(rows, i, 3) };
		if (!policy->calendar)
			return false;
		for (int p = 0; p < PRIORITIES; p++) {
			policy->targets[p] = rows_text(rows, i, 4 + p);
			json_t *targets = json_loads(policy->targets[p], 0, NULL);
			policy->response_s[p] = target_s(targets, "response");
			policy->resolution_s[p] = target_s(targets, "resolution");
			json_decref(targets);
		}
	}
	return true;
}

static void read_terms(struct ctx *ctx, struct contract *contract, const char *by_priority)
{
	static const char *const metrics[UC_METRICS] = { "acknowledge", "response", "workaround", "resolution", "update" };
	json_t *all = json_loads(by_priority, 0, NULL);
	for (int p = 0; p < PRIORITIES; p++) {
		json_t *targets = json_object_get(all, arena_printf(ctx->arena, "%d", p + 1));
		if (!targets)
			continue;
		char *text = json_dumps(targets, JSON_COMPACT);
		contract->targets[p] = arena_strdup(ctx->arena, text);
		free(text);
		for (int m = 0; m < UC_METRICS; m++)
			contract->target_s[p][m] = target_s(targets, metrics[m]);
	}
	json_decref(all);
}

static void read_behaviour(const json_t *contracts, struct contract *contract)
{
	const json_t *one, *behaviour = NULL;
	size_t i;
	json_array_foreach(contracts, i, one) if (strcmp(json_string_value(json_object_get(one, "number")),
												  contract->number) == 0) behaviour = json_object_get(one, "behaviour");
	INVARIANT(behaviour != NULL);
	contract->acknowledge = json_number_value(json_object_get(behaviour, "acknowledge"));
	contract->resolution = json_number_value(json_object_get(behaviour, "resolution"));
	contract->spread = json_number_value(json_object_get(behaviour, "spread"));
	contract->reject = json_number_value(json_object_get(behaviour, "reject"));
	contract->late_entry = json_number_value(json_object_get(behaviour, "late_entry"));
	contract->drift = json_number_value(json_object_get(behaviour, "drift"));
}

static bool load_contracts(struct world *world)
{
	struct ctx *ctx = world->ctx;
	struct query_args args = query_args(ctx);
	json_t *contracts = demo_json(ctx, "contracts.json");
	if (!contracts)
		return false;
	arg_members(&args, contracts, "number");
	struct rows *rows = query_run(ctx, QUERY_DEMO_WORLD_CONTRACTS, &args);
	if (!rows)
		return false;
	world->contract_count = rows_count(rows);
	world->contract = arena_array(ctx->arena, (size_t)world->contract_count + 1, sizeof(struct contract));
	for (int i = 0; i < world->contract_count; i++) {
		const char *const *covered;
		int count = rows_array(ctx, rows, i, 7, &covered);
		bool *covers = arena_array(ctx->arena, (size_t)world->item_count + 1, sizeof(bool));
		struct contract *contract = &world->contract[i];
		*contract = (struct contract){ .id = rows_int(rows, i, 0),
			.supplier_id = rows_int(rows, i, 1),
			.version = rows_int(rows, i, 2),
			.number = rows_text(rows, i, 3),
			.supplier = rows_text(rows, i, 4),
			.tongue = strcmp(rows_text(rows, i, 5), "en") == 0 ? EN : RU,
			.calendar = calendar_of_version(ctx, rows_int(rows, i, 6)),
			.covers = covers,
			.terms_id = rows_int(rows, i, 9) };
		if (!contract->calendar)
			return false;
		for (int c = 0; c < count; c++) {
			int64_t id;
			INVARIANT(text_parse_int64(covered[c], &id));
			if (item_of_id(world, id) >= 0)
				covers[item_of_id(world, id)] = true;
		}
		read_terms(ctx, contract, rows_null(rows, i, 8) ? "{}" : rows_text(rows, i, 8));
		read_behaviour(contracts, contract);
	}
	return true;
}

static bool has_prefix(const char *key, const char *prefix_or_null)
{
	return !prefix_or_null || strncmp(key, prefix_or_null, strlen(prefix_or_null)) == 0;
}

/* CIs of the class that the service stands on directly or at one remove; all of the class when the graph names none. */
static void find_items(struct world *world, struct scenario *scenario, const char *class, const char *prefix)
{
	size_t n = (size_t)world->item_count + 1;
	int *queue = arena_array(world->ctx->arena, n, sizeof(int)),
		*found = arena_array(world->ctx->arena, n, sizeof(int));
	int *depth = arena_array(world->ctx->arena, n, sizeof(int));
	bool *seen = arena_array(world->ctx->arena, n, sizeof(bool));
	int first = 0, last = 0;
	queue[last++] = scenario->service;
	seen[scenario->service] = true;
	while (first < last) {
		int at = queue[first++];
		if (strcmp(world->item[at].class, class) == 0)
			found[scenario->item_count++] = at;
		for (int i = 0; i < world->hit_count; i++)
			if (world->hit[i].to == at && !seen[world->hit[i].from] && depth[at] < 2) {
				seen[world->hit[i].from] = true;
				depth[world->hit[i].from] = depth[at] + 1;
				queue[last++] = world->hit[i].from;
			}
	}
	bool any = scenario->item_count == 0;
	for (int i = 0; any && i < world->item_count; i++)
		if (strcmp(world->item[i].class, class) == 0 && has_prefix(world->item[i].key, prefix))
			found[scenario->item_count++] = i;
	scenario->item = found;
}

static int contract_of(const struct world *world, const char *number)
{
	for (int i = 0; number && i < world->contract_count; i++)
		if (strcmp(world->contract[i].number, number) == 0)
			return i;
	return -1;
}

static bool read_scenario(
	struct world *world, const json_t *json, const struct rows *rows, int i, struct scenario *scenario)
{
	const char *class = json_string_value(json_object_get(json, "ci_class"));
	const json_t *service = json_object_get(json, "service"), *supplier = json_object_get(json, "supplier");
	const json_t *channels = json_object_get(json, "channel");
	*scenario = (struct scenario){
		.key = json_string_value(json_object_get(json, "key")),
		.kind = json_string_value(json_object_get(json, "kind")),
		.service = item_of_key(world, json_string_value(service)),
		.category = rows_int(rows, i, 1),
		.team = team_of_id(world, rows_int(rows, i, 2)),
		.restricted = rows_bool(rows, i, 3),
		.policy = -1,
		.weight = json_number_value(json_object_get(json, "weight")),
		.text = { json_object_get(json, "ru"), json_object_get(json, "en") },
		.supplier = supplier,
		.contract = contract_of(world, json_string_value(json_object_get(supplier, "contract"))),
		.escalates = json_number_value(json_object_get(supplier, "chance")),
	};
	for (int p = 0; p < world->policy_count; p++)
		if (world->policy[p].id == rows_int(rows, i, 4))
			scenario->policy = p;
	if (scenario->service < 0 || scenario->team < 0 || scenario->policy < 0 || !scenario->text[RU])
		return fail_internal(
			world->ctx, ERROR_INTERNAL, "scenario %s has no service, team, policy or text", scenario->key);
	for (int v = 0; v < 3; v++) {
		scenario->impact[v] = json_number_value(json_array_get(json_object_get(json, "impact"), (size_t)v));
		scenario->urgency[v] = json_number_value(json_array_get(json_object_get(json, "urgency"), (size_t)v));
	}
	for (size_t c = 0; c < json_array_size(channels) && c < 6; c++)
		scenario->channel[scenario->channel_count++] = json_string_value(json_array_get(channels, c));
	if (class)
		find_items(world, scenario, class, json_string_value(json_object_get(json, "ci_prefix")));
	return true;
}

static bool load_scenarios(struct world *world)
{
	struct ctx *ctx = world->ctx;
	struct query_args args = query_args(ctx);
	json_t *all = demo_json(ctx, "ticket_scenarios.json"), *services = table(ctx, "services.tsv");
	if (!all)
		return false;
	const json_t *scenarios = json_object_get(all, "scenarios"), *one;
	size_t i;
	world->slots = json_object_get(all, "slots");
	world->shared = json_object_get(all, "shared");
	arg_members(&args, scenarios, "service");
	arg_members(&args, scenarios, "category");
	arg_members(&args, scenarios, "kind");
	struct rows *rows = query_run(ctx, QUERY_DEMO_WORLD_SCENARIOS, &args);
	if (!rows)
		return false;
	INVARIANT(rows_count(rows) == (int)json_array_size(scenarios));
	world->scenario_count = rows_count(rows);
	world->scenario = arena_array(ctx->arena, (size_t)world->scenario_count + 1, sizeof(struct scenario));
	json_array_foreach(scenarios, i, one)
	{
		struct scenario *scenario = &world->scenario[i];
		if (!read_scenario(world, one, rows, (int)i, scenario))
			return false;
		scenario->service_team = scenario->team;
		for (size_t s = 0; s < json_array_size(services); s++) {
			const json_t *service = json_array_get(services, s);
			if (strcmp(json_string_value(json_object_get(service, "key")), world->item[scenario->service].key) == 0)
				scenario->service_team = team_of_key(world, json_string_value(json_object_get(service, "team")));
		}
		if (scenario->restricted || scenario->service_team < 0)
			scenario->service_team = scenario->team;
	}
	return true;
}

static bool load_words(struct world *world)
{
	static const char *const keys[INTRODUCTIONS] = { "introduced_take", "introduced_handover", "introduced_temporary" };
	struct query_args args = query_args(world->ctx);
	struct rows *rows = query_run(world->ctx, QUERY_DEMO_WORLD_INTRODUCTIONS, NULL);
	if (!rows)
		return false;
	for (int i = 0; i < rows_count(rows); i++)
		for (int k = 0; k < INTRODUCTIONS; k++)
			if (strcmp(rows_text(rows, i, 0), keys[k]) == 0)
				world->introduction[k][strcmp(rows_text(rows, i, 1), "en") == 0 ? EN : RU] = rows_text(rows, i, 2);
	arg_texts(&args, reason_name, REASONS);
	rows = query_run(world->ctx, QUERY_DEMO_WORLD_REASONS, &args);
	for (int i = 0; rows && i < rows_count(rows); i++)
		for (int r = 0; r < REASONS; r++)
			if (strcmp(rows_text(rows, i, 0), reason_name[r]) == 0) {
				world->reason_words[r][RU] = rows_text(rows, i, 1);
				world->reason_words[r][EN] = rows_text(rows, i, 2);
			}
	return rows != NULL;
}

static bool load_terms(struct world *world)
{
	static const char *const keys[] = { "desk-hours", "ru-5x8", "ru-shops", "always" };
	const struct calendar **into[] = { &world->desk, &world->office, &world->shops, &world->always };
	struct query_args args = query_args(world->ctx);
	struct rows *rows = query_run(world->ctx, QUERY_DEMO_WORLD_MATRIX, NULL);
	if (!rows)
		return false;
	for (int i = 0; i < rows_count(rows); i++)
		world->priority[rows_int(rows, i, 0) - 1][rows_int(rows, i, 1) - 1] = (int)rows_int(rows, i, 2);
	arg_texts(&args, keys, 4);
	rows = query_run(world->ctx, QUERY_DEMO_WORLD_CALENDARS, &args);
	if (!rows)
		return false;
	INVARIANT(rows_count(rows) == 4);
	for (int i = 0; i < 4; i++) {
		*into[i] = calendar_of_version(world->ctx, rows_int(rows, i, 0));
		if (!*into[i])
			return false;
	}
	return true;
}

bool world_load(struct world *world)
{
	return load_people(world) && load_teams(world) && load_items(world) && load_policies(world) &&
		load_contracts(world) && load_scenarios(world) && load_words(world) && load_terms(world);
}
