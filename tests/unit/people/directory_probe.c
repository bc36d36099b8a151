/* Asks the directory and prints what it says as JSON, for directory.test.mjs. Its configuration comes from the environment.
 *     directory_probe sign-in LOGIN   the password is standard input, to its end
 *     directory_probe read-all | check */
#include "base/config.h"
#include "base/log.h"
#include "people/directory.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

static void put_person(struct json_out *json, const char *key, const struct directory_person *person)
{
	json_open_object(json, key);
	json_text(json, "dn", person->dn_normal);
	json_text(json, "key", person->key);
	json_text(json, "login", person->login);
	json_text(json, "given_name", person->given_name);
	json_text(json, "family_name", person->family_name);
	json_text(json, "mail", person->mail);
	json_text(json, "department", person->department);
	json_text(json, "manager_dn", person->manager_dn);
	json_text(json, "language", person->language);
	json_int(json, "roles", person->roles);
	json_open_array(json, "groups");
	for (int i = 0; i < person->group_count; i++)
		json_text(json, NULL, person->groups[i]);
	json_close_array(json);
	json_close_object(json);
}

static bool sign_in(struct ctx *ctx, struct json_out *json, const char *login)
{
	char password[4096];
	struct directory_person *person;
	size_t length = fread(password, 1, sizeof(password) - 1, stdin);
	password[length] = '\0';
	if (!directory_sign_in(ctx, login, password, &person))
		return false;
	json_text(json, "answer", person ? "yes" : "no");
	if (person)
		put_person(json, "person", person);
	return true;
}

static bool read_all(struct ctx *ctx, struct json_out *json)
{
	struct directory_snapshot snapshot;
	if (!directory_read_all(ctx, &snapshot))
		return false;
	json_int(json, "skipped", snapshot.skipped);
	json_open_array(json, "people");
	for (int i = 0; i < snapshot.person_count; i++)
		put_person(json, NULL, &snapshot.people[i]);
	json_close_array(json);
	json_open_array(json, "teams");
	for (int i = 0; i < snapshot.team_count; i++)
		directory_team_json(json, &snapshot.teams[i]);
	json_close_array(json);
	return true;
}

static bool check(struct ctx *ctx, struct json_out *json)
{
	char line[1024];
	bool good = directory_check(ctx, line, sizeof(line));
	json_bool(json, "good", good);
	json_text(json, "line", line);
	return true;
}

int main(int argc, char **argv)
{
	char why[512];
	struct ctx ctx = { .arena = arena_create(65536) };
	struct json_out json;
	signal(SIGPIPE, SIG_IGN); /* as main.c does */
	struct config *config = config_load("/dev/null", why, sizeof(why));
	if (!config || argc < 2) {
		fprintf(stderr, "directory_probe: %s\n", config ? "sign-in LOGIN, read-all or check" : why);
		return 2;
	}
	ctx.config = config;
	ctx_begin(&ctx);
	int64_t from_ms = monotonic_ms();
	json_begin(&json, ctx.arena, 4096);
	json_open_object(&json, NULL);
	bool good = strcmp(argv[1], "sign-in") == 0 && argc == 3 ? sign_in(&ctx, &json, argv[2])
		: strcmp(argv[1], "read-all") == 0                   ? read_all(&ctx, &json)
															 : check(&ctx, &json);
	if (!good) {
		json_text(&json, "answer", "down");
		json_text(&json, "detail", ctx.error.detail);
		json_text(&json, "log", ctx.error.log_detail);
		json_int(&json, "retry_after_s", ctx.error.retry_after_s);
	}
	json_int(&json, "ms", monotonic_ms() - from_ms);
	json_close_object(&json);
	puts(json.text.data);
	arena_destroy(ctx.arena);
	config_destroy(config);
	return 0;
}
