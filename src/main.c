/* vakhta: one program, its work chosen by the first argument. */
#include "commands.h"

#include "base/config.h"

#include <argp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *name, *help;
	int (*run)(int argc, char **argv);
} commands[] = {
	{ "serve", "serve pages and API", command_serve },
	{ "migrate", "bring the database schema up to this program", command_migrate },
	{ "doctor", "check database, directory, mail, files and clocks", command_doctor },
	{ "supplier-link", "make a link with which a supplier sees its cases", command_supplier_link },
	{ "token", "make, list and revoke bearer tokens of programs", command_token },
	{ "directory", "synchronise people and teams with the directory", command_directory },
	{ "demo", "load the demo company and its history, list its sign-ins", command_demo },
	{ "sla eval", "evaluate clocks from lines of JSON, without a database", command_sla_eval },
	{ "import", "bring the audit log of another system in as tickets", command_import },
	{ "contract", "write a contract as a file, or read one", command_contract },
	{ "cmdb model", "write the model of the CMDB as a file, or bring one in", command_cmdb },
	{ "report", "write a report as a workbook", command_report },
	{ "audit", "verify the evidence, or replay every clock from it", command_audit },
	{ "routes", "print the route table", command_routes },
	{ "config", "print a sample configuration with every key", command_config_sample },
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

int command_config_sample(int argc, char **argv)
{
	static const struct argp argp = { NULL, NULL, NULL,
		"Prints every key of the configuration with its meaning and default, commented out.", NULL, NULL, NULL };
	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	config_print_sample();
	return fflush(stdout) == 0 ? 0 : 1;
}

static void print_usage(FILE *out)
{
	fputs("Usage: vakhta COMMAND [OPTION...]\n\nCommands:\n", out);
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		fprintf(out, "  %-14s %s\n", commands[i].name, commands[i].help);
	fputs("\n\"vakhta COMMAND --help\" explains a command. Exit status: 0 done, 1 failed, 2 called wrongly.\n", out);
}

/* How many arguments the name of a command takes ("sla eval": two), 0 when it is another. */
static int words_matched(int argc, char **argv, const char *name)
{
	int words = 0;
	while (*name) {
		size_t length = strcspn(name, " ");
		if (++words >= argc || strlen(argv[words]) != length || strncmp(argv[words], name, length) != 0)
			return 0;
		name += length;
		name += *name == ' ';
	}
	return words;
}

int main(int argc, char **argv)
{
	argp_err_exit_status = 2;
	/* A client that hangs up is an error of one write, not the end of the program. */
	signal(SIGPIPE, SIG_IGN);
	if (argc < 2) {
		print_usage(stderr);
		return 2;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
		print_usage(stdout);
		return 0;
	}
	if (strcmp(argv[1], "--version") == 0) {
		puts("vakhta " VAKHTA_VERSION);
		return 0;
	}
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		char name[64];
		int words = words_matched(argc, argv, commands[i].name);
		if (words == 0)
			continue;
		snprintf(name, sizeof(name), "vakhta %s", commands[i].name);
		argv[words] = name; /* for the messages of the command's parser */
		return commands[i].run(argc - words, argv + words);
	}
	fprintf(stderr, "vakhta: unknown command \"%.40s\"; vakhta --help lists them\n", argv[1]);
	return 2;
}
