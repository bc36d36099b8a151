/* Starting PostgreSQL for tests. It refuses to run as root, so root becomes the user postgres for it. */
#include "cluster.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[] = "/tmp/vakhta-pg-XXXXXX";
static char bin[256];
static pid_t postmaster;

const char *cluster_host(void)
{
	return folder;
}

pid_t cluster_postmaster(void)
{
	return postmaster;
}

static bool find_bin(void)
{
	const char *given = getenv("VAKHTA_PG_BIN");
	snprintf(bin, sizeof(bin), "%s", given ? given : "/usr/lib/postgresql/15/bin");
	char program[300];
	snprintf(program, sizeof(program), "%s/postgres", bin);
	if (access(program, X_OK) == 0)
		return true;
	fprintf(stderr, "no PostgreSQL server in %s; VAKHTA_PG_BIN names its folder\n", bin);
	return false;
}

static void become_postgres(void)
{
	const struct passwd *user = getpwnam("postgres");
	if (geteuid() != 0)
		return;
	if (!user || setgroups(0, NULL) != 0 || setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0)
		_exit(126);
}

static pid_t spawn(char *const *argv)
{
	char program[300];
	pid_t pid = fork();
	if (pid != 0)
		return pid;
	become_postgres();
	int log = open("server.log", O_WRONLY | O_CREAT | O_APPEND, 0600);
	if (log >= 0) {
		dup2(log, STDOUT_FILENO);
		dup2(log, STDERR_FILENO);
	}
	snprintf(program, sizeof(program), "%s/%s", bin, argv[0]);
	execv(program, argv);
	_exit(127);
}

static bool run(char *const *argv)
{
	int status;
	pid_t pid = spawn(argv);
	return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool cluster_sql(const char *database, const char *sql)
{
	return run((char *[]){ "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", folder, "-U", "postgres", "-d",
		(char *)database, "-c", (char *)sql, NULL });
}

static bool wait_ready(void)
{
	for (int i = 0; i < 300; i++) {
		if (run((char *[]){ "pg_isready", "-q", "-h", folder, "-U", "postgres", NULL }))
			return true;
		usleep(100000);
	}
	fprintf(stderr, "PostgreSQL does not start; see %s/server.log\n", folder);
	return false;
}

bool cluster_start(void)
{
	const struct passwd *user = getpwnam("postgres");
	if (!find_bin() || !mkdtemp(folder) || chdir(folder) != 0)
		return false;
	if (geteuid() == 0 && (!user || chown(folder, user->pw_uid, user->pw_gid) != 0))
		return false;
	if (!run((char *[]){ "initdb", "-D", "data", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8",
			"--no-sync", NULL })) {
		fprintf(stderr, "initdb failed; see %s/server.log\n", folder);
		return false;
	}
	postmaster = spawn((char *[]){ "postgres", "-D", "data", "-k", folder, "-c", "listen_addresses=", "-c", "fsync=off",
		"-c", "max_connections=40", "-c", "wal_level=minimal", "-c", "max_wal_senders=0", NULL });
	return postmaster > 0 && wait_ready();
}

void cluster_signal_all(int signal)
{
	char path[64];
	int pid;
	FILE *children;
	kill(postmaster, signal);
	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)postmaster, (int)postmaster);
	children = fopen(path, "r");
	while (children && fscanf(children, "%d", &pid) == 1)
		kill(pid, signal);
	if (children)
		fclose(children);
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	(void)status;
	(void)type;
	(void)walk;
	return remove(path);
}

void cluster_stop(void)
{
	if (postmaster > 0) {
		cluster_signal_all(SIGCONT);
		kill(postmaster, SIGQUIT);
		waitpid(postmaster, NULL, 0);
	}
	if (chdir("/") == 0 && strstr(folder, "XXXXXX") == NULL)
		nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
