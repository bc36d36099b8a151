/* vakhta contract export | import: contracts as files. Exit 0: done; 1: refused, with every reason; 2: called wrongly. */
#include "commands.h"

#include "db/command.h"
#include "supply/contract.sql.h"
#include "supply/contract_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FILE_BYTES_MAX ((size_t)4 * 1024 * 1024)

struct options {
	struct command_options common;
	const char *verb, *what, *out;
	bool dry;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->common;
		return 0;
	case 'n':
		options->dry = true;
		return 0;
	case 'o':
		options->out = arg;
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num == 0 && strcmp(arg, "export") != 0 && strcmp(arg, "import") != 0)
			argp_error(state, "say export NUMBER or import FILE");
		if (state->arg_num > 1)
			argp_error(state, "one contract or file at a time");
		*(state->arg_num == 0 ? &options->verb : &options->what) = arg;
		return 0;
	case ARGP_KEY_END:
		if (!options->what)
			argp_error(state, "say export NUMBER or import FILE");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* 0 when there is none with this number. */
static bool find(struct ctx *ctx, const char *number, int64_t *id_r)
{
	struct query_args args = query_args(ctx);
	arg_text(&args, number);
	struct rows *rows = query_run(ctx, QUERY_CONTRACT_NUMBERED, &args);
	*id_r = rows && rows_count(rows) > 0 ? rows_int(rows, 0, 0) : 0;
	return rows != NULL;
}

static bool put_json(struct ctx *ctx, const char *text, const char *out)
{
	json_t *json = json_loads(text, 0, NULL);
	FILE *file = out ? fopen(out, "w") : stdout;
	bool good = json && file && json_dumpf(json, file, JSON_INDENT(1)) == 0 && fputc('\n', file) != EOF;
	int why = errno;
	json_decref(json);
	if (file && (out ? fclose(file) : fflush(file)) != 0)
		good = false;
	return good || fail(ctx, ERROR_INTERNAL, "%s: %s", out ? out : "standard output", strerror(why));
}

static bool export_one(struct ctx *ctx, const struct options *options)
{
	struct query_args args = query_args(ctx);
	int64_t id;
	if (!find(ctx, options->what, &id))
		return false;
	if (id == 0)
		return fail(ctx, ERROR_NOT_FOUND, "there is no contract %s", options->what);
	arg_int(&args, id);
	struct rows *rows = query_one(ctx, QUERY_CONTRACT_DOCUMENT, &args);
	return rows && put_json(ctx, rows_text(rows, 0, 0), options->out);
}

static bool read_file(struct ctx *ctx, const char *path, struct request *req)
{
	FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
	char *bytes = arena_alloc(ctx->arena, FILE_BYTES_MAX + 1);
	if (!file)
		return fail(ctx, ERROR_UNREADABLE, "%s: %s", path, strerror(errno));
	req->body_length = fread(bytes, 1, FILE_BYTES_MAX + 1, file);
	bool good = !ferror(file);
	if (file != stdin)
		fclose(file);
	if (!good)
		return fail(ctx, ERROR_UNREADABLE, "%s cannot be read", path);
	if (req->body_length > FILE_BYTES_MAX)
		return fail(ctx, ERROR_UNREADABLE, "%s is larger than 4 MiB", path);
	req->body = bytes;
	req->content_type = "application/json";
	return true;
}

static void print_answer(const char *text, bool dry)
{
	json_t *answer = json_loads(text, 0, NULL), *value;
	size_t i;
	json_array_foreach(json_object_get(answer, "differences"), i, value)
	{
		char *before = json_dumps(json_object_get(value, "before"), JSON_ENCODE_ANY | JSON_COMPACT);
		char *after = json_dumps(json_object_get(value, "after"), JSON_ENCODE_ANY | JSON_COMPACT);
		printf("%s: %s -> %s\n", json_string_value(json_object_get(value, "path")), before ? before : "",
			after ? after : "");
		free(before);
		free(after);
	}
	json_array_foreach(json_object_get(answer, "warnings"), i, value)
		printf("warning: %s\n", json_string_value(json_object_get(value, "detail")));
	json_array_foreach(json_object_get(answer, "overlaps"), i, value)
		printf("overlaps contract %s of %s (%d in common)\n",
			json_string_value(json_object_get(json_object_get(value, "contract"), "name")),
			json_string_value(json_object_get(json_object_get(value, "supplier"), "name")),
			(int)json_integer_value(json_object_get(value, "count")));
	printf("%zu differences, %s\n", json_array_size(json_object_get(answer, "differences")),
		dry ? "nothing was written" : "saved");
	json_decref(answer);
}

/* By its number the file finds the contract it belongs to. */
static bool import_one(struct ctx *ctx, const struct options *options)
{
	struct request req = { .ctx = *ctx };
	json_t *json;
	int64_t id = 0;
	bool good = read_file(&req.ctx, options->what, &req);
	if (good && (json = json_loadb(req.body, req.body_length, 0, NULL))) {
		const char *number = json_string_value(json_object_get(json, "number"));
		good = !number || find(&req.ctx, number, &id);
		json_decref(json);
	}
	good = good && tx_begin(&req.ctx);
	struct rows *saved = good ? contract_file_put(&req, id, -1, options->dry) : NULL;
	good = saved && (options->dry || tx_commit(&req.ctx));
	if (good)
		print_answer(rows_text(saved, 0, 2), options->dry);
	tx_rollback(&req.ctx);
	ctx->error = req.ctx.error;
	return good;
}

int command_contract(int argc, char **argv)
{
	static const struct argp_option known[] = {
		{ "dry-run", 'n', NULL, 0, "import: say what would change, and change nothing", 0 },
		{ "out", 'o', "FILE", 0, "export: write here, not to standard output", 0 },
		{ 0 },
	};
	static const struct argp_child children[] = { { &command_argp, 0, NULL, 0 }, { 0 } };
	static const struct argp argp = { known, parse, "export NUMBER\nimport FILE",
		"Writes a contract with all editions of its terms as JSON, or makes a contract what such a file says, after "
		"showing what changes."
		"\vEditions that judged cases are never altered: a file that would is refused. FILE may be - for standard "
		"input.",
		children, NULL, NULL };
	struct options options = { 0 };
	struct command command;
	argp_parse(&argp, argc, argv, 0, NULL, &options);
	if (!command_begin(&command, &options.common, DB_RUNTIME, 60000, true))
		return 2;
	bool export = strcmp(options.verb, "export") == 0;
	return command_end(&command, export ? export_one(&command.ctx, &options) : import_one(&command.ctx, &options));
}
