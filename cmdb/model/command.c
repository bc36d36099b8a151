/* vakhta cmdb model export | import: the model of the CMDB as a file. Exit 0: done; 1: refused, with every reason, or a trial
 * that found what would not fit; 2: called wrongly. */
#include "commands.h"

#include "cmdb/model/document.h"
#include "db/command.h"
#include "db/query.h"
#include "http/body.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct options {
	struct command_options common;
	const char *verb, *path, *conversions, *missing;
	bool trial;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->common;
		return 0;
	case 'n':
		options->trial = true;
		return 0;
	case 'c':
		options->conversions = arg;
		return 0;
	case 'r':
		options->missing = "retire";
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num == 0 && strcmp(arg, "export") != 0 && strcmp(arg, "import") != 0)
			argp_error(state, "say export or import FILE");
		if (state->arg_num > 1)
			argp_error(state, "one file at a time");
		*(state->arg_num == 0 ? &options->verb : &options->path) = arg;
		return 0;
	case ARGP_KEY_END:
		if (!options->verb || (strcmp(options->verb, "import") == 0 && !options->path))
			argp_error(state, "say export or import FILE");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static bool export_model(struct ctx *ctx, const char *path)
{
	int64_t version;
	const char *text = model_text(ctx, &version);
	if (!text)
		return false;
	FILE *file = path ? fopen(path, "w") : stdout;
	bool good = file && fputs(text, file) != EOF;
	int why = errno;
	if (file && (path ? fclose(file) : fflush(file)) != 0) {
		good = false;
		why = errno;
	}
	return good || fail(ctx, ERROR_INTERNAL, "%s: %s", path ? path : "standard output", strerror(why));
}

static void release_json(void *json)
{
	json_decref(json);
}

/* A JSON file, judged as a body of a call is. */
static json_t *read_json(struct ctx *ctx, const char *path)
{
	FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
	json_error_t why;
	char *bytes = arena_alloc(ctx->arena, MODEL_MAX_BYTES + 1);
	if (!file) {
		fail(ctx, ERROR_UNREADABLE, "%s: %s", path, strerror(errno));
		return NULL;
	}
	size_t length = fread(bytes, 1, MODEL_MAX_BYTES + 1, file);
	bool good = !ferror(file) && length <= MODEL_MAX_BYTES;
	if (file != stdin)
		fclose(file);
	if (!good) {
		fail(ctx, ERROR_UNREADABLE, "%s cannot be read, or is larger than 4 MiB", path);
		return NULL;
	}
	json_t *json = json_loadb(bytes, length, JSON_REJECT_DUPLICATES, &why);
	if (!json) {
		fail(ctx, ERROR_UNREADABLE, "%s, line %d: %s", path, why.line, why.text);
		return NULL;
	}
	arena_on_release(ctx->arena, release_json, json);
	return json;
}

static void print_value(const json_t *value)
{
	char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
	fputs(text ? text : "", stdout);
	free(text);
}

static const char *member(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

static void print_change(const json_t *change)
{
	const char *field = member(change, "field"), *op = member(change, "op");
	printf("%s %s %s", op, member(change, "what"), member(change, "path"));
	if (field) {
		printf(" %s: ", field);
		print_value(json_object_get(change, "old"));
		fputs(" -> ", stdout);
		print_value(json_object_get(change, "new"));
	}
	putchar('\n');
}

static void print_finding(const char *word, const json_t *finding, const char *detail)
{
	const char *class = member(finding, "class"), *attribute = member(finding, "attribute"),
			   *type = member(finding, "relation_type");
	printf("%s: %s%s%s: %s\n", word, class ? class : type ? type : "", attribute ? "/" : "", attribute ? attribute : "",
		detail ? detail : "");
	json_t *value;
	size_t i;
	json_array_foreach(json_object_get(finding, "values"), i, value)
	{
		fputs("  ", stdout);
		print_value(json_object_get(value, "value"));
		printf(" (%lld)\n", (long long)json_integer_value(json_object_get(value, "count")));
	}
}

/* Returns how many things would not fit. */
static size_t print_report(struct ctx *ctx, const char *text, bool trial)
{
	json_t *report = json_loads(text, 0, NULL), *value;
	size_t i, problems = json_array_size(json_object_get(report, "problems"));
	json_array_foreach(json_object_get(report, "changes"), i, value) print_change(value);
	json_array_foreach(json_object_get(report, "effects"), i, value)
		print_finding("effect", value, arena_printf(ctx->arena, "%s %lld", member(value, "effect"),
										   (long long)json_integer_value(json_object_get(value, "count"))));
	json_array_foreach(json_object_get(report, "problems"), i, value) print_finding("problem", value, member(value, "detail"));
	printf("%zu differences, %zu problems, %s\n", json_array_size(json_object_get(report, "changes")), problems,
		trial ? "nothing was written" : "applied");
	json_decref(report);
	return problems;
}

static bool import_model(struct ctx *ctx, const struct options *options)
{
	struct model_wish wish = { .missing = options->missing ? options->missing : "keep", .via = "cli", .trial = options->trial };
	int64_t version;
	wish.prefix = "";
	if (!(wish.model = read_json(ctx, options->path)))
		return false;
	if (options->conversions && !(wish.conversions = read_json(ctx, options->conversions)))
		return false;
	if (!tx_begin(ctx))
		return false;
	/* Tried first, so that what would not fit is printed whole. */
	bool trial = wish.trial;
	wish.trial = true;
	const char *report = model_apply(ctx, &wish, &version);
	if (!report)
		return false;
	size_t problems = 0;
	if (!trial) {
		wish.trial = false;
		json_t *tried = json_loads(report, 0, NULL);
		problems = json_array_size(json_object_get(tried, "problems"));
		json_decref(tried);
		if (problems == 0 && !(report = model_apply(ctx, &wish, &version)))
			return false;
		if (problems == 0 && !tx_commit(ctx))
			return false;
	}
	problems = print_report(ctx, report, trial || problems > 0);
	return problems == 0 || fail(ctx, ERROR_CONFLICT, "CIs that are there would not fit: give --conversions FILE");
}

int command_cmdb(int argc, char **argv)
{
	static const struct argp_option known[] = {
		{ "dry-run", 'n', NULL, 0, "import: say what would change, and change nothing", 0 },
		{ "conversions", 'c', "FILE", 0, "import: what becomes of values that would not fit (JSON)", 0 },
		{ "retire-missing", 'r', NULL, 0,
			"import: attributes that the file's classes do not name are no longer recorded", 0 },
		{ 0 },
	};
	static const struct argp_child children[] = { { &command_argp, 0, NULL, 0 }, { 0 } };
	static const struct argp argp = { known, parse, "export [FILE]\nimport FILE",
		"Writes the model of the CMDB (classes, attributes, states, types of relations) as JSON in an order that stays, "
		"or makes the model what such a file says, in one transaction, after showing what changes."
		"\vWhat CIs that are there would not fit is listed, and then nothing is written. FILE may be - for standard "
		"input.",
		children, NULL, NULL };
	struct options options = { 0 };
	struct command command;
	argp_parse(&argp, argc, argv, 0, NULL, &options);
	if (!command_begin(&command, &options.common, DB_RUNTIME, 3600000, true))
		return 2;
	bool export = strcmp(options.verb, "export") == 0;
	return command_end(
		&command, export ? export_model(&command.ctx, options.path) : import_model(&command.ctx, &options));
}
