/* A private PostgreSQL cluster in a temporary folder, reached over a Unix socket alone. */
#ifndef VAKHTA_TESTS_CLUSTER_H
#define VAKHTA_TESTS_CLUSTER_H

#include <stdbool.h>
#include <sys/types.h>

/* False with a line on standard error. */
bool cluster_start(void);
void cluster_stop(void);
/* The folder of the socket: host= of a connection string. */
const char *cluster_host(void);
pid_t cluster_postmaster(void);
/* SIGSTOP or SIGCONT to the postmaster and all its children. */
void cluster_signal_all(int signal);
/* Runs psql with one command in the database as the superuser; false when it fails. */
bool cluster_sql(const char *database, const char *sql);

#endif
