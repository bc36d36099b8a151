/* vakhta audit verify | replay | anchor | what-if. Exit 0: nothing found; 1: findings, or it could not be done; 2: called wrongly. */
#include "commands.h"

#include "audit/anchor.h"
#include "audit/audit.h"
#include "audit/audit.sql.h"
#include "audit/daily.h"
#include "audit/what_if.h"
#include "base/config.h"
#include "db/command.h"
#include "db/query.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STATEMENT_MS (24 * 3600 * 1000LL)

struct options {
	struct command_options common;
	const char *verb, *number, *anchors, *file, *from, *to, *supplier, *calendar, *terms;
	bool json;
};

enum { OPTION_ANCHORS = 256, OPTION_FILE, OPTION_FROM, OPTION_TO, OPTION_SUPPLIER, OPTION_CALENDAR, OPTION_TERMS, OPTION_JSON };

static const char *const verbs[] = { "verify", "replay", "anchor", "what-if" };

static void check(struct argp_state *state, const struct options *options)
{
	if (!options->verb)
		argp_error(state, "say verify, replay, anchor or what-if");
	bool what_if = strcmp(options->verb, "what-if") == 0;
	int64_t from, to;
	if (what_if && (!options->from || !options->to || !day_parse(options->from, &from) || !day_parse(options->to, &to) || to <= from || to - from > 3653))
		argp_error(state, "what-if needs --from and --to, dates like 2026-07-01, --to after --from by at most ten years");
	if (what_if && !options->calendar && !options->terms)
		argp_error(state, "what-if needs --calendar, --terms or both");
	if (!what_if && (options->from || options->to || options->supplier || options->calendar || options->terms || options->json))
		argp_error(state, "--from, --to, --supplier, --calendar, --terms and --json belong to what-if");
	bool verify = strcmp(options->verb, "verify") == 0, anchor = strcmp(options->verb, "anchor") == 0;
	if (options->anchors && !verify)
		argp_error(state, "--anchors belongs to verify");
	if (options->anchors && options->number)
		argp_error(state, "anchors cover all tickets and cases; leave the number out");
	if (options->file && !anchor)
		argp_error(state, "--file belongs to anchor");
	if (options->number && (anchor || what_if))
		argp_error(state, "a number belongs to verify and replay");
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->common;
		return 0;
	case 'n':
		options->number = arg;
		return 0;
	case OPTION_ANCHORS:
		options->anchors = arg;
		return 0;
	case OPTION_FILE:
		options->file = arg;
		return 0;
	case OPTION_FROM:
		options->from = arg;
		return 0;
	case OPTION_TO:
		options->to = arg;
		return 0;
	case OPTION_SUPPLIER:
		options->supplier = arg;
		return 0;
	case OPTION_CALENDAR:
		options->calendar = arg;
		return 0;
	case OPTION_TERMS:
		options->terms = arg;
		return 0;
	case OPTION_JSON:
		options->json = true;
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num == 1 && !options->number) {
			options->number = arg;
			return 0;
		}
		for (size_t i = 0; state->arg_num == 0 && i < sizeof(verbs) / sizeof(*verbs); i++)
			if (strcmp(arg, verbs[i]) == 0)
				options->verb = verbs[i];
		if (state->arg_num > 0 || !options->verb)
			argp_error(state, "say verify, replay, anchor or what-if");
		return 0;
	case ARGP_KEY_END:
		check(state, options);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static void print_found(struct audit_check *check, const char *number, int64_t seq, const char *what)
{
	(void)check;
	if (seq > 0)
		printf("%s: event %lld: %s\n", number, (long long)seq, what);
	else
		printf("%s: %s\n", number, what);
}

static bool verify(struct ctx *ctx, const struct options *options, struct audit_check *check)
{
	int64_t ticket, supplier_case;
	struct anchor_set *anchors = NULL;
	if (!audit_subject_find(ctx, options->number, &ticket, &supplier_case) ||
		(options->anchors && !anchor_set_read_file(ctx, options->anchors, check, &anchors)) ||
		!audit_verify(ctx, ticket, supplier_case, anchors, check))
		return false;
	if (anchors)
		printf("%d anchors, ", anchor_set_count(anchors));
	printf("%lld chains, %lld events, %lld findings\n", (long long)check->subjects, (long long)check->items, (long long)check->findings);
	return true;
}

static bool replay(struct ctx *ctx, const struct options *options, struct audit_check *check)
{
	int64_t ticket, supplier_case;
	struct command calendars;
	if (!audit_subject_find(ctx, options->number, &ticket, &supplier_case))
		return false;
	if (!command_begin(&calendars, &options->common, DB_RUNTIME, STATEMENT_MS, true))
		return fail_internal(ctx, ERROR_INTERNAL, "no second connection");
	bool good = audit_replay(ctx, &calendars.ctx, ticket, supplier_case, check);
	if (command_end(&calendars, good || ctx->error.kind != ERROR_NONE) != 0 || !good)
		return false;
	printf("%lld subjects, %lld clocks, %lld differences\n", (long long)check->subjects, (long long)check->items, (long long)check->findings);
	return true;
}

/* One on demand; the file then has it as it has the daily ones. */
static bool anchor(struct ctx *ctx, const struct options *options)
{
	const char *file = options->file ? options->file : ctx->config->audit_anchor_file;
	struct anchor made;
	struct json_out json;
	const char *day;
	int added;
	if (!daily_day(ctx, &day) || !tx_begin(ctx) || !anchor_make(ctx, day, false, &made) || !tx_commit(ctx) ||
		(*file && !anchor_file_append(ctx, file, &added)))
		return false;
	json_begin(&json, ctx->arena, 1024);
	anchor_json(&json, NULL, &made);
	printf("%s\n", json.text.data);
	return true;
}

/* A number is an id, anything else a file. */
static bool input_read(struct ctx *ctx, const char *text, const char *option, json_t **json_r)
{
	json_error_t error;
	int64_t id;
	*json_r = text_parse_int64(text, &id) ? json_integer(id) : json_load_file(text, JSON_REJECT_DUPLICATES, &error);
	if (!*json_r)
		return fail_field(ctx, option, "%s: %s", text, error.text);
	arena_on_release(ctx->arena, (void (*)(void *))json_decref, *json_r);
	return true;
}

static bool supplier_find(struct ctx *ctx, const char *wanted, int64_t *id_r)
{
	struct query_args args = query_args(ctx);
	if (!wanted || text_parse_int64(wanted, id_r))
		return true;
	arg_text(&args, wanted);
	struct rows *rows = query_run(ctx, QUERY_WHAT_IF_SUPPLIER, &args);
	if (!rows)
		return false;
	if (rows_count(rows) != 1)
		return fail_field(ctx, "--supplier", rows_count(rows) == 0 ? "there is no such supplier" : "several have this name; give the id");
	*id_r = rows_int(rows, 0, 0);
	return true;
}

static const char *amount_text(const json_t *credit)
{
	const char *amount = json_string_value(json_object_get(credit, "amount"));
	return amount ? amount : "-";
}

static void what_if_print(const json_t *answer)
{
	json_t *item, *line;
	size_t i, k;
	json_array_foreach (json_object_get(answer, "contracts"), i, item) {
		const json_t *contract = json_object_get(item, "contract"), *supplier = json_object_get(item, "supplier");
		printf("%s, %s\n", json_string_value(json_object_get(contract, "name")), json_string_value(json_object_get(supplier, "name")));
		json_array_foreach (json_object_get(item, "metrics"), k, line) {
			const json_t *before = json_object_get(line, "before"), *after = json_object_get(line, "after");
			printf("  %-12s kept %lld of %lld (%.2f %%) -> %lld of %lld (%.2f %%), credit %s -> %s\n", json_string_value(json_object_get(line, "metric")),
				(long long)json_integer_value(json_object_get(before, "kept")), (long long)json_integer_value(json_object_get(before, "measured")),
				json_number_value(json_object_get(before, "compliance_pct")), (long long)json_integer_value(json_object_get(after, "kept")),
				(long long)json_integer_value(json_object_get(after, "measured")), json_number_value(json_object_get(after, "compliance_pct")),
				amount_text(json_object_get(before, "credit")), amount_text(json_object_get(after, "credit")));
		}
		printf("  credits under the cap %s -> %s\n", amount_text(json_object_get(item, "credit_before")), amount_text(json_object_get(item, "credit_after")));
	}
	json_array_foreach (json_object_get(answer, "changed"), i, item) {
		const json_t *before = json_object_get(item, "before"), *after = json_object_get(item, "after");
		const char *was = json_string_value(json_object_get(before, "due_at")), *is = json_string_value(json_object_get(after, "due_at"));
		printf("%s %s %lld: %s -> %s, due %s -> %s\n", json_string_value(json_object_get(item, "case")), json_string_value(json_object_get(item, "metric")),
			(long long)json_integer_value(json_object_get(item, "ordinal")), json_string_value(json_object_get(before, "verdict")),
			json_string_value(json_object_get(after, "verdict")), was ? was : "-", is ? is : "-");
	}
	printf("%lld cases, %lld verdicts differ\n", (long long)json_integer_value(json_object_get(answer, "cases")),
		(long long)json_integer_value(json_object_get(answer, "changed_count")));
}

/* Another verdict is no finding: the exit status says only whether it could be computed. */
static bool what_if(struct ctx *ctx, const struct options *options)
{
	struct what_if what = { .from = options->from, .to = options->to, .zone = ctx->config->desk_zone };
	struct command calendars;
	struct json_out json;
	json_t *calendar, *terms;
	if (!supplier_find(ctx, options->supplier, &what.supplier_id) ||
		(options->calendar && (!input_read(ctx, options->calendar, "--calendar", &calendar) || !what_if_calendar_json(ctx, calendar, "--calendar", &what))) ||
		(options->terms && (!input_read(ctx, options->terms, "--terms", &terms) || !what_if_terms_json(ctx, terms, "--terms", &what))))
		return false;
	if (!command_begin(&calendars, &options->common, DB_RUNTIME, STATEMENT_MS, true))
		return fail_internal(ctx, ERROR_INTERNAL, "no second connection");
	json_begin(&json, ctx->arena, 16384);
	bool good = tx_begin_snapshot(ctx) && what_if_write(ctx, &calendars.ctx, &what, &json) && tx_commit(ctx);
	if (command_end(&calendars, good || ctx->error.kind != ERROR_NONE) != 0 || !good)
		return false;
	json_t *answer = options->json ? NULL : json_loads(json.text.data, 0, NULL);
	if (answer)
		what_if_print(answer);
	else
		printf("%s\n", json.text.data);
	json_decref(answer);
	return true;
}

int command_audit(int argc, char **argv)
{
	static const struct argp_option known[] = {
		{ "subject", 'n', "NUMBER", 0, "Only this ticket or case (INC-000042, CASE-000007)", 0 },
		{ "anchors", OPTION_ANCHORS, "FILE", 0, "verify: recompute also the anchors in this file from the events alone", 0 },
		{ "file", OPTION_FILE, "FILE", 0, "anchor: append to this file (default: audit.anchor_file)", 0 },
		{ "from", OPTION_FROM, "DATE", 0, "what-if: first day of the period", 0 },
		{ "to", OPTION_TO, "DATE", 0, "what-if: first day that no longer belongs to it", 0 },
		{ "supplier", OPTION_SUPPLIER, "ID|NAME", 0, "what-if: only this supplier", 0 },
		{ "calendar", OPTION_CALENDAR, "FILE|ID", 0, "what-if: other hours", 0 },
		{ "terms", OPTION_TERMS, "FILE|ID", 0, "what-if: other targets and credits; an id is an edition, and only its contract is scored", 0 },
		{ "json", OPTION_JSON, NULL, 0, "what-if: as one JSON object", 0 },
		{ 0 },
	};
	static const struct argp_child children[] = { { &command_argp, 0, NULL, 0 }, { 0 } };
	static const struct argp argp = { known, parse, "verify|replay [NUMBER]\nanchor\nwhat-if --from DATE --to DATE",
		"verify: recomputes the hash chain of every ticket and case and reports each event that was changed, removed, inserted or "
		"reordered.\vreplay: recomputes every clock from its events and calendars and reports each difference. anchor: fixes the heads of all "
		"chains now. what-if judges a period under other terms and shows what differs. All but anchor write nothing.",
		children, NULL, NULL };
	struct options options = { 0 };
	struct command command;
	struct audit_check check = { .found = print_found };
	argp_parse(&argp, argc, argv, 0, NULL, &options);
	if (!command_begin(&command, &options.common, DB_RUNTIME, STATEMENT_MS, true))
		return 2;
	bool good = strcmp(options.verb, "verify") == 0 ? verify(&command.ctx, &options, &check)
		: strcmp(options.verb, "replay") == 0		? replay(&command.ctx, &options, &check)
		: strcmp(options.verb, "anchor") == 0		? anchor(&command.ctx, &options)
													: what_if(&command.ctx, &options);
	int status = command_end(&command, good);
	return status != 0 ? status : check.findings > 0;
}
