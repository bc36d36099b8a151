/* vakhta serve: starts the parts in order, waits for a signal, stops them in the opposite order.
 * Owns: the order. A database or directory that is not there yet is no reason to fail: the parts go on trying and say so in the log. */
#include "commands.h"

#include "audit/daily.h"
#include "audit/run.h"
#include "base/config.h"
#include "base/log.h"
#include "cmdb/evidence/evidence.h"
#include "cmdb/inventory/inventory.h"
#include "cmdb/reconcile/reconcile.h"
#include "cmdb/usage.h"
#include "db/command.h"
#include "desk/desk.h"
#include "desk/jobs.h"
#include "http/server.h"
#include "people/session.h"
#include "people/session_cache.h"
#include "post/post.h"
#include "quality/jobs.h"
#include "reports/job.h"
#include "routes.h"
#include "sla/subject.h"
#include "sla/watch.h"

#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define STOP_LIMIT_MS 10000
#define STOP_REPORT_MS 2000

struct options {
	struct command_options common;
};

static struct rounds *the_watch;

static void wake_watch(void)
{
	if (the_watch)
		rounds_wake(the_watch);
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

/* Each connection is a descriptor; the soft limit of most systems is 1,024. */
static void raise_descriptor_limit(const struct config *config)
{
	struct rlimit limit;
	rlim_t wanted = (rlim_t)config->http_connections * 2 + 256;
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
		return;
	limit.rlim_cur = wanted < limit.rlim_max ? wanted : limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
		log_event(LOG_WARN, "serve.descriptors", LOG_TEXT("error", strerror(errno)), LOG_INT("wanted", wanted));
}

#define KEPT_BYTES (1024 * 1024)

/* malloc gives the end of a thread's heap back after nearly every answer and faults it in again for the next; that cost a third
 * of the time of a request. Each thread may keep so much; larger blocks go back at once. */
static void keep_memory(void)
{
	if (!mallopt(M_TRIM_THRESHOLD, KEPT_BYTES) || !mallopt(M_MMAP_THRESHOLD, KEPT_BYTES))
		log_event(LOG_WARN, "serve.memory", LOG_TEXT("why", "malloc refused its settings"));
}

/* SIGHUP reads the certificate anew; SIGTERM and SIGINT end. */
static int wait_for_end(struct server *server, const sigset_t *signals)
{
	for (;;) {
		int signal_number;
		if (sigwait(signals, &signal_number) != 0)
			continue;
		if (signal_number != SIGHUP)
			return signal_number;
		log_event(LOG_INFO, "serve.reload", LOG_INT("certificate", server_reload_tls(server)));
	}
}

int command_serve(int argc, char **argv)
{
	static const struct argp_child children[] = { { &command_argp, 0, NULL, 0 }, { 0 } };
	static const struct argp argp = { NULL, parse, NULL,
		"Serves pages and API until SIGTERM or SIGINT. SIGHUP reads the TLS certificate anew.", children, NULL, NULL };
	struct options options = { 0 };
	sigset_t signals;
	char why[512];
	argp_parse(&argp, argc, argv, 0, NULL, &options);
	struct config *config = command_config(&options.common);
	if (!config)
		return 2;
	/* Blocked before any thread starts, so that only sigwait below receives them. */
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	raise_descriptor_limit(config);
	keep_memory();
	struct server_options server_options = {
		.config = config,
		.routes = routes,
		.route_count = route_count,
		.authenticate = session_authenticate,
		.stream = desk_stream_source(),
		.more_metrics = post_metrics,
	};
	struct server *server = server_start(&server_options, why, sizeof(why));
	if (!server) {
		fprintf(stderr, "vakhta: %s\n", why);
		config_destroy(config);
		return 1;
	}
	struct listener *sessions = session_cache_start(config);
	the_watch = watch_start(config);
	clocks_wake_watch = wake_watch;
	struct rounds *jobs = jobs_start(config);
	struct rounds *daily = daily_start(config), *audit_runs = audit_runs_start(config);
	struct report_job *reports = report_job_start(config);
	struct rounds *quality = quality_jobs_start(config), *inventory = inventory_jobs_start(config);
	struct rounds *usage = usage_start(config), *evidence = evidence_start(config);
	struct rounds *reconcile = reconcile_work_start(config);
	struct post *post = post_start(config);
	log_event(LOG_INFO, "serve.started", LOG_TEXT("address", config->http_address), LOG_INT("port", server_port(server)),
		LOG_INT("stream_port", server_stream_port(server)), LOG_TEXT("version", VAKHTA_VERSION));
	int signal_number = wait_for_end(server, &signals);
	log_event(LOG_INFO, "serve.stopping", LOG_INT("signal", signal_number));
	report_job_interrupt(reports);
	audit_runs_interrupt();
	server_stop(server, STOP_LIMIT_MS);
	post_stop(post);
	usage_stop(usage, config);
	reconcile_work_stop(reconcile);
	session_cache_stop(sessions);
	clocks_wake_watch = NULL;
	rounds_stop(audit_runs);
	rounds_stop(daily);
	rounds_stop(quality);
	inventory_jobs_stop(inventory);
	rounds_stop(jobs);
	rounds_stop(the_watch);
	bool ended = evidence_stop(evidence, STOP_REPORT_MS);
	ended = report_job_stop(reports, STOP_REPORT_MS) && ended;
	log_event(LOG_INFO, "serve.stopped", LOG_INT("signal", signal_number));
	/* A workbook or a step of evidence that is under way cannot be interrupted; another node begins it anew. */
	if (!ended)
		_exit(0);
	config_destroy(config);
	return 0;
}
