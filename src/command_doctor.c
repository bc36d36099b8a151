/* vakhta doctor: one line for each part: what is wrong and what to do about it. Changes nothing.
 * Exit 0: all is well; 1: something is wrong; 2: called wrongly or no configuration. */
#include "commands.h"

#include "db/command.h"
#include "db/query.h"
#include "doctor.sql.h"
#include "people/directory.h"
#include "post/post.h"
#include "sla/zone.h"
#include "supply/calendar.sql.h"

#include <curl/curl.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#define CLOCK_APART_MAX_S 2
#define CALENDAR_WARN_DAYS 60
#define DISK_FREE_MIN_BYTES (1024LL * 1024 * 1024)
#define CERTIFICATE_WARN_S (14 * 86400)

struct options {
	struct command_options common;
};

struct doctor {
	struct ctx *ctx;
	const struct config *config;
	int wrong;
};

static void __attribute__((format(printf, 4, 5))) say(struct doctor *doctor, bool good, const char *part, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	printf("%-5s %-12s ", good ? "ok" : "WRONG", part);
	vprintf(format, args);
	putchar('\n');
	va_end(args);
	doctor->wrong += !good;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;
	(void)arg;
	if (key != ARGP_KEY_INIT)
		return ARGP_ERR_UNKNOWN;
	state->child_inputs[0] = &options->common;
	return 0;
}

static void check_schema(struct doctor *doctor)
{
	int version = 0, program = db_schema_version_program();
	if (!db_schema_version(doctor->ctx, &version))
		say(doctor, false, "schema", "cannot be read: %s", doctor->ctx->error.log_detail ? doctor->ctx->error.log_detail : "no answer");
	else if (version < program)
		say(doctor, false, "schema", "version %d, the program needs %d: run vakhta migrate", version, program);
	else if (version > program)
		say(doctor, false, "schema", "version %d is newer than the program's %d: install the newer program", version, program);
	else
		say(doctor, true, "schema", "version %d", version);
	error_clear(doctor->ctx);
}

static void check_clock(struct doctor *doctor, int64_t database_epoch)
{
	int64_t apart = database_epoch - instant_now();
	if (apart < -CLOCK_APART_MAX_S || apart > CLOCK_APART_MAX_S)
		say(doctor, false, "clock", "the database's clock is %lld s apart from this machine's: synchronise both (NTP)", (long long)apart);
	else
		say(doctor, true, "clock", "within %d s of the database's", CLOCK_APART_MAX_S);
}

/* Calendars in use whose holidays are known for little longer: from then on they count working days that are none. */
static void check_calendars(struct doctor *doctor)
{
	struct query_args args = query_args(doctor->ctx);
	arg_int(&args, CALENDAR_WARN_DAYS);
	struct rows *rows = query_run(doctor->ctx, QUERY_DOCTOR_CALENDARS, &args);
	for (int i = 0; rows && i < rows_count(rows); i++)
		say(doctor, false, "calendars", "%s knows no holidays after %s: take over the next year on its page", rows_text(rows, i, 0), rows_text(rows, i, 1));
	if (rows && rows_count(rows) == 0)
		say(doctor, true, "calendars", "those in use know their holidays for at least %d days", CALENDAR_WARN_DAYS);
	error_clear(doctor->ctx);
}

static void check_database(struct doctor *doctor)
{
	struct rows *rows = query_one(doctor->ctx, QUERY_DOCTOR_DATABASE, NULL);
	if (!rows) {
		say(doctor, false, "database", "%s: check database.connection and that PostgreSQL runs",
			doctor->ctx->error.log_detail ? doctor->ctx->error.log_detail : "no answer");
		error_clear(doctor->ctx);
		return;
	}
	const char *commit = rows_text(rows, 0, 4);
	if (rows_int(rows, 0, 1) < 150000)
		say(doctor, false, "database", "PostgreSQL %s: 15 or newer is needed", rows_text(rows, 0, 0));
	else if (rows_bool(rows, 0, 2))
		say(doctor, false, "database", "is a standby: name the primary, or several hosts with target_session_attrs=read-write");
	else if (!rows_bool(rows, 0, 3) || strcmp(commit, "off") == 0 || strcmp(commit, "local") == 0)
		say(doctor, false, "database", "durability is switched off (fsync, full_page_writes or synchronous_commit): an acknowledged write may be lost");
	else
		say(doctor, true, "database", "PostgreSQL %s, primary, durable", rows_text(rows, 0, 0));
	if (rows_bool(rows, 0, 5) || rows_int(rows, 0, 6) > 0 || rows_bool(rows, 0, 9))
		say(doctor, false, "role", "%s is a superuser, owns tables or may rewrite timelines: give database.connection a role of its own and run vakhta migrate",
			rows_text(rows, 0, 8));
	else
		say(doctor, true, "role", "%s owns nothing and cannot rewrite timelines", rows_text(rows, 0, 8));
	check_clock(doctor, rows_int(rows, 0, 7));
	check_schema(doctor);
	check_calendars(doctor);
}

static void check_directory(struct doctor *doctor)
{
	char line[512] = "";
	bool good = directory_check(doctor->ctx, line, sizeof(line));
	say(doctor, good, "directory", "%s", line);
	error_clear(doctor->ctx);
}

/* Mail servers are connected to as serve would: encrypted, certificate checked, signed in. Nothing is sent and nothing marked. */
static void check_mail(struct doctor *doctor)
{
	const struct config *config = doctor->config;
	char line[512];
	curl_global_init(CURL_GLOBAL_DEFAULT);
	if (*config->mail_smtp_url)
		say(doctor, post_check_smtp(config, line, sizeof(line)), "smtp", "%s", line);
	else
		say(doctor, true, "smtp", "none configured: mail stays in the outbox");
	if (*config->mail_imap_url)
		say(doctor, post_check_imap(config, line, sizeof(line)), "imap", "%s", line);
	else
		say(doctor, true, "imap", "none configured: no mail comes in");
	curl_global_cleanup();
}

static bool others_may_read(const char *path)
{
	struct stat info;
	return stat(path, &info) == 0 && (info.st_mode & 0007) != 0;
}

static void check_files(struct doctor *doctor)
{
	const struct config *config = doctor->config;
	int open_files = 0;
	for (int i = 0; i < CONFIG_SECRET_FILES_MAX && config->secret_files[i]; i++)
		if (others_may_read(config->secret_files[i])) {
			say(doctor, false, "files", "%s holds a secret and everybody may read it: chmod 0600", config->secret_files[i]);
			open_files++;
		}
	if (*config->http_tls_key && others_may_read(config->http_tls_key)) {
		say(doctor, false, "files", "%s is a private key and everybody may read it: chmod 0600", config->http_tls_key);
		open_files++;
	}
	if (open_files == 0)
		say(doctor, true, "files", "secrets are readable by their owner alone");
}

static void check_certificate(struct doctor *doctor)
{
	const char *path = doctor->config->http_tls_certificate;
	gnutls_x509_crt_t certificate = NULL;
	gnutls_datum_t pem = { 0 };
	if (!*path) {
		say(doctor, true, "tls", "none configured: put HAProxy or nginx in front before others than this machine reach it");
		return;
	}
	if (gnutls_load_file(path, &pem) != 0 || gnutls_x509_crt_init(&certificate) != 0 ||
		gnutls_x509_crt_import(certificate, &pem, GNUTLS_X509_FMT_PEM) != 0) {
		say(doctor, false, "tls", "%s is not a certificate that can be read", path);
	} else {
		int64_t left_s = (int64_t)gnutls_x509_crt_get_expiration_time(certificate) - instant_now();
		if (left_s <= 0)
			say(doctor, false, "tls", "%s expired %lld days ago: renew it and send SIGHUP", path, (long long)(-left_s / 86400));
		else if (left_s < CERTIFICATE_WARN_S)
			say(doctor, false, "tls", "%s expires in %lld days: renew it and send SIGHUP", path, (long long)(left_s / 86400));
		else
			say(doctor, true, "tls", "certificate valid for %lld days more", (long long)(left_s / 86400));
	}
	if (certificate)
		gnutls_x509_crt_deinit(certificate);
	gnutls_free(pem.data);
}

/* Workbooks are written to the folder for temporary files before they are sent. */
static void check_disk(struct doctor *doctor)
{
	const char *folder = getenv("TMPDIR") ? getenv("TMPDIR") : P_tmpdir;
	struct statvfs info;
	if (statvfs(folder, &info) != 0) {
		say(doctor, false, "disk", "%s cannot be used for temporary files: set TMPDIR", folder);
		return;
	}
	int64_t free_bytes = (int64_t)info.f_bavail * (int64_t)info.f_frsize;
	if (free_bytes < DISK_FREE_MIN_BYTES)
		say(doctor, false, "disk", "%lld MB free in %s: a large workbook needs 1 GB, make room or set TMPDIR", (long long)(free_bytes >> 20), folder);
	else
		say(doctor, true, "disk", "%lld GB free for temporary files in %s", (long long)(free_bytes >> 30), folder);
}

static void check_zone(struct doctor *doctor)
{
	char why[256];
	struct zone *zone = zone_load(doctor->config->desk_zone, why, sizeof(why));
	if (zone)
		say(doctor, true, "zones", "%s is known", doctor->config->desk_zone);
	else
		say(doctor, false, "zones", "desk.zone: %s: name an IANA zone, and install tzdata", why);
	zone_destroy(zone);
}

int command_doctor(int argc, char **argv)
{
	static const struct argp_child children[] = { { &command_argp, 0, NULL, 0 }, { 0 } };
	static const struct argp argp = { NULL, parse, NULL,
		"Checks database, schema, roles, clock, directory, mail servers, certificate, files, disk and time zones; says in one line each what is "
		"wrong and what to do. Changes nothing.",
		children, NULL, NULL };
	struct options options = { 0 };
	struct command command;
	argp_parse(&argp, argc, argv, 0, NULL, &options);
	if (!command_begin(&command, &options.common, DB_RUNTIME, 5000, false))
		return 2;
	struct doctor doctor = { .ctx = &command.ctx, .config = command.config };
	command.ctx.deadline_ms = monotonic_ms() + 10000;
	check_database(&doctor);
	check_directory(&doctor);
	check_mail(&doctor);
	check_certificate(&doctor);
	check_files(&doctor);
	check_disk(&doctor);
	check_zone(&doctor);
	printf("%s\n", doctor.wrong == 0 ? "all is well" : "something is wrong");
	int status = command_end(&command, true);
	return doctor.wrong > 0 ? 1 : status;
}
