/* Configuration: file, environment, secrets, and the line that names what is wrong. */
#include "tests.h"

#include "base/config.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char path[] = "/tmp/vakhta-config-XXXXXX";
static char secret_path[] = "/tmp/vakhta-secret-XXXXXX";
static char why[512];

static void write_file(const char *name, const char *text)
{
	FILE *file = fopen(name, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static struct config *load(const char *text)
{
	write_file(path, text);
	return config_load(path, why, sizeof(why));
}

static void refuse(const char *text, const char *line, const char *words)
{
	char place[64];
	struct config *config = load(text);
	assert_null(config);
	snprintf(place, sizeof(place), "%s%s", path, line);
	if (strncmp(why, place, strlen(place)) != 0 || !strstr(why, words))
		fail_msg("\"%s\" does not begin with %s or lacks \"%s\"", why, place, words);
}

static int setup(void **state)
{
	(void)state;
	int a = mkstemp(path), b = mkstemp(secret_path);
	return a < 0 || b < 0 || close(a) != 0 || close(b) != 0 ? -1 : 0;
}

static int teardown(void **state)
{
	(void)state;
	unlink(path);
	unlink(secret_path);
	return 0;
}

static void test_defaults(void **state)
{
	(void)state;
	struct config *config = load("");
	assert_non_null(config);
	assert_string_equal(config->database_connection, "dbname=vakhta");
	assert_int_equal(config->http_port, 8080);
	assert_int_equal(config->http_stream_port, -1);
	assert_true(config->directory_starttls);
	assert_string_equal(config->database_password, "");
	config_destroy(config);
}

static void test_file(void **state)
{
	(void)state;
	char text[512];
	write_file(secret_path, "pa ss=#\n");
	snprintf(text, sizeof(text),
		"# comment\n; another\r\n\n[http]\n  port = 9090  \naddress=::1\n[ database ]\nconnection = host=a,b dbname=x\n"
		"password_file = %s\n[directory]\nstarttls = no\nbind_dn = \" cn=x \"\n[http]\nworkers=2",
		secret_path);
	struct config *config = load(text);
	if (!config)
		fail_msg("%s", why);
	assert_int_equal(config->http_port, 9090);
	assert_int_equal(config->http_workers, 2);
	assert_string_equal(config->http_address, "::1");
	assert_string_equal(config->database_connection, "host=a,b dbname=x");
	assert_string_equal(config->database_password, "pa ss=#");
	assert_false(config->directory_starttls);
	assert_string_equal(config->directory_bind_dn, " cn=x ");
	config_destroy(config);
}

static void test_refusals_name_the_line(void **state)
{
	(void)state;
	refuse("[http]\nprot = 1\n", ":2: ", "unknown key \"prot\" in [http]");
	refuse("\n[htpt]\nport = 1\n", ":3: ", "unknown section [htpt]");
	refuse("port = 1\n", ":1: ", "before any [section]");
	refuse("[http\n", ":1: ", "a section is written [name]");
	refuse("[http]\nport\n", ":2: ", "neither [section] nor key = value");
	refuse("[http]\nport = 80x\n", ":2: ", "http.port: \"80x\" is not a whole number");
	refuse("[http]\nport = 65536\n", ":2: ", "http.port: 65536 is not between 0 and 65535");
	refuse("[http]\nbehind_proxy = maybe\n", ":2: ", "neither true nor false");
	refuse("[http]\naddress = \"x\n", ":2: ", "the quote does not end");
	refuse("[http]\naddress = \xff\n", ":2: ", "not UTF-8");
	refuse("[database]\npassword = x\n", ":2: ", "give its file as password_file");
	refuse(
		"[database]\npassword_file = /nonexistent/x\n", ":2: ", "database.password_file: /nonexistent/x: No such file");
	refuse("[log]\nlevel = loud\n", ": ", "log.level");
	refuse("[desk]\nlanguage = de\n", ": ", "desk.language");
	refuse("[http]\ntls_key = x\n", ": ", "together");
	assert_null(config_load("/nonexistent/vakhta.conf", why, sizeof(why)));
	assert_non_null(strstr(why, "/nonexistent/vakhta.conf: No such file"));
}

static void test_long_and_broken_secrets(void **state)
{
	(void)state;
	char text[128], long_secret[4200];
	snprintf(text, sizeof(text), "[mail]\npassword_file = %s\n", secret_path);
	memset(long_secret, 'x', sizeof(long_secret) - 1);
	long_secret[sizeof(long_secret) - 1] = '\0';
	write_file(secret_path, long_secret);
	refuse(text, ":2: ", "longer than a secret may be");
	write_file(secret_path, "\xff\xfe");
	refuse(text, ":2: ", "not UTF-8");
}

static void test_environment_overrides(void **state)
{
	(void)state;
	write_file(secret_path, "from-file");
	setenv("VAKHTA_HTTP_PORT", "7070", 1);
	setenv("VAKHTA_MAIL_PASSWORD_FILE", secret_path, 1);
	struct config *config = load("[http]\nport = 9090\n");
	assert_non_null(config);
	assert_int_equal(config->http_port, 7070);
	assert_string_equal(config->mail_password, "from-file");
	config_destroy(config);
	setenv("VAKHTA_HTTP_PORT", "many", 1);
	assert_null(load(""));
	assert_string_equal(why, "VAKHTA_HTTP_PORT: http.port: \"many\" is not a whole number");
	unsetenv("VAKHTA_HTTP_PORT");
	setenv("VAKHTA_MAIL_PASSWORD", "x", 1);
	assert_null(load(""));
	assert_non_null(strstr(why, "VAKHTA_MAIL_PASSWORD: a secret does not stand in the environment"));
	unsetenv("VAKHTA_MAIL_PASSWORD");
	unsetenv("VAKHTA_MAIL_PASSWORD_FILE");
}

int run_config(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_refusals_name_the_line),
		cmocka_unit_test(test_long_and_broken_secrets),
		cmocka_unit_test(test_environment_overrides),
	};
	return cmocka_run_group_tests_name("base/config", tests, setup, teardown);
}
