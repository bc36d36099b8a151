/* The company's structure: people, teams, CMDB, calendars, policies, suppliers, contracts. The files go to the
 * database as JSON and are taken apart there (company.sql). Refuses: to change rows that are there. */
#include "demo/demo.h"

#include "db/query.h"
#include "demo/company.sql.h"

bool demo_state_read(struct ctx *ctx, struct demo_state *state_r)
{
	struct query_args args = query_args(ctx);
	arg_text(&args, demo_file("suppliers.json"));
	struct rows *rows = query_one(ctx, QUERY_DEMO_STATE, &args);
	if (!rows)
		return false;
	*state_r = (struct demo_state){ .tickets = rows_bool(rows, 0, 0), .company = rows_bool(rows, 0, 1) };
	return true;
}

static bool load(struct ctx *ctx, const struct query *query, const char *json)
{
	struct query_args args = query_args(ctx);
	arg_text(&args, json);
	return query_run(ctx, query, &args) != NULL;
}

static bool load_since(struct ctx *ctx, const struct query *query, const char *json, instant since)
{
	struct query_args args = query_args(ctx);
	arg_text(&args, json);
	arg_instant(&args, since);
	return query_run(ctx, query, &args) != NULL;
}

static bool load_people(struct ctx *ctx)
{
	struct query_args args = query_args(ctx);
	const char *people = demo_table(ctx, "people.tsv"), *teams = demo_table(ctx, "teams.tsv");
	arg_text(&args, people);
	arg_text(&args, demo_table(ctx, "roles.tsv"));
	arg_text(&args, teams);
	return query_run(ctx, QUERY_DEMO_PEOPLE, &args) && load(ctx, QUERY_DEMO_MANAGERS, people) &&
		load(ctx, QUERY_DEMO_TEAMS, teams) && load(ctx, QUERY_DEMO_TEAM_MEMBERS, teams);
}

static bool load_classes(struct ctx *ctx)
{
	json_t *classes = demo_json(ctx, "classes.json"), *class;
	size_t place;
	if (!classes)
		return false;
	json_array_foreach(classes, place, class)
	{
		struct query_args args = query_args(ctx);
		char *text = json_dumps(class, JSON_COMPACT);
		INVARIANT(text != NULL);
		arena_on_release(ctx->arena, free, text);
		arg_text(&args, text);
		arg_int(&args, (int64_t)place + 1);
		if (!query_run(ctx, QUERY_DEMO_CLASS, &args))
			return false;
	}
	return load(ctx, QUERY_DEMO_ATTRIBUTES_KNOWN, demo_file("classes.json")) &&
		load(ctx, QUERY_DEMO_ATTRIBUTES, demo_file("classes.json"));
}

static bool load_cis(struct ctx *ctx, instant since)
{
	const char *cis = demo_table(ctx, "cis.tsv");
	for (int refers = 0; refers < 2; refers++) {
		struct query_args args = query_args(ctx);
		arg_text(&args, cis);
		arg_instant(&args, since);
		arg_bool(&args, refers == 1);
		if (!query_run(ctx, QUERY_DEMO_CIS, &args))
			return false;
	}
	return load_since(ctx, QUERY_DEMO_RELATIONS, demo_table(ctx, "relations.tsv"), since) &&
		load_since(ctx, QUERY_DEMO_CI_USERS, cis, since);
}

bool demo_company_load(struct ctx *ctx, instant since)
{
	const char *policies = demo_file("policies.json"), *calendars = demo_file("calendars.json"),
			   *contracts = demo_file("contracts.json");
	const char *services = demo_table(ctx, "services.tsv");
	return load_people(ctx) && load(ctx, QUERY_DEMO_CATEGORIES, policies) &&
		load(ctx, QUERY_DEMO_CATEGORY_PARENTS, policies) && load(ctx, QUERY_DEMO_MATRIX, policies) &&
		load_classes(ctx) && load_since(ctx, QUERY_DEMO_SERVICES, services, since) && load_cis(ctx, since) &&
		load(ctx, QUERY_DEMO_CALENDARS, calendars) && load_since(ctx, QUERY_DEMO_CALENDAR_VERSIONS, calendars, since) &&
		load(ctx, QUERY_DEMO_SERVICE_VALUES, services) && load(ctx, QUERY_DEMO_POLICIES, policies) &&
		load(ctx, QUERY_DEMO_POLICY_TARGETS, policies) && load(ctx, QUERY_DEMO_ROUTES, policies) &&
		load(ctx, QUERY_DEMO_SUPPLIERS, demo_file("suppliers.json")) && load(ctx, QUERY_DEMO_CONTRACTS, contracts) &&
		load_since(ctx, QUERY_DEMO_CONTRACT_TERMS, contracts, since) && load(ctx, QUERY_DEMO_CONTRACT_PARTS, contracts) &&
		load(ctx, QUERY_DEMO_CONTRACT_TARGETS, contracts) && load(ctx, QUERY_DEMO_CONTRACT_CREDITS, contracts) &&
		load(ctx, QUERY_DEMO_COVERAGE, contracts) && load_since(ctx, QUERY_DEMO_AMENDMENTS, contracts, ctx->now);
}
